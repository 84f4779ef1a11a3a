"""A city worked by hand: fifteen families, five programmes, two years; every figure with its reasoning.

| family | kelurahan, RT | desil | state | floor | who |
|---|---|---|---|---|---|
| H1 | Tanah Garam, 1 | 1 | active | good | a child of 9 |
| H2 | Tanah Garam, 1 | 1 | active | earth | |
| H3 | Tanah Garam, 1 | 2 | active | good | a child of 10 |
| H4 | Tanah Garam, 2 | 3 | active | good | a child of 12, who moved to H10 |
| H5 | Tanah Garam, 2 | 4 | active | earth | |
| H6 | Tanah Garam, 2 | 5 | active | good | |
| H7 | Tanah Garam, 2 | 8 | active | good | a child of 11 |
| H8 | Laing, 1 | 1 | active | good | |
| H9 | Laing, 1 | 2 | active | not asked | |
| H10 | Laing, 1 | 4 | active | good | took in the child of H4 |
| H11 | Laing, 1 | 6 | active | good | |
| H12 | Laing, 1 | – | active | good | not in DTSEN |
| H13 | Tanah Garam, 2 | 2 | moved away | good | |
| H14 | Laing, 1 | 1 | all died | good | |
| H15 | Laing, 1 | 1 | duplicate, merged into H8 | good | |

The target group of the city (active, desil 1–4): H1 H2 H3 H4 H5, H8 H9 H10 = 8 families.

What was handed over this year (thousand rupiah):

| programme, agency, cluster, kind | who qualifies | deliveries |
|---|---|---|
| Tunai, Dinsos, 1, living | desil 1–4 (last year: 1–2) | Q1: H1 300, H2 300, H6 300, H8 300, H13 300; Q2: H1, H15 300 |
| Sembako, Dinsos, 1, living | no rule: the target group | Q1: H1 200, H14 200; Q2: H3 200, H9 200 (void on H10) |
| PIP, Disdik, 1, education, persons | desil 1–4, age 7–18 | Q3: child of H3 450, of H4 450 (now in H10), of H7 450 |
| RTLH, Perkim, 1, housing | desil 1–4, unfit house | Q2: H2 20,000, stopped later; it is one house with Baznas |
| Bedah rumah, Baznas, 3, housing | desil 1–3 | Q2: H2 5,000 (the same house); Q4: H8 500, H12 500 |

H5 was approved for Tunai and got nothing; a delivery to H5 was entered by mistake and voided.
Last year: Tunai to H1, H3 and H5, 100 each.
"""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.utils import timezone

from core.history import history
from households.actions.members import edit_member, move_member
from households.filters import HouseholdFilter, list_url
from households.models import Household, Member
from programs import figures, targeting
from programs.actions import follow
from programs.models import Assistance, Delivery
from programs.targeting import Asked
from tests import factories as make

YEAR = timezone.localdate().year
LAST = YEAR - 1
A, B = "13.72.01.1001", "13.72.02.1006"
QUARTER = {1: (2, 10), 2: (5, 10), 3: (8, 10), 4: (11, 10)}
DESIL_1_4 = {"field": "desil", "op": "between", "value": [1, 4]}


@pytest.fixture
def city(db):
    """The city above. `h`: families by number."""
    for code, name in {"13.72": "Kota Solok", "13.72.01": "Lubuk Sikarah", A: "Tanah Garam", B: "Laing"}.items():
        make.region(code, name)
    make.CitySettingsFactory()
    make.CodeFactory(field="floor", code=8, unfit=True)
    staff = make.UserFactory()
    make.RoleAssignmentFactory(user=staff, role="bappeda_staff")
    made = SimpleNamespace(h=_families(), staff=staff)
    _programmes(made)
    _this_year(made)
    _last_year(made)
    _what_happened_later(made)
    return made


def _families() -> dict[int, Household]:
    plan = {  # number: kelurahan, RT, desil, floor
        1: (A, "001", 1, 1),
        2: (A, "001", 1, 8),
        3: (A, "001", 2, 1),
        4: (A, "002", 3, 1),
        5: (A, "002", 4, 8),
        6: (A, "002", 5, 1),
        7: (A, "002", 8, 1),
        8: (B, "001", 1, 1),
        9: (B, "001", 2, None),
        10: (B, "001", 4, 1),
        11: (B, "001", 6, 1),
        12: (B, "001", None, 1),
        13: (A, "002", 2, 1),
        14: (B, "001", 1, 1),
        15: (B, "001", 1, 1),
    }
    return {
        n: make.family(2, region_id=code, rw="001", rt=rt, desil=desil, floor=floor)
        for n, (code, rt, desil, floor) in plan.items()
    }


def _child(household: Household, age: int) -> Member:
    born = dt.date(YEAR - age, 1, 2)  # had a birthday this year whatever day the test runs
    member = make.MemberFactory(household=household, birth_date=born)
    make.MembershipFactory(member=member)
    return member


def _programmes(city) -> None:
    one, three = (make.SchemeItemFactory(scheme__code="cluster", code=code) for code in "13")
    agencies = {name: make.AgencyFactory(short_name=name) for name in ("Dinsos", "Disdik", "Perkim", "Baznas")}

    def programme(name, agency, cluster, kind, **more):
        made = make.ProgramFactory(name=name, owner=agencies[agency], cluster=cluster, benefit_kind__code=kind, **more)
        return made, make.ProgramYearFactory(program=made, year=YEAR, list_complete=dt.date(YEAR, 1, 1))

    city.agencies = agencies
    city.tunai, city.tunai_year = programme("Tunai", "Dinsos", one, "living")
    city.sembako, city.sembako_year = programme("Sembako", "Dinsos", one, "living")
    city.pip, city.pip_year = programme("PIP", "Disdik", one, "education", of_persons=True)
    city.rtlh, city.rtlh_year = programme("RTLH", "Perkim", one, "housing")
    city.baznas, city.baznas_year = programme("Bedah rumah", "Baznas", three, "housing")
    age = {"person": {"field": "age", "op": "between", "value": [7, 18]}}
    unfit = {"field": "unfit_house", "op": "eq", "value": True}
    rule = make.EligibilityRuleFactory
    rule(program=city.tunai, rule={"field": "desil", "op": "lte", "value": 2}, year_from=2020, year_to=LAST)
    rule(program=city.tunai, rule=DESIL_1_4, year_from=YEAR)
    rule(program=city.pip, rule={"all": [DESIL_1_4, age]})
    rule(program=city.rtlh, rule={"all": [DESIL_1_4, unfit]})
    rule(program=city.baznas, rule={"field": "desil", "op": "lte", "value": 3})


def _give(program_year, unit, *deliveries, void=False, **more) -> Assistance:
    """Aid for a household or a member with deliveries (quarter, thousand rupiah)."""
    to = {"household": None, "member": unit} if isinstance(unit, Member) else {"household": unit}
    aid = make.AssistanceFactory(program_year=program_year, **to, **({"received": True} | more))
    for stage, (quarter, thousand) in enumerate(deliveries, 1):
        day = dt.date(program_year.year, *QUARTER[quarter])
        make.DeliveryFactory(assistance=aid, stage=stage, date=day, amount=1000 * thousand, voided=void)
    return aid


def _this_year(city) -> None:
    h = city.h
    _give(city.tunai_year, h[1], (1, 300), (2, 300))
    for n in (2, 6, 8, 13):
        _give(city.tunai_year, h[n], (1, 300))
    _give(city.tunai_year, h[15], (2, 300))
    _give(city.tunai_year, h[5], (1, 300), void=True, received=False, approved=True)
    _give(city.sembako_year, h[1], (1, 200))
    _give(city.sembako_year, h[14], (1, 200))
    _give(city.sembako_year, h[3], (2, 200))
    city.wrong = _give(city.sembako_year, h[10], (2, 200))
    _child(h[1], 9)
    city.child_of_3, city.child_of_4, child_of_7 = _child(h[3], 10), _child(h[4], 12), _child(h[7], 11)
    for child in (city.child_of_3, city.child_of_4, child_of_7):
        _give(city.pip_year, child, (3, 450))
    _give(
        city.rtlh_year, h[2], (2, 20_000), received=False, status="stopped", status_reason="pindah", benefit_key="rumah"
    )
    _give(city.baznas_year, h[2], (2, 5_000), benefit_key="rumah")
    for n in (8, 12):
        _give(city.baznas_year, h[n], (4, 500))


def _last_year(city) -> None:
    city.tunai_last = make.ProgramYearFactory(program=city.tunai, year=LAST, list_complete=dt.date(LAST, 1, 1))
    for n in (1, 3, 5):
        _give(city.tunai_last, city.h[n], (1, 100))


def _what_happened_later(city) -> None:
    """Moved, died, merged, corrected: each by the action or hook that does it in the application."""
    h, staff, today = city.h, city.staff, timezone.localdate()
    move_member(member=city.child_of_4, to=h[10], relation=3, date=today, by=staff)
    gone = {"status_reason": "pindah ke Padang", "status_date": today}
    Household.objects.filter(pk=h[13].pk).update(status="moved", **gone)
    Household.objects.filter(pk=h[14].pk).update(status="deceased", **gone)
    Household.objects.filter(pk=h[15].pk).update(status="duplicate", merged_into=h[8], **gone)
    with history(by=staff, action="household.merge"):
        follow.households_merged(h[15].pk, h[8].pk, staff)
    # Entered on the wrong family: made void there, given to the right one.
    Delivery.objects.filter(assistance=city.wrong).update(void=True, void_reason="salah keluarga")
    Assistance.objects.filter(pk=city.wrong.pk).update(status="void", status_reason="salah keluarga")
    _give(city.sembako_year, h[9], (2, 200))
    # A corrected NIK keeps the person and the aid.
    child = Member.objects.get(pk=city.child_of_3.pk)
    edit_member(member=child, section="identity", values={"nik": "1372010201090777"}, version=child.version, by=staff)


def counts(row: targeting.Targeting) -> tuple[int, int, int, int]:
    return row.target, row.reached, row.receivers, row.outside


def listed(params: dict, user) -> set[int]:
    query = urlsplit(list_url(**params)).query
    found = HouseholdFilter(QueryDict(query), user=user, year=params["year"])
    assert found.is_valid(), found.errors
    return set(found.queryset().values_list("pk", flat=True))


def numbers(city, pks) -> set[int]:
    return {n for n, household in city.h.items() if household.pk in pks}


# --- the whole city ------------------------------------------------------------------------------------------------


def test_all_programmes_against_the_target_group(city):
    """Reached of the eight: H1 H2 H3 H8 H9, and H10 through the child that moved there; H4 lost its child, H5 only has
    an approval and a void delivery. Receivers: these six, and outside the target group H6 (desil 5), H7 (desil 8),
    H12 (no desil), H13 (moved away), H14 (died) = 11.
    """
    row = targeting.whole(Asked(YEAR))
    assert counts(row) == (8, 6, 11, 5)
    assert row.coverage == 6 / 8
    assert row.exclusion == 2 / 8
    assert row.inclusion == 5 / 11
    assert row.coverage + row.exclusion == 1
    assert figures.coverage(YEAR).part == 6
    assert figures.nothing_recorded(YEAR).part == 2


def test_each_count_opens_its_list(city):
    row = targeting.whole(Asked(YEAR))
    lists = {w: numbers(city, listed(row.params(w), city.staff)) for w in WHICH}
    assert lists == {
        "target": {1, 2, 3, 4, 5, 8, 9, 10},
        "reached": {1, 2, 3, 8, 9, 10},
        "missed": {4, 5},
        "receivers": {1, 2, 3, 8, 9, 10, 6, 7, 12, 13, 14},
        "outside": {6, 7, 12, 13, 14},
    }


WHICH = ("target", "reached", "missed", "receivers", "outside")


def test_last_year(city):
    """The target group is that of today; of it Tunai reached H1, H3 and H5 last year, and nobody else got anything."""
    assert counts(targeting.whole(Asked(LAST))) == (8, 3, 3, 0)


def test_quarters(city):
    """Q1: Tunai H1 H2 H6 H8 H13, Sembako H1 H14. Q2: Tunai H1 and H8 (was H15), Sembako H3 H9, RTLH and Baznas H2.
    Q3: PIP H3 H10 H7. Q4: Baznas H8 H12.
    """
    found = [counts(targeting.whole(Asked(YEAR, quarter=q))) for q in targeting.QUARTERS]
    assert found == [(8, 3, 6, 3), (8, 5, 5, 0), (8, 2, 3, 1), (8, 1, 2, 1)]
    row = targeting.whole(Asked(YEAR, quarter=3))
    assert numbers(city, listed(row.params("receivers"), city.staff)) == {3, 7, 10}
    assert numbers(city, listed(row.params("missed"), city.staff)) == {1, 2, 4, 5, 8, 9}


# --- programmes ------------------------------------------------------------------------------------------------------


def by(kind: str, year: int = YEAR, **more) -> dict[str, targeting.Targeting]:
    groups = targeting.bundles(kind, targeting.covering_years(year))
    return {row.label: row for row in targeting.by_bundle(groups, Asked(year, **more))}


def test_each_programme_against_its_own_rule(city):
    """Tunai: of the eight it reached H1 H2 H8 (with H15's); H6 and H13 outside.
    Sembako: H1 H3 H9; H14 outside, and H10 only had the void one.
    PIP: a child of 7 to 18 in desil 1–4 lives in H1, H3 and H10; it reached H3 and H10; H7 outside.
    RTLH: an unfit floor in desil 1–4 have H2 and H5; of H9 nobody asked. It reached H2, stopped or not.
    Bedah rumah: desil 1–3 are H1 H2 H3 H4 H8 H9; it reached H2 and H8; H12 outside.
    """
    assert {name: counts(row) for name, row in by("program").items()} == {
        "Tunai": (8, 3, 5, 2),
        "Sembako": (8, 3, 4, 1),
        "PIP": (3, 2, 3, 1),
        "RTLH": (2, 1, 1, 0),
        "Bedah rumah": (6, 2, 3, 1),
    }
    for row in by("program").values():
        assert row.coverage + row.exclusion == 1


def test_a_past_year_is_judged_by_its_own_rule(city):
    """Last year's Tunai asked for desil 1–2: H1 H2 H3 H8 H9. It reached H1 and H3; H5 (desil 4) stood outside."""
    assert counts(by("program", LAST)["Tunai"]) == (5, 2, 3, 1)


def test_agencies(city):
    """Dinsos: who fits Tunai or Sembako are the eight; reached H1 H2 H3 H8 H9; outside H6 H13 H14."""
    assert {name: counts(row) for name, row in by("agency").items()} == {
        "Dinsos": (8, 5, 8, 3),
        "Disdik": (3, 2, 3, 1),
        "Perkim": (2, 1, 1, 0),
        "Baznas": (6, 2, 3, 1),
    }


def test_clusters_and_sources_of_funds(city):
    """Cluster 1 is all but Baznas: reached H1 H2 H3 H8 H9 H10, outside H6 H7 H13 H14. APBN pays Tunai and PIP: of the
    eight H1 H2 H8 H3 H10, outside H6 H13 H7.
    """
    assert [counts(row) for row in by("cluster").values()] == [(8, 6, 10, 4), (6, 2, 3, 1)]
    for program_year in (city.tunai_year, city.pip_year):
        make.ProgramFundingFactory(program_year=program_year, source="apbn")
    assert {name: counts(row) for name, row in by("fund").items()} == {"APBN": (8, 5, 8, 3)}


def test_programme_and_agency_open_their_lists(city):
    for kind in ("program", "agency", "cluster"):
        for row in by(kind).values():
            found = [len(listed(row.params(which), city.staff)) for which in WHICH]
            assert found == [row.target, row.reached, row.missed, row.receivers, row.outside], row.label


# --- places, desil ---------------------------------------------------------------------------------------------------


def places(by: str, **more) -> dict[str, tuple]:
    return {key: counts(row) for key, row in targeting.by_household(by, Asked(YEAR, **more))}


def test_areas_down_to_the_rt_add_up(city):
    """Tanah Garam: H1 H2 H3 | H4 H5; receivers with H6 H7 H13. Laing: H8 H9 H10; receivers with H12 H14."""
    assert places("village") == {A: (5, 3, 6, 3), B: (3, 3, 5, 2)}
    assert places("district") == {"13.72.01": (5, 3, 6, 3), "13.72.02": (3, 3, 5, 2)}
    assert places("rt", area=A) == {f"{A}/001/001": (3, 3, 3, 0), f"{A}/001/002": (2, 0, 3, 3)}
    assert places("rw") == {f"{A}/001": (5, 3, 6, 3), f"{B}/001": (3, 3, 5, 2)}


def test_desil_and_source_of_data(city):
    """Desil 1: H1 H2 H8, and H14 died. 2: H3 H9, and H13 moved. 3: H4. 4: H5, H10. Without: H12."""
    assert places("desil") == {
        "": (0, 0, 1, 1),
        "1": (3, 3, 4, 1),
        "2": (2, 2, 3, 1),
        "3": (1, 0, 0, 0),
        "4": (2, 1, 1, 0),
        "5": (0, 0, 1, 1),
        "8": (0, 0, 1, 1),
    }
    assert places("source") == {"local": (8, 6, 11, 5)}


@pytest.mark.parametrize("breakdown", ["district", "village", "rw", "rt", "desil", "source"])
def test_every_breakdown_adds_up_to_the_whole(city, breakdown):
    for bundle in [targeting.everything(), *targeting.bundles("program", targeting.covering_years(YEAR))]:
        rows = [counts(row) for _key, row in targeting.by_household(breakdown, Asked(YEAR), bundle)]
        assert tuple(map(sum, zip(*rows, strict=True))) == counts(targeting.whole(Asked(YEAR), bundle))


def test_rows_of_places_open_their_lists(city):
    for breakdown in ("district", "village", "rw", "rt", "source"):
        for _key, row in targeting.by_household(breakdown, Asked(YEAR)):
            found = [len(listed(row.params(which), city.staff)) for which in WHICH]
            assert found == [row.target, row.reached, row.missed, row.receivers, row.outside]


def test_narrowed_questions(city):
    assert counts(targeting.whole(Asked(YEAR, area=A, rw="001", rt="002"))) == (2, 0, 3, 3)
    assert counts(targeting.whole(Asked(YEAR, desil=(1, 2)))) == (5, 5, 7, 2)
    assert counts(targeting.whole(replace(Asked(YEAR), source="dtsen"))) == (0, 0, 0, 0)
    assert targeting.whole(Asked(YEAR, source="dtsen")).coverage is None


# --- nothing, twice, overlap -----------------------------------------------------------------------------------------


def test_households_with_nothing_and_with_two_of_a_kind(city):
    """Two of one kind: H1 has Tunai and Sembako (living). H2's house has two funders: one benefit."""
    assert figures.nothing_recorded(YEAR).part == 2
    n, params = figures.twice_served(YEAR)
    assert n == 1
    assert numbers(city, listed(params, city.staff)) == {1}
    make.AllowedPairFactory(first=city.tunai, second=city.sembako)
    assert figures.twice_served(YEAR)[0] == 0


def test_overlap_of_programmes(city):
    """Both Tunai and Sembako: H1. Tunai and RTLH: H2. Tunai and Baznas: H2, H8. Sembako and PIP: H3.
    RTLH and Baznas share H2, but it is one house.
    """
    names = {p.pk: p.name for p in (city.tunai, city.sembako, city.pip, city.rtlh, city.baznas)}
    found = {(names[a], names[b]): n for (a, b), n in figures.overlap(YEAR).items()}
    assert found == {
        ("Tunai", "Tunai"): 5,
        ("Sembako", "Sembako"): 4,
        ("PIP", "PIP"): 3,
        ("RTLH", "RTLH"): 1,
        ("Bedah rumah", "Bedah rumah"): 3,
        ("Tunai", "Sembako"): 1,
        ("Tunai", "RTLH"): 1,
        ("Tunai", "Bedah rumah"): 2,
        ("Sembako", "PIP"): 1,
    }


def test_overlap_of_agencies(city):
    """Dinsos and Disdik: H3. Dinsos and Perkim: H2. Dinsos and Baznas: H2, H8. Perkim and Baznas: one house, none."""
    names = {agency.pk: name for name, agency in city.agencies.items()}
    found = {(names[a], names[b]): n for (a, b), n in targeting.overlap_of_agencies(YEAR).items()}
    assert found == {
        ("Dinsos", "Dinsos"): 8,
        ("Disdik", "Disdik"): 3,
        ("Perkim", "Perkim"): 1,
        ("Baznas", "Baznas"): 3,
        ("Dinsos", "Disdik"): 1,
        ("Dinsos", "Perkim"): 1,
        ("Dinsos", "Baznas"): 2,
    }
    assert targeting.overlap_of_agencies(YEAR, B)[city.agencies["Dinsos"].pk, city.agencies["Baznas"].pk] == 1


def test_convergence_of_a_package(city):
    """Income and house for desil 1–2: H1 H2 H3 H8 H9. Income has each of them; a house H2 and H8."""
    package = make.PackageFactory(rule={"field": "desil", "op": "lte", "value": 2})
    make.PackagePartFactory(package=package, label="Income", order=1, programs=[city.tunai, city.sembako])
    make.PackagePartFactory(package=package, label="House", order=2, programs=[city.rtlh, city.baznas])
    found = targeting.convergence(package, YEAR)
    got = [(part.label, part.n) for part in found.parts]
    assert (found.target, got, found.by_count) == (5, [("Income", 5), ("House", 2)], [0, 3, 2])
    assert (found.whole, found.share) == (2, 2 / 5)
    last = targeting.convergence(package, LAST)
    assert ([part.n for part in last.parts], last.by_count) == ([2, 0], [3, 2, 0])
    income = found.parts[0].pk
    for which, wanted in (
        ("", {1, 2, 3, 8, 9}),
        (".whole", {2, 8}),
        (".lack", {1, 3, 9}),
        (f".p{income}", {1, 2, 3, 8, 9}),
    ):
        params = {"package": f"{package.uuid}{which}", "year": YEAR}
        assert numbers(city, listed(params, city.staff)) == wanted


# --- rupiah ----------------------------------------------------------------------------------------------------------


def test_rupiah_per_household_and_the_share_of_the_poor(city):
    """Thousand: H1 800, H2 25,300, H3 650, H6 300, H7 450, H8 1,100, H9 200, H10 450, H12 500, H13 300, H14 200.
    In order 200 200 300 300 450 [450] 500 650 800 1,100 25,300: the sixth of eleven is the median.
    Desil 1 got 800 + 25,300 + 1,100 + 200 (H14) = 27,400; desil 2: 650 + 200 + 300 (H13); desil 4: 450.
    """
    found = targeting.rupiah(Asked(YEAR))
    assert found.all == targeting.Rupiah(11, 30_250_000, 450_000)
    assert found.desil[1] == targeting.Rupiah(4, 27_400_000, 800_000)
    assert found.desil[2] == targeting.Rupiah(3, 1_150_000, 300_000)
    assert found.share(1) == 27_400 / 30_250
    assert found.share(4) == 29_000 / 30_250
    assert sum(r.total for r in found.desil.values()) == found.all.total
    assert targeting.rupiah(Asked(LAST)).all == targeting.Rupiah(3, 300_000, 100_000)


def test_rupiah_of_a_programme_a_quarter_an_area(city):
    tunai = targeting.bundle_of(f"program-{city.tunai.uuid}", YEAR)
    assert targeting.rupiah(Asked(YEAR), tunai).all == targeting.Rupiah(5, 2_100_000, 300_000)
    assert targeting.rupiah(Asked(YEAR, quarter=3)).all == targeting.Rupiah(3, 1_350_000, 450_000)
    assert targeting.rupiah(Asked(YEAR, area=B)).all.total == 2_450_000
    nothing = targeting.rupiah(Asked(YEAR - 3))
    assert (nothing.all, nothing.share(4)) == (targeting.Rupiah(0, 0, None), None)


# --- what is not known -----------------------------------------------------------------------------------------------


def test_missing_lists_say_how_far_they_could_change_a_figure(city):
    """RTLH plans 4 houses and has 1: three could still come, so coverage lies between 1/2 and 2/2 of its own target
    group, and between 6/8 and 8/8 of the city. Of a list without a plan nobody knows.
    """
    assert targeting.waiting_lists(YEAR) == []
    for program_year, target in ((city.rtlh_year, 4), (city.sembako_year, None)):
        program_year.program.decided_elsewhere = True
        program_year.program.save()
        program_year.list_complete, program_year.target = None, target
        program_year.save()
    rtlh = targeting.bundle_of(f"program-{city.rtlh.uuid}", YEAR)
    [waiting] = targeting.waiting_lists(YEAR, rtlh)
    assert (waiting.state, waiting.could_add, waiting.newest) == ("partial", 3, dt.date(YEAR, 5, 10))
    assert targeting.highest_coverage(targeting.whole(Asked(YEAR), rtlh), [waiting]) == 1.0
    row = targeting.whole(Asked(YEAR))
    assert targeting.highest_coverage(row, [replace(waiting, could_add=1)]) == 7 / 8
    everything = targeting.waiting_lists(YEAR)
    assert [(w.program_year.program.name, w.could_add) for w in everything] == [("RTLH", 3), ("Sembako", None)]
    assert targeting.highest_coverage(row, everything) == 1.0
