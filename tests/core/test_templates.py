"""Rules of the templates that a machine can see; each rule is shown to find what it is for."""

import re
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import engines
from django.template.base import Lexer, TokenType
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "templates"
# Papers are typst sources, tested with the papers they make.
TEMPLATES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".typ")
NAMES = [path.relative_to(FOLDER).as_posix() for path in TEMPLATES]
PAIRS = list(zip(NAMES, (path.read_text() for path in TEMPLATES), strict=True))

# Used by name from packages: Django's error pages, allauth, crispy forms, the admin.
USED_BY_PACKAGES = re.compile(r"^(400|403|403_csrf|404|429|500)\.html$|^(account|admin|allauth|bootstrap5|mfa)/")
LIBRARIES = engines["django"].engine.template_libraries


def broken_csp(source: str) -> list[str]:
    """What a strict policy would block: inline styles, inline script, handlers in attributes."""
    found = []
    for tag in re.findall(r"<[a-zA-Z][^>]*>", source):
        if re.search(r"\sstyle\s*=", tag) or tag.lower().startswith("<style"):
            found.append(tag)
        if re.search(r"\s(on[a-z]+|hx-on[:\w-]*)\s*=", tag) or "javascript:" in tag or '"js:' in tag:
            found.append(tag)
        if tag.lower().startswith("<script") and " src=" not in tag and "application/json" not in tag:
            found.append(tag)
    return found


def grouped_numbers(source: str) -> list[str]:
    """Years and ids printed with separators (`2.026`)."""
    return re.findall(r"\{\{\s*(?:(?![\w.]*attrs\.)[\w.]+\.(?:year|pk|id)|year)\s*\}\}", source)


def missing_alternatives(source: str) -> list[str]:
    """Pictures without a text, icons that a screen reader would spell, buttons without a type outside a form."""
    found = [tag for tag in re.findall(r"<img\b[^>]*>", source) if " alt=" not in tag]
    return found + [tag for tag in re.findall(r"<i\b[^>]*\bbi\b[^>]*>", source) if "aria-hidden" not in tag]


def load_faults(source: str) -> list[str]:
    """`{% load %}` of a library that nothing uses, or whose names are not in order."""
    faults, loaded, words = [], [], set()
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            parts = token.split_contents()
            if parts[0] == "load":
                loaded += parts[1:]
                if parts[1:] != sorted(parts[1:]):
                    faults.append(f"not in order: {token.contents}")
            words.add(parts[0])
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            words.update(re.findall(r"\|\s*(\w+)", token.contents))
    for name in loaded:
        library = LIBRARIES[name]
        if not words & (library.tags.keys() | library.filters.keys()):
            faults.append(f"not used: {name}")
    return faults


def references(text: str) -> set[str]:
    """Names of templates that a source mentions, in Python or in a template."""
    return set(re.findall(r"[\"']([\w./-]+\.(?:html|txt))[\"']", text))


def all_references() -> set[str]:
    ours = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
    code = chain.from_iterable(folder.rglob("*.py") for folder in ours)
    texts = chain((path.read_text() for path in code), (source for _name, source in PAIRS))
    return set().union(*map(references, texts))


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    get_template(name)


def test_nothing_a_strict_policy_blocks():
    assert [(name, found) for name, source in PAIRS if (found := broken_csp(source))] == []


def test_no_year_or_id_with_separators():
    assert [(name, found) for name, source in PAIRS if (found := grouped_numbers(source))] == []


def test_icons_and_pictures_have_their_words():
    assert [(name, found) for name, source in PAIRS if (found := missing_alternatives(source))] == []


def test_loads_are_used_and_in_order():
    assert [(name, found) for name, source in PAIRS if (found := load_faults(source))] == []


def test_no_template_lies_about_unused():
    """Components are a kit of their own; `test_shell_browser.py` shows each of them."""
    shown = [Path(__file__).parent / name for name in ("components.html", "shell_urls.py")]
    used = all_references().union(*(references(path.read_text()) for path in shown))
    assert [name for name in NAMES if name not in used and not USED_BY_PACKAGES.match(name)] == []


def test_partials_do_not_extend_and_pages_do():
    extends = {name for name, source in PAIRS if re.search(r"\{%\s*extends\b", source)}
    assert [name for name in extends if Path(name).name.startswith("_")] == []


def test_no_foreign_bootstrap_classes():
    """Our own components stand in for these (ui rules, section 3)."""
    foreign = re.compile(
        r'class="[^"]*\b(badge|card|alert|btn-(?:outline-)?(?:success|warning|danger|secondary))\b[^-"]'
    )
    assert [(name, m.group(1)) for name, source in PAIRS if (m := foreign.search(source))] == []


def test_pages_have_a_title_and_one_heading():
    for name, source in PAIRS:
        if '{% extends "base.html" %}' in source or '{% extends "print.html" %}' in source:
            assert "{% block title %}" in source, name
            assert source.count("<h1") <= 1, name


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color:red">',
        "<a onclick='x()'>",
        '<button hx-on:click="x">',
        "<script>alert(1)</script>",
        '<a href="javascript:x">',
    ],
)
def test_csp_rule_finds(bad):
    assert broken_csp(bad)


@pytest.mark.parametrize(
    "good",
    [
        '<script src="/static/js/app.js" defer></script>',
        '<script type="application/json">{}</script>',
        '<p class="only">',
    ],
)
def test_csp_rule_lets_pass(good):
    assert broken_csp(good) == []


def test_number_rule():
    assert grouped_numbers("{{ year }} {{ program.year }} {{ household.pk }}")
    assert grouped_numbers("{{ year|tahun }} {{ job.created|waktu }} {{ n|angka }}") == []


def test_load_rule():
    assert load_faults("{% load shell i18n %}{% translate 'x' %}") == [
        "not in order: load shell i18n",
        "not used: shell",
    ]
    assert load_faults("{% load i18n shell %}{% translate 'x' %}{{ n|angka }}") == []
