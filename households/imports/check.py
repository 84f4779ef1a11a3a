"""Check of a batch: read the stored file into staging, then judge every row and family (`judge`)."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import clear, save
from core.imports.layout import taken_sheets
from core.models import ImportBatch
from core.sheets import SheetError
from households.imports.judge import judge
from households.imports.profiles import profile_of
from households.imports.regions import Regions
from households.imports.scope import areas_of, titles_of
from households.imports.staging import NULL, copy_rows, is_lookup, put_into_families, stage


def check(batch: ImportBatch, progress: Progress) -> None:
    """Read the stored file into staging and judge it; findings, counts and staging of a former check go."""
    clear(batch, "file", "cells", "rules", "apply")
    batch.effective = batch.effective or timezone.localdate()
    prefixes = areas_of(batch.by)
    fixed = batch.area or None
    locked = batch.options.get("area_is_default", False)
    regions = Regions(fixed=None if locked else fixed, default=(fixed or "") if locked else "", prefixes=prefixes)
    headers = {index: {"name": about["name"], **titles_of(about)} for index, about in taken_sheets(batch)}
    kk_once = profile_of(batch.options.get("profile", "")).kk_once
    with without_collector():
        staged = stage(batch, regions, progress)
        if not len(staged):
            raise SheetError("empty")
        families = put_into_families(staged, kk_once=kk_once, titles=headers)
        progress(0, 0, _("Comparing with our data"))
        copy_rows(batch, staged, families, progress)
        save(batch, (finding._replace(group=families[n]) for n, finding in staged.findings))
    columns = {name for name, values in staged.columns.items() if any(value != NULL for value in values)}
    batch.counts = {
        "rows": len(staged),
        "blank": staged.blank,
        "columns": sorted(columns),
        "household_sheets": _household_sheets(batch),
        "lookup": is_lookup(staged.fields),
        "people": not columns & {"kk", "kk_raw", "ext_id", "relation"},
    }
    judge(batch, progress)


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Nothing read from a sheet lives in cycles; going over millions of cells for some is half the time of reading."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _household_sheets(batch: ImportBatch) -> list[int]:
    return [i for i, about in taken_sheets(batch) if "head_name" in about["mapping"] and "name" not in about["mapping"]]
