"""Reports hold what the figures say, masked unless the right is held, and leave a record."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from core.models import AccessRecord
from core.nik import mask
from programs import figures
from reports.actions import take_snapshot
from reports.periods import parse_period, period
from reports.workbooks import REPORTS, ReportRequest, write
from tests import factories as make


@pytest.fixture
def city(world):
    """Beside the world's two reached families: one poor family without aid in each area, one rich one."""
    world.poor = make.family(2, region_id=world.own.region.code, desil=1, head={"name": "Miskin Dekat"})
    world.far = make.family(1, region_id=world.other.region.code, desil=3, head={"name": "Miskin Jauh"})
    world.rich = make.family(1, region_id=world.own.region.code, desil=9, head={"name": "Mampu"})
    return world


def ask(world, name, role=None, **options):
    return ReportRequest(
        name=name, period=options.pop("period", period(world.year)), user=role and world.user(role), **options
    )


def cells(request, sheet=0):
    target = io.BytesIO()
    write(request, target)
    book = openpyxl.load_workbook(io.BytesIO(target.getvalue()))
    return [[c for c in row if c not in (None, "")] for row in book.worksheets[sheet].iter_rows(values_only=True)]


def flat(request, sheet=0):
    return [c for row in cells(request, sheet) for c in row]


def test_gap_lists_exactly_the_poor_without_a_delivery(city):
    found = flat(ask(city, "gap", "bappeda_staff"))
    assert city.poor.head_name in found
    assert city.far.head_name in found
    assert city.rich.head_name not in found
    assert city.own.household.head_name not in found


def test_gap_of_a_quarter_counts_only_deliveries_of_that_quarter(city):
    type(city.own.household).objects.filter(pk=city.own.household.pk).update(desil=2)
    name = city.own.household.head_name  # reached on 15 January
    assert name not in flat(ask(city, "gap", "bappeda_staff", period=period(city.year, quarter=1)))
    assert name in flat(ask(city, "gap", "bappeda_staff", period=period(city.year, quarter=2)))


def test_gap_of_an_area_holds_nobody_else(city):
    found = flat(ask(city, "gap", "kelurahan_operator", area=city.own.region.code))
    assert city.poor.head_name in found
    assert city.far.head_name not in found


def test_another_area_is_refused(city):
    with pytest.raises(PermissionDenied):
        cells(ask(city, "gap", "kelurahan_operator", area=city.other.region.code))
    with pytest.raises(PermissionDenied):
        cells(ask(city, "gap", "kelurahan_operator"))


@pytest.mark.parametrize("name", ["gap", "matriks-intervensi"])
def test_lists_of_names_are_not_for_the_leadership(city, name):
    with pytest.raises(PermissionDenied):
        cells(ask(city, name, "leadership"))


def test_numbers_are_masked_unless_the_right_is_held(city):
    nik = city.poor.members.get(relation=1).nik
    found = flat(ask(city, "gap", "bappeda_staff"))
    assert nik not in found
    assert mask(nik) in found
    full = ask(city, "gap", "bappeda_staff", unmasked=True, purpose="Penyaluran")
    assert nik in flat(full)
    record = AccessRecord.objects.get(kind="export_unmasked")
    assert (record.purpose, record.rows) == ("Penyaluran", 2)
    for role in ("auditor", "opd_operator", "group_coordinator"):
        with pytest.raises(PermissionDenied):
            cells(ask(city, "gap", role, unmasked=True, purpose="x"))
    with pytest.raises(ValidationError):
        cells(ask(city, "gap", "bappeda_staff", unmasked=True))


def test_matrix_marks_who_received_what(city):
    rows = cells(ask(city, "matriks-intervensi", "bappeda_staff"))
    header = next(row for row in rows if "NIK" in row)
    assert header
    reached = next(row for row in rows if city.own.household.head_name in row)
    nothing = next(row for row in rows if city.poor.head_name in row)
    assert reached[-1] == 1
    assert "✓" in reached
    assert nothing[-1] == 0
    assert "✓" not in nothing


def test_recap_equals_the_figures(city):
    rows = cells(ask(city, "rekap-wilayah", "bappeda_staff"))
    by_area = {s.label: s for s in figures.coverage_by_area(city.year)}
    for label, share in by_area.items():
        row = next(r for r in rows if label in r)
        assert row[-3:] == [share.total, share.part, share.missing]
    total = next(r for r in rows if any(str(c).startswith("=SUM(") for c in r))
    assert total


def test_recap_hides_small_cells_from_readers_without_names(city):
    rows = cells(ask(city, "rekap-wilayah", "leadership"))
    row = next(r for r in rows if city.own.region.name in r)
    numbers = [c for c in row[2:] if isinstance(c, int) and 0 < c < 5]
    assert not numbers
    assert "<5" in row


def test_a_name_that_looks_like_a_formula_stays_text(city):
    head = city.poor.members.get(relation=1)
    type(head).objects.filter(pk=head.pk).update(name="=1+1")
    type(city.poor).objects.filter(pk=city.poor.pk).update(head_name="=1+1")
    target = io.BytesIO()
    write(ask(city, "gap", "bappeda_staff"), target)
    book = openpyxl.load_workbook(io.BytesIO(target.getvalue()))
    cell = next(c for row in book.worksheets[0].iter_rows() for c in row if c.value == "=1+1")
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        ("2026-Q1", dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
        ("2024-q1", dt.date(2024, 1, 1), dt.date(2024, 3, 31)),
        ("2026-S2", dt.date(2026, 7, 1), dt.date(2026, 12, 31)),
    ],
)
def test_periods(text, first, last):
    found = parse_period(text)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("text", ["", "26", "2026-Q5", "2026-S3", "1999", "2026-X1"])
def test_periods_that_are_none(text):
    with pytest.raises(ValidationError):
        parse_period(text)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_command_writes_each_report_for_the_system(city, tmp_path, name):
    out = tmp_path / "r.xlsx"
    call_command("export_report", name, year=city.year, out=str(out))
    assert openpyxl.load_workbook(out).worksheets
    assert AccessRecord.objects.latest("id").actor == "system"


@pytest.mark.parametrize(
    "options",
    [
        {"name": "nothing"},
        {"name": "gap", "unmasked": True},
        {"name": "gap", "known_at": "2026-01-01"},
        {"name": "gap", "area": "99.99"},
        {"name": "gap", "by": "nobody"},
        {"name": "rekap-wilayah", "known_at": "gestern"},
    ],
)
def test_command_refuses_with_one_line_and_no_file(city, tmp_path, capsys, options):
    out = tmp_path / "r.xlsx"
    with pytest.raises(SystemExit) as stop:
        call_command("export_report", options.pop("name"), year=city.year, out=str(out), **options)
    assert stop.value.code == 2
    assert not list(tmp_path.iterdir())
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_quality_counts_gaps_by_kelurahan(city):
    make.HouseholdFactory(region=city.own.region, kk=None, desil=None)
    rows = cells(ask(city, "mutu-data", "bappeda_staff"))
    row = next(r for r in rows if city.own.region.name in r)
    gaps = {gap: n for gap, n, _params in figures.data_gaps(city.own.region.code)}
    assert gaps["desil"] == 1
    assert row[3:] == [gaps.get(gap, 0) for gap in figures.GAPS]
    small = next(r for r in cells(ask(city, "mutu-data", "leadership")) if city.own.region.name in r)
    assert not [n for n in small[2:] if isinstance(n, int) and 0 < n < 5]


def test_recap_as_known_on_a_day_is_that_of_the_day(city):
    day = dt.date(city.year, 6, 1)
    take_snapshot(day=day, years=[city.year])
    before = figures.coverage(city.year, city.own.region.code)
    for _n in range(6):
        make.HouseholdFactory(region=city.own.region, desil=1, status="active")
    rows = cells(ask(city, "rekap-wilayah", "bappeda_staff", known_at=day))
    row = next(r for r in rows if city.own.region.name in r)
    assert row[-3:] == [before.total, before.part, before.missing]
    programmes = flat(ask(city, "rekap-wilayah", "bappeda_staff", known_at=day), 1)
    assert city.program.short_name in programmes
    small = cells(ask(city, "rekap-wilayah", "leadership", known_at=day))
    assert "<5" in next(r for r in small if city.own.region.name in r)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gap", {}),
        ("overlap", {}),
        ("rekap-wilayah", {"period": period(2026, quarter=1)}),
        ("rekap-wilayah", {"known_at": dt.date(2001, 1, 1)}),
    ],
)
def test_days_that_were_not_kept_are_refused(city, name, options):
    day = dt.date(2026, 6, 1)
    take_snapshot(day=day, years=[2026])
    with pytest.raises(ValidationError):
        cells(ask(city, name, "bappeda_staff", **({"known_at": day} | options)))
