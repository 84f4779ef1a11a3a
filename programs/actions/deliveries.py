"""Handing over: deliveries of approved aid, their receipt numbers, and taking back what was entered by mistake."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import history
from core.roles import Perm
from programs import rights
from programs.actions.enrolment import check_delivery_date
from programs.actions.locking import ids_of, lock_year, one_area, reason_given
from programs.actions.steps import Outcome
from programs.choices import AssistanceStatus
from programs.eligibility import verdict_of
from programs.models import Assistance, Delivery, ProgramYear

MAX_NUMBERS = 5000
_RANGE = re.compile(r"(\d{1,6})(?:[-–](\d{1,6}))?")
_AROUND_DASH = re.compile(r"(?<=\d)\s*([-–])\s*(?=\d)")

_INSERT = """
INSERT INTO programs_delivery
  (uuid, assistance_id, stage, date, amount, goods, proof, by_id, at, void, void_reason, batch)
SELECT gen_random_uuid(), a.id, %(stage)s, %(date)s, coalesce(%(amount)s, a.amount / %(stages)s), %(goods)s, %(proof)s,
       %(by)s, now(), false, '', %(batch)s
FROM programs_assistance a WHERE a.id = ANY(%(ids)s) ORDER BY a.id
"""
# The order in which an official walks the list: kelurahan, RW, RT, name.
_NUMBER = """
WITH last AS (
  SELECT coalesce(max(receipt_no), 0) AS n FROM programs_assistance WHERE program_year_id = %(year)s
), numbered AS (
  SELECT a.id, row_number() OVER (
    ORDER BY coalesce(h.region_id, g.region_id, a.area_id), h.rw, h.rt, coalesce(m.name_sort, h.head_sort, g.name), a.id
  ) AS n
  FROM programs_assistance a
  LEFT JOIN households_household h ON h.id = a.counts_for_id
  LEFT JOIN households_member m ON m.id = a.member_id
  LEFT JOIN programs_recipientgroup g ON g.id = a.group_id
  WHERE a.id = ANY(%(ids)s)
)
UPDATE programs_assistance a SET receipt_no = last.n + numbered.n FROM numbered, last WHERE a.id = numbered.id
"""


def parse_numbers(text: str) -> list[int]:
    """Receipt numbers as an official types them: `1-50, 53 60` → 1 … 50, 53, 60, each once, in order.

    Raises ValidationError that names the part which cannot be read.
    """
    numbers: dict[int, None] = {}
    for part in re.split(r"[,;\s]+", _AROUND_DASH.sub(r"\1", text)):
        if not part:
            continue
        found = _RANGE.fullmatch(part)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if found is None or low < 1 or high < low:
            raise ValidationError(
                _("“%(part)s” is no receipt number. Write numbers and ranges: 1-50, 53, 60.") % {"part": part[:30]},
                code="numbers",
            )
        if high - low >= MAX_NUMBERS or len(numbers) > MAX_NUMBERS:
            raise ValidationError(_("At most %(n)s numbers at once.") % {"n": MAX_NUMBERS}, code="numbers")
        numbers.update(dict.fromkeys(range(low, high + 1)))
    if not numbers:
        raise ValidationError(_("Write the receipt numbers: 1-50, 53, 60."), code="numbers")
    return list(numbers)


@transaction.atomic
def deliver(
    *,
    program_year: ProgramYear,
    rows,
    by,
    date: dt.date,
    stage: int = 1,
    amount: int | None = None,
    goods: str = "",
    proof: str = "",
    batch: uuid.UUID | None = None,
) -> Outcome:
    """Record that approved beneficiaries received this stage on `date`; they become “received”.

    `rows`: log rows or ids of this programme year; `stage`: 1, 2 …; `amount`: rupiah in this delivery, None = each
    one's own amount, shared out over the stages. A stage already recorded is left alone and counted.
    """
    program_year = lock_year(program_year)
    program = program_year.program
    rights.require_program(by, Perm.DELIVER, program)
    check_delivery_date(program_year, date)
    stages = max(len(program_year.stages), 1)
    if not 1 <= stage <= max(stages, 12):
        raise ValidationError({"stage": _("Choose one of the stages.")})
    for name, text in (("goods", goods), ("proof", proof)):
        if len(text) > 200:
            raise ValidationError({name: _("This text is too long: write it in %(n)s letters.") % {"n": 200}})
    recorded = Delivery.objects.filter(assistance=OuterRef("pk"), stage=stage, void=False)
    found = (
        Assistance.objects.filter(program_year=program_year, pk__in=ids_of(rows))
        .annotate(mine=verdict_of(rights.rows_within(by, Perm.DELIVER, program)), recorded=Exists(recorded))
        .order_by("pk")
        .values_list("pk", "status", "mine", "recorded")
    )
    ids, skipped = [], Counter()
    for pk, status, mine, is_recorded in found:
        if not mine:
            skipped[_("not yours to change")] += 1
        elif is_recorded:
            skipped[_("this stage is already recorded")] += 1
        elif status not in (AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED):
            skipped[_("now “%(status)s”") % {"status": AssistanceStatus(status).label}] += 1
        else:
            ids.append(pk)
    if not ids:
        if not skipped:
            raise ValidationError(_("Choose at least one row."), code="nothing")
        texts = "; ".join(f"{n} × {text}" for text, n in skipped.items())
        raise ValidationError(_("Nothing was changed: %(reasons)s.") % {"reasons": texts}, code="nothing")
    area = one_area(rights.areas(by, Perm.DELIVER, program))
    with history(by=by, action="assistance.deliver", region=area) as tx:
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                {
                    "ids": ids,
                    "stage": stage,
                    "stages": stages,
                    "date": date,
                    "amount": amount,
                    "goods": goods.strip(),
                    "proof": proof.strip(),
                    "by": by.pk if by else None,
                    "batch": batch,
                },
            )
        Assistance.objects.filter(pk__in=ids, status=AssistanceStatus.APPROVED).update(
            status=AssistanceStatus.RECEIVED, status_reason="", status_at=timezone.now(), status_by=by
        )
    return Outcome(len(ids), dict(skipped), tx.pk)


@transaction.atomic
def void_delivery(*, delivery: Delivery, reason: str, by) -> Delivery:
    """Mark a delivery as entered by mistake. Without another one the aid is approved, no longer received."""
    reason = reason_given(reason)
    program_year = lock_year(delivery.assistance.program_year)
    row = Delivery.objects.select_for_update(of=("self",)).select_related("assistance").get(pk=delivery.pk)
    region = region_of(row.assistance)
    rights.require_program(by, Perm.DELIVER, program_year.program, region)
    if row.void:
        raise ValidationError(_("This delivery is already void."))
    with history(by=by, action="delivery.void", reason=reason, region=region):
        row.void, row.void_reason = True, reason
        row.save(update_fields=["void", "void_reason"])
        if not row.assistance.deliveries.filter(void=False).exists():
            Assistance.objects.filter(pk=row.assistance_id, status=AssistanceStatus.RECEIVED).update(
                status=AssistanceStatus.APPROVED, status_reason="", status_at=timezone.now(), status_by=by
            )
    return row


def region_of(row: Assistance) -> str:
    """Code of the region where the beneficiary of a log row lives or lies."""
    if row.counts_for_id:
        return row.counts_for.region_id
    return row.group.region_id if row.group_id else row.area_id


@transaction.atomic
def number_receipts(*, program_year: ProgramYear, by, rows=None) -> int:
    """Give approved and received rows their number on the receipt list; who has one keeps it.

    `rows`: only these log rows; default all of the programme year. New numbers follow the last one, ordered by
    kelurahan, RW, RT and name. Returns how many got a number.
    """
    program_year = lock_year(program_year)
    rights.require_program(by, Perm.DELIVER, program_year.program)
    open_rows = Assistance.objects.filter(
        program_year=program_year,
        status__in=[AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED],
        receipt_no__isnull=True,
    ).filter(rights.rows_within(by, Perm.DELIVER, program_year.program))
    if rows is not None:
        open_rows = open_rows.filter(pk__in=ids_of(rows))
    ids = ids_of(open_rows)
    if not ids:
        return 0
    with history(by=by, action="assistance.number"), connection.cursor() as cursor:
        cursor.execute(_NUMBER, {"year": program_year.pk, "ids": ids})
    return len(ids)
