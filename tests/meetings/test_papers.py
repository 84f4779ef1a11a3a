"""Papers opened again and their facts compared; the register under two writers; notices and digests."""

import datetime as dt
import io
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


def docx_text(content):
    document = Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", list(paperwork.KINDS))
def test_papers_hold_what_was_typed_as_plain_text(meeting, staff, world, kind):
    letter = letters.letter_of(meeting, "invitation", by=staff, subject="Undangan")
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
    assert len(archive.namelist()) == 2 * len(paperwork.KINDS)
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
