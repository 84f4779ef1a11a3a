"""Check the Indonesian catalogue: complete, nothing fuzzy, compiled as committed, and in step with the sources.

The last part needs GNU gettext (`xgettext`) and is left out, with a word, where that is absent; CI installs it.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from gettext import GNUTranslations
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "id" / "LC_MESSAGES" / "django.po"
# Folders whose strings nobody sees in the interface; the same list as in `make messages`.
IGNORED = [".venv", "static/*", "tests/*", ".data", "benchmarks/*"]


def entries(text: str) -> dict[tuple, tuple[str, list[str]]]:
    """Read a .po file.

    Returns:
        (context, msgid) → (flags, translations); obsolete entries are left out.
    """
    found = {}
    for block in re.split(r"\n\s*\n", text):
        flags, values, name = "", {}, None
        for line in block.splitlines():
            if line.startswith("#,"):
                flags += line
            elif match := re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) (".*")$', line):
                name = match[1]
                values[name] = ast.literal_eval(match[2])
            elif line.startswith('"') and name:
                values[name] += ast.literal_eval(line)
        if "msgid" in values:
            translations = [value for key, value in sorted(values.items()) if key.startswith("msgstr")]
            found[values.get("msgctxt"), values["msgid"]] = (flags, translations)
    return found


def problems(catalogue: Path) -> list[str]:
    """What is wrong with a catalogue by itself, one line each."""
    if not catalogue.exists():
        return [f"{catalogue} is missing"]
    found, compiled = [], catalogue.with_suffix(".mo")
    known = entries(catalogue.read_text())
    for (_context, text), (flags, translations) in known.items():
        if text and "fuzzy" in flags:
            found.append(f"fuzzy: {text[:80]!r}")
        elif text and not all(translations):
            found.append(f"untranslated: {text[:80]!r}")
    if not compiled.exists():
        return [*found, f"{compiled} is missing: compile it (msgfmt)"]
    with compiled.open("rb") as file:
        inside = GNUTranslations(file)._catalog
    for (context, text), (_flags, translations) in known.items():
        key = f"{context}\x04{text}" if context is not None else text
        got = inside.get(key, inside.get((key, 0)))
        if text and all(translations) and got != translations[0]:
            found.append(f"not compiled: {text[:80]!r}")
    return found


def missing_from(catalogue: Path) -> list[str]:
    """Strings of the sources that the catalogue lacks, found by extracting them again."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
        )
        for name in listed.stdout.splitlines():
            if name.endswith((".py", ".html", ".txt", ".po")) and (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, copy / name)
        ignore = [word for pattern in IGNORED for word in ("-i", pattern)]
        command = [sys.executable, "-m", "django", "makemessages", "-l", "id", "--no-location", "--no-obsolete"]
        done = subprocess.run(
            [*command, "--no-wrap", *ignore],
            cwd=copy,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tkpkd.settings", "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return [f"makemessages failed: {done.stderr.strip().splitlines()[-1]}"]
        fresh = entries((copy / CATALOGUE.relative_to(ROOT)).read_text())
    known = entries(catalogue.read_text())
    return [f"not in the catalogue: {text[:80]!r}" for (context, text) in fresh if (context, text) not in known]


if __name__ == "__main__":
    wrong = problems(CATALOGUE)
    if not wrong and shutil.which("xgettext"):
        wrong = missing_from(CATALOGUE)
    elif not wrong:
        print("gettext is not installed: the sources were not compared with the catalogue")
    print("\n".join(wrong) or "the Indonesian catalogue is complete and compiled")
    sys.exit(1 if wrong else 0)
