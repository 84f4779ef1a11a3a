"""Changes to saved sets: save, freeze, rename, share, put away, combine; selections for bulk work."""

from __future__ import annotations

from django.core.exceptions import EmptyResultSet, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import User
from core.registry import registry
from core.roles import AREA_ROLES, Perm, access, require
from households import rules
from households.models import Household, HouseholdSet
from households.rules.text import whole_number
from households.rules.words import leaves

WAYS = ("union", "intersection", "difference")


@transaction.atomic
def save_set(
    *, name: str, by, rule: dict, query: str = "", description: str = "", shared: bool = False
) -> HouseholdSet:
    """Keep a filter under a name; its households are asked anew each time.

    `rule`: of `households.rules`; `query`: the list's query string, so that the filter opens as it was.
    Raises ValidationError, PermissionDenied.
    """
    require(by, Perm.SEE_NAMES)
    rule = rules.validate(rule, user=by)
    _refuse_numbers(rule)
    return _save(HouseholdSet(name=name, rule=rule, query=query, description=description, shared=shared), by=by)


@transaction.atomic
def freeze_queryset(
    *, name: str, by, queryset, rule: dict | None = None, query: str = "", description: str = "", shared: bool = False
) -> HouseholdSet:
    """Keep exactly these households under a name, with their desil and region of today; they never change.

    `rule`, `query`: the filter they came from, kept to say so. Raises ValidationError when there are none.
    """
    require(by, Perm.SEE_NAMES)
    rule = rules.validate(rule or {}, user=by)
    _refuse_numbers(rule)
    made = HouseholdSet(
        name=name, rule=rule, query=query, description=description, shared=shared, frozen_at=timezone.now()
    )
    _save(made, by=by)
    _fill(made, queryset)
    for snapshot in registry.set_snapshots:
        snapshot(made.pk)
    return made


@transaction.atomic
def freeze_copy(*, household_set: HouseholdSet, name: str, by, queryset) -> HouseholdSet:
    """A frozen copy of a set as `by` sees it today. `queryset`: what `sets.resolve` gives for them."""
    _check_sight(household_set, by)
    return freeze_queryset(name=name, by=by, queryset=queryset, rule=household_set.rule, query=household_set.query)


@transaction.atomic
def combine_sets(*, first: HouseholdSet, second: HouseholdSet, how: str, name: str, by) -> HouseholdSet:
    """A live set out of two: `union`, `intersection`, or `difference` (in the first and not in the second)."""
    for each in (first, second):
        _check_sight(each, by)
    if how not in WAYS:
        raise ValidationError({"how": _("Choose one of the ways in the list.")})
    if first.pk == second.pk:
        raise ValidationError({"second": _("Choose two different lists.")})
    a, b = ({"field": "set", "op": "in", "value": [str(s.uuid)]} for s in (first, second))
    rule = {"union": {"any": [a, b]}, "intersection": {"all": [a, b]}, "difference": {"all": [a, {"not": b}]}}[how]
    return save_set(name=name, by=by, rule=rule)


@transaction.atomic
def rename_set(*, household_set: HouseholdSet, name: str, description: str, by) -> HouseholdSet:
    """Give the set another name and description. Only its owner may."""
    row = _own(household_set, by)
    row.name, row.description = name, description
    return _save(row, by=by, action="set.rename")


@transaction.atomic
def share_set(*, household_set: HouseholdSet, shared: bool, by) -> HouseholdSet:
    """Share the set with everybody who may see names, each in their own area, or stop sharing it."""
    row = _own(household_set, by)
    if shared:
        require(by, Perm.SHARE_SETS)
    row.shared = shared
    return _save(row, by=by, action="set.share" if shared else "set.unshare")


@transaction.atomic
def archive_set(*, household_set: HouseholdSet, by) -> HouseholdSet:
    """Put the set away; sets built on it go on."""
    row = _own(household_set, by)
    row.archived_at = row.archived_at or timezone.now()
    return _save(row, by=by, action="set.archive")


@transaction.atomic
def restore_set(*, household_set: HouseholdSet, by) -> HouseholdSet:
    """Bring a set back that was put away."""
    row = _own(household_set, by)
    row.archived_at = None
    return _save(row, by=by, action="set.restore")


@transaction.atomic
def make_selection(*, by, queryset) -> HouseholdSet:
    """A temporary frozen set on its way to a bulk action. Raises ValidationError when `queryset` is empty."""
    require(by, Perm.SEE_NAMES)
    made = HouseholdSet(name=_("Selection"), owner=by, temporary=True, frozen_at=timezone.now())
    with history(by=by, action="set.select"):
        made.save()
    _fill(made, queryset)
    return made


@transaction.atomic
def drop_selections(*, queryset) -> int:
    """Remove temporary selections; they were never more than a way to a bulk action. Returns how many."""
    queryset = queryset.filter(temporary=True)
    with history(by=None, action="set.drop_selections"):
        return queryset.delete()[1].get("households.HouseholdSet", 0)


@transaction.atomic
def choose_columns(*, user: User, columns: list[str]) -> None:
    """Remember which columns a person sees in the household list."""
    with history(by=user, action="account.preferences"):
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        row.preferences = row.preferences | {"household_columns": columns}
        row.save(update_fields=["preferences"])
    user.preferences = row.preferences


def _save(row: HouseholdSet, *, by, action: str = "set.save") -> HouseholdSet:
    row.name = " ".join(row.name.split())
    if not row.pk:
        row.owner = by
        row.area = _area_of(by)
        if row.shared:
            require(by, Perm.SHARE_SETS)
    row.full_clean()
    with history(by=by, action=action, region=row.area_id or ""):
        row.save()
    return row


def _area_of(user):
    main = access(user).main
    return main.region if main and main.role in AREA_ROLES else None


def _own(household_set: HouseholdSet, by) -> HouseholdSet:
    row = HouseholdSet.objects.select_for_update(of=("self",)).get(pk=household_set.pk)
    if row.owner_id != by.pk:
        raise PermissionDenied(_("Only the owner of a list may change it. Make a copy of your own."))
    return row


def _check_sight(household_set: HouseholdSet, by) -> None:
    if not HouseholdSet.objects.openable_by(by).filter(pk=household_set.pk).exists():
        raise PermissionDenied(_("This list is not shared with you."))


def _refuse_numbers(rule: dict) -> None:
    for leaf, _level in leaves(rule):
        if leaf["field"] == "text" and whole_number(leaf["value"]):
            raise ValidationError(_("A search by NIK or KK cannot be saved. Search by name, or tick the household."))


def _fill(made: HouseholdSet, queryset) -> None:
    """Copy the households into the rows of the set, in the database."""
    rows = queryset.order_by().values_list("id")
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        raise ValidationError(_("There is no household in this selection.")) from None
    table, source = made.rows.model._meta.db_table, Household._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (set_id, household_id, desil_then, region_then, "then") '
            f"SELECT %s, h.id, h.desil, h.region_id, jsonb_build_object('size', h.size, 'status', h.status) "
            f"FROM {source} h JOIN ({sql}) q ON q.id = h.id",
            [made.pk, *params],
        )
        if cursor.rowcount == 0:
            raise ValidationError(_("There is no household in this selection."))
