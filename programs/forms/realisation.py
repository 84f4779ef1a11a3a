"""The grid in which an agency writes a quarter of many programmes at once, and the form that corrects one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.rupiah import thousands
from households.forms import DateField
from programs.choices import REALISATION_OPEN, Duty, RealisationState
from programs.forms.fields import CountField, RupiahField
from programs.models import Realisation
from programs.plans.quarters import (
    FACES,
    NUMBERS,
    ROMAN,
    TEXTS,
    Board,
    Source,
    Values,
    doubts,
    source_key,
    source_label,
    values_of,
)
from programs.plans.reading import Face, changed_by

LABELS = {
    "output": gettext_lazy("Output"),
    "beneficiaries": gettext_lazy("Beneficiaries"),
    "explanation": gettext_lazy("Explanation"),
    "obstacle": gettext_lazy("Obstacle"),
    "follow_up": gettext_lazy("Follow-up"),
}
LONGEST = 300
_RUPIAH, _COUNT = RupiahField(required=False), CountField(required=False)


@dataclass
class Cell:
    """One cell of the grid. key: field; name: of its input, "" where nothing can be written; hint: below it."""

    key: str
    label: str
    name: str = ""
    text: str = ""
    hint: str = ""
    error: str = ""
    number: bool = True

    @property
    def anchor(self) -> str:
        """Id of the input, which the summary of errors leads to."""
        return f"id_{self.name}"


@dataclass
class Line:
    """A programme of the grid. values: what was posted and can be read; None while nothing was posted."""

    board: Board
    quarter: int
    cells: list[Cell]
    writable: bool
    tickable: bool
    version: int
    errors: list[str] = field(default_factory=list)
    values: Values | None = None
    touched: bool = False

    @property
    def row(self) -> Realisation | None:
        """What stands for the quarter."""
        return self.board.rows.get(self.quarter)

    @property
    def key(self) -> str:
        """Names the programme year in the inputs."""
        return self.board.program_year.uuid.hex

    @property
    def face(self) -> Face:
        """How its state shows itself."""
        return FACES[RealisationState(self.row.state)] if self.row else Face("", "circle")

    @property
    def doubts(self) -> list[str]:
        """What whoever verifies should look at: figures that repeat others."""
        return doubts(self.board, self.quarter) if self.row else []

    @property
    def bad(self) -> bool:
        """Whether something of it was refused."""
        return bool(self.errors) or any(cell.error for cell in self.cells)

    def refuse(self, error: ValidationError) -> None:
        """Put an action's errors on their cells; the rest on the whole line."""
        by_key = {cell.key: cell for cell in self.cells}
        if not hasattr(error, "error_dict"):
            self.errors += error.messages
            return
        for key, texts in error.message_dict.items():
            if key in by_key:
                by_key[key].error = " ".join(texts)
            else:
                self.errors += texts


class Grid:
    """Programmes × figures of one quarter.

    boards: in the order of the page; writes, verifies: (programme) → whether this person may.
    """

    def __init__(self, boards: list[Board], quarter: int, *, writes, verifies):
        self.quarter = quarter
        self.sources: list[Source] = _sources(boards)
        self.lines = [self._line(board, writes, verifies) for board in boards]

    @property
    def columns(self) -> list[dict]:
        """Heads of the figures: key, label, whether it is a number."""
        heads = [{"key": source_key(s), "label": source_label(s), "number": True} for s in self.sources]
        return heads + [{"key": k, "label": label, "number": k in NUMBERS} for k, label in LABELS.items()]

    @property
    def writable(self) -> bool:
        """Whether anything can be written."""
        return any(line.writable for line in self.lines)

    @property
    def tickable(self) -> bool:
        """Whether anything waits to be verified by this person."""
        return any(line.tickable for line in self.lines)

    @property
    def problems(self) -> list[dict]:
        """For the summary of errors: text and the id of the cell."""
        found = []
        for line in self.lines:
            name = line.board.program_year.program.short_name
            found += [{"text": f"{name}: {text}", "anchor": ""} for text in line.errors]
            found += [
                {"text": f"{name}, {cell.label}: {cell.error}", "anchor": cell.anchor if cell.name else ""}
                for cell in line.cells
                if cell.error
            ]
        return found

    def _line(self, board: Board, writes, verifies) -> Line:
        program, row = board.program_year.program, board.rows.get(self.quarter)
        open_ = not board.program_year.closed
        state = row.state if row else RealisationState.DRAFT
        line = Line(
            board,
            self.quarter,
            [],
            writable=open_ and state in REALISATION_OPEN and writes(program),
            tickable=open_ and state == RealisationState.SUBMITTED and verifies(program),
            version=row.version if row else 0,
        )
        line.cells = [self._source_cell(line, source) for source in self.sources]
        line.cells += [self._number_cell(line, key) for key in NUMBERS]
        line.cells += [
            Cell(key, str(LABELS[key]), _name(line, key), getattr(row, key) if row else "", number=False)
            for key in TEXTS
        ]
        return line

    def _source_cell(self, line: Line, source: Source) -> Cell:
        key, board = source_key(source), line.board
        values, before = board.values(self.quarter), board.earlier(self.quarter)
        cell = Cell(key, source_label(source), text=_shown(values.spent.get(source)))
        if source in board.ceilings:
            cell.name = _name(line, key)
            cell.hint = _("of %(n)s") % {"n": thousands(board.ceilings[source])}
            if before and before[1].spent.get(source) is not None:
                cell.hint = f"{ROMAN[before[0]]}: {thousands(before[1].spent[source])} · {cell.hint}"
        return cell

    def _number_cell(self, line: Line, key: str) -> Cell:
        board = line.board
        value, before = getattr(board.values(self.quarter), key), board.earlier(self.quarter)
        log, hints = board.log.get(self.quarter), []
        known = (log.units if log else 0) if key == "output" else board.proposed(self.quarter)
        if line.row is None and line.writable:
            value = known  # proposed by the log, and not written before it is saved
        if before and getattr(before[1], key) is not None:
            hints.append(f"{ROMAN[before[0]]}: {thousands(getattr(before[1], key))}")
        if key == "output" and board.program_year.target:
            hints.append(_("of %(n)s") % {"n": thousands(board.program_year.target)})
        elif known is not None:
            hints.append(_("log: %(n)s") % {"n": thousands(known)})
        return Cell(key, str(LABELS[key]), _name(line, key), _shown(value), " · ".join(hints))

    def read(self, data) -> None:
        """Take what was posted into the lines that can be written; what cannot be read stands at its cell."""
        for line in self.lines:
            version = data.get(f"v-{line.key}", "")
            if not version.isascii() or not version.isdigit():
                continue
            if not line.writable:  # it was when the page was loaded
                line.errors.append(changed_by("programs_realisation", line.row.pk if line.row else 0))
                continue
            line.version = int(version[:9])
            before = [cell.text for cell in line.cells]
            line.values = self._values(line, data)
            after = [cell.text for cell in line.cells]
            line.touched = before != after or (line.row is None and _says_something(line.values))

    def _values(self, line: Line, data) -> Values:
        found: dict = {}
        for cell in line.cells:
            if not cell.name:
                continue
            cell.text = " ".join(data.get(cell.name, "").split())
            try:
                found[cell.key] = self._value(cell)
            except ValidationError as error:
                cell.error = " ".join(error.messages)
        spent = {s: found.get(source_key(s)) for s in self.sources if s in line.board.ceilings}
        return Values(spent, *(found.get(k) for k in NUMBERS), *(found.get(k, "") for k in TEXTS))

    def _value(self, cell: Cell):
        if not cell.number:
            if len(cell.text) > LONGEST:
                raise ValidationError(_("Write it in %(n)s letters.") % {"n": LONGEST})
            return cell.text
        value = (_COUNT if cell.key in NUMBERS else _RUPIAH).clean(cell.text)
        cell.text = _shown(value)
        return value


def _says_something(values: Values) -> bool:
    """Whether a line that does not exist yet holds more than what the log proposed."""
    return values.total is not None or any(getattr(values, key) for key in TEXTS)


def _shown(value: int | None) -> str:
    return "" if value is None else thousands(value)


def _name(line: Line, key: str) -> str:
    return f"{key}-{line.key}"


def _sources(boards: list[Board]) -> list[Source]:
    """Every source that some programme has, the most frequent first."""
    counts: dict[Source, int] = {}
    for board in boards:
        for source in board.ceilings:
            counts[source] = counts.get(source, 0) + 1
    return sorted(counts, key=lambda source: (-counts[source], source))


class CorrectionForm(forms.Form):
    """Other figures for a quarter that was verified, with the reason."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput, localize=False)

    def __init__(self, *args, board: Board, quarter: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.board, row = board, board.rows.get(quarter)
        values = values_of(row)
        self.initial["version"] = row.version if row else None
        for source in board.ceilings:
            self.fields[source_key(source)] = RupiahField(
                label=_("spent, %(source)s (Rp)") % {"source": source_label(source)}, initial=values.spent.get(source)
            )
        for key in NUMBERS:
            self.fields[key] = CountField(label=LABELS[key], initial=getattr(values, key))
        proposed = board.proposed(quarter)
        if proposed is not None:
            self.fields["beneficiaries"].help_text = _("The log knows %(n)s.") % {"n": thousands(proposed)}
        for key in TEXTS:
            self.fields[key] = forms.CharField(
                label=LABELS[key], required=False, max_length=LONGEST, initial=getattr(values, key)
            )
        self.fields["reason"] = forms.CharField(
            label=_("why it is corrected"), max_length=250, widget=forms.Textarea(attrs={"rows": 3})
        )

    def values(self) -> Values:
        """The figures, for the action."""
        data = self.cleaned_data
        spent = {source: data[source_key(source)] for source in self.board.ceilings}
        return Values(spent, *(data[key] for key in (*NUMBERS, *TEXTS)))


class DeadlineForm(forms.Form):
    """The day by which each duty of a year is due."""

    def __init__(self, *args, days: dict, **kwargs):
        super().__init__(*args, **kwargs)
        for duty in Duty:
            self.fields[duty.value] = DateField(label=duty.label, initial=days[duty.value])
