"""Matched lists: candidates that somebody pastes or uploads, and what each of them means for a programme year.

A list is a batch of the import engine (kind `match`) that is never applied: it belongs to who brought it, stands in
the staging table, and is forgotten after a week.
"""

from __future__ import annotations

import datetime as dt
import json

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import AccessKind, BatchState
from core.history import record_access
from core.imports import ImportKind, Progress, batches, files, register_kind
from core.imports.findings import clear
from core.models import ImportBatch, ImportFinding
from core.roles import Perm, access
from households.models import Household
from programs import eligibility
from programs.candidates import check_members, some
from programs.choices import BenefitUnit
from programs.imports.fields import MATCH_FIELDS, NAMING
from programs.imports.guess import read_clues, take_sheets
from programs.imports.messages import MESSAGES
from programs.imports.staging import PASTED, drop, reading_for, stage
from programs.matching.people import Looking, identify, mark_repeated
from programs.models import EnrolledHousehold, ProgramYear, RecipientRow

KIND = "match"
MOST_LETTERS = 600_000  # of pasted text: about 5,000 lines
AT_ONCE = 1_000  # lines that are matched within the request
KEPT = dt.timedelta(days=7)


class State(models.TextChoices):
    """What a line of a matched list came to."""

    FIT = "fit", gettext_lazy("Fits")
    IN = "in", gettext_lazy("Already registered")
    UNFIT = "unfit", gettext_lazy("Outside the target")
    NOTHING = "nothing", gettext_lazy("Nothing recorded")
    SOMETHING = "something", gettext_lazy("Gets something")
    CHOOSE = "choose", gettext_lazy("To be chosen")
    UNKNOWN = "unknown", gettext_lazy("Not recognised")
    AWAY = "away", gettext_lazy("Registered elsewhere")
    BAD = "bad", gettext_lazy("Unreadable")


# Who is not known has one tile, whatever the reason.
NOT_FOUND = (State.UNKNOWN, State.AWAY, State.BAD)


def bring_text(text: str, *, by, year: int, program_year: ProgramYear | None = None) -> ImportBatch:
    """A matched list from pasted lines. Raises ValidationError when there is nothing, or too much, in it."""
    if not text.strip():
        raise ValidationError(_("Paste at least one line, or choose a file."))
    if len(text) > MOST_LETTERS:
        raise ValidationError(_("This is too long to be pasted. Bring it as a file."))
    title = _("pasted list")
    return batches.bring(
        kind=KIND,
        file=ContentFile(text.encode()),
        name=f"{title}.txt",
        by=by,
        options={PASTED: True} | _options(year, program_year),
    )


def bring_file(file, *, by, year: int, program_year: ProgramYear | None = None) -> ImportBatch:
    """A matched list from an uploaded sheet. Raises ValidationError when the file is refused at once."""
    return batches.bring(kind=KIND, file=file, name=file.name, by=by, options=_options(year, program_year))


def _options(year: int, program_year: ProgramYear | None) -> dict:
    return {"year": year, "program_year": str(program_year.uuid) if program_year else ""}


def lines_of(batch: ImportBatch) -> int:
    """How many lines a list has, roughly, before it is read."""
    if batch.options.get(PASTED):
        return batch.size // 20
    return sum(about.get("filled", 0) for about in batch.layout.get("sheets", []) if about.get("taken"))


def own(user):
    """Matched lists of this person that are not forgotten yet, newest first."""
    return ImportBatch.objects.filter(kind=KIND, by=user).exclude(state=BatchState.DISCARDED)


def program_year_of(batch: ImportBatch) -> ProgramYear | None:
    """The programme year that the list is matched for."""
    uuid = batch.options.get("program_year")
    if not uuid:
        return None
    years = ProgramYear.objects.select_related("program__owner", "program__benefit_kind")
    return years.prefetch_related("program__rules").filter(uuid=uuid).first()


def years_to_match(user, year: int):
    """Programme years of `year` that lists can be matched for."""
    return (
        ProgramYear.objects.visible_to(user)
        .filter(year=year, program__benefit_unit__in=[BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON])
        .select_related("program")
        .order_by("program__short_name", "pk")
    )


# --- matching --------------------------------------------------------------------------------------------------------


def check(batch: ImportBatch, progress: Progress) -> None:
    """Read the list into staging and match it."""
    clear(batch, "file", "cells", "rules")
    program_year = program_year_of(batch)
    rows = stage(batch, reading_for(households=_for_households(program_year), names_enough=True), progress)
    batch.counts = {"rows": rows}
    progress(0, 0, _("Comparing with our data"))
    match(batch)


def match(batch: ImportBatch, *, only: int | None = None) -> None:
    """Say for every staged line who it is and what that means; saves the batch. Leaves one access record.

    `only`: one line (its n), after somebody chose who it is.
    """
    user = batch.by
    program_year = program_year_of(batch)
    people = program_year is not None and program_year.program.benefit_unit == BenefitUnit.PERSON
    prefixes = access(user).region_prefixes(Perm.SEE_NAMES)
    identify(batch.pk, Looking(prefixes, batch.options.get("chosen", {})), only=only)
    if people:
        _offer_family(batch.pk)
    mark_repeated(batch.pk, by="household_id")
    found = _found(batch.pk, only)
    aid = _aid(batch, program_year, {household for _member, household in found.values()})
    checks = {}
    if program_year is not None and _may_judge(user, program_year):
        probes = {n: member for n, (member, _household) in found.items() if member is not None}
        judged = check_members(program_year, set(probes.values()), user)
        checks = {n: judged[member] for n, member in probes.items() if member in judged}
    _keep(batch.pk, found, aid, checks, program_year)
    batch.counts |= _count(batch)
    batch.counts["at"] = timezone.now().isoformat(timespec="seconds")
    batch.save(update_fields=["counts"])
    if only is None:
        record_access(
            user,
            AccessKind.LOOKUP,
            _("Matched list %(file)s") % {"file": batch.file_name},
            object_key=f"match:{batch.uuid}",
            rows=batch.counts["rows"],
        )


def _for_households(program_year: ProgramYear | None) -> bool:
    return program_year is not None and program_year.program.benefit_unit == BenefitUnit.HOUSEHOLD


def _may_judge(user, program_year: ProgramYear) -> bool:
    """Whether the person may learn who meets the rule: rules on health need the right to see health where they work."""
    rule = eligibility.own_rule(program_year.program, program_year.year)
    area = next(iter(access(user).region_prefixes(Perm.SEE_NAMES)), "")
    return eligibility.may_judge(user, program_year.program, rule, area)


def _offer_family(batch_id: int) -> None:
    """Lines that name only a family, for a programme of persons: its members are offered."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE programs_recipientrow r SET how = NULL, household_id = NULL, near = x.members
            FROM (
              SELECT r.n, array_agg(m.id ORDER BY m.relation NULLS LAST, m.birth_date, m.id) AS members
              FROM programs_recipientrow r JOIN households_member m ON m.household_id = r.household_id
                AND m.status = 'active' AND m.merged_into_id IS NULL
              WHERE r.batch_id = %s AND r.member_id IS NULL AND r.household_id IS NOT NULL GROUP BY r.n
            ) x WHERE r.batch_id = %s AND r.n = x.n
            """,
            [batch_id, batch_id],
        )


def _found(batch_id: int, only: int | None) -> dict[int, tuple[int | None, int]]:
    """n → (member, household) of the lines that were found; of a family alone its head, else its eldest."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.n, coalesce(r.member_id, (
                SELECT m.id FROM households_member m WHERE m.household_id = r.household_id
                  AND m.merged_into_id IS NULL
                ORDER BY m.status = 'active' DESC, m.relation = 1 DESC NULLS LAST, m.birth_date, m.id LIMIT 1)),
              r.household_id
            FROM programs_recipientrow r
            WHERE r.batch_id = %(batch)s AND r.how IS NOT NULL AND (%(only)s IS NULL OR r.n = %(only)s)
            """,
            {"batch": batch_id, "only": only},
        )
        return {n: (member, household) for n, member, household in cursor.fetchall()}


def _aid(batch: ImportBatch, program_year: ProgramYear | None, households) -> dict[int, list[list[str]]]:
    """Household → [programme, agency] that the family has in the year, its own programme year left out."""
    year = program_year.year if program_year else batch.options["year"]
    rows = (
        EnrolledHousehold.objects.filter(household__in=some(households, Household), year=year)
        .exclude(program_year=program_year.pk if program_year else None)
        .order_by("program__short_name")
        .values_list("household_id", "program__short_name", "program__owner__short_name")
        .distinct()
    )
    found: dict[int, list[list[str]]] = {}
    for household, program, agency in rows:
        found.setdefault(household, []).append([program, agency])
    return found


def _keep(batch_id: int, found, aid, checks, program_year: ProgramYear | None) -> None:
    """Write state and what was found out to every line."""
    states, told = {}, {}
    for n, (_member, household) in found.items():
        check = checks.get(n)
        gets = aid.get(household, [])
        told[n] = {"aid": gets}
        if check is None:
            states[n] = State.SOMETHING if gets else State.NOTHING
            continue
        told[n] |= {"why": check.why, "same_kind": check.same_kind, "enrolled": check.enrolled, "mine": check.mine}
        states[n] = State.IN if check.enrolled else State.FIT if check.fits else State.UNFIT
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE programs_recipientrow r SET outcome = CASE
              WHEN r.elsewhere THEN '{State.AWAY}' WHEN cardinality(r.near) > 0 THEN '{State.CHOOSE}'
              WHEN r.bad THEN '{State.BAD}' ELSE '{State.UNKNOWN}' END
            WHERE r.batch_id = %s AND r.how IS NULL AND r.outcome IS NULL
            """,
            [batch_id],
        )
        cursor.execute(
            "UPDATE programs_recipientrow r SET outcome = x.state, told = x.told FROM "
            "unnest(%s::int[], %s::text[], %s::jsonb[]) x(n, state, told) WHERE r.batch_id = %s AND r.n = x.n",
            [list(states), [s.value for s in states.values()], [json.dumps(told[n]) for n in states], batch_id],
        )


def _count(batch: ImportBatch) -> dict:
    rows = RecipientRow.objects.filter(batch_id=batch.pk)
    states = dict(rows.order_by().values_list("outcome").annotate(n=Count("n")))
    fit = rows.filter(outcome=State.FIT)
    return {
        "states": states,
        "fit_households": fit.values("household_id").distinct().count(),
        "fit_members": fit.values("member_id").distinct().count(),
        "repeated": rows.filter(same_as__isnull=False).count(),
    }


# --- choices of a person ---------------------------------------------------------------------------------------------


def choose_program_year(batch: ImportBatch, program_year: ProgramYear | None) -> None:
    """Match the same list for another programme year, or for none."""
    batch.options["program_year"] = str(program_year.uuid) if program_year else ""
    batch.save(update_fields=["options"])
    match(batch)


def choose_person(batch: ImportBatch, row: RecipientRow, member) -> None:
    """Take `member` for this line; None = nobody of those offered."""
    chosen = batch.options.setdefault("chosen", {})
    key = f"{row.sheet}|{row.row}"
    if member is None:
        chosen.pop(key, None)
    else:
        chosen[key] = str(member.uuid)
    batch.save(update_fields=["options"])
    match(batch, only=row.n)


# --- the kind --------------------------------------------------------------------------------------------------------


def _guess(batch: ImportBatch) -> None:
    take_sheets(batch, read_clues(batch))


def _never(batch: ImportBatch, by, progress: Progress) -> None:
    raise ValidationError(_("A matched list is not applied. Propose the people in it, or save them as a list."))


register_kind(
    ImportKind(
        key=KIND,
        label=gettext_lazy("Matched list"),
        perm=Perm.SEE_NAMES,
        url_name="programs:match_detail",
        fields=lambda batch: MATCH_FIELDS,
        check=check,
        apply=_never,
        tables=(),
        messages=MESSAGES,
        drop_staging=drop,
        guess=_guess,
        needs=NAMING,
    )
)


def forget(batch: ImportBatch) -> None:
    """Forget a matched list: its lines, its file, what a person chose; only the fact that it was matched stays."""
    drop(batch)
    ImportFinding.objects.filter(batch=batch).delete()
    if batch.path:
        files.drop(batch.path)
    batch.path, batch.layout, batch.options, batch.state = "", {}, {}, BatchState.DISCARDED
    batch.save(update_fields=["path", "layout", "options", "state"])


def forget_old() -> str:
    """Forget matched lists of more than a week; one line that says how many, or ""."""
    old = ImportBatch.objects.filter(kind=KIND, created__lt=timezone.now() - KEPT).exclude(state=BatchState.DISCARDED)
    count = 0
    for batch in old.order_by("pk")[:500]:
        forget(batch)
        count += 1
    return f"{count} matched lists forgotten" if count else ""
