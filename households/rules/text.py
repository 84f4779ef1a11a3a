"""Search by words or by a whole number: which households a text names.

`contains` is strict: every word begins a word of one member's name, or every word begins a word of the address; sixteen
digits are a whole NIK or KK, past card numbers included. `like` forgives: words spread over names, address and
kelurahan, parts inside a word, then slips of the finger.
"""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchQuery, SearchQueryField
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q

from core.names import similarity
from households.models import Household, HouseholdNumber, Member
from households.rules.truth import NEVER, Context, Truth

# Up to so many hits a text is compiled to ids: fast to sort and to count. Beyond, the index walk of the list is faster.
FEW = 2000
LIKE_LIMIT = 200
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[\d .\-]+", re.ASCII)
_ALIKE = 0.4  # trigram likeness of candidates; letters swapped in the middle of a name cost half of its trigrams
_SLIP = 0.7  # likeness from which a word counts as meant


def whole_number(text: str) -> str:
    """The 16 digits of a whole NIK or KK, typed with spaces, dots or dashes; "" when it is none."""
    digits = re.sub(r"[ .\-]", "", text.strip())
    return digits if re.fullmatch(r"\d{16}", digits, re.ASCII) else ""


def broken_number(text: str) -> int:
    """How many digits, when the text can only be meant as a NIK or KK but has not 16; else 0."""
    if not _DIGITS.fullmatch(text.strip()):
        return 0
    n = len(re.sub(r"[ .\-]", "", text))
    return n if n >= 8 and n != 16 else 0


def words_of(text: str) -> list[str]:
    """The words to look for, lower case, at most eight; single letters only where there is nothing else."""
    words = list(dict.fromkeys(_WORD.findall(text.casefold())))[:8]
    return [w for w in words if len(w) > 1] or words


class _Prefixes(SearchQuery):
    """`to_tsquery('simple', 'yus:* & lai:*')`; the words hold letters and digits only."""

    output_field = SearchQueryField()

    def __init__(self, words: list[str]):
        super().__init__(" & ".join(f"{w}:*" for w in words), config="simple", search_type="raw")


class _AnyOf(Func):
    """`id = ANY (array)`: one parameter however long the list; a long IN costs more to write than to answer."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, expression, ids: list[int]):
        self.ids = ids
        super().__init__(expression)

    def as_sql(self, compiler, connection, **extra):
        sql, params = compiler.compile(self.source_expressions[0])
        return f"{sql} = ANY(%s)", [*params, list(self.ids)]


def by_name(words: list[str]) -> Q:
    """Condition on members: every word begins a word of the name."""
    return Q(name_search=_Prefixes(words))


def _by_address(words: list[str]) -> Q:
    return Q(address_search=_Prefixes(words))


def text_truth(op: str, text: str, ctx: Context) -> Truth:
    """Truth of a search text on the rows of `ctx`; asks the database which households are meant."""
    words = words_of(text)
    if not words:
        return Truth.certain(NEVER)
    if (op, text) not in ctx.memo:
        ctx.memo[op, text] = _ids(op, text, words)
    ids = ctx.memo[op, text]
    if ids is not None:
        return Truth.certain(Q(_AnyOf(F(ctx.household), ids)) if ids else NEVER)
    named = Exists(Member.objects.filter(by_name(words), household=OuterRef(ctx.household), merged_into__isnull=True))
    return Truth.certain(Q(named) | Q(**{f"{ctx.prefix}address_search": _Prefixes(words)}))


def _ids(op: str, text: str, words: list[str]) -> list[int] | None:
    """The households meant, None when they are many."""
    if op == "like":
        return similar_households(text)
    number = whole_number(text)
    return households_of_number(number) if number else _few_households(words)


def _few_households(words: list[str]) -> list[int] | None:
    named = Member.objects.filter(by_name(words), merged_into__isnull=True).order_by()
    lived = Household.objects.filter(_by_address(words)).order_by()
    ids = set(named.values_list("household", flat=True)[: FEW + 1])
    if len(ids) <= FEW:
        ids |= set(lived.values_list("pk", flat=True)[: FEW + 1])
    return sorted(ids) if len(ids) <= FEW else None


def households_of_number(number: str) -> list[int]:
    """Households that hold this NIK or KK, today or in the past."""
    ids = set(Member.objects.filter(nik=number, merged_into__isnull=True).values_list("household", flat=True))
    ids |= set(Household.objects.filter(kk=number).values_list("pk", flat=True))
    ids |= set(HouseholdNumber.objects.filter(kk=number).values_list("household", flat=True))
    return sorted(ids)


def similar_households(text: str, limit: int = LIKE_LIMIT) -> list[int]:
    """Households that a text may have meant, when no name or address has all its words: nearest kind of hit first.

    Words spread over names, address and kelurahan; else parts inside words; else words alike (trigrams).
    """
    words = words_of(text)
    if not words:
        return []
    for search in (_spread, _inside, _alike):
        ids = search(words, limit)
        if ids:
            return ids
    return []


def _ask(sql: str, params: list) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _spread(words: list[str], limit: int) -> list[int]:
    if len(words) < 2:
        return []
    one = """(SELECT m.household_id FROM households_member m
        WHERE m.name_search @@ to_tsquery('simple', %s) AND m.merged_into_id IS NULL
        UNION SELECT h.id FROM households_household h WHERE h.address_search @@ to_tsquery('simple', %s)
        UNION SELECT h.id FROM households_household h JOIN core_region r ON r.code = h.region_id
              WHERE to_tsvector('simple', r.name) @@ to_tsquery('simple', %s))"""
    params = [f"{w}:*" for w in words for _ in range(3)]
    return _ask(f"{' INTERSECT '.join([one] * len(words))} LIMIT %s", [*params, limit])


def _inside(words: list[str], limit: int) -> list[int]:
    if min(map(len, words)) < 3:  # shorter parts have no trigram: they would read the whole table
        return []
    parts = [f"%{w}%" for w in words]
    named = " AND ".join(["m.name ILIKE %s"] * len(words))
    lived = " AND ".join(["h.address ILIKE %s"] * len(words))
    return _ask(
        f"""SELECT household_id FROM (
          (SELECT m.household_id FROM households_member m WHERE {named} AND m.merged_into_id IS NULL LIMIT %s)
          UNION (SELECT h.id FROM households_household h WHERE {lived} LIMIT %s)) x LIMIT %s""",
        [*parts, limit, *parts, limit, limit],
    )


def _alike(words: list[str], limit: int) -> list[int]:
    words = [w for w in words if len(w) >= 3]
    if not words:
        return []
    text = " ".join(words)
    # The operator form uses the trigram index; its threshold holds for this transaction only.
    sql = """SELECT id, text FROM (
        (SELECT m.household_id AS id, m.name AS text, word_similarity(%s, m.name) AS s FROM households_member m
         WHERE %s <%% m.name AND m.merged_into_id IS NULL ORDER BY s DESC LIMIT %s)
        UNION ALL
        (SELECT h.id, h.address, word_similarity(%s, h.address) AS s FROM households_household h
         WHERE %s <%% h.address ORDER BY s DESC LIMIT %s)) x
      ORDER BY s DESC, id"""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(_ALIKE)])
        cursor.execute(sql, [text, text, limit, text, text, limit])
        rows = cursor.fetchall()
    found = [pk for pk, name in rows if all(_meant(word, words_of(name)) for word in words)]
    return list(dict.fromkeys(found))[:limit]


def _meant(word: str, among: list[str]) -> bool:
    """Whether `word` is one of the words with a slip of the finger or two (swapped letters count as one)."""
    return any(similarity(word, other) >= _SLIP for other in among)
