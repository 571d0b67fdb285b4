"""Until when an alert must be answered, by the clinic's own clock and calendar."""

from datetime import UTC, date, datetime

import pytest

from labs.alerting.deadlines import answer_by, answer_times, next_working_day
from schedules.models import ClinicClosure
from tests.factories import ClinicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory(country="ES", time_zone="Europe/Madrid")


@pytest.mark.parametrize(
    ("tier", "raised", "answered"),
    [
        ("immediate", datetime(2024, 3, 6, 9, tzinfo=UTC), datetime(2024, 3, 6, 9, 15, tzinfo=UTC)),
        ("same_day", datetime(2024, 3, 6, 9, tzinfo=UTC), datetime(2024, 3, 6, 13, tzinfo=UTC)),
        # Wednesday: Thursday at 17 o'clock in Madrid, an hour ahead of UTC
        ("next_working_day", datetime(2024, 3, 6, 9, tzinfo=UTC), datetime(2024, 3, 7, 16, tzinfo=UTC)),
        # Friday: Monday
        ("next_working_day", datetime(2024, 3, 8, 9, tzinfo=UTC), datetime(2024, 3, 11, 16, tzinfo=UTC)),
        # 23:30 UTC on Thursday is Friday in Madrid already
        ("next_working_day", datetime(2024, 3, 7, 23, 30, tzinfo=UTC), datetime(2024, 3, 11, 16, tzinfo=UTC)),
        # the clocks go forward on Sunday 31 March; Good Friday is 29 March
        ("next_working_day", datetime(2024, 3, 28, 9, tzinfo=UTC), datetime(2024, 4, 1, 15, tzinfo=UTC)),
    ],
)
def test_alert_of_a_tier_is_answered_by_its_time(clinic, tier, raised, answered):
    assert answer_by(tier, raised, clinic) == answered


def test_next_working_day_skips_a_closure(clinic):
    ClinicClosure.objects.create(clinic=clinic, first_day=date(2024, 3, 7), last_day=date(2024, 3, 8), reason="Move")

    assert next_working_day(clinic, datetime(2024, 3, 6, 9, tzinfo=UTC)) == date(2024, 3, 11)


def test_next_working_day_of_a_clinic_closed_for_good_is_tomorrow(clinic):
    ClinicClosure.objects.create(clinic=clinic, first_day=date(2024, 1, 1), last_day=date(2026, 1, 1), reason="Gone")

    assert next_working_day(clinic, datetime(2024, 3, 6, 9, tzinfo=UTC)) == date(2024, 3, 7)


def test_times_of_all_tiers_need_one_query(clinic, django_assert_num_queries):
    with django_assert_num_queries(1):
        times = answer_times(datetime(2024, 3, 6, 9, tzinfo=UTC), clinic)

    assert sorted(times) == ["immediate", "next_working_day", "same_day"]
