"""Which reminders a visit is worth, and on which days."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from schedules.reminders.rules import Moment, Rule, shipped_rules
from schedules.reminders.wanted import Booked, VisitFacts, slots_of

VISIT = UUID(int=1)
TODAY = date(2024, 3, 1)
MONTH = VisitFacts(VISIT, frozenset({"cbc"}), date(2024, 3, 24), date(2024, 4, 7))
WEEK = VisitFacts(VISIT, frozenset({"cbc"}), date(2024, 3, 24), date(2024, 3, 30))


def wanted(facts, today=TODAY, rules=None):
    return [(slot.moment.value, slot.days, slot.day) for slot in slots_of(facts, rules or shipped_rules(), today=today)]


def booked(facts, on):
    return VisitFacts(facts.visit, facts.activities, facts.opens, facts.closes, Booked(on, "09:30", 0))


def test_visit_without_a_day_is_reminded_of_before_its_window_and_once_overdue():
    assert wanted(MONTH) == [
        ("before_window", 7, date(2024, 3, 17)),
        ("before_window", 1, date(2024, 3, 23)),
        ("overdue", 1, date(2024, 4, 9)),  # overdue since 8 April
    ]


def test_weekly_visit_is_reminded_of_a_day_before_only():
    assert wanted(WEEK) == [("before_window", 1, date(2024, 3, 23)), ("overdue", 1, date(2024, 4, 1))]


def test_booked_visit_is_reminded_of_before_its_appointment_only():
    assert wanted(booked(MONTH, date(2024, 3, 28))) == [
        ("before_booked", 7, date(2024, 3, 21)),
        ("before_booked", 1, date(2024, 3, 27)),
    ]


def test_appointment_that_has_passed_counts_as_none():
    assert wanted(booked(MONTH, date(2024, 3, 28)), today=date(2024, 4, 8)) == [("overdue", 1, date(2024, 4, 9))]


def test_appointment_booked_since_its_day_is_told_at_once():
    late = wanted(booked(MONTH, date(2024, 3, 28)), today=date(2024, 3, 23))
    assert late == [("before_booked", 7, date(2024, 3, 21)), ("before_booked", 1, date(2024, 3, 27))]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2024, 3, 17), [7, 1]),
        (date(2024, 3, 20), [7, 1]),  # three days late is still told
        (date(2024, 3, 21), [1]),
    ],
)
def test_day_that_has_passed_is_caught_up_with_for_a_while(today, days):
    assert [slot.days for slot in slots_of(MONTH, shipped_rules(), today=today) if slot.moment != "overdue"] == days


def test_late_reminder_gives_way_to_one_that_follows_at_once():
    rules = [Rule("", Moment.BEFORE_WINDOW, 3), Rule("", Moment.BEFORE_WINDOW, 1)]
    assert wanted(MONTH, today=date(2024, 3, 22), rules=rules) == [("before_window", 1, date(2024, 3, 23))]


def test_rule_of_an_activity_is_about_visits_at_which_it_is_to_be_done():
    rules = [Rule("thyroid", Moment.OVERDUE, 0)]
    assert wanted(MONTH, rules=rules) == []
    assert len(wanted(VisitFacts(VISIT, frozenset({"thyroid"}), MONTH.opens, MONTH.closes), rules=rules)) == 1


def test_rule_that_is_off_wants_nothing_and_two_alike_want_one():
    off = Rule("", Moment.OVERDUE, 1, active=False)
    twice = [Rule("", Moment.OVERDUE, 1), Rule("cbc", Moment.OVERDUE, 1)]
    assert wanted(MONTH, rules=[off]) == []
    assert len(wanted(MONTH, rules=twice)) == 1


def test_reminder_is_of_no_use_from_the_day_it_is_about():
    slots = slots_of(booked(MONTH, date(2024, 3, 28)), shipped_rules(), today=TODAY)
    assert {slot.until for slot in slots} == {date(2024, 3, 28)}
    assert all(slot.until - slot.day >= timedelta(days=1) for slot in slots)
