"""The city's coat of arms on letterheads: one picture, small, kept with the uploads under its sha256."""

from __future__ import annotations

import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from core.attachments import read_upload, store, stored_at
from core.contents import Content
from core.models import CitySettings

ARMS_TYPE = "image/png"
_SIDE = 320  # pixels: 20 mm on paper at 400 dots an inch


def keep_arms(upload) -> str:
    """Keep an uploaded picture as PNG of the size a letterhead needs; returns its sha256.

    Raises:
        ValidationError: no picture, or one that is damaged or not what its name says.
    """
    content = read_upload(upload)
    if not content.content_type.startswith("image/"):
        raise ValidationError(_("Bring a picture: PNG, JPG or WEBP."))
    with Image.open(io.BytesIO(content.data)) as picture:
        picture.thumbnail((_SIDE, _SIDE))
        out = io.BytesIO()
        picture.convert("RGBA").save(out, "PNG", optimize=True)
    return store(Content(content.name, ARMS_TYPE, out.getvalue()))


def arms() -> bytes:
    """The picture as PNG, b"" when none is set or its file is missing."""
    city = CitySettings.load()
    if city is None or not city.arms:
        return b""
    path = stored_at(city.arms)
    return path.read_bytes() if path.is_file() else b""
