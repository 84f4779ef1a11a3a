"""Decisions: made in a meeting, with a list of households frozen in that moment; replaced or withdrawn later."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm, require
from households.actions import sets
from meetings import numbering
from meetings.actions import snapshots
from meetings.actions.planning import lock_writable, reason_given
from meetings.choices import DecisionState, MeetingState
from meetings.models import AgendaItem, Decision, DecisionAgency, DecisionProgram, Meeting

S = DecisionState


@transaction.atomic
def decide(
    *,
    meeting: Meeting,
    by,
    title: str,
    text: str,
    item: AgendaItem | None = None,
    due=None,
    region=None,
    agencies: Iterable = (),
    programs: Iterable = (),
    wishes: Iterable[str] = (),
    households: QuerySet | None = None,
    rule: dict | None = None,
    query: str = "",
    source: str = "",
    replaces: Decision | None = None,
    number: str = "",
) -> Decision:
    """Record a decision. `households`: the exact families it is about; they are frozen now with what each has now.

    `rule`, `query`, `source`: where the list came from, kept to say so. `programs`: programme years; `wishes`: names of
    programmes there are not yet. `replaces`: an earlier decision that no longer stands. Raises ValidationError.
    """
    require(by, Perm.RUN_MEETINGS)
    held = lock_writable(meeting)
    if item is not None and item.meeting_id != held.pk:
        raise ValidationError({"item": _("This point stands on another meeting's agenda.")})
    year = held.year
    numbering.lock_year(1, year)
    sequence = (Decision.objects.filter(year=year).aggregate(n=Max("sequence"))["n"] or 0) + 1
    row = Decision(
        meeting=held,
        item=item,
        year=year,
        sequence=sequence,
        number=number.strip() or numbering.decision_number(sequence, year),
        title=" ".join(title.split()),
        text=text.strip(),
        due=due,
        region=region,
        source=source[:500],
        replaces=replaces,
        by=by,
    )
    row.full_clean(exclude=["household_set"])
    with history(by=by, action="decision.make", region=region.pk if region else ""):
        if households is not None:
            row.household_set = freeze(
                name=_("Decision %(number)s") % {"number": row.number},
                by=by,
                households=households,
                rule=rule,
                query=query,
            )
        row.save()
        for agency in agencies:
            DecisionAgency(decision=row, agency=agency).save()
        for program_year in programs:
            DecisionProgram(decision=row, program_year=program_year).save()
        for wish in wishes:
            DecisionProgram(decision=row, wish=wish[:160]).save()
    if replaces is not None:
        _end(replaces, S.REPLACED, by=by, reason=_("Replaced by %(number)s") % {"number": row.number})
    return row


def freeze(*, name: str, by, households: QuerySet, rule: dict | None = None, query: str = ""):
    """A shared frozen list of exactly these households with what each has today; inside the caller's history."""
    made = sets.freeze_queryset(
        name=name[:120], by=by, queryset=households, rule=rule or {}, query=query, shared=True, description=""
    )
    snapshots.take(made.pk, day=timezone.localdate())
    return made


@transaction.atomic
def withdraw(*, decision: Decision, by, reason: str) -> Decision:
    """The decision no longer stands, and none takes its place. Its list and items stay to be read."""
    return _end(decision, S.WITHDRAWN, by=by, reason=reason_given(reason))


def _end(decision: Decision, state: str, *, by, reason: str) -> Decision:
    require(by, Perm.RUN_MEETINGS)
    row = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if row.state != S.IN_FORCE:
        raise ValidationError(_("This decision no longer stands already."))
    row.state, row.state_reason, row.state_at = state, reason, timezone.now()
    with history(by=by, action=f"decision.{state}", reason=reason):
        row.save(update_fields=["state", "state_reason", "state_at"])
    return row


@transaction.atomic
def edit_decision(*, decision: Decision, by, title: str, text: str, due=None, agencies: Iterable = ()) -> Decision:
    """Change the words while the minutes are not final; the list of households never changes."""
    require(by, Perm.RUN_MEETINGS)
    row = Decision.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=decision.pk)
    if row.meeting.state == MeetingState.FINAL:
        raise ValidationError(_("The minutes are final. Write an amendment, or replace the decision."))
    row.title, row.text, row.due = " ".join(title.split()), text.strip(), due
    row.full_clean()
    agencies = list(agencies)
    with history(by=by, action="decision.edit"):
        row.save()
        row.responsible.exclude(agency__in=agencies).delete()
        there = set(row.responsible.values_list("agency", flat=True))
        for agency in agencies:
            if agency.pk not in there:
                DecisionAgency(decision=row, agency=agency).save()
    return row
