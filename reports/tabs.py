"""Pages that stand beside each other under one entry of the menu."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.roles import Perm

FIGURES = (
    ("coverage", gettext_lazy("Coverage"), True),
    ("map", gettext_lazy("Map"), True),
    ("brief", gettext_lazy("Brief"), True),
    ("indicator_list", gettext_lazy("Indicators"), False),
)
WHOLE_CITY = "whole city"
DUTY_PERMS = (Perm.MANAGE_PROGRAMS, Perm.VERIFY_PLANS, Perm.APPROVE_MINUTES, Perm.SEE_LOGS)
WRITTEN = (
    ("report_list", gettext_lazy("Excel reports"), ()),
    ("lp2kd", "LP2KD", (WHOLE_CITY,)),
    ("duty_list", gettext_lazy("Duties of the agencies"), DUTY_PERMS),
    ("city_list", gettext_lazy("Cities"), (Perm.MANAGE_REFERENCE,)),
)


def figure_tabs(current: str, area: str = "") -> dict:
    """Tabs of the pages of figures; the area chosen goes along. For the template: `tabs` and `tabs_label`."""
    query = f"?{urlencode({'area': area})}" if area else ""
    tabs = [
        {"url": reverse(f"reports:{name}") + (query if by_area else ""), "label": label, "current": name == current}
        for name, label, by_area in FIGURES
    ]
    return {"tabs": tabs, "tabs_label": _("Pages of figures")}


def written_tabs(current: str, rights) -> dict:
    """Tabs of the reports that this person may open."""
    tabs = [
        {"url": reverse(f"reports:{name}"), "label": label, "current": name == current}
        for name, label, perms in WRITTEN
        if not perms or any(_holds(rights, perm) for perm in perms) or name == current
    ]
    return {"tabs": tabs, "tabs_label": _("Pages of reports")}


def _holds(rights, perm) -> bool:
    return rights.region_prefixes(Perm.SEE_FIGURES) == [""] if perm == WHOLE_CITY else rights.can(perm)
