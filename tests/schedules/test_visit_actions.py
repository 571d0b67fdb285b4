"""What happened at visits, and which open activities a specimen fulfils."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from patients.models import Patient
from schedules.actions import (
    mark_missed,
    mark_not_applicable,
    receive_results,
    record_count_recovery,
    record_unscheduled_visit,
    record_visit,
    release_activity,
    withdraw_patient,
)
from schedules.examination import Examination
from schedules.models import Plan, PlannedVisit, VisitRecord
from tests.factories import noon, visit_of
from tests.snapshot import everything

TODAY = date(2024, 5, 2)
MONTHLY = {"physician_visit": "done", "cbc": "done", "chemistry": "done", "thyroid": "done"}
WEEK8_AND_MONTH2 = date(2024, 3, 28)  # in the windows of both


@pytest.fixture
def record(plan: Plan, clinician: Staff) -> Callable[..., VisitRecord]:
    def record(timepoint: str, on: date, outcomes: dict[str, str] | None = None, **how: Any) -> VisitRecord:
        return record_visit(
            visit=visit_of(plan, timepoint),
            occurred_on=on,
            outcomes={"cbc": "done"} if outcomes is None else outcomes,
            by=clinician,
            today=how.pop("today", TODAY),
            **how,
        )

    return record


def statuses(plan: Plan, timepoint: str, kind: str = "visit") -> dict[str, str]:
    return dict(visit_of(plan, timepoint, kind).activities.values_list("activity", "status"))


def stands(plan: Plan, timepoint: str) -> tuple[str, date | None, date | None, bool]:
    visit = visit_of(plan, timepoint)
    return visit.status, visit.done_on, visit.drawn_on, visit.elsewhere


def test_visit_with_everything_done_is_done_that_day(plan: Plan, record: Callable[..., VisitRecord]) -> None:
    record("M3", date(2024, 4, 30), MONTHLY)
    assert stands(plan, "M3") == ("done", date(2024, 4, 30), None, False)


def test_visit_done_in_part_stays_open_until_the_rest_is_done(plan: Plan, record: Callable[..., VisitRecord]) -> None:
    record("M3", date(2024, 4, 29), {"cbc": "done"})
    assert stands(plan, "M3") == ("planned", date(2024, 4, 29), None, False)
    record("M3", date(2024, 5, 1), {name: "done" for name in MONTHLY if name != "cbc"})
    assert stands(plan, "M3") == ("done", date(2024, 5, 1), None, False)


def test_drawn_count_awaits_its_result_and_is_done_on_the_day_of_the_draw(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff
) -> None:
    record("W4", date(2024, 2, 28), {"cbc": "drawn"})
    assert stands(plan, "W4") == ("planned", None, date(2024, 2, 28), False)
    receive_results(visit=visit_of(plan, "W4"), activities=["cbc"], by=clinician)
    assert stands(plan, "W4") == ("done", date(2024, 2, 28), None, False)


def test_result_of_a_specimen_drawn_elsewhere_is_done_elsewhere(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff
) -> None:
    record("W4", date(2024, 2, 28), {"cbc": "drawn"}, elsewhere=True, place="Health centre")
    receive_results(visit=visit_of(plan, "W4"), activities=["cbc"], by=clinician)
    assert stands(plan, "W4") == ("done", date(2024, 2, 28), None, True)


def test_visit_done_only_in_part_elsewhere_is_not_done_elsewhere(
    plan: Plan, record: Callable[..., VisitRecord]
) -> None:
    record("M3", date(2024, 4, 30), {"cbc": "done"}, elsewhere=True)
    record("M3", date(2024, 4, 30), {name: "done" for name in MONTHLY if name != "cbc"})
    assert stands(plan, "M3") == ("done", date(2024, 4, 30), None, False)


def test_missed_visit_keeps_what_was_done_of_it(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff
) -> None:
    record("M3", date(2024, 4, 30), {"cbc": "done"})
    mark_missed(visit=visit_of(plan, "M3"), reason="Left early.", next_step="Ask.", by=clinician, today=TODAY)
    missed = visit_of(plan, "M3")
    assert (missed.status, missed.closing_reason, missed.next_step) == ("missed", "Left early.", "Ask.")
    assert statuses(plan, "M3") == {
        "cbc": "done",
        "chemistry": "missed",
        "physician_visit": "missed",
        "thyroid": "missed",
    }


def test_visit_without_an_activity_that_does_not_apply_is_done_by_the_others(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff
) -> None:
    mark_not_applicable(visit=visit_of(plan, "M3"), activities=["thyroid"], reason="No thyroid.", by=clinician)
    assert stands(plan, "M3") == ("planned", None, None, False)
    record("M3", date(2024, 4, 30), {name: "done" for name in MONTHLY if name != "thyroid"})
    assert stands(plan, "M3") == ("done", date(2024, 4, 30), None, False)


def test_whole_visit_does_not_apply(plan: Plan, clinician: Staff) -> None:
    mark_not_applicable(visit=visit_of(plan, "W7"), reason="In hospital, counts daily there.", by=clinician)
    visit = visit_of(plan, "W7")
    assert (visit.status, visit.closing_reason) == ("not_applicable", "In hospital, counts daily there.")


def test_recording_what_closed_before_enrolment_is_possible(plan: Plan, record: Callable[..., VisitRecord]) -> None:
    PlannedVisit.objects.filter(plan=plan, timepoint="W1").update(before_enrolment=True)
    record("W1", date(2024, 2, 7))
    assert stands(plan, "W1") == ("done", date(2024, 2, 7), None, False)


@pytest.mark.parametrize(
    ("on", "reason"), [(date(2024, 2, 24), ""), (date(2024, 3, 3), ""), (date(2024, 2, 23), "travel")]
)
def test_a_day_outside_the_window_needs_no_reason_two_do(
    plan: Plan, record: Callable[..., VisitRecord], on: date, reason: str
) -> None:
    record("W4", on, timing_reason=reason)
    assert stands(plan, "W4") == ("done", on, None, False)


def test_examination_is_stored_with_the_record(record: Callable[..., VisitRecord]) -> None:
    found = Examination(findings={"petechiae": "present"}, temperature_c=Decimal("38.1"), note="Sent to the ward.")
    stored = VisitRecord.objects.get(pk=record("M3", date(2024, 4, 30), MONTHLY, examination=found).pk)
    assert (stored.findings, stored.temperature_c, stored.note) == (
        {"petechiae": "present"},
        Decimal("38.1"),
        "Sent to the ward.",
    )


# One specimen, several open activities (PROTOCOL.md 8)


def test_count_of_week_8_leaves_month_2_open_until_the_counts_recovered(
    plan: Plan, record: Callable[..., VisitRecord]
) -> None:
    record("W8", WEEK8_AND_MONTH2)
    assert statuses(plan, "M2")["cbc"] == "planned"


def test_count_of_month_2_leaves_week_8_open_until_the_counts_recovered(
    plan: Plan, record: Callable[..., VisitRecord]
) -> None:
    record("M2", WEEK8_AND_MONTH2)
    assert statuses(plan, "W8") == {"cbc": "planned"}


@pytest.mark.parametrize(("recorded", "linked"), [("W8", "M2"), ("M2", "W8")])
def test_one_count_serves_week_8_and_month_2_once_the_counts_recovered(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff, recorded: str, linked: str
) -> None:
    record_count_recovery(plan=plan, recovered_on=date(2024, 3, 20), by=clinician, today=TODAY)
    made = record(recorded, WEEK8_AND_MONTH2)
    assert statuses(plan, linked)["cbc"] == "done"
    assert set(made.fulfilled.values_list("visit__timepoint", "activity")) == {("W8", "cbc"), ("M2", "cbc")}
    assert Event.objects.get(kind="visit.recorded").facts["also_fulfilled"] == [f"{linked} cbc"]


def test_unscheduled_count_fulfils_the_week_whose_window_holds_it(plan: Plan, clinician: Staff) -> None:
    made = record_unscheduled_visit(
        patient=plan.patient,
        occurred_on=WEEK8_AND_MONTH2,
        outcomes={"cbc": "done", "thyroid": "drawn", "physician_visit": "done"},
        by=clinician,
        today=TODAY,
    )
    assert set(made.fulfilled.values_list("visit__timepoint", "activity", "status")) == {
        ("W8", "cbc", "done"),
        ("M2", "thyroid", "drawn"),
    }
    assert statuses(plan, "M2") == {
        "cbc": "planned",
        "chemistry": "planned",
        "physician_visit": "planned",
        "thyroid": "drawn",
    }


def test_unscheduled_visit_without_a_specimen_fulfils_nothing(plan: Plan, clinician: Staff) -> None:
    made = record_unscheduled_visit(
        patient=plan.patient,
        occurred_on=date(2024, 3, 6),
        outcomes={},
        examination=Examination(findings={"bleeding": "present"}),
        by=clinician,
        today=TODAY,
    )
    assert not made.fulfilled.exists()
    assert set(plan.visits.values_list("status", flat=True)) == {"planned"}


def test_released_link_opens_one_activity_and_leaves_the_other(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff
) -> None:
    record_count_recovery(plan=plan, recovered_on=date(2024, 3, 20), by=clinician, today=TODAY)
    record("W8", WEEK8_AND_MONTH2)
    linked = visit_of(plan, "M2").activities.get(activity="cbc")
    release_activity(activity=linked, reason="M2 gets its own.", by=clinician, today=TODAY)
    assert (statuses(plan, "M2")["cbc"], statuses(plan, "W8")["cbc"]) == ("planned", "done")


def test_record_whose_link_was_released_since_is_undone_after_that(
    plan: Plan, record: Callable[..., VisitRecord], clinician: Staff
) -> None:
    record("W8", WEEK8_AND_MONTH2)
    recorded = Event.objects.get(kind="visit.recorded")
    release_activity(
        activity=visit_of(plan, "W8").activities.get(), reason="Another person's.", by=clinician, today=TODAY
    )
    with pytest.raises(TransitionRefused, match="Undo the later change first"):
        undo(event=recorded, by=clinician, now=noon(TODAY))
    undo(event=Event.objects.get(kind="activity.released"), by=clinician, now=noon(TODAY))
    undo(event=recorded, by=clinician, now=noon(TODAY))
    assert statuses(plan, "W8") == {"cbc": "planned"}


# Refused


@pytest.fixture
def scene(plan: Plan, record: Callable[..., VisitRecord], clinician: Staff) -> Plan:
    """W1 done, W2 missed, W3 not applicable, W4 drawn, one patient's record closed."""
    record("W1", date(2024, 2, 7))
    mark_missed(visit=visit_of(plan, "W2"), reason="Away.", next_step="", by=clinician, today=TODAY)
    mark_not_applicable(visit=visit_of(plan, "W3"), reason="In hospital.", by=clinician)
    record("W4", date(2024, 2, 28), {"cbc": "drawn"})
    return plan


CLOSED = ("W1", "W2", "W3")


@pytest.mark.parametrize("timepoint", CLOSED)
@pytest.mark.parametrize(
    "change",
    [
        lambda visit, by: record_visit(
            visit=visit, occurred_on=visit.target, outcomes={"cbc": "done"}, by=by, today=TODAY
        ),
        lambda visit, by: mark_missed(visit=visit, reason="Away.", next_step="", by=by, today=TODAY),
        lambda visit, by: mark_not_applicable(visit=visit, reason="In hospital.", by=by),
        lambda visit, by: receive_results(visit=visit, activities=["cbc"], by=by),
    ],
    ids=["record", "missed", "not applicable", "results"],
)
def test_closed_visit_is_changed_by_nothing_but_undo(
    scene: Plan, clinician: Staff, timepoint: str, change: Callable[[PlannedVisit, Staff], object]
) -> None:
    visit, before = visit_of(scene, timepoint), everything()
    with pytest.raises(TransitionRefused, match=f"{timepoint} is already"):
        change(visit, clinician)
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda visit, by: record_visit(
            visit=visit, occurred_on=visit.target, outcomes={"cbc": "done"}, by=by, today=TODAY
        ),
        lambda visit, by: mark_missed(visit=visit, reason="Away.", next_step="", by=by, today=TODAY),
        lambda visit, by: record_unscheduled_visit(
            patient=Patient.objects.get(pk=visit.patient_id),
            occurred_on=TODAY,
            outcomes={"cbc": "done"},
            by=by,
            today=TODAY,
        ),
    ],
    ids=["record", "missed", "unscheduled"],
)
def test_nothing_is_recorded_for_a_closed_record(
    plan: Plan, clinician: Staff, change: Callable[[PlannedVisit, Staff], object]
) -> None:
    withdraw_patient(patient=plan.patient, reason="Never existed.", by=clinician, today=TODAY)
    visit, before = visit_of(plan, "W5"), everything()
    with pytest.raises(TransitionRefused, match="This record is closed: entered in error"):
        change(visit, clinician)
    assert everything() == before


@pytest.mark.parametrize(
    ("timepoint", "on", "how", "error", "field"),
    [
        ("M3", date(2024, 5, 3), {}, InputRefused, "occurred_on"),
        ("W5", date(2024, 1, 30), {"timing_reason": "travel"}, InputRefused, "occurred_on"),
        ("W5", date(2024, 3, 1), {}, ReasonNeeded, "timing_reason"),
        ("W5", date(2024, 3, 11), {}, ReasonNeeded, "timing_reason"),
        ("W5", date(2024, 3, 11), {"timing_reason": "other"}, ReasonNeeded, "timing_text"),
        ("W5", date(2024, 3, 6), {"timing_reason": "bored"}, InputRefused, "timing_reason"),
        ("W5", date(2024, 3, 6), {"outcomes": {}}, InputRefused, "outcomes"),
        ("W5", date(2024, 3, 6), {"outcomes": {"thyroid": "done"}}, TransitionRefused, None),
        ("W5", date(2024, 3, 6), {"outcomes": {"cbc": "lost"}}, InputRefused, "outcomes"),
        ("M3", date(2024, 4, 30), {"outcomes": {"physician_visit": "drawn"}}, InputRefused, "outcomes"),
        ("M3", date(2024, 4, 30), {"examination": Examination({"rash": "present"})}, InputRefused, "findings"),
        ("M3", date(2024, 4, 30), {"examination": Examination({"neck": "maybe"})}, InputRefused, "findings"),
        ("M3", date(2024, 4, 30), {"examination": Examination(heart_rate_bpm=2)}, InputRefused, "heart_rate_bpm"),
    ],
)
def test_record_that_cannot_be_or_needs_a_reason_leaves_nothing(
    record: Callable[..., VisitRecord],
    timepoint: str,
    on: date,
    how: dict[str, Any],
    error: type[DomainError],
    field: str | None,
) -> None:
    before = everything()
    with pytest.raises(error) as refused:
        record(timepoint, on, **how)
    assert (type(refused.value), refused.value.field) == (error, field)
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda s, by: mark_missed(visit=visit_of(s, "M4"), reason="So.", next_step="", by=by, today=TODAY), "opened"),
        (lambda s, by: mark_missed(visit=visit_of(s, "W5"), reason="", next_step="", by=by, today=TODAY), "reason"),
        (lambda s, by: mark_not_applicable(visit=visit_of(s, "W5"), reason="", by=by), "reason"),
        (
            lambda s, by: mark_not_applicable(visit=visit_of(s, "W5"), activities=["thyroid"], reason="So.", by=by),
            "not open",
        ),
        (lambda s, by: mark_not_applicable(visit=visit_of(s, "W5"), activities=[], reason="So.", by=by), "not open"),
        (lambda s, by: receive_results(visit=visit_of(s, "W4"), activities=[], by=by), "No result"),
        (lambda s, by: receive_results(visit=visit_of(s, "W4"), activities=["cbc", "thyroid"], by=by), "No result"),
        (lambda s, by: receive_results(visit=visit_of(s, "W5"), activities=["cbc"], by=by), "No result"),
        (
            lambda s, by: release_activity(
                activity=visit_of(s, "W5").activities.get(), reason="So.", by=by, today=TODAY
            ),
            "Nothing fulfilled",
        ),
        (
            lambda s, by: release_activity(
                activity=visit_of(s, "W2").activities.get(), reason="So.", by=by, today=TODAY
            ),
            "Nothing fulfilled",
        ),
        (
            lambda s, by: record_unscheduled_visit(
                patient=s.patient, occurred_on=TODAY, outcomes={}, by=by, today=TODAY
            ),
            "at least one",
        ),
        (
            lambda s, by: record_unscheduled_visit(
                patient=s.patient, occurred_on=date(2024, 5, 3), outcomes={"cbc": "done"}, by=by, today=TODAY
            ),
            "in the future",
        ),
        (
            lambda s, by: record_unscheduled_visit(
                patient=s.patient, occurred_on=TODAY, outcomes={"horoscope": "done"}, by=by, today=TODAY
            ),
            "horoscope",
        ),
    ],
)
def test_decision_that_is_not_possible_leaves_nothing(
    scene: Plan, clinician: Staff, change: Callable[[Plan, Staff], object], error: str
) -> None:
    before = everything()
    with pytest.raises(DomainError, match=error):
        change(scene, clinician)
    assert everything() == before


def test_link_released_meanwhile_is_not_released_again(scene: Plan, clinician: Staff) -> None:
    read_before = visit_of(scene, "W1").activities.get()
    release_activity(activity=visit_of(scene, "W1").activities.get(), reason="Slip.", by=clinician, today=TODAY)
    before = everything()
    with pytest.raises(TransitionRefused, match="Nothing fulfilled"):
        release_activity(activity=read_before, reason="Slip.", by=clinician, today=TODAY)
    assert everything() == before
