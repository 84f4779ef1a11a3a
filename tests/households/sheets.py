"""Sheets of households as tests bring them: a CSV made of families, led through the engine step by step."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile

from core.imports import batches
from core.imports.findings import groups
from core.models import ImportBatch
from core.nik import make_kk, make_nik
from households.models import Code, Household, ImportFamily
from households.reference import CODES

VILLAGE = "13.72.01.1001"
DAY = dt.date(2026, 6, 1)  # of the data, unless a test says otherwise
COLUMNS = {
    "kk": "No KK",
    "nik": "NIK",
    "name": "Nama Lengkap",
    "sex": "Jenis Kelamin",
    "birth_date": "Tanggal Lahir",
    "relation": "Hubungan Keluarga",
    "address": "Alamat",
    "rt": "RT",
    "rw": "RW",
}
MORE = {
    "desil": "Desil",
    "floor": "Jenis Lantai",
    "occupation": "Pekerjaan",
    "education": "Pendidikan",
    "status": "Status",
    "region": "Kelurahan",
    "verified_at": "Tanggal Pendataan",
}


@pytest.fixture
def answers(db):
    """The answer codes that every city has."""
    load_answers()


def load_answers() -> None:
    """Put the answer codes into the database."""
    Code.objects.bulk_create(
        [
            Code(field=field, code=fact.code, label=fact.label, synonyms=list(fact.synonyms), unfit=fact.unfit)
            for field, facts in CODES.items()
            for fact in facts
        ],
        ignore_conflicts=True,
    )


def kk(n: int) -> str:
    """A sound card number."""
    return make_kk(VILLAGE, dt.date(2012, 5, 7), n)


def person(n: int, name: str = "", **values) -> dict:
    """A row: person number `n`, the head of their family unless `relation` says otherwise.

    Everybody is born on another day, women have even numbers.
    """
    sex = "F" if n % 2 == 0 else "M"
    born = dt.date(1950, 1, 1) + dt.timedelta(days=n * 13)
    row = {
        "nik": make_nik(VILLAGE, born, sex, n % 9000 + 1),
        "name": name or f"Orang {_words(n)}",
        "sex": "P" if sex == "F" else "L",
        "birth_date": born.strftime("%d/%m/%Y"),
        "relation": "Kepala Keluarga",
        "address": f"Jl. Contoh {n}",
        "rt": "001",
        "rw": "002",
    }
    return row | values


def family(n: int, size: int = 2, **values) -> list[dict]:
    """Family number `n`: a head and children; `values` stand on every row."""
    rows = []
    for i in range(size):
        one = person(n * 10 + i, address=f"Jl. Contoh {n}", **({} if i == 0 else {"relation": "Anak"}))
        rows.append({"kk": kk(n)} | one | values)
    return rows


def _words(n: int) -> str:
    names = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
    return " ".join(names[int(digit)] for digit in str(n))


def sheet(rows: list[dict]) -> ContentFile:
    """A CSV of these rows with the columns they have."""
    titles = COLUMNS | {key: title for key, title in MORE.items() if any(key in row for row in rows)}
    used = [key for key in titles if any(key in row for row in rows)]
    lines = [";".join(titles[key] for key in used)]
    lines += [";".join(str(row.get(key, "") or "") for key in used) for row in rows]
    return ContentFile("\n".join(lines).encode(), name="verval.csv")


def bring(by, rows: list[dict], *, name="verval.csv", source="verval", effective=DAY, area=VILLAGE, **facts):
    """A batch, read; its columns are recognised."""
    batch = batches.bring(
        kind="households", file=sheet(rows), name=name, by=by, source=source, effective=effective, area=area, **facts
    )
    return step(batch, "read", by)


def check(by, rows: list[dict], **facts) -> ImportBatch:
    """A batch, read and checked."""
    return step(bring(by, rows, **facts), "check", by)


def load(by, rows: list[dict], **facts) -> ImportBatch:
    """A batch, applied."""
    batch = step(check(by, rows, **facts), "apply", by)
    assert batch.state == "applied"
    return batch


def step(batch: ImportBatch, name: str, by) -> ImportBatch:
    """One more step of a batch."""
    batches.run(batch, name, by=by, at_once=True)
    batch.refresh_from_db()
    return batch


def outcomes(batch: ImportBatch) -> list[str]:
    """What would happen to each family, in the order of the sheet."""
    return list(ImportFamily.objects.filter(batch_id=batch.pk).order_by("family").values_list("outcome", flat=True))


def said(batch: ImportBatch, *levels: str) -> dict[str, int]:
    """Code → rows of the findings of these levels (default: all)."""
    found: dict[str, int] = {}
    for group in groups(batch, *(levels or ("error", "warning", "note"))):
        found[group.code] = found.get(group.code, 0) + group.rows
    return found


def household(n: int) -> Household:
    """The household that family `n` became."""
    return Household.objects.get(kk=kk(n))
