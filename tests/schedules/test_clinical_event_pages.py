"""Clinical events on the pages and in the API: seen before they are stored, shown, listed, taken back."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from events.models import Event
from patients.models import Care, ClinicalEvent, Patient
from schedules.actions.life import ClinicalFacts, ask_reversal, end_clinical_event, record_clinical_event
from schedules.models import PlannedVisit
from tests.api.conftest import ApiClient
from tests.factories import MembershipFactory, noon, visit_of

DAY = date(2024, 3, 6)
PAUSE = {"kind": "pause", "started_on": "2024-03-06", "review_on": "2024-03-20", "why": "Long journey"}


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(noon(DAY), tick=False):
        yield


@pytest.fixture
def signed_in(client, clinician):
    client.force_login(clinician)
    return client


def save(client, address, body):
    """Look at what a form changes, then save what was looked at."""
    seen = client.post(address, {**body, "step": "preview"}).context["difference"]
    return client.post(address, {**body, "step": "save", "seen": seen.fingerprint})


@pytest.fixture
def record(plan, clinician):
    def run(kind, **facts):
        return record_clinical_event(
            patient=Patient.objects.get(pk=plan.patient_id),
            facts=ClinicalFacts(kind, DAY, **facts),
            by=clinician,
            now=noon(DAY),
        )

    return run


def test_pause_is_seen_before_it_is_stored_then_stored_and_resumed(signed_in, plan):
    address = reverse("schedules:record_clinical_event", args=[plan.patient_id])

    seen = signed_in.post(address, {**PAUSE, "step": "preview"})
    assert (seen.status_code, ClinicalEvent.objects.count()) == (200, 0)
    assert {row.what.value for row in seen.context["difference"].changed} == {"On hold"}

    unseen = signed_in.post(address, {**PAUSE, "step": "save"})
    assert (unseen.status_code, ClinicalEvent.objects.count()) == (409, 0)
    assert "The plan changed since you looked." in unseen.content.decode()

    save(signed_in, address, PAUSE)
    event = ClinicalEvent.objects.get()
    assert (event.details, Patient.objects.get().care) == (
        {"review_on": "2024-03-20", "why": "Long journey"},
        Care.PAUSED,
    )
    page = signed_in.get(reverse("schedules:patient", args=[plan.patient_id])).content.decode()
    assert page.count("Follow-up paused until 20 Mar 2024") == 2

    end = reverse("schedules:end_clinical_event", args=[event.pk])
    save(signed_in, end, {"ended_on": "2024-03-06"})
    assert Patient.objects.get().care == Care.FOLLOWED


def test_kinds_are_offered_with_what_follows_and_a_missing_detail_is_told_at_its_field(signed_in, plan):
    address = reverse("schedules:record_clinical_event", args=[plan.patient_id])

    kinds = signed_in.get(address).content.decode()
    answer = signed_in.post(address, {"kind": "transfer", "started_on": "2024-03-06", "step": "preview"})

    assert all(label in kinds for label in ClinicalEvent.Kind.labels)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["to_whom"])


def test_worklist_lists_transfers_awaiting_and_pauses_past_their_review(signed_in, clinician, record):
    record("transfer", details={"to_whom": "Dr Aliaga"})
    record("pause", details={"review_on": "2024-03-20", "why": "Journey"})

    def listed():
        groups = signed_in.get(reverse("schedules:worklist")).context["groups"]
        (group,) = (group for group in groups if group.key == "life")
        return [row.event.kind for row in group.rows]

    assert listed() == ["transfer"]
    with time_machine.travel(noon(date(2024, 3, 21))):
        signed_in.force_login(clinician)
        assert sorted(listed()) == ["pause", "transfer"]


def test_lost_patient_leaves_the_worklist_and_stands_on_the_list_of_the_lost(signed_in, plan, record):
    def due():
        groups = signed_in.get(reverse("schedules:worklist")).context["groups"]
        return sum(len(group.rows) for group in groups if group.key != "life")

    before = due()
    record("lost", details={"attempts": "Letters"})

    lost = signed_in.get(reverse("patients:list"), {"care": "lost"}).context["rows"]
    assert (before > 0, due(), len(lost)) == (True, 0, 1)


def test_scan_held_in_pregnancy_is_on_the_worklist_until_a_clinician_lets_it_go_on(signed_in, plan, clinician, record):
    record("pregnancy")
    scan = visit_of(plan, "M3", "imaging")

    def held():
        with time_machine.travel(noon(scan.opens)):
            signed_in.force_login(clinician)
            groups = signed_in.get(reverse("schedules:worklist")).context["groups"]
        (group,) = (group for group in groups if group.key == "hold")
        return [row.visit.pk for row in group.rows]

    assert held() == [scan.pk]
    signed_in.force_login(clinician)
    signed_in.post(reverse("schedules:let_go_on", args=[scan.pk]), {"reason": "MRI only"})
    assert held() == []
    assert PlannedVisit.objects.get(pk=scan.pk).hold_decision.endswith(": MRI only")


def test_death_is_taken_back_on_the_pages_by_two_people(client, plan, clinic, clinician, record):
    event = record("death")
    client.force_login(clinician)
    client.post(reverse("schedules:ask_reversal", args=[event.pk]), {"reason": "Namesake"})
    alone = client.post(reverse("schedules:confirm_reversal", args=[event.pk]), {"step": "save"})
    assert (alone.status_code, Patient.objects.get().care) == (422, Care.DECEASED)

    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    save(client, reverse("schedules:confirm_reversal", args=[event.pk]), {})
    assert Patient.objects.get().care == Care.FOLLOWED


def test_recorded_death_offers_no_undo_to_one_person(signed_in, plan):
    address = reverse("schedules:record_clinical_event", args=[plan.patient_id])

    saved = save(signed_in, address, {"kind": "death", "started_on": "2024-03-06"})

    page = signed_in.get(saved.url)
    (message,) = page.context["messages"]
    assert (str(message), message.extra_tags) == ("Saved: Death.", "")


def test_look_says_what_was_entered(signed_in, plan):
    address = reverse("schedules:record_clinical_event", args=[plan.patient_id])

    seen = signed_in.post(address, {**PAUSE, "step": "preview"})

    assert seen.context["entered"] == [
        ("From", "Wed 6 Mar 2024"),
        ("Review on", "Wed 20 Mar 2024"),
        ("Why", "Long journey"),
    ]


def test_page_of_the_events_says_its_title_once(signed_in, plan):
    page = signed_in.get(reverse("schedules:clinical_events", args=[plan.patient_id])).content.decode()

    assert page.count(">Clinical events<") == 1


def test_api_previews_records_accepts_and_withdraws(plan, clinician):
    api = ApiClient(clinician)
    body = {
        "patient": plan.patient_id,
        "kind": "transfer",
        "started_on": "2024-03-04",
        "details": {"to_whom": "Dr Aliaga"},
    }

    seen = api.post("clinical-events/preview", body)
    death = api.post(
        "clinical-events/preview", {"patient": plan.patient_id, "kind": "death", "started_on": "2024-03-04"}
    )
    assert (seen.json()["changed"], ClinicalEvent.objects.count()) == ([], 0)
    assert {row["what"] for row in death.json()["changed"]} == {"away"}
    assert api.post("clinical-events", {**body, "seen": death.json()["version"]}).status_code == 412

    made = api.post("clinical-events", {**body, "seen": seen.json()["version"]})
    path = f"clinical-events/{made.json()['id']}"
    accepted = {"accepted_on": "2024-03-06", "accepted_by": "Dr Aliaga"}
    looked = api.post(f"{path}/accept/preview", accepted)
    assert {row["what"] for row in looked.json()["changed"]} == {"away"}
    assert Patient.objects.get().care == Care.FOLLOWED
    assert api.post(f"{path}/accept", {**accepted, "seen": seen.json()["version"]}).status_code == 412
    taken = api.post(f"{path}/accept", {**accepted, "seen": looked.json()["version"]})
    assert (taken.status_code, Patient.objects.get().care) == (200, Care.TRANSFERRED)
    back = api.post(f"{path}/end/preview", {"ended_on": "2024-03-06"})
    assert {row["what"] for row in back.json()["changed"]} == {"again"}
    ended = api.post(f"{path}/end", {"ended_on": "2024-03-06", "reason": "Moved back"})
    assert (ended.status_code, Patient.objects.get().care) == (200, Care.FOLLOWED)
    assert api.post(f"{path}/withdraw/preview", {"reason": "Never left"}).json()["changed"] == []
    assert api.post(f"{path}/preview", {"note": "By letter"}).json()["changed"] == []
    gone = api.post(f"{path}/withdraw", {"reason": "Never left"})
    assert gone.json()["withdrawn"] is True


def test_api_takes_a_death_back_by_two_and_lets_a_scan_go_on(plan, clinic, clinician, record):
    event = record("death")
    ask_reversal(event=event, reason="Namesake", by=clinician, now=noon(DAY))
    second = MembershipFactory(clinic=clinic).staff
    path = f"clinical-events/{event.pk}/confirm-reversal"

    assert ApiClient(clinician).post(path, {}).status_code == 409
    looked = ApiClient(second).post(f"{path}/preview", {})
    assert {row["what"] for row in looked.json()["changed"]} == {"again"}
    assert ApiClient(second).post(path, {}).status_code == 200

    record("pregnancy")
    scan = visit_of(plan, "M3", "imaging")
    answer = ApiClient(clinician).post(f"visits/{scan.pk}/let-go-on", {"reason": "MRI only"})
    assert (answer.status_code, answer.json()["status"] != "On hold") == (200, True)


def test_api_tells_what_each_kind_asks_for(clinician):
    kinds = ApiClient(clinician).get("clinical-events/kinds").json()

    assert {kind["kind"] for kind in kinds} == set(ClinicalEvent.Kind.values)
    (pause,) = (kind for kind in kinds if kind["kind"] == "pause")
    assert [asked["name"] for asked in pause["asks"]] == ["review_on", "why"]


def test_clinicians_decision_ended_is_undone_by_a_clinician_alone(client, plan, clinician, record):
    event = record("comfort_care", details={"agreed_with": "Patient and family"})
    end_clinical_event(event=event, ended_on=DAY, by=clinician, now=noon(DAY))
    ended = Event.objects.get(kind="clinical_event.ended")
    coordinator = MembershipFactory(clinic=plan.clinic, role=Role.COORDINATOR).staff
    client.force_login(coordinator)

    page = client.post(reverse("schedules:undo", args=[ended.pk]))
    answer = ApiClient(coordinator).post(f"events/{ended.pk}/undo", {"reason": "x"})
    event.refresh_from_db()
    assert (page.status_code, answer.status_code, event.ended_on) == (403, 403, DAY)

    client.force_login(clinician)
    client.post(reverse("schedules:undo", args=[ended.pk]))
    event.refresh_from_db()
    assert event.ended_on is None
