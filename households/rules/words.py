"""A rule as one sentence of office language."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Region
from core.nik import mask
from core.registry import registry
from households.models import Code, HouseholdSet
from households.rules.fields import CODE_FIELDS, Field, field_of
from households.rules.text import whole_number


def sentence(rule: dict, level: str = "household") -> str:
    """The rule in words of the active language, "" for everything. Full numbers are masked.

    `level`: `member` for a rule over member fields.
    """
    words = _Words(rule, level)
    return capfirst(words.member(rule) if level == "member" else words.household(rule))


def leaves(rule: dict, level: str = "household") -> Iterator[tuple[dict, str]]:
    """Every leaf of a rule with the level it is asked on: `household` or `member`."""
    if not isinstance(rule, dict) or not rule:
        return
    for key in ("all", "any"):
        for part in rule.get(key, ()):
            yield from leaves(part, level)
    if "not" in rule:
        yield from leaves(rule["not"], level)
    if "person" in rule:
        yield from leaves(rule["person"], "member")
    if "count" in rule:
        yield from leaves(rule["where"], "member")
    if "field" in rule:
        yield rule, level


class _Words:
    """Renders one rule; names of regions, answers and sets are read once for all of it."""

    def __init__(self, rule: dict, level: str = "household"):
        areas, sets, codes = set(), set(), set()
        for leaf, asked_on in leaves(rule, level):
            key, value = leaf["field"], leaf.get("value")
            field = field_of(key, asked_on)
            if key == "set":
                sets |= set(value)
            elif field is not None and field.kind == "area":
                areas |= set(value)
            elif field is not None and field.kind in ("code", "codes") and not isinstance(value, bool | None):
                codes.add(CODE_FIELDS.get(key, key))
        self.areas = dict(Region.objects.filter(code__in=areas).values_list("code", "name")) if areas else {}
        self.sets = {str(u): n for u, n in HouseholdSet.objects.filter(uuid__in=sets).values_list("uuid", "name")}
        rows = Code.objects.filter(field__in=codes).values_list("field", "code", "label") if codes else ()
        self.codes = {(field, code): label for field, code, label in rows}

    def household(self, rule: dict) -> str:
        if not rule:
            return ""
        if "person" in rule:
            return _("a member: %(facts)s") % {"facts": self.member(rule["person"])}
        if "count" in rule:
            return self._count(rule)
        return self._joined(rule, self.household) or self._leaf(rule, "household")

    def member(self, rule: dict) -> str:
        if not rule:
            return _("anybody")
        return self._joined(rule, self.member) or self._leaf(rule, "member")

    def _joined(self, rule: dict, say) -> str:
        if "all" in rule:
            return _and([self._bracketed(part, say, ("any",)) for part in rule["all"]])
        if "any" in rule:
            return _or([self._bracketed(part, say, ("all",)) for part in rule["any"]])
        if "not" in rule:
            inner = rule["not"]
            key = inner.get("field", "")
            level = "member" if say == self.member else "household"
            field = field_of(key, level) if key else None
            if field is not None and field.negative and isinstance(inner.get("value"), bool):
                return str(field.negative if inner["value"] else field.positive)
            return _("not (%(condition)s)") % {"condition": say(inner)}
        return ""

    def _bracketed(self, rule: dict, say, mixed: tuple[str, ...]) -> str:
        text = say(rule)
        return f"({text})" if any(len(rule.get(key, ())) > 1 for key in mixed) else text

    def _count(self, rule: dict) -> str:
        n, facts = rule["value"], self.member(rule["where"])
        match rule["op"]:
            case ">=":
                number = _("at least %(n)s") % {"n": n}
            case ">":
                number = _("more than %(n)s") % {"n": n}
            case "<":
                number = _("fewer than %(n)s") % {"n": n}
            case "<=":
                number = _("at most %(n)s") % {"n": n}
            case _:
                number = _("exactly %(n)s") % {"n": n}
        if not rule["where"]:
            return ngettext("%(number)s member", "%(number)s members", n) % {"number": number}
        return ngettext("%(number)s member: %(facts)s", "%(number)s members: %(facts)s", n) % {
            "number": number,
            "facts": facts,
        }

    def _leaf(self, rule: dict, level: str) -> str:
        key, op, value = rule["field"], rule.get("op", ""), rule.get("value")
        if key == "text":
            number = whole_number(value)
            return _('search "%(text)s"') % {"text": mask(number) if number else value}
        if key == "set":
            return _("in the list %(names)s") % {"names": _or([f"“{self.sets.get(u, '?')}”" for u in value])}
        if level == "household" and key in registry.conditions:
            return registry.conditions[key].sentence(value)
        return self._field(field_of(key, level), op, value)

    def _field(self, field: Field, op: str, value) -> str:
        label = str(field.label)
        if op == "missing":
            return _("%(label)s not recorded") % {"label": label}
        if op == "given":
            return _("%(label)s recorded") % {"label": label}
        if isinstance(value, bool):
            return str(field.positive if value else field.negative)
        if field.kind == "area":
            return _("in %(areas)s") % {"areas": _or([self.areas.get(code, code) for code in value])}
        if field.kind in ("number", "elapsed"):
            return self._number(field, op, value)
        values = value if isinstance(value, list) else [value]
        return _("%(label)s: %(values)s") % {"label": label, "values": _or([self._answer(field, v) for v in values])}

    def _answer(self, field: Field, value) -> str:
        if field.kind == "choice":
            return str(field.choices(value).label)
        if field.kind in ("code", "codes"):
            return self.codes.get((CODE_FIELDS.get(field.key, field.key), value), str(value))
        return str(value)

    def _number(self, field: Field, op: str, value) -> str:
        match op:
            case "between" if value[0] == value[1]:
                text = f"{value[0]}"
            case "between":
                text = f"{value[0]}–{value[1]}"
            case "in":
                text = _or([str(v) for v in value])
            case "eq":
                text = str(value)
            case "lt":
                text = _("under %(n)s") % {"n": value}
            case "lte":
                text = _("%(n)s or less") % {"n": value}
            case "gt":
                text = _("over %(n)s") % {"n": value}
            case _:
                text = _("%(n)s or more") % {"n": value}
        unit = f" {field.unit}" if field.unit else ""
        return f"{field.label} {text}{unit}"


def _and(texts: list[str]) -> str:
    return _listed(texts, _("%(first)s and %(last)s"))


def _or(texts: list[str]) -> str:
    return _listed(texts, _("%(first)s or %(last)s"))


def _listed(texts: list[str], pattern: str) -> str:
    texts = [t for t in texts if t]
    if len(texts) < 2:
        return "".join(texts)
    return pattern % {"first": ", ".join(texts[:-1]), "last": texts[-1]}
