"""Suspected duplicates: which pairs are found, which are not, and who reads them."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from core.nik import make_nik
from households import duplicates
from tests import factories as make

BORN = dt.date(1990, 5, 17)
OWN, OTHER = "13.72.01.1001", "13.72.02.1006"
URL = "/households/duplicates/"


def person(name, region=OWN, *, born=BORN, nik="auto", household=None, **values):
    """A person in a family of their own."""
    household = household or make.HouseholdFactory(region_id=region, address="")
    if nik == "auto":
        return make.MemberFactory(household=household, name=name, birth_date=born, **values)
    return make.MemberFactory(household=household, name=name, birth_date=born, nik=nik, **values)


def kinds(areas=("",)):
    """(kind, names) of the pairs found."""
    return [(p.kind, {p.first.name, p.second.name}) for p in duplicates.pairs(list(areas))]


@pytest.fixture(autouse=True)
def quiet(world):
    """The world's own people are no pair of anybody."""
    for n, area in enumerate((world.own, world.other)):
        for m, member in enumerate((area.head, area.child)):
            member.birth_date = dt.date(1950 + 2 * n + m, 1, 1)
            member.save()


def test_same_name_and_birth_date(world):
    person("Rina Wati", OWN)
    person("Rina Wati", OTHER, nik=None)
    person("Rina Wati", OTHER, born=dt.date(1990, 5, 18))
    assert kinds() == [("same", {"Rina Wati"})]


def test_one_digit_of_the_nik_and_like_names(world):
    nik = make_nik("137201", BORN, "F", 1234)
    person("Rina Wati", OWN, nik=nik)
    person("Rina Watii", OTHER, nik=nik[:-1] + "9")
    person("Budi Santoso", OTHER, nik=nik[:-1] + "8")
    assert kinds() == [("digit", {"Rina Wati", "Rina Watii"})]


def test_one_digit_with_another_first_letter(world):
    nik = make_nik("137201", BORN, "F", 1234)
    person("Yusmaini Koto", OWN, nik=nik)
    person("Jusmaini Koto", OTHER, nik=nik[:5] + "2" + nik[6:])
    assert kinds() == [("digit", {"Yusmaini Koto", "Jusmaini Koto"})]


def test_like_names_in_one_kelurahan(world):
    for n, (name, region) in enumerate(
        [("Syafrizal Chaniago", OWN), ("Safrizal Chaniago", OWN), ("Syafrisal Chaniago", OTHER)]
    ):
        person(name, region, nik=make_nik("137201", BORN, "F", 1111 * (n + 1)))
    assert kinds() == [("alike", {"Syafrizal Chaniago", "Safrizal Chaniago"})]


def test_twins_are_no_pair(world):
    one = make.HouseholdFactory(region_id=OWN)
    person("Hasan Basri", household=one, nik=make_nik("137201", BORN, "F", 11))
    person("Hasna Basri", household=one, nik=make_nik("137201", BORN, "F", 22))
    assert kinds() == []
    person("Hasni Basri", household=one, nik=None)
    assert {kind for kind, _names in kinds()} == {"alike"}


def test_families_alike(world):
    make.family(1, region_id=OWN, kk="1372010101100001", head={"name": "Basri Jambak", "birth_date": None, "nik": None})
    make.family(1, region_id=OWN, kk="1372010101100007", head={"name": "Basri Jambak", "birth_date": None, "nik": None})
    make.family(
        1, region_id=OTHER, kk="1372010101100008", head={"name": "Basri Jambak", "birth_date": None, "nik": None}
    )
    make.family(
        1,
        region_id=OWN,
        kk="1372010101109999",
        address="Jl. A",
        head={"name": "Nurlaila Koto", "birth_date": None, "nik": None},
    )
    make.family(
        1, region_id=OWN, kk=None, address="Jl. A", head={"name": "Nurlaila Koto", "birth_date": None, "nik": None}
    )
    make.family(
        1, region_id=OWN, kk=None, address="Jl. B", head={"name": "Nurlaila Koto", "birth_date": None, "nik": None}
    )
    assert kinds() == [("family", {"Basri Jambak"}), ("family", {"Nurlaila Koto"})]


def test_a_pair_is_shown_once_by_its_strongest_sign(world):
    nik = make_nik("137201", BORN, "F", 1234)
    person("Rina Wati", OWN, nik=nik)
    person("Rina Wati", OWN, nik=nik[:-1] + "9")
    assert kinds() == [("same", {"Rina Wati"})]
    assert duplicates.counts([""]) == {"same": 1, "digit": 0, "alike": 0, "family": 0}


def test_the_dead_and_the_merged_are_left_out(world):
    person("Rina Wati", OWN)
    person("Rina Wati", OWN, died=True)
    merged = person("Rina Wati", OTHER)
    merged.status, merged.status_reason, merged.status_date = "duplicate", "ganda", BORN
    merged.save()
    assert kinds() == []


def test_both_of_a_pair_lie_in_sight(client, world):
    person("Rina Wati", OWN)
    person("Rina Wati", OTHER, nik=None)
    person("Doni Saputra", OWN)
    person("Doni Saputra", OWN, nik=None)
    for role, want in (("bappeda_staff", 2), ("auditor", 2), ("kelurahan_operator", 1), ("kecamatan_reader", 1)):
        client.force_login(world.user(role))
        page = client.get(URL)
        assert page.context["total"] == want, role
        assert ("Rina Wati" in page.content.decode()) == (want == 2)
    client.force_login(world.user("leadership"))
    assert client.get(URL).status_code == 403


def test_the_page_masks_filters_and_refuses_nonsense(client, world):
    one = person("Rina Wati", OWN)
    person("Rina Wati", OTHER)
    client.force_login(world.user("bappeda_staff"))
    page = client.get(URL).content.decode()
    assert one.nik not in page
    assert one.household.kk not in page
    assert client.get(f"{URL}?kind=alike").context["pairs"] == []
    assert client.get(f"{URL}?area={OWN}").context["pairs"] == []
    assert len(client.get(f"{URL}?area=13.72&kind=same").context["pairs"]) == 1
    for query in ("kind=x", "area=13.99", "area=x", "page=0", "page=x", "page=99999"):
        assert client.get(f"{URL}?{query}").status_code == 404, query
    client.force_login(world.user("kelurahan_operator"))
    assert client.get(f"{URL}?area={OTHER}").status_code == 404


def test_pages(client, world, monkeypatch):
    monkeypatch.setattr(duplicates, "PAGE_SIZE", 2)
    for name in ("Ani Wati", "Budi Hartono", "Cici Amelia"):
        person(name)
        person(name, nik=None)
    client.force_login(world.user("bappeda_staff"))
    first = client.get(URL)
    assert [p.first.name for p in first.context["pairs"]] == ["Ani Wati", "Budi Hartono"]
    second = client.get(f"{URL}{first.context['next']}")
    assert [p.first.name for p in second.context["pairs"]] == ["Cici Amelia"]
    assert (second.context["start"], second.context["end"], second.context["next"]) == (3, 3, "")


def test_a_large_area_asks_for_a_kelurahan(client, world, monkeypatch):
    monkeypatch.setattr(duplicates, "WAIT_MILLISECONDS", 50)
    monkeypatch.setattr(duplicates, "_PAIRS", "WITH pairs AS (SELECT 'same' AS kind, pg_sleep(5))")
    client.force_login(world.user("bappeda_staff"))
    page = client.get(URL)
    assert page.status_code == 200
    assert page.context["slow"]


def test_download(client, world):
    one = person("Rina Wati", OWN)
    person("Rina Wati", OTHER, nik=None)
    client.force_login(world.user("bappeda_staff"))
    response = client.get(f"{URL}list.xlsx?kind=same")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    assert len(rows) == 2
    assert rows[1][1:3] == ["Rina Wati", f"{one.nik[:6]}••••••••••"]
    assert client.get(f"{URL}list.xlsx?kind=x").status_code == 404
    client.force_login(world.user("leadership"))
    assert client.get(f"{URL}list.xlsx").status_code == 403


def test_command_reports_masked_pairs(world, tmp_path, capsys):
    one = person("Rina Wati", OWN)
    two = person("Rina Wati", OTHER, nik=None)
    call_command("find_duplicates", report=tmp_path / "out.json")
    assert "same: 1" in capsys.readouterr().out
    text = (tmp_path / "out.json").read_text()
    data = json.loads(text)
    assert data["counts"]["same"] == 1
    assert {data["pairs"][0]["first"]["member"], data["pairs"][0]["second"]["member"]} == {str(one.uuid), str(two.uuid)}
    assert one.nik not in text
    call_command("find_duplicates", area=OWN)
    assert "same: 0" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("find_duplicates", area="13.99")
