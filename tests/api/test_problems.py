"""Everything refused is a problem of one shape (RFC 9457)."""

import pytest
from django.test import Client

from accounts.models import Role
from schedules.models import PlannedVisit
from tests.api.conftest import ApiClient, member_of
from tests.factories import ClinicFactory, MembershipFactory, visit_of

pytestmark = pytest.mark.django_db


def problem(response):
    """The problem a response says, its wordings left out but for which fields they concern."""
    assert response["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said["status"] == response.status_code
    assert {"type", "title", "status", "detail"} <= said.keys()
    kind = said["type"].removeprefix("/api/docs/#")
    return said["status"], kind, [error["field"] for error in said.get("errors", [])]


def test_wrong_shape_names_each_field(api, clinic):
    answer = api.post("patients", {"clinic": clinic.pk, "birth_date": "03/04/24", "sex": "f", "colour": "red"})
    unknown = api.post("patients", {"clinic": clinic.pk, "colour": "red"})

    assert problem(answer) == (400, "invalid-input", ["colour"])
    assert unknown.json()["errors"][0]["message"].startswith("There is no such field here. Known: clinic, mrn, ")


def test_wrong_values_name_each_field_by_its_path(api, clinic, plan):
    answer = api.post(
        "enrolments",
        {"clinic": clinic.pk, "patient": {"mrn": "A1"}, "treatment": {"started_on": "31.1.2024"}},
    )

    assert problem(answer) == (
        400,
        "invalid-input",
        [
            *(f"patient.{name}" for name in ("given_name", "family_name", "birth_date", "sex", "indication")),
            "treatment.started_on",
        ],
    )


@pytest.mark.parametrize("body", ["{", "[1", '"text"', "[]"])
def test_what_is_not_an_object_is_told(api, body):
    assert problem(api("POST", "patients", body))[0] == 400


def test_other_media_type_is_told(api):
    assert problem(api("POST", "patients", "a=1", Content_Type="text/plain"))[0] == 415


def test_unusual_input_asks_for_a_reason_at_its_field(api, plan):
    answer = api.post(
        f"visits/{visit_of(plan, 'W1').pk}/record", {"occurred_on": "2024-03-20", "outcomes": {"cbc": "done"}}
    )

    assert problem(answer) == (422, "reason-needed", ["timing_reason"])
    assert answer.json()["concerns"] == ["Wed 20 Mar 2024 is after the window Sun 4 Feb 2024 to Sat 10 Feb 2024."]


def test_impossible_input_is_refused_at_its_field(api, plan):
    answer = api.post(
        f"visits/{visit_of(plan, 'W8').pk}/record", {"occurred_on": "2024-03-28", "outcomes": {"cbc": "done"}}
    )

    assert problem(answer) == (422, "input-refused", ["occurred_on"])


def test_change_that_no_longer_fits_is_a_conflict(api, plan):
    address = f"visits/{visit_of(plan, 'W3').pk}/missed"
    api.post(address, {"reason": "Did not come"})

    assert problem(api.post(address, {"reason": "Did not come"})) == (409, "transition-refused", [])


def test_without_sign_in_nothing_is_answered(plan):
    answer = ApiClient(None).get("patients")

    assert problem(answer) == (401, "about:blank", [])
    assert answer["WWW-Authenticate"] == "Token"


def test_revoked_or_wrong_token_is_refused(plan):
    answer = Client().get("/api/v1/patients", headers={"Authorization": "Token " + 64 * "a"})

    assert problem(answer) == (401, "about:blank", [])


def test_session_needs_the_csrf_token_to_write(clinician, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinician)

    assert client.get("/api/v1/patients").status_code == 200
    assert problem(client.post("/api/v1/patients", {}, "application/json")) == (403, "about:blank", [])


def test_role_without_the_permission_is_told_so(clinic, plan):
    auditor = ApiClient(member_of(clinic, Role.AUDITOR))

    answer = auditor.post(f"visits/{visit_of(plan, 'W3').pk}/missed", {"reason": "Did not come"})

    assert problem(answer) == (403, "about:blank", [])
    assert PlannedVisit.objects.filter(status="missed").count() == 0


def test_role_counts_in_the_clinic_of_the_row(clinic, plan):
    auditor = member_of(clinic, Role.AUDITOR)
    MembershipFactory(clinic=ClinicFactory(), staff=auditor, role=Role.CLINICIAN)

    answer = ApiClient(auditor).post(f"visits/{visit_of(plan, 'W3').pk}/missed", {"reason": "Did not come"})

    assert problem(answer) == (403, "about:blank", [])


@pytest.mark.parametrize("path", ["nothing", "patients/7", "patients/00000000-0000-0000-0000-000000000000", "/api/x"])
def test_unknown_address_is_told(api, path):
    assert problem(api.get(path)) == (404, "about:blank", [])


def test_unknown_method_is_told(api):
    answer = api("DELETE", "patients")

    assert problem(answer) == (405, "about:blank", [])
    assert answer["Allow"] == "GET, HEAD, POST"


def test_id_of_another_clinic_does_not_exist(api, plan):
    foreign = ClinicFactory()

    answer = api.post("patients", {"clinic": foreign.pk})

    assert problem(answer)[2][0] == "clinic"


def test_mistake_of_the_server_is_a_problem_too(api, monkeypatch, plan):
    monkeypatch.setattr("patients.api.PatientResource.ordering", ("nothing",))

    assert problem(api.get("patients")) == (500, "about:blank", [])


@pytest.mark.parametrize("body", ['{"mrn": "\\ud800"}', '{"\\ud800": 1}', "[" * 200_000, '{"mrn": NaN}'])
def test_json_that_cannot_be_kept_is_told(api, body):
    assert problem(api("POST", "patients", body))[0] == 400


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"activity_mbq": "-5", "override_reason": "Typed so"}, "activity_mbq"),
        ({"weight_kg": "0", "override_reason": "Typed so"}, "weight_kg"),
        ({"started_on": "2024-03-28"}, "started_on"),
        ({"product": "GliaSite"}, "product"),
        ({"choices": {"imaging_interval": 5}}, "choices.imaging_interval"),
    ],
)
def test_treatment_that_cannot_be_is_refused_at_its_field(api, plan, more, field):
    answer = api.post("treatments", {"patient": plan.patient_id, "started_on": "2023-06-01"} | more)

    assert problem(answer) == (422, "input-refused", [field])


def test_mrn_of_another_patient_is_refused_at_its_field(api, clinic, plan):
    facts = {"given_name": "Eva", "family_name": "Otra", "birth_date": "1970-01-01", "sex": "female"}

    answer = api.post("patients", {"clinic": clinic.pk, "mrn": plan.patient.mrn, "indication": "other"} | facts)

    assert problem(answer) == (422, "input-refused", ["mrn"])


def test_colleague_of_another_clinic_is_not_responsible_here(api, clinician, plan):
    elsewhere = MembershipFactory(staff=clinician).clinic
    stranger = MembershipFactory(clinic=elsewhere).staff

    answer = api.patch(f"patients/{plan.patient_id}", {"responsible_clinician": stranger.pk}, If_Match="*")
    team = api.post("care-teams", {"patient": plan.patient_id, "phase": "weeks", "staff": stranger.pk})

    assert problem(answer) == (422, "input-refused", ["responsible_clinician"])
    assert problem(team) == (422, "input-refused", ["staff"])


def test_date_that_is_not_iso_is_no_filter(api):
    assert problem(api.get("visits?due_from=03/04/24")) == (400, "invalid-input", ["due_from"])
