"""The pages of records: who looked, who changed, filtered, in pages."""

import pytest
from django.urls import reverse

from core.choices import AccessKind
from core.history import history, record_access
from core.models import Agency

PAGES = ["access_list", "change_list"]


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["bappeda_staff", "opd_operator", "kelurahan_operator", "leadership", "none"])
def test_only_who_watches_over_it(client, world, page, role):
    client.force_login(world.user(role))
    assert client.get(reverse(page)).status_code == 403


def test_reading_of_one_household_is_found(client, world):
    staff = world.user("bappeda_staff")
    for area in (world.own, world.other):
        record_access(
            staff,
            AccessKind.UNMASK,
            f"NIK {area.head.name}",
            purpose="Pencocokan bansos",
            object_key=f"household:{area.household.uuid}",
        )
    client.force_login(world.user("auditor"))
    url = reverse("access_list")
    both = text(client.get(url))
    assert world.own.head.name in both
    assert world.other.head.name in both
    one = text(client.get(url, {"object": f"household:{world.own.household.uuid}"}))
    assert "Pencocokan bansos" in one
    assert world.other.head.name not in one
    assert url in text(client.get(reverse("households:household_detail", args=[world.own.household.uuid])))


def test_filters_and_empty_answer(client, world):
    record_access(world.user("bappeda_staff"), AccessKind.EXPORT, "Keluarga desil 1 Laing", rows=120)
    client.force_login(world.user("auditor"))
    url = reverse("access_list")
    assert "Keluarga desil 1 Laing" in text(client.get(url, {"kind": "export", "what": "laing"}))
    for other in ({"kind": "lookup"}, {"who": "nobody"}, {"until": "2001-01-01"}, {"what": "zzz"}):
        assert "Keluarga desil 1 Laing" not in text(client.get(url, other))
    assert client.get(url, {"since": "besok"}).status_code == 200


def test_changes_count_their_rows_and_page(client, world, django_assert_max_num_queries):
    for n in range(60):
        with history(by=world.user("bappeda_admin"), action="agency.rename", reason=f"alasan ke-{n}"):
            Agency.objects.filter(pk=world.agency.pk).update(short_name=f"Dinas {n}")
    client.force_login(world.user("auditor"))
    url = reverse("change_list")
    with django_assert_max_num_queries(14):
        first = client.get(url, {"what": "agency.rename"})
    assert "alasan ke-59" in text(first)
    assert "alasan ke-9<" not in text(first)
    second = client.get(url, {"what": "agency.rename", "before": first.context["rows"][-1].pk})
    assert "alasan ke-9<" in text(second)
    assert {row.changed for row in second.context["rows"]} == {1}
    assert second.context["start"] == 51
