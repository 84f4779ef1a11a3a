"""Lines of indicators over the years as one picture for the paper: small, beside each other, values at their ends."""

from __future__ import annotations

from html import escape

from reports.indicators.charts import HEIGHT, WIDTH, Dot
from reports.indicators.listing import Line

MOST = 6
COLUMNS = 2
GAP = 24
HEAD = 20  # height of the name above each line
_VALUE, _TARGET, _INK = "#0b5c6b", "#7d8788", "#10201f"
_FONT = 'font-family="Liberation Sans"'


def trends(lines: list[Line], shown) -> str:
    """SVG of the first indicators that have a line; "" when none has.

    Args:
        lines: indicators in order.
        shown: callable(value, decimals) → words of a value.
    """
    drawn = [line for line in lines if line.chart and line.chart.lines][:MOST]
    if not drawn:
        return ""
    rows = -(-len(drawn) // COLUMNS)
    wide, high = WIDTH + GAP, HEIGHT + HEAD + GAP
    parts = [_panel(line, (n % COLUMNS) * wide, (n // COLUMNS) * high, shown) for n, line in enumerate(drawn)]
    box = f"-6 -4 {COLUMNS * wide} {rows * high}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{"".join(parts)}</svg>'


def _panel(line: Line, x: int, y: int, shown) -> str:
    name, chart = escape(f"{line.indicator.name} ({line.indicator.unit})"), line.chart
    parts = [f'<text x="0" y="12" font-size="12" font-weight="bold" fill="{_INK}" {_FONT}>{name}</text>']
    parts.append(f'<g transform="translate(0 {HEAD})">')
    parts += [
        f'<polyline points="{points}" fill="none" stroke="{_TARGET}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        for points in chart.targets
    ]
    parts += [f'<polyline points="{points}" fill="none" stroke="{_VALUE}" stroke-width="2"/>' for points in chart.lines]
    parts += [f'<circle cx="{dot.x}" cy="{dot.y}" r="2.5" fill="{_VALUE}"/>' for dot in chart.dots]
    for dot, anchor in ((chart.dots[0], "start"), (chart.dots[-1], "end")):
        parts.append(_label(dot, anchor, escape(shown(dot.value, line.indicator.decimals))))
    for year, at, anchor in ((chart.first, 2, "start"), (chart.last, WIDTH - 2, "end")):
        parts.append(
            f'<text x="{at}" y="{HEIGHT - 4}" font-size="10" text-anchor="{anchor}" fill="{_INK}" {_FONT}>{year}</text>'
        )
    return f'<g transform="translate({x} {y})">{"".join(parts)}</g></g>'


def _label(dot: Dot, anchor: str, words: str) -> str:
    y = float(dot.y) - 5
    return f'<text x="{dot.x}" y="{y:.1f}" font-size="10" text-anchor="{anchor}" fill="{_INK}" {_FONT}>{words}</text>'
