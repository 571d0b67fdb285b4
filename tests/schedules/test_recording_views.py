"""Recording on pages: from a row of the worklist, as a whole page, and the decisions about a visit not done."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Staff
from events.models import Event
from schedules.actions import record_visit
from schedules.models import Plan, PlannedVisit, VisitRecord
from tests.factories import MembershipFactory, enrolled, visit_of

TODAY = date(2024, 3, 27)
FROM_WORKLIST = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
FROM_PATIENT = {"HX-Request": "true", "HX-Current-URL": "http://testserver/patients/"}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 27, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def signed_in(client: Client, clinician: Staff) -> Client:
    client.force_login(clinician)
    return client


def page_of(name: str, row: Any) -> str:
    return reverse(f"schedules:{name}", args=[row.pk])


def words(response: Any) -> str:
    return unescape(response.content.decode())


def mistakes(response: Any) -> tuple[int, list[str]]:
    return response.status_code, list(response.context["form"].errors)


def test_count_recorded_from_its_row_answers_with_the_row_and_an_undo(signed_in: Client, plan: Plan) -> None:
    visit = visit_of(plan, "W8")
    entered = {"occurred_on": "2024-03-27", "outcome_cbc": "done"}

    response = signed_in.post(page_of("record_visit", visit), entered, headers=FROM_WORKLIST)

    undo = reverse("schedules:undo", args=[Event.objects.get(kind="visit.recorded").pk])
    row = response.context["row"]
    assert (row.visit, row.status, row.visit.done_on) == (visit, "Done", TODAY)
    assert words(response).strip().startswith(f'<tr id="visit-{visit.pk}" data-row>')
    assert words(response).count(f'action="{undo}"') == 2  # in the row and in the message
    assert 'hx-swap-oob="true"' in words(response)


def test_count_recorded_elsewhere_reads_the_page_anew(signed_in: Client, plan: Plan) -> None:
    entered = {"occurred_on": "2024-03-27", "outcome_cbc": "done"}

    response = signed_in.post(page_of("record_visit", visit_of(plan, "W8")), entered, headers=FROM_PATIENT)

    assert response.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(("way_back", "there"), [("/?phase=weeks", "/?phase=weeks"), ("https://elsewhere.org/", None)])
def test_form_without_a_script_goes_back_to_where_it_was_opened(
    signed_in: Client, plan: Plan, way_back: str, there: str | None
) -> None:
    visit = visit_of(plan, "W8")
    entered = {"occurred_on": "2024-03-27", "outcome_cbc": "done", "next": way_back}

    response = signed_in.post(page_of("record_visit", visit), entered)

    assert (response.status_code, response.url) == (302, there or page_of("visit", visit))


def test_whole_form_stores_examination_vital_signs_and_place(signed_in: Client, plan: Plan) -> None:
    entered = {
        "occurred_on": "2024-03-26",
        "outcome_physician_visit": "done",
        "outcome_cbc": "drawn",
        "outcome_chemistry": "open",
        "outcome_thyroid": "open",
        "finding_petechiae": "present",
        "finding_bruising": "absent",
        "finding_fatigue": "",
        "temperature_c": "36.8",
        "systolic_mmhg": "120",
        "diastolic_mmhg": "80",
        "heart_rate_bpm": "72",
        "weight_kg": "61.25",
        "height_cm": "168.5",
        "other_symptoms": "none",
        "note": "well",
        "elsewhere": "on",
        "place": "Dr. Example’s practice",
    }

    signed_in.post(page_of("record_visit", visit_of(plan, "M2")), entered)

    record = VisitRecord.objects.get()
    assert record.findings == {"petechiae": "present", "bruising": "absent"}
    assert (record.activities, record.place, record.elsewhere) == (
        ["cbc", "physician_visit"],
        "Dr. Example’s practice",
        True,
    )
    assert (record.temperature_c, record.systolic_mmhg, record.diastolic_mmhg, record.heart_rate_bpm) == (
        Decimal("36.8"),
        120,
        80,
        72,
    )
    assert (record.weight_kg, record.height_cm, record.note) == (Decimal("61.25"), Decimal("168.5"), "well")
    assert statuses(plan, "M2") == {
        "cbc": "drawn",
        "chemistry": "planned",
        "physician_visit": "done_elsewhere",
        "thyroid": "planned",
    }


def statuses(plan: Plan, timepoint: str) -> dict[str, str]:
    return dict(visit_of(plan, timepoint).activities.values_list("activity", "status"))


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({}, ["outcome_cbc"]),
        ({"outcome_cbc": "open"}, ["__all__"]),
        ({"outcome_cbc": "guessed"}, ["outcome_cbc"]),
        ({"outcome_cbc": "done", "occurred_on": "2024-03-28"}, ["occurred_on"]),
        ({"outcome_cbc": "done", "occurred_on": "2024-01-30"}, ["occurred_on"]),
        ({"outcome_cbc": "done", "occurred_on": "2024-02-30"}, ["occurred_on"]),
        ({"outcome_cbc": "done", "occurred_on": "2024-03-22"}, ["timing_reason"]),
        ({"outcome_cbc": "done", "occurred_on": "2024-03-22", "timing_reason": "other"}, ["timing_text"]),
        ({"outcome_cbc": "done", "temperature_c": "368", "weight_kg": "0.5"}, ["temperature_c", "weight_kg"]),
        ({"outcome_cbc": "done", "systolic_mmhg": "80", "diastolic_mmhg": "120"}, ["diastolic_mmhg"]),
        ({"outcome_cbc": "done", "heart_rate_bpm": "72.5"}, ["heart_rate_bpm"]),
        ({"outcome_cbc": "done", "finding_fatigue": "a bit"}, ["finding_fatigue"]),
    ],
)
def test_mistake_stands_at_its_field_and_nothing_is_stored(
    signed_in: Client, plan: Plan, entered: dict[str, str], fields: list[str]
) -> None:
    response = signed_in.post(page_of("record_visit", visit_of(plan, "W8")), {"occurred_on": "2024-03-27", **entered})

    assert mistakes(response) == (422, fields)
    assert VisitRecord.objects.count() == 0


def test_mistake_in_the_dialog_shows_the_dialog_again(signed_in: Client, plan: Plan) -> None:
    visit = visit_of(plan, "W8")

    response = signed_in.post(page_of("record_visit", visit), {"occurred_on": "2024-03-22"}, headers=FROM_WORKLIST)

    assert (response.status_code, response.headers["HX-Retarget"]) == (422, "#dialog")
    assert words(response).strip().startswith('<dialog class="modal" id="record"')


@pytest.mark.parametrize(
    ("day", "asked"), [("2024-03-22", True), ("2024-03-23", False), ("2024-03-27", False), ("", False)]
)
def test_reason_is_asked_for_once_the_day_lies_outside_the_window(
    signed_in: Client, plan: Plan, day: str, asked: bool
) -> None:
    response = signed_in.get(
        page_of("record_visit", visit_of(plan, "W8")),
        {"occurred_on": day},
        headers={"HX-Request": "true", "HX-Target": "timing"},
    )

    assert words(response).strip().startswith('<div id="timing"')
    assert ('name="timing_reason"' in words(response)) is asked


def test_specimen_that_serves_another_timepoint_says_so_and_the_link_is_undone_by_itself(
    signed_in: Client, plan: Plan
) -> None:
    entered = {"occurred_on": "2024-03-27", "outcome_cbc": "open", "outcome_physician_visit": "open"}
    entered |= {"outcome_chemistry": "done", "outcome_thyroid": "open"}
    signed_in.post(reverse("schedules:record_unscheduled", args=[plan.patient_id]), entered)
    chemistry = visit_of(plan, "M2").activities.get(activity="chemistry")
    assert (chemistry.status, chemistry.record.visit) == ("done", None)

    refused = signed_in.post(page_of("release_activity", chemistry), {"reason": ""})
    signed_in.post(page_of("release_activity", chemistry), {"reason": "haemolysed"})

    assert mistakes(refused) == (422, ["reason"])
    assert statuses(plan, "M2")["chemistry"] == "planned"
    assert VisitRecord.objects.get().withdrawn is False


def test_unscheduled_visit_without_anything_is_refused(signed_in: Client, plan: Plan) -> None:
    page = reverse("schedules:record_unscheduled", args=[plan.patient_id])

    assert mistakes(signed_in.post(page, {"occurred_on": "2024-03-27"})) == (422, ["__all__"])


def test_result_received_from_the_row(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    visit = visit_of(plan, "W8")
    record_visit(visit=visit, occurred_on=TODAY, outcomes={"cbc": "drawn"}, by=clinician, today=TODAY)

    response = signed_in.post(page_of("receive_results", visit), {"activities": ["cbc"]}, headers=FROM_WORKLIST)

    assert response.context["row"].status == "Done"


def test_result_nobody_waits_for_is_told_in_words(signed_in: Client, plan: Plan) -> None:
    visit = visit_of(plan, "W8")

    response = signed_in.post(page_of("receive_results", visit), {"activities": ["cbc"]}, headers=FROM_WORKLIST)

    assert (response.status_code, response.headers["HX-Retarget"]) == (409, "#messages")
    assert "No result is awaited for this." in words(response)


def test_missed_visit_keeps_reason_and_next_step(signed_in: Client, plan: Plan) -> None:
    visit = visit_of(plan, "W7")
    entered = {"reason": "snowed in", "next_step": "count on Thursday"}

    refused = signed_in.post(page_of("miss_visit", visit), {"reason": "", "next_step": ""})
    response = signed_in.post(page_of("miss_visit", visit), entered, headers=FROM_WORKLIST)

    assert mistakes(refused) == (422, ["reason"])
    assert response.context["row"].status == "Missed"
    visit.refresh_from_db()
    assert (visit.closing_reason, visit.next_step) == ("snowed in", "count on Thursday")


def test_some_activities_do_not_apply_and_the_rest_stays_due(signed_in: Client, plan: Plan) -> None:
    visit = visit_of(plan, "M2")
    entered = {"activities": ["thyroid", "chemistry"], "reason": "thyroidectomy"}

    response = signed_in.post(page_of("rule_out_visit", visit), entered, headers=FROM_WORKLIST)

    assert (response.context["row"].status, response.context["row"].activities) == ("Due", ["cbc", "physician_visit"])


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"activities": ["cbc"], "reason": ""}, ["reason"]),
        ({"activities": [], "reason": "x"}, ["activities"]),
        ({"activities": ["mibg_scan"], "reason": "x"}, ["activities"]),
    ],
)
def test_mistake_about_what_does_not_apply(
    signed_in: Client, plan: Plan, entered: dict[str, Any], fields: list[str]
) -> None:
    assert mistakes(signed_in.post(page_of("rule_out_visit", visit_of(plan, "M2")), entered)) == (422, fields)


def test_visit_page_names_what_fulfilled_each_activity_and_why_the_date(
    signed_in: Client, plan: Plan, clinician: Staff
) -> None:
    visit = visit_of(plan, "W8")
    record_visit(visit=visit, occurred_on=TODAY, outcomes={"cbc": "done"}, by=clinician, today=TODAY)

    response = signed_in.get(page_of("visit", visit))

    assert response.context["row"].status == "Done"
    assert "Wed 31 Jan 2024 + 56 days is Wed 27 Mar 2024" in response.context["trace"].sentence
    assert [activity.record.recorded_by for activity in response.context["activities"]] == [clinician]


def test_undo_puts_the_visit_back_and_says_so(signed_in: Client, plan: Plan) -> None:
    visit = visit_of(plan, "W8")
    signed_in.post(page_of("record_visit", visit), {"occurred_on": "2024-03-27", "outcome_cbc": "done"})
    event = Event.objects.get(kind="visit.recorded")

    response = signed_in.post(reverse("schedules:undo", args=[event.pk]), headers={"Referer": "http://testserver/"})

    visit.refresh_from_db()
    assert (visit.status, response.url) == ("planned", "http://testserver/")


VISIT_PAGES = ["visit", "record_visit", "receive_results", "miss_visit", "rule_out_visit", "book"]


@pytest.mark.parametrize("name", VISIT_PAGES)
def test_visit_of_another_clinic_does_not_exist(signed_in: Client, name: str) -> None:
    other = MembershipFactory()
    plan = enrolled(by=other.staff, clinic=other.clinic, started_on=date(2024, 1, 31), today=TODAY)
    send = signed_in.post if name == "receive_results" else signed_in.get

    assert send(page_of(name, visit_of(plan, "W8"))).status_code == 404


@pytest.mark.parametrize("name", VISIT_PAGES)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_those_who_only_read_see_the_visit_and_change_nothing(
    client: Client, plan: Plan, name: str, role: Role
) -> None:
    client.force_login(MembershipFactory(clinic=plan.clinic, role=role).staff)
    page = page_of(name, visit_of(plan, "W8"))

    assert (client.get(page) if name == "visit" else client.post(page)).status_code == (200 if name == "visit" else 403)
    assert PlannedVisit.objects.exclude(status="planned").count() == 0
