"""The outbox: sent once, tried again after an error, given up in the end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from core.mail import MOST_TRIES, post, send_waiting
from core.models import OutgoingMail

pytestmark = pytest.mark.django_db


def write(key="undangan:1", **more):
    return post(key=key, to="sekretariat@example.go.id", subject="Undangan\nrakor", body="Isi surat", **more)


def later():
    OutgoingMail.objects.update(next_try=timezone.now() - timedelta(seconds=1))


def test_sent_once():
    assert write()
    assert write() is None
    assert send_waiting() == "1 mails sent, 0 failed"
    assert send_waiting() == ""
    assert [m.subject for m in mail.outbox] == ["Undangan rakor"]
    row = OutgoingMail.objects.get()
    assert (row.state, row.tries) == ("sent", 1)
    assert row.sent


def test_calendar_goes_with_it():
    write(calendar="BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n")
    send_waiting()
    name, content, kind = mail.outbox[0].attachments[0]
    assert (name, kind) == ("undangan.ics", "text/calendar; method=CANCEL")
    assert "BEGIN:VCALENDAR" in content


def test_written_with_what_it_is_about():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert send_waiting() == ""


def test_error_is_kept_and_tried_again_until_given_up(settings):
    write()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1  # nobody listens there
    for n in range(1, MOST_TRIES + 1):
        assert send_waiting() == "0 mails sent, 1 failed"
        row = OutgoingMail.objects.get()
        assert row.tries == n
        assert row.error
        assert row.next_try > timezone.now()
        assert send_waiting() == ""  # waits before the next try
        later()
    assert row.state == "failed"
    assert send_waiting() == ""


def test_killed_between_sending_and_marking_goes_out_under_the_same_message_id(monkeypatch):
    write()
    sent = []

    def die(self, fail_silently=False):
        sent.append(self.extra_headers["Message-ID"])
        raise KeyboardInterrupt  # what no handler of errors catches

    monkeypatch.setattr("core.mail.EmailMessage.send", die)
    with pytest.raises(KeyboardInterrupt):
        send_waiting()
    monkeypatch.undo()
    assert send_waiting() == ""  # still taken
    later()
    assert send_waiting() == "1 mails sent, 0 failed"
    assert mail.outbox[0].extra_headers["Message-ID"] == sent[0]
