"""The order and number of arrivals do not matter: any permutation or duplication of messages ends in the same state."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Baseline, LabGrade, LabResult, QuarantineItem, SpecimenMatch
from schedules.models import Plan, PlannedActivity

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
UNTOLD = "and nothing says which is later."


def row(
    day: str,
    analyte: str,
    value: str,
    status: str = "final",
    issued: str = "",
    unit: str = "10*9/L",
    raw: str = "",
) -> Incoming:
    return Incoming(
        "",
        "E00001",
        f"{day}T08:00",
        analyte,
        value,
        unit,
        status=status,
        accession=f"S-{day}",
        laboratory="North",
        issued_at=issued,
        raw=raw,
    )


def by_hand(message: Incoming, value: str, issued: str, status: str = "corrected") -> Incoming:
    """Return what a person enters instead of `message`: as issued when it is entered."""
    return message._replace(value=value, issued_at=issued, status=status, raw="Corrected by hand. Telephoned.")


# A baseline, a whole count that was first preliminary, one that was cancelled, one whose platelets came twice with
# different values, and what follows from a specimen: eGFR and the absolute count.
MESSAGES = (
    *(row("2024-01-29", key, value) for key, value in (("platelets", "260"), ("anc", "4.1"), ("wbc", "6.0"))),
    row("2024-01-29", "creatinine", "80", unit="umol/L"),
    *(row("2024-02-28", key, value) for key, value in (("wbc", "2.1"), ("anc", "0.9"))),
    row("2024-02-28", "hgb", "104", unit="g/L"),
    row("2024-02-28", "platelets", "60", "preliminary"),
    row("2024-02-28", "platelets", "45"),
    row("2024-03-06", "wbc", "1.8"),
    row("2024-03-06", "hgb", "99", unit="g/L"),
    row("2024-03-06", "neutrophils_percent", "40", unit="%"),
    row("2024-03-06", "platelets", "30"),
    row("2024-03-06", "platelets", "", "cancelled"),
    row("2024-03-13", "platelets", "80", issued="2024-03-13T10:00"),
    row("2024-03-13", "platelets", "88", "corrected", issued="2024-03-13T12:00"),
    row("2024-03-13", "creatinine", "120", unit="umol/L"),
    row("2024-03-13", "creatinine", "", "withdrawn", unit="umol/L"),
    row("2024-03-20", "anc", "1.6"),
    row("2024-03-20", "anc", "1.9"),
    row("2024-03-20", "anc", "2.0", "corrected"),
    row("2024-03-20", "unheard of", "1"),
    # Without a unit: once the same value as one that is stored, once another.
    row("2024-03-20", "hgb", "99", unit="g/L"),
    row("2024-03-20", "hgb", "99", unit="", raw="as stored"),
    row("2024-03-20", "hgb", "9", unit="", raw="another"),
)

# Corrections by hand next to what a laboratory changed without a time of issue: another value, the value that holds,
# a result taken back, one withdrawn by hand that the laboratory takes back or corrects, and two values at once. Then a
# final result with a time of issue that was changed without one, and a preliminary one that became final without one.
WBC = row("2024-03-27", "wbc", "3.0")
CORRECTED_MESSAGES = (
    WBC,
    by_hand(WBC, "3.3", "2024-03-27T10:00"),
    by_hand(WBC, "3.4", "2024-03-27T12:00"),
    row("2024-03-27", "wbc", "2.8", "corrected"),
    row("2024-03-27", "wbc", "3.40", "corrected"),
    row("2024-03-27", "wbc", "2.5", "preliminary"),
    row("2024-03-27", "hgb", "99", unit="g/L"),
    by_hand(row("2024-03-27", "hgb", "", unit="g/L"), "104", "2024-03-27T12:00"),
    row("2024-03-27", "hgb", "", "cancelled", unit="g/L"),
    row("2024-03-27", "platelets", "60", "corrected", issued="2024-03-27T10:00"),
    by_hand(row("2024-03-27", "platelets", ""), "", "2024-03-27T12:00", "withdrawn"),
    row("2024-03-27", "platelets", "", "cancelled"),
    row("2024-03-27", "platelets", "66", "corrected"),
    row("2024-03-27", "anc", "1.1", "corrected"),
    row("2024-03-27", "anc", "1.2", "corrected"),
    row("2024-03-27", "anc", "1.3", "corrected", issued="2024-03-27T10:00"),
    row("2024-04-03", "hgb", "100", issued="2024-04-03T10:00", unit="g/L"),
    row("2024-04-03", "hgb", "90", "corrected", unit="g/L"),
    row("2024-04-03", "hgb", "", "cancelled", unit="g/L"),
    row("2024-04-03", "anc", "1.7", "preliminary", issued="2024-04-03T10:00"),
    row("2024-04-03", "anc", "1.7"),
)


def arrive(plan: Plan, messages: Sequence[Incoming]) -> None:
    """Take `messages` in, one after the other."""
    for message in messages:
        receive_results(clinic=plan.clinic, rows=[message], source=Source("file", ""), by=None, now=NOW)


def state(plan: Plan) -> dict[str, list[Any]]:
    """Return what is on record, without ids and times of arrival."""
    plan.refresh_from_db()
    graded = LabGrade.objects.filter(result__is_current=True)
    return {
        "results": values(
            LabResult.objects.current(), "analyte", "collected_on", "status", "reported", "low", "derivation"
        ),
        "grades": values(
            graded, "result__analyte", "result__collected_on", "term", "status", "grade", "reason", "baseline"
        ),
        "matches": values(SpecimenMatch.objects, "activity__activity", "specimen_on", "state", "missing"),
        "activities": values(PlannedActivity.objects, "visit__timepoint", "activity", "status", "done_on"),
        "visits": values(plan.visits, "timepoint", "kind", "status", "done_on"),
        "baselines": values(Baseline.objects, "analyte", "result__reported", "reason"),
        "held back": values(QuarantineItem.objects.filter(state="open"), "problem", "row__analyte", "reason"),
        "stored since": values(
            QuarantineItem.objects.filter(result__isnull=False), "row__raw", "outcome", "result__unit"
        ),
        "plan": [plan.counts_recovered_on, plan.result_count_on, plan.result_count_severe],
    }


def values(rows: Any, *names: str) -> list[str]:
    return sorted(map(repr, rows.values_list(*names)))


@pytest.fixture
def expected(plan: Plan) -> dict[str, list[Any]]:
    """What the messages end in when they come in order."""
    with transaction.atomic():
        arrive(plan, MESSAGES)
        found = state(plan)
        transaction.set_rollback(True)
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(MESSAGES), st.lists(st.sampled_from(MESSAGES), max_size=4))
def test_messages_in_any_order_and_number_end_in_the_same_state(plan, expected, messages, repeated):
    with transaction.atomic():
        arrive(plan, [*messages, *repeated])
        found = state(plan)
        transaction.set_rollback(True)

    assert found == expected


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(MESSAGES), st.integers(1, len(MESSAGES)))
def test_messages_at_once_or_in_two_lots_end_in_the_same_state(plan, expected, messages, cut):
    with transaction.atomic():
        for lot in (messages[:cut], messages[cut:], messages):
            receive_results(clinic=plan.clinic, rows=lot, source=Source("file", ""), by=None, now=NOW)
        found = state(plan)
        transaction.set_rollback(True)

    assert found == expected


@pytest.fixture
def corrected(plan: Plan) -> dict[str, list[Any]]:
    """What the corrections end in when they come in order."""
    with transaction.atomic():
        arrive(plan, CORRECTED_MESSAGES)
        found = state(plan)
        transaction.set_rollback(True)
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(CORRECTED_MESSAGES),
    st.lists(st.sampled_from(CORRECTED_MESSAGES), max_size=4),
    st.integers(0, len(CORRECTED_MESSAGES)),
)
def test_corrections_with_and_without_a_time_of_issue_end_in_the_same_state(plan, corrected, messages, repeated, cut):
    with transaction.atomic():
        arrive(plan, messages[:cut])
        receive_results(clinic=plan.clinic, rows=messages[cut:], source=Source("file", ""), by=None, now=NOW)
        arrive(plan, repeated)
        found = state(plan)
        transaction.set_rollback(True)

    assert found == corrected


def test_corrections_that_nothing_orders_are_put_before_a_person(corrected):
    assert corrected["held back"] == sorted(
        map(
            repr,
            [
                ("conflict", "wbc", "wbc of 2024-03-27 came as corrected with two values: 2.8 and 3.4."),
                (
                    *("conflict", "hgb"),
                    f"hgb of 2024-03-27 came as cancelled and as corrected with 104, {UNTOLD}",
                ),
                (
                    *("conflict", "platelets"),
                    f"platelets of 2024-03-27 came as corrected with 66 and as withdrawn, {UNTOLD}",
                ),
                (
                    *("conflict", "hgb"),
                    f"hgb of 2024-04-03 came as corrected with 90 and as final with 100, {UNTOLD}",
                ),
                (
                    *("conflict", "hgb"),
                    f"hgb of 2024-04-03 came as cancelled and as final with 100, {UNTOLD}",
                ),
                ("conflict", "anc", "anc of 2024-03-27 came as corrected with two values: 1.1 and 1.3."),
                ("conflict", "anc", "anc of 2024-03-27 came as corrected with two values: 1.2 and 1.3."),
            ],
        )
    )


def test_state_that_is_compared_holds_something(expected):
    assert {name: bool(found) for name, found in expected.items()} == dict.fromkeys(expected, True)
    assert expected["stored since"] == [repr(("as stored", "Its result is stored: 99.", "g/L"))]
    assert [row for row in expected["activities"] if "'done'" in row]
