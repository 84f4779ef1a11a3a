"""On a generated city the figures on targeting are what plain loops over every household count."""

from collections import defaultdict

import pytest
from django.utils import timezone

from households.models import Household, Member
from programs import eligibility, gaps, priority, targeting
from programs.models import Delivery, GroupMember
from programs.targeting import Asked
from tkpkd.demo.city import DemoCity

TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture
def demo(db):
    """Three hundred families with three years of aid."""
    DemoCity(300, 11, TODAY, say=lambda text: None).build()
    return {h.pk: h for h in Household.objects.filter(merged_into__isnull=True)}


def received(year: int, quarter: int = 0) -> dict[int, set[int]]:
    """Programme → households, by a loop over the deliveries."""
    found = defaultdict(set)
    groups = defaultdict(list)
    for member in GroupMember.objects.all():
        groups[member.group_id].append(member)
    for delivery in Delivery.objects.filter(void=False).select_related("assistance__program_year"):
        day, aid = delivery.date, delivery.assistance
        if day.year != year or (quarter and (day.month + 2) // 3 != quarter):
            continue
        program = aid.program_year.program_id
        if aid.counts_for_id:
            found[program].add(aid.counts_for_id)
        for member in groups.get(aid.group_id, ()):
            if (member.valid_from is None or member.valid_from <= day) and (
                member.valid_to is None or member.valid_to >= day
            ):
                found[program].add(member.household_id)
    return found


def fitting(program, year: int) -> set[int]:
    """Households of a programme's target group, one by one."""
    if eligibility.is_for_people(program):
        return {m.household_id for m in Member.objects.filter(eligibility.member_q(program, year))}
    return set(Household.objects.filter(eligibility.household_q(program, year)).values_list("pk", flat=True))


def counts(target: set, got: set) -> tuple[int, int, int, int]:
    return len(target), len(target & got), len(got), len(got - target)


def of(row) -> tuple[int, int, int, int]:
    return row.target, row.reached, row.receivers, row.outside


@pytest.mark.parametrize(("year", "quarter"), [(YEAR, 0), (YEAR - 1, 0), (YEAR - 1, 2)])
def test_every_bundle_equals_plain_loops(demo, year, quarter):
    got = {program: pks & demo.keys() for program, pks in received(year, quarter).items()}
    years = targeting.covering_years(year)
    fits = {y.program_id: fitting(y.program, year) & demo.keys() for y in years}
    everybody = set().union(*got.values()) if got else set()
    poor = {pk for pk, h in demo.items() if h.status == "active" and h.desil and h.desil <= 4}
    assert of(targeting.whole(Asked(year, quarter))) == counts(poor, everybody)
    seen = 0
    for kind in ("program", "agency", "cluster", "fund"):
        for row in targeting.by_bundle(targeting.bundles(kind, years), Asked(year, quarter)):
            target = set().union(*(fits[p.pk] for p in row.bundle.programs))
            reached = set().union(*(got.get(p.pk, set()) for p in row.bundle.programs))
            assert of(row) == counts(target, reached), row.label
            assert row.coverage is None or row.coverage + row.exclusion == pytest.approx(1)
            seen += row.receivers
    assert seen > 100


def test_every_place_equals_plain_loops_and_adds_up(demo):
    got = set().union(*received(YEAR).values()) & demo.keys()
    poor = {pk for pk, h in demo.items() if h.status == "active" and h.desil and h.desil <= 4}
    keys = {
        "district": lambda h: h.region_id[:8],
        "village": lambda h: h.region_id,
        "rt": lambda h: f"{h.region_id}/{h.rw}/{h.rt}",
        "desil": lambda h: str(h.desil or ""),
        "source": lambda h: h.source,
    }
    whole = of(targeting.whole(Asked(YEAR)))
    for by, key in keys.items():
        want = {
            name: counts({pk for pk in poor if key(demo[pk]) == name}, {pk for pk in got if key(demo[pk]) == name})
            for name in {key(demo[pk]) for pk in poor | got}
        }
        rows = {name: of(row) for name, row in targeting.by_household(by, Asked(YEAR))}
        assert rows == want, by
        assert tuple(map(sum, zip(*rows.values(), strict=True))) == whole, by


def test_overlap_rupiah_and_need_equal_plain_loops(demo):
    owners = defaultdict(set)
    sums, keyed = defaultdict(int), Delivery.objects.filter(void=False, date__year=YEAR)
    for delivery in keyed.select_related("assistance__program_year"):
        aid = delivery.assistance
        if aid.counts_for_id in demo:
            owners[aid.program_year.owner_id].add(aid.counts_for_id)
            sums[aid.counts_for_id] += delivery.amount or 0
    money = sorted(n for n in sums.values() if n)
    found = targeting.rupiah(Asked(YEAR))
    assert (found.all.households, found.all.total) == (len(money), sum(money))
    assert found.all.median == money[(len(money) - 1) // 2]
    overlap = targeting.overlap_of_agencies(YEAR)
    for owner, households in owners.items():
        assert overlap[owner, owner] >= len(households)  # groups come on top
    need = sum({1: 4, 2: 3, 3: 2}.get(h.desil, 1) for h in gaps.gap_households(None, YEAR))
    assert sum(n.points for n in priority.ranked(Asked(YEAR))) == need
    assert sum(n.points for n in priority.ranked(Asked(YEAR), "rt")) == need
