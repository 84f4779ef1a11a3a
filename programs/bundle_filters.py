"""Filters of the household list for bundles of programmes: the lists behind the figures on targeting.

`?target_of=agency-3`, `?outside_of=agency-3`, `?got=agency-3`, `?not_got=agency-3.q2`. A bundle is named as in
`programs.targeting.Bundle`; `.q2` narrows what was received to a quarter of the year. `?package=<uuid>.lack`: families
of a package that lack a part of it.
"""

from __future__ import annotations

import re
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.once import once
from core.roles import Perm, access
from households.filters import HIDDEN, ExtraFilter
from households.rules import uses_health
from programs import eligibility, targeting
from programs.models import Package

KINDS = ("program", "agency", "cluster", "fund")


def bundles_of(year: int) -> dict[str, targeting.Bundle]:
    """Every bundle of a year by its key; read once a request."""

    def read() -> dict[str, targeting.Bundle]:
        years = targeting.covering_years(year)
        return {b.key: b for kind in ("all", *KINDS) for b in targeting.bundles(kind, years)}

    return once(("bundles", year), read)


def may_judge(user, bundle: targeting.Bundle, year: int) -> bool:
    """Whether `user` may list people by the rules of these programmes: rules on health need the right to see it."""
    return all(eligibility.may_judge(user, p, eligibility.own_rule(p, year)) for p in bundle.programs)


class BundleField(forms.Field):
    """The key of a bundle of the year, with a quarter behind it where `quarters`."""

    def __init__(self, user, year: int, *, judged: bool, quarters: bool):
        self.user, self.year, self.judged, self.quarters = user, year, judged, quarters
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value):
        """The key, when it names a bundle that this person may ask for."""
        if not value:
            return ""
        key, dot, quarter = str(value).partition(".")
        bundle = bundles_of(self.year).get(key)
        if bundle is None or (dot and not (self.quarters and re.fullmatch("q[1-4]", quarter))):
            raise ValidationError(_("This value is not known here. Remove this filter."))
        if self.judged and not may_judge(self.user, bundle, self.year):
            raise ValidationError(
                _("You may not filter by disability, illness or pregnancy. Leave these conditions out.")
            )
        return str(value)


def _programs(value: str, year: int) -> dict:
    bundle = bundles_of(year)[value.partition(".")[0]]
    return {} if bundle.is_all else {"programs": [str(p.uuid) for p in bundle.programs]}


def target_rule(value: str, year: int) -> dict:
    """In the target group of the bundle."""
    return {"field": "program.target", "value": _programs(value, year) | {"year": year}}


def got_rule(value: str, year: int) -> dict:
    """Got something of the bundle in the year, or in the quarter named behind the key."""
    quarter = value.partition(".q")[2]
    period = {"year": year} | ({"quarter": int(quarter)} if quarter else {})
    return {"field": "program.received", "value": _programs(value, year) | period}


def _not(rule):
    return lambda value, year: {"not": rule(value, year)}


def _filter(order: int, name: str, label, rule, *, judged: bool) -> ExtraFilter:
    def made(user, year):
        return BundleField(user, year, judged=judged, quarters=not judged)

    return ExtraFilter(name, label, order, HIDDEN, made, rule, Perm.SEE_NAMES if judged else Perm.SEE_AID)


# --- packages ------------------------------------------------------------------------------------------------------


def may_open(user, package: Package) -> bool:
    """Whether `user` may list the families of a package: a rule on health needs the right to see it."""
    return not uses_health(package.rule) or access(user).can(Perm.SEE_HEALTH)


def _package(value: str) -> tuple[Package | None, str]:
    text, _dot, which = str(value).partition(".")
    try:
        package = Package.objects.prefetch_related("parts__programs").filter(uuid=uuid.UUID(text)).first()
    except ValueError:
        return None, ""
    return package, which


class PackageField(forms.Field):
    """A package by its uuid; behind it `.whole`, `.lack` (a part is missing) or `.p<part>` (got this part)."""

    def __init__(self, user, year: int):
        self.user = user
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value):
        """The value, when the package is there and open to this person."""
        if not value:
            return ""
        package, which = _package(value)
        known = {"", "whole", "lack", *(f"p{part.pk}" for part in package.parts.all())} if package else set()
        if which not in known or not may_open(self.user, package):
            raise ValidationError(_("This value is not known here. Remove this filter."))
        return str(value)


def parts_rules(package: Package, year: int) -> dict[str, dict]:
    """For each part that some programme gives the rule "got it in `year`", keyed `p<part>`."""
    return {
        f"p{part.pk}": {
            "field": "program.received",
            "value": {"programs": [str(p.uuid) for p in part.programs.all()], "year": year},
        }
        for part in package.parts.prefetch_related("programs").order_by("order", "pk")
        if part.programs.all()
    }


def whole_rule(package: Package, year: int) -> dict:
    """Got every part of the package in `year`."""
    got = list(parts_rules(package, year).values())
    return {"all": got} if got else {}


def package_rule(value: str, year: int) -> dict:
    """The families of a package, as far as they came."""
    package, which = _package(value)
    families = eligibility.judged(package.rule)
    if not which:
        return families
    if which in ("whole", "lack"):
        whole = whole_rule(package, year)
        return {"all": [families, whole if which == "whole" else {"not": whole}]}
    return {"all": [families, parts_rules(package, year).get(which, {"not": {}})]}


FILTERS = [
    ExtraFilter("package", gettext_lazy("Package"), 85, HIDDEN, PackageField, package_rule, Perm.SEE_AID),
    _filter(80, "target_of", gettext_lazy("Target group of"), target_rule, judged=True),
    _filter(81, "outside_of", gettext_lazy("Outside the target group of"), _not(target_rule), judged=True),
    _filter(82, "got", gettext_lazy("Received from"), got_rule, judged=False),
    _filter(84, "got_too", gettext_lazy("Received from as well"), got_rule, judged=False),
    _filter(83, "not_got", gettext_lazy("Received nothing from"), _not(got_rule), judged=False),
]
