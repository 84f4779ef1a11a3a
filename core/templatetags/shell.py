"""Filters and tags of every page: numbers, money and dates in the words of the reader's language, small marks.

Shown numbers follow the language (`1.689`, `78,4%` in Indonesian); years, ids and codes never get separators: `tahun`.
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext

from core.choices import JobState
from core.nik import mask
from core.widgets import tick_boxes

register = template.Library()

NOTHING = "—"
BAR_KINDS = frozenset({"accent", "gap", "then", "good", "line"})
STATUS_KINDS = frozenset({"", "good", "warn", "bad"})
# A sort or filter starts again at the first page.
PAGE_PARAMETERS = ("after", "before", "page")


def _decimal(value) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _rounded(number: Decimal, places: int) -> str:
    step = Decimal(1).scaleb(-places)
    return number_format(number.quantize(step, ROUND_HALF_UP), places, force_grouping=True)


def _is_indonesian() -> bool:
    return (get_language() or "").startswith("id")


@register.filter
def angka(value, places=0) -> str:
    """`1689` as `1.689` (id) or `1,689` (en), with `places` decimals; nothing as a dash, zero as 0."""
    number = _decimal(value)
    return NOTHING if number is None else _rounded(number, int(places))


@register.filter
def rupiah(value) -> str:
    """Whole rupiah as `Rp 2.400.000.000`; nothing as a dash."""
    number = _decimal(value)
    return NOTHING if number is None else f"Rp\N{NO-BREAK SPACE}{_rounded(number, 0)}"


@register.filter
def rupiah_singkat(value) -> str:
    """Rupiah for tiles: `2,4 miliar`, `850 juta`; below a million in full."""
    number = _decimal(value)
    if number is None:
        return NOTHING
    size = abs(number)
    for limit, name in (
        (Decimal(10) ** 12, gettext("trillion")),
        (Decimal(10) ** 9, gettext("billion")),
        (Decimal(10) ** 6, gettext("million")),
    ):
        if size >= limit:
            short = (number / limit).quantize(Decimal("0.1"), ROUND_HALF_UP)
            places = 0 if short == short.to_integral_value() else 1
            return f"{_rounded(short, places)}\N{NO-BREAK SPACE}{name}"
    return rupiah(number)


@register.filter
def persen(share, places=1) -> str:
    """A share from 0 to 1 as `78,4%`; nothing as a dash."""
    number = _decimal(share)
    return NOTHING if number is None else f"{_rounded(number * 100, int(places))}%"


@register.filter
def tahun(value) -> str:
    """A year, id or code in plain digits, in text and in addresses."""
    return NOTHING if value is None else str(value)


@register.filter
def isi(value):
    """The value itself, or a dash for nothing; zero stays zero."""
    return NOTHING if value is None or value == "" else value


def _day(value) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, datetime.date) else None


@register.filter
def tanggal(value) -> str:
    """A date as `15 Oktober 2026`; nothing as a dash."""
    day = _day(value)
    return NOTHING if day is None else format_date(day, "j F Y")


@register.filter
def tanggal_pendek(value) -> str:
    """A date for tables, `15 Okt 2026`; nothing as a dash."""
    day = _day(value)
    return NOTHING if day is None else format_date(day, "j M Y")


@register.filter
def jam(value) -> str:
    """The time of day with its zone: `10.42 WIB` (id), `10:42 WIB` (en); nothing as a dash."""
    if isinstance(value, datetime.datetime):
        at = _day(value)
    elif isinstance(value, datetime.time):
        at = value
    else:
        return NOTHING
    zone = timezone.localtime().tzname() if at.tzinfo is None else at.tzname()
    return f"{at:%H.%M} {zone}" if _is_indonesian() else f"{at:%H:%M} {zone}"


@register.filter
def waktu(value) -> str:
    """Date and time: `15 Oktober 2026 pukul 10.42 WIB`; nothing as a dash."""
    if not isinstance(value, datetime.datetime):
        return tanggal(value)
    return gettext("%(date)s at %(time)s") % {"date": tanggal(value), "time": jam(value)}


@register.filter
def lama(seconds) -> str:
    """A length of time in rough words: `20 detik`, `3 menit`, `2 jam`."""
    number = _decimal(seconds)
    if number is None or number < 0:
        return NOTHING
    count = int(number)
    if count < 60:
        return ngettext("%(n)d second", "%(n)d seconds", count) % {"n": count}
    if count < 3600:
        count = round(count / 60)
        return ngettext("%(n)d minute", "%(n)d minutes", count) % {"n": count}
    count = round(count / 3600)
    return ngettext("%(n)d hour", "%(n)d hours", count) % {"n": count}


@register.filter
def mask_nik(value) -> str:
    """NIK or KK with its first six digits only: `137202••••••••••`; nothing as a dash."""
    return mask(str(value)) if value else NOTHING


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A Bootstrap icon that says nothing by itself; the word stands beside it."""
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def choice_boxes(name: str, optgroups: list) -> SafeString:
    """Boxes or radio buttons of a field, by its name and its options (crispy's `optgroups`)."""
    return tick_boxes(name, optgroups)


@register.simple_tag
def status(kind: str, icon_name: str, text, box: bool = False) -> SafeString:
    """A state as icon and word. `kind`: "", good, warn or bad; `box` for the head of a page."""
    kind = kind or ""
    if kind not in STATUS_KINDS:
        raise ValueError(f"unknown kind of status {kind!r}")
    classes = " ".join(filter(None, ("st", kind, "box" if box else "")))
    return format_html('<span class="{}">{}{}</span>', classes, icon(icon_name), text)


@register.simple_tag
def desil(value) -> SafeString:
    """The square of a welfare decile; a dash where the household has none."""
    number = _decimal(value)
    if number is None:
        return format_html('<span class="muted">{}</span>', NOTHING)
    text = str(int(number))
    return format_html(
        '<span class="desil d{}"><span class="visually-hidden">{} </span>{}</span>', text, gettext("Decile"), text
    )


def share_width(value, total) -> str:
    """`value` of `total` as a length for SVG, `62.5%`, between 0 and 100."""
    part, whole = _decimal(value), _decimal(total)
    if part is None or not whole or whole < 0:
        return "0%"
    percent = min(max(part / whole * 100, Decimal(0)), Decimal(100)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{percent}%"


@register.simple_tag
def bar(value, total=1, kind: str = "accent", label="", size: str = "", rest: str = "") -> SafeString:
    """A bar of `value` in `total`; the number stands beside it.

    `kind` colours it, `rest` colours what is left. With `label` it speaks for itself to a screen reader, without
    one it is decoration.
    """
    if kind not in BAR_KINDS or (rest and rest not in BAR_KINDS):
        raise ValueError(f"unknown kind of bar {kind!r} {rest!r}")
    width = share_width(value, total)
    parts = [(kind, "0", width)]
    if rest:
        parts.append((rest, width, f"{Decimal(100) - Decimal(width[:-1])}%"))
    rects = format_html_join("", '<rect class="f-{}" x="{}" width="{}" height="100%"/>', parts)
    speech = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    classes = f"bar {size}".strip()
    return format_html('<svg class="{}" {}>{}</svg>', classes, speech, rects)


@register.simple_tag(takes_context=True)
def sort_th(context, label, key: str, current: str = "", cls: str = "", hx: str = "") -> SafeString:
    """A column head that sorts: link with `?sort=key` (`-key` when sorted so already), `aria-sort`, an arrow.

    `current` is the key in force (`desil`, `-desil`); `hx` the CSS selector of the list that htmx swaps.
    """
    query = context["request"].GET.copy()
    for name in PAGE_PARAMETERS:
        query.pop(name, None)
    query["sort"] = f"-{key}" if current == key else key
    url = f"?{query.urlencode()}"
    state, arrow = SafeString(""), SafeString("")
    if current == key:
        state, arrow = SafeString(' aria-sort="ascending"'), icon("arrow-up")
    elif current == f"-{key}":
        state, arrow = SafeString(' aria-sort="descending"'), icon("arrow-down")
    swap = format_html(' hx-get="{}" hx-target="{}" hx-push-url="true"', url, hx) if hx else ""
    name = format_html(' class="{}"', cls) if cls else ""
    return format_html(
        '<th scope="col"{}{}><a href="{}"{}>{}{}{}</a></th>',
        name,
        state,
        url,
        swap,
        label,
        SafeString(" ") if arrow else "",
        arrow,
    )


@register.simple_tag
def toast_action(message) -> dict | None:
    """The button of a toast, from the message's `extra_tags`: `undo:<url>` or `open:<url>`, only of this site."""
    kind, _colon, url = (message.extra_tags or "").partition(":")
    if kind in ("undo", "open") and url.startswith("/") and not url.startswith("//"):
        return {"kind": kind, "url": url}
    return None


@register.simple_tag
def form_problems(form=None, forms=None) -> list[dict]:
    """Everything a form (or several, formsets included) refused: text and the id of the field to jump to."""
    problems = []
    for one in list(forms) if forms else [form] if form else []:
        if hasattr(one, "management_form"):
            problems += [{"text": text, "anchor": ""} for text in one.non_form_errors()]
            problems += form_problems(forms=one.forms)
            continue
        problems += [{"text": text, "anchor": ""} for text in one.non_field_errors()]
        for field in one.hidden_fields():
            problems += [{"text": text, "anchor": ""} for text in field.errors]
        for field in one.visible_fields():
            anchor = field.id_for_label or f"div_{field.auto_id}"
            problems += [{"text": _named(capfirst(str(field.label)), text), "anchor": anchor} for text in field.errors]
    return problems


def _named(label: str, text: str) -> str:
    """The message with the name of its field in front, unless it names the field itself."""
    return text if label.lower() in text.lower() else f"{label}: {text}"


@register.simple_tag
def job_face(job) -> dict:
    """How a job shows itself: `live` (poll on), `again` (may be run again), status `kind` and `icon`, the `share`
    done (0 to 1), the seconds `left` (None while nobody can tell) and the `speech` of its bar.
    """
    kind, icon_name = _JOB_FACES[job.state]
    share = min(job.done / job.total, 1) if job.total else 0
    left = None
    if job.state == JobState.RUNNING and job.started and share > 0:
        spent = (timezone.now() - job.started).total_seconds()
        left = spent / share - spent
    return {
        "live": job.state in (JobState.QUEUED, JobState.RUNNING),
        "again": job.state in (JobState.INTERRUPTED, JobState.FAILED),
        "kind": kind,
        "icon": icon_name,
        "share": share,
        "left": left,
        "speech": gettext("%(share)s done") % {"share": persen(share, 0)},
    }


_JOB_FACES = {
    JobState.QUEUED: ("", "hourglass"),
    JobState.RUNNING: ("", "hourglass-split"),
    JobState.DONE: ("good", "check-circle"),
    JobState.FAILED: ("bad", "x-circle"),
    JobState.CANCELLED: ("warn", "stop-circle"),
    JobState.INTERRUPTED: ("warn", "exclamation-triangle"),
}
