"""The tools behind `make`: each finds what it is for, and says it in one line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.conftest import ROOT
from tools import check_catalogue, check_vendor


def make_venv(folder: Path, *, before: str = "", **environment: str) -> subprocess.CompletedProcess:
    """Run tools/make_venv.py of a copied checkout, after some lines of Python."""
    (folder / "tools").mkdir(exist_ok=True)
    shutil.copyfile(ROOT / "tools" / "make_venv.py", folder / "tools" / "make_venv.py")
    (folder / "requirements.txt").write_text("")
    program = f"import runpy, sys\n{before}\nrunpy.run_path('tools/make_venv.py', run_name='__main__')"
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("sys.version_info = (3, 9, 2)", "Python 3.11 or newer is needed, this is 3.9"),
        ("sys.modules['ensurepip'] = None", "python3-venv is missing: install it (apt-get install python3-venv)"),
        ("import shutil; shutil.disk_usage = lambda path: type('', (), {'free': 1})", "is full (700 MB are needed)"),
    ],
    ids=["old python", "no venv", "full disk"],
)
def test_what_is_missing_is_one_line(tmp_path, before, message):
    done = make_venv(tmp_path, before=before)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_requirement_that_cannot_be_installed_is_one_line_and_tried_again(tmp_path):
    """An environment that is there but incomplete; the index is a folder without packages."""
    done = make_venv(tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "requirements.txt").write_text("no-such-package==1.0\n")
    for _turn in (1, 2):
        done = subprocess.run(
            [sys.executable, "tools/make_venv.py"],
            cwd=tmp_path,
            env={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "no-such-package" in done.stderr
        assert "then try again" in done.stderr


def test_nothing_is_done_when_nothing_changed(tmp_path):
    assert make_venv(tmp_path).returncode == 0
    stamp = (tmp_path / ".venv" / ".installed-run").stat().st_mtime_ns
    again = make_venv(tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (tmp_path / ".venv" / ".installed-run").stat().st_mtime_ns == stamp


@pytest.mark.parametrize("command", ["help", "run PYTHON=python3.99"])
def test_make_without_python_says_so(command):
    done = subprocess.run(["make", *command.split()], cwd=ROOT, capture_output=True, text=True, timeout=30)
    if command == "help":
        assert done.returncode == 0
        for target in ("setup", "run", "test", "check", "bench", "demo", "office"):
            assert f"\n{target} " in f"\n{done.stdout}"
    else:
        assert done.returncode != 0
        assert done.stderr.splitlines()[0].startswith("python3.99 is missing: install Python 3.11")


# --- vendored files ---


def test_vendored_files_match():
    assert check_vendor.problems(ROOT / "static" / "vendor") == []


def test_changed_missing_and_unlisted_vendored_files_are_found(tmp_path):
    (tmp_path / "kept.js").write_text("kept")
    (tmp_path / "changed.js").write_text("before")
    (tmp_path / "gone.js").write_text("gone")
    sums = subprocess.run(
        ["sha256sum", "kept.js", "changed.js", "gone.js"], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    (tmp_path / "SHA256SUMS").write_text(sums)
    assert check_vendor.problems(tmp_path) == []
    (tmp_path / "changed.js").write_text("after")
    (tmp_path / "gone.js").unlink()
    (tmp_path / "new.js").write_text("new")
    assert check_vendor.problems(tmp_path) == [
        "gone.js: listed but missing",
        "changed.js: differs from its sha256",
        "new.js: not listed in SHA256SUMS",
    ]


# --- catalogue ---

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
GOOD = f"""{HEAD}#, python-format
msgid "%(n)s family"
msgid_plural "%(n)s families"
msgstr[0] "%(n)s keluarga"

msgctxt "month"
msgid "May"
msgstr "Mei"

msgid ""
"two "
"lines"
msgstr "dua baris"
"""


@pytest.fixture
def catalogue(tmp_path):
    """A function that writes a catalogue, compiles another text beside it, and returns what is wrong."""
    if not shutil.which("msgfmt"):
        pytest.skip("gettext is not installed")

    def check(text: str, compiled: str | None = None) -> list[str]:
        path = tmp_path / "django.po"
        path.write_text(compiled or text)
        subprocess.run(["msgfmt", "-o", path.with_suffix(".mo"), path], check=True)
        path.write_text(text)
        return check_catalogue.problems(path)

    return check


def test_good_catalogue(catalogue):
    assert catalogue(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('msgstr "Mei"', 'msgstr ""', ["untranslated: 'May'"]),
        ('msgstr[0] "%(n)s keluarga"', 'msgstr[0] ""', ["untranslated: '%(n)s family'"]),
        ("#, python-format", "#, fuzzy, python-format", ["fuzzy: '%(n)s family'"]),
    ],
)
def test_incomplete_catalogue(catalogue, old, new, found):
    assert catalogue(GOOD.replace(old, new), compiled=GOOD) == found


def test_catalogue_that_was_not_compiled(catalogue):
    assert catalogue(GOOD.replace("dua baris", "dua larik"), compiled=GOOD) == ["not compiled: 'two lines'"]
    assert catalogue(GOOD.replace('"Mei"', '"mei"'), compiled=GOOD) == ["not compiled: 'May'"]


def test_string_that_nobody_extracted(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed")
    catalogue = tmp_path / "django.po"
    catalogue.write_text(f'{HEAD}msgid "Leadership"\nmsgstr "Pimpinan"\n')
    missing = check_catalogue.missing_from(catalogue)
    assert "not in the catalogue: 'Bappeda admin'" in missing
    assert "not in the catalogue: 'Leadership'" not in missing
