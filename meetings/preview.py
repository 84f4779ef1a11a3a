"""A paper as a page to look at before it is printed: the same blocks, escaped by the template."""

from __future__ import annotations

import base64
from typing import Any

from core import papers
from core.arms import ARMS_TYPE
from meetings.paperwork import Paper


def preview(paper: Paper) -> dict[str, Any]:
    """What `meetings/paper_preview.html` shows of a paper."""
    kop = papers.letterhead()
    picture = base64.b64encode(bytes(kop["arms"])).decode()
    return {
        "title": paper.title,
        "kop": kop if paper.with_kop and kop["city"] else None,
        "arms": f"data:{ARMS_TYPE};base64,{picture}" if picture else "",
        "blocks": [_block(block) for block in paper.blocks],
        "landscape": paper.landscape,
        "unmasked": paper.unmasked,
    }


def _block(block: dict[str, Any]) -> dict[str, Any]:
    """A block with its template: rows of a table carry the alignment of their column."""
    shown = dict(block)
    if block["kind"] == "table":
        aligns = [column["align"] for column in block["columns"]]
        shown["rows"] = [list(zip(row, aligns, strict=True)) for row in block["rows"]]
    if block["kind"] == "title":
        shown["lines"] = [line for line in block["lines"] if line]
    if block["kind"] == "sign":
        shown["sides"] = [block["left"], block["right"]]
    return shown
