"""Files of meetings, points, action items and letters: who opens, who brings, what stays on record."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.utils import timezone

from core.attachments import attach, open_attachment
from core.models import AccessRecord, Attachment
from meetings.actions import items
from tests import factories as make
from tests.core.test_attachments import PDF, with_place

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + dt.timedelta(days=20)


def bring(kind, found, by, name="bukti.pdf", data=PDF):
    return attach(kind=kind, owner_uuid=found.uuid, upload=SimpleUploadedFile(name, data), by=by)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


def test_the_invited_open_files_of_the_meeting_and_only_the_secretariat_brings_them(world, staff):
    meeting = make.MeetingFactory(invited=True)
    operator = world.user("opd_operator")
    file = bring("meeting", meeting, staff)
    with pytest.raises(Http404):
        open_attachment(file, by=operator)  # not invited
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    assert open_attachment(file, by=operator).read_bytes() == PDF
    assert AccessRecord.objects.filter(user=operator, kind="file").count() == 1
    with pytest.raises(PermissionDenied):
        bring("meeting", meeting, operator, "lain.pdf", PDF + b" ")


def test_the_presenting_agency_brings_papers_of_its_point_until_the_minutes_are_final(world, staff):
    meeting = make.MeetingFactory(held=True)
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    mine = make.AgendaItemFactory(meeting=meeting, presenter=world.agency)
    others = make.AgendaItemFactory(meeting=meeting, presenter=world.other_agency)
    operator = world.user("opd_operator")
    assert bring("agenda", mine, operator).by == operator
    with pytest.raises(PermissionDenied):
        bring("agenda", others, operator)
    type(meeting).objects.filter(pk=meeting.pk).update(state="final", final_at=timezone.now())
    with pytest.raises(PermissionDenied):
        bring("agenda", mine, operator, "lagi.pdf", PDF + b" ")
    assert bring("agenda", mine, staff, "lagi.pdf", PDF + b" ")


def test_proof_of_an_action_item_comes_from_who_answers_for_it(world, staff):
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON)
    other = items.create_item(by=staff, title="Surati", agency=world.other_agency, due=SOON)
    operator = world.user("opd_operator")
    photo = bring("action", item, operator, "foto.jpg", with_place())
    kept = open_attachment(photo, by=staff).read_bytes()
    assert b"Pabrik HP" not in kept  # metadata of photos are stripped
    with pytest.raises(Http404):
        bring("action", other, operator)
    open_attachment(photo, by=world.user("leadership"))
    items.report(item=item, by=operator, text="Terkirim", proof="lihat foto")
    items.confirm(item=item, by=staff)
    with pytest.raises(PermissionDenied):
        bring("action", item, operator, "telat.pdf")


def test_the_signed_scan_of_a_letter(client, world, staff):
    meeting = make.MeetingFactory(invited=True)
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    letter, incoming = make.LetterFactory(meeting=meeting), make.LetterFactory(direction="in", sequence=1)
    client.force_login(staff)
    data = {"file": SimpleUploadedFile("undangan.pdf", PDF), "label": "Undangan bertanda tangan"}
    response = client.post(f"/files/letter/{letter.uuid}/add/", data)
    file = Attachment.objects.get()
    assert (response.status_code, response.url) == (302, f"/meetings/letters/{letter.uuid}/files/")
    assert "Undangan bertanda tangan" in client.get(response.url).content.decode()
    scan = bring("letter", incoming, staff, "masuk.pdf", PDF + b" ")
    operator = world.user("opd_operator")
    open_attachment(file, by=operator)  # of a meeting it is invited to
    with pytest.raises(Http404):
        open_attachment(scan, by=operator)
    with pytest.raises(PermissionDenied):
        bring("letter", letter, operator, "x.pdf", PDF + b"  ")


def test_pages_show_the_panel_to_who_may(client, world, staff):
    meeting = make.MeetingFactory(held=True)
    point = make.AgendaItemFactory(meeting=meeting, presenter=world.agency)
    make.InvitationFactory(meeting=meeting, agency=world.agency)
    item = items.create_item(by=staff, title="Surati", agency=world.agency, due=SOON, meeting=meeting)
    bring("agenda", point, staff)
    for user, adds in ((staff, (True, True, True)), (world.user("opd_operator"), (False, True, True))):
        client.force_login(user)
        for path, kind, may in zip(
            (f"/meetings/{meeting.uuid}/", f"/meetings/agenda/{point.uuid}/files/", f"/meetings/actions/{item.uuid}/"),
            ("meeting", "agenda", "action"),
            adds,
            strict=True,
        ):
            shown = client.get(path).content.decode()
            assert 'id="files"' in shown
            assert (f"/files/{kind}/" in shown) == may, (user, path)
