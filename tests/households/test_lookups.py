"""Looking people up by a whole number: on record, by a person's pace, wherever a number may be typed."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.choices import AccessKind
from core.models import AccessRecord
from core.nik import mask
from households.lookups import PER_MINUTE
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(world, client):
    user = world.user("kelurahan_operator")
    client.force_login(user)
    return user


def ways(world, number) -> dict[str, str]:
    """Every address that answers for a whole number."""
    listed, count = reverse("households:household_list"), reverse("households:household_count")
    recipients = reverse("programs:recipient_list", args=[world.program_year.uuid])
    return {
        "search": f"/search/?q={number}",
        "list": f"{listed}?q={number}",
        "list after a row": f"{listed}?q={number}&after=x",
        "list before a row": f"{listed}?q={number}&before=x",
        "count": f"{count}?q={number}",
        "download": f"{reverse('households:household_export')}?q={number}",
        "workbook": f"{reverse('households:household_export_file')}?q={number}",
        "recipients": f"{recipients}?q={number}",
        "recipients after a row": f"{recipients}?q={number}&after=x",
    }


WAYS = ["search", "list", "list after a row", "list before a row", "count", "download", "workbook", "recipients",
        "recipients after a row"]  # fmt: skip


def read(answer) -> str:
    """The whole answer; a download closes its file at its end."""
    return (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")


def lookups(user):
    return AccessRecord.objects.filter(user=user, kind=AccessKind.LOOKUP)


def hurried(user):
    """Somebody who has just looked up as many numbers as a person may."""
    for _ in range(PER_MINUTE):
        make.AccessRecordFactory(user=user, kind=AccessKind.LOOKUP, at=timezone.now() - dt.timedelta(seconds=20))


@pytest.mark.parametrize("way", WAYS)
def test_look_up_leaves_a_record_without_the_number(client, world, keeper, way):
    nik = world.own.head.nik
    read(client.get(ways(world, nik)[way]))
    record = lookups(keeper).latest("pk")
    assert mask(nik) in record.what
    assert not AccessRecord.objects.filter(what__contains=nik).exists()
    assert not AccessRecord.objects.filter(filters__contains=nik).exists()


@pytest.mark.parametrize("way", WAYS)
def test_number_of_nobody_is_recorded_alike(client, world, keeper, way):
    read(client.get(ways(world, "1372015203800004")[way]))
    assert lookups(keeper).count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_many_numbers_in_a_minute_have_to_wait(client, world, keeper, way):
    hurried(keeper)
    answer = client.get(ways(world, world.own.head.nik)[way])
    assert answer.status_code in ((302,) if way in ("download", "workbook") else (200, 429))
    assert world.own.head.name not in read(answer)
    assert lookups(keeper).count() == PER_MINUTE


def test_after_a_minute_one_goes_on(client, world, keeper):
    for _ in range(PER_MINUTE):
        make.AccessRecordFactory(user=keeper, kind=AccessKind.LOOKUP, at=timezone.now() - dt.timedelta(seconds=61))
    page = client.get(ways(world, world.own.head.nik)["list"]).content.decode()
    assert world.own.head.name in page


def test_other_people_and_names_go_on(client, world, keeper):
    hurried(keeper)
    assert client.get(reverse("households:household_list") + "?q=yusmaini").status_code == 200
    client.force_login(world.user("bappeda_staff"))
    assert world.own.head.name in client.get(ways(world, world.own.head.nik)["list"]).content.decode()


def test_part_of_a_number_finds_nobody(client, world, keeper):
    """No search by the first digits: they would tell region and birth date of everybody."""
    for n in (6, 12, 15):
        page = client.get(reverse("households:household_list") + f"?q={world.own.head.nik[:n]}").content.decode()
        assert reverse("households:household_detail", args=[world.own.household.uuid]) not in page


def test_transfers_are_asked_for_at_a_persons_pace(client, world, keeper):
    form = {"nik": world.other.head.nik, "region": world.own.region.pk, "note": "pindah"}
    for n in range(30):
        nik = f"{world.other.head.nik[:12]}{n + 5000:04d}"
        assert client.post(reverse("households:transfer_request"), form | {"nik": nik}).status_code == 302
    assert client.post(reverse("households:transfer_request"), form).status_code == 403
