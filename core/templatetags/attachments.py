"""The panel of files that any page may show of its object: `{% attachments "household" household %}`."""

from django import template

from core.attachments import attachments_of
from core.contents import ACCEPT
from core.registry import registry

register = template.Library()


@register.inclusion_tag("core/_attachments.html", takes_context=True)
def attachments(context, kind: str, found) -> dict:
    """Files of `found` (an object with `uuid` that the reader sees), with what the reader may do to them."""
    user = context["request"].user
    owner = registry.attachment_owners[kind]
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "kind": kind,
        "owner_uuid": found.uuid,
        "files": attachments_of(kind, found.uuid),
        "may_change": owner.may_change(user, found),
        "may_open": owner.may_open(user, found),
        "accept": ACCEPT,
    }
