"""What came of a decision, in the browser: reported, put off, confirmed; and a year later then and now.

A year passes by moving everything back: the meeting, the decision with its frozen list, items, and what was delivered.
"""

import datetime as dt
import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.models import Agency, User
from households.models import Household
from meetings.actions import decisions, items, minutes
from meetings.models import ActionItem, Decision
from programs.models import Assistance, ProgramYear
from tests import factories as make

THIS = timezone.localdate().year
FAMILIES, HAD, SOON, LATER = 60, 12, 6, 20
GOAL = HAD + SOON
# Frozen days: of each programme the last delivery before the decision.
FROZEN = """
UPDATE households_householdsetrow SET "then" = jsonb_set("then", '{last}', (
  SELECT coalesce(jsonb_object_agg(uuid, (day::date - interval '1 year')::date), '{}')
  FROM jsonb_each_text("then" -> 'last') AS l(uuid, day)))
WHERE set_id = %(set)s"""
MOVED = """
UPDATE programs_delivery SET date = (date - interval '1 year')::date WHERE assistance_id IN (
  SELECT a.id FROM programs_assistance a JOIN households_householdsetrow r ON r.household_id = a.counts_for_id
  WHERE r.set_id = %(set)s);
UPDATE households_householdset SET frozen_at = frozen_at - interval '1 year' WHERE id = %(set)s;
UPDATE meetings_meeting SET starts = starts - interval '1 year', final_at = final_at - interval '1 year',
  year = year - 1 WHERE id = %(meeting)s;
UPDATE meetings_decision SET at = at - interval '1 year', year = year - 1, sequence = 900,
  due = (due - interval '1 year')::date WHERE id = %(decision)s;
UPDATE meetings_actionupdate SET at = at - interval '1 year'
WHERE item_id IN (SELECT id FROM meetings_actionitem WHERE meeting_id = %(meeting)s);
UPDATE meetings_actionitem SET at = at - interval '1 year', done_at = done_at - interval '1 year', year = year - 1,
  proposed_at = proposed_at - interval '1 year', due = (due - interval '1 year')::date,
  first_due = (first_due - interval '1 year')::date WHERE meeting_id = %(meeting)s"""


def agency(short_name: str) -> Agency:
    return Agency.objects.get(short_name=short_name)


@pytest.fixture
def years(city) -> tuple[ProgramYear, ProgramYear]:
    """A programme of Dinas Sosial for desil 1 to 3, last year and this year."""
    program = make.ProgramFactory(
        name="Paket Pangan Daerah",
        owner=agency("Dinas Sosial"),
        benefit_kind=make.BenefitKindFactory(code="parcel", name="Paket pangan"),
    )
    make.EligibilityRuleFactory(program=program, rule={"field": "desil", "op": "between", "value": [1, 3]})
    made = tuple(make.ProgramYearFactory(program=program, year=year, quota=100) for year in (THIS - 1, THIS))
    for each in made:
        make.ProgramFundingFactory(program_year=each, ceiling=150_000_000)
    return made


@pytest.fixture
def families(city) -> list[Household]:
    found = Household.objects.filter(
        status="active", merged_into=None, desil__range=(1, 3), region__code__startswith="13.72.01"
    )
    found = list(found.order_by("pk")[:FAMILIES])
    assert len(found) == FAMILIES, "the demo city no longer suits this journey"
    return found


def give(program_year: ProgramYear, households: list[Household]) -> None:
    """Each receives today."""
    for household in households:
        line = make.AssistanceFactory(program_year=program_year, household=household, status="received")
        make.DeliveryFactory(assistance=line, date=timezone.localdate())


@pytest.fixture
def decision(years, families) -> Decision:
    """Final minutes of a coordination meeting: the families are to get the programme; two agencies have items."""
    last, this = years
    staff = User.objects.get(username="bappeda")
    give(last, families[:HAD])
    meeting = make.MeetingFactory(held=True, starts=timezone.now(), title="Rakor tentang pangan")
    make.AgendaItemFactory(meeting=meeting, text="Disepakati.")
    for name in ("Dinas Sosial", "Dinas Kesehatan"):
        make.InvitationFactory(meeting=meeting, agency=agency(name))
    made = decisions.decide(
        meeting=meeting,
        by=staff,
        title="Paket pangan untuk 60 keluarga",
        text="Semua keluarga daftar ini menerima paket pangan.",
        due=timezone.localdate() + dt.timedelta(days=200),
        agencies=[agency("Dinas Sosial")],
        programs=[last, this],
        households=Household.objects.filter(pk__in=[family.pk for family in families]),
        source="Desil 1 sampai 3",
    )
    due = timezone.localdate() + dt.timedelta(days=20)
    items.create_item(
        by=staff,
        decision=made,
        title="Salurkan paket pangan",
        agency=agency("Dinas Sosial"),
        due=due,
        measure="received",
        program_year=last,
        goal_count=GOAL,
    )
    items.create_item(by=staff, decision=made, title="Periksa gizi balita", agency=agency("Dinas Kesehatan"), due=due)
    minutes.finalise(meeting=meeting, by=staff)
    return made


def a_year_passes(decision: Decision) -> None:
    values = {"set": decision.household_set_id, "meeting": decision.meeting_id, "decision": decision.pk}
    with connection.cursor() as cursor:
        cursor.execute(FROZEN, values)
        cursor.execute(MOVED, values)


def save(desk) -> None:
    desk.press("main form .savebar button[type=submit]")
    assert desk.page.locator(".errors").all_inner_texts() == []


def figures(page, label: str) -> list[int]:
    """Then, target, now, reached since, still waiting: a line of the decision's table."""
    row = page.locator("section:has(#h-then) tbody tr").filter(has=page.get_by_text(label, exact=True))
    cells = row.locator("td.n").all_inner_texts()
    return [int(re.match(r"\s*([\d.]+)", cell)[1].replace(".", "")) for cell in cells]


def test_reported_put_off_confirmed_and_a_year_later(years, families, decision, desk):
    page, (last, this) = desk.page, years
    item = ActionItem.objects.get(title="Salurkan paket pangan")
    address = reverse("meetings:action_detail", args=[item.uuid])

    # the agency reports an obstacle and asks for more time
    desk.sign_in("dinsos")
    desk.open(reverse("meetings:action_list") + "?show=all")
    desk.press(f"main a.name[href='{address}']")
    expect(page.locator("main")).to_contain_text(f"{HAD} dari {GOAL}")
    desk.check()
    desk.press("main a[href$='/report/']")
    expect(page.locator("main [name=percent]")).to_have_count(0)  # counted, never typed
    page.fill("main [name=text]", "Beras sudah dipesan.")
    page.fill("main [name=obstacle]", "Gudang Bulog penuh")
    desk.check()
    save(desk)
    expect(page.locator("main .note.warn")).to_contain_text("Gudang Bulog penuh")
    desk.press("main a[href$='/extend/']")
    later = item.due + dt.timedelta(days=30)
    page.fill("main [name=new_due]", later.isoformat())
    page.fill("main [name=reason]", "Menunggu gudang")
    save(desk)
    expect(page.locator("form[action$='/grant/']")).to_have_count(0)  # the agency does not answer itself
    desk.check()

    # the secretariat grants
    desk.sign_in("bappeda")
    desk.open(address)
    expect(page.locator("main")).to_contain_text("Menunggu gudang")
    desk.check()
    desk.press("form[action$='/grant/'] button")
    item.refresh_from_db()
    assert (item.due, item.extensions, item.asked_due) == (later, 1, None)

    # the number is reached by deliveries: proposed by itself, confirmed by a person
    give(last, families[HAD:GOAL])
    items.propose_reached()
    desk.open(reverse("meetings:action_list") + "?who=all&show=waiting")
    row = page.locator("main tr[data-row]").filter(has_text=item.title)
    expect(row).to_contain_text(f"{GOAL} dari {GOAL}")
    desk.check()
    with page.expect_navigation():
        row.locator("form[action$='/confirm/'] button").click()
    item.refresh_from_db()
    assert (item.state, item.done_by.username, item.against_number) == ("done", "bappeda", False)

    # a year later: some moved or died, some receive this year
    a_year_passes(decision)
    gone, left = families[-2:], {"status_reason": "Kata ketua RT", "status_date": timezone.localdate()}
    Household.objects.filter(pk=gone[0].pk).update(status="moved", **left)
    Household.objects.filter(pk=gone[1].pk).update(status="deceased", **left)
    give(this, families[:5] + families[GOAL : GOAL + LATER - 5])
    now = len({*range(GOAL), *range(5), *range(GOAL, GOAL + LATER - 5)})
    here = FAMILIES - len(gone)

    desk.sign_in("dinsos")
    desk.open(reverse("meetings:decision_detail", args=[decision.uuid]))
    assert figures(page, str(last)) == [HAD, FAMILIES, now, now - HAD, here - now]
    assert figures(page, str(this)) == [0, FAMILIES, LATER, LATER, here - LATER]
    for text in ("Pindah", "Meninggal"):
        expect(page.locator("section:has(#h-left)")).to_contain_text(text)
    expect(page.locator("section:has(#h-time) tbody tr")).to_have_count(13)
    desk.check()

    # who still waits, and into the programme with one button
    row = page.locator("section:has(#h-then) tbody tr").filter(has=page.get_by_text(str(this), exact=True))
    with page.expect_navigation():
        row.locator("td.n").last.locator("a.fig").click()
    expect(page.locator("main .head, .head").first).to_contain_text(str(here - LATER))
    assert page.get_by_role("link", name=families[0].head_name, exact=True).count() == 0
    desk.check()
    desk.press("form[action$='/enrol/'] button")
    desk.check()
    save_button = page.locator("main form .savebar button[type=submit]")
    with page.expect_navigation():
        save_button.click()
    rows = Assistance.objects.filter(program_year=this)
    assert rows.filter(status="proposed").count() == here - LATER
    assert not rows.filter(household__in=gone).exists()

    # the leadership sees who is late, and what was decided in that year
    desk.sign_in("pimpinan")
    desk.open(reverse("meetings:leadership_page"))
    overdue = ActionItem.objects.overdue(timezone.localdate()).filter(agency=agency("Dinas Kesehatan"))
    task = page.locator("section:has(#h-late) a.task").filter(has_text="Dinas Kesehatan")
    expect(task).to_contain_text(f"Dinas Kesehatan: {overdue.count()} ")
    expect(task).to_contain_text("Periksa gizi balita")
    desk.check()
    desk.press("section:has(#h-late) a.task:has-text('Dinas Kesehatan')")
    expect(page.locator("main tr[data-row]").filter(has_text="Periksa gizi balita")).to_have_count(1)
    desk.open(f"{reverse('meetings:leadership_page')}?year={THIS - 1}")
    row = page.locator("section:has(#h-decided) tr").filter(has_text=decision.title)
    expect(row.locator("td.n").nth(0)).to_contain_text(str(HAD))
    expect(row.locator("td.n").nth(1)).to_contain_text(str(FAMILIES))
    expect(row.locator("td.n").nth(2)).to_contain_text(str(now))
    desk.check()
