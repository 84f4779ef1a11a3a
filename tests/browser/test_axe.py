"""Pages as four people see them: axe finds nothing, on desk and phone, in both themes, and nothing scrolls sideways."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from households.models import Household
from meetings.models import ActionItem, Decision, Decree, Meeting
from programs.models import Assistance, ProgramYear

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def household(**narrowed) -> Household:
    return Household.objects.filter(status="active", **narrowed).order_by("pk").first()


def program_year() -> ProgramYear:
    """A programme of the dinas that takes proposals, with recipients in each stage."""
    return ProgramYear.objects.get(program__short_name="BLT Daerah", year=timezone.localdate().year)


def assistance(**narrowed) -> Assistance:
    return Assistance.objects.filter(program_year=program_year(), **narrowed).order_by("pk").first()


def measured() -> Decision:
    """The newest decision on a list of households."""
    return Decision.objects.filter(household_set__isnull=False).order_by("-pk").first()


def of_year(name: str, query: str = "") -> Callable[[], str]:
    return lambda: reverse(f"programs:{name}", args=[program_year().uuid]) + query


def plain(name: str, *args) -> Callable[[], str]:
    return lambda: reverse(name, args=args)


def of_meeting(name: str, *args) -> Callable[[], str]:
    """A page of the meeting that people are invited to."""
    return lambda: reverse(f"meetings:{name}", args=[Meeting.objects.get(state="invited").uuid, *args])


PAGES: dict[str, Callable[[], str]] = {
    "dashboard": plain("reports:dashboard"),
    "households": plain("households:household_list"),
    "household": lambda: reverse("households:household_detail", args=[household(region="13.72.01.1001").uuid]),
    "household-edit": lambda: reverse(
        "households:household_edit", args=[household(region="13.72.01.1001").uuid, "housing"]
    ),
    "duplicates": plain("households:duplicate_list"),
    "sets": plain("households:set_list"),
    "import": plain("households:import_list"),
    "programs": plain("programs:program_list"),
    "mine": plain("programs:program_mine"),
    "program": lambda: reverse("programs:program_detail", args=[program_year().program.uuid]),
    "recipients": of_year("recipient_list"),
    "recipient": lambda: reverse("programs:assistance_detail", args=[assistance(status="received").uuid]),
    "enrol": of_year("enrol", "?from=fit"),
    "enrol-niks": of_year("enrol_niks"),
    "deliver": of_year("deliver"),
    "papers": of_year("paper_list"),
    "plans": plain("programs:plan_list"),
    "plan": of_year("plan_detail"),
    "plan-import": plain("programs:plan_import_list"),
    "plan-edit": of_year("year_edit"),
    "realisation": lambda: reverse("programs:realisation_grid") + "?quarter=3",
    "realisation-of-one": of_year("realisation_detail"),
    "match": plain("programs:match_start"),
    "recipient-import": plain("programs:recipient_import_list"),
    "proposals": plain("programs:proposal_list"),
    "duties": plain("reports:duty_list"),
    "reports": plain("reports:report_list"),
    "coverage": plain("reports:coverage"),
    "meetings": plain("meetings:meeting_list"),
    "meeting": lambda: reverse("meetings:meeting_detail", args=[Meeting.objects.order_by("pk").first().uuid]),
    "decision": lambda: reverse("meetings:decision_detail", args=[Decision.objects.order_by("pk").first().uuid]),
    "measured": lambda: reverse("meetings:decision_detail", args=[measured().uuid]),
    "minutes": lambda: reverse("meetings:meeting_detail", args=[Meeting.objects.get(state="invited").uuid]),
    "decisions": plain("meetings:decision_list"),
    "calendar": plain("meetings:year_calendar"),
    "presence": plain("meetings:presence_year"),
    "series": plain("meetings:series_list"),
    "team": plain("meetings:decree_list"),
    "decree": lambda: reverse("meetings:decree_detail", args=[Decree.objects.first().uuid]),
    "letters": plain("meetings:letter_list"),
    "invitations": of_meeting("invitation_list"),
    "invite": of_meeting("invitation_add"),
    "attendance": of_meeting("attendance_list"),
    "meeting-papers": of_meeting("paper_list"),
    "preview": of_meeting("paper_preview", "undangan"),
    "record": lambda: reverse("meetings:paper_preview", args=[measured().meeting.uuid, "berita-acara"]),
    "leadership": plain("meetings:leadership_page"),
    "actions": plain("meetings:action_list"),
    "board": lambda: reverse("meetings:action_list") + "?view=board&who=all",
    "notices": plain("meetings:notice_list"),
    "action": lambda: reverse("meetings:action_detail", args=[ActionItem.objects.order_by("pk").first().uuid]),
    "jobs": plain("job_list"),
    "account": plain("account_settings"),
    "guide": plain("help_index"),
    "chapter": plain("help_chapter", "mulai"),
}
OF_THE_SECRETARIAT = {
    "series",
    "team",
    "decree",
    "letters",
    "invitations",
    "invite",
    "attendance",
    "meeting-papers",
    "preview",
    "record",
}
# Each page once for the person whose work it is, and again for those to whom it looks different.
SEEN = {
    "dinsos": [
        name
        for name in PAGES
        if name not in {"household-edit", "sets", "import", "proposals", "coverage", "meeting", "chapter"}
        and name not in {"minutes", "leadership", *OF_THE_SECRETARIAT}
    ],
    "tanahgaram": ["dashboard", "households", "household", "household-edit", "import", "program", "proposals"],
    "pimpinan": [
        "dashboard",
        "programs",
        "program",
        "reports",
        "coverage",
        "meetings",
        "decision",
        "measured",
        "leadership",
        "actions",
    ],
    "bappeda": [
        "dashboard",
        "household",
        "program",
        "coverage",
        "duties",
        "meetings",
        "meeting",
        "minutes",
        "decision",
        "board",
        "chapter",
        *sorted(OF_THE_SECRETARIAT),
    ],
}


def look(desk):
    """The page as it stands, in both themes on desk and phone: the style sheet follows without loading it again."""
    page = desk.page
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # colours change at once
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            desk.check()


@pytest.mark.slow
@pytest.mark.parametrize(("user", "name"), [(user, name) for user, names in SEEN.items() for name in names])
def test_page_is_accessible_and_fits(city, desk, user, name):
    page = desk.enter(user)
    desk.open(PAGES[name]())
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.wait_for_load_state("networkidle")  # what htmx brings after the page
    look(desk)


def test_signing_in_is_accessible_and_fits(desk):
    desk.open(reverse("account_login"))
    look(desk)
