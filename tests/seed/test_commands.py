"""`seed_demo` and `load_reference` as people call them."""

import pytest
from django.core.management import CommandError, call_command

from core.models import Agency, CitySettings, Region, RoleAssignment, User
from core.roles import Perm, access
from households.models import Code, Household
from programs.models import AllowedPair, EligibilityRule, Program
from tkpkd.demo.users import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_allowed(settings):
    """The switch that DEBUG sets."""
    settings.DEMO_USERS = True


def test_demo_is_refused_where_demo_people_are_not_allowed(capsys):
    with pytest.raises(CommandError, match="DEMO_USERS=1"):
        call_command("seed_demo", households=10)
    assert not User.objects.exists()


@pytest.mark.usefixtures("demo_allowed")
def test_no_households_gives_reference_data_and_sign_ins(capsys):
    call_command("seed_demo", households=0)
    assert not Household.objects.exists()
    assert Program.objects.count() == 22
    user = User.objects.get(username="bappeda")
    assert user.check_password(PASSWORD)
    assert access(user).can(Perm.MANAGE_USERS)
    roles = dict(RoleAssignment.objects.values_list("user__username", "role"))
    assert roles["dinsos"] == "opd_operator"
    assert roles["pimpinan"] == "leadership"
    local = RoleAssignment.objects.get(user__username="tanahgaram")
    assert (local.role, local.region_id) == ("kelurahan_operator", "13.72.01.1001")
    assert RoleAssignment.objects.get(user__username="dinsos").agency.short_name == "Dinas Sosial"


@pytest.mark.usefixtures("demo_allowed")
def test_second_run_refuses_and_if_empty_leaves_all_as_it_is(capsys):
    call_command("seed_demo", households=12, seed=3)
    before = sorted(map(str, Household.objects.values_list("uuid", flat=True)))
    with pytest.raises(CommandError, match="already holds households"):
        call_command("seed_demo", households=12, seed=3)
    call_command("seed_demo", households=12, seed=3, if_empty=True)
    call_command("seed_demo", households=0)
    assert before == sorted(map(str, Household.objects.values_list("uuid", flat=True)))


@pytest.mark.usefixtures("demo_allowed")
def test_negative_number_is_refused():
    with pytest.raises(CommandError, match="negative"):
        call_command("seed_demo", households=-1)


def test_reference_twice_adds_nothing_and_keeps_what_was_changed(capsys):
    call_command("load_reference")
    Program.objects.filter(short_name="RTLH").update(name="Bedah rumah kota")
    Agency.objects.filter(short_name="Baznas").update(name="Baznas Solok")
    Code.objects.filter(field="floor", code=5).update(unfit=True, label="Papan")
    CitySettings.objects.update(planning_agency="Bappeda")
    counts = [m.objects.count() for m in (Agency, Region, Code, Program, EligibilityRule, AllowedPair)]
    capsys.readouterr()
    call_command("load_reference")
    assert "complete" in capsys.readouterr().out
    assert counts == [m.objects.count() for m in (Agency, Region, Code, Program, EligibilityRule, AllowedPair)]
    assert Program.objects.get(short_name="RTLH").name == "Bedah rumah kota"
    assert Code.objects.get(field="floor", code=5).unfit
    assert CitySettings.load().planning_agency == "Bappeda"


def test_reference_of_another_city_needs_its_regions(settings):
    settings.HOME_REGION = "13.74"
    with pytest.raises(CommandError, match="load_regions"):
        call_command("load_reference")
    assert not Agency.objects.exists()


@pytest.mark.usefixtures("demo_allowed")
def test_another_city_gets_usual_agencies_and_people_of_its_own(settings, capsys):
    settings.HOME_REGION = "13.74"
    city = Region.objects.create(code="13.74", name="Kota Padang Panjang", level="kota")
    district = Region.objects.create(code="13.74.01", name="Padang Panjang Barat", level="kecamatan", parent=city)
    for number, name in ((1, "Silaing Bawah"), (2, "Pasar Usang")):
        Region.objects.create(code=f"13.74.01.100{number}", name=name, level="kelurahan", parent=district)
    call_command("seed_demo", households=60)
    assert not Region.objects.filter(code="13.72").exists()
    assert Agency.objects.filter(short_name="Bappeda").exists()
    assert CitySettings.load().government_name == "Pemerintah Kota Padang Panjang"
    assert Household.objects.exclude(region__parent=district).count() == 0
    assert User.objects.filter(username="silaingbawah").exists()
