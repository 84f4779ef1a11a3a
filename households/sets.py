"""Saved sets as their readers see them: who may open what, how many, how two compare, and selections for bulk work."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.kept import kept
from core.models import CitySettings
from core.roles import Perm, access
from households import rules
from households.actions import sets as actions
from households.models import Household, HouseholdSet
from households.querysets import HouseholdQuerySet

SELECTION_LIFE = dt.timedelta(hours=24)
MOST_PICKED = 500
COUNT_MILLISECONDS = 2000


def as_rule(household_set: HouseholdSet) -> dict:
    """The rule "belongs to this set"."""
    return {"field": "set", "op": "in", "value": [str(household_set.uuid)]}


def check_openable(household_set: HouseholdSet, user) -> None:
    """Raise PermissionDenied unless `user` may open the set: sets drawn by health need the right to see health."""
    if not HouseholdSet.objects.openable_by(user).filter(pk=household_set.pk).exists():
        raise PermissionDenied(_("This list is not shared with you."))
    if rules.uses_health(household_set.rule) and not access(user).can(Perm.SEE_HEALTH):
        raise PermissionDenied(
            _("This list was drawn by disability, illness or pregnancy. Ask the secretariat for the names.")
        )


def resolve(household_set: HouseholdSet, user) -> HouseholdQuerySet:
    """The households of the set that `user` may see today, in their own area only.

    Raises PermissionDenied when the set is not theirs to open.
    """
    check_openable(household_set, user)
    perm = Perm.SEE_HEALTH if rules.uses_health(household_set.rule) else Perm.SEE_NAMES
    return Household.objects.visible_to(user, perm).filter(rules.compile_rule(as_rule(household_set)))


def selection_from(request, queryset) -> HouseholdSet:
    """A temporary frozen set of what a bulk form chose: `all=1` takes `queryset`, else the ticked `pick` uuids of it.

    Lives 24 hours and belongs to the person. Raises ValidationError when nothing is chosen.
    """
    if not request.POST.get("all"):
        picked = _uuids(request.POST.getlist("pick"))
        queryset = queryset.filter(uuid__in=picked)
    return actions.make_selection(by=request.user, queryset=queryset)


def _uuids(texts: Iterable[str]) -> list[uuids.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuids.UUID(text))
        except ValueError:
            continue
    if not found:
        raise ValidationError(_("Tick at least one household first."))
    if len(found) > MOST_PICKED:
        raise ValidationError(_("Tick at most %(n)s households, or take the whole filter.") % {"n": MOST_PICKED})
    return found


# --- tabs and counts -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ready:
    """A filter that every list offers: its words, its query string, its rule."""

    label: str
    query: str
    rule: dict


def ready_filters() -> list[Ready]:
    """Filters offered to everybody: the target group, unfit houses, households long unvisited."""
    city = CitySettings.load()
    most = city.poor_desil_max if city else 4
    active = _leaf("status", "in", ["active"])
    return [
        Ready(
            _("Desil 1–%(n)s") % {"n": most},
            f"desil_from=1&desil_to={most}&status=active",
            {"all": [_leaf("desil", "between", [1, most]), active]},
        ),
        Ready(
            _("Unfit houses"),
            "status=active&housing=unfit_house",
            {"all": [active, _leaf("unfit_house", "eq", True)]},
        ),
        Ready(
            _("Not visited for 12 months"),
            "status=active&gap=stale",
            {"all": [active, _leaf("gap_stale", "eq", True)]},
        ),
    ]


def _leaf(key: str, op: str, value) -> dict:
    return {"field": key, "op": op, "value": value}


def counts(user, conditions: list[dict], *, year: int) -> list[int] | None:
    """How many households `user` sees for each rule, in one pass; None when counting takes over two seconds.

    Rules on health are counted only where the person may see it.
    """
    if not conditions:
        return []
    areas = access(user).region_prefixes(Perm.SEE_NAMES)
    return kept("counts", areas, conditions, year, count=lambda: _counted(user, conditions, year))


def _counted(user, conditions: list[dict], year: int) -> list[int] | None:
    day = rules.default_day(year)
    columns = {
        f"n{i}": Count("pk", filter=rules.compile_rule(rule, day=day, year=year) if rule else Q(pk__isnull=False))
        for i, rule in enumerate(conditions)
    }
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(COUNT_MILLISECONDS)])
            found = Household.objects.visible_to(user).order_by().aggregate(**columns)
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return None
    return [found[name] for name in columns]


# --- one set ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Then:
    """A frozen set against today. `rows`: frozen; `seen`: of them in the reader's sight; by desil then and now."""

    rows: int
    seen: int
    active: int
    left: int
    by_desil: list[tuple[int | None, int, int]]


def then_and_now(household_set: HouseholdSet, user) -> Then:
    """What a frozen set had and what it has: leavers apart, merged households counted once."""
    seen = resolve(household_set, user)
    states = dict(seen.order_by().values_list("status").annotate(n=Count("pk")))
    now = dict(seen.order_by().values_list("desil").annotate(n=Count("pk")))
    rows = household_set.rows.filter(Q(household__in=seen) | Q(household__merged_into__in=seen))
    then = dict(rows.order_by().values_list("desil_then").annotate(n=Count("household", distinct=True)))
    desils = sorted({*now, *then}, key=lambda d: (d is None, d or 0))
    active = states.pop("active", 0)
    return Then(
        rows=household_set.rows.count(),
        seen=active + sum(states.values()),
        active=active,
        left=sum(states.values()),
        by_desil=[(d, then.get(d, 0), now.get(d, 0)) for d in desils],
    )


@dataclass(frozen=True)
class Comparison:
    """How two sets overlap, in numbers of households in the reader's sight."""

    only_first: int
    both: int
    only_second: int


def compare(first: HouseholdSet, second: HouseholdSet, user) -> Comparison:
    """Count what is only in the first, in both, and only in the second set. Raises PermissionDenied."""
    for each in (first, second):
        check_openable(each, user)
    a, b = as_rule(first), as_rule(second)
    cuts = [{"all": [a, {"not": b}]}, {"all": [a, b]}, {"all": [b, {"not": a}]}]
    perm = Perm.SEE_HEALTH if any(rules.uses_health(s.rule) for s in (first, second)) else Perm.SEE_NAMES
    seen = Household.objects.visible_to(user, perm).order_by()
    found = seen.aggregate(**{f"n{i}": Count("pk", filter=rules.compile_rule(cut)) for i, cut in enumerate(cuts)})
    return Comparison(found["n0"], found["n1"], found["n2"])


def of(user):
    """The sets a person may open, own ones first, live before frozen."""
    return (
        HouseholdSet.objects.visible_to(user)
        .select_related("owner")
        .annotate(frozen_rows=Count("rows"))
        .order_by(F("frozen_at").asc(nulls_first=True), "name", "pk")
    )


def old_selections():
    """Temporary selections whose time is over."""
    return HouseholdSet.objects.filter(temporary=True, created__lt=timezone.now() - SELECTION_LIFE)
