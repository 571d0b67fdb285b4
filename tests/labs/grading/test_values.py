from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.values import Value, read_value


@pytest.mark.parametrize(
    ("text", "number", "comparator"),
    [
        ("5", "5", ""),
        ("5.00", "5.00", ""),
        (" 007 ", "7", ""),
        (".5", "0.5", ""),
        ("5.", "5", ""),
        ("=5", "5", ""),
        ("<5", "5", "<"),
        ("< 5", "5", "<"),
        ("<.5", "0.5", "<"),
        ("≤5", "5", "<="),
        ("<= 5.0", "5.0", "<="),
        ("=<5", "5", "<="),
        (">1000", "1000", ">"),
        ("≥ 1000", "1000", ">="),
        (">=1000", "1000", ">="),
        ("=>1000", "1000", ">="),
        (">0", "0", ">"),
        ("＜５", "5", "<"),
        ("5.0 H", "5.0", ""),
        ("5.0LL", "5.0", ""),
        ("0.10 (L)", "0.10", ""),
        ("3.4*", "3.4", ""),
        ("<0.1 L", "0.1", "<"),
        ("150 High", "150", ""),
        ("1.2e3", "1200", ""),
        ("1.2E-3", "0.0012", ""),
        ("1,234.5", "1234.5", ""),
        ("1.234,5", "1234.5", ""),
        ("1,234,567", "1234567", ""),
        ("1.234.567", "1234567", ""),
        ("150 000", "150000", ""),
        ("150\N{NARROW NO-BREAK SPACE}000.5", "150000.5", ""),
        (">1'000", "1000", ">"),
        ("12345678901234567890", "12345678901234567890", ""),
    ],
)
def test_a_number_reads_with_its_comparator(text, number, comparator):
    value = read_value(text)
    assert (str(value.number), value.comparator, value.text) == (number, comparator, text.strip())
    assert value.reason == ""


COMMA = "ambiguous: the comma could stand for decimals or for thousands"
SIGNS = "not one number by its points, commas or spaces"
NOT_A_NUMBER = "a text, not a number"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,5", COMMA),
        ("1,500", COMMA),
        (">1,000", COMMA),
        ("0,5 L", COMMA),
        ("1.2.3", SIGNS),
        ("1..5", SIGNS),
        ("5 5", SIGNS),
        ("1,23,456", SIGNS),
        ("1,234.567.890", SIGNS),
        ("0 500", SIGNS),
        ("-5", "negative, which is not possible"),
        ("−5.2", "negative, which is not possible"),
        ("5-10", "a range, not one number"),
        ("5 – 10", "a range, not one number"),
        ("5 to 10", "a range, not one number"),
        ("1:40", "a titre, not one number"),
        (">1:640", "a titre, not one number"),
        ("12.5 g/dL", "more than a number and a flag"),
        ("2+", "more than a number and a flag"),
        ("10²", "more than a number and a flag"),
        ("5 >", "more than a number and a flag"),
        ("<0", "impossible: nothing is below 0"),
        ("1e20", "of more than 20 digits"),
        ("1e-21", "of more than 20 digits"),
        ("1E999", "of more than 20 digits"),
        ("123456789012345678901", "of more than 20 digits"),
        ("+", NOT_A_NUMBER),
        ("++", NOT_A_NUMBER),
        ("<", NOT_A_NUMBER),
        ("neg", NOT_A_NUMBER),
        ("NEGATIVE", NOT_A_NUMBER),
        ("trace", NOT_A_NUMBER),
        ("NaN", NOT_A_NUMBER),
        ("sNaN", NOT_A_NUMBER),
        ("inf", NOT_A_NUMBER),
        ("-Infinity", NOT_A_NUMBER),
        ("٥", NOT_A_NUMBER),
        ("see note", NOT_A_NUMBER),
        ("clotted", NOT_A_NUMBER),
    ],
)
def test_what_is_not_one_number_stays_a_text_with_the_reason(text, reason):
    assert read_value(text) == Value(None, "", text, reason)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_blank_is_no_value(text):
    assert read_value(text) is None


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1,5", ",", "1.5"),
        ("1,500", ",", "1.500"),
        ("1.500", ",", "1500"),
        ("1.234,5", ",", "1234.5"),
        (",5", ",", "0.5"),
        ("5", ",", "5"),
        ("1.5", ",", None),
        ("1,234.5", ",", None),
        ("1,500", ".", "1500"),
        ("1.500", ".", "1.500"),
        ("1,5", ".", None),
        ("1.234,5", ".", None),
    ],
)
def test_a_known_decimal_sign_settles_what_the_other_one_means(text, decimal, number):
    assert read_value(text, decimal).number == (number and Decimal(number))


@given(
    st.decimals(min_value=0, max_value=10**10, allow_nan=False, allow_infinity=False, places=3),
    st.sampled_from(["", "<", "<=", ">", ">="]),
    st.sampled_from(["", " ", " H", "*"]),
)
def test_a_written_number_reads_back_as_it_was_written(number, comparator, flag):
    value = read_value(f"{comparator}{number}{flag}")
    if comparator == "<" and number == 0:
        assert value.number is None
    else:
        assert (str(value.number), value.comparator) == (f"{number:f}", comparator)


@given(st.text(max_size=80))
def test_any_text_reads_as_a_bounded_number_or_with_a_reason(text):
    value = read_value(text)
    if value is None:
        assert not text.strip()
    elif value.number is None:
        assert value.reason
    else:
        assert value.number >= 0
        assert len(f"{value.number:f}") <= 22
