"""Every finding that the check of a sheet can make has its words."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.imports.kinds import kind_of
from core.models import ImportBatch

FOLDER = Path(settings.BASE_DIR) / "households" / "imports"
_MADE = re.compile(r'(?:_finding|Issue)\(\s*"(?:error|warning|note)",\s*"(\w+)"')


def _codes() -> set[str]:
    return {code for path in FOLDER.glob("*.py") for code in _MADE.findall(path.read_text(encoding="utf-8"))}


def test_the_source_is_read_as_it_is_written():
    assert {"two_heads", "head_replaced", "move_held"} <= _codes()


@pytest.mark.parametrize("code", sorted(_codes()))
def test_each_finding_has_words(code):
    assert code in kind_of(ImportBatch(kind="households")).messages
