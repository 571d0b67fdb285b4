"""The pages on which a plan is changed, looked at one after the other: they open, without barriers, on a phone too."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from accounts.models import Membership, Role
from patients.models import ClinicalEvent
from schedules.actions.proposals import offer_by_hand
from schedules.models import Appointment, Plan, Protocol
from tests.browser.barriers import barriers
from tests.browser.conftest import DESKTOP
from tests.browser.test_journeys import (  # noqa: F401 (fixtures)
    clinic,
    clinician,
    plan_in_week_five,
    sign_in,
    today,
)
from tests.factories import visit_of


def barriers_of(page: Page, paths: list[str]) -> dict[str, object]:
    """What stands in somebody's way on each of `paths`: another page than asked for, or barriers."""
    found: dict[str, object] = {}
    for path in paths:
        page.set_viewport_size(DESKTOP)
        response = page.goto(path)
        if response is None or response.status != 200 or not page.url.endswith(path):
            found[path] = (response and response.status, page.url)
        elif barred := barriers(page):
            found[path] = barred
    return found


def test_pages_that_change_a_plan_have_no_barriers(page: Page, plan_in_week_five: Plan, today: date) -> None:  # noqa: F811
    plan, patient = plan_in_week_five, plan_in_week_five.patient
    by = plan.patient.clinic.memberships.get().staff
    offered = offer_by_hand(
        plan=plan, activity="cbc", on=today + timedelta(days=20), reason="Falling counts.", by=by, today=today
    )
    booked = Appointment.objects.create(clinic=patient.clinic, patient=patient, on=today)
    plan.visits.filter(timepoint="W5").update(appointment=booked)
    admitted = ClinicalEvent.objects.create(clinic=patient.clinic, patient=patient, kind="admission", started_on=today)
    protocol = Protocol.objects.get(pk=plan.protocol_id)
    one = f"/patients/{patient.pk}"
    sign_in(page)
    assert barriers_of(
        page,
        [
            f"{one}/clinical-events/",
            f"{one}/clinical-events/new/",
            f"{one}/clinical-events/new/?kind=pause",
            f"/clinical-events/{admitted.pk}/change/",
            f"/clinical-events/{admitted.pk}/end/",
            f"{one}/treatments/new/",
            "/additions/",
            f"{one}/additions/",
            f"{one}/additions/new/",
            f"/additions/{offered.pk}/accept/",
            f"/additions/{offered.pk}/decline/",
            "/sign-offs/",
            f"/protocols/{protocol.pk}/",
            f"/protocols/{protocol.pk}/copy/",
            "/import/protocols/",
            f"/protocols/{protocol.pk}/changes/",
            f"/protocols/{protocol.pk}/migrate/",
            f"/plans/{plan.pk}/as-of/",
            f"/visits/{visit_of(plan, 'W6').pk}/book/",
            f"/appointments/{booked.pk}/cancel/",
            f"/appointments/{booked.pk}/not-attended/",
            f"{one}/absences/",
            f"/calendar/{today.isoformat()}/",
            "/calendar/week/",
            f"{one}/fewest-trips/",
            "/planning/",
            "/planning/drift/",
            f"/plans/{plan.pk}/change/",
            f"/treatments/{plan.treatment_id}/date/",
        ],
    ) == {}  # fmt: skip


@pytest.mark.usefixtures("clinic")
def test_pages_of_places_and_closures_have_no_barriers(page: Page, clinician: Membership) -> None:  # noqa: F811
    clinician.role = Role.ADMINISTRATOR
    clinician.save()
    sign_in(page)
    assert barriers_of(page, ["/calendar/places/", "/calendar/closures/add/", "/calendar/"]) == {}
