"""Dates in every shape that offices write."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import MESSAGES, MONTHS, age_on, parse_birth_date, parse_date, split_place_date, tanggal
from core.parsed import Parsed, describe

TODAY = dt.date(2026, 11, 25)
DAY = dt.date(1980, 3, 5)

days = st.dates(dt.date(1900, 3, 1), TODAY)

SHAPES = (
    lambda d: d,
    lambda d: dt.datetime.combine(d, dt.time()),
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d:%d-%m-%Y}",
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d.day} - {d.month} - {d.year}",
    lambda d: f"{d:%Y-%m-%d}",
    lambda d: f"{d:%Y/%m/%d}",
    lambda d: f"{d:%Y-%m-%d} 00:00:00",
    lambda d: f"{d:%Y-%m-%d}T00:00:00",
    lambda d: f"{d:%d/%m/%Y} 0:00",
    lambda d: f"{d:%d%m%Y}",
    lambda d: f"{d:%Y%m%d}",
    lambda d: float(f"{d:%d%m%Y}"),
    lambda d: tanggal(d),
    lambda d: tanggal(d).upper(),
    lambda d: tanggal(d, short=True),
    lambda d: f"{d.day:02d}-{tanggal(d, short=True).split()[1].upper()}-{d.year}",
    lambda d: f"{d:%d-%b-%Y}",
    lambda d: f"{d:%d %B %Y}",
    lambda d: f"Senin, {tanggal(d)}",
    lambda d: f" '{d:%d/%m/%Y} ",
    lambda d: float((d - dt.date(1899, 12, 30)).days),
    lambda d: str((d - dt.date(1899, 12, 30)).days),
)


@given(days, st.sampled_from(SHAPES))
def test_every_shape_gives_the_day_back(day, shape):
    if shape in SHAPES[-2:] and 1850 <= (day - dt.date(1899, 12, 30)).days <= 2150:
        return  # four digits: a year, not a day number
    parsed = parse_birth_date(shape(day), today=TODAY)
    assert (parsed.value, parsed.error) == (day, "")


@given(days)
def test_two_digit_years_are_never_in_the_future(day):
    parsed = parse_birth_date(f"{day:%d/%m/%y}", today=TODAY)
    assert parsed.value <= TODAY
    assert (parsed.value.day, parsed.value.month, parsed.value.year % 100) == (day.day, day.month, day.year % 100)
    assert parsed.notes == ("date_two_digit_year",)
    assert (TODAY - parsed.value).days < 100 * 366


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.times(), st.timedeltas()))
def test_any_cell_is_answered(cell):
    for parse in (parse_date, parse_birth_date):
        parsed = parse(cell, today=TODAY)
        assert parsed.value is None or isinstance(parsed.value, dt.date)
        assert not (parsed.value and parsed.error)
        for code in (*parsed.notes, parsed.error):
            assert not code or code in MESSAGES
        if parsed.error:
            assert "%(" not in "".join(describe(parsed.error, parsed.params, MESSAGES))


@given(st.from_regex(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}", fullmatch=True))
def test_no_impossible_day_is_invented(text):
    parsed = parse_date(text, today=TODAY)
    if parsed.value and "placeholder" not in parsed.notes:
        first, second, _third = (
            int(part) for part in text.replace("-", "/").replace(".", "/").replace(" ", "/").split("/")
        )
        assert (parsed.value.day, parsed.value.month) == (first, second)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5 Pebruari 1980", dt.date(1980, 2, 5)),
        ("5 Nopember 1980", dt.date(1980, 11, 5)),
        ("05-NOP-80", dt.date(1980, 11, 5)),
        ("5 Agt 1980", dt.date(1980, 8, 5)),
        ("March 5, 1980", DAY),
        ("Jumat, 5 Maret 1980", DAY),
        ("5Maret1980", DAY),
        ("050380", DAY),
        (5031980.0, DAY),
        ("12-03-1980 10.30 WIB", dt.date(1980, 3, 12)),
        (25708.0, dt.date(1970, 5, 20)),
        ("25708", dt.date(1970, 5, 20)),
        (25708.75, dt.date(1970, 5, 20)),
        (1.0, dt.date(1900, 1, 1)),
        (61.0, dt.date(1900, 3, 1)),
        (dt.datetime(1980, 3, 5, 13, 1), DAY),
    ],
)
def test_shapes(cell, value):
    assert parse_birth_date(cell, today=TODAY).value == value


def test_the_other_day_count_of_excel():
    assert parse_date(0.0 + 25708, today=TODAY, date1904=True).value == dt.date(1974, 5, 21)


def test_month_first_when_said_so():
    assert parse_date("03/05/1980", today=TODAY, day_first=False).value == DAY
    assert parse_date("1980-03-05", today=TODAY, day_first=False).value == DAY


@pytest.mark.parametrize(
    "cell", ["0", 0.0, "-", "00/00/0000", "0000-00-00", "00-00-0000", "NULL", "tidak ada", dt.date(1899, 12, 31)]
)
def test_placeholders_are_empty_with_a_note(cell):
    assert parse_birth_date(cell, today=TODAY) == Parsed(None, ("placeholder",))


@pytest.mark.parametrize("cell", ["", None, "  ", "\u00a0"])
def test_nothing_is_nothing(cell):
    assert parse_birth_date(cell, today=TODAY) == Parsed(None)


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("31/02/1980", "date_impossible"),
        ("29/02/1900", "date_impossible"),
        ("03/25/1980", "date_impossible"),
        ("00/03/1980", "date_impossible"),
        ("99999999", "date_impossible"),
        ("1980", "date_year_only"),
        (1980.0, "date_year_only"),
        ("kemarin", "date_unreadable"),
        ("5 Foo 1980", "date_unreadable"),
        ("05/03/198", "date_unreadable"),
        (True, "date_unreadable"),
        (dt.time(1, 2), "date_unreadable"),
        (-5.0, "date_unreadable"),
        ("26/11/2026", "date_future"),
        ("1890-01-01", "date_too_old"),
        (80_500.5, "date_unreadable"),
    ],
)
def test_errors(cell, error):
    parsed = parse_birth_date(cell, today=TODAY)
    assert (parsed.value, parsed.error) == (None, error)


def test_other_dates_may_lie_ahead():
    assert parse_date("31/12/2029", today=TODAY).value == dt.date(2029, 12, 31)
    assert parse_date("31/12/29", today=TODAY).value == dt.date(2029, 12, 31)
    assert parse_date("31/12/80", today=TODAY).value == dt.date(1980, 12, 31)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("SOLOK, 12-03-1980", ("SOLOK", "12-03-1980")),
        ("SOLOK/12-03-1980", ("SOLOK", "12-03-1980")),
        ("Solok 12 Maret 1980", ("Solok", "12 Maret 1980")),
        ("Kab. Solok, 5 Mei 1990", ("Kab. Solok", "5 Mei 1990")),
        ("SOLOK (12-03-1980)", ("SOLOK", "12-03-1980")),
        ("SOLOK, 1980-03-05", ("SOLOK", "1980-03-05")),
        ("SOLOK,12/03/80", ("SOLOK", "12/03/80")),
        ("KOTO BARU 1 - 12-3-1980", ("KOTO BARU 1", "12-3-1980")),
        ("12-03-1980", ("", "12-03-1980")),
        ("SOLOK", ("SOLOK", "")),
        ("", ("", "")),
        (None, ("", "")),
        (25708.0, ("", 25708.0)),
    ],
)
def test_place_and_date_together(cell, answer):
    assert split_place_date(cell) == answer


@given(days, days)
def test_age(birth, day):
    age = age_on(birth, day)
    birthday = birth.replace(year=birth.year + age) if (birth.month, birth.day) != (2, 29) else None
    if birthday:
        assert birthday <= day
        assert day < birth.replace(year=birth.year + age + 1)


def test_age_turns_on_the_birthday():
    assert age_on(dt.date(2000, 2, 29), dt.date(2018, 2, 28)) == 17
    assert age_on(dt.date(2000, 2, 29), dt.date(2018, 3, 1)) == 18


def test_indonesian_words():
    assert tanggal(dt.date(2021, 9, 23)) == "23 September 2021"
    assert tanggal(dt.date(2026, 8, 5), short=True) == "5 Agu 2026"
    assert tanggal(None) == ""
    assert len(MONTHS) == 12
