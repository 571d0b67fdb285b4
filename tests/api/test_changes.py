"""Each action over HTTP, there and back: what it answers, and what it changed."""

from datetime import date

import pytest

from accounts.models import Role
from events.models import Event
from patients.models import Patient, Treatment
from schedules.actions import book_visits
from schedules.models import PlannedVisit
from tests.api.conftest import TODAY, ApiClient, member_of
from tests.factories import PatientFactory, visit_of

pytestmark = pytest.mark.django_db

PERSON = {
    "mrn": "A1",
    "given_name": "Íñigo",
    "family_name": "Prueba",
    "birth_date": "2015-05-05",
    "sex": "male",
    "indication": "neuroblastoma",
}


def statuses(answer):
    """The status of each activity of a visit as answered."""
    return {activity["activity"]: activity["status"] for activity in answer["activities"]}


def test_patient_is_entered_and_read_back(api, clinic):
    created = api.post("patients", PERSON | {"clinic": clinic.pk})

    assert created.status_code == 201
    read = api.get(created["Location"])
    assert read.json() == created.json()
    assert read["ETag"] == created["ETag"]
    assert {key: read.json()[key] for key in PERSON} == PERSON


def test_identity_changes_with_a_reason(api, plan):
    address = f"patients/{plan.patient_id}"
    etag = api.get(address)["ETag"]

    changed = api.patch(address, {"mrn": "B2", "reason": "Typed wrongly"}, If_Match=etag)

    assert (changed.status_code, changed.json()["mrn"]) == (200, "B2")
    assert Event.objects.get(kind="patient.changed").reason == "Typed wrongly"


def test_contact_is_added_changed_and_removed(api, plan):
    contact = api.post("contacts", {"patient": plan.patient_id, "relation": "mother", "name": "Eva Prueba"})
    address = f"contacts/{contact.json()['id']}"
    changed = api.patch(address, {"language": "es"}, If_Match=contact["ETag"])
    removed = api.post(f"{address}/remove")

    assert [contact.status_code, changed.json()["language"], removed.json()["is_active"]] == [201, "es", False]


def test_outside_team_takes_over_once_it_accepted(api, plan):
    body = {"patient": plan.patient_id, "phase": "months", "outside_team": "Hospital del Norte"}
    named = api.post("care-teams", body)
    accepted = api.patch(f"care-teams/{named.json()['id']}", {"accepted_on": "2024-03-20"}, If_Match=named["ETag"])

    assert [named.json()["is_ours"], accepted.json()["is_ours"]] == [True, False]
    assert accepted.json()["responsible"] == "Hospital del Norte"
    assert api.post("care-teams", body).status_code == 409


def test_enrolment_stores_patient_treatment_and_plan(api, clinic, plan):
    answer = api.post(
        "enrolments",
        {
            "clinic": clinic.pk,
            "patient": PERSON | {"secreting": True},
            "treatment": {"started_on": "2024-02-12", "activity_mbq": "7400", "weight_kg": "20"},
            "choices": {"imaging_interval": 9},
        },
    )

    assert answer.status_code == 201
    stored = answer.json()
    assert stored["patient"]["mrn"] == "A1"
    assert stored["plan"]["imaging_interval"] == 9
    assert stored["plan"]["markers"] == ["hva_vma"]
    assert stored["visits"] == PlannedVisit.objects.filter(plan=stored["plan"]["id"]).count() > 0
    treatment = stored["treatment"]
    assert treatment["plan"] == stored["plan"]["id"]
    assert [treatment[name] for name in ("activity_mbq", "activity_gbq", "activity_mci", "mbq_per_kg")] == [
        "7400.0",
        "7.4000",
        "200.0",
        "370.0",
    ]


def test_enrolment_says_where_in_the_body_a_reason_is_needed(api, clinic, plan):
    answer = api.post(
        "enrolments",
        {"clinic": clinic.pk, "patient": PERSON, "treatment": {"started_on": "2024-02-12", "weight_kg": "300"}},
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "treatment.override_reason"
    assert not Patient.objects.filter(mrn="A1").exists()


def test_further_treatment_replaces_what_is_open(api, plan):
    answer = api.post(
        "treatments",
        {
            "patient": plan.patient_id,
            "started_on": "2024-03-20",
            "override_reason": "Tandem",
            "choices": {"followed_from": "2024-03-20"},
        },
    )

    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    assert [p["is_current"] for p in api.results(f"plans?patient={plan.patient_id}")] == [False, True]
    assert api.get(f"visits/{visit_of(plan, 'W8').pk}").json()["shown_status"] == "Superseded"


def test_planned_treatment_is_confirmed_then_withdrawn_and_that_undone(api, clinic, plan):
    patient = PatientFactory(clinic=clinic)
    planned = api.post(
        "treatments", {"patient": patient.pk, "started_on": "2024-04-02", "state": "planned", "activity_mbq": "7400"}
    )
    address = f"treatments/{planned.json()['id']}"
    given = api.post(f"{address}/confirm", {"started_on": "2024-03-26", "activity_mbq": "7000"})
    withdrawn = api.post(f"{address}/withdraw", {"reason": "Another patient"})
    event = Event.objects.get(kind="treatment.withdrawn")
    undone = api.post(f"events/{event.pk}/undo", {"reason": "It was right"})

    assert [answer.status_code for answer in (planned, given, withdrawn, undone)] == [201, 200, 200, 200]
    assert [answer.json()["state"] for answer in (planned, given, withdrawn)] == ["planned", "given", "withdrawn"]
    assert Treatment.objects.get(pk=planned.json()["id"]).state == "given"


def test_treatment_details_are_corrected(api, plan):
    address = f"treatments/{plan.treatment_id}"
    etag = api.get(address)["ETag"]

    changed = api.patch(address, {"activity_mbq": "7400", "reason": "From the report"}, If_Match=etag)

    assert changed.json()["activity_gbq"] == "7.4000"


def test_visit_is_recorded_drawn_received_and_undone(api, plan):
    visit = visit_of(plan, "W7")
    address = f"visits/{visit.pk}"
    before = api.get(address)
    recorded = api.post(
        f"{address}/record",
        {
            "occurred_on": "2024-03-20",
            "outcomes": {"cbc": "drawn"},
            "elsewhere": True,
            "place": "Local laboratory",
            "examination": {"findings": {"petechiae": "absent"}, "temperature_c": "36.8"},
        },
    )
    received = api.post(f"{address}/results-received", {"activities": ["cbc"]})
    record = api.results(f"visit-records?visit={visit.pk}")[0]
    ours = [each for each in api.results(f"events?patient={plan.patient_id}") if each["kind"].startswith("visit.")]
    for event in ours:
        assert api.post(f"events/{event['id']}/undo").json()["can_be_undone"] is False

    assert [each["kind"] for each in ours] == ["visit.results_received", "visit.recorded"]
    assert [recorded.json()["shown_status"], statuses(recorded.json())] == ["Awaiting result", {"cbc": "drawn"}]
    assert [received.json()["shown_status"], received.json()["done_on"]] == ["Done elsewhere", "2024-03-20"]
    assert (record["findings"], record["temperature_c"]) == ({"petechiae": "absent"}, "36.8")
    after = api.get(address)
    assert (after.json(), after["ETag"]) == (before.json(), before["ETag"])


def test_visit_is_missed_and_another_not_applicable(api, plan):
    missed = api.post(
        f"visits/{visit_of(plan, 'W3').pk}/missed", {"reason": "Did not come", "next_step": "Call on Monday"}
    )
    not_applicable = api.post(
        f"visits/{visit_of(plan, 'M6').pk}/not-applicable", {"reason": "No thyroid", "activities": ["thyroid"]}
    )

    assert [missed.json()["shown_status"], missed.json()["next_step"]] == ["Missed", "Call on Monday"]
    assert statuses(not_applicable.json())["thyroid"] == "not_applicable"
    assert not_applicable.json()["status"] == "planned"


def test_unscheduled_draw_fulfils_a_week_and_is_released(api, plan):
    body = {"patient": plan.patient_id, "occurred_on": "2024-03-27", "outcomes": {"cbc": "done"}}
    record = api.post("visit-records", body)
    week = api.get(f"visits/{visit_of(plan, 'W8').pk}").json()
    released = api.post(f"visits/{week['id']}/release", {"activity": "cbc", "reason": "Wrong tube"})

    assert record.status_code == 201
    assert week["activities"][0]["record"] == record.json()["id"]
    assert [week["shown_status"], released.json()["shown_status"]] == ["Done", "Due"]


def test_visits_are_booked_moved_and_cancelled(api, plan):
    pair = [visit_of(plan, "W8"), visit_of(plan, "M2")]
    booked = api.post("appointments", {"visits": [v.pk for v in pair], "on": "2024-03-28", "at": "10:30"})
    address = f"appointments/{booked.json()['id']}"
    moved = api.post(f"{address}/move", {"on": "2024-03-27"}, If_Match=booked["ETag"])
    visit = api.get(f"visits/{pair[0].pk}").json()
    cancelled = api.post(f"{address}/cancel", {"reason": "Patient asked"})

    assert (booked.status_code, booked.json()["visits"]) == (201, [str(v.pk) for v in pair])
    assert (visit["shown_status"], visit["appointment"]["on"]) == ("Booked", "2024-03-27")
    assert (moved.json()["moves"], cancelled.json()["state"]) == (1, "cancelled")


def test_one_visit_is_booked_at_the_visit(api, plan):
    visit = visit_of(plan, "M3")

    booked = api.post(f"visits/{visit.pk}/book", {"on": visit.target, "reason": "The only free day"})

    assert booked.json()["appointment"]["on"] == str(visit.target)


def test_why_a_date_is_answered(api, plan):
    why = api.get(f"visits/{visit_of(plan, 'M2').pk}/why").json()

    assert [why["anchor"], why["offset"], why["target"], why["clamped"]] == ["2024-01-31", 2, "2024-03-31", False]
    assert (why["shifted_because"], why["suggested"]) == ("not a working weekday", "2024-04-01")


def test_recovery_of_counts_stops_the_clock(api, plan):
    address = f"plans/{plan.pk}"

    running = api.get(address).json()["count_clock"]
    stopped = api.post(f"{address}/counts-recovered", {"recovered_on": TODAY}).json()

    assert running["days_since"] == (TODAY - date(2024, 1, 31)).days
    assert running["overdue"] is True
    assert (stopped["count_clock"], stopped["counts_recovered_on"]) == (None, str(TODAY))


def test_only_a_clinician_undoes_a_clinicians_decision(api, clinic, plan):
    api.post(f"plans/{plan.pk}/counts-recovered", {"recovered_on": TODAY})
    address = f"events/{Event.objects.get(kind='counts.recovered').pk}/undo"

    refused = ApiClient(member_of(clinic, Role.COORDINATOR)).post(address)

    assert (refused.status_code, api.post(address).status_code) == (403, 200)


def test_protocol_is_approved_for_one_clinic(api, clinic, clinician, plan):
    protocol = api.results("protocols")[0]

    approved = api.post(f"protocols/{protocol['id']}/approve", {"clinic": clinic.pk})

    assert protocol["approvals"] == []
    assert approved.json()["approvals"] == [
        {"clinic": str(clinic.pk), "approved_by": str(clinician.pk), "approved_on": str(TODAY)}
    ]


def test_duplicate_is_merged_and_a_wrong_patient_withdrawn(api, clinic, plan):
    duplicate, wrong = PatientFactory(clinic=clinic), PatientFactory(clinic=clinic)

    merged = api.post(f"patients/{duplicate.pk}/merge", {"into": plan.patient_id, "reason": "Same person"})
    withdrawn = api.post(f"patients/{wrong.pk}/withdraw", {"reason": "Not ours"})

    assert (merged.json()["status"], merged.json()["merged_into"]) == ("merged", str(plan.patient_id))
    assert withdrawn.json()["status"] == "entered_in_error"


def test_preview_gives_the_timeline_and_saves_nothing(api, plan):
    events = Event.objects.count()

    preview = api.post(
        "timeline/preview",
        {
            "treated_on": "2024-01-31",
            "indication": "neuroblastoma",
            "secreting": True,
            "choices": {"imaging_interval": 11},
        },
    ).json()

    first = preview["timepoints"][0]
    assert [first[key] for key in ("timepoint", "target", "opens", "closes")] == [
        "W1",
        "2024-02-07",
        "2024-02-04",
        "2024-02-10",
    ]
    assert "hva_vma" in {name for point in preview["timepoints"] for name in point["activities"]}
    assert preview["continues"] == "continues every 12 months"
    assert preview["warnings"] == [
        "Imaging every 11 months leaves 13 months without a scan, more than 12: month 47 to month 60.",
        "Imaging every 11 months puts scans on months without a visit: 14, 25, 47.",
    ]
    assert (Event.objects.count(), Patient.objects.count()) == (events, 1)


def test_longer_interval_is_a_clinicians_choice(clinic, plan):
    coordinator = ApiClient(member_of(clinic, Role.COORDINATOR))
    choices = {"annual_interval": 24, "annual_reason": "Stable for years"}
    treatment = {"started_on": "2024-02-12"}
    body = {"clinic": clinic.pk, "patient": PERSON, "treatment": treatment, "choices": choices}

    assert coordinator.post("enrolments", body).status_code == 403
    assert ApiClient(member_of(clinic, Role.CLINICIAN)).post("enrolments", body).status_code == 201


def test_history_of_a_whole_clinic_is_the_auditors(api, clinic, plan):
    auditor = ApiClient(member_of(clinic, Role.AUDITOR))

    assert api.get("events").status_code == 403
    assert [event["kind"] for event in auditor.results("events")] == ["treatment.given", "patient.registered"]
    assert auditor.results("events")[0]["facts"]["started_on"] == "2024-01-31"


def test_me_says_who_calls_and_where_they_work(api, clinic, clinician):
    me = api.get("me").json()

    assert me["email"] == clinician.email
    assert [(m["clinic"], m["role"]) for m in me["memberships"]] == [(str(clinic.pk), "clinician")]


def test_undo_is_refused_once_something_else_happened(api, clinician, plan):
    visit = visit_of(plan, "M3")
    book_visits(visits=[visit], on=visit.target, reason="Only day", by=clinician, today=TODAY)
    booked = Event.objects.get(kind="appointment.booked")
    api.post(f"appointments/{booked.facts['appointment']}/cancel", {"reason": "Closed"})

    assert api.post(f"events/{booked.pk}/undo").status_code == 409


def test_clinic_is_closed_and_opened_again(clinic, plan):
    api = ApiClient(member_of(clinic, Role.ADMINISTRATOR))
    days = {"first_day": "2024-03-27", "last_day": "2024-03-27"}
    closed = api.post("closures", {"clinic": clinic.pk, "reason": "Move", **days})
    why = api.get(f"visits/{visit_of(plan, 'W8').pk}/why").json()
    stale = api("DELETE", f"closures/{closed.json()['id']}", If_Match='"other"')
    opened = api("DELETE", f"closures/{closed.json()['id']}", If_Match=closed["ETag"])

    assert [closed.status_code, stale.status_code, opened.status_code] == [201, 412, 204]
    assert (why["target"], why["shifted_because"], why["suggested"]) == ("2024-03-27", "closed: Move", "2024-03-26")
    assert api.results("closures") == []
