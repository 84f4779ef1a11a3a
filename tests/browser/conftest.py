"""What the journeys share: a demo city on the test's database, people signed in, and the eye of axe."""

import subprocess
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from core.models import User
from tkpkd.demo.city import DemoCity
from tkpkd.demo.users import PASSWORD

HOUSEHOLDS = 1500


@pytest.fixture
def city(test_database, transactional_db):
    """The demo city of today on this test's database; built once a run, then copied for each test that asks."""
    if "city" not in test_database.kept:
        DemoCity(HOUSEHOLDS, 7, timezone.localdate(), say=lambda text: None).build()
        test_database.keep("city")
    else:
        test_database.restore("city")


@dataclass
class Desk:
    """A browser in front of the application.

    `page`: the browser's page; `problems`: what it complained about, in the console or as an error of a script.
    """

    page: Page
    url: str
    problems: list[str]

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        """Sign in as a person does, through the form; whoever was signed in before is signed out."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.url}/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.url}/")
        return self.page

    def enter(self, username: str) -> Page:
        """Be signed in, without the form."""
        client = Client()
        client.force_login(User.objects.get(username=username))
        name = settings.SESSION_COOKIE_NAME
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])
        return self.page

    def open(self, path: str) -> Page:
        """Open an address of the application."""
        answer = self.page.goto(self.url + path)
        assert answer.ok, f"{path} answered {answer.status}"
        return self.page

    def press(self, selector: str) -> None:
        """Press what leads to another page, and wait until that one stands."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).click()

    def pdf_text(self, path: str, *, order: str = "-layout") -> str:
        """The words of a PDF at an address of the application: laid out as on the paper, or cell by cell (`-raw`)."""
        answer = self.page.context.request.get(self.url + path)
        assert answer.headers["content-type"] == "application/pdf"
        said = subprocess.run(["pdftotext", order, "-", "-"], input=answer.body(), capture_output=True, check=True)
        return said.stdout.decode()

    def violations(self) -> list[str]:
        """What axe finds wrong on the page as it is shown, and words in the colour of their ground, which it only
        doubts."""
        answer = Axe().run(self.page).response
        found = [(v, node) for v in answer["violations"] for node in v["nodes"]]
        found += [
            (doubt, node)
            for doubt in answer["incomplete"]
            for node in doubt["nodes"]
            if any((check.get("data") or {}).get("messageKey") == "equalRatio" for check in node["any"])
        ]
        return [f"{rule['id']} ({rule['help']}): {node['html'][:300]}" for rule, node in found]

    def too_wide(self) -> list[str]:
        """What makes the page scroll sideways; empty when it does not."""
        return self.page.evaluate(
            """() => {
              const root = document.documentElement;
              if (root.scrollWidth <= root.clientWidth) return [];
              return [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1)
                .map((e) => e.outerHTML.slice(0, 200));
            }"""
        )

    def check(self) -> None:
        """Nothing for axe to find, nothing wider than the screen, no complaint of the browser."""
        assert self.violations() == [], self.page.url
        assert self.too_wide() == [], self.page.url
        assert self.problems == [], self.page.url


def complains(said) -> bool:
    """Whether a line of the console is a complaint; a form that asks to be mended (422) is none."""
    return said.type == "error" and "status of 422" not in said.text


@pytest.fixture
def desk(page, live_server):
    """A browser that notes its complaints; the test ends red when there are any."""
    page.set_default_timeout(15_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if complains(said) else None)
    yield Desk(page, live_server.url, problems)
    assert problems == []
