"""Who was reached is read alike by the rule and by the database."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.models import ContactEntry
from patients.reaching import NOBODY, Attempt, in_vain
from tests.factories import PatientFactory

OUTCOMES = list(ContactEntry.Outcome.values)


@pytest.mark.parametrize(
    ("attempt", "reached"),
    [
        (Attempt("agreed"), True),
        (Attempt("declined"), True),
        (Attempt("done_elsewhere"), True),
        (Attempt("told_us"), True),
        (Attempt("no_answer"), False),
        (Attempt("wrong_number"), False),
        (Attempt("call_again"), False),  # what is noted when the telephone rings out
        (Attempt("call_again", heard=True), True),
        (Attempt("call_again", incoming=True), True),
    ],
)
def test_somebody_was_reached_when_something_was_said(attempt, reached):
    assert attempt.has_reached is reached


@given(st.lists(st.sampled_from(OUTCOMES)))
def test_attempts_in_vain_are_those_since_somebody_was_reached(outcomes):
    attempts = [Attempt(outcome) for outcome in outcomes]
    found = in_vain(attempts)

    assert not any(each.has_reached for each in attempts[:found])
    assert found == len(attempts) or attempts[found].has_reached
    assert in_vain([Attempt(outcome) for outcome in NOBODY]) == len(NOBODY)


@pytest.mark.django_db
def test_database_and_rule_agree_on_who_was_reached():
    patient = PatientFactory()
    for outcome, direction, said, asked, flags in itertools.product(
        OUTCOMES, ContactEntry.Direction.values, ["", "Hello"], [False, True], [[], ["fever"]]
    ):
        ContactEntry.objects.create(
            clinic=patient.clinic,
            patient=patient,
            direction=direction,
            means="phone",
            at=datetime(2024, 3, 5, 12, tzinfo=UTC),
            outcome=outcome,
            said=said,
            red_flags_asked=asked,
            red_flags=flags,
            call_again_on="2024-03-06",
        )

    by_rule = {entry.pk for entry in ContactEntry.objects.all() if entry.attempt.has_reached}
    assert set(ContactEntry.objects.reaching().values_list("pk", flat=True)) == by_rule
