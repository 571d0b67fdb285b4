"""Imaging in a real browser: from a study to a signed response, and what progression puts before a clinician."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Clinic, Membership
from patients.models import Patient
from tests.browser.barriers import violations
from tests.browser.conftest import PHONE
from tests.browser.test_journeys import clinic, clinician, sign_in  # noqa: F401 (fixtures)
from tests.factories import enrolled


@pytest.fixture
def today(clinic: Clinic) -> date:  # noqa: F811
    return clinic.local_date(timezone.now())


@pytest.fixture
def patient(clinician: Membership, today: date) -> Patient:  # noqa: F811
    """A patient whose first imaging is due today."""
    treated = today - timedelta(days=90)
    return enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=treated, today=today).patient


def record_ct(page: Page, patient: Patient, day: date) -> None:
    page.goto(f"/patients/{patient.pk}/imaging/new/")
    page.get_by_label("What was done").select_option("ct")
    page.get_by_label("Images taken on").fill(day.isoformat())
    page.get_by_label("Thickness of slices (mm)").fill("2.5")
    page.get_by_role("button", name="Record imaging").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("CT")


def add_lesion(page: Page, name: str, organ: str, mm: str, *, another: bool) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Organ").fill(organ)
    page.get_by_label("Diameter (mm)").fill(mm)
    if page.get_by_label("Target", exact=True).count():
        page.get_by_label("Target", exact=True).check()
    page.get_by_role("button", name="Add, and another" if another else "Add lesion").click()


def test_study_to_progression(page: Page, patient: Patient, today: date, keep_screenshot) -> None:
    sign_in(page)
    before = today - timedelta(days=100)
    record_ct(page, patient, before)
    keep_screenshot(page, "imaging-study")
    page.goto(f"/patients/{patient.pk}/response/")
    page.get_by_role("link", name="Open the baseline").click()
    page.get_by_label("CT,").check()
    assert violations(page) == []
    page.get_by_role("button", name="Open assessment").click()
    page.get_by_role("link", name="Add a lesion").click()
    add_lesion(page, "Liver 1", "liver", "40", another=True)
    add_lesion(page, "Lung 1", "lung", "20", another=False)
    keep_screenshot(page, "imaging-baseline")
    assert violations(page) == []
    page.get_by_role("button", name="Save and sign baseline").click()
    expect(page.get_by_text("Signed by")).to_be_visible()

    record_ct(page, patient, today)
    expect(page.get_by_text("Month 3 imaging").first).to_be_visible()
    page.goto(f"/patients/{patient.pk}/response/new/")
    page.locator("input[name=studies]").first.check()
    page.get_by_role("button", name="Open assessment").click()
    page.get_by_label("Liver 1: mm").fill("50")
    page.get_by_label("Lung 1: mm").fill("22.5")
    page.get_by_role("button", name="Save without signing").click()
    expect(page.get_by_text("+20.83 % and +12.5 mm: progression.")).to_be_visible()
    keep_screenshot(page, "imaging-assessment")
    assert violations(page) == []
    page.get_by_label("MIBG scan against the baseline").select_option("better")
    page.get_by_role("button", name="Save and sign", exact=True).click()

    expect(page.get_by_text("The MIBG scan is better while CT or MRI shows progression")).to_be_visible()
    expect(page.get_by_role("link", name="Record relapse or progression")).to_be_visible()
    keep_screenshot(page, "imaging-signed")
    assert violations(page) == []
    page.goto(f"/patients/{patient.pk}/response/")
    keep_screenshot(page, "imaging-response")
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    for name, address in (
        ("response", f"/patients/{patient.pk}/response/"),
        ("studies", f"/patients/{patient.pk}/imaging/"),
    ):
        page.goto(address)
        keep_screenshot(page, f"imaging-{name}-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
