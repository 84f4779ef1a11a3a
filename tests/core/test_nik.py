"""NIK and KK: reading cells, decoding, masking, making."""

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.nik import (
    FEMALE,
    MALE,
    MESSAGES,
    check_against,
    check_nik,
    make_kk,
    make_nik,
    mask,
    nik_birth_date,
    nik_region,
    nik_sex,
    parse_kk,
    parse_nik,
)
from core.parsed import Parsed, describe
from households.choices import Sex

TODAY = dt.date(2026, 11, 25)
GOOD = "1372014503800001"

regions = st.sampled_from(["13.72.01", "137202", "13.72.01.1001", "52.01.14", "31.71.01"])
births = st.dates(dt.date(1927, 1, 1), TODAY)
sexes = st.sampled_from([MALE, FEMALE])
serials = st.integers(1, 9999)


@given(regions, births, sexes, serials)
def test_a_made_nik_is_read_back(region, birth, sex, serial):
    nik = make_nik(region, birth, sex, serial)
    assert parse_nik(nik).error == ""
    assert parse_nik(nik).value == nik
    assert nik_birth_date(nik, TODAY) == birth
    assert nik_sex(nik) == sex
    assert nik_region(nik).replace(".", "") == region.replace(".", "")[:6]
    assert check_against(nik, birth, sex) == ()


@given(births, sexes, serials, st.sampled_from(["'{}", " {}", "{}\u00a0", "\u200b{}", "’{} ", '"{}"']))
def test_wrapping_is_cleaned_with_a_note(birth, sex, serial, wrapping):
    nik = make_nik("137201", birth, sex, serial)
    parsed = parse_nik(wrapping.format(nik))
    assert parsed.value == nik
    assert parsed.notes


@given(births, sexes, serials, st.sampled_from([" ", ".", "-", "\u2013", "\u00a0"]))
def test_separators_are_cleaned_with_a_note(birth, sex, serial, separator):
    nik = make_nik("137201", birth, sex, serial)
    parsed = parse_nik(separator.join((nik[:6], nik[6:12], nik[12:])))
    assert parsed.value == nik
    assert parsed.notes


@given(births, births, sexes, sexes)
def test_what_differs_is_warned_of(birth, other, sex, other_sex):
    codes = check_against(make_nik("137201", birth, sex, 1), other, other_sex)
    same_day = (birth.day, birth.month, birth.year % 100) == (other.day, other.month, other.year % 100)
    assert ("nik_birth_differs" in codes) == (not same_day)
    assert ("nik_sex_differs" in codes) == (sex != other_sex)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes()))
def test_any_cell_is_answered(cell):
    for parse in (parse_nik, parse_kk):
        parsed = parse(cell)
        assert isinstance(parsed, Parsed)
        assert parsed.value == "" or (len(parsed.value) == 16 and parsed.value.isdigit())
        assert not (parsed.value and parsed.error)
        for code in (*parsed.notes, parsed.error):
            assert not code or code in MESSAGES
        if parsed.error:
            text, todo = describe(parsed.error, parsed.params, MESSAGES)
            assert "…" not in text + todo


@given(st.floats(min_value=1e15, max_value=1e17))
def test_a_number_of_sixteen_digits_is_never_accepted(number):
    assert parse_nik(number).error == "excel_damaged"
    assert parse_kk(number).error == "excel_damaged"


@pytest.mark.parametrize(
    "cell",
    [
        "1.37202E+15",
        "1,37202E+15",
        "1.37201E+15",
        "1.372021203850000E+15",
        "1E15",
        "1.37202e15",
        "1.372.021.203.850.010",
    ],
)
def test_text_that_excel_made_is_named(cell):
    assert parse_nik(cell).error == "excel_damaged"


@pytest.mark.parametrize(
    "cell",
    [
        0,
        0.0,
        "0",
        "-",
        "--",
        "0000000000000000",
        "9999999999999999",
        "1111111111111111",
        "1234567890123456",
        "000",
        "99999",
    ]
    + ["NULL", "tidak ada", "Belum Ada", "KOSONG", "n/a", "#N/A", "x", "...", "1372010000000000", "'-"],
)
def test_placeholders_are_empty_with_a_note(cell):
    for parse in (parse_nik, parse_kk):
        parsed = parse(cell)
        assert (parsed.value, parsed.error) == ("", "")
        assert "placeholder" in parsed.notes


@pytest.mark.parametrize("cell", ["", None, "   ", "\u00a0", "\u200b"])
def test_nothing_is_nothing(cell):
    assert parse_nik(cell) == Parsed()
    assert parse_nik(cell).empty


def test_the_temporary_number_of_opensid_is_empty_with_a_note():
    assert parse_nik("0137201100100001") == Parsed("", ("temporary",))


@pytest.mark.parametrize(
    ("cell", "error", "params"),
    [
        ("137201450380000", "nik_length", {"n": 15}),
        ("13720145038000011", "nik_length", {"n": 17}),
        (137201450380001.0, "nik_length", {"n": 15}),
        (13720145, "nik_length", {"n": 8}),
        ("1372014503O00001", "nik_not_digits", {"chars": "O"}),
        ("١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", "nik_not_digits", None),
        (True, "nik_not_digits", {"chars": "TRUE"}),
        (12.5, "nik_not_digits", {"chars": "12.5"}),
        (dt.date(1980, 3, 5), "nik_not_digits", None),
        ("1372014503800000", "nik_serial_zero", None),
        ("1372019933990001", "nik_date", None),
        ("1372013002800001", "nik_date", None),
        ("1372012902810001", "nik_date", None),
        ("1372010013800001", "nik_date", None),
        ("1372017203800001", "nik_date", None),
    ],
)
def test_errors(cell, error, params):
    parsed = parse_nik(cell)
    assert parsed.error == error
    assert parsed.value == ""
    if params:
        assert dict(parsed.params) == params


def test_leap_days_exist_only_in_leap_years():
    assert check_nik("1372012902800001") == ""
    assert check_nik("1372016902000001") == ""
    assert nik_birth_date("1372012902000001", TODAY) == dt.date(2000, 2, 29)


def test_the_century_is_never_in_the_future():
    assert nik_birth_date("1372012511260001", TODAY) == TODAY
    assert nik_birth_date("1372012611260001", TODAY) == dt.date(1926, 11, 26)


def test_a_family_card_may_look_odd():
    """Offices hold real cards with serial 0000 or a day that does not exist; a NIK like that is refused."""
    assert parse_kk("1000000103170000") == Parsed("1000000103170000", ("kk_serial_zero",))
    assert parse_kk("1372019933990001") == Parsed("1372019933990001", ("kk_date_odd",))
    assert parse_kk(make_kk("13.72.01", dt.date(2018, 5, 1), 7)) == Parsed("1372010105180007")


def test_a_number_of_pandas_keeps_its_digits_unless_excel_may_have_rounded_it():
    assert parse_nik("1372014503800001.0").value == GOOD
    assert parse_nik("1372014503800010.0").error == "excel_damaged"


def test_the_mask_hides_all_but_the_region():
    assert mask(GOOD) == "137201••••••••••"
    assert mask("") == mask(None) == ""


@pytest.mark.parametrize(
    ("region", "sex", "serial"),
    [("13.72", MALE, 1), ("13.72.01", "x", 1), ("13.72.01", MALE, 0), ("13.72.01", MALE, 10_000)],
)
def test_no_unsound_number_is_made(region, sex, serial):
    with pytest.raises(ValueError):
        make_nik(region, dt.date(1980, 1, 1), sex, serial)


def test_sexes_are_those_of_households():
    assert (MALE, FEMALE) == (Sex.MALE, Sex.FEMALE)


def test_the_standard_wording():
    with translation.override("id"):
        parsed = parse_nik("137201450380")
        assert describe(parsed.error, parsed.params, MESSAGES)[0] == "NIK 12 digit, seharusnya 16."
        parsed = parse_nik(1.37202e15)
        assert (
            " ".join(describe(parsed.error, parsed.params, MESSAGES))
            == "Angka ke-16 hilang karena Excel. Ubah kolom menjadi Teks, lalu ketik ulang dari KTP."
        )
        assert describe("nik_birth_differs", {}, MESSAGES)[0] == "Tanggal lahir di NIK berbeda dengan isian."
