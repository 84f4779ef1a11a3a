"""Pages by key: every row once, in both directions, under every sort, and nothing but our own tokens."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import CharField, IntegerField
from django.test.utils import CaptureQueriesContext

from core.keyset import BadToken, Key, Sort, keyset_page
from households.listing import SORTS
from households.models import Household
from tests import factories as make

ID = Key("id", "id", IntegerField())
BY_RT = Sort("rt", (Key("rt", "rt", CharField()), ID))


@pytest.fixture
def rows(db):
    """Twenty-three households with repeated values in every sorted column."""
    for n in range(23):
        make.HouseholdFactory(
            rt=f"{n % 3 + 1:03d}",
            desil=n % 4 + 1,
            head_sort=f"nama {n % 5}",
            verified_at=None if n % 3 else dt.date(2026, 1, n + 1),
        )
    return Household.objects.all()


def fields(sort):
    return ["id", *(k.alias for k in sort.keys if k.alias == k.expression)]


@pytest.mark.parametrize("name", list(SORTS))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_row_once_there_and_back(rows, name, descending):
    sort = SORTS[name]
    queryset = rows.values(*fields(sort))
    orders = [k.expression if isinstance(k.expression, str) else k.expression for k in sort.keys]
    want = list(rows.order_by(*orders).values_list("pk", flat=True))
    if descending:
        want.reverse()
    seen, page, starts = [], keyset_page(queryset, sort, descending=descending, size=5), []
    while True:
        seen.append([r["id"] for r in page.rows])
        starts.append((page.start, page.end))
        if not page.after:
            break
        page = keyset_page(queryset, sort, descending=descending, after=page.after, size=5)
    assert [pk for rows in seen for pk in rows] == want
    assert starts == [(1, 5), (6, 10), (11, 15), (16, 20), (21, 23)]
    back = [[r["id"] for r in page.rows]]
    while page.before:
        page = keyset_page(queryset, sort, descending=descending, before=page.before, size=5)
        back.append([r["id"] for r in page.rows])
    assert back[::-1] == seen
    assert page.start == 1


def test_empty_list_has_no_other_pages(db):
    page = keyset_page(Household.objects.values("id", "rt"), BY_RT)
    assert (page.rows, page.end, page.before, page.after) == ([], 0, "", "")


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJhIjoxfQ:1abc:zzz", "\x00", "ü" * 50])
def test_strange_tokens_are_refused(rows, token):
    with pytest.raises(BadToken):
        keyset_page(rows.values("id", "rt"), BY_RT, after=token)


def test_a_token_of_another_order_is_refused(rows):
    token = keyset_page(rows.values("id", "rt"), BY_RT, size=5).after
    with pytest.raises(BadToken):
        keyset_page(rows.values("id", "rt"), BY_RT, after=token, descending=True)
    with pytest.raises(BadToken):
        keyset_page(rows.values("id", "head_sort"), SORTS["name"], after=token)


def test_the_page_walks_the_index(rows):
    """The row comparison is one index condition, not a filter over everything read before it."""
    sort = SORTS["work"]
    queryset = rows.values(*fields(sort))
    token = keyset_page(queryset, sort, size=5).after
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as asked:
            keyset_page(queryset, sort, size=5, after=token)
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using household_work_order" in plan
    assert "Index Cond: (ROW(work_order" in plan
