"""The application on its first day, with reference data and people only: no page breaks, no link is refused."""

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.models import Program
from tkpkd.demo.city import DemoCity

PHONE = {"width": 390, "height": 844}
NAMES = (
    "reports:dashboard",
    "households:household_list",
    "households:duplicate_list",
    "households:import_list",
    "households:set_list",
    "programs:program_list",
    "programs:program_mine",
    "programs:match_start",
    "programs:proposal_list",
    "programs:recipient_import_list",
    "reports:report_list",
    "reports:coverage",
    "meetings:meeting_list",
    "meetings:action_list",
    "meetings:decision_list",
    "job_list",
)


@pytest.fixture
def empty_city(transactional_db):
    """Reference data and the demo people."""
    DemoCity(0, 7, timezone.localdate(), say=lambda text: None).build()


@pytest.mark.slow
@pytest.mark.parametrize("user", ["dinsos", "tanahgaram", "pimpinan", "bappeda"])
def test_first_day(empty_city, desk, user):
    page = desk.enter(user)
    program = Program.objects.get(short_name="BLT Daerah")
    paths = [*map(reverse, NAMES), reverse("programs:program_detail", args=[program.uuid])]
    links = set()
    page.set_viewport_size(PHONE)
    for path in paths:
        status = page.request.get(desk.url + path).status
        assert status in (200, 403), path
        if status == 403:
            continue
        desk.open(path)
        desk.check()
        links |= set(page.eval_on_selector_all("main a[href^='/']", "all => all.map((a) => a.pathname + a.search)"))
    refused = {link: page.request.get(desk.url + link).status for link in sorted(links)}
    assert {link: status for link, status in refused.items() if status >= 400} == {}
