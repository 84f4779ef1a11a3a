"""Lists of recipients as tests bring them: a CSV made of rows, led through the engine step by step."""

from django.core.files.base import ContentFile

from core.imports import batches
from core.imports.findings import groups
from core.models import ImportBatch
from programs.models import RecipientRow

HEADER = ("NIK", "Nama")


def sheet(*rows, header=HEADER, titles=()) -> ContentFile:
    """A CSV with these rows under a header, and titles above it."""
    lines = [*[(title,) for title in titles], header, *rows]
    text = "\n".join(";".join("" if cell is None else str(cell) for cell in line) for line in lines)
    return ContentFile(text.encode(), name="daftar.csv")


def bring(by, program_year, *rows, header=HEADER, name="daftar.csv", titles=(), **options) -> ImportBatch:
    """A batch of recipients, read. `options`: as the page of the columns keeps them."""
    chosen = {"program_year": str(program_year.uuid)} if program_year else {}
    batch = batches.bring(
        kind="recipients", file=sheet(*rows, header=header, titles=titles), name=name, by=by, options=chosen | options
    )
    batches.run(batch, "read", by=by, at_once=True)
    batch.refresh_from_db()
    return batch


def check(*args, **options) -> ImportBatch:
    """A batch of recipients, read and checked."""
    batch = bring(*args, **options)
    return step(batch, "check", batch.by)


def step(batch: ImportBatch, name: str, by) -> ImportBatch:
    """One more step of a batch."""
    batches.run(batch, name, by=by, at_once=True)
    batch.refresh_from_db()
    return batch


def outcomes(batch: ImportBatch) -> list[str]:
    """What would happen to each row, in the order of the sheet."""
    return list(RecipientRow.objects.filter(batch_id=batch.pk).order_by("n").values_list("outcome", flat=True))


def said(batch: ImportBatch, *levels: str) -> dict[str, int]:
    """Code → rows of the findings of these levels (default: all)."""
    found: dict[str, int] = {}
    for group in groups(batch, *(levels or ("error", "warning", "note"))):
        found[group.code] = found.get(group.code, 0) + group.rows
    return found
