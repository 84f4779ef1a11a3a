"""The admin: open to Bappeda, the logs to auditors too, masked, and no way past history."""

import pytest
from django.contrib import admin
from django.urls import reverse

from core.models import Agency, HistoryTransaction, RoleAssignment, User
from households.models import Household, Member
from programs.models import Assistance
from tests import factories as make

MODELS = sorted(admin.site._registry, key=lambda m: m._meta.label)
OURS = [m for m in MODELS if m._meta.app_label in {"core", "households", "programs", "meetings", "reports"}]
MANAGED_BY_ADMINS = {"user", "roleassignment", "citysettings", "job", "accessrecord", "historytransaction"}


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def sign_in(client, world, role):
    client.force_login(world.user(role))
    return client


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.model_name)
def test_lists_and_pages_open_for_the_admin(client, world, model):
    make.AccessRecordFactory()
    make.JobFactory()
    sign_in(client, world, "bappeda_admin")
    assert client.get(url(model, "changelist")).status_code == 200
    first = model._default_manager.order_by("pk").first()
    if first is not None:
        assert client.get(url(model, "change", first.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.model_name)
def test_staff_manage_reference_but_not_people_and_settings(client, world, model):
    sign_in(client, world, "bappeda_staff")
    expected = 403 if model._meta.model_name in MANAGED_BY_ADMINS else 200
    assert client.get(url(model, "changelist")).status_code == expected


@pytest.mark.parametrize(
    "role",
    [
        "group_coordinator",
        "opd_operator",
        "opd_approver",
        "kelurahan_operator",
        "kecamatan_reader",
        "leadership",
        "none",
    ],
)
def test_nobody_else_enters(client, world, role):
    sign_in(client, world, role)
    response = client.get("/admin/")
    assert response.status_code in (302, 403)
    assert client.get(url(Household, "changelist")).status_code in (302, 403)


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.model_name)
def test_auditors_read_the_logs_and_nothing_else(client, world, model):
    sign_in(client, world, "auditor")
    assert client.get("/admin/").status_code == 200
    expected = 200 if model._meta.model_name in {"accessrecord", "historytransaction"} else 403
    assert client.get(url(model, "changelist")).status_code == expected
    assert client.get(url(model, "add")).status_code == 403


def test_numbers_never_stand_in_full(client, world):
    sign_in(client, world, "bappeda_admin")
    for model, row in ((Household, world.own.household), (Member, world.own.head)):
        for page in (url(model, "changelist"), url(model, "change", row.pk)):
            text = client.get(page).content.decode()
            assert world.own.head.nik not in text
            assert world.own.household.kk not in text


@pytest.mark.parametrize("model", [Household, Member, Assistance], ids=lambda m: m._meta.model_name)
def test_people_and_the_log_cannot_be_changed_here(client, world, model):
    sign_in(client, world, "bappeda_admin")
    row = model.objects.first()
    assert client.get(url(model, "add")).status_code == 403
    assert client.get(url(model, "delete", row.pk)).status_code == 403
    assert client.post(url(model, "change", row.pk), {"status": "void"}).status_code == 403


def test_a_change_of_reference_says_who_and_where(client, world):
    sign_in(client, world, "bappeda_staff")
    agency = world.agency
    response = client.post(
        url(Agency, "change", agency.pk),
        {
            "name": agency.name,
            "short_name": "Baru",
            "kind": agency.kind,
            "address": "",
            "valid_from": "",
            "valid_to": "",
        },
    )
    assert response.status_code == 302
    agency.refresh_from_db()
    assert agency.short_name == "Baru"
    tx = HistoryTransaction.objects.latest("id")
    assert (tx.action, tx.actor) == ("admin.agency_change", str(world.user("bappeda_staff")))


def test_a_new_person_gets_a_link_and_no_password(client, world):
    sign_in(client, world, "bappeda_admin")
    response = client.post(
        url(User, "add"),
        {
            "username": "baru",
            "full_name": "Orang Baru",
            "position": "",
            "email": "",
            "agency": "",
            "is_active": "on",
            "role_assignments-TOTAL_FORMS": "1",
            "role_assignments-INITIAL_FORMS": "0",
            "role_assignments-0-role": "auditor",
            "role_assignments-0-valid_from": "01/01/2026",
        },
        follow=True,
    )
    user = User.objects.get(username="baru")
    assert not user.has_usable_password()
    assert RoleAssignment.objects.get(user=user).role == "auditor"
    assert "/accounts/password/reset/key/" in response.content.decode()
