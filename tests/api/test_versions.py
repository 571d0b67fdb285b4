"""ETag and If-Match: nobody's later change is lost."""

import pytest

from tests.api.conftest import ApiClient
from tests.factories import MembershipFactory, visit_of

pytestmark = pytest.mark.django_db

RECORD = {"occurred_on": "2024-03-20", "outcomes": {"cbc": "done"}}


def test_version_that_was_read_may_be_changed_once(api, plan):
    address = f"patients/{plan.patient_id}"
    read = api.get(address)

    first = api.patch(address, {"secreting": True}, If_Match=read["ETag"])
    second = api.patch(address, {"secreting": False}, If_Match=read["ETag"])
    third = api.patch(address, {"secreting": False}, If_Match=first["ETag"])

    assert [first.status_code, second.status_code, third.status_code] == [200, 412, 200]
    assert second.json()["type"] == "/api/docs/#precondition-failed"
    assert third["ETag"] == read["ETag"]


def test_replacing_values_without_a_version_is_refused(api, plan):
    answer = api.patch(f"patients/{plan.patient_id}", {"secreting": True})

    assert (answer.status_code, answer.json()["type"]) == (428, "/api/docs/#precondition-required")


def test_any_version_is_said_by_a_star(api, plan):
    assert api.patch(f"patients/{plan.patient_id}", {"secreting": True}, If_Match="*").status_code == 200


@pytest.mark.parametrize("header", ['"other"', 'W/"other"', "", '"other", "another"'])
def test_action_on_another_version_changes_nothing(api, plan, header):
    visit = visit_of(plan, "W7")

    answer = api.post(f"visits/{visit.pk}/record", RECORD, If_Match=header)

    visit.refresh_from_db()
    assert (answer.status_code, visit.status) == (412, "planned")


def test_action_on_this_version_is_done(api, plan):
    address = f"visits/{visit_of(plan, 'W7').pk}"
    etag = api.get(address)["ETag"]

    recorded = api.post(f"{address}/record", RECORD, If_Match=f'"older", {etag}')

    assert recorded.status_code == 200
    assert recorded["ETag"] == api.get(address)["ETag"] != etag


def test_change_of_an_activity_is_another_version_of_its_visit(api, plan):
    address = f"visits/{visit_of(plan, 'M6').pk}"
    before = api.get(address)["ETag"]
    api.post(f"{address}/not-applicable", {"reason": "No thyroid", "activities": ["thyroid"]})

    assert api.get(address)["ETag"] != before


def test_known_version_is_not_sent_again(api, plan):
    address = f"visits/{visit_of(plan, 'W7').pk}"
    etag = api.get(address)["ETag"]

    answer = api.get(address, If_None_Match=etag)

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


def test_another_clinics_row_is_not_found_whatever_its_version(api, clinician, plan):
    stranger = ApiClient(MembershipFactory().staff)

    assert stranger.patch(f"patients/{plan.patient_id}", {"secreting": True}, If_Match="*").status_code == 404
