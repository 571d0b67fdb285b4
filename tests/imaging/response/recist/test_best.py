"""The best overall response of a course, with and without confirmation."""

from datetime import date, timedelta

import pytest

from imaging.response.recist import BestRules, Course, Response, TimePointResponse, best_overall_response
from imaging.response.recist.sums import DiameterSum

START = date(2024, 1, 1)
SHORT = {"NON": Response.NON_CR_NON_PD}


def a_course(text, measurable=True):
    """Return a course whose responses are told by day and verdict: "56 PR, 84 NE"."""
    told = [each.split() for each in text.split(",") if each.strip()]
    responses = [
        TimePointResponse(
            version="1.1",
            on=START + timedelta(int(day)),
            response=SHORT.get(verdict) or Response(verdict),
            target=None,
            non_target=None,
            new=(),
            reappeared=(),
            reasons=(),
            notes=(),
            explanation="",
        )
        for day, verdict in told
    ]
    return Course(
        version="1.1",
        baseline_on=START,
        counted_from=START,
        baseline=DiameterSum(START, 50, ()) if measurable else None,
        responses=tuple(responses),
        progression_on=next((each.on for each in responses if each.response is Response.PD), None),
        notes=(),
    )


# Course, best without confirmation, best with it; 28 days to confirm, 42 for stable disease.
CASES = [
    ("56 CR", "CR", "SD"),
    ("56 PR, 83 PR", "PR", "SD"),
    ("56 PR, 84 PR", "PR", "PR"),
    ("56 CR, 84 CR", "CR", "CR"),
    ("56 CR, 83 CR", "CR", "SD"),
    ("56 CR, 83 CR, 84 CR", "CR", "CR"),
    # The table of RECIST 1.1 for two time points, the first after the least duration of stable disease ...
    ("56 CR, 84 PR", "CR", "PR"),
    ("56 CR, 84 SD", "CR", "SD"),
    ("56 CR, 84 PD", "CR", "SD"),
    ("56 CR, 84 NE", "CR", "SD"),
    ("56 PR, 84 CR", "CR", "PR"),
    ("56 PR, 84 SD", "PR", "SD"),
    ("56 PR, 84 PD", "PR", "SD"),
    ("56 PR, 84 NE", "PR", "SD"),
    ("56 NE, 84 NE", "NE", "NE"),
    # ... and both before it.
    ("10 CR, 41 SD", "CR", "PD"),
    ("10 CR, 41 PD", "CR", "PD"),
    ("10 CR, 41 NE", "CR", "NE"),
    ("10 PR, 41 PD", "PR", "PD"),
    ("10 PR, 41 NE", "PR", "NE"),
    ("10 PR, 41 SD", "PR", "NE"),
    ("41 SD", "NE", "NE"),
    ("42 SD", "SD", "SD"),
    ("41 SD, 60 PD", "PD", "PD"),
    ("42 SD, 60 PD", "SD", "SD"),
    ("41 SD, 60 NE", "NE", "NE"),
    ("56 SD, 112 PR, 168 PD", "PR", "SD"),
    ("56 PD", "PD", "PD"),
    ("56 PD, 84 PR, 112 PR", "PD", "PD"),
    ("56 PR, 84 NE, 112 PR", "PR", "PR"),
    ("56 PR, 84 NE, 98 NE, 112 PR", "PR", "SD"),
    ("56 PR, 84 SD, 112 PR", "PR", "SD"),
    ("56 PR, 84 SD, 112 PR, 140 PR", "PR", "PR"),
    ("56 SD, 84 CR, 112 PR, 140 CR", "CR", "PR"),
    ("56 PR, 84 CR, 112 CR", "CR", "CR"),
    ("", "NE", "NE"),
]


@pytest.mark.parametrize(("text", "plain", "confirmed"), CASES)
def test_best_response_is_that_of_recist_with_and_without_confirmation(text, plain, confirmed):
    found = [best_overall_response(a_course(text), BestRules(confirm=each)).response for each in (False, True)]
    assert found == [plain, confirmed]


WITHOUT_TARGETS = [
    ("56 NON", "Non-CR/Non-PD"),
    ("41 NON", "NE"),
    ("41 NON, 60 PD", "PD"),
    ("56 CR", "Non-CR/Non-PD"),
    ("56 CR, 84 CR", "CR"),
]


@pytest.mark.parametrize(("text", "expected"), WITHOUT_TARGETS)
def test_without_target_lesions_nothing_is_stable_disease(text, expected):
    assert best_overall_response(a_course(text, measurable=False), BestRules(confirm=True)).response == expected


REASONS = [
    ("56 PR, 84 SD", False, date(2024, 2, 26), ["First seen on 26 Feb 2024: PR, partial response."]),
    (
        "56 PR, 84 CR",
        True,
        date(2024, 2, 26),
        [
            "Seen on 26 Feb 2024 and again on 25 Mar 2024, 28 days later (at least 28): PR, partial response.",
            "CR on 25 Mar 2024 was not confirmed 28 days later or more.",
        ],
    ),
    (
        "56 PR, 70 PD",
        True,
        date(2024, 2, 26),
        [
            "No progression by 26 Feb 2024, 56 days after 1 Jan 2024 (at least 42): SD, stable disease.",
            "PR on 26 Feb 2024 was not confirmed 28 days later or more.",
        ],
    ),
    ("20 SD, 40 PD", False, date(2024, 2, 10), ["Progression on 10 Feb 2024: PD, progression."]),
    (
        "20 SD",
        False,
        None,
        ["No progression, but nothing evaluated from 42 days after 1 Jan 2024 on: NE, not evaluable."],
    ),
    ("20 NE", False, None, ["No time point was evaluable: NE, not evaluable."]),
    (
        "10 CR, 41 SD",
        True,
        date(2024, 2, 11),
        [
            "Disease on 11 Feb 2024 after the complete response of 11 Jan 2024: PD, progression.",
            "CR on 11 Jan 2024 was not confirmed 28 days later or more.",
        ],
    ),
]


@pytest.mark.parametrize(("text", "confirm", "on", "sentences"), REASONS)
def test_best_response_says_when_and_why(text, confirm, on, sentences):
    found = best_overall_response(a_course(text), BestRules(confirm=confirm))
    assert (found.version, found.on, [reason.sentence for reason in found.reasons]) == ("1.1", on, sentences)


def test_a_protocol_sets_its_own_durations():
    text = "30 PR, 51 NE, 60 NE, 72 PR"
    strict = BestRules(confirm=True, confirmed_after_days=42, not_evaluable_between=2)
    assert best_overall_response(a_course(text), strict).response == "PR"
    assert best_overall_response(a_course(text), BestRules(confirm=True, stable_after_days=73)).response == "NE"
    assert best_overall_response(a_course(text), BestRules(confirm=True, stable_after_days=72)).response == "SD"


def test_what_lies_before_progression_told_later_counts_only_until_it():
    course = a_course("56 PR, 84 PD")
    earlier = Course(**{key: getattr(course, key) for key in course.__slots__} | {"progression_on": date(2024, 2, 26)})
    assert best_overall_response(earlier).response == "PD"
