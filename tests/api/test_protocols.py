"""The protocol library by API: from a copy to a published version, and back and forth as PlanDefinition."""

import pytest

from accounts.models import Role
from schedules.actions import load_packaged_protocols
from tests.api.conftest import ApiClient, member_of
from tests.factories import ClinicFactory, MembershipFactory


@pytest.fixture
def shipped(db):
    return load_packaged_protocols(by=None)


@pytest.fixture
def draft(api, clinic, shipped):
    answer = api.post(
        "protocols", {"clinic": clinic.pk, "based_on": shipped[1].pk, "slug": "children", "version": "1.0"}
    )
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.fixture
def colleague(clinic):
    return ApiClient(member_of(clinic, Role.CLINICIAN))


def test_a_draft_is_written_submitted_published_chosen_and_retired(api, colleague, draft, clinic):
    address = f"protocols/{draft['id']}"
    text = draft["text"].replace("weekly blood counts", "counts every week")
    changed = api.patch(address, {"text": text}, If_Match=api.get(address)["ETag"])
    assert (changed.status_code, changed.json()["status"]) == (200, "draft")
    assert colleague.post(f"{address}/publish").status_code == 409
    assert api.post(f"{address}/submit").status_code == 200
    assert api.post(f"{address}/publish").status_code == 409
    published = colleague.post(f"{address}/publish").json()
    assert (published["status"], published["text"]) == ("active", text)
    preview = api.post("timeline/preview", {"treated_on": "2024-01-31", "choices": {"protocol": draft["id"]}}).json()
    assert [each["timepoint"] for each in preview["timepoints"]].count("W12") == 1
    assert api.patch(address, {"text": text}, If_Match=api.get(address)["ETag"]).status_code == 409
    assert api.post(f"{address}/retire", {"reason": "Replaced."}).json()["status"] == "retired"


def test_shipped_example_says_that_it_is_one(api, shipped):
    rows = {row["slug"]: (row["status"], row["is_example"], row["clinic"]) for row in api.results("protocols")}
    assert rows == {"iotrex": ("active", False, None), "paediatric-neuroblastoma": ("draft", True, None)}


def test_findings_and_file_are_read(api, draft):
    findings = api.get(f"protocols/{draft['id']}/findings").json()
    assert {finding["severity"] for finding in findings} == {"note"}
    file = api.get(f"protocols/{draft['id']}/file")
    assert (file["Content-Type"], file.content.decode()) == ("application/toml; charset=utf-8", draft["text"])


def test_differences_are_from_what_was_copied_or_asked_for(api, draft, shipped):
    address = f"protocols/{draft['id']}"
    assert api.get(f"{address}/differences").json() == []
    text = draft["text"].replace(
        "last = 12\nevery = 1\nwindow = { before = 3", "last = 10\nevery = 1\nwindow = { before = 3"
    )
    api.patch(address, {"text": text}, If_Match=api.get(address)["ETag"])
    assert api.get(f"{address}/differences").json() == [{"where": "phases.weeks.last", "before": "12", "after": "10"}]
    against = api.get(f"{address}/differences?with={shipped[0].pk}").json()
    assert {"where": "phases.weeks.last", "before": "8", "after": "10"} in against
    assert api.get(f"protocols/{shipped[0].pk}/differences").status_code == 404
    assert api.get(f"{address}/differences?with=nothing").status_code in (400, 422)
    elsewhere = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)
    assert elsewhere.get(f"protocols/{shipped[0].pk}/differences?with={draft['id']}").status_code == 404


@pytest.mark.parametrize("broken", [{"text": "slug = 1"}, {}, {"text": "x", "based_on": None}])
def test_what_is_no_protocol_is_refused(api, clinic, shipped, broken):
    answer = api.post("protocols", {"clinic": clinic.pk, **broken})
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_drafts_of_a_clinic_are_its_own(draft, shipped):
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)
    for path in ("", "/findings", "/file", "/plan-definition"):
        assert stranger.get(f"protocols/{draft['id']}{path}").status_code == 404
    assert len(stranger.results("protocols")) == 2


def test_coordinators_read_and_do_not_write(draft, clinic, shipped):
    coordinator = ApiClient(member_of(clinic, Role.COORDINATOR))
    assert coordinator.get(f"protocols/{draft['id']}").status_code == 200
    assert coordinator.post(f"protocols/{draft['id']}/submit").status_code == 403
    assert coordinator.post("protocols", {"clinic": clinic.pk, "based_on": shipped[0].pk}).status_code == 403


def test_a_plan_definition_goes_out_and_comes_back_as_a_draft(api, clinic, shipped):
    resource = api.get(f"protocols/{shipped[0].pk}/plan-definition")
    assert resource["Content-Type"] == "application/fhir+json"
    body = {"clinic": clinic.pk, "resource": resource.json(), "slug": "ours", "version": "1.0"}
    drafted = api.post("plan-definitions", body)
    assert (drafted.status_code, drafted.json()["protocol"]["status"]) == (201, "draft")
    again = api.get(f"protocols/{drafted.json()['protocol']['id']}/plan-definition").json()
    assert again["action"] == resource.json()["action"]


def test_a_plan_definition_that_is_not_understood_is_refused_by_place(api, clinic, shipped):
    resource = {"resourceType": "PlanDefinition", "action": [{"id": "a", "relatedAction": [{"actionId": "b"}]}]}
    answer = api.post("plan-definitions", {"clinic": clinic.pk, "resource": resource})
    assert answer.status_code in (400, 422)
    assert "relatedAction[0].relationship" in answer.content.decode()


def test_new_plans_follow_what_the_clinic_chose(api, clinician, colleague, draft, clinic, shipped):
    address, standard = f"protocols/{draft['id']}", f"protocols/{shipped[0].pk}"
    api.post(f"{address}/submit")
    colleague.post(f"{address}/publish")
    body = {"clinic": clinic.pk}
    assert api.post(f"{standard}/approve", body).json()["default_of"][0]["clinic"] == str(clinic.pk)
    assert api.post(f"{address}/make-default", body).status_code == 409  # not approved yet
    assert colleague.post(f"{address}/approve", body).json()["default_of"] == []
    chosen = api.post(f"{address}/make-default", body).json()["default_of"]
    assert [(each["clinic"], each["chosen_by"]) for each in chosen] == [(str(clinic.pk), str(clinician.pk))]
    assert api.get(standard).json()["default_of"] == []
    asked = {"treated_on": "2024-01-31", "clinic": clinic.pk}
    assert api.post("timeline/preview", asked).json()["protocol"] == draft["title"] + " 1.0"
    coordinator = ApiClient(member_of(clinic, Role.COORDINATOR))
    assert coordinator.post(f"{standard}/make-default", body).status_code == 403


def test_a_version_of_their_other_clinic_is_not_approved_or_copied(api, clinician, draft):
    elsewhere = ClinicFactory(name="Hill Road")
    MembershipFactory(staff=clinician, clinic=elsewhere, role=Role.CLINICIAN)
    body = {"clinic": elsewhere.pk}
    for answer in (
        api.post(f"protocols/{draft['id']}/approve", body),
        api.post(f"protocols/{draft['id']}/make-default", body),
        api.post("protocols", {**body, "based_on": draft["id"], "slug": "hill", "version": "1"}),
    ):
        assert answer.status_code == 409
        assert "import it at Hill Road" in answer.json()["detail"]
