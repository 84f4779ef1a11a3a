"""Coming into a programme year: proposed by a person, or recorded as received from a list decided elsewhere."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.models import Region
from core.roles import Perm, access
from programs import candidates, ranking, rights
from programs.actions.locking import ids_of, lock_year, one_area, reason_given
from programs.choices import CLOSED, AssistanceStatus, BenefitUnit
from programs.models import Assistance, Delivery, ProgramYear, RecipientGroup


@dataclass(frozen=True)
class Enrolment:
    """What an enrolment did.

    `batch` undoes it; `left_out`: candidates who did not fit and were not forced in; `reserve`: households, in order,
    whose candidates the quota did not hold.
    """

    batch: uuid.UUID
    added: int
    already: int
    left_out: int
    reserve: tuple[int, ...] = ()


@dataclass(frozen=True)
class Undone:
    """What the undo of an enrolment did; `kept`: rows that somebody worked on since."""

    voided: int
    kept: int


_COLUMNS = """
  (uuid, program_year_id, household_id, member_id, counts_for_id, household_then_id, desil_then, region_then_id,
   status, status_reason, status_at, status_by_id, proposed_by_id, proposed_at, decree_number, period, amount,
   benefit_key, note, override_reason, batch)
SELECT gen_random_uuid(), %(year)s, {household}, {member}, h.id, h.id, h.desil, h.region_id,
   %(status)s, '', now(), %(by)s, %(by)s, now(), '', %(period)s, %(amount)s,
   '', %(note)s, CASE WHEN {key} = ANY(%(unfit)s) THEN %(why)s ELSE '' END, %(batch)s
"""
_INSERT = {
    BenefitUnit.HOUSEHOLD: f"""
INSERT INTO programs_assistance {_COLUMNS.format(household="h.id", member="NULL", key="h.id")}
FROM households_household h WHERE h.id = ANY(%(ids)s) ORDER BY h.id ON CONFLICT DO NOTHING""",
    BenefitUnit.PERSON: f"""
INSERT INTO programs_assistance {_COLUMNS.format(household="NULL", member="m.id", key="m.id")}
FROM households_member m JOIN households_household h ON h.id = m.household_id
WHERE m.id = ANY(%(ids)s) ORDER BY m.id ON CONFLICT DO NOTHING""",
}


def _insert(program_year: ProgramYear, ids, *, by, status, batch, unfit=(), why="", note="", period="", amount=None):
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT[BenefitUnit(program_year.program.benefit_unit)],
            {
                "year": program_year.pk,
                "status": status.value,
                "by": by.pk if by else None,
                "period": period,
                "amount": amount,
                "note": note,
                "unfit": list(unfit),
                "why": why,
                "batch": batch,
                "ids": list(ids),
            },
        )
        return cursor.rowcount


def _check_unit(program_year: ProgramYear) -> None:
    if program_year.program.benefit_unit not in (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON):
        raise ValidationError(
            _("%(program)s goes to groups or areas. Add them on the programme's page.") % {"program": program_year}
        )


def _check_texts(**texts: str) -> None:
    for name, text in texts.items():
        size = Assistance._meta.get_field(name).max_length
        if len(text) > size:
            raise ValidationError({name: _("This text is too long: write it in %(n)s letters.") % {"n": size}})


def _chosen(program_year: ProgramYear, by, households, members):
    """(id, mine, enrolled, fits) of every candidate; who is barred by another programme does not fit."""
    if program_year.program.benefit_unit == BenefitUnit.PERSON:
        rows = candidates.members_given(households, members)
        rows = candidates.annotated_members(program_year, by, rows)
    else:
        rows = candidates.households_given(households, members)
        rows = candidates.annotated_households(program_year, by, rows)
    found = rows.order_by("pk").values_list("pk", "mine", "enrolled", "fits", "barred")
    return [(pk, mine, enrolled, fits and not barred) for pk, mine, enrolled, fits, barred in found]


@transaction.atomic
def propose(
    *,
    program_year: ProgramYear,
    by,
    households=None,
    members=None,
    include_unfit: bool = False,
    override_reason: str = "",
    note: str = "",
    within_quota: bool = False,
    batch: uuid.UUID | None = None,
) -> Enrolment:
    """Propose beneficiaries; one statement for any number of them.

    `households` or `members`: queryset or ids, as in `candidates.preview`. Who is in already stays as they are.
    `include_unfit`: take also those who do not fit or lack data, for `override_reason`, which is kept on their rows; of
    a household given for a programme of persons only those who qualify are meant. `within_quota`: only as many as the
    quota holds, by the order of `programs.ranking`; the others are `reserve`.
    Raises PermissionDenied when none of them is the actor's to propose, ValidationError.
    """
    program_year = lock_year(program_year)
    rights.require_program(by, Perm.PROPOSE, program_year.program)
    _check_unit(program_year)
    _check_not_ended(program_year)
    _check_texts(note=note, override_reason=override_reason)
    if include_unfit:
        override_reason = reason_given(override_reason)
    chosen, unfit, already, left_out, outside = [], [], 0, 0, 0
    # A household of a programme of persons means those in it who qualify.
    may_force = include_unfit and not (
        program_year.program.benefit_unit == BenefitUnit.PERSON and households is not None
    )
    for pk, mine, enrolled, fits in _chosen(program_year, by, households, members):
        if not mine:
            outside += 1
        elif enrolled:
            already += 1
        elif fits or may_force:
            chosen.append(pk)
            if not fits:
                unfit.append(pk)
        else:
            left_out += 1
    if outside and not (chosen or already or left_out):
        raise PermissionDenied(_("These households lie outside the area you may propose for."))
    batch, reserve = batch or uuid.uuid4(), ()
    if within_quota:
        places = ranking.ranked(program_year, by, households=households, members=members)
        reserve = tuple(place.household for place in places if place.state != ranking.IN)
        # Who was forced in by a reason keeps the place that the reason gives.
        chosen = sorted({place.pk for place in places if place.state == ranking.IN} | set(unfit))
    if not chosen:
        return Enrolment(batch, 0, already, left_out + outside, reserve)
    area = one_area(rights.areas(by, Perm.PROPOSE, program_year.program))
    with history(by=by, action="assistance.propose", reason=override_reason if unfit else "", region=area):
        added = _insert(
            program_year,
            chosen,
            by=by,
            status=AssistanceStatus.PROPOSED,
            batch=batch,
            unfit=unfit,
            why=override_reason,
            note=note,
        )
    return Enrolment(batch, added, already + len(chosen) - added, left_out + outside, reserve)


def _check_not_ended(program_year: ProgramYear) -> None:
    ended = program_year.program.ended
    if ended is not None and ended.year < program_year.year:
        raise ValidationError(
            _("%(program)s ended in %(year)s; nobody can be proposed for a later year.")
            % {"program": program_year.program.short_name, "year": str(ended.year)}
        )


@transaction.atomic
def propose_group(*, program_year: ProgramYear, group: RecipientGroup, by, note: str = "", batch=None) -> Assistance:
    """Propose a group of this programme."""
    return _propose_one(program_year, BenefitUnit.GROUP, group, group.region_id, by, note, batch)


@transaction.atomic
def propose_area(*, program_year: ProgramYear, region: Region, by, note: str = "", batch=None) -> Assistance:
    """Propose an area for works; it lists no households and stays outside coverage."""
    return _propose_one(program_year, BenefitUnit.AREA, region, region.code, by, note, batch)


def _propose_one(program_year, unit: BenefitUnit, target, region: str, by, note, batch) -> Assistance:
    program_year = lock_year(program_year)
    program = program_year.program
    rights.require_program(by, Perm.PROPOSE, program, region)
    _check_not_ended(program_year)
    _check_texts(note=note)
    if program.benefit_unit != unit or (unit == BenefitUnit.GROUP and target.program_id != program.pk):
        raise ValidationError(_("%(program)s does not go to this kind of beneficiary.") % {"program": program_year})
    row = Assistance(
        program_year=program_year,
        **{"group" if unit == BenefitUnit.GROUP else "area": target},
        region_then_id=region,
        proposed_by=by,
        status_by=by,
        note=note,
        batch=batch,
    )
    row.full_clean(exclude=["status_at", "proposed_at"])
    with history(by=by, action="assistance.propose", region=region):
        row.save()
    return row


# --- lists decided elsewhere ---------------------------------------------------------------------------------------

_DELIVER = """
INSERT INTO programs_delivery
  (uuid, assistance_id, stage, date, amount, goods, proof, by_id, at, void, void_reason, batch)
SELECT gen_random_uuid(), a.id, %(stage)s, %(date)s, coalesce(%(amount)s, a.amount), %(goods)s, %(proof)s, %(by)s,
       now(), false, '', %(batch)s
FROM programs_assistance a
WHERE a.program_year_id = %(year)s AND a.status = 'received' AND (a.household_id = ANY(%(ids)s) AND %(whole)s
      OR a.member_id = ANY(%(ids)s) AND NOT %(whole)s)
ORDER BY a.id
ON CONFLICT DO NOTHING"""


@transaction.atomic
def record_received(
    *,
    program_year: ProgramYear,
    by,
    date: dt.date,
    households=None,
    members=None,
    period: str = "",
    amount: int | None = None,
    goods: str = "",
    proof: str = "",
    stage: int = 1,
    batch: uuid.UUID | None = None,
) -> Enrolment:
    """Record a list that was decided elsewhere: straight to received, with a delivery on `date`.

    Also for past years of other programmes. `amount`: rupiah for each, in this delivery; `stage`: 1, 2 …; who already
    is in gets the delivery of this stage, once. Whether they fit is not asked here: the decision is made.
    """
    program_year = lock_year(program_year)
    program = program_year.program
    rights.require_program(by, Perm.DELIVER, program)
    _check_unit(program_year)
    check_delivery_date(program_year, date)
    _check_texts(period=period)
    if not program.decided_elsewhere and program_year.year >= timezone.localdate().year:
        raise ValidationError(
            _("%(program)s is decided here: propose, verify and approve its beneficiaries first.")
            % {"program": program_year}
        )
    people = program.benefit_unit == BenefitUnit.PERSON
    given = candidates.members_given if people else candidates.households_given
    prefixes = rights.areas(by, Perm.DELIVER, program)
    ids = ids_of(given(households, members))
    batch = batch or uuid.uuid4()
    field = "member_id" if people else "household_id"
    with history(by=by, action="assistance.record_received", region=one_area(prefixes), batch=batch):
        rows = Assistance.objects.open().filter(
            program_year=program_year, **{f"{field}__in": candidates.some(ids, None)}
        )
        known = set(rows.values_list(field, flat=True))
        # Elsewhere decided means decided: what was only proposed here has come true.
        rows.exclude(status__in=[AssistanceStatus.RECEIVED, AssistanceStatus.STOPPED]).update(
            status=AssistanceStatus.RECEIVED, status_reason="", status_at=timezone.now(), status_by=by
        )
        new = [pk for pk in ids if pk not in known]
        added = _insert(
            program_year,
            new,
            by=by,
            status=AssistanceStatus.RECEIVED,
            batch=batch,
            period=period,
            amount=amount,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _DELIVER,
                {
                    "year": program_year.pk,
                    "stage": stage,
                    "date": date,
                    "amount": amount,
                    "goods": goods,
                    "proof": proof,
                    "by": by.pk if by else None,
                    "batch": batch,
                    "ids": ids,
                    "whole": not people,
                },
            )
    return Enrolment(batch, added, len(ids) - added, 0)


def check_delivery_date(program_year: ProgramYear, date: dt.date) -> None:
    """Raise ValidationError unless a delivery of this programme year can lie on `date`."""
    if date > timezone.localdate():
        raise ValidationError({"date": _("This date lies in the future. Write the day it happened.")})
    if not program_year.year <= date.year <= program_year.year + 1:
        raise ValidationError(
            {
                "date": _("This date does not belong to the year %(year)s. Choose the programme year that paid.")
                % {"year": str(program_year.year)}
            }
        )


@transaction.atomic
def undo_batch(*, batch: uuid.UUID, by) -> Undone:
    """Take back an enrolment: its rows become void, unless somebody verified, approved or delivered since.

    Who enrolled may, and Bappeda.
    """
    rows = Assistance.objects.filter(batch=batch).exclude(status__in=CLOSED)
    first = rows.select_related("program_year__program").first()
    if first is None:
        raise ValidationError(_("There is nothing left to undo."))
    program_year = lock_year(first.program_year)
    if by is not None and not access(by).can(Perm.UNDO_IMPORTS) and rows.exclude(proposed_by=by).exists():
        raise PermissionDenied(_("Only who enrolled them, or the secretariat, may undo this."))
    reason = _("Enrolment undone")
    total = rows.count()
    later = Delivery.objects.filter(assistance__batch=batch, void=False).exclude(batch=batch)
    untouched = rows.filter(
        program_year=program_year, status__in=[AssistanceStatus.PROPOSED, AssistanceStatus.RECEIVED], approved_at=None
    ).exclude(pk__in=later.values("assistance"))
    ids = ids_of(untouched.filter(verified_at=None))
    with history(by=by, action="assistance.undo_enrolment", reason=reason):
        Delivery.objects.filter(assistance__in=ids, void=False).update(void=True, void_reason=reason)
        Assistance.objects.filter(pk__in=ids).update(
            status=AssistanceStatus.VOID, status_reason=reason, status_at=timezone.now(), status_by=by
        )
    return Undone(len(ids), total - len(ids))


def copy_recipients(
    *, source: ProgramYear, target: ProgramYear, by, include_unfit: bool = False, override_reason: str = ""
) -> Enrolment:
    """Propose the beneficiaries of a past year again for `target`; who no longer fits only with a reason.

    Stopped, rejected and void ones are not taken along.
    """
    if source.program_id != target.program_id:
        raise ValidationError(_("Choose two years of the same programme."))
    return propose(
        program_year=target,
        by=by,
        include_unfit=include_unfit,
        override_reason=override_reason,
        **candidates.recipients_to_copy(source),
    )
