"""Results fulfil what was planned: by their windows, or because a person says so."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from labs.actions.adding import look_again
from labs.actions.matches import accept_match, decline_match
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import SpecimenMatch
from patients.actions import TreatmentFacts
from schedules.actions import record_treatment, record_visit, release_activity
from schedules.models import Plan, PlannedActivity
from schedules.plans.planning import PlanChoices

NOW = datetime(2024, 7, 1, 9, tzinfo=UTC)
COUNT = {"hgb": "130", "wbc": "5.0", "platelets": "210", "anc": "3.0"}
UNITS = {"hgb": "g/L"}
W3 = date(2024, 2, 21)  # target of week 3, window 18 to 24 February
State = SpecimenMatch.State


def arrive(plan: Plan, day: date, values: dict[str, str], *, status: str = "final") -> None:
    """Take in the values of one specimen of `day`."""
    rows = [
        Incoming(
            position=f"row {n}",
            mrn=plan.patient.mrn,
            collected_at=f"{day}T08:00",
            analyte=analyte,
            value=value,
            unit=UNITS.get(analyte, "10*9/L"),
            status=status,
            accession=f"A{day}",
        )
        for n, (analyte, value) in enumerate(values.items())
    ]
    receive_results(clinic=plan.clinic, rows=rows, source=Source("entry"), by=None, now=NOW)


def count_of(plan: Plan, timepoint: str) -> PlannedActivity:
    return PlannedActivity.objects.select_related("visit").get(
        visit__plan=plan, visit__timepoint=timepoint, visit__kind="visit", activity="cbc"
    )


def standing(plan: Plan, timepoint: str) -> tuple[str, date | None]:
    found = count_of(plan, timepoint)
    return found.status, found.done_on


def matched(plan: Plan, timepoint: str) -> list[tuple[str, date, list[str]]]:
    found = SpecimenMatch.objects.filter(activity=count_of(plan, timepoint)).order_by("specimen_on")
    return [(match.state, match.specimen_on, match.missing) for match in found]


def test_whole_count_in_its_window_is_done_on_the_day_of_the_specimen(plan: Plan) -> None:
    arrive(plan, W3 + timedelta(1), COUNT)

    assert standing(plan, "W3") == ("done", W3 + timedelta(1))
    assert matched(plan, "W3") == [(State.FULFILLED, W3 + timedelta(1), [])]
    assert standing(plan, "W4") == ("planned", None)


def test_count_without_neutrophils_is_partly_done_and_names_them(plan: Plan) -> None:
    arrive(plan, W3, {name: value for name, value in COUNT.items() if name != "anc"})

    assert standing(plan, "W3") == ("planned", None)
    assert matched(plan, "W3") == [(State.PARTLY, W3, ["anc"])]

    arrive(plan, W3, {"anc": "3.0"})

    assert matched(plan, "W3") == [(State.FULFILLED, W3, [])]


def test_preliminary_count_fulfils_only_when_it_is_final(plan: Plan) -> None:
    arrive(plan, W3, COUNT, status="preliminary")
    assert standing(plan, "W3") == ("planned", None)

    arrive(plan, W3, COUNT)
    assert standing(plan, "W3") == ("done", W3)


def test_cancelled_count_opens_the_activity_again(plan: Plan) -> None:
    arrive(plan, W3, COUNT)
    arrive(plan, W3, {"platelets": "210"}, status="cancelled")

    assert standing(plan, "W3") == ("planned", None)
    assert matched(plan, "W3") == [(State.PARTLY, W3, ["platelets"])]


def test_results_never_complete_a_physician_visit(plan: Plan) -> None:
    month_3 = date(2024, 4, 30)
    arrive(plan, month_3, COUNT)

    visit = plan.visits.get(timepoint="M3", kind="visit")
    assert {a.activity: a.status for a in visit.activities.all()} == {
        "cbc": "done",
        "chemistry": "planned",
        "physician_visit": "planned",
        "thyroid": "planned",
    }
    assert visit.status == "planned"


def test_earlier_specimen_that_comes_late_stands_as_if_it_had_come_in_order(plan: Plan) -> None:
    arrive(plan, W3 + timedelta(2), COUNT)
    arrive(plan, W3 - timedelta(1), COUNT)

    assert standing(plan, "W3") == ("done", W3 - timedelta(1))


@pytest.mark.parametrize("days", [(2, -1), (-1, 2)])
def test_count_drawn_for_a_visit_keeps_its_own_specimen_in_whatever_order_results_arrive(
    plan: Plan, clinician: Staff, days: tuple[int, int]
) -> None:
    drawn = W3 + timedelta(2)
    record_visit(
        visit=count_of(plan, "W3").visit, occurred_on=drawn, outcomes={"cbc": "drawn"}, by=clinician, today=drawn
    )

    for after in days:
        arrive(plan, W3 + timedelta(after), COUNT)

    assert standing(plan, "W3") == ("done", drawn)


def test_specimen_recorded_for_two_weeks_fulfils_both_however_often_it_is_looked_at(
    plan: Plan, clinician: Staff
) -> None:
    day = W3 - timedelta(1)
    for timepoint in ("W2", "W3"):
        visit = count_of(plan, timepoint).visit
        late = {"timing_reason": "travel"} if timepoint == "W2" else {}
        record_visit(visit=visit, occurred_on=day, outcomes={"cbc": "drawn"}, by=clinician, today=day, **late)
        if timepoint == "W2":
            arrive(plan, day, COUNT)

    for _ in range(3):
        look_again(patients=[plan.patient], clinic=plan.clinic, by=None, now=NOW)
        assert [standing(plan, timepoint) for timepoint in ("W2", "W3")] == [("done", day)] * 2
    assert not Event.objects.filter(kind="results.unmatched").exists()


@pytest.fixture
def proposal(plan: Plan) -> SpecimenMatch:
    """A count nine days before the window of month 3 opens, in no other window."""
    arrive(plan, date(2024, 4, 14), COUNT)
    return SpecimenMatch.objects.get(activity=count_of(plan, "M3"))


def test_specimen_shortly_before_a_window_is_proposed_and_accepted(
    plan: Plan, proposal: SpecimenMatch, clinician: Staff
) -> None:
    assert (proposal.state, standing(plan, "M3")) == (State.PROPOSED, ("planned", None))

    accept_match(match=proposal, by=clinician, now=NOW)
    assert standing(plan, "M3") == ("done", date(2024, 4, 14))

    undo(event=Event.objects.get(kind="match.accepted"), by=clinician, now=NOW)
    proposal.refresh_from_db()
    assert (proposal.state, standing(plan, "M3")) == (State.PROPOSED, ("planned", None))


def test_specimen_a_visit_was_recorded_for_is_proposed_for_no_other_timepoint(plan: Plan, clinician: Staff) -> None:
    record_visit(
        visit=count_of(plan, "W3").visit, occurred_on=W3, outcomes={"cbc": "done"}, by=clinician, today=date(2024, 3, 1)
    )

    arrive(plan, W3, COUNT)

    assert not SpecimenMatch.objects.exists()


def test_specimen_from_before_the_infusion_is_proposed_for_no_count_after_it(plan: Plan) -> None:
    arrive(plan, plan.anchor - timedelta(2), COUNT)

    assert not SpecimenMatch.objects.exists()


def test_month_stays_open_beside_a_week_until_the_counts_recover_from_the_last_infusion(
    plan: Plan, clinician: Staff
) -> None:
    for day, values in {34: ("0.8", "40"), 45: ("3.0", "200"), 49: ("3.1", "210")}.items():
        arrive(plan, plan.anchor + timedelta(day), COUNT | {"anc": values[0], "platelets": values[1]})
    plan.refresh_from_db()
    assert plan.counts_recovered_on == plan.anchor + timedelta(49)
    again = date(2024, 5, 3)
    facts = TreatmentFacts(again, activity_mbq=Decimal(7400))
    record_treatment(patient=plan.patient, facts=facts, choices=PlanChoices(), by=clinician, today=again)
    second = Plan.objects.get(patient=plan.patient, anchor=again)

    arrive(second, again + timedelta(56), COUNT | {"anc": "0.9", "platelets": "60"})

    assert standing(second, "W8") == ("done", again + timedelta(56))
    assert standing(second, "M2") == ("planned", None)


def test_specimen_with_which_the_counts_have_recovered_serves_week_and_month(plan: Plan, clinician: Staff) -> None:
    arrive(plan, plan.anchor + timedelta(34), COUNT | {"anc": "0.8", "platelets": "40"})
    arrive(plan, plan.anchor + timedelta(49), COUNT)
    day = plan.anchor + timedelta(54)
    visit = count_of(plan, "W8").visit
    record_visit(visit=visit, occurred_on=day, outcomes={"cbc": "drawn"}, by=clinician, today=day)

    arrive(plan, day, COUNT)

    plan.refresh_from_db()
    assert plan.counts_recovered_on == day
    assert [standing(plan, timepoint) for timepoint in ("W8", "M2")] == [("done", day)] * 2


def test_declined_specimen_is_not_proposed_again(plan: Plan, proposal: SpecimenMatch, clinician: Staff) -> None:
    decline_match(match=proposal, reason="Drawn for the dentist.", by=clinician, now=NOW)
    arrive(plan, date(2024, 4, 14), {"hct": "0.40"})

    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == (State.RELEASED, "Drawn for the dentist.")
    with pytest.raises(TransitionRefused):
        accept_match(match=proposal, by=clinician, now=NOW)


def test_declining_needs_a_reason(proposal: SpecimenMatch, clinician: Staff) -> None:
    with pytest.raises(ReasonNeeded):
        decline_match(match=proposal, reason=" ", by=clinician, now=NOW)


def test_released_specimen_is_not_matched_again_until_that_is_undone(plan: Plan, clinician: Staff) -> None:
    arrive(plan, W3, COUNT)
    release_activity(activity=count_of(plan, "W3"), reason="Another patient's tube.", by=clinician, today=NOW.date())
    arrive(plan, W3, {"hct": "0.40"})

    assert standing(plan, "W3") == ("planned", None)
    assert matched(plan, "W3") == [(State.RELEASED, W3, [])]

    undo(event=Event.objects.get(kind="activity.released"), by=clinician, now=NOW)

    assert standing(plan, "W3") == ("done", W3)
    assert matched(plan, "W3") == [(State.FULFILLED, W3, [])]
