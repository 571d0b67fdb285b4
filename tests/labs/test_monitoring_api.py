"""Blood-count monitoring, and what the rules want of a patient, for other systems."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from labs.actions.policy import set_policy
from labs.models import LabResult
from labs.rules.loader import packaged_rules
from tests.api.conftest import ApiClient
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.labs.arrivals import arrive

ANCHOR, TODAY = date(2024, 1, 31), date(2024, 3, 27)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 27, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def api(clinician):
    return ApiClient(clinician)


@pytest.fixture
def patient(plan):
    arrive(plan.patient, day(-2), platelets="240", anc="4.0")
    arrive(plan.patient, day(20), platelets="90", anc="1.2")
    arrive(plan.patient, day(28), platelets="38", anc="0.8")
    return plan.patient


def day(number):
    return ANCHOR + timedelta(number)


def test_treatment_tells_how_closely_counts_were_taken(api, plan, patient):
    row = api.get(f"treatments/{plan.treatment.pk}/monitoring").json()

    assert {name: row[name] for name in ("treatment", "patient", "started_on", "day_number", "mark", "starts")} == {
        "treatment": str(plan.treatment.pk),
        "patient": str(patient.pk),
        "started_on": "2024-01-31",
        "day_number": 56,
        "mark": "red",
        "starts": str(day(14)),
    }
    assert row["observed"] == {
        "longest": 28,
        "begins": str(day(28)),
        "ends": str(TODAY),
        "decided": {"begins": str(day(28)), "ends": str(TODAY), "days": 28, "severe": True},
        "until": str(day(84)),
        "running": True,
        "sentence": "Longest interval without a count with ANC and platelets: 28 days, Wed 28 Feb 2024 to "
        "Wed 27 Mar 2024.",
        "version": packaged_rules().monitoring.version,
    }
    assert row["last_count"] == {"day": str(day(28)), "severe": True}
    assert (row["recovered_on"], row["recovery"]["recovered_on"]) == (None, None)


def test_treatment_tells_how_deep_the_counts_fell(api, plan, patient):
    depth = api.get(f"treatments/{plan.treatment.pk}/monitoring").json()["depth"]

    assert [(each["analyte"], each["value"], each["unit"], each["day_number"], each["at_most"]) for each in depth] == [
        ("anc", "0.8", "10*9/L", 28, False),
        ("platelets", "38", "10*9/L", 28, False),
    ]
    assert depth[1]["result"] == str(LabResult.objects.get(analyte="platelets", collected_on=day(28)).pk)


def test_treatment_without_counts_and_rules_says_what_is_not_known(api, clinic, clinician, plan):
    off = ["monitoring", "recovery", "nadir"]
    set_policy(clinic=clinic, ctcae="6.0", rules_off=off, settings={}, by=clinician)

    row = api.get(f"treatments/{plan.treatment.pk}/monitoring").json()

    assert [row[name] for name in ("mark", "observed", "recovery", "depth", "last_count")] == [
        *("none", None, None, []),
        None,
    ]


def test_clinic_lists_whose_counts_are_followed_the_longest_gap_first(api, clinic, clinician, plan, patient):
    fresh = enrolled(by=clinician, clinic=clinic, started_on=day(50), today=TODAY)

    answer = api.get(f"clinics/{clinic.pk}/monitoring").json()

    assert [(row["treatment"], row["mark"]) for row in answer["results"]] == [
        (str(plan.treatment.pk), "red"),
        (str(fresh.treatment.pk), "none"),
    ]
    assert answer["next"] is None


def test_clinic_lists_whose_counts_are_followed_no_more_by_page(api, clinic, clinician, plan):
    ended = [enrolled(by=clinician, clinic=clinic, started_on=day(-200 - n), today=TODAY) for n in range(3)]

    first = api.get(f"clinics/{clinic.pk}/monitoring?show=ended&page_size=2").json()
    second = api.get(first["next"]).json()

    assert [row["treatment"] for page in (first, second) for row in page["results"]] == [
        str(each.treatment.pk) for each in ended
    ]
    assert (len(second["results"]), second["next"]) == (1, None)


def test_clinic_list_asks_as_much_for_many_as_for_one(api, clinic, clinician, plan, patient):
    api.get("me")  # the day's first use of a token is written once
    with CaptureQueriesContext(connection) as one:
        api.get(f"clinics/{clinic.pk}/monitoring")
    for number in range(2):
        enrolled(by=clinician, clinic=clinic, started_on=day(number), today=TODAY)
    with CaptureQueriesContext(connection) as three:
        api.get(f"clinics/{clinic.pk}/monitoring")

    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("show=all", "show"),
        ("sort=name", "sort"),
        ("show=ended&page_size=0", "page_size"),
        ("show=ended&after=018f0000-0000-7000-8000-000000000000", "after"),
    ],
)
def test_clinic_list_refuses_a_parameter_it_does_not_know(api, clinic, query, field):
    answer = api.get(f"clinics/{clinic.pk}/monitoring?{query}")

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


def test_offers_say_what_is_wanted_until_when_and_why(api, plan, patient):
    weekly, twice = api.get(f"patients/{patient.pk}/offers").json()

    last = LabResult.objects.filter(collected_on=day(28)).order_by("analyte").values_list("pk", flat=True)
    assert twice == {
        "rule": "provisional",
        "version": packaged_rules().provisional.version,
        "wants": "twice_weekly_counts",
        "wanted_from": str(TODAY),
        "wanted_until": None,
        "sentence": "Counts twice a week: that of Wed 28 Feb 2024 is severe.",
        "tier": None,
        "direction": "",
        "at": "2024-02-28T11:00:00Z",
        "results": [str(pk) for pk in last],
    }
    assert [weekly[name] for name in ("wants", "wanted_from", "wanted_until")] == [
        *("weekly_counts", "2024-04-03", "2024-04-24")
    ]


def test_patient_without_a_treatment_is_offered_nothing(api, clinic):
    assert api.get(f"patients/{PatientFactory(clinic=clinic).pk}/offers").json() == []


def test_auditor_reads_and_another_clinic_sees_nothing(clinic, plan, patient):
    auditor = ApiClient(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)
    addresses = [
        f"treatments/{plan.treatment.pk}/monitoring",
        f"clinics/{clinic.pk}/monitoring",
        f"patients/{patient.pk}/offers",
    ]

    assert [auditor.get(address).status_code for address in addresses] == [200, 200, 200]
    assert [stranger.get(address).status_code for address in addresses] == [404, 404, 404]
