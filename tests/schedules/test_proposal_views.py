"""Pages and routes of additions: seen by everybody, decided by clinicians after a look."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Clinic, Role, Staff
from schedules import actions
from schedules.models import Plan, Proposal
from schedules.plans.additions import Addition, timepoint
from tests.api.conftest import ApiClient
from tests.factories import ClinicFactory, MembershipFactory, enrolled


@pytest.fixture
def today(clinic: Clinic) -> date:
    return clinic.local_date(timezone.now())


@pytest.fixture
def plan(clinic: Clinic, clinician: Staff, today: date) -> Plan:
    return enrolled(by=clinician, clinic=clinic, started_on=today - timedelta(days=56), today=today)


@pytest.fixture
def offer(plan: Plan, today: date) -> Proposal:
    adds = [timepoint(today + timedelta(days=4), ["cbc"], before=1, after=1)]
    addition = Addition("earlier_draw", "anc", "ANC 4.0 and 2.0: falling.", adds, "1.0")
    return actions.propose(plan=plan, addition=addition, by=None, today=today)


@pytest.fixture
def weekly(plan: Plan, today: date) -> Proposal:
    adds = [timepoint(today + timedelta(days=7), ["cbc"], before=3, after=3)]
    addition = Addition("weekly_counts", "no count", "No count after day 45.", adds, "1.1", provisional=True)
    return actions.propose(plan=plan, addition=addition, by=None, today=today)


@pytest.fixture
def page(client: Client, clinician: Staff) -> Client:
    client.force_login(clinician)
    return client


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())


def test_offer_stands_on_the_worklist_on_its_page_and_on_the_patients(page: Client, offer: Proposal) -> None:
    for address in ("/", "/additions/", f"/patients/{offer.patient_id}/additions/"):
        seen = text(page.get(address))
        assert "An earlier draw" in seen
        assert f"/additions/{offer.pk}/accept/" in seen


def test_accepting_shows_what_it_plans_and_then_plans_it(page: Client, offer: Proposal, plan: Plan) -> None:
    address = f"/additions/{offer.pk}/accept/"
    assert "Planned for" in text(page.get(address))
    on = offer.adds[0]["target"]
    looked = page.post(address, {"on": on, "reason": "", "step": "preview"})
    assert "Day 60" in text(looked)
    assert not plan.visits.filter(phase="added").exists()

    seen = looked.context["difference"].fingerprint
    saved = page.post(address, {"on": on, "reason": "", "step": "save", "seen": seen}, follow=True)

    assert "Accepted and planned." in text(saved)
    assert plan.visits.get(phase="added").timepoint == "D60"


def test_declining_what_is_in_force_shows_what_falls_away_and_needs_a_reason(
    page: Client, weekly: Proposal, plan: Plan
) -> None:
    address = f"/additions/{weekly.pk}/decline/"
    assert page.post(address, {"reason": "", "step": "preview"}).status_code == 422
    looked = page.post(address, {"reason": "Counted elsewhere.", "step": "preview"})
    assert "Falls away" in text(looked)

    seen = looked.context["difference"].fingerprint
    page.post(address, {"reason": "Counted elsewhere.", "step": "save", "seen": seen})

    assert plan.visits.get(phase="added").status == "cancelled"


def test_offering_by_hand(page: Client, plan: Plan, today: date) -> None:
    address = f"/patients/{plan.patient_id}/additions/new/"
    assert "Somatostatin-receptor PET" in text(page.get(address))
    given = {"activity": "fdg_pet", "on": (today + timedelta(days=20)).isoformat(), "reason": "Discordance."}

    page.post(address, given)

    assert Proposal.objects.get().state == "offered"


def test_coordinator_sees_but_does_not_decide(client: Client, clinic: Clinic, offer: Proposal) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    seen = text(client.get(f"/patients/{offer.patient_id}/additions/"))
    assert "ANC 4.0 and 2.0: falling." in seen
    assert "/accept/" not in seen
    assert client.post(f"/additions/{offer.pk}/decline/", {"reason": "No."}).status_code == 403


def test_visit_says_where_it_came_from(page: Client, weekly: Proposal, plan: Plan) -> None:
    visit = plan.visits.get(phase="added")
    assert "Added: weekly counts go on, since" in text(page.get(f"/visits/{visit.pk}/"))
    assert "Added: weekly counts go on, since" in text(page.get(f"/patients/{plan.patient_id}/"))


def test_api_lists_looks_accepts_and_declines(clinician: Staff, offer: Proposal, weekly: Proposal, plan: Plan) -> None:
    api = ApiClient(clinician)
    listed = api.get("proposals?state=offered").json()["results"]
    assert [(each["id"], each["what"]) for each in listed] == [(str(offer.pk), "an earlier draw")]
    assert listed[0]["adds"][0]["timepoint"] == "D60"

    looked = api.post(f"proposals/{offer.pk}/accept/preview", {})
    assert [(each["what"], each["timepoint"]) for each in looked.json()["changed"]] == [("new", "D60")]
    assert looked["ETag"] == api.get(f"proposals/{offer.pk}")["ETag"]
    assert not plan.visits.filter(timepoint="D60").exists()

    seen = {"seen": looked.json()["version"]}
    assert (
        api.post(f"proposals/{offer.pk}/accept", {**seen, "on": offer.adds[0]["target"]}).json()["state"] == "accepted"
    )
    falls = api.post(f"proposals/{weekly.pk}/decline/preview", {"reason": "Elsewhere."}).json()
    assert [(each["what"], each["timepoint"]) for each in falls["changed"]] == [("away", "W9")]
    assert api.post(f"proposals/{weekly.pk}/decline", {"reason": "Elsewhere."}).json()["state"] == "declined"
    assert api.post(f"proposals/{weekly.pk}/decline", {"reason": "Again."}).status_code == 409
    visit = plan.visits.get(timepoint="D60")
    shown = api.get(f"visits/{visit.pk}").json()["activities"]
    assert [each["proposal"] for each in shown] == [str(offer.pk)]
    assert api.get(f"visits/{visit.pk}/why").json()["because"].startswith("Added: an earlier draw, since")


def test_api_refuses_what_would_do_something_else_than_was_looked_at(
    clinician: Staff, offer: Proposal, plan: Plan, today: date
) -> None:
    api = ApiClient(clinician)
    looked = api.post(f"proposals/{offer.pk}/accept/preview", {}).json()

    moved = {"on": str(today + timedelta(days=5)), "seen": looked["version"]}
    assert api.post(f"proposals/{offer.pk}/accept", moved).status_code == 412
    assert not plan.visits.filter(phase="added").exists()
    past = api.post(f"proposals/{offer.pk}/accept/preview", {"on": str(today - timedelta(days=5))})
    assert (past.status_code, past.json()["errors"][0]["field"]) == (422, "on")
    blank = api.post(f"proposals/{offer.pk}/decline/preview", {"reason": ""})
    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (400, "reason")


def test_api_looks_are_for_those_who_decide(clinic: Clinic, offer: Proposal) -> None:
    api = ApiClient(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    assert api.get(f"proposals/{offer.pk}").status_code == 200
    assert api.post(f"proposals/{offer.pk}/accept/preview", {}).status_code == 403
    assert api.post(f"proposals/{offer.pk}/decline", {"reason": "No."}).status_code == 403


def test_api_offers_by_hand(clinician: Staff, plan: Plan, today: date) -> None:
    api = ApiClient(clinician)
    body = {"plan": str(plan.pk), "activity": "fdg_pet", "on": str(today + timedelta(days=9)), "reason": "Recurrence."}
    made = api.post("proposals", body)
    assert (made.status_code, made.json()["state"], made.json()["adds"][0]["kind"]) == (201, "offered", "imaging")


def test_another_clinic_sees_nothing(offer: Proposal) -> None:
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)
    assert stranger.get(f"proposals/{offer.pk}").status_code == 404
    assert stranger.post(f"proposals/{offer.pk}/accept", {}).status_code == 404
