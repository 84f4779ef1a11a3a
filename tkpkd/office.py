"""`make office DATA=/folder`: prepare a data folder for real use, then serve from it.

Run as `python -m tkpkd.office /folder` before Django is loaded, because the settings are read from what it writes.
"""

import contextlib
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SETTINGS = """\
# Settings of this office, made by `make office`; they win over the environment. See .env.example for all of them.
TKPKD_OFFICE=1
DEBUG=0
DEMO_USERS=0
# The address people type, and the names the server answers to:
# PUBLIC_URL=https://tkpkd.example.go.id
# ALLOWED_HOSTS=tkpkd.example.go.id
# Mail, and another city than Kota Solok:
# EMAIL_URL=smtp+tls://user:password@mail.example.go.id:587
# HOME_REGION=13.72
"""


def prepare(folder: str) -> Path:
    """Make the data folder with its own settings (0600), unless it has them.

    Args:
        folder: as typed by a person; relative to the present folder.

    Returns:
        Its absolute path.

    Raises:
        SystemExit: the folder is missing, inside the checkout or unusable; the text is one line.
    """
    from tkpkd.embedded_place import EmbeddedError, make_home, plain_errors

    if not folder:
        sys.exit("Say where the data shall live: make office DATA=/srv/tkpkd")
    home = Path(folder).expanduser().absolute()
    if home.resolve().is_relative_to(ROOT):
        sys.exit(f"{home} lies inside the program's folder, which updates replace: choose a folder outside {ROOT}.")
    try:
        with plain_errors(home):
            make_home(home, for_database=not os.environ.get("DATABASE_URL"))
            file = home / "office.env"
            if not file.exists():
                _write_private(file, SETTINGS)
    except EmbeddedError as error:
        sys.exit(str(error))
    return home


def own_key(home: Path) -> str:
    """The secret key of a data folder, made on first use (0600): nobody has to invent one.

    Args:
        home: data folder; made when missing.

    Raises:
        SystemExit: the folder is unusable; the text is one line.
    """
    from tkpkd.embedded_place import EmbeddedError, make_home, plain_errors

    file = home / "secret_key"
    try:
        with plain_errors(home):
            make_home(home, for_database=not os.environ.get("DATABASE_URL"))
            if not file.exists():
                with contextlib.suppress(FileExistsError):  # another process was first
                    _write_private(file, secrets.token_urlsafe(64))
            return file.read_text().strip()
    except EmbeddedError as error:
        sys.exit(str(error))


def _write_private(file: Path, text: str) -> None:
    """Write a new file that only its owner may read, whole or not at all."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    try:
        os.link(part, file)
    finally:
        part.unlink()


def main() -> None:
    """Prepare, then become `manage.py serve`."""
    os.environ["TKPKD_DATA"] = str(prepare(sys.argv[1] if len(sys.argv) > 1 else ""))
    os.environ["DEBUG"] = "0"
    os.execv(sys.executable, [sys.executable, str(ROOT / "manage.py"), "serve"])


if __name__ == "__main__":
    main()
