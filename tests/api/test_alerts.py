"""Alerts, adverse events and the inbox over HTTP: the same acts, refusals and permissions as on the pages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from events.models import Event, Message
from labs.alerting.notifying import tell_person
from patients.models import AdverseEvent
from tests.api.conftest import ApiClient, member_of
from tests.factories import MembershipFactory, PatientFactory
from tests.labs.factories import AlertFactory, FindingFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 3, 27, 9, tzinfo=UTC)


@pytest.fixture
def alert(clinic):
    return AlertFactory(patient=PatientFactory(clinic=clinic), opened_at=NOW, answer_by=NOW + timedelta(hours=4))


def test_alert_is_read_with_its_evidence(api, alert):
    finding = FindingFactory(alert=alert, numbers={"below": "50"})

    read = api.get(f"alerts/{alert.pk}").json()

    assert (read["tier"], read["state"], read["sentence"]) == ("same_day", "open", alert.sentence)
    assert [(f["id"], f["rule"], f["rule_version"], f["numbers"]) for f in read["findings"]] == [
        (str(finding.pk), "urgency", "1.0", {"below": "50"})
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["waiting", "mine", "resolved"]),
        ("state=open", ["waiting", "mine"]),
        ("unresolved=true", ["waiting", "mine"]),
        ("unresolved=false", ["resolved"]),
        ("unassigned=true", ["waiting", "resolved"]),
        ("owner={owner}", ["mine"]),
        ("tier=immediate", ["mine"]),
        ("raised_from=2024-03-27T09:00:00Z", ["mine", "resolved"]),
    ],
)
def test_alerts_are_listed_by_deadline_and_narrowed(api, clinic, clinician, query, found):
    def made(hours, **facts):
        patient = PatientFactory(clinic=clinic)
        opened = NOW + timedelta(hours=hours)
        return str(AlertFactory(patient=patient, opened_at=opened, answer_by=opened, **facts).pk)

    names = {
        made(-1): "waiting",
        made(0, owner=clinician, tier="immediate"): "mine",
        made(1, state="resolved", resolved_at=NOW): "resolved",
    }
    AlertFactory()

    rows = api.results(f"alerts?{query.format(owner=clinician.pk)}")

    assert [names[row["id"]] for row in rows] == found


def test_list_needs_as_many_queries_for_three_alerts_as_for_one(api, clinic):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            api.results("alerts")
        return len(captured)

    FindingFactory(alert=AlertFactory(patient=PatientFactory(clinic=clinic)))
    queries()
    one = queries()
    for _ in range(2):
        FindingFactory(alert=AlertFactory(patient=PatientFactory(clinic=clinic)))

    assert queries() == one


@pytest.mark.parametrize(
    ("act", "body", "answered"),
    [
        (
            "acknowledge",
            {"next_step": "repeat_cbc", "by_when": "2024-03-28"},
            {"state": "acknowledged", "next_step": "repeat_cbc", "next_step_by": "2024-03-28"},
        ),
        ("tell", {"told": "Dr Sanz", "at": "2024-03-27T09:00:00Z", "read_back": True}, {"state": "open"}),
        ("claim", {}, {"owner": "{me}"}),
        ("snooze", {"until": "2024-03-29"}, {"state": "snoozed", "snoozed_until": "2024-03-29"}),
        ("resolve", {"resolution": "Recovered."}, {"state": "resolved", "resolution": "Recovered."}),
    ],
)
def test_alert_is_worked_on(api, alert, clinician, act, body, answered):
    answer = api.post(f"alerts/{alert.pk}/{act}", body)

    assert answer.status_code == 200, answer.content
    expected = {name: str(clinician.pk) if value == "{me}" else value for name, value in answered.items()}
    assert {name: answer.json()[name] for name in expected} == expected
    assert Event.objects.get().by == clinician


def test_alert_is_handed_to_a_colleague(api, alert, clinic):
    colleague = member_of(clinic, Role.COORDINATOR)

    answer = api.post(f"alerts/{alert.pk}/hand-over", {"to": colleague.pk, "note": "Call the mother."})

    assert answer.json()["owner"] == str(colleague.pk)
    assert Message.objects.in_app().get().recipient == colleague


@pytest.mark.parametrize(
    ("act", "body", "status", "kind"),
    [
        ("acknowledge", {"next_step": "wait", "by_when": "2024-03-28"}, 400, "invalid-input"),
        ("acknowledge", {"next_step": "repeat_cbc"}, 422, "input-refused"),
        ("acknowledge", {"next_step": "other", "by_when": "2024-03-28"}, 422, "input-refused"),
        ("tell", {"at": "2024-03-27T09:00:00Z", "read_back": True}, 422, "input-refused"),
        ("snooze", {"until": "2024-03-27"}, 422, "input-refused"),
        ("resolve", {"resolution": ""}, 400, "invalid-input"),
        ("resolve", {}, 400, "invalid-input"),
        ("claim", {"who": "me"}, 400, "invalid-input"),
    ],
)
def test_act_that_says_too_little_is_a_problem(api, alert, act, body, status, kind):
    answer = api.post(f"alerts/{alert.pk}/{act}", body)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/api/docs/#{kind}")
    assert Event.objects.count() == 0


def test_immediate_alert_is_not_snoozed(api, alert):
    alert.tier = "immediate"
    alert.save()

    answer = api.post(f"alerts/{alert.pk}/snooze", {"until": "2024-03-29"})

    assert (answer.status_code, answer.json()["type"]) == (409, "/api/docs/#transition-refused")


def test_coordinator_tells_but_does_not_answer_an_alert_of_today(alert, clinic):
    api = ApiClient(member_of(clinic, Role.COORDINATOR))

    told = api.post(f"alerts/{alert.pk}/tell", {"told": "Dr Sanz", "at": "2024-03-27T09:00:00Z", "read_back": True})
    answer = api.post(f"alerts/{alert.pk}/resolve", {"resolution": "Recovered."})

    assert (told.status_code, answer.status_code) == (200, 403)
    assert "Only a clinician can do this" in answer.json()["detail"]


def test_alert_that_changed_since_it_was_read_is_refused(api, alert):
    etag = api.get(f"alerts/{alert.pk}")["ETag"]
    api.post(f"alerts/{alert.pk}/claim")

    answer = api.post(f"alerts/{alert.pk}/resolve", {"resolution": "Recovered."}, If_Match=etag)

    assert answer.status_code == 412


def test_adverse_event_is_recorded_changed_ended_and_withdrawn(api, plan):
    facts = {"patient": plan.patient_id, "term": "Dry mouth", "grade": 1, "onset_on": "2024-02-20"}
    created = api.post("adverse-events", facts | {"attribution": "probable"})
    address = f"adverse-events/{created.json()['id']}"
    changed = api.patch(address, {"grade": 2, "reason": "Worse."}, If_Match=created["ETag"])
    ended = api.post(f"{address}/end", {"ended_on": "2024-03-01"})
    withdrawn = api.post(f"{address}/withdraw", {"reason": "Another patient."})

    assert (created.status_code, created.json()["treatment"]) == (201, str(plan.treatment_id))
    assert [changed.json()["grade"], ended.json()["ended_on"], withdrawn.json()["withdrawn"]] == [2, "2024-03-01", True]
    assert api.results("adverse-events?withdrawn=false") == []


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"grade": 6}, 400, "grade"),
        ({"grade": 5}, 422, "grade"),
        ({"term": "Sadness"}, 422, "term"),
        ({"onset_on": "27/03/2024"}, 400, "onset_on"),
        ({"onset_on": "2024-03-28"}, 422, "onset_on"),
        ({"ctcae": "4.0"}, 400, "ctcae"),
    ],
)
def test_adverse_event_that_cannot_be_names_its_field(api, plan, changed, status, field):
    facts = {"patient": plan.patient_id, "term": "Dry mouth", "grade": 1, "onset_on": "2024-02-20"}

    answer = api.post("adverse-events", facts | {"attribution": "probable"} | changed)

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (status, [field])
    assert AdverseEvent.objects.count() == 0


def test_adverse_event_of_an_older_version_of_ctcae_keeps_it(api, plan):
    facts = {"patient": plan.patient_id, "term": "Platelet count decreased", "grade": 1, "onset_on": "2024-02-20"}

    created = api.post("adverse-events", facts | {"attribution": "probable", "ctcae": "5.0"})

    assert created.json()["ctcae"] == "5.0"


def test_own_messages_are_listed_and_read(api, alert, clinician, clinic):
    tell_person(alert, clinician, "alert.told", "First", now=NOW)
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        tell_person(alert, clinician, "alert.claimed", "Second", now=NOW)
    tell_person(alert, member_of(clinic, Role.COORDINATOR), "alert.told", "Another's", now=NOW)
    newest, oldest = api.results("messages")

    read = api.post(f"messages/{oldest['id']}/read")

    assert [newest["subject"], oldest["subject"]] == ["Second", "First"]
    assert datetime.fromisoformat(read.json()["read_at"]) == NOW
    assert [row["id"] for row in api.results("messages?unread=true")] == [newest["id"]]


def test_somebody_elses_message_is_not_found(api, alert, clinic):
    tell_person(alert, member_of(clinic, Role.COORDINATOR), "alert.told", "Another's", now=NOW)

    assert api.get(f"messages/{Message.objects.in_app().get().pk}").status_code == 404


@pytest.mark.parametrize(("version", "status"), [("none", 409), ("as it is", 200), ("old", 412)])
def test_answer_of_a_colleague_is_replaced_only_by_who_says_they_read_it(api, alert, clinic, version, status):
    old = api.get(f"alerts/{alert.pk}")["ETag"]
    colleague = ApiClient(member_of(clinic, Role.CLINICIAN))
    first = colleague.post(f"alerts/{alert.pk}/acknowledge", {"next_step": "admitted", "by_when": "2024-03-28"})
    headers = {"none": {}, "as it is": {"If_Match": first["ETag"]}, "old": {"If_Match": old}}[version]

    answer = api.post(f"alerts/{alert.pk}/acknowledge", {"next_step": "no_action", "text": "Known."}, **headers)

    assert answer.status_code == status
    assert api.get(f"alerts/{alert.pk}").json()["next_step"] == ("no_action" if status == 200 else "admitted")
    if status == 409:
        assert "answered it: admitted by Thu 28 Mar 2024" in answer.json()["detail"]


def test_coordinator_does_not_undo_a_clinicians_answer_to_an_alert_of_today(api, alert, clinic):
    api.post(f"alerts/{alert.pk}/resolve", {"resolution": "Recovered."})
    coordinator = ApiClient(member_of(clinic, Role.COORDINATOR))

    answer = coordinator.post(f"events/{Event.objects.get().pk}/undo", {"reason": "x"})

    assert (answer.status_code, api.get(f"alerts/{alert.pk}").json()["state"]) == (403, "resolved")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_time_at_the_calendars_ends_is_refused_at_its_field(api, alert, at):
    answer = api.post(f"alerts/{alert.pk}/tell", {"told": "Dr Sanz", "at": at, "read_back": True})

    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == ["at"]


@pytest.mark.parametrize(
    ("act", "field", "body"),
    [("hand-over", "to", {}), ("tell", "told_staff", {"at": "2024-03-27T09:00:00Z", "read_back": True})],
)
def test_somebody_of_another_clinic_does_not_exist(api, alert, clinic, act, field, body):
    stranger = MembershipFactory(staff__name="Dr Secret").staff

    answer = api.post(f"alerts/{alert.pk}/{act}", {field: stranger.pk, **body})

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])
    assert "Secret" not in answer.content.decode()
