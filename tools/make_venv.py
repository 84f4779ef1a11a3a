"""Make `.venv` with the pinned requirements; nothing is done when they did not change.

Usage: python3 tools/make_venv.py [dev]

Run by the machine's own Python, whatever its version, so plain old syntax only. Every failure is one line.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
NEEDED_MB = {"run": 700, "dev": 1500}


def stop(text):
    """End with one line that says what to do."""
    sys.exit(text)


def digest(names):
    """A name for the requirements and the Python they are installed for."""
    found = hashlib.sha256(sys.version.encode())
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def works():
    """Whether the environment's Python still starts (it does not when the folder or its Python was moved)."""
    try:
        return subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make(kind):
    """Make or complete the environment of one kind (`run`, or `dev` with what tests and checks need)."""
    names = ["requirements.txt"] + (["requirements-dev.txt"] if kind == "dev" else [])
    stamp, state = os.path.join(VENV, ".installed-" + kind), digest(names)
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == state and os.access(PYTHON, os.X_OK):
                return
    if shutil.disk_usage(ROOT).free < NEEDED_MB[kind] * 1024 * 1024:
        stop("The disk that holds %s is full (%d MB are needed): free some space." % (ROOT, NEEDED_MB[kind]))
    if not works():
        try:
            import ensurepip  # noqa: F401
            import venv
        except ImportError:
            stop("python3-venv is missing: install it (apt-get install python3-venv), then try again.")
        print("Making the virtual environment in .venv ...", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(VENV, ignore_errors=True)
            stop("The virtual environment could not be made (%s): mend that, then try again." % error)
    print("Installing %s ..." % names[-1], flush=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", names[-1]]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, universal_newlines=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.strip()]
        reason = ([line for line in errors if "ERROR" in line] or errors or ["no message"])[-1].strip()
        hint = "free some space" if "No space left" in done.stderr else "see to the network or the package index"
        stop("The requirements could not be installed (%s): %s, then try again." % (reason[:300], hint))
    for part in ["run", "dev"] if kind == "dev" else ["run"]:
        with open(os.path.join(VENV, ".installed-" + part), "w") as file:
            file.write(digest(["requirements.txt"] + (["requirements-dev.txt"] if part == "dev" else [])))


def main():
    """Check the machine's Python, then make the environment, one process at a time."""
    if sys.version_info < (3, 11):
        found = "%d.%d" % sys.version_info[:2]
        stop("Python 3.11 or newer is needed, this is %s: install it, or name it: make run PYTHON=python3.11" % found)
    if not os.access(ROOT, os.W_OK):
        stop("%s cannot be written: work in a folder of your own." % ROOT)
    lock = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        make("dev" if sys.argv[1:] == ["dev"] else "run")
    except KeyboardInterrupt:
        stop("Stopped; the next start goes on with it.")


if __name__ == "__main__":
    main()
