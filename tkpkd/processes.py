"""Processes of this machine, as /proc shows them: alive, ours, and how to end them."""

import contextlib
import ctypes
import os
import re
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


def exists(pid: int) -> bool:
    """Whether a process with this number exists, zombies included."""
    return Path(f"/proc/{pid}").exists()


def is_zombie(pid: int) -> bool:
    """Whether the process is dead and only waits for its parent to collect it."""
    try:
        return _stat(pid)[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def birth(pid: int) -> str | None:
    """When the process started (clock ticks since boot); with the number it names one process, never a later one."""
    try:
        return _stat(pid)[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_same(pid: int, born: str) -> bool:
    """Whether the process with this number is the one that was born then, and is alive."""
    return birth(pid) == born and not is_zombie(pid)


def end_process(pid: int, born: str, *, patience: float) -> None:
    """End a process that is not our child: ask, then insist.

    Args:
        pid: its number.
        born: its `birth`; another process that has the number by now is left alone.
        patience: seconds between asking and insisting.
    """
    for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        if not is_same(pid, born):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        while is_same(pid, born) and time.monotonic() < deadline:
            time.sleep(0.05)


def die_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM to this process when its parent dies, however it dies.

    Args:
        parent: number of the parent; when it is gone already, the signal is sent at once.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def catches(pid: int, sign: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal."""
    try:
        line = re.search(r"^SigCgt:\s*([0-9a-f]+)", Path(f"/proc/{pid}/status").read_text(), re.M)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return bool(int(line[1], 16) >> (sign - 1) & 1)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the program's name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
