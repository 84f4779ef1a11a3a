"""The kelurahan operator on the phone: one NIK, the family behind it, a birth, a proposal and its answer."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.choices import AccessKind
from core.models import AccessRecord
from core.nik import make_nik
from households.models import Household, Member
from programs.models import Assistance, ProgramYear
from tests import factories as make

AREA, ELSEWHERE = "13.72.01.1001", "13.72.02"


@pytest.fixture
def program_year(city) -> ProgramYear:
    """This year of a new programme for desil 1 and 2, which no family of the city has."""
    program = make.ProgramFactory(name="Paket Lebaran", benefit_kind=make.BenefitKindFactory(code="parcel"))
    make.EligibilityRuleFactory(program=program, rule={"field": "desil", "op": "between", "value": [1, 2]})
    return make.ProgramYearFactory(program=program)


def poor_family(area: str) -> tuple[Household, Member]:
    """A family of several in desil 1 or 2, and one of them who is not its head."""
    households = Household.objects.filter(status="active", desil__lte=2, size__gte=3, region__code__startswith=area)
    members = Member.objects.filter(household__in=households, status="active", nik__isnull=False)
    member = members.exclude(relation=1).select_related("household").order_by("pk").first()
    return member.household, member


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
def test_a_family_is_found_mended_and_proposed_with_the_thumb(program_year, desk):
    page = desk.page
    household, member = poor_family(AREA)
    _other_household, stranger = poor_family(ELSEWHERE)
    desk.sign_in("tanahgaram")
    desk.check()

    # one NIK: the person and the family; whoever lives elsewhere is not there
    page.locator(".topbar a[href='/search/']").tap()
    page.locator("main [name=q]").fill(stranger.nik)
    page.keyboard.press("Enter")
    expect(page.locator("main .empty")).to_be_visible()
    assert stranger.name not in page.content()
    desk.check()
    page.locator("main [name=q]").fill(member.nik)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(household.head_name)
    expect(page.locator("main")).to_contain_text(member.name)
    assert member.nik not in page.content(), "numbers stay behind dots"
    desk.check()
    assert AccessRecord.objects.filter(user__username="tanahgaram", kind=AccessKind.LOOKUP).count() == 2

    # a section is mended
    page.locator("main .head .dropdown > .btn").tap()
    page.locator("a[href$='/edit/housing/']").tap()
    page.locator("[name=floor_area]").fill("36")
    desk.check()
    page.locator("main .savebar button[type=submit]").tap()
    expect(page.locator("h1")).to_contain_text(household.head_name)
    household.refresh_from_db()
    assert household.floor_area == 36

    # a child is born
    born = timezone.localdate().replace(day=1)
    page.locator("main a[href$='/members/new/?born=1']").tap()
    page.locator("[name=name]").fill("Aisyah Putri")
    page.locator("[name=nik]").fill(make_nik("137201", born, "F", 77))
    page.locator("[name=sex]").select_option("F")
    page.locator("[name=birth_date]").fill(born.strftime("%d/%m/%Y"))
    page.locator("[name=relation]").select_option(index=3)
    desk.check()
    page.locator("main .savebar button[type=submit]").tap()
    expect(page.locator("main")).to_contain_text("Aisyah Putri")
    assert household.members.filter(name="Aisyah Putri", status="active").count() == 1
    desk.check()

    # proposed, and where the proposal is
    page.get_by_role("button", name=re.compile("Paket Lebaran")).tap()
    expect(page.locator("#toasts")).to_contain_text("1 keluarga")
    proposal = Assistance.objects.get(program_year=program_year)
    assert (proposal.household, proposal.status, proposal.proposed_by.username) == (household, "proposed", "tanahgaram")
    page.locator(".tabbar a", has_text="Program").tap()
    page.get_by_role("link", name="Usulan saya").tap()
    row = page.locator("[data-row]", has_text="Paket Lebaran")
    expect(row).to_contain_text(program_year.owner.short_name)
    desk.check()

    # the answer slip on paper
    row.locator("a", has_text="Tanda").tap()
    expect(page.locator("main.paper")).to_contain_text(household.head_name)
    expect(page.locator("main.paper")).to_contain_text("Kelurahan Tanah Garam")
    assert desk.violations() == []
    assert desk.too_wide() == []
    assert page.pdf().startswith(b"%PDF")

    # nothing of other areas
    desk.open(reverse("households:household_list"))
    everybody = Household.objects.filter(region=AREA, merged_into=None).count()
    expect(page.locator("#count")).to_contain_text(f"{everybody} keluarga")
    for path in (
        reverse("households:household_detail", args=[stranger.household.uuid]),
        reverse("households:member_edit", args=[stranger.uuid, "identity"]),
    ):
        assert page.request.get(desk.url + path).status == 404
