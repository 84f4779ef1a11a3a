"""Papers opened again and their facts compared; the register under two writers; notices and digests."""

import datetime as dt
import io
import re
import subprocess
import threading
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from docx import Document

from core.models import AccessRecord, OutgoingMail, User
from households.models import Household
from meetings import paperwork
from meetings.actions import decisions, items, letters, notices
from meetings.docx import docx
from meetings.models import Letter, Notice
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def meeting(world, staff):
    made = make.MeetingFactory(
        held=True,
        title="Rakor *tebal* #let x = 1 $y$ <b>",
        chair="Wakil Wali Kota",
        note_taker="=cmd()",
        basis="Permendagri 53",
    )
    make.InvitationFactory(meeting=made, agency=world.agency, sent_at=timezone.now())
    make.InvitationFactory(meeting=made, agency=None, name="Rahmat", organisation="Baznas", copy_only=True)
    make.AgendaItemFactory(meeting=made, title="Kesenjangan", text="Dibahas #panic() @ref [x]")
    decision = decisions.decide(
        meeting=made,
        by=staff,
        title="PBI",
        text="Semua didaftarkan _segera_.",
        households=Household.objects.filter(pk=world.own.household.pk),
        programs=[world.program_year],
    )
    items.create_item(by=staff, title="=HYPERLINK(1)", agency=world.agency, due=TODAY, decision=decision)
    return made


def pdf_text(content):
    result = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return result.stdout.decode()


def pdf_size(content):
    """Width and height of the first page in millimetres."""
    told = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True).stdout.decode()
    sides = re.search(r"Page size:\s+([\d.]+) x ([\d.]+) pts", told).groups()
    return tuple(round(float(side) * 25.4 / 72) for side in sides)


def docx_text(content):
    document = Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", list(paperwork.KINDS))
def test_papers_hold_what_was_typed_as_plain_text(meeting, staff, world, kind):
    letter = letters.letter_of(meeting, "invitation", by=staff, subject="Undangan *tebal* #let x = 1 $y$ <b>")
    paper = paperwork.build(kind, meeting, letter)
    texts = [docx_text(docx(paper))]
    if kind == "undangan" or subprocess.run(["which", "pdftotext"], capture_output=True).returncode == 0:
        texts.append(pdf_text(paperwork.pdf(paper, by=staff)))
    for text in texts:
        flat = " ".join(text.split())
        assert "*tebal* #let x = 1 $y$ <b>".casefold() in flat.casefold()
        if kind == "undangan":
            assert letter.number in flat
            assert "Dinas Sosial" in flat
            assert "Rahmat" in flat
        if kind == "notula":
            assert "Dibahas #panic() @ref [x]" in flat
            assert "_segera_" in flat
            assert "=HYPERLINK(1)" in flat
        if kind == "berita-acara":
            household = world.own.household
            assert household.head_name in flat
            assert household.kk not in flat
            assert household.kk[:6] in flat


def test_paper_pages(client, staff, meeting, world):
    client.force_login(staff)
    base = f"/meetings/{meeting.uuid}/papers"
    assert client.get(f"{base}/").status_code == 200
    assert client.get(f"{base}/notula/pdf/")["Content-Type"] == "application/pdf"
    assert client.get(f"{base}/notula/docx/").status_code == 200
    assert client.get(f"{base}/nothing/pdf/").status_code == 404
    assert client.get(f"{base}/notula/pdf/?size=a9").status_code == 404
    assert Letter.objects.count() == 0  # looking takes no number
    client.post(f"{base}/undangan/number/")
    client.post(f"{base}/undangan/number/")
    assert Letter.objects.count() == 1
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{base}/all.zip").content))
    assert len(archive.namelist()) == 2 * len(paperwork.KINDS) + 1  # the matrix is a workbook too
    assert AccessRecord.objects.filter(kind="print").exists()
    client.force_login(world.user("leadership"))
    assert client.get(f"{base}/notula/pdf/").status_code == 403


def test_matrix_as_excel_never_holds_a_formula(client, staff, meeting):
    client.force_login(staff)
    content = client.get("/meetings/actions/export/?who=all&show=all").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize(("size", "width", "height"), [("f4", 215, 330), ("a4", 210, 297)])
def test_papers_have_the_size_that_was_asked_for(client, staff, meeting, size, width, height):
    client.force_login(staff)
    base = f"/meetings/{meeting.uuid}/papers"
    for kind in paperwork.KINDS:
        across, down = pdf_size(client.get(f"{base}/{kind}/pdf/?size={size}").content)
        assert sorted((across, down)) == [width, height]
        section = Document(io.BytesIO(client.get(f"{base}/{kind}/docx/?size={size}").content)).sections[0]
        assert sorted((round(section.page_width.mm), round(section.page_height.mm))) == [width, height]
        assert (section.page_width > section.page_height) == (across > down) == (kind == "matriks")


def test_the_invitation_holds_every_field_of_the_form(staff, meeting):
    letter = letters.letter_of(
        meeting,
        "invitation",
        by=staff,
        subject="Undangan rakor",
        sifat="sangat_segera",
        enclosure="2 (dua) berkas",
        number="005/77/Setda/2026",
    )
    paper = paperwork.build("undangan", meeting, letter)
    for text in (docx_text(docx(paper)), pdf_text(paperwork.pdf(paper, by=staff))):
        flat = " ".join(text.split())
        for fact in (
            "PEMERINTAH KOTA",
            "005/77/Setda/2026",
            "Sangat Segera",
            "2 (dua) berkas",
            "Undangan rakor",
            "Kepala Dinas Sosial",
            "Tembusan",
            "Rahmat, Baznas",
        ):
            assert fact in flat


def test_the_preview_shows_what_was_typed_and_no_markup(client, staff, meeting):
    client.force_login(staff)
    for kind in paperwork.KINDS:
        html = client.get(f"/meetings/{meeting.uuid}/papers/{kind}/preview/").content.decode()
        paper = html[html.index('<article class="paper') : html.index("</article>")]
        assert "#let x = 1 $y$ &lt;b&gt;".casefold() in paper.casefold()
        assert "<b>Rakor" not in paper
        assert "<script" not in paper
    assert client.get(f"/meetings/{meeting.uuid}/papers/nothing/preview/").status_code == 404


def test_full_numbers_need_the_right_a_purpose_and_leave_a_record(client, staff, world, meeting):
    household = world.own.household
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/papers/berita-acara/full/"
    assert household.kk not in client.get(url).content.decode()
    assert client.post(url, {"form": "docx", "size": "f4"}).status_code == 422
    answer = client.post(url, {"form": "docx", "size": "a4", "purpose": "Ditandatangani lurah"})
    text = docx_text(answer.content)
    assert household.kk in text
    assert answer["Cache-Control"] == "private, no-store"
    footer = Document(io.BytesIO(answer.content)).sections[0].footer.paragraphs[0].text
    assert footer == "Memuat data pribadi"
    pdf = client.post(url, {"form": "pdf", "size": "f4", "purpose": "Arsip"}).content
    assert household.kk in pdf_text(pdf)
    assert "Memuat data pribadi" in pdf_text(pdf)
    records = AccessRecord.objects.filter(kind="export_unmasked", actor=staff).order_by("pk")
    assert [(r.purpose, r.rows) for r in records] == [("Ditandatangani lurah", 1), ("Arsip", 1)]
    assert client.get(f"/meetings/{meeting.uuid}/papers/notula/full/").status_code == 404
    for form in ("pdf", "docx"):
        masked = client.get(f"/meetings/{meeting.uuid}/papers/berita-acara/{form}/").content
        assert household.kk not in (pdf_text(masked) if form == "pdf" else docx_text(masked))


def test_the_matrix_reads_out_what_is_open_of_the_series(staff, world):
    series = make.SeriesFactory()
    old = make.MeetingFactory(final=True, series=series, starts=timezone.now() - dt.timedelta(days=90))
    now = make.MeetingFactory(held=True, series=series)
    later = make.MeetingFactory(series=series)
    for title, meeting, more in (
        ("Lama terbuka", old, {}),
        ("Lama selesai", old, {"done": True}),
        ("Batal", now, {"state": "cancelled", "close_reason": "x"}),
        ("Baru", now, {}),
        ("Nanti", later, {}),
        ("Seri lain", make.MeetingFactory(held=True), {}),
    ):
        make.ActionItemFactory(title=title, meeting=meeting, agency=world.agency, **more)
    paper = paperwork.build("matriks", now)
    (table,) = [block for block in paper.blocks if block["kind"] == "table"]
    assert sorted(row[2] for row in table["rows"]) == ["Baru", "Lama terbuka"]
    assert [column["label"] for column in table["columns"]][:4] == [
        "No.",
        "Keputusan",
        "Tindak lanjut",
        "Penanggung jawab",
    ]
    flat = " ".join(pdf_text(paperwork.pdf(paper, by=staff)).split())
    assert "Lama terbuka" in flat
    assert "Baru" in docx_text(docx(paper))


def test_the_number_of_a_paper_is_typed_left_blank_or_the_next(client, staff, meeting):
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/papers/{{}}/number/"
    assert "Undangan" in client.get(url.format("undangan")).content.decode()
    client.post(url.format("undangan"), {"number": "005/1/Setda/2026", "sifat": "segera", "enclosure": "1 berkas"})
    client.post(url.format("notula"), {"blank_reason": "Menyusul"})
    client.post(url.format("berita-acara"), {})
    rows = Letter.objects.order_by("pk").values_list("kind", "number", "blank_reason", "sifat", "enclosure", "sequence")
    year = timezone.localdate().year
    assert list(rows) == [
        ("invitation", "005/1/Setda/2026", "", "segera", "1 berkas", None),
        ("minutes", "", "Menyusul", "biasa", "", None),
        ("record", f"005/1/Bappeda/{year}", "", "biasa", "", 1),
    ]
    page = client.get(f"/meetings/{meeting.uuid}/papers/").content.decode()
    assert "Tanpa nomor: Menyusul" in page
    clash = client.post(url.format("lembar-tugas"), {"number": "005/1/Setda/2026"})
    assert clash.status_code == 422  # the register of the year has it already
    assert client.get(url.format("matriks")).status_code == 404


def test_the_page_says_who_signs_and_offers_both_sizes(client, staff, meeting):
    client.force_login(staff)
    page = client.get(f"/meetings/{meeting.uuid}/papers/?size=a4").content.decode()
    assert f"/meetings/{meeting.uuid}/papers/notula/pdf/?size=a4" in page
    assert f"/meetings/{meeting.uuid}/papers/signer/" in page
    assert client.get(f"/meetings/{meeting.uuid}/papers/?size=b5").status_code == 404


# --- register --------------------------------------------------------------------------------------------------------


def test_numbers_follow_each_other_and_typed_ones_stand_as_typed(staff):
    day = dt.date(2026, 5, 4)
    first = letters.register_letter(by=staff, subject="A", date=day)
    typed = letters.register_letter(by=staff, subject="B", date=day, number="100/SETDA/2026")
    blank = letters.register_letter(by=staff, subject="C", date=day, blank_reason="Nomor dari Setda menyusul")
    last = letters.register_letter(by=staff, subject="D", date=day)
    incoming = letters.register_letter(by=staff, subject="E", date=day, direction="in")
    assert [(x.sequence, x.number) for x in (first, last)] == [(1, "005/1/Bappeda/2026"), (2, "005/2/Bappeda/2026")]
    assert (typed.sequence, blank.number, incoming.sequence) == (None, "", 1)
    with pytest.raises(ValidationError):
        letters.register_letter(by=staff, subject="F", date=day, number="100/SETDA/2026")
    refused = letters.refuse_letter(letter=first, by=staff, reason="Tidak disetujui")
    assert refused.refused_reason
    assert letters.register_letter(by=staff, subject="G", date=day).sequence == 3  # a refused number is not given again


def test_a_line_without_number_and_reason_is_impossible(staff):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.LetterFactory(number="", sequence=None)


@pytest.mark.django_db(transaction=True)
def test_two_writers_never_get_one_number():
    staff = make.UserFactory(role="bappeda_staff")
    barrier, numbers, errors = threading.Barrier(4), [], []

    def write():
        try:
            user = User.objects.get(pk=staff.pk)
            for _n in range(5):
                barrier.wait(timeout=20)
                numbers.append(letters.register_letter(by=user, subject="x", date=dt.date(2026, 1, 2)).sequence)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(numbers) == list(range(1, 21))


@pytest.mark.django_db(transaction=True)
def test_two_who_number_one_paper_get_the_same_letter():
    staff = make.UserFactory(role="bappeda_staff")
    meeting = make.MeetingFactory()
    barrier, numbers, errors = threading.Barrier(3), [], []

    def write():
        try:
            user = User.objects.get(pk=staff.pk)
            barrier.wait(timeout=20)
            numbers.append(letters.letter_of(meeting, "invitation", by=user, subject="x").number)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(set(numbers)) == 1
    assert Letter.objects.count() == 1


def test_the_register_shows_blank_and_refused_lines(client, staff):
    client.force_login(staff)
    page = {"direction": "in", "kind": "other", "subject": "Minta data", "date": "2026-02-01", "sifat": "segera"}
    assert client.post("/meetings/letters/new/", page | {"number": "460/1", "date": ""}).status_code == 422
    client.post("/meetings/letters/new/", page | {"number": "460/1", "counterpart": "=cmd()"})
    client.post("/meetings/letters/new/", page | {"direction": "out", "blank_reason": "Menyusul dari Setda"})
    letter = Letter.objects.get(number="460/1")
    assert client.post(f"/meetings/letters/{letter.uuid}/refuse/", {"reason": " "}).status_code == 422
    client.post(f"/meetings/letters/{letter.uuid}/refuse/", {"reason": "Memuat data pribadi"})
    client.post(f"/meetings/letters/{letter.uuid}/refuse/", {"reason": "dua kali"})
    shown = client.get("/meetings/letters/?year=2026").content.decode()
    for text in ("460/1", "Memuat data pribadi", "Menyusul dari Setda"):
        assert text in shown
    incoming = client.get("/meetings/letters/?year=2026&direction=in").content.decode()
    assert "Menyusul dari Setda" not in incoming
    letter.refresh_from_db()
    assert letter.refused_reason == "Memuat data pribadi"


# --- notices ---------------------------------------------------------------------------------------------------------


def test_notices_are_written_once(world, staff):
    item = items.create_item(by=staff, title="x", agency=world.agency, due=TODAY + dt.timedelta(days=3))
    assert set(Notice.objects.values_list("kind", "user__username")) == {
        ("assigned", "opd_operator"),
        ("assigned", "opd_approver"),
    }
    assert notices.find_due() == 2
    assert notices.find_due() == 0
    items.extend(item=item, by=staff, new_due=TODAY + dt.timedelta(days=5), reason="Perlu waktu")
    assert notices.find_due() == 2  # another due date is another notice


def test_one_digest_a_day_even_when_the_worker_is_killed_in_the_middle(world, staff, monkeypatch):
    items.create_item(by=staff, title="Kirim daftar", agency=world.agency, due=TODAY)
    real = notices._body
    calls = []

    def killed(rows, user):
        calls.append(user.username)
        if len(calls) == 2:
            raise SystemExit
        return real(rows, user)

    monkeypatch.setattr(notices, "_body", killed)
    with pytest.raises(SystemExit):
        notices.write_digests()
    assert OutgoingMail.objects.count() == 1
    monkeypatch.setattr(notices, "_body", real)
    assert notices.write_digests() == 1
    assert notices.write_digests() == 0
    assert OutgoingMail.objects.count() == 2
    assert OutgoingMail.objects.values("to").distinct().count() == 2
    assert "Kirim daftar" in OutgoingMail.objects.first().body
    assert not Notice.objects.filter(mailed_on__isnull=True).exists()


def test_a_switched_off_digest_is_not_sent(world, staff):
    for role in ("opd_operator", "opd_approver"):
        User.objects.filter(username=role).update(preferences={"digest": False})
    items.create_item(by=staff, title="x", agency=world.agency, due=TODAY)
    assert notices.write_digests() == 0
    assert not OutgoingMail.objects.exists()
