"""Our own blank sheet: filled in by anybody in any way, it is read back as meant; read twice, nothing changes."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from core.imports import batches
from core.models import ImportFinding
from core.nik import make_kk, make_nik
from households.imports.template import write_household_template
from households.models import Code, Household, ImportFamily
from tests.households.sheets import VILLAGE, step

pytestmark = [pytest.mark.usefixtures("answers"), pytest.mark.slow]
NAMES = ["Nur'aini", "SITI  AMINAH", "Zulfahmi Piliang", "M. Yusuf St. Mudo", "Ésther", "Rosmaini", "Basri Jambak"]
EXAMPLE = "CONTOH IBU"
HEADS, OTHERS = "Kepala keluarga", ["Istri", "Anak", "Orang tua", "Cucu"]


@pytest.fixture
def blank(world, tmp_path) -> Path:
    """The blank sheet as the page gives it out."""
    path = tmp_path / "templat.xlsx"
    with path.open("wb") as target:
        write_household_template(target)
    return path


def headers(table) -> dict[str, int]:
    for row in table.iter_rows(max_row=5):
        found = {str(cell.value).strip(" *"): cell.column for cell in row if cell.value}
        if "NIK" in found:
            return found
    raise AssertionError("no header")


def fill(blank: Path, people: list[dict], target: Path) -> Path:
    """Write `people` below the header, instead of the examples."""
    book = openpyxl.load_workbook(blank)
    table = book["Keluarga"]
    columns = headers(table)
    first = next(row[0].row for row in table.iter_rows(max_row=6) if any(c.value == "NIK" for c in row)) + 1
    for row in table.iter_rows(min_row=first, max_row=table.max_row):
        for cell in row:
            cell.value = None
    for n, person in enumerate(people):
        for key, value in person.items():
            table.cell(first + n, columns[key], value)
    book.save(target)
    return target


def bring(path: Path, by):
    batch = batches.bring(
        kind="households",
        file=path,
        name=path.name,
        by=by,
        source="verval",
        effective=dt.date(2026, 6, 1),
        area=VILLAGE,
    )
    step(batch, "read", by)
    return step(batch, "check", by)


def test_page_gives_it_out_with_its_examples(client, world):
    client.force_login(world.user("kelurahan_operator"))
    answer = client.get(reverse("households:import_template"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    table = book["Keluarga"]
    columns = headers(table)
    wanted = {"No KK", "NIK", "Nama Lengkap", "Hubungan Keluarga", "Tanggal Lahir", "Desil", "Jenis Lantai"}
    assert wanted <= set(columns)
    assert table.data_validations.dataValidation, "drop-downs"
    for key in ("No KK", "NIK"):
        letter = get_column_letter(columns[key])
        assert table.column_dimensions[letter].number_format == "@", "else Excel cuts the last digit"
    assert len(book.sheetnames) > 1
    assert any(EXAMPLE in map(str, row) for row in book.worksheets[1].iter_rows(values_only=True))


def test_untouched_sheet_brings_nobody(world, blank):
    batch = bring(blank, world.user("bappeda_admin"))
    assert batch.state == "unreadable"
    assert batch.message
    assert not ImportFamily.objects.filter(batch_id=batch.pk).exists(), "the examples are nobody"


def answers_of(field):
    return st.sampled_from([code.label for code in Code.objects.filter(field=field)] or [""])


@st.composite
def families(draw):
    """Families as people type them: some cells empty, any answer of the drop-downs."""
    people = []
    for n in range(draw(st.integers(1, 4))):
        kk = make_kk(VILLAGE, dt.date(2013, 2, 3), n + 1)
        for i in range(draw(st.integers(1, 4))):
            born = draw(st.dates(dt.date(1930, 1, 1), dt.date(2025, 12, 31)))
            sex = draw(st.sampled_from("LP"))
            person = {
                "No KK": kk,
                "NIK": make_nik(VILLAGE, born, {"L": "M", "P": "F"}[sex], n * 10 + i + 1),
                "Nama Lengkap": f"{draw(st.sampled_from(NAMES))} {'abcd'[i]}",
                "Hubungan Keluarga": HEADS if i == 0 else draw(st.sampled_from(OTHERS)),
                "Jenis Kelamin": sex,
                "Tanggal Lahir": draw(st.sampled_from([born, born.strftime("%d/%m/%Y"), born.isoformat()])),
                "Kelurahan": "Tanah Garam",
            }
            if i == 0:
                person |= {
                    "RT": draw(st.sampled_from(["001", "1", 1, "RT 01"])),
                    "RW": "002",
                    "Alamat": draw(st.sampled_from(["Jl. Laing 4", "Gang Surau; kiri", 'Jl. "Lama" 3'])),
                    "Desil": draw(st.one_of(st.none(), st.integers(1, 10))),
                    "Luas Lantai (m2)": draw(st.one_of(st.none(), st.integers(6, 200))),
                    "Jenis Lantai": draw(answers_of("floor")),
                    "Fasilitas BAB": draw(answers_of("toilet")),
                }
            if draw(st.booleans()):
                person |= {"Bekerja": draw(st.sampled_from(["Ya", "Tidak"])), "Pekerjaan": "Petani"}
            people.append(person)
    return people


def label(field: str, code) -> str:
    return Code.objects.get(field=field, code=code).label if code is not None else ""


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_filled_in_is_what_is_stored(world, blank, tmp_path, data):
    people, by = data.draw(families()), world.user("bappeda_admin")
    path = fill(blank, people, tmp_path / "isi.xlsx")
    with transaction.atomic():
        batch = bring(path, by)
        assert not list(ImportFinding.objects.filter(batch=batch, level="error").values("code", "value", "row"))
        step(batch, "apply", by)
        check_stored(people)
        again = bring(path, by)
        assert set(ImportFamily.objects.filter(batch_id=again.pk).values_list("outcome", flat=True)) == {"same"}
        transaction.set_rollback(True)


def check_stored(people: list[dict]) -> None:
    cards = {person["No KK"] for person in people}
    assert set(Household.objects.filter(source="verval").values_list("kk", flat=True)) == cards
    for kk in cards:
        rows = [person for person in people if person["No KK"] == kk]
        household, head = Household.objects.get(kk=kk), rows[0]
        assert household.size == len(rows)
        assert (household.rt, household.rw, household.address) == ("001", "002", head["Alamat"])
        assert (household.desil, household.floor_area) == (head["Desil"], head["Luas Lantai (m2)"])
        assert label("floor", household.floor) == head["Jenis Lantai"]
        assert label("toilet", household.toilet) == head["Fasilitas BAB"]
        members = {member.nik: member for member in household.members.all()}
        assert set(members) == {person["NIK"] for person in rows}
        for person in rows:
            member = members[person["NIK"]]
            assert member.name == " ".join(person["Nama Lengkap"].split())
            assert member.sex == {"L": "M", "P": "F"}[person["Jenis Kelamin"]]
            assert member.birth_date.strftime("%d%m%y")[2:] == person["NIK"][8:12]
            assert (member.relation == 1) == (person["Hubungan Keluarga"] == HEADS)
            assert member.works == {"Ya": True, "Tidak": False, None: None}[person.get("Bekerja")]
            assert member.occupation == person.get("Pekerjaan", "")
