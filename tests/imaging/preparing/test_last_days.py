"""The days around a scan or infusion: boundaries of each date, and the dose of the blockade at each age."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.preparing import OccasionKind, adapted, age_words, blockade_for, days_of, packaged, tracer_on

TABLE = packaged()
DAY = date(2024, 5, 15)
SCAN, INFUSION = OccasionKind.SCAN, OccasionKind.INFUSION


def group(name):
    return TABLE.find(name).group


@pytest.mark.parametrize(
    ("name", "occasion", "last", "stop", "restart"),
    [
        # The tracer is given on the 14th: seven whole days are the 7th to the 13th.
        ("labetalol", SCAN, date(2024, 5, 6), date(2024, 5, 7), date(2024, 5, 16)),
        # The infusion itself is on the 15th: the 8th to the 14th; not before 7 days after it.
        ("labetalol", INFUSION, date(2024, 5, 7), date(2024, 5, 8), date(2024, 5, 22)),
        ("reserpine", SCAN, date(2024, 4, 1), date(2024, 4, 2), date(2024, 5, 16)),
        ("amiodarone", SCAN, None, None, date(2024, 5, 16)),
        ("amiodarone", INFUSION, None, None, None),
    ],
)
def test_medicine_is_not_taken_on_whole_days_before(name, occasion, last, stop, restart):
    found = days_of(group(name), DAY, occasion, TABLE)

    assert (found.last_taken_on, found.stop_on, found.restart_on) == (last, stop, restart)


@given(day=st.dates(date(2000, 1, 10), date(2090, 1, 1)), before=st.integers(0, 60), apart=st.integers(0, 2))
def test_so_many_days_lie_between_the_last_dose_and_the_tracer(day, before, apart):
    table = adapted(TABLE, {"labetalol": {"before_scan": before}}, injection_days_before=apart)

    found = days_of(table.find("labetalol").group, day, SCAN, table)

    tracer = tracer_on(day, SCAN, table)
    assert tracer == day - timedelta(days=apart)
    assert (tracer - found.last_taken_on).days - 1 == before
    assert found.stop_on == found.last_taken_on + timedelta(days=1)
    assert found.restart_on > day


def test_days_cross_a_leap_day_and_the_end_of_a_year():
    assert days_of(group("labetalol"), date(2024, 3, 5), INFUSION, TABLE).stop_on == date(2024, 2, 27)
    assert days_of(group("labetalol"), date(2025, 1, 3), INFUSION, TABLE).stop_on == date(2024, 12, 27)


@pytest.mark.parametrize(
    ("occasion", "starts", "last"),
    [
        (INFUSION, date(2024, 5, 14), date(2024, 5, 25)),  # from 24 hours before until 10 days after
        (SCAN, date(2024, 5, 14), date(2024, 5, 14)),  # the day of the tracer
    ],
)
def test_blockade_has_a_first_and_a_last_day(occasion, starts, last):
    found = blockade_for(date(1961, 3, 3), DAY, occasion, TABLE)

    assert (found.starts_on, found.last_on) == (starts, last)


@pytest.mark.parametrize(
    ("birth_date", "dose", "once", "whom"),
    [
        (date(2024, 4, 15), 16, True, "under 1 month"),
        (date(2024, 4, 14), 32, False, "from 1 month to under 3 years"),  # a month old on the first day, the 14th
        (date(2021, 5, 15), 32, False, "from 1 month to under 3 years"),
        (date(2021, 5, 14), 65, False, "from 3 years to under 13 years"),
        (date(2011, 5, 15), 65, False, "from 3 years to under 13 years"),
        (date(2011, 5, 14), 130, False, "from 13 years"),
        (date(1961, 3, 3), 130, False, "from 13 years"),
    ],
)
def test_dose_of_the_blockade_is_that_of_the_age_on_its_first_day(birth_date, dose, once, whom):
    found = blockade_for(birth_date, DAY, INFUSION, TABLE).dose

    assert (found.dose_mg, found.once, age_words(found, TABLE)) == (dose, once, whom)


def test_single_dose_of_a_newborn_has_one_day():
    found = blockade_for(date(2024, 4, 15), DAY, INFUSION, TABLE)

    assert (found.starts_on, found.last_on) == (date(2024, 5, 14), date(2024, 5, 14))


def test_child_born_on_the_31st_is_a_month_old_on_the_last_of_a_shorter_one():
    assert blockade_for(date(2024, 3, 31), date(2024, 5, 1), INFUSION, TABLE).dose.dose_mg == 32
    assert blockade_for(date(2024, 3, 31), date(2024, 4, 30), INFUSION, TABLE).dose.dose_mg == 16
