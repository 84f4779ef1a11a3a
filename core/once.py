"""What a request reads once and keeps for its length: settings and lists that several parts of one page ask for.

Outside a request (commands, workers, tests of single functions) nothing is kept: every call reads.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_kept: contextvars.ContextVar[dict | None] = contextvars.ContextVar("kept_for_the_request", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Keep what `once` reads until the block ends; a block inside a block has its own."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, read: Callable[[], T]) -> T:
    """The value of `read()`, read the first time this request asks for `key`."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    return kept[key]


def forget(key: Hashable) -> None:
    """Have the next `once(key, …)` read again, after what it reads was changed."""
    kept = _kept.get()
    if kept is not None:
        kept.pop(key, None)
