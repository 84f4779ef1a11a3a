"""Where the unmet need is largest, and what an amount of money would change: figures to decide by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Region
from core.templatetags.shell import angka, persen
from households.models import Household
from households.rules import compile_rule, default_day
from programs import figures, gaps, targeting
from programs.models import Program, ProgramYear, QuotaOrder
from programs.targeting import Asked, Bundle, Targeting

WEIGHTS = {1: 4, 2: 3, 3: 2}  # of a household not reached, by desil; every other counts 1
LEVELS = ("village", "rt")
FACTS = {
    "unfit_house": gettext_lazy("unfit house"),
    "no_toilet": gettext_lazy("no toilet"),
    "unsafe_water": gettext_lazy("unsafe drinking water"),
    "gap_stale": gettext_lazy("not visited for 12 months"),
}
CLEARLY_MORE = 1.25  # a share of so many times the mean is a reason
FEW = 5  # and so many households at least


@dataclass
class Need:
    """Unmet need of one kelurahan or RT.

    `points`: households of the target group not reached, weighed by desil; `poorest`: of them in desil 1; `facts`: of
    them with each of FACTS; `reasons`: why it stands so high, in words.
    """

    row: Targeting
    points: int = 0
    poorest: int = 0
    facts: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)


def ranked(asked: Asked, level: str = "village", bundle: Bundle | None = None) -> list[Need]:
    """Kelurahan (`level` village) or RT (rt) by unmet need, largest first; two statements.

    Unit: points, 4 for a household of desil 1 that was not reached, 3 for 2, 2 for 3, else 1. A reason is what is
    clearly more frequent among the missed here than among all the missed.
    """
    bundle = bundle or targeting.everything()
    needs: dict[str, Need] = {}
    for key, counts in targeting.counted(bundle, asked, f"{level}_desil").items():
        place, _slash, desil = key.rpartition("/")
        need = needs.get(place)
        if need is None:
            row = Targeting(place, "", 0, 0, 0, 0, bundle=bundle, asked=targeting.narrowed(asked, level, place))
            need = needs[place] = Need(row)
        old = need.row
        target, reached, receivers, outside = (
            a + b for a, b in zip((old.target, old.reached, old.receivers, old.outside), counts, strict=True)
        )
        need.row = Targeting(place, "", target, reached, receivers, outside, bundle=bundle, asked=old.asked)
        missed = counts[0] - counts[1]
        need.points += missed * WEIGHTS.get(int(desil or 0), 1)
        need.poorest += missed if desil == "1" else 0
    _add_facts(needs, asked, level, bundle)
    found = [need for need in needs.values() if need.row.target]
    _add_reasons(found)
    return sorted(found, key=lambda n: (-n.points, -n.row.missed, n.row.key))


def missed_households(bundle: Bundle, asked: Asked):
    """The target group of a bundle that it did not reach in the year."""
    if len(bundle.programs) == 1 or bundle.is_all:
        return gaps.gap_households(bundle.programs[0] if bundle.programs else None, asked.year, asked.area)
    wanted = Q(pk__in=[])
    for program in bundle.programs:
        wanted |= Q(pk__in=targeting.fitting(program, asked.year, asked.area).order_by().values("pk"))
    reached = figures.reached_rows(asked.year, programs=[p.uuid for p in bundle.programs])
    return Household.objects.unmerged().filter(wanted).exclude(pk__in=reached.values("household"))


def _add_facts(needs: dict[str, Need], asked: Asked, level: str, bundle: Bundle) -> None:
    day = default_day(asked.year)
    columns = {
        name: Count("pk", filter=compile_rule({"field": name, "op": "eq", "value": True}, day=day)) for name in FACTS
    }
    keys = ("region_id",) if level == "village" else ("region_id", "rw", "rt")
    rows = missed_households(bundle, asked).order_by().values(*keys).annotate(**columns)
    for row in rows:
        need = needs.get("/".join(row[key] for key in keys))
        if need is not None:
            need.facts = {name: row[name] for name in FACTS}


def _add_reasons(needs: list[Need]) -> None:
    missed, target = sum(n.row.missed for n in needs), sum(n.row.target for n in needs)
    if not missed:
        return
    mean = missed / target
    poorest = sum(n.poorest for n in needs) / missed
    facts = {name: sum(n.facts.get(name, 0) for n in needs) / missed for name in FACTS}
    for need in needs:
        here = need.row.missed
        if not here:
            continue
        if need.row.exclusion >= mean * CLEARLY_MORE and here >= FEW:
            need.reasons.append(
                _("%(here)s not yet receiving, on the whole %(mean)s")
                % {"here": persen(need.row.exclusion, 0), "mean": persen(mean, 0)}
            )
        if need.poorest >= FEW and need.poorest / here >= poorest * CLEARLY_MORE:
            need.reasons.append(_("%(n)s of them desil 1") % {"n": angka(need.poorest)})
        for name, label in FACTS.items():
            n = need.facts.get(name, 0)
            if n >= FEW and n / here >= facts[name] * CLEARLY_MORE:
                need.reasons.append(f"{label}: {angka(n)} ({persen(n / here, 0)})")
        if not need.reasons and need.row.missed >= FEW:
            need.reasons.append(_("%(n)s households not yet receiving") % {"n": angka(here)})


# --- what if -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhatIf:
    """What an amount would change.

    `can`: households it pays for; `reaches`: of the gap; `tied`, `tied_places`: equals at the end of the order and the
    places left for them; `left_over`: rupiah that nobody of the gap needs.
    """

    now: Targeting
    after: Targeting
    can: int
    reaches: int
    by_desil: list[tuple[int | None, int]]
    by_village: list[tuple[str, str, int]]
    tied: int
    tied_places: int
    left_over: int


def what_if(asked: Asked, bundle: Bundle, *, budget: int, unit_cost: int) -> WhatIf:
    """Give `unit_cost` rupiah to as many households of the gap as `budget` pays for, by the order of the quota.

    The order: lowest desil first, then the criteria of the programme, where it has stated some (`ranking`). Of equals
    at the end only their number is known, so they stand apart from the kelurahan. Unit: households, each once.
    """
    now = targeting.whole(asked, bundle)
    can = budget // unit_cost
    left, by_desil, by_village, tied, places = can, defaultdict(int), defaultdict(int), 0, 0
    groups: dict[tuple, dict[str, int]] = {}
    for *key, region, n in _gap_in_order(asked, bundle):
        groups.setdefault(tuple(key), {})[region] = n
    for key, regions in groups.items():
        size = sum(regions.values())
        if left <= 0:
            break
        taken = min(size, left)
        by_desil[key[0] if key[0] <= 10 else None] += taken
        if size <= left:
            for region, n in regions.items():
                by_village[region] += n
        else:
            tied, places = size, left
        left -= taken
    reaches = sum(by_desil.values())
    after = Targeting(
        now.key,
        now.label,
        now.target,
        now.reached + reaches,
        now.receivers + reaches,
        now.outside,
        bundle=bundle,
        asked=asked,
    )
    names = Region.objects.filter(code__in=by_village).order_by("code").values_list("code", "name")
    return WhatIf(
        now,
        after,
        can,
        reaches,
        sorted(by_desil.items(), key=lambda pair: pair[0] or 11),
        [(code, name, by_village[code]) for code, name in names],
        tied,
        places,
        budget - reaches * unit_cost,
    )


def _gap_in_order(asked: Asked, bundle: Bundle):
    """(desil, 11 = none, criteria met 0 or not 1 …, region, households) of the gap, first to last; one query."""
    program: Program | None = bundle.programs[0] if len(bundle.programs) == 1 else None
    criteria = []
    if program is not None:
        criteria = QuotaOrder.objects.filter(program=program).values_list("criteria", flat=True).first() or []
    day, columns = default_day(asked.year), {}
    for i, rule in enumerate(criteria):
        met = Q(compile_rule(rule, day=day, year=asked.year))
        columns[f"met_{i}"] = Case(When(met, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = missed_households(bundle, asked).annotate(
        rank_desil=Case(When(desil__isnull=True, then=Value(11)), default=F("desil"), output_field=IntegerField()),
        **columns,
    )
    return (
        rows.order_by()
        .values_list("rank_desil", *columns, "region_id")
        .annotate(n=Count("pk"))
        .order_by("rank_desil", *columns, "region_id")
    )


def money_left(program_year: ProgramYear | None) -> tuple[int | None, int | None]:
    """(what is left of the ceiling, amount for one beneficiary) of a programme year, as a first guess."""
    if program_year is None:
        return None, None
    money = figures.money(program_year)
    left = None if money.ceiling is None else max(money.ceiling - money.spent, 0)
    return left, program_year.unit_amount
