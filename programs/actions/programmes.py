"""Programmes and their years: who owns them, what they plan, what they cost, who qualifies."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Agency
from core.roles import Perm, require
from households.rules import fields_used, validate
from programs import rights
from programs.actions.locking import lock_year, reason_given
from programs.choices import PLAN_OPEN, PLAN_SETTLED, QUARTERS, PlanState
from programs.models import (
    EligibilityRule,
    PlanLocation,
    PlanQuarter,
    Program,
    ProgramClassification,
    ProgramFunding,
    ProgramYear,
    SchemeItem,
)
from programs.plans.reading import changed_by

PROGRAM_FIELDS = frozenset(
    {
        "name",
        "short_name",
        "owner",
        "cluster",
        "strategy",
        "benefit_unit",
        "benefit_kind",
        "description",
        "legal_basis",
        "contact",
        "four_eyes",
        "decided_elsewhere",
        "aliases",
    }
)
PLAN_FIELDS = frozenset(
    {
        "plan_code",
        "plan_program",
        "plan_activity",
        "plan_sub_activity",
        "indicator",
        "indicator_unit",
        "target",
        "unit_amount",
        "plan_note",
    }
)
# Quota and stages are the agency's own business all year; the plan is handed on and stands.
YEAR_FIELDS = PLAN_FIELDS | {"quota", "stages"}


def _set(row, values: dict, allowed: frozenset[str]) -> None:
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(name)
        setattr(row, name, value)


@transaction.atomic
def create_program(*, values: dict, by, classes: list[SchemeItem] | None = None) -> Program:
    """Add a programme. `values`: PROGRAM_FIELDS; `classes`: classes that differ from what cluster and strategy imply.

    Needs the right to manage programmes of the owner. Raises ValidationError by field, PermissionDenied.
    """
    owner: Agency = values["owner"]
    require(by, Perm.MANAGE_PROGRAMS, agency=owner.pk)
    program = Program()
    _set(program, values, PROGRAM_FIELDS)
    program.full_clean()
    with history(by=by, action="program.create"):
        program.save()
        _classify(program, classes or [])
    return program


@transaction.atomic
def edit_program(*, program: Program, values: dict, by, classes: list[SchemeItem] | None = None) -> Program:
    """Change a programme. Once it has beneficiaries its benefit unit stays. Another owner: right over both agencies."""
    row = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row)
    unit = row.benefit_unit
    _set(row, values, PROGRAM_FIELDS)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row)
    if row.benefit_unit != unit and row.years.filter(assistance__isnull=False).exists():
        raise ValidationError(
            {"benefit_unit": _("This programme already has beneficiaries; add a new programme for another unit.")}
        )
    row.full_clean()
    with history(by=by, action="program.edit"):
        row.save()
        if classes is not None:
            _classify(row, classes)
    return row


def _classify(program: Program, classes: list[SchemeItem]) -> None:
    wanted = {item.pk for item in classes}
    kept = set(program.classifications.values_list("item", flat=True))
    program.classifications.filter(item__in=kept - wanted).delete()
    for item in sorted(wanted - kept):
        ProgramClassification.objects.create(program=program, item_id=item)


@transaction.atomic
def end_program(*, program: Program, date: dt.date | None, by, reason: str) -> Program:
    """End a programme on `date`, or take its end back with None; what was given stays on record."""
    reason = reason_given(reason)
    row = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row)
    row.ended = date
    with history(by=by, action="program.end" if date else "program.reopen", reason=reason):
        row.save(update_fields=["ended"])
    return row


@transaction.atomic
def create_year(*, program: Program, year: int, values: dict, by) -> ProgramYear:
    """Plan a programme for a year; the agency that owns it today is kept as that year's owner.

    `values`: YEAR_FIELDS, amounts in whole rupiah.
    """
    rights.require_program(by, Perm.MANAGE_PROGRAMS, program)
    row = ProgramYear(program=program, year=year, owner=program.owner)
    _set(row, values, YEAR_FIELDS)
    row.full_clean()
    with history(by=by, action="program_year.create"):
        row.save()
    return row


@transaction.atomic
def edit_year(
    *,
    program_year: ProgramYear,
    values: dict,
    by,
    locations: list[str] | None = None,
    schedule: dict[int, tuple[int, int]] | None = None,
    version: int | None = None,
) -> ProgramYear:
    """Change the plan of an open year.

    Args:
        values: of YEAR_FIELDS, amounts in whole rupiah.
        locations: region codes, `[]` = the whole city; None leaves them.
        schedule: quarter → (output, rupiah) within that quarter alone; None leaves it.
        version: of the plan as the writer saw it; None does not ask.

    Raises ValidationError when the plan was handed on and something of it differs, or when somebody else wrote since.
    """
    row = lock_year(program_year)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program)
    if version is not None and version != row.version:
        raise ValidationError(changed_by("programs_programyear", row.pk), code="changed")
    changes = {name: value for name, value in values.items() if name not in PLAN_FIELDS or getattr(row, name) != value}
    if row.plan_state not in PLAN_OPEN:
        moved = locations is not None and set(locations) != set(row.locations.values_list("region", flat=True))
        moved = moved or (schedule is not None and _schedule(schedule) != _scheduled(row))
        if moved or PLAN_FIELDS & changes.keys():
            raise ValidationError(_frozen(row), code="frozen")
    _set(row, changes, YEAR_FIELDS)
    row.version += 1
    row.full_clean()
    with history(by=by, action="program_year.edit"):
        row.save()
        if locations is not None:
            _locate(row, locations)
        if schedule is not None:
            _schedule_quarters(row, schedule)
    return row


def _frozen(row: ProgramYear) -> str:
    if row.plan_state == PlanState.SUBMITTED:
        return _("The plan is submitted. Take it back first, or wait for its verification.")
    return _("The plan is verified; only ceilings may still change, with a reason. Bappeda can open it again.")


def _locate(row: ProgramYear, codes: list[str]) -> None:
    kept = set(row.locations.values_list("region", flat=True))
    row.locations.filter(region__in=kept - set(codes)).delete()
    for code in sorted(set(codes) - kept):
        PlanLocation.objects.create(program_year=row, region_id=code)


def _schedule(schedule: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    return {quarter: tuple(schedule.get(quarter, (0, 0))) for quarter in QUARTERS}


def _scheduled(row: ProgramYear) -> dict[int, tuple[int, int]]:
    found = {q: (output, money) for q, output, money in row.schedule.values_list("quarter", "output", "money")}
    return _schedule(found)


def _schedule_quarters(row: ProgramYear, schedule: dict[int, tuple[int, int]]) -> None:
    kept = {each.quarter: each for each in row.schedule.all()}
    for quarter, (output, money) in _schedule(schedule).items():
        each = kept.get(quarter) or PlanQuarter(program_year=row, quarter=quarter)
        if each.pk and (each.output, each.money) == (output, money):
            continue
        each.output, each.money = output, money
        each.clean_fields()
        each.save()


@transaction.atomic
def close_year(*, program_year: ProgramYear, by) -> ProgramYear:
    """Close a year: nobody comes in or moves on until it is opened again."""
    row = lock_year(program_year)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program)
    return _save(row, by, "program_year.close", closed=True)


@transaction.atomic
def reopen_year(*, program_year: ProgramYear, by, reason: str) -> ProgramYear:
    """Open a closed year again."""
    reason = reason_given(reason)
    row = (
        ProgramYear.objects.select_for_update(of=("self",), no_key=True)
        .select_related("program")
        .get(pk=program_year.pk)
    )
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program)
    return _save(row, by, "program_year.reopen", reason, closed=False)


@transaction.atomic
def set_list_complete(
    *, program_year: ProgramYear, by, date: dt.date | None = None, complete: bool = True
) -> ProgramYear:
    """Say that the list of recipients is complete since `date` (default today), or no longer.

    Figures of aid name the programmes whose lists have not come in. Who records deliveries may say so.
    """
    row = lock_year(program_year)
    rights.require_program(by, Perm.DELIVER, row.program)
    action = "program_year.list_complete" if complete else "program_year.list_open"
    return _save(row, by, action, list_complete=(date or timezone.localdate()) if complete else None)


def _save(row: ProgramYear, by, action: str, reason: str = "", **values) -> ProgramYear:
    for name, value in values.items():
        setattr(row, name, value)
    with history(by=by, action=action, reason=reason):
        row.save(update_fields=list(values))
    return row


@transaction.atomic
def set_funding(
    *, program_year: ProgramYear, sponsor: str, source: str, ceiling: int, by, reason: str = ""
) -> ProgramFunding:
    """Set the ceiling (whole rupiah) of one sponsor and source. A changed one is a new version and needs a reason;
    so does a new source once the plan is verified: that is a change of the budget (perubahan anggaran).

    Raises ValidationError while the plan lies with Bappeda.
    """
    row = lock_year(program_year)
    rights.require_program(by, Perm.MANAGE_PROGRAMS, row.program)
    if row.plan_state == PlanState.SUBMITTED:
        raise ValidationError(_frozen(row), code="frozen")
    current = row.funding.filter(sponsor=sponsor, source=source, current=True).first()
    if current is not None and current.ceiling == ceiling:
        return current
    if (current is not None or row.plan_state in PLAN_SETTLED) and not reason.strip():
        raise ValidationError({"reason": _("Write why the ceiling changed.")})
    new = ProgramFunding(
        program_year=row,
        sponsor=sponsor,
        source=source,
        ceiling=ceiling,
        version=current.version + 1 if current else 1,
        reason=reason.strip(),
    )
    new.clean_fields()
    with history(by=by, action="program_year.funding", reason=reason):
        if current is not None:
            ProgramFunding.objects.filter(pk=current.pk).update(current=False)
        new.save()
    return new


@transaction.atomic
def set_rule(
    *, program: Program, rule: dict, year_from: int, by, year_to: int | None = None, legal_basis: str = ""
) -> EligibilityRule:
    """Say who qualifies from `year_from` on (to `year_to`, None = until another rule begins).

    A rule that began earlier ends the year before; its years keep it. One that begins in the same year is replaced.
    `rule`: the grammar of `households.rules`. Raises ValidationError with the place in the rule.
    """
    rights.require_program(by, Perm.MANAGE_PROGRAMS, program)
    Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    rule = validate(rule)
    if {"program.fits", "program.target"} & fields_used(rule):  # a rule that asks for a rule could ask for itself
        raise ValidationError(_("A rule cannot ask whether another rule fits. Write its conditions out."))
    row = program.rules.filter(year_from=year_from).first() or EligibilityRule(program=program, year_from=year_from)
    row.rule, row.year_to, row.legal_basis = rule, year_to, legal_basis.strip()
    row.full_clean()
    later = program.rules.filter(year_from__gt=year_from).order_by("year_from").first()
    if later is not None and (year_to is None or year_to >= later.year_from):
        row.year_to = later.year_from - 1
    with history(by=by, action="program.rule", reason=legal_basis):
        for earlier in program.rules.filter(year_from__lt=year_from):
            if earlier.year_to is None or earlier.year_to >= year_from:
                earlier.year_to = year_from - 1
                earlier.save(update_fields=["year_to"])
        row.save()
    return row


@transaction.atomic
def copy_year(*, source: ProgramYear, year: int, by) -> ProgramYear:
    """Plan another year like `source`: codes, target, quota, amount, stages, locations, schedule and ceilings.

    The new plan is a draft; beneficiaries come apart.
    """
    source = ProgramYear.objects.select_related("program__owner").get(pk=source.pk)
    new = create_year(
        program=source.program, year=year, by=by, values={name: getattr(source, name) for name in sorted(YEAR_FIELDS)}
    )
    with history(by=by, action="program_year.create"):
        _locate(new, list(source.locations.values_list("region", flat=True)))
        if source.schedule.exists():
            _schedule_quarters(new, _scheduled(source))
    for each in source.funding.filter(current=True):
        set_funding(program_year=new, sponsor=each.sponsor, source=each.source, ceiling=each.ceiling, by=by)
    return new
