"""Files that belong to an object of any app: kept once by their content, given out only to who may open them."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AccessKind
from core.contents import Content, read_content
from core.history import history, record_access
from core.models import Attachment
from core.registry import AttachmentOwner, registry
from core.rupiah import thousands

MOST_FILES = 50  # of one object


def attachments_of(kind: str, owner_uuid) -> QuerySet[Attachment]:
    """Files of an object that were not withdrawn, newest first. Ask the owner's rights before showing them."""
    return Attachment.objects.filter(owner_kind=kind, owner_uuid=owner_uuid, withdrawn_at__isnull=True).select_related(
        "by"
    )


def attachment_counts(kind: str, uuids) -> dict:
    """How many files each of several objects has, by its uuid; those without any are left out. One query."""
    rows = Attachment.objects.filter(owner_kind=kind, owner_uuid__in=list(uuids), withdrawn_at__isnull=True)
    return dict(rows.order_by().values_list("owner_uuid").annotate(n=Count("pk")))


def find_owner(kind: str, owner_uuid, user) -> tuple[AttachmentOwner, object]:
    """The registered owner and its object.

    Raises:
        Http404: an unknown kind, or an object that `user` may not see.
    """
    owner = registry.attachment_owners.get(kind)
    found = owner.find(user, owner_uuid) if owner else None
    if found is None:
        raise Http404
    return owner, found


def stored_at(sha256: str) -> Path:
    """Where the bytes of a content lie."""
    return settings.UPLOADS_DIR / "files" / sha256[:2] / sha256


def attach(*, kind: str, owner_uuid, upload, label: str = "", by) -> Attachment:
    """Keep a file of an object.

    Args:
        kind: a registered owner (`household`).
        owner_uuid: its public id.
        upload: an uploaded file (`name`, `size`, `read`), None when none was chosen.
        label: what it shows, at most 150 characters.
        by: who brings it.

    Raises:
        Http404: the object is out of sight.
        PermissionDenied: `by` may not change it.
        ValidationError: the file is not one to keep, or there are too many.
    """
    owner, found = find_owner(kind, owner_uuid, by)
    if not owner.may_change(by, found):
        raise PermissionDenied(_("You may not attach files here."))
    content = read_upload(upload)
    sha256 = store(content)
    with history(by=by, action="attachment.add", region=owner.region(found)):
        same = attachments_of(kind, owner_uuid)
        if same.filter(sha256=sha256).exists():
            raise ValidationError(_("This file is attached already."))
        if same.count() >= MOST_FILES:
            raise ValidationError(
                _("There are %(n)s files already. Withdraw one that is not needed, then attach this one.")
                % {"n": MOST_FILES}
            )
        return Attachment.objects.create(
            owner_kind=kind,
            owner_uuid=owner_uuid,
            name=content.name,
            label=label.strip()[:150],
            content_type=content.content_type,
            size=len(content.data),
            sha256=sha256,
            by=by,
        )


def read_upload(upload) -> Content:
    """An uploaded file as it may be kept (see `core.contents.read_content`).

    Args:
        upload: an uploaded file (`name`, `size`, `read`), None when none was chosen.

    Raises:
        ValidationError: none was chosen, it is larger than `ATTACHMENT_MAX_BYTES`, or not one to keep.
    """
    if upload is None:
        raise ValidationError(_("Choose a file first."))
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(mb)s MB. Make it smaller, for example a photo at half the size.")
            % {"mb": thousands(settings.ATTACHMENT_MAX_BYTES >> 20)}
        )
    return read_content(upload.name, upload.read())


def withdraw(*, attachment: Attachment, reason: str, by) -> None:
    """Take a file out of sight; row and bytes stay for the record.

    Raises:
        Http404: the object is out of sight.
        PermissionDenied: `by` may not change it.
        ValidationError: no reason.
    """
    owner, found = find_owner(attachment.owner_kind, attachment.owner_uuid, by)
    if not owner.may_change(by, found):
        raise PermissionDenied(_("You may not withdraw this file."))
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    with history(by=by, action="attachment.withdraw", reason=reason.strip(), region=owner.region(found)):
        Attachment.objects.filter(pk=attachment.pk, withdrawn_at__isnull=True).update(
            withdrawn_at=timezone.now(), withdrawn_reason=reason.strip()[:200]
        )


def open_attachment(attachment: Attachment, *, by) -> Path:
    """The bytes of a file for `by`; leaves an access record.

    Raises:
        Http404: withdrawn, out of sight, or the bytes are missing.
        PermissionDenied: `by` sees the object and not its files.
    """
    owner, found = find_owner(attachment.owner_kind, attachment.owner_uuid, by)
    if not owner.may_open(by, found):
        raise PermissionDenied(_("You may not open the files here: they can show numbers in full."))
    path = stored_at(attachment.sha256)
    if attachment.withdrawn_at or not path.is_file():
        raise Http404
    record_access(
        by,
        AccessKind.FILE,
        f"{attachment.name} ({owner.title(found)})",
        object_key=f"{attachment.owner_kind}:{attachment.owner_uuid}",
    )
    return path


def store(content: Content) -> str:
    """Write the bytes under their hash; complete or not at all, readable by the application only."""
    sha256 = hashlib.sha256(content.data).hexdigest()
    target = stored_at(sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{sha256}.{uuid.uuid4().hex[:8]}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content.data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return sha256
