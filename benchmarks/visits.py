"""The pages that the benches open: what stands in a bookmark of somebody who works with the list."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from core.models import User

DEEP = 500_000


def signed_in(username: str = "bappeda") -> Client:
    """A client in the process with a session of its own."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def pages() -> dict[str, str]:
    """What a page is called → its address, in the city in use."""
    return {
        "list, first page": "/households/",
        "list, desil 1-2 of one kelurahan": "/households/?area=13.72.02.1006&desil_from=1&desil_to=2",
        "search by two names": "/households/?q=chaniago+nur",
        "list, deep page": f"/households/?after={deep_token()}",
        "start page": "/",
    }


def deep_token() -> str:
    """The place of the page in the middle of the list, or behind the first 500,000 households."""
    from households import listing
    from households.models import Household

    rows = Household.objects.unmerged()
    order = ("work_order", listing.LAST_VISIT, "head_sort", "id")
    offset = min(DEEP, rows.count() // 2)
    ids = list(rows.order_by(*order).values_list("pk", flat=True)[offset : offset + listing.PAGE_SIZE + 1])
    found = Household.objects.filter(pk__in=ids)
    return listing.page_of(found, sort="work", after="", before="", year=timezone.localdate().year, extras=[]).after
