"""Readers without names learn no count under 5 households, not by a share, a difference or a neighbouring page."""

import datetime as dt
import io
import re

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from pptx import Presentation

from core.choices import Role
from core.models import Region
from households.models import Household
from meetings.rows import moved_texts
from programs.models import Assistance
from tests import factories as make
from tests.worlds import OTHER, OWN

YEAR = timezone.localdate().year
POUND = 100_003  # rupiah of one family: found again wherever a sum of one or two of them stands


@pytest.fixture
def few(world):
    """One kelurahan that reached 3 of 14 poor families, another that missed 4 of 24."""
    settle(world, OWN, reached=2, missed=11)
    settle(world, OTHER, reached=19, missed=4)
    return world


def settle(world, area: str, *, reached: int, missed: int) -> None:
    for n in range(reached + missed):
        household = make.family(1, region_id=area, desil=1 + n % 4, head={})
        if n < reached:
            assistance = make.AssistanceFactory(program_year=world.program_year, household=household, received=True)
            make.DeliveryFactory(assistance=assistance, date=dt.date(YEAR, 1, 15), amount=POUND)


@pytest.fixture
def leader(client, few):
    client.force_login(few.user(Role.LEADERSHIP))
    return client


def said(answer) -> str:
    """The words of the page itself, without the shell around it."""
    assert answer.status_code == 200
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.DOTALL)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<select.*?</select>", " ", main, flags=re.DOTALL)))


def test_the_brief_gives_no_small_count_by_its_share(leader):
    of_few = said(leader.get(f"/reports/brief/?area={OWN}"))
    assert "Sasaran, keluarga 14" in of_few
    assert "21,4%" not in of_few  # 3 of 14
    assert " 11 " not in of_few.partition("Kesenjangan")[0]
    assert "83,3%" not in said(leader.get(f"/reports/brief/?area={OTHER}"))  # all but 4 of 24


def test_the_start_page_hides_the_poorest_where_their_row_is_hidden(leader):
    page = leader.get("/")
    assert any(row.key == "1" and row.total.n is None for row in page.context["desil_rows"])
    assert page.context["desil1"] is None
    assert "keluarga sangat miskin" not in said(page)


def test_the_start_page_of_a_place_with_few_left_says_nothing_of_them(client, world):
    settle(world, OWN, reached=18, missed=3)
    client.force_login(world.user(Role.LEADERSHIP))
    page = client.get("/")
    assert page.context["nothing"].part == 3
    words = said(page)
    assert page.context["nothing_hidden"]
    assert page.context["coverage"] is None
    assert "87,0%" not in words
    assert "Terjangkau 20" not in words


@pytest.mark.parametrize("figure", ["missing", "missing-households", "poorest"])
def test_the_map_hides_areas_with_few_reached(client, world, figure):
    settle(world, OWN, reached=2, missed=11)
    settle(world, OTHER, reached=20, missed=20)
    Household.objects.update(desil=1)
    for code, lat in ((OWN, -0.79), (OTHER, -0.75)):
        Region.objects.filter(code=code).update(lat=lat, lng=100.65)
    client.force_login(world.user(Role.LEADERSHIP))
    page = client.get(f"/reports/map/?figure={figure}")
    rows = {row["shape"].code: row for row in page.context["rows"]}
    assert rows[OWN]["hidden"]
    assert rows[OTHER]["hidden"]  # beside the whole, one alone could be had by subtraction
    words = said(page)
    assert "78,6%" not in words
    assert " 11 " not in words


def test_figures_on_targeting_tell_no_sum_of_a_handful(leader):
    words = said(leader.get(f"/reports/figures/?area={OWN}"))
    assert page_has_no_amount(words)
    assert "Tanpa program apa pun 11" not in words  # of 14


def page_has_no_amount(words: str) -> bool:
    return not any(text in words for text in ("100.003", "200.006", "Rp 200", "Rp 100", "Rp 500", "Rp 300"))


def test_overlap_hides_what_nearly_all_of_a_programme_share(leader, few):
    rows = Assistance.objects.filter(program_year=few.program_year, household__region=OTHER).exclude(
        household=few.other.household
    )
    for each in rows[:19]:
        twice = make.AssistanceFactory(program_year=few.other_program_year, household=each.household, received=True)
        make.DeliveryFactory(assistance=twice, date=dt.date(YEAR, 2, 1))
    cells = leader.get("/reports/figures/overlap/").context["rows"]
    pair = next(cell for row in cells for cell in row["cells"] if not cell["own"])
    assert pair["hidden"]  # 19 of 23: the rest would be 4


def test_a_programme_hides_its_few_left_over(client, world):
    settle(world, OWN, reached=18, missed=3)
    client.force_login(world.user(Role.LEADERSHIP))
    listed = said(client.get("/programs/"))
    assert "87,0%" not in listed
    detail = said(client.get(f"/programs/{world.program.uuid}/"))
    assert "13,0%" not in detail
    assert "belum menerima 3 " not in detail


@pytest.mark.parametrize("name", ["rekap-wilayah", "ppke"])
def test_workbooks_give_no_small_count_by_subtraction(leader, few, name):
    if name == "ppke":  # all poor families of the first kelurahan are extremely poor
        Household.objects.filter(region_id=OWN, desil__isnull=False).update(desil=1)
    answer = leader.get(f"/reports/{name}/")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    village = Region.objects.get(code=OWN).name
    seen = []
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            if village in row:
                seen.append(row)
                assert 11 not in row, row  # 14 less 11 are the 3 that were reached
                assert not any(isinstance(v, int) and v % POUND in (0, 600_000 % POUND) and v >= POUND for v in row), (
                    row
                )
    assert seen


def test_the_material_of_a_meeting_gives_no_small_count(client, few):
    meeting = make.MeetingFactory(region_id=None)
    client.force_login(few.user(Role.BAPPEDA_STAFF))
    content = client.get(f"/meetings/{meeting.uuid}/material/pptx/").content
    texts = []
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_table:
                texts += [[cell.text for cell in row.cells] for row in shape.table.rows]
    of_few = next(row for row in texts if "Laing" in row[0])
    assert "16,7%" not in of_few  # 4 of 24 beside the 24


def test_a_rise_gives_no_small_earlier_number():
    assert moved_texts(3, 10)[2] != "7"
    assert "10" not in moved_texts(10, 13)[0]
    assert moved_texts(10, 20) == ("10", "20", "10")


def test_the_next_meeting_shows_no_figures_of_the_city_to_an_area(client, few):
    meeting = make.MeetingFactory(starts=timezone.now() + dt.timedelta(days=3), state="invited")
    for role, shown in ((Role.KELURAHAN_OPERATOR, False), (Role.KECAMATAN_READER, False), (Role.LEADERSHIP, True)):
        user = few.user(role)
        make.InvitationFactory(meeting=meeting, user=user, agency=None, name=user.full_name)
        client.force_login(user)
        page = client.get("/meetings/")
        assert (page.context["coming"], bool(page.context["coming_figures"])) == (meeting, shown)


def test_the_city_hides_the_same_kelurahan_as_their_kecamatan(client, world):
    """One small kelurahan takes a neighbour of its own kecamatan along: another's page would show that one."""
    second, third = "13.72.01.1002", "13.72.02.1007"
    make.region(second, "Sinapa Piliang")
    make.region(third, "Kampung Jawa")
    settle(world, OWN, reached=2, missed=20)
    settle(world, second, reached=30, missed=30)
    settle(world, OTHER, reached=10, missed=10)
    settle(world, third, reached=9, missed=9)
    client.force_login(world.user(Role.LEADERSHIP))
    for path, rows in (
        ("/reports/coverage/", lambda page: {r.key for r in page.context["area_rows"] if r.total.n is None}),
        (
            "/reports/figures/?by=village&of=all",
            lambda page: {r.row.key for r in page.context["rows"] if r.hidden},
        ),
    ):
        assert rows(client.get(path)) == {OWN, second}, path
