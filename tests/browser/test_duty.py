"""The pages of the ladder, of absences and of the hand-over, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Cover, LadderStep, Membership, Role
from labs.actions.climbing import escalate_alerts
from labs.alerting.deadlines import begin_waiting
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert
from tests.browser.barriers import barriers, violations
from tests.browser.test_journeys import PASSWORD, sign_in
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, StaffFactory
from tests.labs.factories import AlertFactory


@pytest.fixture
def administrator() -> Membership:
    staff = StaffFactory(name="Dr Test", email="dr@example.org")
    staff.set_password(PASSWORD)
    staff.save()
    return MembershipFactory(clinic=ClinicFactory(time_zone="UTC"), staff=staff, role=Role.ADMINISTRATOR)


@pytest.fixture
def alert(administrator: Membership) -> Alert:
    """An immediate alert that has climbed one step, in a clinic with a ladder and an absence."""
    clinic, now = administrator.clinic, timezone.now()
    people = [MembershipFactory(clinic=clinic, staff__name=name).staff for name in ("Dr Cover", "Dr Lead")]
    for step, staff in zip(LadderStep.Step, people, strict=True):
        LadderStep.objects.create(clinic=clinic, step=step, staff=staff, test_sent_at=now)
    today = clinic.local_date(now)
    Cover.objects.create(clinic=clinic, staff=people[0], substitute=people[1], starts_on=today, ends_on=today)
    raised = now - timedelta(minutes=20)
    found: Alert = AlertFactory.build(patient=PatientFactory(clinic=clinic), tier="immediate", opened_at=raised)
    begin_waiting(found, now=raised, answer_by=raised + timedelta(minutes=15))
    found.save()
    tell_of_alert(found, what=What.RAISED, now=raised)
    escalate_alerts(now=now)
    return found


def test_administrator_puts_a_clinician_on_call_and_the_warning_goes(page: Page, administrator: Membership) -> None:
    MembershipFactory(clinic=administrator.clinic, staff__name="Dr Cover")
    sign_in(page)
    page.get_by_role("link", name="Put a clinician on the ladder").click()
    page.get_by_label("Clinician", exact=True).select_option("Dr Cover")
    page.get_by_role("button", name="Add to the ladder").click()
    expect(page.get_by_text("Nobody is on call")).to_have_count(0)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("A test was sent to 1 person")).to_be_visible()


@pytest.mark.parametrize("path", ["/ladder/", "/away/", "/handover/", "/alerts/{alert}/", "/inbox/"])
def test_page_has_no_accessibility_violations_and_fits_a_phone(page: Page, alert: Alert, path: str) -> None:
    sign_in(page)
    page.goto(path.format(alert=alert.pk))
    assert barriers(page) == []


def test_warning_has_no_accessibility_violations(page: Page, administrator: Membership) -> None:
    sign_in(page)
    page.goto("/ladder/")
    assert violations(page) == []
