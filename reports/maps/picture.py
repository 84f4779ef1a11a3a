"""A map as a picture for papers: SVG with colours of its own, and PNG made of it by typst (no browser, no network)."""

from __future__ import annotations

from html import escape

import typst

from core.papers import FONTS
from reports.maps.shapes import Sheet

RAMP = ("#fdf6f0", "#fbe3cf", "#f7c9a0", "#efa66c", "#b9501d", "#86300f")
NOTHING = "#eceff0"
_LIGHT_FROM = 4  # shades from here on carry light letters
_LEGEND = 26  # height of the line below the map


def svg(sheet: Sheet, shades: dict[str, int | None], legend: list[str]) -> str:
    """The areas shaded, with names and a legend. `shades`: area code → class; `legend`: words of the classes."""
    parts = []
    for shape in sheet.shapes:
        shade = shades.get(shape.code)
        fill = NOTHING if shade is None else RAMP[shade]
        parts.append(f'<path d="{shape.path}" fill="{fill}" stroke="#ffffff" stroke-width="1.5"/>')
    for shape in sheet.shapes:
        shade = shades.get(shape.code)
        colour = "#ffffff" if shade is not None and shade >= _LIGHT_FROM else "#10201f"
        parts.append(
            f'<text x="{shape.x}" y="{shape.y}" fill="{colour}" text-anchor="middle" font-size="14"'
            f' font-weight="bold" font-family="Liberation Sans">{escape(str(shape.number or shape.name))}</text>'
        )
    step = sheet.width / max(len(legend), 1)
    for n, words in enumerate(legend):
        x, y = n * step, sheet.height + 12
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="16" height="12" fill="{RAMP[n]}" stroke="#888888"/>')
        parts.append(
            f'<text x="{x + 21:.1f}" y="{y + 11:.1f}" fill="#10201f" font-size="13"'
            f' font-family="Liberation Sans">{escape(words)}</text>'
        )
    box = f"-4 -4 {sheet.width + 8:.0f} {sheet.height + _LEGEND + 8:.0f}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{"".join(parts)}</svg>'


def png(picture: str, *, width: int = 160, dots: int = 200) -> bytes:
    """The SVG as PNG. `width`: millimetres; `dots`: per inch."""
    source = (
        f"#set page(width: {width}mm, height: auto, margin: 0mm)\n"
        f'#image(bytes(sys.inputs.picture), format: "svg", width: {width}mm)'
    )
    return typst.compile(
        source.encode(),
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="png",
        ppi=dots,
        sys_inputs={"picture": picture},
    )
