"""What happens in a patient's life: what each event does to the plan, and how it is taken back."""

from datetime import date

import pytest

from accounts.models import Role
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from patients.models import Care, ClinicalEvent, Patient
from schedules.actions import book_visits, record_visit
from schedules.actions.life import (
    ClinicalFacts,
    accept_transfer,
    ask_reversal,
    change_clinical_event,
    confirm_reversal,
    end_clinical_event,
    let_go_on,
    record_clinical_event,
    withdraw_clinical_event,
)
from schedules.models import Appointment, PlannedVisit, Proposal
from schedules.plans.kinds_of_event import KINDS
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, noon, visit_of

DAY = date(2024, 3, 6)
NOW = noon(DAY)
DEATH = ClinicalFacts("death", date(2024, 3, 5))
TRANSFER = ClinicalFacts("transfer", date(2024, 3, 4), details={"to_whom": "Dr Aliaga, South clinic"})
PAUSE = ClinicalFacts("pause", DAY, details={"review_on": "2024-06-01", "why": "Long journey"})
LOST = ClinicalFacts("lost", DAY, details={"attempts": "Telephoned 1, 3 and 5 March"})
DECLINED = ClinicalFacts("declines_follow_up", DAY, details={"explained_by": "Dr Roca", "taken_over_by": "GP Sanz"})
COMFORT = ClinicalFacts("comfort_care", DAY, details={"agreed_with": "Patient and family"})
NO_SCAN = ClinicalFacts("declines_item", DAY, activities=("mibg_scan",))
PREGNANT = ClinicalFacts("pregnancy", DAY)


@pytest.fixture
def record(plan, clinician):
    """Record an event of the patient; by the clinician, at noon of the day, unless said otherwise."""

    def run(facts, *, by=None, now=NOW):
        return record_clinical_event(
            patient=Patient.objects.get(pk=plan.patient_id), facts=facts, by=by or clinician, now=now
        )

    return run


def open_names(plan) -> set[str]:
    """The open timepoints, imaging apart."""
    rows = PlannedVisit.objects.filter(plan=plan, status="planned")
    return {f"{visit.timepoint} {visit.kind}" for visit in rows}


def held(plan) -> set[str]:
    return {f"{v.timepoint} {v.kind}" for v in PlannedVisit.objects.filter(plan=plan).exclude(on_hold="")}


def care(plan) -> str:
    return Patient.objects.get(pk=plan.patient_id).care


@pytest.mark.parametrize(
    ("facts", "ends_in"),
    [(DEATH, Care.DECEASED), (DECLINED, Care.DECLINED), (COMFORT, Care.COMFORT)],
)
def test_closure_cancels_what_is_open_and_says_how_we_stand(plan, record, facts, ends_in):
    before = open_names(plan)

    record(facts)

    assert (open_names(plan), care(plan), before != set()) == (set(), ends_in, True)


def test_death_cancels_booked_appointments_and_leaves_what_is_done(plan, record, clinician):
    record_visit(
        visit=visit_of(plan, "W1"), occurred_on=date(2024, 2, 7), outcomes={"cbc": "done"}, by=clinician, today=DAY
    )
    book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), by=clinician, today=DAY)

    record(DEATH)

    assert Appointment.objects.get().state == Appointment.State.CANCELLED
    assert visit_of(plan, "W1").status == "done"
    assert event_sentence(Event.objects.get(kind="clinical_event.recorded")) == "Death from Tue 5 Mar 2024, for good"


def test_death_is_undone_and_withdrawn_by_nobody_alone(plan, record, clinician):
    event = record(DEATH)

    with pytest.raises(TransitionRefused, match="two people"):
        undo(event=Event.objects.get(kind="clinical_event.recorded"), by=clinician, now=NOW)
    with pytest.raises(TransitionRefused, match="two people"):
        withdraw_clinical_event(event=event, reason="Wrong person.", by=clinician, now=NOW)
    with pytest.raises(InputRefused, match="no end"):
        end_clinical_event(event=event, ended_on=DAY, by=clinician, now=NOW)

    assert care(plan) == Care.DECEASED


def test_appointment_cancelled_by_a_death_is_not_given_back_by_undoing(plan, record, clinician):
    book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), by=clinician, today=DAY)
    record(DEATH)

    with pytest.raises(TransitionRefused, match="The patient died"):
        undo(event=Event.objects.get(kind="appointment.cancelled"), by=clinician, now=NOW)

    assert Appointment.objects.get().state == Appointment.State.CANCELLED


def test_death_is_taken_back_by_two_people_and_gives_the_plan_back(plan, record, clinic, clinician):
    before = open_names(plan)
    event = record(DEATH)
    second = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff
    with pytest.raises(TransitionRefused, match="two people"):
        confirm_reversal(event=event, by=second, now=NOW)
    with pytest.raises(ReasonNeeded):
        ask_reversal(event=event, reason=" ", by=clinician, now=NOW)

    ask_reversal(event=event, reason="Namesake.", by=clinician, now=NOW)
    assert (care(plan), open_names(plan)) == (Care.DECEASED, set())
    with pytest.raises(TransitionRefused, match="Another person"):
        confirm_reversal(event=event, by=clinician, now=NOW)
    confirm_reversal(event=event, by=second, now=NOW)

    assert (care(plan), open_names(plan)) == (Care.FOLLOWED, before)


def test_transfer_changes_nothing_until_it_is_accepted(plan, record, clinician):
    before = open_names(plan)
    event = record(TRANSFER)
    assert (open_names(plan), care(plan)) == (before, Care.FOLLOWED)

    with pytest.raises(InputRefused, match="who accepted"):
        accept_transfer(event=event, accepted_on=DAY, accepted_by="", by=clinician, now=NOW)
    with pytest.raises(InputRefused, match="between"):
        accept_transfer(event=event, accepted_on=date(2024, 3, 7), accepted_by="Dr Aliaga", by=clinician, now=NOW)
    accept_transfer(event=event, accepted_on=DAY, accepted_by="Dr Aliaga", by=clinician, now=NOW)
    assert (open_names(plan), care(plan)) == (set(), Care.TRANSFERRED)

    undo(event=Event.objects.get(kind="clinical_event.accepted"), by=clinician, now=NOW)
    assert (open_names(plan), care(plan)) == (before, Care.FOLLOWED)


@pytest.mark.parametrize(("facts", "standing"), [(PAUSE, Care.PAUSED), (LOST, Care.LOST)])
def test_pause_and_loss_hold_everything_open_until_they_end(plan, record, clinician, facts, standing):
    event = record(facts)
    assert (care(plan), held(plan)) == (standing, open_names(plan))

    end_clinical_event(event=event, ended_on=DAY, by=clinician, now=NOW)

    assert (care(plan), held(plan)) == (Care.FOLLOWED, set())


def test_pregnancy_holds_what_exposes_and_a_clinician_lets_one_go_on(plan, record, clinic, clinician):
    record(PREGNANT)
    assert held(plan)
    assert {name.split()[1] for name in held(plan)} == {"imaging"}
    scan = visit_of(plan, "M3", "imaging")
    coordinator = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff

    with pytest.raises(InputRefused, match="clinician"):
        let_go_on(visit=scan, reason="MRI only.", by=coordinator, today=DAY)
    with pytest.raises(ReasonNeeded):
        let_go_on(visit=scan, reason="", by=clinician, today=DAY)
    with pytest.raises(TransitionRefused):
        let_go_on(visit=visit_of(plan, "W8"), reason="MRI only.", by=clinician, today=DAY)
    let_go_on(visit=scan, reason="MRI only.", by=clinician, today=DAY)
    assert "M3 imaging" not in held(plan)
    assert "M9 imaging" in held(plan)

    undo(event=Event.objects.get(kind="visit.let_go_on"), by=clinician, now=NOW)
    assert "M3 imaging" in held(plan)


def test_declined_item_falls_away_from_that_day_and_comes_back(plan, record, clinician):
    def scans() -> int:
        return plan.visits.filter(activities__activity="mibg_scan", activities__status="planned").count()

    before, others = scans(), open_names(plan)
    event = record(NO_SCAN)
    assert (before > 0, scans()) == (True, 0)
    assert {name for name in others if name.endswith("visit")} <= open_names(plan)

    end_clinical_event(event=event, ended_on=DAY, by=clinician, now=NOW)
    assert (scans(), open_names(plan)) == (before, others)


def test_relapse_offers_an_assessment_and_safety_follow_up_goes_on(plan, record, clinician):
    before = open_names(plan)
    event = record(ClinicalFacts("relapse", DAY))

    offered = Proposal.objects.get()
    assert (offered.state, open_names(plan)) == (Proposal.State.OFFERED, before)
    assert "Relapse or progression" in offered.sentence

    withdraw_clinical_event(event=event, reason="Inflammation.", by=clinician, now=NOW)
    offered.refresh_from_db()
    assert offered.state == Proposal.State.LAPSED
    assert offered.points()[0].activities == ("anatomical_imaging", "mibg_scan")


@pytest.mark.parametrize(
    "facts",
    [
        ClinicalFacts("declines_messages", DAY),
        ClinicalFacts("withdraws_research", DAY),
        ClinicalFacts("new_therapy", DAY, details={"therapy": "Lutetium"}),
        ClinicalFacts("admission", DAY, details={"place": "Ward 3"}),
        ClinicalFacts("thyroidectomy", DAY),
    ],
)
def test_event_that_changes_no_plan_changes_none(plan, record, facts):
    before = open_names(plan)

    record(facts)

    assert (open_names(plan), held(plan), care(plan)) == (before, set(), Care.FOLLOWED)


def test_withdrawal_from_research_leaves_out_of_exports_until_it_ends(plan, record, clinician):
    event = record(ClinicalFacts("withdraws_research", DAY))
    assert not Patient.objects.exportable().exists()

    end_clinical_event(event=event, ended_on=DAY, by=clinician, now=NOW)
    assert Patient.objects.exportable().get().pk == plan.patient_id


@pytest.mark.parametrize("facts", [TRANSFER, PAUSE, LOST, DECLINED, COMFORT, NO_SCAN, PREGNANT])
def test_event_is_undone_and_the_plan_is_as_before(plan, record, clinician, facts):
    before = open_names(plan), held(plan), care(plan)
    record(facts)

    undo(event=Event.objects.get(kind__startswith="clinical_event."), by=clinician, now=NOW)

    assert (open_names(plan), held(plan), care(plan)) == before


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (ClinicalFacts("pause", DAY, details={"why": "Journey"}), "review_on"),
        (ClinicalFacts("pause", DAY, details={"why": "Journey", "review_on": "soon"}), "review_on"),
        (ClinicalFacts("pause", DAY, details={"why": "Journey", "review_on": "2024-03-06"}), "review_on"),
        (ClinicalFacts("transfer", DAY), "to_whom"),
        (ClinicalFacts("lost", DAY), "attempts"),
        (ClinicalFacts("lost", DAY, details={"attempts": "x" * 201}), "attempts"),
        (ClinicalFacts("declines_follow_up", DAY, details={"explained_by": "Dr Roca"}), "taken_over_by"),
        (ClinicalFacts("declines_item", DAY), "activities"),
        (ClinicalFacts("declines_item", DAY, activities=("tea",)), "activities"),
        (ClinicalFacts("death", DAY, activities=("cbc",)), "activities"),
        (ClinicalFacts("death", DAY, details={"mood": "calm"}), "details"),
        (ClinicalFacts("lost", DAY, date(2024, 3, 7), details={"attempts": "Letters"}), "ended_on"),
    ],
)
def test_event_that_cannot_be_is_refused_at_its_field(record, facts, field):
    with pytest.raises(InputRefused) as refused:
        record(facts)

    assert refused.value.field == field
    assert not ClinicalEvent.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind, about in KINDS.items() if about.decides])
def test_clinicians_kind_is_refused_to_a_coordinator(record, clinic, kind):
    coordinator = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff

    with pytest.raises(InputRefused, match="clinician"):
        record(
            ClinicalFacts(kind, DAY, details={"agreed_with": "Family"} if kind == "comfort_care" else {}),
            by=coordinator,
        )


def test_changed_day_of_death_is_kept(plan, record, clinician):
    event = record(DEATH)

    change_clinical_event(event=event, fields={"started_on": date(2024, 3, 1)}, by=clinician, now=NOW)

    assert ClinicalEvent.objects.get().started_on == date(2024, 3, 1)


def test_every_kind_says_what_follows():
    assert set(KINDS) == set(ClinicalEvent.Kind)
