"""The rows of the household list.

Fifty rows of a dozen cells cost a template more than everything else on the page; written here they cost a tenth of it.
"""

from __future__ import annotations

import uuid

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape as esc
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.templatetags.shell import desil, isi, status, tanggal_pendek
from core.widgets import shown
from households.choices import HouseholdStatus

register = template.Library()

_NOBODY = str(uuid.UUID(int=0))
_NOTHING = '<span class="muted">—</span>'


@register.simple_tag
def household_rows(rows: list[dict], columns: list[str], many_villages: bool) -> SafeString:
    """`<tr>` of each row of `listing.page_of`, with these columns; `many_villages`: an address names its kelurahan."""
    writers = _writers(many_villages and "region" not in columns)
    before = [write for key, write in writers.items() if key in columns and key != "status"]
    last = writers["status"] if "status" in columns else None
    first = _first_cells()
    parts = []
    for row in rows:
        parts.append("<tr data-row>\n")
        parts.append(first(row))
        parts.extend(write(row) for write in before)
        parts.extend(_extra(cell) for cell in row.get("extras", ()))
        if last:
            parts.append(last(row))
        parts.append("</tr>\n")
    return mark_safe("".join(parts))


def _first_cells():
    """Box to tick, and the head of the household with the masked number of the family card."""
    select = esc(_("Select the household of %(name)s"))
    no_kk = f'<span class="st warn">{esc(_("No KK"))}</span>'
    detail = reverse("households:household_detail", args=[_NOBODY])

    def write(row: dict) -> str:
        name, key = esc(row["name"]), str(row["uuid"])
        kk = f'KK <span class="mask">{esc(row["kk_masked"])}</span>' if row["kk_masked"] else no_kk
        return (
            f'<td class="pick no-print"><input class="form-check-input" type="checkbox" name="pick" value="{key}"'
            f' form="bulk" data-tick aria-label="{select % {"name": name}}"></td>\n'
            f'<td class="first"><a class="name" href="{detail.replace(_NOBODY, key)}">{name}</a>'
            f'<span class="sub nowrap">{kk}</span></td>\n'
        )

    return write


def _writers(with_village: bool) -> dict:
    """Column → function that writes its cell of a row, in the order of the table."""
    words = {
        "address": _("Address"),
        "region": _("Kelurahan"),
        "desil": _("Desil"),
        "size": _("Members"),
        "housing": _("House"),
        "verified": _("Visited"),
        "source": _("Source"),
        "changed": _("Changed"),
        "status": _("Status"),
    }
    label = {key: f'data-l="{esc(word)}"' for key, word in words.items()}
    not_yet = status("warn", "clock", _("not yet"))

    def address(row):
        place = f'<span class="nowrap">{esc(row["place"])}</span>' if row["place"] else ""
        if with_village:
            place += f"{', ' if place else ''}{esc(row['village'])}"
        return (
            f'<td {label["address"]} class="w-place"><span>{esc(isi(row["address"]))}<span class="sub">{place}</span>'
            f"</span></td>\n"
        )

    def housing(row):
        if not row["house"]:
            return f'<td {label["housing"]} class="off">{_NOTHING}</td>\n'
        tags = "".join(f'<span class="tag">{esc(tag)}</span>' for tag in row["house"])
        return f'<td {label["housing"]}><span class="tags">{tags}</span></td>\n'

    def verified(row):
        day = esc(tanggal_pendek(row["verified_at"])) if row["verified_at"] else not_yet
        return f'<td {label["verified"]} class="nowrap lab">{day}</td>\n'

    def state(row):
        active = row["status"] == HouseholdStatus.ACTIVE
        kind, icon = ("good", "check-circle") if active else ("warn", "dash-circle")
        return f"<td {label['status']}>{status(kind, icon, row['status_name'])}</td>\n"

    return {
        "address": address,
        "region": lambda row: f"<td {label['region']}>{esc(row['village'])}</td>\n",
        "desil": lambda row: f"<td {label['desil']}>{desil(row['desil'])}</td>\n",
        "size": lambda row: f'<td class="n lab" {label["size"]}>{shown(row["size"])}</td>\n',
        "housing": housing,
        "verified": verified,
        "source": lambda row: f'<td {label["source"]} class="lab">{esc(row["source_name"])}</td>\n',
        "changed": lambda row: (
            f'<td {label["changed"]} class="nowrap lab">{esc(tanggal_pendek(row["updated"]))}</td>\n'
        ),
        "status": state,
    }


def _extra(cell) -> str:
    """The cell of a column of an upper app (`listing.Cell`)."""
    classes = f"lab{' n' if cell.number else ''}{' off' if cell.empty else ''}"
    return f'<td data-l="{esc(cell.label)}" class="{classes}">{_NOTHING if cell.empty else esc(cell.html)}</td>\n'
