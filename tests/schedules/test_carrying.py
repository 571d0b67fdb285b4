"""What an earlier plan leaves to the current one: overdue items are carried over, left bookings kept or cancelled."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Clinic, Role, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, TransitionRefused
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.models import Appointment, Plan, PlannedVisit
from schedules.plans.carrying import carries_of, left_bookings
from schedules.plans.planning import PlanChoices
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, enrolled, noon, visit_of

SECOND, TODAY = date(2024, 6, 10), date(2024, 6, 12)


@pytest.fixture
def current(plan: Plan, clinician: Staff) -> Plan:
    """The plan of a second infusion; of the first everything up to then is overdue, month 6 was booked."""
    month = visit_of(plan, "M6")
    actions.book_visits(visits=[month], on=date(2024, 7, 31), by=clinician, today=date(2024, 2, 1))
    return second(plan, clinician)


def second(plan: Plan, by: Staff) -> Plan:
    actions.record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(SECOND, activity_mbq=Decimal(7400)),
        choices=PlanChoices(),
        by=by,
        today=TODAY,
    )
    return plan.patient.plans.get(is_current=True)


def offered(plan: Plan) -> dict[str, tuple[tuple[str, ...], str]]:
    carries = carries_of(plan.patient, today=TODAY)
    return {
        f"{each.visit.timepoint} {each.visit.kind}": (each.activities, f"{each.to.timepoint} {each.to.kind}")
        for each in carries
    }


def activities(visit: PlannedVisit) -> dict[str, str]:
    return dict(visit.activities.values_list("activity", "status"))


def carry(visit: PlannedVisit, by: Staff) -> PlannedVisit:
    return actions.carry_over(visit=visit, by=by, today=TODAY)


def latest(kind: str) -> Event:
    return Event.objects.filter(kind=kind).latest("id")


def test_overdue_laboratory_and_imaging_are_offered_to_the_first_visit_that_can_hold_them(
    plan: Plan, current: Plan
) -> None:
    assert offered(plan) == {
        "M2 visit": (("chemistry", "thyroid"), "W1 visit"),
        "M3 imaging": (("anatomical_imaging", "mibg_scan"), "M3 imaging"),
        "M3 visit": (("chemistry", "thyroid"), "W1 visit"),
        "M4 visit": (("chemistry", "thyroid"), "W1 visit"),
    }


def test_carried_item_closes_in_the_earlier_plan_and_is_asked_for_in_the_current_one(
    plan: Plan, current: Plan, clinician: Staff
) -> None:
    carried = carry(visit_of(plan, "M2"), clinician)

    before = activities(carried)
    assert {before.pop("chemistry"), before.pop("thyroid")} == {"not_applicable"}
    assert set(before.values()) == {"planned"}  # the rest stays overdue until somebody decides
    reasons = set(carried.activities.filter(status="not_applicable").values_list("reason", flat=True))
    assert reasons == {"Carried to Week 1 of the plan from Mon 10 Jun 2024."}
    week = visit_of(current, "W1")
    assert activities(week) == {"cbc": "planned", "chemistry": "planned", "thyroid": "planned"}
    assert week.activities.get(activity="thyroid").proposal.rule == "carried"
    assert event_sentence(latest("visit.carried")) == (
        "Month 2, overdue: Chemistry, Thyroid function carried to Week 1 of the plan from Mon 10 Jun 2024"
    )
    with pytest.raises(TransitionRefused, match="Nothing of this is offered"):
        carry(carried, clinician)


def test_visit_of_which_everything_is_carried_is_closed_and_says_where_to(
    plan: Plan, current: Plan, clinician: Staff
) -> None:
    carry(visit_of(plan, "M3", "imaging"), clinician)

    scan = visit_of(plan, "M3", "imaging")
    assert (scan.status, scan.closing_reason) == (
        "not_applicable",
        "Carried to Month 3 imaging of the plan from Mon 10 Jun 2024.",
    )
    assert activities(visit_of(current, "M3", "imaging")) == {"mibg_scan": "planned", "anatomical_imaging": "planned"}
    assert not current.visits.filter(phase="added").exists()


def test_carried_item_stays_when_the_plan_is_made_anew(plan: Plan, current: Plan, clinician: Staff) -> None:
    carry(visit_of(plan, "M2"), clinician)
    carry(visit_of(plan, "M3", "imaging"), clinician)

    actions.settle_plans(plan.patient, today=TODAY)
    actions.correct_treatment_date(
        treatment=current.treatment, started_on=date(2024, 6, 11), reason="Misread.", by=clinician, today=TODAY
    )

    week = visit_of(current, "W1")
    assert week.target == date(2024, 6, 18)
    assert activities(week) == {"cbc": "planned", "chemistry": "planned", "thyroid": "planned"}
    assert not current.visits.filter(phase="added").exists()


def test_undo_opens_the_earlier_item_and_takes_it_from_the_current_plan(
    plan: Plan, current: Plan, clinician: Staff
) -> None:
    carry(visit_of(plan, "M2"), clinician)

    undo(event=latest("visit.carried"), by=clinician, now=noon(TODAY))

    assert set(activities(visit_of(plan, "M2")).values()) == {"planned"}
    assert activities(visit_of(current, "W1")) == {"cbc": "planned", "chemistry": "cancelled", "thyroid": "cancelled"}
    assert "M2 visit" in offered(plan)
    carry(visit_of(plan, "M2"), clinician)
    assert set(activities(visit_of(current, "W1")).values()) == {"planned"}


def test_undo_is_refused_once_the_current_visit_was_recorded(plan: Plan, current: Plan, clinician: Staff) -> None:
    carry(visit_of(plan, "M2"), clinician)
    event = latest("visit.carried")
    actions.record_visit(
        visit=visit_of(current, "W1"),
        occurred_on=date(2024, 6, 17),
        outcomes={"chemistry": "done"},
        by=clinician,
        today=date(2024, 6, 17),
    )

    with pytest.raises(TransitionRefused, match="Since then"):
        undo(event=event, by=clinician, now=noon(date(2024, 6, 17)))


def test_visit_at_which_it_was_decided_against_does_not_hold_it(plan: Plan, current: Plan, clinician: Staff) -> None:
    scan = visit_of(current, "M3", "imaging")
    actions.mark_not_applicable(visit=scan, activities=["mibg_scan"], reason="No uptake.", by=clinician)

    assert offered(plan)["M3 imaging"][1] == "M9 imaging"


def test_only_what_is_overdue_of_an_earlier_plan_is_carried(plan: Plan, current: Plan, clinician: Staff) -> None:
    for visit in (visit_of(plan, "W1"), visit_of(plan, "M6"), visit_of(current, "M2")):
        with pytest.raises(TransitionRefused):
            carry(visit, clinician)


def test_booking_of_a_replaced_visit_is_listed_with_the_visits_its_day_fits(plan: Plan, current: Plan) -> None:
    (left,) = left_bookings(plan.patient, today=TODAY)

    assert [visit.timepoint for visit in left.replaced] == ["M6"]
    assert {visit.timepoint for visit in left.fitting} == {"W7"}
    assert {visit.plan for visit in left.fitting} == {current}


def test_booking_is_kept_for_a_visit_of_the_current_plan_and_undone(
    plan: Plan, current: Plan, clinician: Staff
) -> None:
    booked = plan.patient.appointments.get()
    week = visit_of(current, "W7")

    actions.attach_appointment(appointment=booked, visits=[week], by=clinician, today=TODAY)

    assert (visit_of(current, "W7").appointment, visit_of(plan, "M6").appointment) == (booked, None)
    assert left_bookings(plan.patient, today=TODAY) == []
    event = latest("appointment.attached")
    assert event_sentence(event) == "Appointment of Wed 31 Jul 2024, replaced by a later plan, kept for Week 7"
    with pytest.raises(TransitionRefused, match="No later plan replaced"):
        actions.attach_appointment(appointment=booked, visits=[visit_of(current, "M2")], by=clinician, today=TODAY)

    undo(event=event, by=clinician, now=noon(TODAY))
    assert (visit_of(current, "W7").appointment, visit_of(plan, "M6").appointment) == (None, booked)


def test_booking_takes_the_places_the_visit_needs(clinic: Clinic, plan: Plan, current: Plan, clinician: Staff) -> None:
    actions.set_capacity(clinic=clinic, activity="cbc", places=1, by=clinician, today=TODAY)
    booked = plan.patient.appointments.get()
    other = enrolled(by=clinician, clinic=clinic, started_on=SECOND, today=TODAY)
    taken = actions.book_visits(visits=[visit_of(other, "W7")], on=booked.on, by=clinician, today=TODAY)

    def attach() -> Appointment:
        return actions.attach_appointment(
            appointment=booked, visits=[visit_of(current, "W7")], by=clinician, today=TODAY
        )

    with pytest.raises(InputRefused, match="No place is left for CBC"):
        attach()
    assert visit_of(plan, "M6").appointment == booked

    actions.cancel_appointment(appointment=taken, reason="Asked to.", by=clinician)
    attach()
    assert list(booked.places.values_list("activity", flat=True)) == ["cbc"]
    undo(event=latest("appointment.attached"), by=clinician, now=noon(TODAY))
    assert not booked.places.exists()


def test_booking_is_not_kept_for_what_it_does_not_fit(plan: Plan, current: Plan, clinician: Staff) -> None:
    booked = plan.patient.appointments.get()
    other = enrolled(by=clinician, clinic=plan.clinic, started_on=SECOND, today=TODAY)

    def attach(*visits: PlannedVisit) -> None:
        actions.attach_appointment(appointment=booked, visits=list(visits), by=clinician, today=TODAY)

    with pytest.raises(InputRefused, match="outside the window"):
        attach(visit_of(current, "W2"))
    with pytest.raises(InputRefused, match="visits of this patient"):
        attach(visit_of(other, "W7"))
    with pytest.raises(InputRefused, match="Choose a visit"):
        attach()
    with pytest.raises(TransitionRefused, match="earlier plan"):
        attach(visit_of(plan, "M4"))
    assert visit_of(plan, "M6").appointment == booked


def test_pages_carry_what_was_shown_and_keep_a_booking(
    client: Client, plan: Plan, current: Plan, clinician: Staff
) -> None:
    client.force_login(clinician)
    booked = plan.patient.appointments.get()
    page = reverse("schedules:patient", args=[plan.patient_id])
    address = reverse("schedules:carry", args=[visit_of(plan, "M2").pk])
    keep = reverse("schedules:attach_appointment", args=[booked.pk])
    with time_machine.travel(noon(TODAY), tick=False):
        shown = client.get(page).content.decode()
        assert "Left by an earlier plan" in shown
        assert address in shown
        assert keep in shown
        worklist = client.get("/").content.decode()
        assert address in worklist
        assert keep in worklist
        assert "done at Week 1 of the plan from Mon 10 Jun 2024" in client.get(address).content.decode()

        changed = client.post(address, {"to": str(visit_of(current, "W2").pk)})
        assert changed.status_code == 422
        assert "it is offered to Week 1 of the plan from Mon 10 Jun 2024 now" in changed.content.decode()
        assert set(activities(visit_of(plan, "M2")).values()) == {"planned"}
        assert client.post(address, {"to": str(visit_of(current, "W1").pk)}).status_code == 302
        assert "Nothing of this is offered" in client.get(address).content.decode()
        assert client.post(keep, {"visits": []}).status_code == 422
        assert "Week 7" in client.get(keep).content.decode()
        assert client.post(keep, {"visits": [str(visit_of(current, "W7").pk)]}).status_code == 302
        nothing = client.get(keep).content.decode()

    assert activities(visit_of(current, "W1"))["thyroid"] == "planned"
    assert visit_of(current, "W7").appointment == booked
    assert "Nothing has to be decided about this booking" in nothing


def test_coordinator_keeps_bookings_and_leaves_carrying_to_a_clinician(
    client: Client, clinic: Clinic, plan: Plan, current: Plan
) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    address = reverse("schedules:carry", args=[visit_of(plan, "M2").pk])
    with time_machine.travel(noon(TODAY), tick=False):
        shown = client.get(reverse("schedules:patient", args=[plan.patient_id])).content.decode()
        refused = client.post(address, {"step": "save"})

    assert "Left by an earlier plan" in shown
    assert address not in shown
    assert refused.status_code == 403


def test_first_plan_leaves_nothing(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    with time_machine.travel(noon(TODAY), tick=False):
        shown = client.get(reverse("schedules:patient", args=[plan.patient_id])).content.decode()

    assert "Left by an earlier plan" not in shown
    assert carries_of(plan.patient, today=TODAY) == []
