"""The child: takes its limits, reads the file, writes rows to the spool and one line of JSON about them to stdout."""

import gc
import json
import os
import resource
import threading

from . import books, delimited, guard
from .spool import Spool

_answering = threading.Lock()


def main(arguments: str) -> None:
    """Entry of the child. arguments: JSON with path, name, spool (file descriptor) and the limits."""
    limits = json.loads(arguments)
    gc.disable()  # nothing here lives in cycles, and going over a million cells again and again costs a tenth
    confine(limits["memory"], limits["cpu"], limits["max_spool"])
    try:
        end(read(limits["path"], limits["name"], limits))
    except guard.Refused as refused:
        end_refused(refused)
    except MemoryError:
        end_refused(guard.Refused("too_large"))
    except Exception as error:  # whatever a strange file made go wrong: the worker gets an answer
        end_refused(guard.Refused("unreadable", detail=f"{type(error).__name__}: {error}"[:200]))


def end_refused(refused: guard.Refused) -> None:
    """Answer why the file is not read, and end; the scan calls it too, while calamine is still at work."""
    end({"refused": refused.code, "params": refused.params})


def end(answer: dict) -> None:
    """Answer and end the process at once, whatever other threads do; the first answer counts."""
    with _answering:
        text = memoryview(json.dumps(answer).encode())
        while text:
            text = text[os.write(1, text) :]
        os._exit(0)


def confine(memory: int, cpu: int, file_size: int) -> None:
    """Limit this process: bytes of address space, seconds of processor, bytes of any file it writes; no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(path: str, name: str, limits: dict) -> dict:
    """Read any supported file; result as `books.read_book`, with "format" and "notes"."""
    ending = os.path.splitext(name)[1].lower().lstrip(".")
    kind = guard.sniff(path)
    spool = Spool(limits["spool"], max_rows=limits["max_rows"])
    notes = []
    if kind == "text":
        is_book = ending in ("xlsx", "xls", "xlsm", "xlsb", "ods")
        answer = delimited.read_text(path, spool, limits, must_separate=is_book)
        if answer["broken"]:
            notes.append("broken_quotes")
        answer["format"] = "csv"
        right = not is_book
    else:
        answer = books.read_book(path, kind, spool, limits, on_refused=end_refused)
        answer["format"] = kind
        right = ending in ("", kind) or (kind == "xlsx" and ending in ("xlsm", "xltx", "xltm"))
    if not right:
        notes.append("wrong_extension")
    if not any(sheet["filled"] for sheet in answer["sheets"]):
        raise guard.Refused("empty")
    if spool.clipped:
        notes.append("clipped_cells")
    answer["notes"] = notes
    return answer
