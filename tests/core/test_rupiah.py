"""Numbers and money as offices write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rupiah import MESSAGES, parse_integer, parse_number, parse_rupiah, rupiah, rupiah_short, thousands


@given(st.integers(0, 10**14))
def test_money_is_read_back_from_every_writing(amount):
    dots = thousands(amount)
    for text in (
        rupiah(amount),
        dots,
        f"Rp{dots},00",
        f"Rp. {dots},-",
        f"IDR {amount:,}.00",
        str(amount),
        float(amount),
    ):
        assert parse_rupiah(text).value == amount


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.text("0123456789.,-() Rpjt")))
def test_any_cell_is_answered(cell):
    for parse in (parse_number, parse_integer, parse_rupiah):
        parsed = parse(cell)
        assert not (parsed.value is not None and parsed.error)
        assert not parsed.error or parsed.error in MESSAGES


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("36", "36"),
        (36.0, "36"),
        ("36,5", "36.5"),
        ("36.5 m2", "36.5"),
        ("0,125", "0.125"),
        ("0.500", "0.5"),
        ("1.500", "1500"),
        ("-5", "-5"),
        ("(500)", "-500"),
        ("1 234", "1234"),
    ],
)
def test_numbers(cell, value):
    assert parse_number(cell).value == Decimal(value)


@pytest.mark.parametrize("cell", ["abc", "1.2.3", "12.34.567", "1e5", "5 x 7", float("nan"), float("inf"), True])
def test_no_numbers(cell):
    assert parse_number(cell).error == "number_unreadable"


def test_whole_numbers_and_their_limits():
    assert parse_integer("4", low=1, high=10).value == 4
    assert parse_integer("4,5").error == "number_not_whole"
    parsed = parse_integer(11.0, low=1, high=10)
    assert (parsed.error, dict(parsed.params)) == ("number_out_of_range", {"raw": "11", "low": 1, "high": 10})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,5 juta", 1_500_000),
        ("1.500 juta", 1_500_000_000),
        ("2,4 miliar", 2_400_000_000),
        ("500 rb", 500_000),
        (0.5, 1),
    ],
)
def test_scaled_money(cell, value):
    assert parse_rupiah(cell).value == value


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("(500.000)", "rupiah_negative"),
        ("-Rp 500", "rupiah_negative"),
        (-1.0, "rupiah_negative"),
        ("Rp", "rupiah_unreadable"),
    ]
    + [("1,5 foo", "rupiah_unreadable"), ("9" * 20, "rupiah_unreadable"), (1e300, "rupiah_unreadable")],
)
def test_no_money(cell, error):
    assert parse_rupiah(cell).error == error


@pytest.mark.parametrize("cell", ["", None, "-", "x"])
def test_no_amount_is_none(cell):
    assert parse_rupiah(cell).value is None
    assert parse_rupiah(cell).error == ""


def test_wording():
    assert rupiah(2_400_000_000) == "Rp 2.400.000.000"
    assert rupiah(-500) == "-Rp 500"
    assert rupiah_short(2_400_000_000) == "Rp 2,4 miliar"
    assert rupiah_short(2_000_000) == "Rp 2 juta"
    assert rupiah_short(999_999_999) == "Rp 1 miliar"
    assert rupiah_short(950_000) == "Rp 950.000"
    assert rupiah_short(-1_500_000) == "-Rp 1,5 juta"
