"""The chase list in a real browser: a call by key and dialog, with an undo; on a phone; without barriers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Membership
from patients.contacting import ContactFacts, log_contact
from patients.models import ContactEntry
from schedules.actions import load_packaged_protocol
from schedules.models import Plan
from tests.browser.barriers import barriers, violations
from tests.browser.test_journeys import PASSWORD, sign_in
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, StaffFactory, enrolled


@pytest.fixture
def clinician() -> Membership:
    load_packaged_protocol(by=None)
    staff = StaffFactory(name="Dr Test", email="dr@example.org")
    staff.set_password(PASSWORD)
    staff.save()
    return MembershipFactory(clinic=ClinicFactory(time_zone="UTC"), staff=staff)


@pytest.fixture
def plan(clinician: Membership) -> Plan:
    """Somebody overdue, whose mother is called, after three attempts in vain."""
    now = timezone.now()
    today = now.date()
    plan = enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=today - timedelta(days=40), today=today)
    plan.patient.contacts.create(
        clinic=clinician.clinic, name="Eva Prueba", relation="mother", phone="+34 600 000 001", interpreter=True
    )
    for days in (12, 11, 10):
        facts = ContactFacts(at=now - timedelta(days=days), outcome="no_answer")
        log_contact(patient=plan.patient, facts=facts, by=clinician.staff, now=now)
    return plan


@pytest.fixture
def word(clinician: Membership) -> ContactEntry:
    patient = PatientFactory(clinic=clinician.clinic, family_name="Brower", given_name="Ada")
    now = timezone.now()
    facts = ContactFacts(at=now, direction="in", means="reply", outcome="told_us", said="I am shivering.")
    return log_contact(patient=patient, facts=facts, by=None, now=now)


def test_call_is_logged_by_key_in_a_dialog_and_undone(page: Page, plan: Plan) -> None:
    sign_in(page)
    page.get_by_role("link", name="Chase").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chase")
    expect(page.get_by_text("3 attempts in vain")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("needs an interpreter")
    dialog.get_by_label("Call again").check()
    dialog.get_by_role("button", name="Log the call").click()
    expect(dialog).to_contain_text("Say on which day to call again.")
    dialog.get_by_label("Reached, and agreed").check()
    dialog.get_by_role("button", name="Log the call").click()
    expect(page.locator("#messages")).to_contain_text("Reached, and agreed")
    expect(page.get_by_text("Nobody has to be reached")).to_be_visible()
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#chase-{plan.patient_id}")).to_be_visible()


def test_word_is_dealt_with_and_its_red_flag_alerts(page: Page, word: ContactEntry) -> None:
    sign_in(page)
    page.goto("/chase/")
    page.get_by_role("link", name="Words that came in 1").click()
    page.get_by_role("link", name="Deal with it").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Fever or shivering").check()
    dialog.get_by_label("What follows").fill("Sent to the emergency room.")
    dialog.get_by_role("button", name="Dealt with").click()
    expect(page.get_by_text("No word waits")).to_be_visible()
    expect(page.get_by_role("link", name="1 open alert: immediate")).to_be_visible()


PAGES = ("/chase/", "/chase/words/", "/patients/{}/contact-log/", "/patients/{}/contact-log/new/")


@pytest.mark.parametrize("address", PAGES)
def test_pages_fit_a_phone_and_have_no_barriers(page: Page, plan: Plan, word: ContactEntry, address: str) -> None:
    sign_in(page)
    page.goto(address.format(plan.patient_id))
    assert barriers(page) == []
    assert violations(page) == []
