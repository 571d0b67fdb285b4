"""What the rules want or offer of a patient, shown without being an alert."""

from datetime import date, timedelta

from labs.pages.offers import offers_of
from schedules.models import Plan
from tests.labs.arrivals import arrive

DAY_50 = date(2024, 3, 21)


def test_severe_counts_late_in_the_weeks_want_more_of_them(plan: Plan) -> None:
    arrive(plan.patient, DAY_50, anc="0.8", platelets="45")

    offered = offers_of(plan.patient, today=DAY_50 + timedelta(6))

    assert [each.wants for each in offered] == ["weekly_counts", "twice_weekly_counts"]
    assert offered[0].sentence.startswith("Weekly counts from Wed 3 Apr 2024 to Wed 24 Apr 2024: ")


def test_slightly_raised_tsh_offers_a_repeat(plan: Plan) -> None:
    arrive(plan.patient, date(2025, 1, 31), tsh="6.0", ft4="15")

    assert [each.wants for each in offers_of(plan.patient, today=date(2025, 2, 1))] == ["repeat_thyroid"]


def test_recovered_counts_want_nothing(plan: Plan) -> None:
    for days in (-10, -4, 0):
        arrive(plan.patient, DAY_50 + timedelta(days), anc="0.9" if days == -10 else "3.0", platelets="200")

    assert offers_of(plan.patient, today=DAY_50 + timedelta(6)) == []
