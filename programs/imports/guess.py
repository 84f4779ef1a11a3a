"""What a brought list seems to be: programme, year, stage, decree; told by file name, titles and OpenSID's first sheet.

Nothing is decided here: the person confirms every guess on the page of the columns.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from django.utils import timezone

from core.dates import MONTHS, parse_date
from core.imports.layout import open_stored
from core.models import ImportBatch
from core.parsed import cell_text
from programs.imports.parse import stage_number
from programs.imports.plan import EnterAs, usual_date, ways_for, years_for
from programs.models import Program, ProgramYear

_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_STAGE = re.compile(r"\b(tahap|termin|triwulan|tw|trw)\s*(?:ke)?\s*[-:.]?\s*([ivx]+|\d{1,2})\b", re.IGNORECASE)
_DECREE = re.compile(
    r"(?:keputusan|\bsk\b).{0,120}?\b(?:nomor|no)\b\.?\s*:?\s*([\w./\-]{5,80})|^\s*(?:nomor|no)\b\.?\s*:\s*(\d[\w./\-]{4,79})",
    re.IGNORECASE | re.DOTALL,
)
_DECREE_DAY = re.compile(r"\btanggal\b\s*:?\s*(\d{1,2}\s+[A-Za-z]+\s+\d{4}|\d{1,2}[-/]\d{1,2}[-/]\d{4})", re.IGNORECASE)
_ENOUGH = frozenset({"nik", "kk", "participant"})


@dataclass
class Clues:
    """What a file tells besides its rows. opensid: field of the sheet "Program" → its value."""

    file: str = ""
    titles: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    opensid: dict[str, str] = field(default_factory=dict)
    program_sheet: str = ""

    @property
    def words(self) -> str:
        """All of it as one text."""
        return "\n".join([self.file, *self.titles])


def guess(batch: ImportBatch) -> None:
    """Fill `batch.options` with what the file seems to be, unless it was said before; choose the sheets to be read."""
    clues = read_clues(batch)
    take_sheets(batch, clues)
    options = batch.options
    program_year = _program_year(batch, clues)
    if program_year is not None:
        options.setdefault("program_year", str(program_year.uuid))
    chosen = ProgramYear.objects.select_related("program").filter(uuid=options.get("program_year") or None).first()
    if chosen is None:
        return
    stage = _stage(clues.words)
    if stage:
        options.setdefault("stage", stage)
    options.setdefault("period", _period(clues.words))
    options.setdefault("date", usual_date(chosen).isoformat())
    number, day = decree_in("\n".join(clues.titles))
    ways = ways_for(batch.by, chosen)
    if number and EnterAs.APPROVED in ways and not chosen.program.decided_elsewhere:
        options.setdefault("enter_as", EnterAs.APPROVED.value)
        options.setdefault("decree_number", number)
        if day:
            options.setdefault("decree_date", day.isoformat())
    elif ways:
        options.setdefault("enter_as", ways[0].value)


def read_clues(batch: ImportBatch) -> Clues:
    """Titles above the tables, headers, and OpenSID's sheet about the programme. Raises SheetError."""
    clues = Clues(file=_spaced(batch.file_name.rsplit(".", 1)[0]))
    headers = {about["name"]: about.get("header", {}) for about in batch.layout["sheets"]}
    for about in batch.layout["sheets"]:
        clues.headers += [text for _index, text, _parts in about.get("titles", [])]
    with open_stored(batch) as book:
        for sheet in book.sheets:
            head = sheet.head(20)
            keyed = {cell_text(cells[0]).casefold(): cell_text(cells[1]) for _n, cells in head if len(cells) > 1}
            if "nama program" in keyed and "sasaran program" in keyed:
                clues.opensid, clues.program_sheet = keyed, sheet.name
                continue
            clues.titles.append(_spaced(sheet.name))
            first = headers.get(sheet.name, {}).get("first") or 0
            for number, cells in head:
                if number < first:
                    clues.titles.append(" ".join(filter(None, map(cell_text, cells))))
    return clues


def _spaced(text: str) -> str:
    return " ".join(_WORD.findall(text))


def take_sheets(batch: ImportBatch, clues: Clues) -> None:
    """Which sheets are read: those that name people by number, or by name with something that tells them apart."""
    for about in batch.layout["sheets"]:
        keys = set(about.get("mapping", {}))
        if not about["visible"] or not about.get("titles") or about["name"] == clues.program_sheet:
            about["taken"] = False
        elif keys & _ENOUGH or (keys & {"name", "head_name"} and keys & {"birth_date", "birth", "address", "region"}):
            about["taken"] = True


# --- programme and year ----------------------------------------------------------------------------------------------


def _program_year(batch: ImportBatch, clues: Clues) -> ProgramYear | None:
    years = years_for(batch.by)
    program = best_program(clues, Program.objects.filter(years__in=years).distinct())
    if program is None:
        return None
    wanted = _years(clues) or [timezone.localdate().year]
    found = {y.year: y for y in years.filter(program=program).select_related("program")}
    return next((found[year] for year in wanted if year in found), None)


def _years(clues: Clues) -> list[int]:
    """Years the file names: OpenSID's span first, then titles, then the file name."""
    spans = [value for key, value in clues.opensid.items() if key.startswith("rentang waktu")]
    texts = [*spans, *clues.titles, clues.file]
    return list(dict.fromkeys(int(year) for text in texts for year in _YEAR.findall(text)))


def best_program(clues: Clues, programs) -> Program | None:
    """The programme whose names the file speaks of most clearly; None when there is none, or two alike.

    OpenSID's own name counts most, then titles, then the file name, then headers; longer names before shorter ones.
    """
    weighed = [
        (4, [clues.opensid.get("nama program", ""), clues.opensid.get("keterangan", "")]),
        (3, clues.titles),
        (2, [clues.file]),
        (1, clues.headers),
    ]
    sources = [(weight, [_words(text) for text in texts if text]) for weight, texts in weighed]
    scores: dict[Program, float] = {}
    for program in programs:
        names = {" ".join(_words(name)) for name in (*program.aliases, program.short_name, program.name)}
        for name in filter(None, names):
            for weight, texts in sources:
                if any(f" {name} " in f" {' '.join(words)} " for words in texts):
                    score = weight + min(len(name), 60) / 100
                    scores[program] = max(scores.get(program, 0), score)
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


# --- stage, period, decree -------------------------------------------------------------------------------------------


def _stage(text: str) -> int:
    found = _STAGE.search(text)
    return stage_number(found[2]) if found else 0


def _period(text: str) -> str:
    """The stage or the months that a title names, as it would stand on a receipt."""
    found = _STAGE.search(text)
    if found:
        return f"{found[1].capitalize()} {found[2].upper()}"
    months = [month for month in MONTHS if re.search(rf"\b{month}\b", text, re.IGNORECASE)]
    if not months:
        return ""
    named = months[0] if len(months) == 1 else f"{months[0]}–{months[-1]}"
    year = _YEAR.search(text)
    return f"{named} {year[1]}" if year else named


def decree_in(text: str) -> tuple[str, dt.date | None]:
    """(number, date) of the decree that a title names; ("", None) when it names none."""
    found = _DECREE.search(text)
    number = (found[1] or found[2]).strip(".") if found else ""
    if not number or not any(char.isdigit() for char in number):
        return "", None
    day = _DECREE_DAY.search(text, found.start())
    return number, parse_date(day[1], today=timezone.localdate()).value if day else None
