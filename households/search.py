"""Households in the global search: by words of names and addresses, or by a whole NIK or KK."""

from __future__ import annotations

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _

from core.roles import Perm, access
from households import rules
from households.lookups import TooManyLookups, look_up
from households.models import Household, Member
from households.rules.text import by_name, whole_number, words_of

_FIELDS = ("pk", "uuid", "head_name", "rw", "rt", "address", "region__name")


def find_households(request, text: str, limit: int) -> list[dict]:
    """Hits for the search page and drop-down: label, second line, address. Whole numbers are looked up on record."""
    user = request.user
    if not access(user).can(Perm.SEE_NAMES):
        return []
    number = whole_number(text)
    if number:
        try:
            rows = _rows(look_up(user, number), limit)
        except TooManyLookups as error:
            messages.warning(request, str(error))
            return []
        holders = Member.objects.filter(nik=number, household__in=[r["pk"] for r in rows], merged_into__isnull=True)
        names = dict(holders.values_list("household", "name"))
        return [_hit(row, names.get(row["pk"], "")) for row in rows]
    seen = Household.objects.visible_to(user)
    rule = {"field": "text", "op": "contains", "value": text}
    rows = _rows(seen.filter(rules.compile_rule(rule)), limit)
    if not rows:
        rows = _rows(seen.filter(rules.compile_rule(rule | {"op": "like"})), limit)
    names = _named(rows, text)
    return [_hit(row, names.get(row["pk"], "")) for row in rows]


def _rows(queryset, limit: int) -> list[dict]:
    return list(queryset.order_by("work_order", "head_sort", "pk").values(*_FIELDS)[:limit])


def _named(rows: list[dict], text: str) -> dict[int, str]:
    """The member whose name was meant, by household."""
    words = words_of(text)
    if not rows or not words:
        return {}
    people = Member.objects.filter(by_name(words), household__in=[r["pk"] for r in rows], merged_into__isnull=True)
    return dict(people.order_by("-pk").values_list("household", "name"))


def _hit(row: dict, person: str) -> dict:
    head = row["head_name"] or _("Household without members")
    parts = [_("family of %(name)s") % {"name": head}] if person and person != head else []
    place = " ".join(f"{label} {row[key]}" for key, label in (("rt", "RT"), ("rw", "RW")) if row[key])
    parts += [part for part in (place, row["address"], row["region__name"]) if part]
    return {
        "label": person or head,
        "sub": " · ".join(parts),
        "url": reverse("households:household_detail", args=[row["uuid"]]),
        "icon": "person" if person and person != head else "people",
    }
