"""The outbox: mail is written into a row together with what it is about, and sent by the periodic work."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from core.models import OutgoingMail

logger = logging.getLogger(__name__)
MOST_TRIES = 8
FIRST_WAIT = timedelta(minutes=2)  # doubled each time: the last try comes after about four hours
TAKEN_FOR = timedelta(minutes=10)  # a mail whose sender was killed is taken up again after this
AT_ONCE = 200


def post(*, key: str, to: str, subject: str, body: str, calendar: str = "") -> OutgoingMail | None:
    """Put a mail into the outbox, in the transaction of what it is about.

    Args:
        key: what it is about and when; a second mail with the same key is not written.
        to: one address.
        subject: one line.
        body: plain text.
        calendar: a calendar file to go with it, "" for none.

    Returns:
        The new row, None when the key was there.
    """
    row, made = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={"to": to, "subject": " ".join(subject.split())[:200], "body": body, "calendar": calendar},
    )
    return row if made else None


def send_waiting() -> str:
    """Send what waits; returns what was done, in one line.

    A mail is marked as taken before it goes out and as sent afterwards. Killed in between, it goes out again with the
    same Message-ID, by which mail systems drop the second copy.
    """
    sent = failed = 0
    connection = get_connection()
    for _n in range(AT_ONCE):
        row = _take()
        if row is None:
            break
        try:
            _message(row, connection).send()
        except Exception as error:  # whatever the mail server answers: kept in the row, tried again later
            failed += 1
            _failed(row, error)
        else:
            sent += 1
            OutgoingMail.objects.filter(pk=row.pk).update(state="sent", sent=timezone.now(), error="")
    return f"{sent} mails sent, {failed} failed" if sent or failed else ""


@transaction.atomic
def _take() -> OutgoingMail | None:
    now = timezone.now()
    waiting = OutgoingMail.objects.select_for_update(skip_locked=True).filter(state="waiting", next_try__lte=now)
    row = waiting.order_by("next_try", "pk").first()
    if row:
        row.tries += 1
        row.next_try = now + TAKEN_FOR
        row.save(update_fields=["tries", "next_try"])
    return row


def _failed(row: OutgoingMail, error: Exception) -> None:
    logger.warning("Mail %s was not sent (try %s): %s", row.pk, row.tries, error)
    row.error = f"{type(error).__name__}: {error}"[:300]
    row.state = "failed" if row.tries >= MOST_TRIES else "waiting"
    row.next_try = timezone.now() + FIRST_WAIT * 2 ** (row.tries - 1)
    row.save(update_fields=["error", "state", "next_try"])


def _message(row: OutgoingMail, connection) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_URL).hostname or "tkpkd"
    name = hashlib.sha256(f"{settings.SECRET_KEY}:{row.key}".encode()).hexdigest()[:32]
    headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    message = EmailMessage(row.subject, row.body, to=[row.to], headers=headers, connection=connection)
    if row.calendar:
        method = "CANCEL" if "METHOD:CANCEL" in row.calendar else "PUBLISH"
        message.attach("undangan.ics", row.calendar, f"text/calendar; method={method}")
    return message
