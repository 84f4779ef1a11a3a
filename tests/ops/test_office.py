"""`make office`: a private data folder with its own settings, and one way in for the first administrator."""

import io
import re
import stat
import subprocess
import sys

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from core.first_admin import create_first_admin
from core.models import Region, User
from core.roles import Perm, access
from tests.ops.conftest import ROOT, environment, manage
from tkpkd import office


def test_settings_are_private_and_kept(home):
    office.prepare(str(home))
    (home / "office.env").write_text("PUBLIC_URL=https://tkpkd.example.go.id\n")
    assert stat.S_IMODE((home / "office.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    office.prepare(str(home))
    assert (home / "office.env").read_text() == "PUBLIC_URL=https://tkpkd.example.go.id\n"


def test_each_folder_has_one_key_of_its_own(home, tmp_path):
    key = office.own_key(home)
    assert len(key) > 60
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert office.own_key(home) == key
    assert office.own_key(tmp_path / "other") != key


@pytest.mark.parametrize("folder", ["", str(ROOT / "data")], ids=["none", "inside the checkout"])
def test_folder_that_will_not_do_is_one_line(folder):
    done = subprocess.run(
        [sys.executable, "-m", "tkpkd.office", folder], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "make office DATA=" in done.stderr or "lies inside the program's folder" in done.stderr


def test_commands_on_an_office_folder_never_run_in_debug(home):
    """Whatever the shell says: the folder's own settings win."""
    office.prepare(str(home))
    program = "from django.conf import settings as s; print(s.DEBUG, s.DEMO_USERS, s.OFFICE, s.SECRET_KEY)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(home, DEBUG="1", DEMO_USERS="1", DJANGO_SETTINGS_MODULE="tkpkd.settings"),
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"False False True {office.own_key(home)}\n", done.stderr


def setup_office() -> str:
    output = io.StringIO()
    call_command("setup_office", stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_link_of_the_first_administrator_works_once(client, settings):
    settings.OFFICE = True
    output = setup_office()
    link = re.search(rf"^{settings.PUBLIC_URL}(/accounts/password/reset/key/\S+/)$", output, re.M)[1]
    assert not User.objects.get().has_usable_password()

    form = client.get(link, follow=True)
    assert form.status_code == 200
    address = form.redirect_chain[-1][0]
    answer = client.post(address, {"password1": "rumah gadang 1891", "password2": "rumah gadang 1891"}, follow=True)
    assert answer.status_code == 200
    signed_in = client.post("/accounts/login/", {"login": "admin", "password": "rumah gadang 1891"})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")

    client.logout()
    assert "password1" not in client.get(link, follow=True).content.decode()
    assert "/accounts/password/reset/key/" not in setup_office()


@pytest.mark.django_db
def test_first_administrator_holds_the_rights_and_leaves_a_record():
    admin = create_first_admin(username="admin")
    assert access(admin).can(Perm.MANAGE_USERS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tbl, op FROM history h JOIN history_tx t ON t.id = h.tx_id"
            " WHERE action = 'user.first_admin' ORDER BY tbl"
        )
        assert cursor.fetchall() == [("core_roleassignment", "I"), ("core_user", "I")]


@pytest.mark.django_db
def test_no_second_first_administrator():
    User.objects.create_user("rina", password="rumah gadang 1891")
    with pytest.raises(PermissionDenied):
        create_first_admin(username="admin")
    assert "/accounts/password/reset/key/" not in setup_office()
    assert not User.objects.filter(username="admin").exists()


@pytest.mark.django_db
def test_reference_data_without_demo_people():
    setup_office()
    assert Region.objects.filter(code="13.72.01.1001").exists()
    assert list(User.objects.values_list("username", flat=True)) == ["admin"]


@pytest.mark.django_db
def test_refused_in_debug(settings):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="make office DATA="):
        call_command("setup_office")
    assert not User.objects.exists()


@pytest.mark.slow
def test_office_without_a_terminal_user_has_no_known_password(home):
    office.prepare(str(home))
    assert manage(home, "migrate", "-v0").returncode == 0
    done = manage(home, "setup_office")
    assert done.returncode == 0, done.stderr
    assert "First administrator: sign-in name admin" in done.stdout
    assert (home / "staticfiles" / "staticfiles.json").exists()
    program = "from core.models import User; print([user.password[0] for user in User.objects.all()])"
    done = manage(home, "shell", "-v0", "-c", program)
    assert done.stdout == "['!']\n"


def test_without_debug_no_key_has_to_be_given(home):
    done = manage(home, "seed_demo", DEBUG="0")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Set DEMO_USERS=1" in done.stderr
