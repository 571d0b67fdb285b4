"""What a change would do to the plans, in rows and words; nothing is stored by looking."""

from datetime import date

import pytest

from accounts.models import Staff
from iotrex_followup.errors import InputRefused
from patients.models import ClinicalEvent
from schedules import actions
from schedules.actions import change_plan, choices_of, correct_treatment_date
from schedules.actions.settling import settle_plans
from schedules.calendars import working_calendar
from schedules.models import Plan
from schedules.pages.differences import Dates, DifferenceShown, What, previewed
from tests.factories import visit_of
from tests.snapshot import everything

pytestmark = pytest.mark.django_db

TODAY = date(2024, 3, 6)  # day 35, week 5


def look(plan: Plan, change) -> DifferenceShown:
    return previewed(change, plan.patient, today=TODAY, calendar=working_calendar(plan.clinic))


def redated(plan: Plan, by: Staff, on: date) -> DifferenceShown:
    def change() -> None:
        treatment = plan.patient.treatments.get(plan=plan)
        correct_treatment_date(treatment=treatment, started_on=on, reason="Misread.", by=by, today=TODAY)

    return look(plan, change)


def row_of(shown: DifferenceShown, name: str):
    return next(row for row in shown.rows if row.name == name)


def test_looking_stores_nothing(plan: Plan, clinician: Staff) -> None:
    before = everything()

    redated(plan, clinician, date(2024, 2, 5))

    assert everything() == before


def test_what_a_change_refuses_is_refused_by_the_look(plan: Plan, clinician: Staff) -> None:
    with pytest.raises(InputRefused):
        redated(plan, clinician, date(2024, 1, 31))


def test_moved_timepoint_is_told_with_both_dates(plan: Plan, clinician: Staff) -> None:
    row = row_of(redated(plan, clinician, date(2024, 2, 5)), "Month 3")

    assert row.what == What.MOVES
    assert row.before == Dates(date(2024, 4, 30), date(2024, 4, 23), date(2024, 5, 7))
    assert row.after == Dates(date(2024, 5, 5), date(2024, 4, 28), date(2024, 5, 12))
    assert (row.days, row.shift) == (5, "+5 days")
    assert row.sentence == "Month 3: moves by +5 days, to Sun 5 May 2024."


def test_appointment_outside_its_new_window_is_to_be_decided_with_a_day_to_offer(plan: Plan, clinician: Staff) -> None:
    actions.book_visits(visits=[visit_of(plan, "W7")], on=date(2024, 3, 18), by=clinician, today=TODAY)

    shown = redated(plan, clinician, date(2024, 2, 5))

    (row,) = shown.to_decide
    assert (row.name, row.booked_on, row.suggested_on) == ("Week 7", date(2024, 3, 18), date(2024, 3, 25))
    assert row.sentence == (
        "Week 7: booked for Mon 18 Mar 2024, outside its window (Fri 22 Mar 2024 to Thu 28 Mar 2024). "
        "Move the appointment or keep it with a reason. The working day nearest to the target is Mon 25 Mar 2024."
    )


def test_appointment_that_still_fits_stays_while_its_window_moves(plan: Plan, clinician: Staff) -> None:
    actions.book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 15), by=clinician, today=TODAY)

    row = row_of(redated(plan, clinician, date(2024, 2, 5)), "Week 6")

    assert row.sentence == (
        "Week 6: moves by +5 days, to Mon 18 Mar 2024. The appointment of Fri 15 Mar 2024 still fits."
    )


def test_done_stands_and_is_folded_away(plan: Plan, clinician: Staff) -> None:
    actions.record_visit(
        visit=visit_of(plan, "W1"), occurred_on=date(2024, 2, 7), outcomes={"cbc": "done"}, by=clinician, today=TODAY
    )

    shown = redated(plan, clinician, date(2024, 2, 5))

    assert [row.sentence for row in shown.stands] == ["Week 1: what happened stands."]


def test_other_interval_is_new_and_falls_away(plan: Plan, clinician: Staff) -> None:
    shown = look(
        plan, lambda: change_plan(plan=plan, choices=choices_of(plan, imaging_interval=9), by=clinician, today=TODAY)
    )

    assert [(count.what, count.number) for count in shown.counts][:2] == [(What.NEW, 3), (What.AWAY, 6)]
    assert shown.sentence.startswith("3 new, 6 falls away, ")
    assert row_of(shown, "Month 12 imaging").sentence == (
        "Month 12 imaging: new on Fri 31 Jan 2025: MIBG scan, CT or MRI."
    )


def test_added_marker_is_another_activity_of_the_same_day(plan: Plan, clinician: Staff) -> None:
    choices = choices_of(plan, markers=("metanephrines",))
    shown = look(plan, lambda: change_plan(plan=plan, choices=choices, by=clinician, today=TODAY))

    row = row_of(shown, "Month 3")
    assert (row.what, row.more, row.days) == (What.OTHER, ["metanephrines"], 0)
    assert row.sentence == "Month 3: stays on Tue 30 Apr 2024. With Metanephrines as well."


def test_what_waits_for_a_decision_is_shown_though_nothing_moves(plan: Plan, clinician: Staff) -> None:
    def pause() -> None:
        ClinicalEvent.objects.create(clinic=plan.clinic, patient=plan.patient, kind="pause", started_on=TODAY)
        settle_plans(plan.patient, today=TODAY)

    shown = look(plan, pause)

    assert {row.what for row in shown.changed} == {What.HELD}
    assert shown.stands == []


def test_two_settlings_of_one_change_are_told_once(plan: Plan, clinician: Staff) -> None:
    def change() -> None:
        treatment = plan.patient.treatments.get(plan=plan)
        how = {"reason": "Misread.", "by": clinician, "today": TODAY}
        correct_treatment_date(treatment=treatment, started_on=date(2024, 2, 5), **how)
        settle_plans(plan.patient, today=TODAY)

    shown = look(plan, change)

    assert shown.rows == redated(plan, clinician, date(2024, 2, 5)).rows
    assert row_of(shown, "Month 3").what == What.MOVES


def test_fingerprint_differs_with_what_would_be_done(plan: Plan, clinician: Staff) -> None:
    first, other, again = (redated(plan, clinician, date(2024, 2, day)) for day in (5, 6, 5))

    assert (first.fingerprint == again.fingerprint, first.fingerprint == other.fingerprint) == (True, False)
