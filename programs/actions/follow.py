"""Aid follows people: hooks of the households app, called in the transaction of the move, the merge or the freeze.

A person's aid counts for the household they live in. A household's aid stays with the household; who keeps it after a
split is a person's decision (`move_household_aid`).
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.history import history
from core.imports.kinds import UndoTable
from core.roles import Perm
from households.models import Household
from programs import rights
from programs.actions.locking import lock_year, reason_given
from programs.choices import CLOSED
from programs.models import Assistance

_MOVED = """
UPDATE programs_assistance a SET counts_for_id = m.household_id
FROM households_member m
WHERE m.id = a.member_id AND m.id = ANY(%s) AND a.counts_for_id <> m.household_id"""
# A group that already has the new household keeps one membership of it.
_LEFT_GROUP = """
UPDATE programs_groupmember g SET valid_to = current_date
FROM households_member m
WHERE m.id = g.member_id AND m.id = ANY(%s) AND g.valid_to IS NULL AND g.household_id <> m.household_id
  AND EXISTS (SELECT FROM programs_groupmember o
              WHERE o.group_id = g.group_id AND o.household_id = m.household_id AND o.valid_to IS NULL)"""
_MOVED_IN_GROUP = """
UPDATE programs_groupmember g SET household_id = m.household_id
FROM households_member m
WHERE m.id = g.member_id AND m.id = ANY(%s) AND g.valid_to IS NULL AND g.household_id <> m.household_id"""


# What `members_moved` changes while a sheet is applied returns when the sheet is undone.
UNDO_TABLES = (
    UndoTable("programs_assistance", (("member_id", "households_member", False),)),
    UndoTable("programs_groupmember", (("member_id", "households_member", False),)),
)


def members_moved(member_ids: list[int], by) -> None:
    """Hook: these members live in another household now; their own aid counts there. Inside the caller's history."""
    with connection.cursor() as cursor:
        for statement in (_MOVED, _LEFT_GROUP, _MOVED_IN_GROUP):
            cursor.execute(statement, [list(member_ids)])


# --- merge of duplicates -----------------------------------------------------------------------------------------

# Of two open rows of one programme year the one further on is kept; the other becomes void, its deliveries go over, so
# that no payment is lost: they get the next free stages where the kept row has that stage already.
_COLLIDING = """
CREATE TEMP TABLE aid_colliding ON COMMIT DROP AS
SELECT DISTINCT ON (gone.id)
  CASE WHEN {rank_gone} > {rank_kept} THEN gone.id ELSE kept.id END AS keep_id,
  CASE WHEN {rank_gone} > {rank_kept} THEN kept.id ELSE gone.id END AS void_id
FROM programs_assistance gone
JOIN programs_assistance kept ON kept.program_year_id = gone.program_year_id AND {same}
WHERE gone.status NOT IN ('void', 'rejected') AND kept.status NOT IN ('void', 'rejected') AND {gone}
"""
_RANK = "array_position(ARRAY['returned','proposed','verified','stopped','approved','received']::varchar[], {}.status)"
_VOID = """
UPDATE programs_assistance a SET status = 'void', status_reason = %(reason)s, status_at = now(), status_by_id = %(by)s
FROM aid_colliding c WHERE a.id = c.void_id"""
_DELIVERIES = """
UPDATE programs_delivery d SET assistance_id = moved.keep_id, stage = moved.stage
FROM (
  SELECT d.id, c.keep_id,
         CASE WHEN EXISTS (SELECT FROM programs_delivery k
                           WHERE k.assistance_id = c.keep_id AND k.stage = d.stage AND NOT k.void)
              THEN (SELECT max(k.stage) FROM programs_delivery k
                    WHERE k.assistance_id IN (c.keep_id, c.void_id) AND NOT k.void)
                   + row_number() OVER (PARTITION BY c.keep_id ORDER BY d.stage, d.id)
              ELSE d.stage END AS stage
  FROM programs_delivery d JOIN aid_colliding c ON d.assistance_id = c.void_id WHERE NOT d.void
) moved
WHERE d.id = moved.id"""
_RECEIVED = """
UPDATE programs_assistance a SET status = 'received'
FROM aid_colliding c
WHERE a.id = c.keep_id AND a.status <> 'received'
  AND EXISTS (SELECT FROM programs_delivery d WHERE d.assistance_id = a.id AND NOT d.void)"""


def households_merged(gone_id: int, survivor_id: int, by) -> None:
    """Hook: household `gone_id` is a duplicate of `survivor_id`; its aid goes over. Inside the caller's history.

    People who were merged too (`Member.merged_into`) hand their aid to the person they were merged into.
    """
    params = {"gone": gone_id, "survivor": survivor_id, "by": by.pk if by else None}
    params["reason"] = _("Duplicate merged: the same aid stood twice")
    with connection.cursor() as cursor:
        _hand_over(
            cursor,
            params,
            same="kept.household_id = %(survivor)s",
            gone="gone.household_id = %(gone)s",
            moves=("UPDATE programs_assistance SET household_id = %(survivor)s WHERE household_id = %(gone)s",),
        )
        _hand_over(
            cursor,
            params,
            same="kept.member_id = (SELECT m.merged_into_id FROM households_member m WHERE m.id = gone.member_id)",
            gone="gone.counts_for_id IN (%(gone)s, %(survivor)s)",
            moves=(
                """UPDATE programs_assistance a SET member_id = m.merged_into_id FROM households_member m
                   WHERE m.id = a.member_id AND m.merged_into_id IS NOT NULL
                     AND a.counts_for_id IN (%(gone)s, %(survivor)s)""",
            ),
        )
        cursor.execute(
            """UPDATE programs_assistance a SET counts_for_id = coalesce(
                 (SELECT m.household_id FROM households_member m WHERE m.id = a.member_id), %(survivor)s)
               WHERE a.counts_for_id = %(gone)s""",
            params,
        )
        cursor.execute(
            """UPDATE programs_groupmember g SET valid_to = current_date
               WHERE g.household_id = %(gone)s AND g.valid_to IS NULL AND EXISTS (
                 SELECT FROM programs_groupmember o
                 WHERE o.group_id = g.group_id AND o.household_id = %(survivor)s AND o.valid_to IS NULL)""",
            params,
        )
        cursor.execute(
            "UPDATE programs_groupmember SET household_id = %(survivor)s WHERE household_id = %(gone)s", params
        )


def _hand_over(cursor, params: dict, *, same: str, gone: str, moves: tuple[str, ...]) -> None:
    colliding = _COLLIDING.format(rank_gone=_RANK.format("gone"), rank_kept=_RANK.format("kept"), same=same, gone=gone)
    cursor.execute("DROP TABLE IF EXISTS aid_colliding")
    for statement in (colliding, _VOID, _DELIVERIES, _RECEIVED, *moves):
        cursor.execute(statement, params)
    cursor.execute("DROP TABLE aid_colliding")


# --- a person decides --------------------------------------------------------------------------------------------


@transaction.atomic
def move_household_aid(*, assistance: Assistance, to: Household, reason: str, by) -> Assistance:
    """Let a household's aid go on with another household: the house was sold, the family split.

    `reason`: why this household keeps it. Needs the right to verify in the programme.
    """
    reason = reason_given(reason)
    program_year = lock_year(assistance.program_year)
    row = Assistance.objects.select_for_update(of=("self",), no_key=True).get(pk=assistance.pk)
    rights.require_program(by, Perm.VERIFY, program_year.program)
    if row.household_id is None or row.status in CLOSED:
        raise ValidationError(_("Only open aid of a household can be moved; a person's aid follows the person."))
    if to.merged_into_id or to.pk == row.household_id:
        raise ValidationError(_("Choose another household."))
    if program_year.assistance.open().filter(household=to).exists():
        raise ValidationError(_("That household already is in this programme year."))
    with history(by=by, action="assistance.move", reason=reason, region=to.region_id):
        row.household, row.counts_for = to, to
        row.save(update_fields=["household", "counts_for"])
    return row


# --- frozen sets ---------------------------------------------------------------------------------------------------

# One pass over the deliveries of the year: asked household by household, a list of 5,000 took two minutes.
_SNAPSHOT = """
UPDATE households_householdsetrow r SET "then" = r."then" || jsonb_build_object('received', coalesce(
  got.programs, '[]'::jsonb))
FROM households_householdsetrow row
LEFT JOIN (
  SELECT d.household_id, jsonb_agg(DISTINCT p.uuid) AS programs
  FROM programs_reached d JOIN programs_program p ON p.id = d.program_id
  WHERE d.date >= date_trunc('year', now())
    AND d.household_id IN (SELECT household_id FROM households_householdsetrow WHERE set_id = %(set)s)
  GROUP BY 1) got ON got.household_id = row.household_id
WHERE row.set_id = %(set)s AND r.id = row.id"""


def set_snapshot(set_id: int) -> None:
    """Hook: a frozen set keeps which programmes each household had received that year (uuids under `received`)."""
    with connection.cursor() as cursor:
        # The rows were written a moment ago, so the planner takes them for one and would go round in loops.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(_SNAPSHOT, {"set": set_id})
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
