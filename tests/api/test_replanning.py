"""A plan made anew over HTTP: looked at first, then changed as it was looked at."""

from datetime import date

import pytest

from accounts.models import Role
from events.models import Event
from schedules.actions import book_visits
from schedules.models import PlannedVisit
from tests.api.conftest import TODAY, ApiClient, member_of
from tests.factories import visit_of
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


def dates_of(plan):
    return dict(PlannedVisit.objects.filter(plan=plan).values_list("pk", "target"))


def test_preview_of_other_choices_stores_nothing_and_tells_every_part(api, plan):
    before = everything()

    shown = api.post(f"plans/{plan.pk}/preview", {"imaging_interval": 9}).json()

    assert everything() == before
    assert {count["what"]: count["number"] for count in shown["counts"]} == {
        "new": 3,
        "away": 6,
        "stands": len(dates_of(plan)) - 6,
    }
    first = shown["changed"][0]
    assert (first["what"], first["timepoint"], first["after"]) == ("away", "M9", None)
    assert first["sentence"] == "Month 9 imaging: falls away: MIBG scan, CT or MRI."
    assert first["visit"] == str(visit_of(plan, "M9", "imaging").pk)


def test_what_was_looked_at_is_what_is_changed(api, plan):
    looked = api.post(f"plans/{plan.pk}/preview", {"imaging_interval": 9})

    body = {"imaging_interval": 9, "seen": looked.json()["version"]}
    changed = api.patch(f"plans/{plan.pk}", body, If_Match=looked["ETag"])

    assert (changed.status_code, changed.json()["imaging_interval"]) == (200, 9)
    fallen = {row["visit"] for row in looked.json()["changed"] if row["what"] == "away"}
    cancelled = PlannedVisit.objects.filter(plan=plan, status="cancelled").values_list("pk", flat=True)
    assert {str(pk) for pk in cancelled} == fallen


def test_change_is_refused_once_it_would_do_something_else(api, plan, clinician):
    looked = api.post(f"plans/{plan.pk}/preview", {"imaging_interval": 9})
    visit = visit_of(plan, "M9", "imaging")
    book_visits(visits=[visit], on=visit.target, by=clinician, today=TODAY, reason="Only day.")

    body = {"imaging_interval": 9, "seen": looked.json()["version"]}
    refused = api.patch(f"plans/{plan.pk}", body, If_Match=looked["ETag"])

    assert refused.status_code == 412
    assert not Event.objects.filter(kind="plan.changed").exists()


def test_change_needs_the_version_that_was_read(api, plan):
    assert api.patch(f"plans/{plan.pk}", {"imaging_interval": 9}).status_code == 428
    assert api.patch(f"plans/{plan.pk}", {"imaging_interval": 9}, If_Match='"other"').status_code == 412


def test_markers_and_a_longer_interval_are_changed_with_a_reason(api, plan, clinic):
    coordinator = ApiClient(member_of(clinic, Role.COORDINATOR))
    longer = {"annual_interval": 24, "annual_reason": "Frail.", "markers": ["metanephrines"], "reason": "So."}

    refused = coordinator.post(f"plans/{plan.pk}/preview", longer)
    etag = api.get(f"plans/{plan.pk}")["ETag"]
    changed = api.patch(f"plans/{plan.pk}", longer, If_Match=etag)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "annual_interval"
    assert [changed.json()[name] for name in ("annual_interval", "markers")] == [24, ["metanephrines"]]
    assert Event.objects.get(kind="plan.changed").reason == "So."


def test_date_of_a_treatment_is_corrected_as_it_was_looked_at(api, plan):
    before, address = dates_of(plan), f"treatments/{plan.treatment_id}/redate"
    on = date(2024, 1, 29)
    body = {"started_on": on.isoformat(), "reason": "Misread."}

    looked = api.post(f"{address}/preview", body)
    assert dates_of(plan) == before
    changed = api.post(address, body | {"seen": looked.json()["version"]}, If_Match=looked["ETag"])

    assert (changed.status_code, changed.json()["started_on"]) == (200, "2024-01-29")
    moved = {row["visit"]: row["after"]["target"] for row in looked.json()["changed"]}
    after = {str(pk): target.isoformat() for pk, target in dates_of(plan).items()}
    assert {pk: after[pk] for pk in moved} == moved
    assert len(moved) == len(before)


def test_date_is_not_corrected_from_an_old_look(api, plan):
    address = f"treatments/{plan.treatment_id}/redate"

    refused = api.post(address, {"started_on": "2024-01-29", "reason": "Misread.", "seen": "other"})

    assert refused.status_code == 412
    assert not Event.objects.filter(kind="treatment.redated").exists()


def test_further_treatment_is_looked_at_before_it_is_recorded(api, plan):
    before = everything()
    body = {"patient": str(plan.patient_id), "started_on": TODAY.isoformat(), "override_reason": "Early by decision."}

    shown = api.post("treatments/preview", body).json()

    assert everything() == before
    assert {"new", "replaced"} <= {count["what"] for count in shown["counts"]}


def test_treatment_entered_in_error_is_looked_at_and_withdrawn_as_it_was_seen(api, plan):
    path = f"treatments/{plan.treatment_id}/withdraw"
    looked = api.post(f"{path}/preview", {"reason": "Wrong patient"}).json()
    assert {row["what"] for row in looked["changed"]} == {"away"}
    assert api.post(path, {"reason": "Wrong patient", "seen": "something else"}).status_code == 412

    gone = api.post(path, {"reason": "Wrong patient", "seen": looked["version"]})

    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")


def test_planned_treatment_is_looked_at_before_it_is_confirmed(api, plan):
    planned = {"patient": str(plan.patient_id), "started_on": TODAY.isoformat(), "state": "planned"}
    made = api.post("treatments", {**planned, "override_reason": "Early by decision."}).json()
    before = everything()

    body = {"started_on": TODAY.isoformat(), "override_reason": "Early by decision."}
    shown = api.post(f"treatments/{made['id']}/confirm/preview", body).json()

    assert "new" in {count["what"] for count in shown["counts"]}
    assert everything() == before
