from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.actions import create_api_token
from accounts.models import Clinic, Role, Staff
from events.models import Event, Job
from schedules import tasks
from schedules.models import Plan, Protocol
from tests.factories import MembershipFactory, enrolled
from tests.schedules.test_simulation import NO_11, TO_WEEK_12
from tests.schedules.versions import changed_text, stored_version

ANCHOR = date(2024, 1, 31)


@pytest.fixture
def second(db: None) -> Protocol:
    return stored_version(changed_text("2.0", TO_WEEK_12, NO_11))


@pytest.fixture
def plans(clinic: Clinic, clinician: Staff) -> list[Plan]:
    return [
        enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR, family_name=name)
        for name in ("Abel", "Zorn")
    ]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch):
    """The workers do what they are sent at once."""
    with time_machine.travel("2024-02-21 12:00:00+00:00", tick=False):
        for task in (tasks.simulate_protocol, tasks.migrate_patients):
            monkeypatch.setattr(task, "delay", task)
        yield


def mark_in(page: str) -> str:
    """Return what tells the choice a page shows from another."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_simulation_is_ordered_read_and_fetched(
    client: Client, clinician: Staff, plans: list[Plan], second: Protocol
) -> None:
    client.force_login(clinician)
    address = reverse("schedules:version_changes", args=[second.pk])
    assert "Simulate for 2 patients" in client.get(address).content.decode()
    page = client.post(address, follow=True).content.decode()
    job = Job.objects.get()
    assert '<b class="number">2</b> of 2 with a change' in page
    assert "8 added, 0 moved" in page
    found = client.get(
        reverse("schedules:simulation", args=[job.pk]), {"q": "zorn", "show": "changed"}
    ).content.decode()
    assert ("ZORN, Ana" in found, "ABEL, Ana" in found) == (True, False)
    one = client.get(reverse("schedules:simulated_patient", args=[job.pk, plans[0].patient_id])).content.decode()
    assert "Week 12" in one
    file = client.get(reverse("schedules:simulation_report", args=[job.pk]))
    assert (file["Content-Type"], file.content.count(b"\r\n")) == ("text/csv; charset=utf-8", 3)


def test_administrator_simulates_but_takes_nobody(
    client: Client, clinic: Clinic, plans: list[Plan], second: Protocol
) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=Role.ADMINISTRATOR).staff)
    assert client.post(reverse("schedules:version_changes", args=[second.pk])).status_code == 302
    assert client.get(reverse("schedules:migrate", args=[second.pk])).status_code == 403
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    assert client.get(reverse("schedules:version_changes", args=[second.pk])).status_code == 403


def test_stage_is_previewed_ordered_and_undone(
    client: Client, clinician: Staff, plans: list[Plan], second: Protocol
) -> None:
    client.force_login(clinician)
    address = reverse("schedules:migrate", args=[second.pk])
    asked = {"who": "some", "patient": [str(plans[0].patient_id)], "reason": "Weekly to week 12."}
    refused = client.post(address, {"who": "some", "reason": "x"})
    assert (refused.status_code, "Choose at least one patient" in refused.content.decode()) == (422, True)
    seen = client.post(address, asked | {"step": "preview"}).content.decode()
    assert ("1 of 1 patient" in seen, Event.objects.filter(kind="plan.migrated").count()) == (True, 0)
    assert Job.objects.count() == 0
    more = asked | {"patient": [str(plan.patient_id) for plan in plans], "step": "save", "seen": mark_in(seen)}
    again = client.post(address, more).text  # ticked after the look
    assert ("This is what changes now" in again, "2 of 2 patients" in again, Job.objects.count()) == (True, True, 0)
    page = client.post(address, asked | {"step": "save", "seen": mark_in(seen)}, follow=True).content.decode()
    assert "1 of 1 patient</b> follows iotrex 2.0" in page
    assert [Plan.objects.get(pk=plan.pk).protocol.version for plan in plans] == ["2.0", "1.0"]
    job = Job.objects.get()
    back = client.post(reverse("schedules:undo_migration", args=[job.pk]), follow=True).content.decode()
    assert "taken back" in back
    assert Plan.objects.get(pk=plans[0].pk).protocol.version == "1.0"


def test_markers_are_left_out_only_where_a_chosen_patient_has_them(
    client: Client, clinician: Staff, plans: list[Plan], second: Protocol
) -> None:
    Plan.objects.filter(pk=plans[1].pk).update(markers=["calcitonin_cea"])
    without = (('calcitonin_cea = "Calcitonin and CEA"\n', ""), ('["calcitonin_cea"]', "[]"))
    third = stored_version(changed_text("3.0", *without))
    client.force_login(clinician)
    address = reverse("schedules:migrate", args=[third.pk])

    def asked(plan: Plan) -> int:
        sent = {"who": "some", "patient": [str(plan.patient_id)], "reason": "New.", "step": "preview"}
        return client.post(address, sent).status_code

    assert [asked(plan) for plan in plans] == [200, 422]


def test_of_very_many_patients_a_simulation_says_what_changes(
    client: Client, clinician: Staff, plans: list[Plan], second: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schedules.views.versions.LOOKED_AT", 1)
    client.force_login(clinician)
    address, asked = reverse("schedules:migrate", args=[second.pk]), {"who": "all", "reason": "New."}
    page = client.post(address, asked | {"step": "preview"}).text
    assert ("Simulate the version</a> first" in page, "Take 2 patients" in page) == (True, False)
    client.post(reverse("schedules:version_changes", args=[second.pk]))
    page = client.post(address, asked | {"step": "preview"}).text
    assert ("2 of 2 patients</b>: 8 timepoints added" in page, "Take 2 patients to iotrex 2.0" in page) == (True, True)


def test_page_asks_for_what_the_version_does_not_offer(
    client: Client, clinician: Staff, plans: list[Plan], second: Protocol
) -> None:
    Plan.objects.filter(pk=plans[1].pk).update(imaging_interval=11)
    client.force_login(clinician)
    address = reverse("schedules:migrate", args=[second.pk])
    assert "where the version does not offer what was chosen" in client.get(address).content.decode()
    asked = {"who": "all", "reason": "New.", "imaging_interval": 12}
    client.post(address, asked | {"step": "save", "seen": mark_in(client.post(address, asked).text)})
    assert [Plan.objects.get(pk=plan.pk).imaging_interval for plan in plans] == [6, 12]


def test_api_simulates_previews_migrates_and_undoes(
    client: Client, clinic: Clinic, clinician: Staff, plans: list[Plan], second: Protocol
) -> None:
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)

    def call(method: str, path: str, **body: object):
        given = {"content_type": "application/json", "headers": {"Authorization": f"Token {secret}"}}
        return getattr(client, method)(f"/api/v1/{path}", *([body] if method == "post" else []), **given)

    named = {"clinic": str(clinic.pk), "protocol": str(second.pk)}
    job = call("post", "simulations", **named)
    assert (job.status_code, job.json()["state"], job.json()["reminders"]) == (
        201,
        "finished",
        {"more": 16, "fewer": 0},
    )
    assert (job.json()["result"]["totals"]["added"], len(job.json()["weeks"])) == (8, 104)
    patients = f"simulations/{job.json()['id']}/patients"
    lines = call("get", f"{patients}?search=zorn").json()
    assert [(line["patient"], line["added"]) for line in lines] == [(str(plans[1].patient_id), 4)]
    assert call("get", f"{patients}?show=chnaged").status_code == 400
    difference = call("get", f"{patients}/{plans[1].patient_id}").json()
    assert [row["timepoint"] for row in difference["changed"]] == ["W9", "W10", "W11", "W12"]
    assert call("post", f"simulations/{job.json()['id']}/retry").status_code == 409
    chosen = named | {"patients": [str(plans[0].patient_id)]}
    seen = call("post", "migrations/preview", **chosen).json()
    assert (seen["patients"], seen["totals"]["added"]) == (1, 4)
    assert call("post", "migrations", **chosen).status_code == 422  # no reason
    stage = call("post", "migrations", **chosen, reason="New.").json()
    assert (stage["state"], stage["result"]["changed"]) == ("finished", 1)
    assert Plan.objects.get(pk=plans[0].pk).protocol == second
    undone = call("post", f"migrations/{stage['id']}/undo").json()
    assert (undone["undoes"], undone["result"]["changed"]) == (stage["id"], 1)
    assert Plan.objects.get(pk=plans[0].pk).protocol.version == "1.0"


def test_api_keeps_the_order_while_no_worker_can_be_reached(
    client: Client,
    clinic: Clinic,
    clinician: Staff,
    plans: list[Plan],
    second: Protocol,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_worker(_: str) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.simulate_protocol, "delay", no_worker)
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)
    body = {"clinic": str(clinic.pk), "protocol": str(second.pk)}
    headers = {"Authorization": f"Token {secret}"}
    answer = client.post("/api/v1/simulations", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["state"]) == (201, "waiting")
