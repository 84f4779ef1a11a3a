"""Where brought files lie: below UPLOADS_DIR/imports, each under its batch, readable by the application only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.models import ImportBatch
from core.rupiah import thousands
from core.sheets import Limits

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".txt")
_PIECE = 1 << 20


def limits() -> Limits:
    """How much of a brought file is read."""
    return Limits(
        max_bytes=settings.SHEET_MAX_BYTES,
        max_unzipped=settings.SHEET_MAX_UNZIPPED_BYTES,
        max_rows=settings.SHEET_MAX_ROWS,
        max_columns=settings.SHEET_MAX_COLUMNS,
    )


def stored_path(batch: ImportBatch) -> Path:
    """Where the bytes of a batch lie."""
    return settings.UPLOADS_DIR / batch.path


def store(pieces, *, name: str, folder: str) -> tuple[str, str, int]:
    """Write a brought file.

    `pieces`: iterable of bytes; `name`: as its owner calls it; `folder`: the batch's own folder name.
    Returns path below UPLOADS_DIR, sha256, size. Raises ValidationError for an ending we do not read, an empty file
    or one that is too large; then nothing stays behind.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValidationError(
            _("“%(name)s” is no sheet. Bring a file that ends in %(suffixes)s.")
            % {"name": name, "suffixes": ", ".join(SUFFIXES)}
        )
    relative = f"imports/{folder}/sheet{suffix}"
    target = settings.UPLOADS_DIR / relative
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > settings.SHEET_MAX_BYTES:
                    raise ValidationError(
                        _("The file is larger than %(mb)s MB. Split it, for example one file a kelurahan.")
                        % {"mb": thousands(settings.SHEET_MAX_BYTES >> 20)}
                    )
                digest.update(piece)
                file.write(piece)
        if not size:
            raise ValidationError(_("The file is empty. Choose the right file and upload it again."))
    except BaseException:
        drop(relative)
        raise
    return relative, digest.hexdigest(), size


def pieces_of(path: Path):
    """The bytes of a file on this machine, piece by piece."""
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def drop(relative: str) -> None:
    """Remove a stored file and its folder; a file that is already gone is no error."""
    target = settings.UPLOADS_DIR / relative
    target.unlink(missing_ok=True)
    if target.parent.is_dir() and not any(target.parent.iterdir()):
        target.parent.rmdir()
