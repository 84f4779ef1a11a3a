"""Gap lists as work orders: handed over with a date, shrinking as the log fills, printed for the way."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from core.models import AccessRecord
from households.models import Household
from meetings.models import ActionItem
from programs import gaps, targeting
from programs.actions.targeting import close_work_order, hand_over, hand_over_orders
from programs.models import Delivery, WorkOrder
from programs.targeting import Asked
from tests import factories as make

TODAY = timezone.localdate()
YEAR = TODAY.year
DUE = TODAY + dt.timedelta(days=20)


@pytest.fixture
def city(world):
    """Beside the world's two reached families: three poor ones in the own area, two in the other, one rich one."""
    cache.clear()
    world.near = [make.family(1, region_id=world.own.region.pk, desil=d, rt=f"00{d}") for d in (1, 2, 3)]
    world.far = [make.family(1, region_id=world.other.region.pk, desil=d) for d in (1, 4)]
    make.family(1, region_id=world.own.region.pk, desil=9)
    return world


def give(program_year, household, **values):
    return make.DeliveryFactory(
        assistance=make.AssistanceFactory(program_year=program_year, household=household, received=True), **values
    )


def handed(city, by, **values):
    given = {"title": "Daftar kerja", "program": city.program, "year": YEAR, "area": None, "agency": city.agency}
    return hand_over(by=by, **given | {"due": DUE} | values)


def test_gap_is_the_missed_of_the_figure(city):
    row = targeting.whole(Asked(YEAR), targeting.bundle_of(f"program-{city.program.uuid}", YEAR))
    assert set(gaps.gap_households(city.program, YEAR)) == {*city.near, *city.far}
    assert gaps.gap_households(city.program, YEAR).count() == row.missed == 5
    assert gaps.gap_households(None, YEAR, city.other.region.pk).count() == 2


def test_table_names_every_programme_and_where_most_live(city):
    whole, *programs = gaps.gap_table(YEAR)
    assert (whole.bundle.key, whole.row.missed) == ("all", 5)
    assert whole.most == [(city.own.region.pk, "Tanah Garam", 3), (city.other.region.pk, "Laing", 2)]
    assert [(g.bundle.label, g.row.missed) for g in programs] == [("Modal Usaha", 7), ("Bantuan Tunai Kota", 5)]


def test_hand_over_freezes_the_gap_of_the_day(city, bappeda, left):
    order = handed(city, bappeda)
    assert set(order.household_set.rows.values_list("household", flat=True)) == {h.pk for h in (*city.near, *city.far)}
    assert order.household_set.frozen_at
    assert order.household_set.shared
    assert left("programs_workorder")[0] == "work_order.hand_over"
    later = make.family(1, region_id=city.own.region.pk, desil=1)
    assert not order.household_set.rows.filter(household=later).exists()


def test_it_shrinks_by_itself_as_the_log_fills(city, bappeda):
    order = handed(city, bappeda)
    assert gaps.progress([order])[order.pk] == gaps.Progress(5, 0, 0)
    delivery = give(city.program_year, city.near[0])
    give(city.other_program_year, city.near[1])  # another programme does not answer this list
    give(city.program_year, city.near[2], date=dt.date(YEAR - 1, 6, 1))  # nor does last year
    assert gaps.progress([order])[order.pk] == gaps.Progress(5, 1, 0)
    Household.objects.filter(pk=city.far[0].pk).update(status="moved", status_reason="pindah", status_date=TODAY)
    assert gaps.progress([order])[order.pk] == gaps.Progress(5, 1, 1)
    assert gaps.progress([order])[order.pk].open == 3
    assert list(gaps.to_do(order, Household.objects.all())) == [city.near[1], city.near[2], city.far[1]]
    Delivery.objects.filter(pk=delivery.pk).update(void=True, void_reason="salah")
    assert gaps.progress([order])[order.pk].done == 0


def test_a_list_for_any_programme_and_for_an_area(city, bappeda):
    order = handed(city, bappeda, program=None, area=city.own.region)
    give(city.other_program_year, city.near[1])
    assert gaps.progress([order])[order.pk] == gaps.Progress(3, 1, 0)
    assert gaps.progress([order], city.other.region.pk)[order.pk] == gaps.Progress(0, 0, 0)
    assert gaps.progress_by_village(order) == [(city.own.region.pk, "Tanah Garam", gaps.Progress(3, 1, 0))]


@pytest.fixture
def package(city):
    """Money and capital for every poor family."""
    made = make.PackageFactory(name="Lengkap")
    make.PackagePartFactory(package=made, label="Uang", programs=[city.program])
    make.PackagePartFactory(package=made, label="Modal", programs=[city.other_program])
    make.PackagePartFactory(package=made, label="Nanti")  # no programme gives it yet
    return made


def test_a_list_for_a_package_is_done_when_every_part_came(client, city, bappeda, package):
    """The world's two have money and no capital, the five others neither: seven lack a part."""
    order = handed(city, bappeda, program=None, package=package)
    assert gaps.progress([order])[order.pk] == gaps.Progress(7, 0, 0)
    give(city.program_year, city.near[0])
    assert gaps.progress([order])[order.pk].done == 0  # half of it
    give(city.other_program_year, city.near[0])
    assert gaps.progress([order])[order.pk] == gaps.Progress(7, 1, 0)
    assert city.near[0] not in gaps.to_do(order, Household.objects.all())
    assert gaps.to_do(order, Household.objects.all()).count() == 6
    assert gaps.gap_of_package(package, YEAR).count() == 6
    client.force_login(bappeda)
    page = client.get(reverse("programs:gap_detail", args=[order.uuid]))
    assert client.get(page.context["open_url"]).context["filter"].queryset().count() == 6
    response = client.get(reverse("programs:gap_list"))
    [row] = response.context["packages"]
    assert (row["target"], row["lacking"]) == (7, 6)
    assert client.get(row["url"]).context["filter"].queryset().count() == 6
    values = {"title": "Paket", "agency": city.agency.uuid, "due": DUE.isoformat()}
    assert client.get(row["hand_over"]).context["n"] == 6
    assert client.post(row["hand_over"], values).status_code == 302
    assert WorkOrder.objects.get(title="Paket").package == package


def test_merged_families_count_once(city, bappeda):
    order = handed(city, bappeda)
    gone, kept = city.near[0], city.near[1]
    Household.objects.filter(pk=gone.pk).update(
        status="duplicate", merged_into=kept, status_reason="ganda", status_date=TODAY
    )
    assert gaps.progress([order])[order.pk] == gaps.Progress(4, 0, 0)
    assert gone not in gaps.to_do(order, Household.objects.all())


def test_who_may_hand_over(city, bappeda, operator, approver, village):
    handed(city, operator)
    for who, agency in ((operator, city.other_agency), (approver, city.agency), (village, city.agency)):
        with pytest.raises(PermissionDenied):
            handed(city, who, agency=agency)
    with pytest.raises(ValidationError):
        handed(city, bappeda, due=TODAY - dt.timedelta(days=1))
    for household in (*city.near, *city.far):
        give(city.program_year, household)
    with pytest.raises(ValidationError):  # nobody is left
        handed(city, bappeda)


def test_a_list_drawn_by_health_needs_the_right_to_see_it(city, bappeda, operator):
    healthy = {"not": {"field": "disability", "op": "eq", "value": True}}
    rule = {"all": [{"field": "desil", "op": "lte", "value": 4}, healthy]}
    make.EligibilityRuleFactory(program=city.program, rule=rule)
    with pytest.raises(PermissionDenied):
        handed(city, operator)
    assert handed(city, bappeda).household_set.rule == rule


def test_close_with_a_result(city, bappeda, operator, left):
    order = handed(city, bappeda)
    with pytest.raises(ValidationError):
        close_work_order(order=order, result=" ", by=bappeda)
    closed = close_work_order(order=order, result="semua dikunjungi", by=operator)
    assert (closed.result, closed.closed_by) == ("semua dikunjungi", operator)
    assert left("programs_workorder")[0] == "work_order.close"
    with pytest.raises(ValidationError):
        close_work_order(order=order, result="lagi", by=bappeda)


def test_open_lists_follow_the_agency(city, bappeda):
    order, done = handed(city, bappeda), handed(city, bappeda, title="Selesai")
    close_work_order(order=done, result="selesai", by=bappeda)
    assert hand_over_orders(city.agency, city.other_agency, TODAY) == 1
    assert WorkOrder.objects.get(pk=order.pk).agency == city.other_agency
    assert WorkOrder.objects.get(pk=done.pk).agency == city.agency


# --- pages -----------------------------------------------------------------------------------------------------------


def test_list_page_and_the_lists_behind_its_gaps(client, city, bappeda, django_assert_max_num_queries):
    for n in range(6):
        handed(city, bappeda, title=f"Daftar {n}")
    client.force_login(bappeda)
    response = client.get(reverse("programs:gap_list"))
    assert [o.progress.open for o in response.context["orders"]] == [5] * 6
    for each in response.context["rows"]:
        listed = client.get(each["url"])
        assert listed.context["filter"].queryset().count() == each["row"].missed
    with django_assert_max_num_queries(45):
        client.get(reverse("programs:gap_list"))


def test_journey_hand_over_and_close(client, city, bappeda):
    client.force_login(bappeda)
    url = f"{reverse('programs:gap_hand_over')}?of=program-{city.program.uuid}"
    assert client.get(url).context["n"] == 5
    values = {"title": "Kejar", "area": city.own.region.pk, "agency": city.agency.uuid, "due": DUE.isoformat()}
    response = client.post(url, values)
    order = WorkOrder.objects.get()
    assert response.url == reverse("programs:gap_detail", args=[order.uuid])
    page = client.get(response.url)
    assert page.context["progress"] == gaps.Progress(3, 0, 0)
    assert client.get(page.context["open_url"]).context["filter"].queryset().count() == 3
    assert client.get(page.context["rows"][0]["url"]).context["filter"].queryset().count() == 3
    give(city.program_year, city.near[0])
    page = client.get(response.url)
    assert client.get(page.context["open_url"]).context["filter"].queryset().count() == 2
    client.post(reverse("programs:gap_close", args=[order.uuid]), {"result": "dua menolak"})
    assert WorkOrder.objects.get().result == "dua menolak"
    assert client.post(url, values | {"due": "2001-01-01"}).status_code == 422
    assert client.get(f"{reverse('programs:gap_hand_over')}?of=cluster-1").status_code == 404


def test_print_has_room_for_the_result_and_leaves_a_record(client, city, bappeda, village):
    order = handed(city, bappeda)
    client.force_login(bappeda)
    before = AccessRecord.objects.count()
    response = client.get(reverse("programs:gap_print", args=[order.uuid]))
    assert response.context["rows"][:3] == city.near  # by kelurahan, then RT
    assert set(response.context["rows"][3:]) == set(city.far)
    words = response.content.decode()
    assert city.near[0].address in words
    assert city.near[0].kk not in words
    assert 'class="room"' in words
    assert AccessRecord.objects.count() == before + 1
    client.force_login(village)
    response = client.get(reverse("programs:gap_print", args=[order.uuid]))
    assert response.context["rows"] == city.near
    page = client.get(reverse("programs:gap_detail", args=[order.uuid]))
    assert page.context["progress"].total == 3


def test_others_agencies_do_not_see_it(client, city, bappeda, operator):
    order = handed(city, bappeda, agency=city.other_agency)
    client.force_login(operator)
    assert client.get(reverse("programs:gap_detail", args=[order.uuid])).status_code == 404
    assert list(client.get(reverse("programs:gap_list")).context["orders"]) == []


def test_a_meeting_takes_it_over_as_an_action_item(client, city, bappeda):
    order = handed(city, bappeda)
    client.force_login(bappeda)
    page = client.get(reverse("programs:gap_detail", args=[order.uuid]))
    [(_words, url, _icon)] = page.context["links"]
    form = client.get(url).context["form"]
    assert form["household_set"].value() == str(order.household_set.uuid)
    assert form["measure"].value() == "received"
    values = {name: form[name].value() or "" for name in form.fields if name != "helpers"}
    assert client.post(url, values).status_code == 302
    item = ActionItem.objects.get()
    assert (item.household_set, item.agency, item.due) == (order.household_set, city.agency, DUE)
