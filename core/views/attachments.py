"""Files of objects: attach, open, withdraw."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.attachments import attach, find_owner, open_attachment, withdraw
from core.models import Attachment


@require_POST
def attachment_add(request, kind, uuid):
    """Attach the uploaded file to the object."""
    owner, found = find_owner(kind, uuid, request.user)
    values = {"upload": request.FILES.get("file"), "label": request.POST.get("label", "")}
    try:
        attach(kind=kind, owner_uuid=uuid, by=request.user, **values)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The file is attached."))
    return redirect(owner.url(found))


@require_safe
def attachment_file(request, uuid):
    """The file itself; photos and PDF open in the browser, the rest is saved."""
    attachment = get_object_or_404(Attachment, uuid=uuid)
    path = open_attachment(attachment, by=request.user)
    shown = attachment.content_type.startswith("image/") or attachment.content_type == "application/pdf"
    response = FileResponse(path.open("rb"), content_type=attachment.content_type)
    response["Content-Disposition"] = (
        f"{'inline' if shown else 'attachment'}; filename*=utf-8''{quote(attachment.name)}"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def attachment_withdraw(request, uuid):
    """Ask why, then take the file out of sight."""
    attachment = get_object_or_404(Attachment, uuid=uuid, withdrawn_at__isnull=True)
    owner, found = find_owner(attachment.owner_kind, attachment.owner_uuid, request.user)
    if not owner.may_change(request.user, found):
        raise PermissionDenied(_("You may not withdraw this file."))
    context = {"attachment": attachment, "owner": owner.title(found), "back": owner.url(found)}
    if request.method != "POST":
        return render(request, "core/attachment_withdraw.html", context)
    try:
        withdraw(attachment=attachment, reason=request.POST.get("reason", ""), by=request.user)
    except ValidationError as error:
        return render(
            request, "core/attachment_withdraw.html", context | {"error": " ".join(error.messages)}, status=422
        )
    messages.success(request, _("The file was withdrawn. It stays in the record."))
    return redirect(owner.url(found))
