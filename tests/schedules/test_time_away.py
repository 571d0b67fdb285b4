"""Back after a time in which nothing was wanted of us: what lay wholly in it is not overdue (ADR 11)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import TransitionRefused
from patients.models import ClinicalEvent
from patients.treatment_checks import TreatmentFacts
from schedules.actions import record_treatment, record_visit
from schedules.actions.life import (
    ClinicalFacts,
    accept_transfer,
    change_clinical_event,
    end_clinical_event,
    record_clinical_event,
    withdraw_clinical_event,
)
from schedules.actions.settling import settle_plans
from schedules.calendars import working_calendar
from schedules.models import Plan, PlannedVisit
from schedules.pages.differences import What, previewed
from schedules.plans.planning import PlanChoices
from schedules.versions.simulation import Simulation, plans_to_follow, simulate
from tests.factories import noon, visit_of
from tests.snapshot import Rows, everything, stored

LEFT, BACK = date(2024, 6, 25), date(2026, 6, 15)
ELSEWHERE = "Followed up elsewhere from 25 Jun 2024 to 15 Jun 2026."
DETAILS = {
    "declines_follow_up": {"explained_by": "Dr Roca", "taken_over_by": "GP Sanz"},
    "comfort_care": {"agreed_with": "Patient and family"},
    "pause": {"review_on": "2024-12-01", "why": "Long journey"},
    "lost": {"attempts": "Three calls"},
}


@pytest.fixture
def transfer(plan: Plan, clinician: Staff) -> ClinicalEvent:
    facts = ClinicalFacts("transfer", date(2024, 6, 20), details={"to_whom": "Dr Aliaga, South clinic"})
    event = record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(LEFT))
    return accept_transfer(event=event, accepted_on=LEFT, accepted_by="Dr Aliaga", by=clinician, now=noon(LEFT))


def end(event: ClinicalEvent, by: Staff, on: date = BACK) -> ClinicalEvent:
    return end_clinical_event(event=event, ended_on=on, by=by, now=noon(BACK))


def stands(plan: Plan, timepoint: str, kind: str = "visit") -> tuple[str, str]:
    visit = visit_of(plan, timepoint, kind)
    return visit.status, visit.closing_reason


def timepoints() -> Rows:
    return {key: row for key, row in stored().items() if key[0] in ("PlannedVisit", "PlannedActivity")}


def open_before(plan: Plan, day: date) -> list[str]:
    """Return what is open and was due before a day, as "M5 visit"."""
    rows = PlannedVisit.objects.filter(plan=plan, status="planned", closes__lt=day).order_by("closes", "kind")
    return [f"{visit.timepoint} {visit.kind}" for visit in rows]


def test_what_lay_wholly_in_a_transfer_stays_cancelled_and_says_so(plan, transfer, clinician):
    assert open_before(plan, BACK) == []  # while it lasts nothing is open

    end(transfer, clinician)

    assert stands(plan, "M6") == ("cancelled", ELSEWHERE)
    assert stands(plan, "M27", "imaging") == ("cancelled", ELSEWHERE)
    assert stands(plan, "M30") == ("planned", "")


def test_what_was_overdue_before_or_due_on_the_day_of_leaving_is_overdue_again(plan, transfer, clinician):
    end(transfer, clinician)

    assert "M4 visit" in open_before(plan, LEFT)
    assert visit_of(plan, "M5").opens < LEFT < visit_of(plan, "M5").closes
    assert open_before(plan, BACK)[-1] == "M5 visit"


def test_window_that_closes_on_the_day_of_the_return_is_not_over(plan, transfer, clinician):
    end(transfer, clinician, on=visit_of(plan, "M27").closes)

    assert stands(plan, "M27") == ("planned", "")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("declines_follow_up", "Follow-up here was declined from 25 Jun 2024 to 15 Jun 2026."),
        ("comfort_care", "Comfort care from 25 Jun 2024 to 15 Jun 2026."),
    ],
)
def test_what_was_not_wanted_is_not_overdue_afterwards(plan, clinician, kind, reason):
    facts = ClinicalFacts(kind, LEFT, details=DETAILS[kind])
    end(record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(LEFT)), clinician)

    assert stands(plan, "M6") == ("cancelled", reason)


@pytest.mark.parametrize("kind", ["pause", "lost"])
def test_what_was_missed_in_a_pause_or_while_lost_waits_for_a_person(plan, clinician, kind):
    facts = ClinicalFacts(kind, LEFT, details=DETAILS[kind])
    end(record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(LEFT)), clinician)

    assert stands(plan, "M6") == ("planned", "")


def test_refusal_entered_only_after_it_was_over_closes_what_was_overdue(plan, clinician):
    facts = ClinicalFacts("declines_follow_up", LEFT, ended_on=BACK, details=DETAILS["declines_follow_up"])

    record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(BACK))

    assert visit_of(plan, "M6").status == "cancelled"
    assert open_before(plan, BACK)[-1] == "M5 visit"


def test_settling_after_the_return_changes_nothing(plan, transfer, clinician):
    end(transfer, clinician)
    before = everything()

    settle_plans(plan.patient, today=BACK)

    assert everything() == before


def test_other_day_of_the_return_gives_back_what_lies_after_it(plan, transfer, clinician):
    event = end(transfer, clinician)

    change_clinical_event(event=event, fields={"ended_on": date(2025, 6, 15)}, by=clinician, now=noon(BACK))

    assert stands(plan, "M6") == ("cancelled", "Followed up elsewhere from 25 Jun 2024 to 15 Jun 2025.")
    assert visit_of(plan, "M27").status == "planned"


def test_transfer_that_never_was_gives_everything_back(plan, transfer, clinician):
    event = end(transfer, clinician)

    withdraw_clinical_event(event=event, reason="Another patient.", by=clinician, now=noon(BACK))

    assert stands(plan, "M6") == ("planned", "")


def test_undoing_the_return_is_exact(plan, transfer, clinician):
    before = stored()
    end(transfer, clinician)

    undo(event=Event.objects.get(kind="clinical_event.ended"), by=clinician, now=noon(BACK))

    assert stored() == before


def test_plan_of_an_infusion_given_meanwhile_has_that_time_cancelled_from_the_start(plan, transfer, clinician):
    end(transfer, clinician)
    given = TreatmentFacts(date(2025, 1, 15), override_reason="Given at the South clinic.")
    choices = PlanChoices(followed_from=date(2025, 1, 15))

    record_treatment(patient=plan.patient, facts=given, choices=choices, by=clinician, today=BACK)

    later = Plan.objects.get(is_current=True)
    assert stands(later, "M3") == ("cancelled", ELSEWHERE)
    assert stands(later, "M18") == ("planned", "")
    before = everything()
    settle_plans(plan.patient, today=BACK)
    assert everything() == before


@pytest.mark.parametrize("back", [True, False])
def test_what_was_done_elsewhere_is_recorded_late_and_undone(plan, transfer, clinician, back):
    if back:
        end(transfer, clinician)
    before = timepoints()

    record_visit(
        visit=visit_of(plan, "M6"),
        occurred_on=visit_of(plan, "M6").target,
        outcomes={"cbc": "done"},
        elsewhere=True,
        place="South clinic",
        by=clinician,
        today=BACK,
    )

    assert stands(plan, "M6") == ("done", "")
    activities = visit_of(plan, "M6").activities
    assert dict(activities.values_list("activity", "status")) == {
        "cbc": "done_elsewhere",
        "chemistry": "cancelled",
        "physician_visit": "cancelled",
        "thyroid": "cancelled",
    }
    assert activities.get(activity="cbc").reason == ""
    settle_plans(plan.patient, today=BACK)
    assert stands(plan, "M6") == ("done", "")
    undo(event=Event.objects.get(kind="visit.recorded"), by=clinician, now=noon(BACK))
    assert timepoints() == before


def test_what_is_no_part_of_the_plan_is_not_recorded(plan, clinician):
    visit_of(plan, "M6").activities.update(status="cancelled", reason="No longer part of the plan.")
    PlannedVisit.objects.filter(pk=visit_of(plan, "M6").pk).update(status="cancelled")

    with pytest.raises(TransitionRefused, match="M6 is already cancelled"):
        record_visit(visit=visit_of(plan, "M6"), occurred_on=LEFT, outcomes={"cbc": "done"}, by=clinician, today=BACK)


def test_look_at_the_return_says_what_stays_cancelled_and_what_is_overdue(plan, transfer, clinician):
    shown = previewed(
        lambda: end(transfer, clinician), plan.patient, today=BACK, calendar=working_calendar(plan.clinic)
    )

    rows = {row.name: row for row in shown.rows}
    assert rows["Month 6"].what == What.PASSED
    assert rows["Month 6"].said == f"stays cancelled, followed up{ELSEWHERE[11:]}"
    assert rows["Month 5"].said.endswith(" Overdue since Sun 7 Jul 2024: decide about it.")
    assert rows["Month 30"].overdue is False
    assert rows["Month 5"] in shown.overdue


def test_look_at_the_end_of_a_pause_says_what_is_overdue(plan, clinician):
    facts = ClinicalFacts("pause", LEFT, details=DETAILS["pause"])
    event = record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(LEFT))

    shown = previewed(lambda: end(event, clinician), plan.patient, today=BACK, calendar=working_calendar(plan.clinic))

    (row,) = [row for row in shown.rows if row.name == "Month 6"]
    assert (row.what, row.overdue) == (What.GOES_ON, True)
    assert row.said == "no longer waits for a decision. Overdue since Wed 7 Aug 2024: decide about it."


def test_item_declined_for_a_time_is_not_asked_for_afterwards(plan, clinician):
    facts = ClinicalFacts("declines_item", LEFT, activities=["thyroid", "mibg_scan", "anatomical_imaging"])
    event = record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(LEFT))
    record_visit(
        visit=visit_of(plan, "M6"),
        occurred_on=visit_of(plan, "M6").target,
        outcomes={"cbc": "done", "chemistry": "done", "physician_visit": "done"},
        by=clinician,
        today=BACK,
    )
    assert visit_of(plan, "M6").status == "done"

    end(event, clinician)

    assert visit_of(plan, "M6").status == "done"
    assert visit_of(plan, "M9", "imaging").status == "cancelled"
    assert visit_of(plan, "M9").activities.get(activity="thyroid").status == "cancelled"
    assert visit_of(plan, "M5").activities.get(activity="thyroid").status == "planned"
    assert visit_of(plan, "M33", "imaging").status == "planned"


def test_simulation_leaves_what_stays_cancelled(plan, transfer, clinician):
    end(transfer, clinician)
    simulation = Simulation(plan.protocol.definition, BACK)

    (line,) = simulate(plans_to_follow(plan.clinic), simulation)

    assert (line.changes, line.cancelled, line.added) == (0, 0, 0)


def test_page_of_what_stays_cancelled_says_why_and_takes_what_was_done_elsewhere(client, plan, transfer, clinician):
    end(transfer, clinician)
    visit = visit_of(plan, "M6")
    record = reverse("schedules:record_visit", args=[visit.pk])
    with time_machine.travel(noon(BACK), tick=False):
        client.force_login(clinician)
        page = client.get(reverse("schedules:visit", args=[visit.pk])).content.decode()
        asked = client.get(record).context
        done = {f"outcome_{name}": "open" for name in ("chemistry", "physician_visit", "thyroid")}
        sent = client.post(record, {**done, "outcome_cbc": "done", "occurred_on": "2024-07-31", "elsewhere": "on"})

    assert (ELSEWHERE in page, "overdue" in page, record in page) == (True, False, True)
    assert (asked["form"]["elsewhere"].value(), asked["form"]["occurred_on"].value()) == (True, None)
    assert asked["outside"] is False
    assert (sent.status_code, visit_of(plan, "M6").status) == (302, "done")
