"""Adverse events: what can be recorded, what an alert suggests, and who judges."""

from datetime import date

import pytest
import time_machine

from accounts.models import Role
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.adverse_events import (
    AdverseEventFacts,
    change_adverse_event,
    end_adverse_event,
    record_adverse_event,
    withdraw_adverse_event,
)
from labs.adverse_terms import suggested_by, terms_of
from labs.models import LabGrade, LabPolicy
from patients.models import AdverseEvent, Patient
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, enrolled
from tests.labs.factories import NOW, AlertFactory, FindingFactory
from tests.snapshot import stored

pytestmark = pytest.mark.django_db

TODAY = date(2024, 3, 6)
DRY_MOUTH = AdverseEventFacts(term="Dry mouth", grade=1, onset_on=date(2024, 2, 20), attribution="probable")
SAID = "Dry mouth, grade 1 (CTCAE 6.0), from Tue 20 Feb 2024, probable"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member(client):
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


@pytest.fixture
def clinician(member):
    return member.staff


@pytest.fixture
def plan(member, clinician):
    return enrolled(by=clinician, clinic=member.clinic, started_on=date(2024, 1, 31), today=TODAY)


@pytest.fixture
def recorded(plan, clinician):
    return record_adverse_event(patient=plan.patient, facts=DRY_MOUTH, by=clinician, today=TODAY)


def facts(**changed):
    return AdverseEventFacts(**{name: getattr(DRY_MOUTH, name) for name in DRY_MOUTH.__dataclass_fields__} | changed)


@pytest.mark.parametrize(
    ("ctcae", "term", "grades"),
    [
        ("5.0", "Dry mouth", (1, 2, 3)),
        ("5.0", "Platelet count decreased", (1, 2, 3, 4)),
        ("5.0", "Myelodysplastic syndrome", (4, 5)),
        ("6.0", "Thrombocytopenia", (1, 2, 3, 4)),
        ("5.0", "Anemia", (1, 2, 3, 4, 5)),
    ],
)
def test_term_has_the_grades_of_its_version(ctcae, term, grades):
    assert terms_of(ctcae)[term].grades == grades


def test_adverse_event_belongs_to_the_clinics_version_and_the_last_treatment(recorded, plan, clinician):
    assert (recorded.ctcae, recorded.treatment, recorded.recorded_by) == ("6.0", plan.treatment, clinician)
    event = Event.objects.get(kind="adverse_event.recorded")
    assert event_sentence(event) == f"Adverse event recorded: {SAID}"


def test_clinic_on_ctcae_5_records_by_its_terms(plan, clinician):
    LabPolicy.objects.create(clinic=plan.clinic, ctcae="5.0")
    entered = facts(term="Platelet count decreased", grade=4)

    recorded = record_adverse_event(patient=plan.patient, facts=entered, by=clinician, today=TODAY)

    assert recorded.ctcae == "5.0"


def test_onset_before_every_treatment_belongs_to_none(plan, clinician):
    entered = facts(onset_on=date(2024, 1, 30))

    assert record_adverse_event(patient=plan.patient, facts=entered, by=clinician, today=TODAY).treatment is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"term": "Platelet count decreased"}, "term"),  # CTCAE 6.0 calls it thrombocytopenia
        ({"grade": 5}, "grade"),
        ({"attribution": "certain"}, "attribution"),
        ({"onset_on": date(2024, 3, 7)}, "onset_on"),
        ({"onset_on": date(1961, 3, 2)}, "onset_on"),
        ({"ended_on": date(2024, 2, 19)}, "ended_on"),
        ({"ended_on": date(2024, 3, 7)}, "ended_on"),
    ],
)
def test_adverse_event_that_cannot_be_is_refused_at_its_field(plan, clinician, changed, field):
    with pytest.raises(InputRefused) as refused:
        record_adverse_event(patient=plan.patient, facts=facts(**changed), by=clinician, today=TODAY)

    assert refused.value.field == field
    assert AdverseEvent.objects.count() == 0


def test_same_term_and_onset_is_not_recorded_twice(recorded, plan, clinician):
    with pytest.raises(InputRefused, match="already"):
        record_adverse_event(patient=plan.patient, facts=facts(grade=2), by=clinician, today=TODAY)


def test_closed_record_takes_no_adverse_event(plan, clinician):
    Patient.objects.filter(pk=plan.patient_id).update(status="entered_in_error")

    with pytest.raises(TransitionRefused, match="closed"):
        record_adverse_event(
            patient=Patient.objects.get(pk=plan.patient_id), facts=DRY_MOUTH, by=clinician, today=TODAY
        )


ACTS = {
    "adverse_event.changed": lambda e, by: change_adverse_event(
        event=e, fields={"grade": 2}, reason="Worse.", by=by, today=TODAY
    ),
    "adverse_event.ended": lambda e, by: end_adverse_event(event=e, ended_on=date(2024, 3, 1), by=by, today=TODAY),
    "adverse_event.withdrawn": lambda e, by: withdraw_adverse_event(event=e, reason="Another patient.", by=by),
}


@pytest.mark.parametrize("kind", ACTS)
def test_change_writes_its_event_and_is_undone(recorded, clinician, kind):
    before = stored(AdverseEvent)

    ACTS[kind](recorded, clinician)
    assert stored(AdverseEvent) != before
    undo(event=Event.objects.get(kind=kind), by=clinician, now=NOW)

    assert stored(AdverseEvent) == before


@pytest.mark.parametrize("kind", ACTS)
def test_adverse_event_entered_in_error_is_not_changed_any_more(recorded, clinician, kind):
    withdraw_adverse_event(event=recorded, reason="Another patient.", by=clinician)

    with pytest.raises(TransitionRefused, match="entered in error"):
        ACTS[kind](recorded, clinician)


def test_recording_undone_is_entered_in_error(recorded, clinician):
    undo(event=Event.objects.get(kind="adverse_event.recorded"), by=clinician, now=NOW)

    recorded.refresh_from_db()
    assert recorded.withdrawn


def test_change_and_withdrawal_need_a_reason(recorded, clinician):
    with pytest.raises(ReasonNeeded):
        change_adverse_event(event=recorded, fields={"grade": 2}, reason="", by=clinician, today=TODAY)
    with pytest.raises(ReasonNeeded):
        withdraw_adverse_event(event=recorded, reason="", by=clinician)


def test_change_that_changes_nothing_writes_nothing(recorded, clinician):
    change_adverse_event(event=recorded, fields={"grade": 1}, reason="", by=clinician, today=TODAY)

    assert Event.objects.filter(kind="adverse_event.changed").count() == 0


def test_adverse_event_ends_once(recorded, clinician):
    end_adverse_event(event=recorded, ended_on=date(2024, 3, 1), by=clinician, today=TODAY)

    with pytest.raises(TransitionRefused, match="ended on Fri 1 Mar 2024 already"):
        end_adverse_event(event=recorded, ended_on=date(2024, 3, 2), by=clinician, today=TODAY)


def graded(finding, grade, term="Thrombocytopenia", direction="low"):
    return LabGrade.objects.create(
        clinic=finding.clinic,
        patient=finding.alert.patient,
        result=finding.result,
        ctcae="6.0 + errata 2026-01-20",
        term=term,
        direction=direction,
        status="graded",
        grade=grade,
    )


@pytest.fixture
def alert(plan):
    """An alert of three counts: grade 1, grade 3, and one that a correction took back."""
    alert = AlertFactory(patient=plan.patient)
    for day, grade, holds in ((1, 1, True), (4, 3, True), (5, 4, False)):
        finding = FindingFactory(alert=alert, holds=holds, result__collected_at=NOW.replace(day=day))
        graded(finding, grade)
        graded(finding, 4, term="Leukocytosis", direction="high")
    return alert


def test_alert_suggests_its_worst_grade_since_the_first_specimen(alert):
    assert suggested_by(alert) == ("Thrombocytopenia", 3, date(2024, 3, 1))


def test_alert_without_a_grade_suggests_nothing(plan):
    assert suggested_by(AlertFactory(patient=plan.patient)) is None


def test_form_from_an_alert_is_filled_in(client, alert):
    form = client.get(f"/patients/{alert.patient_id}/adverse-events/new/?alert={alert.pk}").context["form"]

    assert {name: form[name].value() for name in ("term", "grade", "onset_on", "attribution")} == {
        "term": "Thrombocytopenia",
        "grade": 3,
        "onset_on": date(2024, 3, 1),
        "attribution": "possible",
    }


def test_form_from_another_patients_alert_is_empty(client, alert, member):
    other = AlertFactory()

    form = client.get(f"/patients/{alert.patient_id}/adverse-events/new/?alert={other.pk}").context["form"]

    assert form["term"].value() is None


def test_adverse_event_is_recorded_changed_ended_and_withdrawn_on_pages(client, plan):
    patient = plan.patient_id
    entered = {"term": "Dry mouth", "grade": "1", "onset_on": "2024-02-20", "attribution": "probable"}

    answer = client.post(f"/patients/{patient}/adverse-events/new/", entered)
    event = AdverseEvent.objects.get()
    client.post(f"/adverse-events/{event.pk}/change/", entered | {"grade": "2", "reason": "Worse."})
    client.post(f"/adverse-events/{event.pk}/end/", {"ended_on": "2024-03-01"})
    listed = client.get(f"/patients/{patient}/adverse-events/").content.decode()
    client.post(f"/adverse-events/{event.pk}/entered-in-error/", {"reason": "Another patient."})

    event.refresh_from_db()
    assert answer.headers["Location"] == f"/patients/{patient}/adverse-events/"
    assert (event.grade, event.ended_on, event.withdrawn) == (2, date(2024, 3, 1), True)
    assert "day 20, week 3 of treatment 1" in listed
    assert client.get(f"/adverse-events/{event.pk}/change/").status_code == 404


def test_form_with_an_impossible_grade_comes_back_with_the_mistake(client, plan):
    entered = {"term": "Dry mouth", "grade": "5", "onset_on": "2024-02-20", "attribution": "probable"}

    answer = client.post(f"/patients/{plan.patient_id}/adverse-events/new/", entered)

    assert answer.status_code == 422
    assert "Dry mouth has no grade 5 in CTCAE 6.0; it has 1, 2, 3." in answer.content.decode()


def test_coordinator_reads_but_does_not_judge_nor_undo(client, recorded):
    client.force_login(MembershipFactory(clinic=recorded.clinic, role=Role.COORDINATOR).staff)
    event = Event.objects.get(kind="adverse_event.recorded")

    listed = client.get(f"/patients/{recorded.patient_id}/adverse-events/")
    assert "Dry mouth" in listed.content.decode()
    assert "/adverse-events/new/" not in listed.content.decode()
    assert client.get(f"/patients/{recorded.patient_id}/adverse-events/new/").status_code == 403
    assert client.post(f"/events/{event.pk}/undo/").status_code == 403
