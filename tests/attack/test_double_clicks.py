"""Two clicks at one moment do what one does, or one after the other: no error page, no second letter."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import User
from meetings.models import Letter
from reports.lp2kd.models import Issue
from tests import factories as make
from tests.worlds import build

LAST = timezone.localdate().year - 1


def at_once(user: User, url: str, data: dict, times: int = 3) -> list[int]:
    """The statuses of as many posts at one moment."""
    barrier, found = threading.Barrier(times), []

    def click():
        client = Client(raise_request_exception=False)
        try:
            client.force_login(user)
            barrier.wait(timeout=30)
            found.append(client.post(url, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_issuing_twice_at_once_makes_two_versions():
    user = build().user("bappeda_admin")
    assert at_once(user, "/reports/written/lp2kd/issue/", {"number": "", "note": ""}) == [302] * 3
    assert sorted(Issue.objects.values_list("version", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_reminding_twice_at_once_makes_one_letter():
    world = build()
    make.ProgramYearFactory(program=world.program, year=LAST)
    url = f"/reports/duties/{world.agency.uuid}/remind/?year={LAST}"
    assert at_once(world.user("bappeda_staff"), url, {}) == [302] * 3
    assert Letter.objects.count() == 1
