"""Results and baselines for other systems."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from labs.models import Baseline, LabResult
from patients.models import SupportiveCare
from tests.api.conftest import ApiClient
from tests.factories import ClinicFactory, MembershipFactory
from tests.labs.arrivals import arrive

ANCHOR = date(2024, 1, 31)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 27, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def api(clinician):
    return ApiClient(clinician)


@pytest.fixture
def patient(plan):
    arrive(plan.patient, day(-9), platelets="250")
    arrive(plan.patient, day(-2), platelets="240")
    arrive(plan.patient, day(28), platelets="38", anc="0.8")
    return plan.patient


def day(number):
    return ANCHOR + timedelta(number)


def test_list_holds_results_with_their_grades_the_last_received_first(api, patient):
    rows = api.results(f"results?patient={patient.pk}&analyte=platelets")

    assert [row["reported"] for row in rows] == ["38", "240", "250"]
    last = rows[0]
    assert {name: last[name] for name in ("value", "unit", "low", "high", "range_source", "flag", "system")} == {
        "value": "38",
        "unit": "10*9/L",
        "low": "150",
        "high": "400",
        "range_source": "unverified",
        "flag": "low",
        "system": "si",
    }
    assert [(grade["term"], grade["grade"], grade["status"]) for grade in last["grades"]] == [
        ("Thrombocytopenia", 3, "graded")
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("since=2024-01-29", 3),
        ("until=2024-01-29", 2),
        ("since=2024-01-29&until=2024-01-29", 1),
        ("analyte=anc", 1),
        ("status=preliminary", 0),
        ("status=final", 4),
        ("current=false", 0),
        ("current=true", 4),
        ("received_from=2024-02-01T00:00:00Z", 2),
    ],
)
def test_filters_mean_what_they_say(api, patient, query, count):
    assert len(api.results(f"results?patient={patient.pk}&{query}")) == count


def test_versions_that_no_longer_hold_are_left_out_unless_asked_for(api, patient):
    LabResult.objects.filter(analyte="anc").update(is_current=False)

    assert api.results(f"results?patient={patient.pk}&analyte=anc") == []
    assert len(api.results(f"results?patient={patient.pk}&analyte=anc&current=false")) == 1


def test_detail_has_versions_and_what_affects_it(api, patient):
    SupportiveCare.objects.create(clinic=patient.clinic, patient=patient, product="platelets", given_on=day(27))
    found = LabResult.objects.get(analyte="platelets", collected_on=day(28))

    row = api.get(f"results/{found.pk}").json()

    assert [(version["id"], version["is_current"]) for version in row["versions"]] == [(str(found.pk), True)]
    assert row["affected_by"] == ["platelet transfusion"]


def test_list_asks_as_much_for_many_results_as_for_one(api, plan):
    arrive(plan.patient, day(1), platelets="200")
    api.get("results")  # the day's first use of a token is written once
    with CaptureQueriesContext(connection) as few:
        api.get("results")
    arrive(plan.patient, day(2), platelets="100", anc="1.0", hgb="90", tsh="2")
    with CaptureQueriesContext(connection) as many:
        api.get("results?page_size=200")

    assert len(many) == len(few)


def test_other_clinics_see_nothing(patient):
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)

    assert stranger.results("results") == stranger.results("baselines") == []


def test_baseline_is_chosen_and_taken_back(api, patient):
    baseline = Baseline.objects.get(analyte="platelets")
    other = LabResult.objects.get(collected_on=day(-9))
    assert api.get(f"baselines/{baseline.pk}").json()["value"] == "240"

    chosen = api.post(f"baselines/{baseline.pk}/choose", {"result": str(other.pk), "reason": "Clumped."}).json()
    cleared = api.post(f"baselines/{baseline.pk}/clear", {"reason": "Not clumped."}).json()

    assert (chosen["value"], chosen["chosen"], chosen["reason"]) == ("250", True, "Clumped.")
    assert (cleared["value"], cleared["chosen"]) == ("240", False)


def test_analyte_without_a_baseline_says_why(api, patient):
    (row,) = api.results(f"baselines?patient={patient.pk}&analyte=anc")

    assert (row["result"], row["value"]) == (None, None)
    assert row["reason"] == "No baseline: no value before the infusion."


@pytest.mark.parametrize(
    ("number", "status", "field"), [(28, 422, "result"), (None, 400, "result")], ids=["after", "unknown"]
)
def test_result_that_cannot_be_a_baseline_is_refused_at_its_field(api, patient, number, status, field):
    baseline = Baseline.objects.get(analyte="platelets")
    found = LabResult.objects.filter(analyte="platelets", collected_on=day(number or 0)).first()
    chosen = str(found.pk if found else baseline.pk)

    answer = api.post(f"baselines/{baseline.pk}/choose", {"result": chosen, "reason": "Why not."})

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (status, [field])


def test_coordinator_does_not_choose(clinic, patient):
    coordinator = ApiClient(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    baseline, other = Baseline.objects.get(analyte="platelets"), LabResult.objects.get(collected_on=day(-9))

    answer = coordinator.post(f"baselines/{baseline.pk}/choose", {"result": str(other.pk), "reason": "Clumped."})

    assert answer.status_code == 403


def test_result_is_corrected_and_then_withdrawn_with_a_reason(api, patient):
    address = f"results/{LabResult.objects.get(reported='38').pk}"

    corrected = api.post(f"{address}/correct", {"value": "83", "low": "150", "reason": "Typed 38 for 83."})
    withdrawn = api.post(f"results/{corrected.json()['id']}/withdraw", {"reason": "Another person's."})

    assert (corrected.status_code, corrected.json()["reported"], corrected.json()["low"]) == (201, "83", "150")
    assert corrected["Location"].endswith(f"results/{corrected.json()['id']}")
    assert {(version["status"], version["is_current"]) for version in withdrawn.json()["versions"]} == {
        ("final", False),
        ("corrected", False),
        ("withdrawn", True),
    }
    assert not LabResult.objects.standing().filter(analyte="platelets", collected_on=day(28)).exists()


def test_result_is_cancelled_once_and_by_the_version_that_holds(api, patient):
    address = f"results/{LabResult.objects.get(reported='38').pk}"
    etag = api.get(address)["ETag"]

    assert api.post(f"{address}/cancel", {"reason": "Clotted."}, If_Match='"other"').status_code == 412
    assert api.post(f"{address}/cancel", {"reason": ""}).json()["errors"][0]["field"] == "reason"
    assert api.post(f"{address}/cancel", {"reason": "Clotted."}, If_Match=etag).json()["status"] == "cancelled"
    assert api.post(f"{address}/cancel", {"reason": "Clotted."}).status_code == 409


@pytest.mark.parametrize("act", ["correct", "cancel", "withdraw"])
def test_auditor_and_other_clinics_change_no_result(patient, clinic, act):
    address = f"results/{LabResult.objects.get(reported='38').pk}/{act}"
    auditor = ApiClient(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory(), role=Role.CLINICIAN).staff)

    assert [each.post(address, {"reason": "Told."}).status_code for each in (auditor, stranger)] == [403, 404]
