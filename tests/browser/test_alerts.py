"""Answering alerts in a real browser: by key, in a dialog, with an undo; on a phone; without barriers."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Membership
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert
from tests.browser.barriers import barriers
from tests.browser.test_journeys import PASSWORD, sign_in
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, StaffFactory
from tests.labs.factories import AlertFactory, FindingFactory


@pytest.fixture
def clinician() -> Membership:
    staff = StaffFactory(name="Dr Test", email="dr@example.org")
    staff.set_password(PASSWORD)
    staff.save()
    return MembershipFactory(clinic=ClinicFactory(time_zone="UTC"), staff=staff)


def raised(clinician: Membership, now: datetime, **facts: object) -> Alert:
    patient = PatientFactory(clinic=clinician.clinic)
    alert = AlertFactory(patient=patient, opened_at=now, answer_by=now + timedelta(hours=4), **facts)
    FindingFactory(alert=alert)
    tell_of_alert(alert, what=What.RAISED, now=now)
    return alert


@pytest.fixture
def alert(clinician: Membership) -> Alert:
    return raised(clinician, timezone.now())


def test_alert_is_answered_by_two_keys_and_undone(page: Page, alert: Alert) -> None:
    sign_in(page)
    page.get_by_role("link", name="1 open alert: same day").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("3")
    expect(page.get_by_label("Admitted")).to_be_checked()
    expect(page.get_by_label("By when?")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Alert acknowledged, admitted by")
    expect(page.locator(f"#alert-{alert.pk}")).to_contain_text("Admitted by")
    expect(page.get_by_role("link", name="1 open alert: same day")).to_have_count(0)
    page.locator(f"#alert-{alert.pk}").get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undone")
    alert.refresh_from_db()
    assert alert.state == "open"


def test_alert_is_handed_over_on_its_page(page: Page, alert: Alert, clinician: Membership) -> None:
    MembershipFactory(clinic=clinician.clinic, staff__name="Nuria Test")
    sign_in(page)
    page.goto(f"/alerts/{alert.pk}/")
    page.get_by_text("More").click()
    page.get_by_role("link", name="Hand over").click()
    page.get_by_label("To", exact=True).select_option("Nuria Test")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#messages")).to_contain_text("Alert handed over to Nuria Test")
    expect(page.locator("main")).to_contain_text("Nuria Test")


def test_message_leads_to_its_alert_and_counts_as_read(page: Page, alert: Alert) -> None:
    sign_in(page)
    page.get_by_role("link", name="Inbox, 1 unread").click()
    page.get_by_role("button", name=alert.sentence).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Low blood counts")
    expect(page.get_by_role("link", name="Inbox, 0 unread")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/alerts/", "/alerts/{alert}/", "/alerts/{alert}/acknowledge/", "/alerts/{alert}/told/", "/inbox/",
             "/patients/{patient}/alerts/", "/patients/{patient}/adverse-events/",
             "/patients/{patient}/adverse-events/new/"]
)  # fmt: skip
def test_page_has_no_accessibility_violations_and_fits_a_phone(page: Page, alert: Alert, path: str) -> None:
    sign_in(page)
    page.goto(path.format(alert=alert.pk, patient=alert.patient_id))
    assert barriers(page) == []
