"""What a person chose for a list of recipients: programme year, how its rows come in, defaults of the deliveries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.layout import taken_sheets
from core.models import ImportBatch
from core.roles import Perm
from programs import rights
from programs.actions.enrolment import check_delivery_date
from programs.choices import BenefitUnit
from programs.imports.parse import MOST_STAGES
from programs.models import ProgramYear


class EnterAs(models.TextChoices):
    """How the rows of a list come into the programme year."""

    RECEIVED = "received", gettext_lazy("Received: the list says who got something")
    PROPOSED = "proposed", gettext_lazy("Proposed: candidates, to be verified and approved")
    APPROVED = "approved", gettext_lazy("Approved: the list belongs to a decree")


@dataclass(frozen=True)
class Plan:
    """What is to be done with a list.

    date: day of handing over of rows that name none; stage: 1, 2 …; amount: rupiah of each delivery; complete: this is
    the whole list of the year; unfit_reason, excess_reason: why rows that do not fit, or are too many, come in.
    """

    program_year: ProgramYear
    enter_as: EnterAs
    date: dt.date
    stage: int = 1
    period: str = ""
    amount: int | None = None
    goods: str = ""
    decree_number: str = ""
    decree_date: dt.date | None = None
    complete: bool = False
    unfit_reason: str = ""
    excess_reason: str = ""
    chosen: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> bool:
        """Whether one benefit goes to one person."""
        return self.program_year.program.benefit_unit == BenefitUnit.PERSON

    @property
    def stages(self) -> int:
        """In how many deliveries a benefit is handed over."""
        return max(len(self.program_year.stages), 1)

    @property
    def straight(self) -> bool:
        """Whether a received row needs no approval here: decided elsewhere, or a past year that was never kept here."""
        return self.program_year.program.decided_elsewhere or self.program_year.year < timezone.localdate().year


def years_for(user) -> models.QuerySet:
    """Programme years a person may bring lists for."""
    return (
        ProgramYear.objects.managed_by(user, Perm.DELIVER) if user is not None else ProgramYear.objects.all()
    ).filter(closed=False, program__benefit_unit__in=[BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON])


def ways_for(user, program_year: ProgramYear) -> list[EnterAs]:
    """How lists may come in, the usual way first."""
    program = program_year.program
    proposes = rights.may(user, Perm.PROPOSE, program)
    ways = [EnterAs.RECEIVED] if rights.may(user, Perm.DELIVER, program) else []
    if proposes:
        ways.append(EnterAs.PROPOSED)
    if proposes and rights.may(user, Perm.APPROVE, program):
        ways.append(EnterAs.APPROVED)
    usual = EnterAs.RECEIVED if program.decided_elsewhere else EnterAs.PROPOSED
    return sorted(ways, key=lambda way: way != usual)


def usual_date(program_year: ProgramYear) -> dt.date:
    """Day of handing over when neither sheet nor person names one: today, or the last day of a past year."""
    today = timezone.localdate()
    return min(today, dt.date(program_year.year, 12, 31)) if program_year.year <= today.year else today


def plan_of(batch: ImportBatch) -> Plan:
    """What was chosen for `batch`. Raises ValidationError when the programme year is missing or may not be used."""
    options = batch.options
    years = ProgramYear.objects.select_related("program__owner", "program__benefit_kind")
    program_year = (
        years.prefetch_related("program__rules").filter(uuid=options["program_year"]).first()
        if options.get("program_year")
        else None
    )
    if program_year is None:
        raise ValidationError(_("Choose the programme and the year of this list first."))
    if program_year.program.benefit_unit not in (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON):
        raise ValidationError(
            _("%(program)s goes to groups or areas. Add them on the programme's page.") % {"program": program_year}
        )
    if program_year.closed:
        raise ValidationError(
            _("%(program)s is closed. Open the year again on the programme's page first.") % {"program": program_year}
        )
    ways = ways_for(batch.by, program_year)
    if not ways:
        rights.require_program(batch.by, Perm.DELIVER, program_year.program)
    enter_as = EnterAs(options["enter_as"]) if options.get("enter_as") in EnterAs.values else ways[0]
    if enter_as not in ways:
        raise ValidationError(_("You may not bring the list in this way. Choose another one."))
    plan = Plan(
        program_year=program_year,
        enter_as=enter_as,
        date=_day(options.get("date")) or usual_date(program_year),
        stage=options.get("stage") or 1,
        period=options.get("period", ""),
        amount=options.get("amount"),
        goods=options.get("goods", ""),
        decree_number=options.get("decree_number", ""),
        decree_date=_day(options.get("decree_date")),
        complete=bool(options.get("complete")),
        unfit_reason=options.get("unfit_reason", ""),
        excess_reason=options.get("excess_reason", ""),
        chosen=options.get("chosen", {}),
    )
    check(plan, decree_in_sheet=any("decree_number" in about["mapping"] for _i, about in taken_sheets(batch)))
    return plan


def check(plan: Plan, *, decree_in_sheet: bool = False) -> None:
    """Raise ValidationError, by field, when what was chosen does not go together.

    decree_in_sheet: the rows name their decree themselves.
    """
    today = timezone.localdate()
    if not 1 <= plan.stage <= MOST_STAGES:
        raise ValidationError({"stage": _("Choose one of the stages.")})
    if plan.enter_as == EnterAs.RECEIVED:
        check_delivery_date(plan.program_year, plan.date)
    ended = plan.program_year.program.ended
    if plan.enter_as != EnterAs.RECEIVED and ended is not None and ended.year < plan.program_year.year:
        raise ValidationError(
            _("%(program)s ended in %(year)s; nobody can be proposed for a later year.")
            % {"program": plan.program_year.program.short_name, "year": str(ended.year)}
        )
    if plan.enter_as == EnterAs.APPROVED and not decree_in_sheet:
        errors = {}
        if not plan.decree_number:
            errors["decree_number"] = _("Write the number of the decree.")
        if plan.decree_date is None or plan.decree_date > today:
            errors["decree_date"] = _("Write the date of the decree; it cannot lie in the future.")
        if errors:
            raise ValidationError(errors)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
