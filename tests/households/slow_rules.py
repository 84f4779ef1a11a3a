"""The rule grammar evaluated the obvious way, row by row in Python: what the compiler to SQL is measured against."""

from decimal import Decimal

from core.dates import age_on
from tests.households.made import UNFIT

FACTS = {
    "child_under_5": {"field": "age", "op": "lt", "value": 5},
    "elderly": {"field": "age", "op": "gte", "value": 60},
}


def no(value):
    return None if value is None else not value


def both(values):
    values = list(values)
    return False if False in values else None if None in values else True


def either(values):
    values = list(values)
    return True if True in values else None if None in values else False


def compare(have, op, value):
    """True, False or None for one present or absent value."""
    if op in ("missing", "given"):
        return (have is None) == (op == "missing")
    if have is None:
        return None
    match op:
        case "eq":
            return have == value
        case "in":
            return have in value
        case "between":
            return value[0] <= have <= value[1]
        case "lt":
            return have < value
        case "lte":
            return have <= value
        case "gt":
            return have > value
        case "gte":
            return have >= value
        case "contains":
            return value.casefold() in have.casefold()


def elapsed(have, op, value):
    """As compare; what lies after the day meets no comparison."""
    if have is not None and have < 0 and op not in ("missing", "given"):
        return False
    return compare(have, op, value)


def months(since, day):
    """Whole months from `since` to `day`; the last day of a short month completes one."""
    if since is None:
        return None
    if since > day:
        return -1
    n = 0
    while _earlier(day, n + 1) >= since:
        n += 1
    return n


def _earlier(day, n):
    y, m = divmod(day.year * 12 + day.month - 1 - n, 12)
    d = day.day
    while True:
        try:
            return day.replace(year=y, month=m + 1, day=d)
        except ValueError:
            d -= 1


def household(rule, h, day):
    """Truth of a rule for one household with its members loaded."""
    if not rule:
        return True
    if "all" in rule:
        return both(household(r, h, day) for r in rule["all"])
    if "any" in rule:
        return either(household(r, h, day) for r in rule["any"])
    if "not" in rule:
        return no(household(rule["not"], h, day))
    if "person" in rule:
        return count(h, rule["person"], ">=", 1, day)
    if "count" in rule:
        return count(h, rule["where"], rule["op"], rule["value"], day)
    return leaf(rule, h, day)


def asks_status(rule):
    return (
        rule.get("field") == "status"
        or any(asks_status(r) for k in ("all", "any") for r in rule.get(k, ()))
        or ("not" in rule and asks_status(rule["not"]))
    )


def count(h, where, op, value, day):
    people = [m for m in h.people if asks_status(where) or m.status == "active"]
    found = [member(where, m, day) for m in people]
    low, high = found.count(True), found.count(True) + found.count(None)
    test = {">=": "gte", ">": "gt", "<": "lt", "<=": "lte", "==": "eq"}[op]
    answers = {compare(n, test, value) for n in range(low, high + 1)}
    return answers.pop() if len(answers) == 1 else None


def person(name, h, day):
    return count(h, {"field": name, "op": "eq", "value": True}, ">=", 1, day)


def unfit(h, *names):
    return either(None if (v := getattr(h, n)) is None else v in UNFIT[n] for n in names)


def leaf(rule, h, day):
    key, op, value = rule["field"], rule["op"], rule.get("value")
    if key == "region":
        return any(h.region_id == c or h.region_id.startswith(c + ".") for c in value)
    if key in ("rw", "rt"):
        return compare(getattr(h, key) or None, op, value)
    if key == "verified_months":
        return elapsed(months(h.verified_at, day), op, value)
    if key == "floor_area_per_person":
        if h.floor_area is None or not h.size:
            return None
        sizes = [Decimal(str(v)) * h.size for v in (value if op == "between" else [value])]
        return compare(h.floor_area, op, sizes if op == "between" else sizes[0])
    if key.startswith("assets."):
        have = h.assets.get(key.removeprefix("assets."))
        return compare(None if have is None else float(have), op, value)
    flags = {
        "unfit_house": lambda: unfit(h, "floor", "wall", "roof"),
        "no_toilet": lambda: unfit(h, "toilet"),
        "unsafe_sanitation": lambda: unfit(h, "toilet", "sewage"),
        "unsafe_water": lambda: unfit(h, "water"),
        "gap_kk": lambda: h.kk is None,
        "gap_nik": lambda: any(m.nik is None for m in h.people if m.status == "active"),
        "gap_birth_date": lambda: any(m.birth_date is None for m in h.people if m.status == "active"),
        "gap_rt": lambda: h.rt == "",
        "gap_desil": lambda: h.desil is None,
        "gap_coordinates": lambda: h.lat is None,
        "gap_stale": lambda: h.verified_at is None or months(h.verified_at, day) >= 12,
        "gap_head": lambda: not any(m.relation == 1 for m in h.people if m.status == "active"),
    }
    if key in flags:
        return flags[key]() if value else no(flags[key]())
    people = ("child_under_5", "out_of_school", "elderly", "disability", "severe_disability", "chronic", "pregnant")
    if key in (*people, "jobless_adult"):
        return person(key, h, day) if value else no(person(key, h, day))
    return compare(getattr(h, key), op, value)


def member(rule, m, day):
    """Truth of a member rule for one person."""
    if not rule:
        return True
    if "all" in rule:
        return both(member(r, m, day) for r in rule["all"])
    if "any" in rule:
        return either(member(r, m, day) for r in rule["any"])
    if "not" in rule:
        return no(member(rule["not"], m, day))
    key, op, value = rule["field"], rule["op"], rule.get("value")
    age = None if m.birth_date is None else age_on(m.birth_date, day)
    if key == "age":
        return elapsed(age, op, value)
    if key in ("sex", "occupation"):
        return compare(getattr(m, key) or None, op, value)
    if key in ("disability", "chronic", "social_security"):
        have = m.chronic_illness if key == "chronic" else getattr(m, key)
        return bool(have) == value if op == "eq" else any(c in have for c in value)
    if key == "severe_disability":
        return (2 in m.disability) == value
    facts = {
        "child_under_5": lambda: elapsed(age, "lt", 5),
        "elderly": lambda: elapsed(age, "gte", 60),
        "out_of_school": lambda: both([elapsed(age, "between", [7, 18]), compare(m.school_status, "in", [1, 3])]),
        "jobless_adult": lambda: both(
            [elapsed(age, "between", [18, 59]), compare(m.works, "eq", False), m.school_status in (None, 1, 3)]
        ),
    }
    if key in facts:
        return facts[key]() if value else no(facts[key]())
    return compare(getattr(m, key), op, value)
