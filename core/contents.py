"""What an attached file is by its content, whatever it calls itself; photos leave without place and device."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LONGEST_NAME = 120
LONGEST_SIDE = 2560  # pixels of a photo: a page of small print stays readable
MOST_PIXELS = 80_000_000
JPEG_QUALITY = 85
_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
}
_PHOTOS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_OFFICE = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
_BY_ENDING = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings}
# Endings that a machine runs; such a name is refused wherever the ending stands in it (`foto.exe.jpg`).
_RUNNABLE = re.compile(
    r"\.(exe|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|jar|msi|lnk|hta|wsf|apk|sh|py|php|html?|svg|xlsm|docm|pptm|iso)(\.|$)",
    re.IGNORECASE,
)
ACCEPT = ",".join(sorted(_BY_ENDING))


@dataclass(frozen=True)
class Content:
    """A file ready to be kept: its name, type by content, and bytes."""

    name: str
    content_type: str
    data: bytes


def read_content(name: str, data: bytes) -> Content:
    """Tell what a file is and take the metadata of a photo away.

    Args:
        name: as its owner calls it.
        data: all its bytes.

    Raises:
        ValidationError: an empty file, one of another kind than its name says, a kind that is not kept, or a name
            shaped to mislead; the text says what to do.
    """
    name = clean_name(name)
    if not data:
        raise ValidationError(_("The file is empty. Choose the right file and upload it again."))
    ending = PurePosixPath(name).suffix.lower()
    expected = _BY_ENDING.get(ending)
    if expected is None:
        raise ValidationError(
            _("“%(name)s” cannot be attached. Bring a photo (JPG, PNG, WEBP), a PDF, or a DOCX, XLSX or PPTX file.")
            % {"name": name}
        )
    if expected in _PHOTOS.values():
        return Content(name, expected, _photo(name, data, expected))
    found = _document(data)
    if found != expected:
        raise _differs(name)
    return Content(name, found, data)


def clean_name(name: str) -> str:
    """The last part of a path without control and direction characters, shortened in the middle of its stem.

    Raises:
        ValidationError: the name holds an ending that a machine runs.
    """
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).strip(" .")
    if _RUNNABLE.search(name):
        raise ValidationError(
            _("“%(name)s” has the name of a program. Save it as a photo, PDF or office file and bring that.")
            % {"name": name}
        )
    path = PurePosixPath(name)
    return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix


def _differs(name: str) -> ValidationError:
    return ValidationError(
        _("“%(name)s” is not what its name says, or it is damaged. Open it, save it again and bring the new file.")
        % {"name": name}
    )


def _photo(name: str, data: bytes, expected: str) -> bytes:
    """The picture alone, upright, without EXIF, comments or profile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_PHOTOS)) as picture:
                if _PHOTOS.get(picture.format) != expected:
                    raise _differs(name)
                if picture.width * picture.height > MOST_PIXELS:
                    raise ValidationError(
                        _("“%(name)s” has too many pixels. Make the photo smaller and bring it again.") % {"name": name}
                    )
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                kept = upright.convert("RGBA" if "A" in upright.getbands() and picture.format != "JPEG" else "RGB")
                bare = Image.new(kept.mode, kept.size)
                bare.paste(kept)
                out = io.BytesIO()
                bare.save(out, picture.format, quality=JPEG_QUALITY)
    except ValidationError:
        raise
    except Exception as error:  # whatever a damaged or hostile picture raises in its decoder
        raise _differs(name) from error
    return out.getvalue()


def _document(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if not data.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return ""
    if any(part.endswith("vbaProject.bin") for part in names):
        return ""
    return next((_BY_ENDING[ending] for part, ending in _OFFICE.items() if part in names), "")
