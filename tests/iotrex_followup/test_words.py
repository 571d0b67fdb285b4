from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from iotrex_followup.templatetags import words

TODAY = date(2024, 3, 27)


def test_nice_date_writes_weekday_day_month_year():
    assert words.nice_date(TODAY) == "Wed 27 Mar 2024"


def test_nice_date_of_none_is_nothing():
    assert words.nice_date(None) == ""


def test_nice_date_follows_the_language():
    with translation.override("es"):
        assert words.nice_date(TODAY) == "mié 27 Mar 2024"


@pytest.mark.parametrize(
    ("day", "words_for_it"),
    [
        (date(2024, 3, 27), "today"),
        (date(2024, 3, 28), "tomorrow"),
        (date(2024, 3, 26), "yesterday"),
        (date(2024, 3, 30), "in 3 days"),
        (date(2024, 3, 22), "5 days ago"),
        (date(2024, 4, 23), "in 27 days"),
        (date(2024, 4, 24), "in 4 weeks"),
        (date(2024, 6, 18), "in 11 weeks"),
        (date(2024, 6, 19), "in 2 months"),
        (date(2023, 3, 27), "1 year ago"),
        (date(2025, 5, 27), "in 1 year 2 months"),
    ],
)
def test_relative_days_says_how_far(day, words_for_it):
    assert words.relative_days(day, TODAY) == words_for_it


@pytest.mark.parametrize(
    ("closes", "words_for_it"),
    [
        (date(2024, 3, 28), ""),
        (date(2024, 3, 27), ""),
        (date(2024, 3, 26), "1 day overdue"),
        (date(2024, 3, 22), "5 days overdue"),
    ],
)
def test_days_overdue_counts_from_the_windows_last_day(closes, words_for_it):
    assert words.days_overdue(closes, TODAY) == words_for_it


@pytest.mark.parametrize(
    ("opens", "closes", "full", "short"),
    [
        (date(2024, 3, 24), date(2024, 3, 30), "24–30 Mar 2024", "24–30 Mar"),
        (date(2024, 3, 28), date(2024, 4, 4), "28 Mar–4 Apr 2024", "28 Mar–4 Apr"),
        (date(2024, 12, 28), date(2025, 1, 4), "28 Dec 2024–4 Jan 2025", "28 Dec 2024–4 Jan 2025"),
        (date(2024, 3, 24), date(2024, 3, 24), "24 Mar 2024", "24 Mar"),
    ],
)
def test_window_repeats_nothing_that_both_days_share(opens, closes, full, short):
    assert (words.window(opens, closes), words.short_window(opens, closes)) == (full, short)


@pytest.mark.parametrize(
    ("birth_date", "words_for_it"),
    [
        (date(1961, 3, 3), "63 y"),
        (date(1961, 3, 28), "62 y"),
        (date(2012, 3, 27), "12 y"),
        (date(2012, 3, 28), "11 y 11 m"),
        (date(2020, 11, 20), "3 y 4 m"),
        (date(2023, 11, 20), "4 m"),
        (date(2024, 3, 10), "17 d"),
    ],
)
def test_age_counts_months_for_children(birth_date, words_for_it):
    assert words.age(birth_date, TODAY) == words_for_it


@pytest.mark.parametrize(
    ("today", "words_for_it"),
    [
        (date(2026, 2, 12), "day 0, week 1"),
        (date(2026, 3, 22), "day 38, week 6"),
        (date(2026, 5, 6), "day 83, week 12"),
        (date(2026, 5, 7), "day 84, 2 months"),
        (date(2027, 4, 12), "day 424, 1 year 2 months"),
    ],
)
def test_day_and_week_counts_from_the_treatment(today, words_for_it):
    assert words.day_and_week(date(2026, 2, 12), today) == words_for_it


@pytest.mark.parametrize(
    ("mbq", "words_for_it"),
    [
        (Decimal("7400"), "7.40 GBq (200 mCi)"),
        (Decimal("18500"), "18.50 GBq (500 mCi)"),
        (Decimal("1000"), "1.00 GBq (27 mCi)"),
        (Decimal("185"), "185 MBq (5.0 mCi)"),
        (None, ""),
    ],
)
def test_activity_stands_in_gbq_with_mci(mbq, words_for_it):
    assert words.activity(mbq) == words_for_it
