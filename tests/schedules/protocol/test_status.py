from datetime import date
from itertools import combinations

import pytest

from schedules.protocol import Status, VisitFacts, reason_needed, shown_status, visit_status

OPENS, CLOSES = date(2024, 3, 24), date(2024, 4, 7)
ENROLLED = date(2024, 1, 31)


def shown(today, status="planned", followed_from=ENROLLED, **facts):
    return shown_status(VisitFacts(status, OPENS, CLOSES, followed_from, **facts), today)


def day(month, number):
    return date(2024, month, number)


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (day(3, 16), Status.PLANNED),  # opens in 8 days
        (day(3, 17), Status.DUE_SOON),  # in 7
        (day(3, 23), Status.DUE_SOON),
        (day(3, 24), Status.DUE),
        (day(4, 7), Status.DUE),
        (day(4, 8), Status.OVERDUE),
    ],
)
def test_an_open_visit_is_shown_by_its_window(today, status):
    assert shown(today) == status


@pytest.mark.parametrize(
    ("facts", "today", "status"),
    [
        ({"followed_from": day(4, 8)}, day(4, 20), Status.BEFORE_ENROLMENT),
        ({"followed_from": day(4, 7)}, day(4, 20), Status.OVERDUE),  # closes on the first day followed
        ({"followed_from": day(4, 8), "drawn_on": day(4, 1)}, day(4, 20), Status.BEFORE_ENROLMENT),
        ({"drawn_on": day(4, 7)}, day(4, 20), Status.AWAITING_RESULT),
        ({"drawn_on": day(4, 7), "booked_on": day(4, 30)}, day(4, 20), Status.AWAITING_RESULT),
        ({"booked_on": day(4, 30)}, day(4, 20), Status.BOOKED),  # outside its window, and still booked
        ({"booked_on": day(4, 1)}, day(3, 1), Status.BOOKED),
        ({"booked_on": day(4, 1)}, day(4, 1), Status.BOOKED),  # today
        ({"booked_on": day(4, 1)}, day(4, 2), Status.DUE),  # past without a record: none
        ({"booked_on": day(4, 1)}, day(4, 8), Status.OVERDUE),
    ],
)
def test_the_first_status_that_holds_is_shown(facts, today, status):
    assert shown(today, **facts) == status


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"done_on": day(3, 23)}, Status.DONE_EARLY),
        ({"done_on": day(3, 24)}, Status.DONE),
        ({"done_on": day(4, 7)}, Status.DONE),
        ({"done_on": day(4, 8)}, Status.DONE_LATE),
        ({"done_on": day(4, 8), "elsewhere": True}, Status.DONE_ELSEWHERE),
        ({"done_on": day(3, 1), "booked_on": day(6, 1), "followed_from": day(6, 1)}, Status.DONE_EARLY),
        ({}, Status.DONE),
    ],
)
def test_a_done_visit_says_early_late_or_elsewhere(facts, status):
    assert shown(day(5, 1), status="done", **facts) == status


@pytest.mark.parametrize(
    ("stored", "status"),
    [
        ("missed", Status.MISSED),
        ("not_applicable", Status.NOT_APPLICABLE),
        ("cancelled", Status.CANCELLED),
        ("superseded", Status.SUPERSEDED),
    ],
)
@pytest.mark.parametrize("today", [day(1, 1), day(3, 30), day(5, 1)])
def test_what_is_decided_is_shown_whatever_the_dates(stored, status, today):
    facts = {"followed_from": day(6, 1), "drawn_on": day(3, 30), "booked_on": day(6, 1)}
    assert shown(today, status=stored, **facts) == status


def test_an_unknown_stored_status_is_refused():
    with pytest.raises(ValueError, match="unknown stored status 'lost'"):
        shown(day(4, 1), status="lost")


def test_status_words_are_those_of_the_product():
    assert [status.value for status in Status] == [
        *("Before enrolment", "On hold", "Planned", "Due soon", "Due", "Overdue", "Booked", "Awaiting result"),
        *("Done", "Done early", "Done late", "Done elsewhere"),
        *("Missed", "Not applicable", "Cancelled", "Superseded"),
    ]


@pytest.mark.parametrize(
    ("done_on", "needed"),
    [(day(3, 22), True), (day(3, 23), False), (day(4, 8), False), (day(4, 9), True)],
)
def test_a_reason_is_needed_more_than_a_day_outside_the_window(done_on, needed):
    assert reason_needed(done_on, OPENS, CLOSES) is needed


# An activity's status, from what decides a visit's first to what decides it last.
RANKED = [
    ({"planned", "drawn"}, "planned"),
    ({"missed"}, "missed"),
    ({"done", "done_elsewhere"}, "done"),
    ({"superseded"}, "superseded"),
    ({"cancelled"}, "cancelled"),
    ({"not_applicable"}, "not_applicable"),
]
RANK = {status: (rank, visit) for rank, (names, visit) in enumerate(RANKED) for status in names}
MIXTURES = [mix for size in range(1, len(RANK) + 1) for mix in combinations(sorted(RANK), size)]


@pytest.mark.parametrize("mixture", MIXTURES, ids="+".join)
def test_a_visits_status_follows_from_its_activities(mixture):
    assert visit_status(mixture) == min(RANK[status] for status in mixture)[1]


@pytest.mark.parametrize(
    ("statuses", "message"),
    [([], "at least one activity"), (["done", "lost"], "unknown activity status lost")],
)
def test_a_visit_without_known_activities_has_no_status(statuses, message):
    with pytest.raises(ValueError, match=message):
        visit_status(statuses)
