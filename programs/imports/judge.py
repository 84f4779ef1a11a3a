"""Judging a staged list against people and log: one SQL statement a rule; apply repeats it.

`check` reads the stored file; `judge` looks at the staged rows and the database only.
"""

from __future__ import annotations

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.imports import Progress
from core.imports.findings import ERROR, NOTE, WARNING, Finding, clear, save
from core.models import ImportBatch
from core.roles import Perm
from core.rupiah import rupiah
from programs import eligibility, rights
from programs.candidates import Check, check_members, room_of
from programs.imports.plan import EnterAs, Plan, plan_of
from programs.imports.staging import insert_findings, reading_for, stage
from programs.matching.people import Looking, identify, mark_repeated

# (level, code, field): rows of (n, value, params). `t` is the row, `a` its open row of the log.
_FROM = """
FROM programs_recipientrow t
LEFT JOIN households_member m ON m.id = t.member_id
LEFT JOIN households_household h ON h.id = t.household_id
LEFT JOIN programs_assistance a ON a.id = t.assistance_id
WHERE t.batch_id = %(batch)s AND NOT t.applied AND
"""
_NO_PARAMS = "'{}'::jsonb"
_FIRST = "(SELECT o.{column} FROM programs_recipientrow o WHERE o.batch_id = t.batch_id AND o.n = t.same_as)"
_BY_ROW = f"jsonb_build_object('row', {_FIRST.format(column='row')})"
_SAME_MEMBER = f"{_FIRST.format(column='member_id')} IS NOT DISTINCT FROM t.member_id"
_DAY = "coalesce(t.date, %(date)s)"
_AMOUNT = "coalesce(t.amount, %(amount)s)"
_STAGE = "coalesce(t.stage, %(stage)s)"
_RECORDED = f"""EXISTS (SELECT FROM programs_delivery d WHERE d.assistance_id = a.id AND NOT d.void
  AND d.stage = {_STAGE})"""

ALWAYS = (
    (ERROR, "registered_elsewhere", "nik", "t.elsewhere", _NO_PARAMS),
    (
        ERROR,
        "which_person",
        "nik",
        "t.how IS NULL AND NOT t.bad AND NOT t.elsewhere AND t.nik IS NULL AND (t.told->>'strong')::int > 0",
        "jsonb_build_object('n', cardinality(t.near))",
    ),
    (
        WARNING,
        "nik_of_other",
        "nik",
        "t.how IS NULL AND NOT t.bad AND NOT t.elsewhere AND t.nik IS NOT NULL AND (t.told->>'strong')::int > 0",
        _NO_PARAMS,
    ),
    (
        WARNING,
        "not_in_data",
        "nik",
        "t.how IS NULL AND NOT t.bad AND NOT t.elsewhere AND coalesce((t.told->>'strong')::int, 0) = 0",
        _NO_PARAMS,
    ),
    (NOTE, "by_name", "name", "t.how = 'name'", _NO_PARAMS),
    (NOTE, "by_address", "name", "t.how = 'address'", _NO_PARAMS),
    (NOTE, "by_former_kk", "kk", "t.how = 'old_kk'", _NO_PARAMS),
    (NOTE, "kk_in_nik", "nik", "t.how = 'kk' AND t.kk IS DISTINCT FROM h.kk AND t.nik = h.kk", _NO_PARAMS),
    (NOTE, "kk_differs", "kk", "t.how = 'nik' AND t.kk IS NOT NULL AND t.kk IS DISTINCT FROM h.kk", _NO_PARAMS),
    (
        WARNING,
        "person_differs",
        "name",
        "t.how = 'nik' AND t.birth_date <> m.birth_date AND similarity(t.name_sort, m.name_sort) < 0.4",
        _NO_PARAMS,
    ),
    (NOTE, "unpaid", "paid", "t.unpaid", _NO_PARAMS),
)
_PEOPLE = (
    (ERROR, "person_needed", "nik", "t.household_id IS NOT NULL AND t.member_id IS NULL", _NO_PARAMS),
    (WARNING, "twice", "nik", "t.same_as IS NOT NULL", _BY_ROW),
)
_FAMILIES = (
    (WARNING, "twice", "nik", f"t.same_as IS NOT NULL AND {_SAME_MEMBER}", _BY_ROW),
    (NOTE, "family_twice", "nik", f"t.same_as IS NOT NULL AND NOT ({_SAME_MEMBER})", _BY_ROW),
)
_RECEIVED = (
    (ERROR, "date_ahead", "date", f"{_DAY} > %(today)s", _NO_PARAMS),
    (
        ERROR,
        "date_other_year",
        "date",
        f"extract(year FROM {_DAY})::int NOT IN (%(year)s, %(year)s + 1) AND {_DAY} <= %(today)s",
        _NO_PARAMS,
    ),
    (
        WARNING,
        "delivery_differs",
        "stage",
        f"""t.same_as IS NULL AND EXISTS (SELECT FROM programs_delivery d WHERE d.assistance_id = a.id AND NOT d.void
            AND d.stage = {_STAGE} AND ((t.date IS NOT NULL AND d.date <> t.date)
            OR ({_AMOUNT} IS NOT NULL AND d.amount IS NOT NULL AND d.amount <> {_AMOUNT})))""",
        _NO_PARAMS,
    ),
    (WARNING, "is_stopped", "nik", f"a.status = 'stopped' AND NOT {_RECORDED}", _NO_PARAMS),
)
# Where recipients are decided here, only who was approved can receive.
_DECIDED_HERE = (
    (
        ERROR,
        "not_approved",
        "nik",
        "t.how IS NOT NULL AND t.same_as IS NULL AND NOT t.unpaid "
        "AND (a.id IS NULL OR a.status IN ('proposed', 'verified'))",
        _NO_PARAMS,
    ),
    (WARNING, "is_returned", "nik", "a.status = 'returned'", _NO_PARAMS),
)
_APPROVED = (
    (
        ERROR,
        "decree_missing",
        "decree_number",
        "coalesce(t.decree_number, nullif(%(decree_number)s, '')) IS NULL "
        "OR coalesce(t.decree_date, %(decree_date)s) IS NULL",
        _NO_PARAMS,
    ),
    (
        WARNING,
        "four_eyes",
        "nik",
        "%(four_eyes)s AND t.same_as IS NULL AND t.how IS NOT NULL AND (a.id IS NULL "
        "OR a.status IN ('proposed', 'verified') AND (a.proposed_by_id = %(by)s OR a.verified_by_id = %(by)s))",
        _NO_PARAMS,
    ),
)
_STATUSES = tuple(
    (WARNING, f"person_{status}", "nik", f"m.status = '{status}'", _NO_PARAMS)
    for status in ("deceased", "moved", "duplicate", "not_found")
) + tuple(
    (
        WARNING,
        f"household_{status}",
        "nik",
        f"h.status = '{status}' AND coalesce(m.status, 'active') = 'active'",
        _NO_PARAMS,
    )
    for status in ("moved", "deceased", "duplicate", "excluded", "not_found", "graduated")
)


def check(batch: ImportBatch, progress: Progress) -> None:
    """Read the stored file into staging and judge it; findings, counts and staging of a former check go.

    Raises ValidationError when no programme year was chosen, SheetError when the file cannot be read.
    """
    plan = plan_of(batch)
    clear(batch, "file", "cells", "rules", "apply")
    rows = stage(batch, reading_for(households=not plan.people), progress)
    progress(0, 0, _("Comparing with our data"))
    batch.counts = {"rows": rows}
    judge(batch, plan, progress)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE programs_recipientrow SET shown = digest WHERE batch_id = %s", [batch.pk])


def areas_of(batch: ImportBatch, plan: Plan) -> list[str]:
    """Areas in which who brought the list may bring rows of this programme."""
    perm = Perm.DELIVER if plan.enter_as == EnterAs.RECEIVED else Perm.PROPOSE
    return rights.areas(batch.by, perm, plan.program_year.program)


def judge(batch: ImportBatch, plan: Plan, progress: Progress) -> None:
    """Say for every staged row what would happen to it now; what a person saw before is kept as `shown`."""
    clear(batch, "rules")
    identify(batch.pk, Looking(areas_of(batch, plan), plan.chosen))
    unit = "member_id" if plan.people else "household_id"
    mark_repeated(batch.pk, by=f"{unit}, coalesce(stage, {int(plan.stage)})")
    params = _params(batch, plan)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE programs_recipientrow t SET assistance_id = a.id FROM programs_assistance a
            WHERE t.batch_id = %(batch)s AND a.program_year_id = %(program_year)s AND a.{unit} = t.{unit}
              AND a.status NOT IN ('void', 'rejected')
            """,
            params,
        )
        for rule in _rules(plan):
            _run(cursor, rule, params)
    progress(1, 3, _("Comparing with our data"))
    _judge_fit(batch, plan)
    progress(2, 3, _("Comparing with our data"))
    with connection.cursor() as cursor:
        _conclude(cursor, plan, params)
        batch.counts |= count(cursor, batch.pk, people=plan.people)
    _judge_room(batch, plan)
    batch.counts["plan"] = {"assistance": report(batch.counts)}


def report(counts: dict) -> dict[str, int]:
    """What the list would do to the log, in the words of the command's report."""
    found = counts["recipients"]
    return {
        "created": found.get("new", 0),
        "updated": found.get("changed", 0),
        "unchanged": found.get("same", 0),
    }


def _params(batch: ImportBatch, plan: Plan) -> dict:
    program_year = plan.program_year
    return {
        "batch": batch.pk,
        "sheets": [about["name"][:100] for about in batch.layout.get("sheets", [])] or [""],
        "program_year": program_year.pk,
        "year": program_year.year,
        "today": timezone.localdate(),
        "date": plan.date,
        "stage": plan.stage,
        "amount": plan.amount,
        "decree_number": plan.decree_number,
        "decree_date": plan.decree_date,
        "four_eyes": program_year.program.four_eyes,
        "by": batch.by_id or 0,
    }


def _rules(plan: Plan) -> list[tuple]:
    rules = [*ALWAYS, *(_PEOPLE if plan.people else _FAMILIES), *_STATUSES]
    if plan.enter_as == EnterAs.RECEIVED:
        rules += _RECEIVED
        if not plan.straight:
            rules += _DECIDED_HERE
    if plan.enter_as == EnterAs.APPROVED:
        rules += _APPROVED
    return rules


def _run(cursor, rule: tuple, params: dict) -> None:
    level, code, field, where, told = rule
    value = {"nik": "coalesce(t.nik, t.kk, t.name)", "kk": "t.kk", "name": "t.name"}.get(field, "NULL")
    cursor.execute(
        f"""
        INSERT INTO core_importfinding (batch_id, stage, level, code, sheet, row, col, field, value, params, grp)
        SELECT t.batch_id, 'rules', '{level}', '{code}', (%(sheets)s::text[])[t.sheet + 1], t.row, '', '{field}',
          left(coalesce({value}, ''), 200), {told}, t.n
        {_FROM} ({where}) ORDER BY t.n
        """,
        params,
    )


# --- fit, aid of the family, room ------------------------------------------------------------------------------------


def _judge_fit(batch: ImportBatch, plan: Plan) -> None:
    """Warn of new recipients who do not meet the rule, or whose family has aid of this kind already."""
    probes = _probes(batch, plan)
    checks = check_members(plan.program_year, set(probes.values()), batch.by)
    hidden = _is_hidden(batch, plan)
    same_kind, family_in, unfit, unfit_hidden = [], [], [], []
    for n, member in probes.items():
        found: Check | None = checks.get(member)
        if found is None:
            continue
        if found.same_kind:
            same_kind.append((n, "nik", "", {"programs": ", ".join(found.same_kind)}))
        if not found.fits and hidden:
            unfit_hidden.append((n, "nik", "", {}))
        elif not found.fits:
            unfit.append((n, "nik", "", {"why": f": {'; '.join(found.why)}." if found.why else "."}))
    if plan.people and probes:
        family_in = [(n, "nik", "", {}) for n in _family_in(batch, plan)]
    insert_findings(batch, same_kind, level=WARNING, code="same_kind")
    insert_findings(batch, unfit, level=WARNING, code="unfit")
    insert_findings(batch, unfit_hidden, level=WARNING, code="unfit_hidden")
    insert_findings(batch, family_in, level=NOTE, code="family_in")


def _is_hidden(batch: ImportBatch, plan: Plan) -> bool:
    """Whether the rule asks for health that who brought the list may not read."""
    program_year = plan.program_year
    rule = eligibility.own_rule(program_year.program, program_year.year)
    return batch.by is not None and not eligibility.may_judge(batch.by, program_year.program, rule, "")


def _probes(batch: ImportBatch, plan: Plan) -> dict[int, int]:
    """n → member to be judged, for rows that would come in: the person, or anybody of the family."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.n, coalesce(t.member_id, (SELECT min(m.id) FROM households_member m
              WHERE m.household_id = t.household_id AND m.merged_into_id IS NULL))
            FROM programs_recipientrow t
            WHERE t.batch_id = %s AND t.how IS NOT NULL AND t.same_as IS NULL AND t.assistance_id IS NULL
              AND NOT t.unpaid AND NOT t.bad AND NOT t.applied
            """,
            [batch.pk],
        )
        return {n: member for n, member in cursor.fetchall() if member is not None}


def _family_in(batch: ImportBatch, plan: Plan) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.n FROM programs_recipientrow t
            WHERE t.batch_id = %s AND t.assistance_id IS NULL AND t.same_as IS NULL AND t.member_id IS NOT NULL
              AND EXISTS (SELECT FROM programs_assistance a WHERE a.program_year_id = %s
                AND a.counts_for_id = t.household_id AND a.member_id <> t.member_id
                AND a.status NOT IN ('void', 'rejected'))
            ORDER BY t.n
            """,
            [batch.pk, plan.program_year.pk],
        )
        return [n for (n,) in cursor.fetchall()]


def _judge_room(batch: ImportBatch, plan: Plan) -> None:
    """Warn when the list passes the quota or the ceiling."""
    room = room_of(plan.program_year)
    new = batch.counts["recipients"].get("new", 0)
    findings = []
    if room.over_quota(new):
        params = {"taken": room.taken + new, "quota": room.quota}
        findings.append(Finding(WARNING, "over_quota", field="quota", params=params))
    unit = plan.amount if plan.amount is not None and plan.stages == 1 else plan.program_year.unit_amount
    over = room.over_ceiling_by(
        batch.counts.get("new_amount", 0) + batch.counts.get("new_without_amount", 0) * (unit or 0)
    )
    if over:
        findings.append(Finding(WARNING, "over_ceiling", field="ceiling", params={"amount": rupiah(over)}))
    save(batch, findings, "rules")
    batch.counts["excess"] = bool(findings)


# --- after -----------------------------------------------------------------------------------------------------------


def _conclude(cursor, plan: Plan, params: dict) -> None:
    """Outcome of each row, and the hash that apply compares."""
    if plan.enter_as == EnterAs.RECEIVED:
        takes = (
            "('received', 'approved', 'proposed', 'verified', 'returned')"
            if plan.straight
            else "('received', 'approved')"
        )
        changed = f"a.status IN {takes} AND NOT {_RECORDED}"
    elif plan.enter_as == EnterAs.APPROVED:
        changed = (
            "a.status IN ('proposed', 'verified') AND NOT (%(four_eyes)s AND (a.proposed_by_id = %(by)s "
            "OR coalesce(a.verified_by_id, 0) = %(by)s))"
        )
    else:
        changed = "false"
    cursor.execute(
        f"""
        UPDATE programs_recipientrow r SET outcome = x.outcome, digest = x.digest, stale = false
        FROM (
          SELECT t.n, o.outcome, md5(concat_ws('|', o.outcome, t.member_id, t.household_id, t.how, t.assistance_id,
            a.status, t.same_as, f.told)) AS digest
          FROM programs_recipientrow t
          LEFT JOIN programs_assistance a ON a.id = t.assistance_id
          LEFT JOIN (
            SELECT grp, string_agg(code, ',' ORDER BY code) AS told, bool_or(level = 'error') AS refused
            FROM core_importfinding WHERE batch_id = %(batch)s AND stage IN ('cells', 'rules') GROUP BY grp
          ) f ON f.grp = t.n
          CROSS JOIN LATERAL (SELECT CASE
            WHEN t.applied THEN t.outcome
            WHEN t.unpaid AND NOT t.bad AND t.how IS NOT NULL THEN 'left'
            WHEN f.refused OR t.bad THEN 'refused'
            WHEN t.how IS NULL THEN 'unknown'
            WHEN t.same_as IS NOT NULL THEN 'twice'
            WHEN a.id IS NULL THEN 'new'
            WHEN {changed} THEN 'changed'
            ELSE 'same' END AS outcome) o
          WHERE t.batch_id = %(batch)s
        ) x WHERE r.batch_id = %(batch)s AND r.n = x.n
        """,
        params,
    )


def count(cursor, batch_id: int, *, people: bool) -> dict:
    """Numbers of the preview: rows by outcome, recipients (a row for each stage is one of them), rows with warnings,
    amounts of new rows, rows that do not fit.
    """
    cursor.execute(
        """
        SELECT outcome, count(*), sum(amount) FILTER (WHERE amount IS NOT NULL), count(*) FILTER (WHERE amount IS NULL),
          count(*) FILTER (WHERE how IN ('name', 'address'))
        FROM programs_recipientrow WHERE batch_id = %s GROUP BY outcome
        """,
        [batch_id],
    )
    found = {row[0]: row[1:] for row in cursor.fetchall()}
    cursor.execute(
        """
        SELECT count(DISTINCT f.grp) FILTER (WHERE f.level = 'warning'),
          count(DISTINCT f.grp) FILTER (WHERE f.code IN ('unfit', 'unfit_hidden') AND r.outcome = 'new')
        FROM core_importfinding f JOIN programs_recipientrow r ON r.batch_id = f.batch_id AND r.n = f.grp
        WHERE f.batch_id = %s
        """,
        [batch_id],
    )
    warned, unfit = cursor.fetchone()
    cursor.execute(
        f"""
        SELECT outcome, count(*) FROM (
          SELECT DISTINCT ON (unit) outcome FROM (
            SELECT {"member_id" if people else "household_id"} AS unit, outcome FROM programs_recipientrow
            WHERE batch_id = %s AND outcome IN ('new', 'changed', 'same')
          ) x ORDER BY unit, outcome = 'new' DESC, outcome = 'changed' DESC
        ) y GROUP BY outcome
        """,
        [batch_id],
    )
    recipients = dict(cursor.fetchall())
    new = found.get("new") or (0, 0, 0, 0)
    return {
        "outcomes": {outcome: numbers[0] for outcome, numbers in found.items()},
        "recipients": recipients,
        "warned": warned,
        "unfit": unfit,
        "by_name": sum(numbers[3] for numbers in found.values()),
        "new_amount": int(new[1] or 0),
        "new_without_amount": new[2],
    }
