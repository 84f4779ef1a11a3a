"""The door: passwords, wrong ones slowed down, a second factor for who wants it, the admin behind it, no sign-up."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import NoReverseMatch, get_resolver, reverse

from core.models import User
from core.throttle import throttle
from tests import factories as make
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
INSIDE = "/account/"


@pytest.fixture(autouse=True)
def fresh_counters():
    """Wrong passwords of one test do not slow down the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rina():
    return make.UserFactory(username="rina", email="rina@solok.test")


def sign_in(client, login="rina", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def is_inside(client) -> bool:
    return "_auth_user_id" in client.session


# --- name and password -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["rina", "RINA", "rina@solok.test", "Rina@Solok.test"])
def test_name_or_address_opens(client, rina, login):
    answer = sign_in(client, login)
    assert (answer.status_code, answer.url) == (302, "/")
    assert is_inside(client)


@pytest.mark.parametrize(("login", "password"), [("rina", "salah"), ("siapa", PASSWORD), ("", ""), ("rina\0", "x")])
def test_wrong_ones_do_not(client, rina, login, password):
    answer = sign_in(client, login, password)
    assert answer.status_code == 200
    assert not is_inside(client)


def test_answer_does_not_say_which_of_the_two_was_wrong(client, rina):
    def said(login):
        page = sign_in(client, login, "salah").content.decode()
        return re.findall(r'role="alert".*?</div>', page, re.DOTALL)

    assert said("rina") == said("siapa") != []


def test_who_left_does_not_come_in(client, rina):
    User.objects.filter(pk=rina.pk).update(is_active=False)
    sign_in(client)
    assert not is_inside(client)


def test_session_ends_when_somebody_leaves(client, rina):
    sign_in(client)
    User.objects.filter(pk=rina.pk).update(is_active=False)
    assert client.get(INSIDE).url.startswith(LOGIN)


def test_session_cookie_is_out_of_reach_of_scripts(client, rina):
    cookie = sign_in(client).cookies[django_settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_session_is_another_one_after_signing_in(client, rina):
    client.get(LOGIN)
    session = client.session
    session["seen"] = 1
    session.save()
    before = session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = before
    sign_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize("elsewhere", ["https://jahat.test/", "//jahat.test/", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(client, rina, elsewhere):
    assert sign_in(client, next=elsewhere).url == "/"


def test_one_goes_where_one_wanted_to(client, rina):
    assert client.get(INSIDE).url == f"{LOGIN}?next={INSIDE}"
    assert sign_in(client, next=INSIDE).url == INSIDE


def test_signing_out_is_a_post(client, rina):
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_inside(client)
    client.post(reverse("account_logout"))
    assert not is_inside(client)


# --- slowed down -----------------------------------------------------------------------------------------------------


def test_sixth_wrong_password_for_one_name_waits(client, rina):
    for _ in range(5):
        sign_in(client, password="salah")
    answer = sign_in(client)
    assert not is_inside(client), "not even with the right one"
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_other_people_are_not_kept_out_by_it(client, rina):
    make.UserFactory(username="budi")
    for _ in range(5):
        sign_in(client, password="salah")
    sign_in(client, "budi")
    assert is_inside(client)


def test_name_of_nobody_is_slowed_down_alike(client, rina):
    for _ in range(5):
        sign_in(client, "siapa", "salah")
    first = sign_in(client, "siapa", "salah").content.decode()
    for _ in range(5):
        sign_in(client, "rina", "salah")
    second = sign_in(client, "rina", "salah").content.decode()
    alert = re.compile(r'role="alert".*?</div>', re.DOTALL)
    assert alert.findall(first) == alert.findall(second) != []


def test_one_machine_tries_many_names_in_vain(client, rina):
    for n in range(11):
        sign_in(client, f"nama{n}", "salah")
    sign_in(client)
    assert not is_inside(client)


# --- throttle --------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["locmem", "database"])
def counters(request, settings):
    """The cache of the tests, and the one of real use."""
    if request.param == "database":
        backend = "django.core.cache.backends.db.DatabaseCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "core_cache"}}
    return request.param


def test_behind_a_proxy_each_machine_counts_for_itself(client, rina, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def come(machine, login, password):
        # What a machine writes itself stands left of what the proxy adds.
        passed_on = {"x-forwarded-for": f"203.0.113.9, {machine}"}
        client.post(LOGIN, {"login": login, "password": password}, headers=passed_on)
        return is_inside(client)

    for n in range(11):
        assert not come("10.0.0.7", f"orang{n}", "salah")
    assert not come("10.0.0.7", "rina", PASSWORD)
    assert come("10.0.0.8", "rina", PASSWORD)


def test_throttle_counts_by_person_and_work(rina, counters):
    other = make.UserFactory()
    for _ in range(3):
        throttle(rina, "test", limit=3, seconds=3600)
    with pytest.raises(PermissionDenied):
        throttle(rina, "test", limit=3, seconds=3600)
    throttle(rina, "other", limit=3, seconds=3600)
    throttle(other, "test", limit=3, seconds=3600)


def test_throttle_remembers_for_the_whole_window(rina, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}
    for _ in range(2):
        throttle(rina, "test", limit=3, seconds=7200)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT expires - now() > interval '100 minutes' FROM core_cache WHERE cache_key LIKE '%%test%%'"
        )
        assert cursor.fetchall() == [(True,)]


# --- no sign-up, one's own password ----------------------------------------------------------------------------------


def test_nobody_signs_up(client):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert [name for name in get_resolver().reverse_dict if isinstance(name, str) and "signup" in name] == []
    data = {"username": "baru", "email": "baru@x.test", "password1": PASSWORD, "password2": PASSWORD}
    for path in ("/accounts/signup/", "/accounts/social/signup/", "/accounts/email/"):
        answer = client.post(path, data)
        assert answer.status_code == 404 or answer.url.startswith(LOGIN)
    assert not User.objects.filter(username="baru").exists()


def test_password_is_changed_by_who_knows_it(client, rina):
    sign_in(client)
    new = {"password1": "gunung talang 2597", "password2": "gunung talang 2597"}
    assert client.post(reverse("account_change_password"), {"oldpassword": "salah", **new}).status_code == 200
    for weak in ("pendek", "12345678901234", "rina@solok.test"):
        form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert client.post(reverse("account_change_password"), form).status_code == 200
    assert client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new}).status_code == 302
    client.logout()
    sign_in(client, password=new["password1"])
    assert is_inside(client)


def test_forgotten_password_tells_nothing_about_others(client, rina):
    answers = [client.post(reverse("account_reset_password"), {"email": each}) for each in (rina.email, "tak@ada.test")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("account_reset_password_done"))}
    assert [message.to for message in mail.outbox if "/password/reset/key/" in message.body] == [[rina.email]]
    (link,) = re.findall(r"http://\S+/password/reset/key/\S+", mail.outbox[0].body)
    page = client.get(link.replace(django_settings.PUBLIC_URL, ""), follow=True)
    new = {"password1": "gunung talang 2597", "password2": "gunung talang 2597"}
    client.post(page.request["PATH_INFO"], new)
    sign_in(client, password=new["password1"])
    assert is_inside(client)


# --- second factor ---------------------------------------------------------------------------------------------------


def code_of(secret: str, at: float | None = None) -> str:
    """What an authenticator app shows (RFC 6238)."""
    if time.time() % 30 > 28:
        time.sleep(2)  # a code is good for half a minute; do not let it run out on the way
    step = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def activate(client) -> str:
    """Switch the second factor on as a person does; its secret."""
    again = client.get(reverse("mfa_activate_totp")).url
    assert again.startswith(reverse("account_reauthenticate")), "who finds an open screen switches nothing"
    assert client.post(again, {"password": "salah"}).status_code == 200
    page = client.post(again, {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == reverse("mfa_activate_totp")
    secret = page.context["form"].secret
    assert secret in page.content.decode(), "may be typed where the picture cannot be read"
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done.status_code == 302
    return secret


def test_second_factor_is_asked_once_it_is_on(client, rina):
    sign_in(client)
    assert is_inside(client), "optional: nobody is asked before"
    secret = activate(client)
    client.post(reverse("account_logout"))

    answer = sign_in(client)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert not is_inside(client)
    assert client.get(INSIDE).url.startswith(LOGIN)
    assert client.post(reverse("mfa_authenticate"), {"code": "123456"}).status_code == 200
    assert not is_inside(client)
    # The code of the activation is used up; the next one counts (an app's clock may be half a minute ahead).
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret, time.time() - 3600)}).status_code == 200
    cache.clear()
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer.status_code == 302
    assert is_inside(client)


def test_recovery_code_opens_once(client, rina):
    sign_in(client)
    activate(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    codes = page.context["unused_codes"]
    assert len(codes) == 10
    client.post(reverse("account_logout"))
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_inside(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert not is_inside(client)


def test_second_factor_is_switched_off_again(client, rina):
    sign_in(client)
    activate(client)
    client.post(reverse("mfa_deactivate_totp"))
    client.post(reverse("account_logout"))
    assert sign_in(client).url == "/"


def test_second_factor_is_guessed_in_vain(client, rina):
    sign_in(client)
    secret = activate(client)
    client.post(reverse("account_logout"))
    cache.clear()
    sign_in(client)
    for n in range(12):
        client.post(reverse("mfa_authenticate"), {"code": f"{n:06d}"})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert not is_inside(client)


# --- the admin -------------------------------------------------------------------------------------------------------


def test_admin_stands_behind_the_same_door(client, world):
    user = world.user("bappeda_admin")
    way = client.get("/admin/", follow=True)
    assert way.redirect_chain[-1][0].startswith(LOGIN)
    client.post("/admin/login/", {"username": user.username, "password": PASSWORD, "next": "/admin/"})
    assert not is_inside(client), "no second door beside the one that counts wrong passwords"
    assert sign_in(client, user.username, next="/admin/").url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_second_factor_holds_for_the_admin_too(client, world):
    user = world.user("bappeda_admin")
    sign_in(client, user.username)
    activate(client)
    client.post(reverse("account_logout"))
    sign_in(client, user.username, next="/admin/")
    assert not is_inside(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(reverse("mfa_authenticate"))


def test_django_staff_flag_opens_nothing(client, rina):
    User.objects.filter(pk=rina.pk).update(is_staff=True, is_superuser=True)
    sign_in(client)
    assert client.get("/admin/").status_code in (302, 403)
