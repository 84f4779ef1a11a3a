"""Official papers as PDF, set by typst. Data go in as JSON, never as pasted text: markup in a name is plain text."""

from __future__ import annotations

import json
from typing import Any

import typst
from django.conf import settings

from core.arms import arms
from core.dates import tanggal
from core.models import CitySettings

FOLDER = settings.BASE_DIR / "templates" / "papers"
FONTS = settings.BASE_DIR / "static" / "vendor" / "liberation-fonts-2.1.5"
PDF_TYPE = "application/pdf"
# Width and height in millimetres, upright. F4 is the office paper of Indonesia.
PAPERS = {"a4": (210, 297), "f4": (215, 330)}


def typeset(template: str, data: dict[str, Any], *, tagged: bool = True) -> bytes:
    """A paper as PDF.

    `template`: file below templates/papers, without its ending; `data`: JSON values only; `tagged`: with tags for
    screen readers.
    """
    return typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_tags=tagged,
    )


def letterhead(agency: str = "") -> dict[str, Any]:
    """Letterhead of a paper: government, agency (default: the planning agency), address, coat of arms as bytes."""
    city = CitySettings.load()
    if city is None:
        return {"city": "", "agency": agency, "address": "", "arms": []}
    own = not agency or agency == city.planning_agency
    return {
        "city": city.government_name,
        "agency": agency or city.planning_agency,
        "address": city.address if own else "",
        "arms": list(arms()),
    }


def signer(day=None) -> dict[str, str]:
    """Who signs for the city: place and day, post, name, rank, NIP; without `day` room is left for the date."""
    city = CitySettings.load()
    if city is None:
        return {"place": "", "office": "", "name": "", "rank": "", "nip": ""}
    return {
        "place": f"{city.place}, {tanggal(day) if day else ''}".strip(),
        "office": city.signer_title,
        "name": city.signer_name,
        "rank": city.signer_rank,
        "nip": city.signer_nip,
    }


def size(paper: str) -> dict[str, int]:
    """Width and height of a paper in millimetres; an unknown name is A4."""
    width, height = PAPERS.get(paper, PAPERS["a4"])
    return {"width": width, "height": height}


def decided_by() -> str:
    """Whose decree it is: "Wali Kota Solok" of a city, "Bupati Solok" of a regency, by the city's settings."""
    city = CitySettings.load()
    if city is None:
        return ""
    labels = city.labels or {}
    place = city.home_region.name.removeprefix("Kota ").removeprefix("Kabupaten ")
    return labels.get("decree_by") or f"{'Bupati' if city.home_region.level == 'kabupaten' else 'Wali Kota'} {place}"
