"""A rule of eligibility as plain controls: desil, area, house, members, people, programmes it excludes.

`RuleControls.of(rule)` reads a rule back into the controls, or says None when it holds more than they can show; the
rule itself is always the one grammar of `households.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HOUSE = ("unfit_house", "no_toilet", "unsafe_water", "unsafe_sanitation")


def _leaf(key: str, op: str, value) -> dict:
    return {"field": key, "op": op, "value": value}


# Facts on a member that can be ticked; each is one rule over the member's fields.
FACTS: dict[str, dict] = {
    "pregnant": _leaf("pregnant", "eq", True),
    "age_0_6": _leaf("age", "between", [0, 6]),
    "child_under_5": _leaf("child_under_5", "eq", True),
    "pupil": {"all": [_leaf("school_status", "eq", 2), _leaf("age", "between", [7, 21])]},
    "out_of_school": _leaf("out_of_school", "eq", True),
    "aged_60": _leaf("age", "gte", 60),
    "disability": _leaf("disability", "eq", True),
    "severe_disability": _leaf("severe_disability", "eq", True),
    "chronic": _leaf("chronic", "eq", True),
    "jobless_adult": _leaf("jobless_adult", "eq", True),
    "has_business": _leaf("has_business", "eq", True),
}
SCHOOL = {"in": _leaf("school_status", "eq", 2), "out": _leaf("school_status", "in", [1, 3])}


@dataclass
class RuleControls:
    """Values of the controls.

    `house`: facts on the house, `house_any`: one of them is enough; `facts`: facts on members, of which `at_least`
    members must have one; `age_low` … `sectors`: the one person a programme of persons goes to (`person` True);
    `without`: uuids of programmes whose aid excludes.
    """

    desil_low: int | None = None
    desil_high: int | None = None
    areas: list[str] = field(default_factory=list)
    ownership: list[int] = field(default_factory=list)
    house: list[str] = field(default_factory=list)
    house_any: bool = False
    person: bool = False
    facts: list[str] = field(default_factory=list)
    at_least: int = 1
    age_low: int | None = None
    age_high: int | None = None
    sex: str = ""
    school: str = ""
    works: bool | None = None
    business: bool = False
    insurance: list[int] = field(default_factory=list)
    sectors: list[int] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def rule(self) -> dict:
        """The rule that these controls mean; `{}` when nothing is chosen."""
        parts = [
            *_range("desil", self.desil_low, self.desil_high),
            *([_leaf("region", "in", self.areas)] if self.areas else []),
            *_codes("ownership", self.ownership),
            *self._house(),
            *(self._person() if self.person else self._members()),
            *(
                [{"not": {"field": "program.received", "value": {"programs": list(self.without)}}}]
                if self.without
                else []
            ),
        ]
        if not parts:
            return {}
        return parts[0] if len(parts) == 1 else {"all": parts}

    def _house(self) -> list[dict]:
        flags = [_leaf(name, "eq", True) for name in self.house]
        return [{"any": flags}] if self.house_any and len(flags) > 1 else flags

    def _members(self) -> list[dict]:
        if not self.facts:
            return []
        chosen = [FACTS[name] for name in self.facts]
        where = {"any": chosen} if len(chosen) > 1 else chosen[0]
        return [{"count": "members", "where": where, "op": ">=", "value": self.at_least}]

    def _person(self) -> list[dict]:
        parts = [
            *_range("age", self.age_low, self.age_high),
            *([_leaf("sex", "eq", self.sex)] if self.sex else []),
            *([SCHOOL[self.school]] if self.school else []),
            *([_leaf("works", "eq", self.works)] if self.works is not None else []),
            *([_leaf("has_business", "eq", True)] if self.business else []),
            *_codes("insurance", self.insurance),
            *_codes("work_sector", self.sectors),
        ]
        facts = [FACTS[name] for name in self.facts]
        parts += [{"any": facts}] if len(facts) > 1 else facts
        if not parts:
            return []
        return [{"person": parts[0] if len(parts) == 1 else {"all": parts}}]

    @classmethod
    def of(cls, rule: dict, *, person: bool) -> RuleControls | None:
        """The controls that mean `rule`; None when it holds something they cannot show.

        `person`: whether the programme goes to persons.
        """
        found = cls(person=person)
        for part in _parts(rule):
            if not found._read(part):
                return None
        return found if _same(found.rule(), rule) else None

    def _read(self, part: dict) -> bool:
        match part:
            case {"field": "desil", "op": op, "value": value}:
                self.desil_low, self.desil_high = _limits(op, value)
            case {"field": "region", "op": "in", "value": list(codes)}:
                self.areas = codes
            case {"field": "ownership", "op": op, "value": value}:
                self.ownership = value if op == "in" else [value]
            case {"field": name, "value": True} if name in HOUSE:
                self.house.append(name)
            case {"any": list(flags)} if all(f.get("field") in HOUSE for f in flags):
                self.house, self.house_any = [f["field"] for f in flags], True
            case {"not": {"field": "program.received", "value": {"programs": list(programs)}}}:
                self.without = programs
            case {"count": "members", "where": where, "op": ">=", "value": n} if not self.person:
                self.at_least = n
                return self._read_facts(where)
            case {"person": who} if self.person:
                return all(self._read_person(each) for each in _parts(who))
            case _:
                return False
        return True

    def _read_facts(self, where: dict) -> bool:
        for each in where.get("any", [where]):
            name = _fact(each)
            if name is None:
                return False
            self.facts.append(name)
        return True

    def _read_person(self, part: dict) -> bool:
        match part:
            case {"field": "age", "op": "gte", "value": 60}:
                self.age_low = 60
            case {"field": "age", "op": op, "value": value}:
                self.age_low, self.age_high = _limits(op, value)
            case {"field": "sex", "op": "eq", "value": value}:
                self.sex = value
            case {"field": "school_status"} if part in SCHOOL.values():
                self.school = next(key for key, leaf in SCHOOL.items() if leaf == part)
            case {"field": "works", "op": "eq", "value": value}:
                self.works = value
            case {"field": "has_business", "value": True}:
                self.business = True
            case {"field": "insurance", "op": op, "value": value}:
                self.insurance = value if op == "in" else [value]
            case {"field": "work_sector", "op": op, "value": value}:
                self.sectors = value if op == "in" else [value]
            case _:
                return self._read_facts(part)
        return True


def _parts(rule: dict) -> list[dict]:
    if not rule:
        return []
    return rule["all"] if "all" in rule and _fact(rule) is None else [rule]


def _fact(rule: dict) -> str | None:
    return next((name for name, fact in FACTS.items() if fact == rule), None)


def _range(key: str, low: int | None, high: int | None) -> list[dict]:
    if low is not None and high is not None:
        return [_leaf(key, "between", [low, high])]
    if low is not None:
        return [_leaf(key, "gte", low)]
    return [_leaf(key, "lte", high)] if high is not None else []


def _limits(op: str, value) -> tuple[int | None, int | None]:
    match op:
        case "between":
            return value[0], value[1]
        case "gte":
            return value, None
        case "lte":
            return None, value
        case "eq":
            return value, value
    return None, None


def _codes(key: str, codes: list[int]) -> list[dict]:
    if not codes:
        return []
    return [_leaf(key, "eq", codes[0]) if len(codes) == 1 else _leaf(key, "in", codes)]


def _same(first: dict, second: dict) -> bool:
    """Whether two rules say the same, whatever the order of their conditions."""
    return _ordered(first) == _ordered(second)


def _ordered(rule: dict) -> str:
    """A rule as text, with the conditions of each `all` and `any` in one order."""
    if isinstance(rule, dict):
        for key in ("all", "any"):
            if key in rule:
                return f"{key}({','.join(sorted(map(_ordered, rule[key])))})"
        return f"{{{','.join(f'{key}:{_ordered(rule[key])}' for key in sorted(rule))}}}"
    return repr(rule)
