"""What each role must never be shown, looked for on every address: names of other areas, any name, any whole number."""

import io
import zipfile

import pytest

from core.choices import Role
from households.models import Household, Member
from reports.runs.actions import make_quarterly
from reports.runs.models import ReportRun
from tests.access import Doors, names
from tests.worlds import OTHER, OWN


def shown(answer) -> str:
    """All text of an answer, of the parts of an office file too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"\n".join(parts.read(name) for name in parts.namelist())
    return content.decode(errors="replace")


def seen_by(client, world, role: str, forbidden: dict[str, str], queries) -> list:
    """(address, what) wherever one of the forbidden texts stands."""
    doors, found, pages = Doors(world), [], 0
    client.force_login(world.user(role))
    for name in names():
        for area in ("own", "other"):
            for query in queries:
                url = doors.url(name, area)
                url = f"{url}{'&' if '?' in url else '?'}{query}" if query else url
                answer = client.get(url)
                text = shown(answer)
                pages += answer.status_code == 200
                found += [(name, area, query, what) for text_, what in forbidden.items() if text_ in text]
    assert pages > 40
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.KELURAHAN_OPERATOR, Role.KECAMATAN_READER])
def test_an_area_sees_nobody_of_another(client, world, role):
    Household.objects.filter(pk=world.other.household.pk).update(head_name="Qarun Rahasia", address="Jl. Tersembunyi 7")
    Member.objects.filter(pk=world.other.head.pk).update(name="Qarun Rahasia")
    Member.objects.filter(pk=world.other.child.pk).update(name="Wulan Rahasia")
    world.other.household.refresh_from_db()
    world.other.child.refresh_from_db()
    forbidden = {
        world.other.household.head_name: "head",
        world.other.child.name: "member",
        world.other.household.address: "address",
        str(world.other.household.uuid): "household",
    }
    # The address that was asked for stands on the page again; what it names is not shown by that.
    found = seen_by(client, world, role, forbidden, ["", f"area={OTHER}", "q=Rahasia"])
    assert [f for f in found if f[3] != "household"] == []


@pytest.mark.slow
def test_leadership_sees_no_name_anywhere(client, world):
    forbidden = {}
    for area in (world.own, world.other):
        for member in Member.objects.filter(household=area.household):
            forbidden[member.name] = "name"
        forbidden[area.household.address] = "address"
    found = seen_by(client, world, Role.LEADERSHIP, forbidden, ["", f"area={OWN}"])
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.BAPPEDA_ADMIN, Role.OPD_OPERATOR, Role.KELURAHAN_OPERATOR, Role.AUDITOR])
def test_no_page_to_read_holds_a_whole_number(client, world, role):
    whole = set(Member.objects.exclude(nik=None).values_list("nik", flat=True))
    whole |= set(Household.objects.exclude(kk=None).values_list("kk", flat=True))
    assert seen_by(client, world, role, dict.fromkeys(whole, "number"), [""]) == []


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.KELURAHAN_OPERATOR, set()),
        (Role.KECAMATAN_READER, set()),
        (Role.OPD_OPERATOR, {"rekap-wilayah", "overlap", "ppke", "mutu-data"}),
        (Role.LEADERSHIP, {"rekap-wilayah", "overlap", "ppke", "mutu-data", "tindak-lanjut"}),
    ],
)
def test_reports_of_the_city_made_by_themselves_are_for_who_sees_the_city(client, world, role, sees):
    make_quarterly()
    assert set(ReportRun.objects.visible_to(world.user(role)).values_list("name", flat=True)) == sees
    client.force_login(world.user(role))
    for run in ReportRun.objects.all():
        assert opened(client, run) == (200 if run.name in sees else 404)


def opened(client, run) -> int:
    answer = client.get(f"/reports/runs/{run.uuid}/")
    shown(answer)  # a download closes its file at its end
    return answer.status_code


def test_an_own_report_goes_with_the_area(client, world):
    user = world.user(Role.KELURAHAN_OPERATOR)
    client.force_login(user)
    assert shown(client.get("/reports/rekap-wilayah/"))
    run = ReportRun.objects.get(by=user)
    assert run.area == OWN
    assert opened(client, run) == 200
    user.role_assignments.update(region_id=OTHER)
    assert opened(client, run) == 404


def test_a_masked_number_is_kept_when_the_form_comes_back(client, world):
    child = world.own.head
    client.force_login(world.user(Role.KELURAHAN_OPERATOR))
    url = f"/households/members/{child.uuid}/edit/identity/"
    page = client.get(url)
    form = page.context["form"]
    assert child.nik not in shown(page)
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, "")}
    sent |= {"name": "Nama Baru", "confirm": "on", "confirm_reason": "sesuai KK"}
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    after = Member.objects.get(pk=child.pk)
    assert (after.name, after.nik) == ("Nama Baru", child.nik)
    other = f"{child.nik[:-1]}{(int(child.nik[-1]) + 5) % 10}"
    sent |= {"nik": other, "version": after.version}
    assert client.post(url, sent).status_code == 302
    assert Member.objects.get(pk=child.pk).nik == other
