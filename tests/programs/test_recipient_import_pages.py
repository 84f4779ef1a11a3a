"""The pages of recipient lists: several files, guesses confirmed, mending, choosing, downloads, undo."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.imports import batches
from core.models import AccessRecord, ImportBatch, ImportFinding, SheetLayout
from households.models import Member
from programs.imports.guess import Clues, best_program, decree_in
from programs.models import Assistance, Program
from tests import factories as make
from tests.programs.lists import bring, check, outcomes, sheet, step
from tests.programs.test_recipient_import import new_year, person

LIST = reverse("programs:recipient_import_list")
THIS_YEAR = timezone.localdate().year


@pytest.fixture
def year(world):
    """A year of PKH, decided elsewhere, in which nobody is yet."""
    return new_year(
        world, name="Program Keluarga Harapan", short_name="PKH", aliases=["PKH", "Keluarga Harapan"],
        decided_elsewhere=True, four_eyes=False,
    )  # fmt: skip


@pytest.fixture
def signed_in(client, operator):
    """The agency's operator at the browser."""
    client.force_login(operator)
    return client


def upload(name, *rows, **options):
    return SimpleUploadedFile(name, sheet(*rows, **options).read())


def url(batch, name="recipient_import", *more):
    return reverse(f"programs:{name}", args=[batch.uuid, *more])


def plan(batch, year, **values):
    """What the page of the columns posts when nothing was corrected."""
    data = {"program_year": str(year.uuid), "enter_as": "received", "stage": "1", "date": f"{THIS_YEAR}-01-20"}
    for i, about in enumerate(batch.layout["sheets"]):
        data[f"take_{i}"] = "on" if about["taken"] else ""
        columns = {index: key for key, index in about["mapping"].items()}
        data |= {f"col_{i}_{index}": columns.get(index, "") for index, _text, _parts in about["titles"]}
    return {key: value for key, value in (data | values).items() if value != ""}


# --- bringing and guessing -------------------------------------------------------------------------------------------


def test_several_files_make_an_import_each(world, year, signed_in):
    files = [upload("pkh tahap 1.csv", (person(world).nik, "")), upload("pkh tahap 2.csv", (person(world).nik, ""))]

    response = signed_in.post(LIST, {"files": files}, follow=True)

    made = list(ImportBatch.objects.filter(kind="recipients").order_by("id"))
    assert [b.file_name for b in made] == ["pkh tahap 1.csv", "pkh tahap 2.csv"]
    assert [b.options["stage"] for b in made] == [1, 2]
    assert len({b.options["group"] for b in made}) == 1
    assert [b.pk for b in response.context["batches"]] == [b.pk for b in reversed(made)]


def test_one_file_opens_its_page_and_a_wrong_one_is_named(world, year, signed_in):
    good, bad = upload("pkh.csv", (person(world).nik, "")), SimpleUploadedFile("surat.pdf", b"%PDF")

    response = signed_in.post(LIST, {"files": [bad]})
    assert response.status_code == 422
    assert "surat.pdf" in response.content.decode()

    response = signed_in.post(LIST, {"files": [good]}, follow=True)
    assert response.context["stage"] == "columns"


def test_programme_year_and_stage_are_guessed_and_shown(world, year, signed_in):
    titles = ("DAFTAR PENERIMA PKH TAHAP 2", f"TAHUN {THIS_YEAR}")

    signed_in.post(LIST, {"files": [upload("daftar.csv", (person(world).nik, ""), titles=titles)]})

    batch = ImportBatch.objects.get(kind="recipients")
    assert batch.options["program_year"] == str(year.uuid)
    assert (batch.options["stage"], batch.options["enter_as"], batch.options["period"]) == (2, "received", "Tahap 2")
    form = signed_in.get(url(batch)).context["plan"]
    assert form["program_year"].value() == str(year.uuid)


@pytest.mark.parametrize(
    ("clues", "short_name"),
    [
        (Clues(file="pkh tahap2 2026"), "PKH"),
        (Clues(file="data kpm", titles=["Penerima Program Keluarga Harapan"]), "PKH"),
        (Clues(file="daftar BPNT", opensid={"nama program": "Keluarga Harapan"}), "PKH"),
        (Clues(file="daftar", titles=["Bantuan Sembako / BPNT"]), "Sembako"),
        (Clues(file="spkhusus"), None),
        (Clues(file="daftar hadir"), None),
        (Clues(file="pkh dan sembako"), "Sembako"),
    ],
)
def test_the_programme_is_told_by_its_names(world, year, clues, short_name):
    make.ProgramFactory(short_name="Sembako", name="Program Sembako", aliases=["BPNT", "Sembako"], owner=world.agency)

    found = best_program(clues, Program.objects.all())

    assert (found.short_name if found else None) == short_name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("LAMPIRAN KEPUTUSAN WALI KOTA SOLOK\nNomor : 188.45/250/KPTS/WSL-2026\nTanggal : 20 Agustus 2026",
         "188.45/250/KPTS/WSL-2026"),
        ("SK Nomor 460/12/2026 tanggal 3-2-2026", "460/12/2026"),
        ("Daftar nomor urut penerima", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_decree_is_read_from_the_titles(text, number):
    assert decree_in(text)[0] == number


def test_the_opensid_workbook_is_read(world, year, signed_in):
    found = person(world)
    book = openpyxl.Workbook()
    program, people = book.active, book.create_sheet("Peserta")
    program.title = "Program"
    for row in (
        ("ID Program", "7"), ("Nama Program", "Program Keluarga Harapan"), ("Sasaran Program", 2),
        ("Keterangan", "Kementerian Sosial"), ("Asal Dana", "Pusat"),
        ("Rentang Waktu (Awal)", f"{THIS_YEAR}-01-01"), ("Rentang Waktu (Akhir)", f"{THIS_YEAR}-12-31"),
        ("###", ""), ("Catatan:", ""),
    ):  # fmt: skip
        program.append(row)
    people.append(("Peserta", "No. Peserta", "NIK", "Nama", "Tempat Lahir", "Tanggal Lahir", "Alamat"))
    people.append((found.household.kk, "1", found.nik, "GUSTINA", "SOLOK", "1980-03-05", "RT 004 RW - Dusun"))
    people.append(("###", "", "", "", "", "", ""))
    people.append(("Catatan:", "", "", "", "", "", ""))
    target = io.BytesIO()
    book.save(target)

    signed_in.post(LIST, {"files": [SimpleUploadedFile("peserta.xlsx", target.getvalue())]})

    batch = ImportBatch.objects.get(kind="recipients")
    assert batch.options["program_year"] == str(year.uuid)
    assert [s["name"] for s in batch.layout["sheets"] if s["taken"]] == ["Peserta"]
    signed_in.post(url(batch, "recipient_import_step", "columns"), plan(batch, year))
    assert outcomes(batch) == ["new"]


def test_columns_are_remembered_for_the_next_file_laid_out_so(world, year, signed_in, operator):
    nik = person(world).nik
    batch = bring(operator, year, (nik, "x", "500000"), header=("NIK", "Kolom aneh", "Lain"))
    data = plan(batch, year, col_0_2="amount")

    signed_in.post(url(batch, "recipient_import_step", "columns"), data)
    second = bring(operator, year, (nik, "y", "700000"), header=("NIK", "Kolom aneh", "Lain"), name="lain.csv")

    assert SheetLayout.objects.filter(kind="recipients").count() == 1
    assert second.layout["sheets"][0]["mapping"] == {"nik": 0, "amount": 2}


def test_the_programme_must_be_chosen(world, signed_in, operator):
    batch = bring(operator, None, (person(world).nik, ""))

    response = signed_in.post(
        url(batch, "recipient_import_step", "columns"), {"take_0": "on", "col_0_0": "nik", "enter_as": "received"}
    )

    assert response.status_code == 422
    assert "program_year" in response.context["plan"].errors


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"date": "2019-01-01"}, "__all__"),
        ({"enter_as": "approved"}, "enter_as"),
        ({"stage": "99"}, "stage"),
        ({"program_year": "x"}, "program_year"),
        ({"amount": "banyak"}, "amount"),
    ],
)
def test_what_does_not_go_together_is_said_at_the_form(world, year, signed_in, operator, values, field):
    batch = bring(operator, year, (person(world).nik, ""))

    response = signed_in.post(url(batch, "recipient_import_step", "columns"), plan(batch, year, **values))

    assert response.status_code == 422
    assert response.context["plan"].errors


# --- preview ---------------------------------------------------------------------------------------------------------


def test_the_preview_shows_every_list(world, year, signed_in, operator):
    found, twin = person(world), person(world, name="Wirman")
    person(world, name="Wirman", area=world.other)
    rows = [(found.nik, "Gustina", ""), ("1372015203800004", "Bujang", ""), ("137201", "X", ""),
            ("", twin.name, "05/03/1980"), (found.nik, "Gustina", "")]  # fmt: skip
    batch = check(operator, year, *rows, header=("NIK", "Nama", "Tgl Lahir"))

    for show, text in (("new", "Gustina"), ("unknown", "Bujang"), ("refused", "137201"), ("choose", "Wirman"),
                       ("twice", "Gustina"), ("notes", ""), ("same", ""), ("nonsense", "")):  # fmt: skip
        response = signed_in.get(url(batch), {"show": show})
        assert response.status_code == 200
        assert text in response.content.decode()
        assert found.nik not in response.content.decode()


def test_pages_of_rows_and_bad_page_numbers(world, year, signed_in, operator):
    rows = [(person(world, name=f"Nama {n:02}").nik, f"Nama {n:02}") for n in range(27)]
    batch = check(operator, year, *rows)

    first = signed_in.get(url(batch), {"show": "new"})
    second = signed_in.get(url(batch), {"show": "new", "after": first.context["more"]})

    assert [len(first.context["rows"]), len(second.context["rows"])] == [25, 2]
    for after in ("x", "-5", "9" * 30, "²"):
        assert signed_in.get(url(batch), {"show": "new", "after": after}).status_code == 200


def test_the_preview_asks_a_fixed_number_of_queries(world, year, signed_in, operator, django_assert_num_queries):
    few = check(operator, year, (person(world).nik, ""))
    many = check(operator, year, *[(person(world, name=f"Nama {n}").nik, "") for n in range(9)], name="b.csv")
    signed_in.get(url(few), {"show": "new"})

    with django_assert_num_queries(30, exact=False) as one:
        signed_in.get(url(few), {"show": "new"})
    with django_assert_num_queries(len(one)):
        signed_in.get(url(many), {"show": "new"})


def test_a_cell_is_mended_in_the_page(world, year, signed_in, operator):
    found = person(world)
    batch = check(operator, year, (found.nik[:14], "Gustina"))
    finding = ImportFinding.objects.get(batch=batch, level="error")

    signed_in.post(url(batch, "recipient_import_mend"), {"finding": finding.pk, "value": found.nik})

    assert outcomes(batch) == ["new"]


def test_a_number_is_left_out_and_a_row_passed_over(world, year, signed_in, operator):
    found = person(world)
    header = ("NIK", "Nama", "Tgl Lahir")
    batch = check(operator, year, (found.nik[:14], found.name, "05/03/1980"), ("999", "X", ""), header=header)
    first, second = ImportFinding.objects.filter(batch=batch, level="error", stage="cells").order_by("row")

    signed_in.post(url(batch, "recipient_import_mend"), {"finding": first.pk, "leave_out": "one"})
    second = ImportFinding.objects.get(batch=batch, level="error", row=second.row)
    signed_in.post(url(batch, "recipient_import_mend"), {"finding": second.pk, "pass_over": "1"})

    assert outcomes(batch) == ["new"]


def test_the_right_person_is_chosen_in_the_page(world, year, signed_in, operator):
    person(world)
    there = person(world, area=world.other)
    batch = check(operator, year, ("Gustina", "05/03/1980"), header=("Nama", "Tgl Lahir"))

    response = signed_in.post(url(batch, "recipient_import_choose"), {"row": 0, "member": there.uuid}, follow=True)

    assert response.context["counts"] == {"new": 1}
    stranger = world.own.head
    for data in ({"row": 0, "member": stranger.uuid}, {"row": 99, "member": there.uuid}, {"row": "x", "member": "y"}):
        assert signed_in.post(url(batch, "recipient_import_choose"), data).status_code == 404


# --- apply, result, downloads ----------------------------------------------------------------------------------------


def test_apply_and_undo_in_the_page(world, year, signed_in, operator):
    batch = check(operator, year, (person(world).nik, ""), ("137201", ""))

    signed_in.post(url(batch, "recipient_import_step", "apply"))
    assert not Assistance.objects.filter(program_year=year).exists()
    response = signed_in.post(url(batch, "recipient_import_step", "apply"), {"skip_refused": "1"}, follow=True)

    assert response.context["stage"] == "result"
    assert Assistance.objects.filter(program_year=year, status="received").count() == 1
    response = signed_in.post(url(batch, "recipient_import_step", "undo"), follow=True)
    assert response.context["stage"] == "undone"
    assert not Assistance.objects.filter(program_year=year).exists()


def test_the_reason_for_rows_that_do_not_fit_is_asked_in_the_page(world, signed_in, operator):
    year = new_year(world)
    batch = check(operator, year, (person(world, desil=9).nik, ""))

    refused = signed_in.post(url(batch, "recipient_import_step", "apply"))
    assert refused.status_code == 422
    assert "unfit_reason" in refused.context["reasons_form"].errors

    signed_in.post(url(batch, "recipient_import_step", "apply"), {"unfit_reason": "Korban kebakaran"})
    assert Assistance.objects.get(program_year=year).override_reason == "Korban kebakaran"


@pytest.mark.parametrize("which", ["refused", "unknown"])
def test_rows_go_out_with_their_reason_come_back_and_are_recorded(world, year, signed_in, operator, which):
    batch = check(operator, year, ("137201", "Rusak"), ("1372015203800004", "Bujang"), (person(world).nik, "Gustina"))

    response = signed_in.post(url(batch, "recipient_import_rows", which))

    content = b"".join(response.streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values)
    assert rows[0] == ("NIK", "Nama", "Alasan ditolak")
    assert [row[1] for row in rows[1:]] == ["Rusak" if which == "refused" else "Bujang"]
    record = AccessRecord.objects.latest("id")
    assert (record.kind, record.rows) == ("export_unmasked", 1)
    again = signed_in.post(LIST, {"files": [SimpleUploadedFile("lagi.xlsx", content)]}, follow=True)
    assert again.context["stage"] == "columns"


def test_a_list_put_aside_stores_nothing(world, year, signed_in, operator):
    batch = check(operator, year, (person(world).nik, ""))

    signed_in.post(url(batch, "recipient_import_step", "discard"))

    batch.refresh_from_db()
    assert batch.state == "discarded"
    assert signed_in.post(url(batch, "recipient_import_step", "apply"), follow=True).status_code == 200
    assert not Assistance.objects.filter(program_year=year).exists()


def test_a_broken_file_is_answered_on_its_page(world, year, signed_in):
    response = signed_in.post(LIST, {"files": [SimpleUploadedFile("pkh.xlsx", b"PK\x03\x04 rusak")]}, follow=True)

    assert response.context["stage"] == "unreadable"
    assert ImportBatch.objects.get(kind="recipients").message


# --- hostile values --------------------------------------------------------------------------------------------------


def test_formulas_markup_and_odd_letters_are_text(world, year, signed_in, operator):
    names = [
        '=HYPERLINK("http://x")',
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE x;--",
        "Ünïcode\u202e",
        "a\\tb",
    ]
    batch = check(operator, year, *[("1372015203800004"[:-1] + str(n), name) for n, name in enumerate(names)])

    page = signed_in.get(url(batch), {"show": "unknown"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    response = signed_in.post(url(batch, "recipient_import_rows", "unknown"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
    assert all(cell.data_type != "f" for cell in cells)


def test_addresses_of_others_and_nonsense_are_not_found(world, year, signed_in, client, bappeda):
    batch = check(bappeda, year, (person(world).nik, ""))

    assert signed_in.get(url(batch)).status_code == 404
    assert signed_in.post(url(batch, "recipient_import_step", "apply")).status_code == 404
    client.force_login(bappeda)
    assert client.post(url(batch, "recipient_import_step", "fly")).status_code == 404
    assert client.post(url(batch, "recipient_import_rows", "all")).status_code == 404
    assert client.post(url(batch, "recipient_import_mend"), {"finding": "x"}).status_code == 404
    assert client.get(url(batch, "recipient_import_step", "apply")).status_code == 405


@pytest.mark.parametrize("role", ["leadership", "kelurahan_operator", "kecamatan_reader", "auditor", "opd_approver"])
def test_who_may_not_deliver_sees_no_import(world, client, role):
    client.force_login(world.user(role))

    assert client.get(LIST).status_code == 403


# --- aid of household sheets -----------------------------------------------------------------------------------------


@pytest.fixture
def brought(world, bappeda):
    """A household sheet as SIKS-NG gives it, applied: it also said who gets PKH and PBI."""
    header = ("Nomor KK", "Nomor NIK", "Nama", "Hub Keluarga", "Desa/Kelurahan", "Bansos PKH", "PBI JKN",
              "Keterangan Padan")  # fmt: skip
    place = world.own.region.name
    make.CodeFactory(field="relation", code=1, label="Kepala Keluarga")
    rows = [
        ("1372010101100001", "1372014503800011", "Gustina", "Kepala Keluarga", place, "YA", "", "PADAN"),
        ("1372010101100002", "1372014503800012", "Wirman", "Kepala Keluarga", place, "TIDAK", "YA", "PADAN"),
    ]
    batch = batches.bring(
        kind="households", file=sheet(*rows, header=header), name="siks.csv", by=bappeda, source="dtks"
    )
    for name in ("read", "check", "apply"):
        batch = step(batch, name, bappeda)
    assert batch.state == "applied"
    return batch


def test_aid_columns_are_offered_below_the_result(world, year, client, bappeda, brought):
    client.force_login(bappeda)

    page = client.get(reverse("households:import_batch", args=[brought.uuid])).content.decode()

    assert "Bansos PKH" in page
    assert "PBI JKN" in page
    assert "Keterangan Padan" not in page


def test_an_aid_column_becomes_a_list_of_recipients(world, year, client, bappeda, brought):
    client.force_login(bappeda)

    response = client.post(
        reverse("programs:recipient_import_aid", args=[brought.uuid]), {"column": "Bansos PKH"}, follow=True
    )

    batch = response.context["batch"]
    assert batch.options["program_year"] == str(year.uuid)
    batch = step(batch, "check", bappeda)
    assert outcomes(batch) == ["new"]
    none = client.post(reverse("programs:recipient_import_aid", args=[brought.uuid]), {"column": "Tidak ada"})
    assert none.status_code == 302
    assert ImportBatch.objects.filter(kind="recipients").count() == 1


def test_aid_columns_of_others_imports_are_not_found(world, year, signed_in, brought):
    response = signed_in.post(reverse("programs:recipient_import_aid", args=[brought.uuid]), {"column": "Bansos PKH"})

    assert response.status_code == 404
    assert Member.objects.exists()
