"""Medicines and withdrawals over HTTP: the same acts, refusals and permissions as on the pages."""

from datetime import date

import pytest
import time_machine

from accounts.models import Role
from imaging.actions.medicines import end_medicine
from imaging.models import Withdrawal
from schedules.actions import merge_patients
from tests.api.conftest import ApiClient
from tests.factories import MembershipFactory, enrolled
from tests.imaging.preparation.conftest import NOW, TODAY


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def api(clinician):
    return ApiClient(clinician)


def at(answer):
    """The fields a refusal names."""
    return [error["field"] for error in answer.json()["errors"]]


def test_medicine_is_recorded_changed_ended_and_withdrawn(api, patient):
    created = api.post("medicines", {"patient": str(patient.pk), "name": "Labetalol", "dose": "200 mg"})
    address = f"medicines/{created.json()['id']}"
    changed = api.patch(address, {"dose": "100 mg"}, if_match=created["ETag"])
    ended = api.post(f"{address}/end", {"ended_on": "2024-04-09"})
    assert api.results("medicines?taken=true") == []
    withdrawn = api.post(f"{address}/withdraw", {"reason": "Another patient's."})

    assert [answer.status_code for answer in (created, changed, ended, withdrawn)] == [201, 200, 200, 200]
    assert (ended.json()["dose"], ended.json()["ended_on"], withdrawn.json()["withdrawn"]) == (
        "100 mg",
        "2024-04-09",
        True,
    )


def test_medicine_that_stands_on_the_list_names_its_field(api, patient, labetalol):
    answer = api.post("medicines", {"patient": str(patient.pk), "name": "labetalol"})

    assert answer.status_code == 422
    assert at(answer) == ["name"]


def test_withdrawal_is_planned_confirmed_handed_over_and_ended(api, labetalol, visit, owner, clinician):
    days = {"stop_on": "2024-04-22", "restart_on": "2024-05-01", "prescriber": "Dr Aliaga"}
    created = api.post("withdrawals", days | {"medicine": str(labetalol.pk), "visit": str(visit.pk)})
    address = f"withdrawals/{created.json()['id']}"
    changed = api.patch(address, {"substitute": "none needed"}, if_match=created["ETag"])
    early = api.post(f"{address}/confirm", {})
    confirmed = api.post(f"{address}/confirm", {"restart_owner": str(owner.pk)})
    handed = api.post(f"{address}/hand-over", {"to": str(clinician.pk)})
    with time_machine.travel(NOW.replace(month=5, day=2), tick=False):
        ended = api.post(f"{address}/restart", {"restarted_on": "2024-05-01"})

    assert created.status_code == 201, created.json()
    assert (changed.json()["substitute"], changed.json()["state"]) == ("none needed", "planned")
    assert (early.status_code, at(early)) == (422, ["restart_owner"])
    assert (confirmed.json()["state"], confirmed.json()["counted_from"]) == ("confirmed", "2024-04-30")
    assert handed.json()["restart_owner"] == str(clinician.pk)
    assert (ended.json()["state"], ended.json()["restarted_on"]) == ("restarted", "2024-05-01")


def test_medicine_that_cannot_be_withdrawn_is_decided_about_and_dropped(api, labetalol, infusion):
    body = {"medicine": str(labetalol.pk), "treatment": str(infusion.treatment.pk), "reason": "Crises."}
    refused = api.post("withdrawals/refuse", body)
    address = f"withdrawals/{refused.json()['id']}"
    decided = api.post(f"{address}/decide", {"decision": "Postponed."})
    confirmed = api.post(f"{address}/confirm", {})
    dropped = api.post(f"{address}/drop", {"reason": "Postponed for good."})

    assert (refused.status_code, refused.json()["state"]) == (201, "cannot")
    assert decided.json()["decision"] == "Postponed."
    assert (confirmed.status_code, at(confirmed)) == (422, ["stop_on"])
    assert dropped.json()["state"] == "dropped"


def test_withdrawal_of_a_medicine_that_ended_is_closed(api, labetalol, confirmed, clinician):
    address = f"withdrawals/{confirmed.pk}/not-taken-again"
    refused = api.post(address, {"reason": "Doxazosin stays."})
    end_medicine(medicine=labetalol, ended_on=TODAY, by=clinician, today=TODAY)
    with time_machine.travel(NOW.replace(day=22), tick=False):
        unsaid = api.post(address, {})
        closed = api.post(address, {"reason": "Doxazosin stays."})

    assert (refused.status_code, unsaid.status_code, at(unsaid)) == (409, 422, ["reason"])
    assert (closed.json()["state"], closed.json()["reason"]) == ("ended", "Doxazosin stays.")


@pytest.mark.parametrize("which", ["none", "both", "theirs"])
def test_withdrawal_is_for_one_scan_or_infusion_of_that_patient(
    api, clinic, clinician, labetalol, visit, infusion, which
):
    other = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)
    theirs = other.visits.get(timepoint="M3", kind="imaging")
    named = {
        "none": {},
        "both": {"visit": str(visit.pk), "treatment": str(infusion.treatment.pk)},
        "theirs": {"visit": str(theirs.pk)},
    }[which]
    days = {"stop_on": "2024-04-22", "restart_on": "2024-05-01"}

    answer = api.post("withdrawals", days | named | {"medicine": str(labetalol.pk)})

    assert (answer.status_code, at(answer)) == (422, ["visit"])


BLOCKADE = {"product": "Potassium iodide", "dose_mg": "130", "starts_on": "2024-06-02", "last_on": "2024-06-13"}


def test_blockade_is_recorded_replaced_and_withdrawn(api, infusion):
    of_it = BLOCKADE | {"treatment": str(infusion.treatment.pk)}
    first = api.post("thyroid-blockades", of_it)
    second = api.post("thyroid-blockades", of_it | {"last_on": "2024-06-14", "note": "By the ward."})
    standing = api.results(f"thyroid-blockades?patient={infusion.patient.pk}&withdrawn=false&last_from=2024-06-14")
    address = f"thyroid-blockades/{second.json()['id']}"
    unexplained = api.post(f"{address}/withdraw", {})
    withdrawn = api.post(f"{address}/withdraw", {"reason": "Another patient's."})

    assert (first.status_code, second.status_code) == (201, 201), first.json()
    assert [each["id"] for each in standing] == [second.json()["id"]]
    assert (standing[0]["counted_from"], standing[0]["note"]) == ("2024-06-03", "By the ward.")
    assert standing[0]["once"] is False
    assert (unexplained.status_code, at(unexplained)) == (422, ["reason"])
    assert withdrawn.json()["withdrawn"] is True


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"dose_mg": "0"}, "dose_mg"),
        ({"once": True}, "last_on"),
        ({"starts_on": "2024-06-04"}, "starts_on"),
        ({"visit": "theirs"}, "visit"),
    ],
)
def test_blockade_that_cannot_be_names_its_field(api, infusion, visit, changed, field):
    if "visit" in changed:
        changed = {"visit": str(visit.pk)}
    answer = api.post("thyroid-blockades", BLOCKADE | {"treatment": str(infusion.treatment.pk)} | changed)

    assert (answer.status_code, at(answer)) == (422, [field])


def test_auditor_records_no_blockade(clinic, infusion):
    api = ApiClient(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)

    assert api.post("thyroid-blockades", BLOCKADE | {"treatment": str(infusion.treatment.pk)}).status_code == 403
    assert api.get("thyroid-blockades").status_code == 200


def test_coordinator_does_not_confirm(clinic, withdrawal):
    api = ApiClient(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)

    assert api.post(f"withdrawals/{withdrawal.pk}/confirm", {}).status_code == 403
    assert api.post(f"withdrawals/{withdrawal.pk}/drop", {"reason": "Not needed."}).status_code == 200


def test_visits_to_decide_are_filtered(api, labetalol, visit):
    body = {"medicine": str(labetalol.pk), "visit": str(visit.pk), "reason": "Crises."}
    api.post("withdrawals/refuse", body)

    listed = api.results("visits?to_decide=true")

    assert [(each["id"], each["to_decide"]) for each in listed] == [
        (str(visit.pk), ["An interfering medicine cannot be withdrawn"])
    ]


def test_merged_patient_takes_medicines_and_withdrawals_along(clinic, clinician, confirmed, patient):
    into = enrolled(by=clinician, clinic=clinic, started_on=date(2023, 1, 12), today=TODAY).patient

    merge_patients(duplicate=patient, into=into, reason="The same person.", by=clinician, today=TODAY)

    assert (into.medicines.get().name, into.withdrawals.get()) == ("Labetalol", confirmed)
    assert Withdrawal.objects.get().patient == into
