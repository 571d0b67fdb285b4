"""What a clinic does on its first day, in a real browser: sign in, enrol, record, book, print."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Clinic, Membership, Role
from patients.models import Patient, SupportiveCare
from schedules.actions import load_packaged_protocol
from schedules.models import Appointment, Plan, VisitRecord
from tests.browser.barriers import WCAG, barriers
from tests.factories import ClinicFactory, MembershipFactory, StaffFactory, enrolled, visit_of

PASSWORD = "correct horse battery"


@pytest.fixture
def clinic() -> Clinic:
    load_packaged_protocol(by=None)
    return ClinicFactory(name="Harbour Clinic", time_zone="UTC")


@pytest.fixture
def clinician(clinic: Clinic) -> Membership:
    staff = StaffFactory(name="Dr Test", email="dr@example.org")
    staff.set_password(PASSWORD)
    staff.save()
    return MembershipFactory(clinic=clinic, staff=staff, role=Role.CLINICIAN)


@pytest.fixture
def today(clinic: Clinic) -> date:
    return clinic.local_date(timezone.now())


@pytest.fixture
def plan_in_week_five(clinician: Membership, today: date) -> Plan:
    return enrolled(
        by=clinician.staff,
        clinic=clinician.clinic,
        started_on=today - timedelta(days=35),
        today=today,
        family_name="Brower",
        given_name="Ada",
    )


def sign_in(page: Page, email: str = "dr@example.org", password: str = PASSWORD) -> None:
    page.goto("/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")


@pytest.mark.usefixtures("clinician")
def test_empty_clinic_says_what_to_do_first(page: Page) -> None:
    sign_in(page)
    expect(page.get_by_role("link", name="Enrol patient")).to_be_visible()


@pytest.mark.usefixtures("clinician")
def test_enrolling_shows_the_timeline_and_saves_only_when_told(page: Page, today: date) -> None:
    sign_in(page)
    page.goto("/patients/new/")
    page.get_by_label("MRN").fill("B-100")
    page.get_by_label("Family name").fill("Brower")
    page.get_by_label("Given name").fill("Ada")
    page.get_by_label("Birth date").fill("1961-03-03")
    page.get_by_label("Female", exact=True).check()
    page.get_by_label("Indication").select_option("pheochromocytoma")
    page.get_by_label("Date of the treatment").fill((today - timedelta(days=1)).isoformat())
    page.get_by_label("Administered activity").fill("18.5")
    page.get_by_label("Weight (kg)").fill("70")
    page.get_by_role("button", name="Show the timeline").click()
    expect(page.get_by_role("button", name=re.compile("^Enrol and store 47"))).to_be_visible()
    assert Patient.objects.count() == 0

    page.get_by_role("button", name=re.compile("^Enrol and store 47")).click()
    expect(page.get_by_text("BROWER, Ada").first).to_be_visible()
    plan = Plan.objects.get()
    assert (plan.anchor, plan.visits.count()) == (today - timedelta(days=1), 47)
    assert Patient.objects.get().cumulative_activity_mbq() == 18500


def test_recording_from_the_worklist_marks_the_row_and_can_be_undone(page: Page, plan_in_week_five: Plan) -> None:
    sign_in(page)
    week5 = visit_of(plan_in_week_five, "W5")
    row = page.locator(f"#visit-{week5.pk}")
    row.get_by_role("link", name="Record").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Done", exact=True).first.check()
    dialog.get_by_role("button", name="Record visit").click()
    expect(row).to_contain_text("Done")
    assert VisitRecord.objects.get().visit == week5

    row.get_by_role("button", name="Undo").click()
    page.wait_for_load_state("networkidle")
    week5.refresh_from_db()
    assert (week5.status, VisitRecord.objects.get().withdrawn) == ("planned", True)


def test_a_row_is_worked_by_keyboard_alone(page: Page, plan_in_week_five: Plan) -> None:
    sign_in(page)
    page.locator(f"#visit-{visit_of(plan_in_week_five, 'W5').pk} a").first.focus()
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_contain_text("Week 5")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("brow")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/patients/\?q=brow"))
    expect(page.get_by_role("link", name="BROWER, Ada")).to_be_visible()


def test_booking_one_date_for_two_visits(page: Page, plan_in_week_five: Plan, today: date) -> None:
    sign_in(page)
    page.goto(f"/visits/{visit_of(plan_in_week_five, 'W8').pk}/book/")
    page.get_by_label(re.compile("Month 2")).check()
    page.get_by_role("button", name=re.compile("^Book")).click()
    expect(page.get_by_text("Booked").first).to_be_visible()
    assert {v.timepoint for v in Appointment.objects.get().visits.all()} == {"W8", "M2"}


def test_visit_plan_opens_as_pdf(page: Page, plan_in_week_five: Plan) -> None:
    sign_in(page)
    page.goto(f"/patients/{plan_in_week_five.patient_id}/")
    link = page.locator("a[href$='visit-plan.pdf']").first
    response = page.context.request.get(link.get_attribute("href") or "")
    assert (response.status, response.headers["content-type"], response.body()[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )


def test_a_foreign_patient_is_not_there(page: Page, clinician: Membership, today: date) -> None:
    elsewhere = MembershipFactory(clinic=ClinicFactory())
    foreign = enrolled(by=elsewhere.staff, clinic=elsewhere.clinic, started_on=today - timedelta(days=9), today=today)
    sign_in(page)
    assert page.context.request.get(f"/patients/{foreign.patient_id}/").status == 404


@pytest.mark.usefixtures("plan_in_week_five")
@pytest.mark.parametrize(
    "path",
    ["/", "/patients/", "/patients/new/", "/calendar/", "/protocols/", "/import/", "/patient", "/record", "/api/docs/"],
)
def test_page_has_no_accessibility_violations_and_fits_a_phone(page: Page, path: str) -> None:
    plan = Plan.objects.get()
    known = {"/patient": f"/patients/{plan.patient_id}/", "/record": f"/visits/{visit_of(plan, 'W5').pk}/record/"}
    sign_in(page)
    page.goto(known.get(path, path))
    page.wait_for_load_state("networkidle")  # the page of the API draws itself
    assert barriers(page, only=WCAG if path == "/api/docs/" else None) == []


def test_screenshots_of_the_demo(page: Page, keep_screenshot: Callable[[Page, str], Path], settings) -> None:
    """The pictures people look at before they try the product; docs/images has those that README and docs show."""
    settings.DEMO = True
    call_command("seed_demo", patients=20, seed=1)
    sign_in(page, "clinician@example.org", "iotrex-demo")
    worklist = keep_screenshot(page, "worklist", full_page=False)
    page.goto("/patients/")
    page.locator("tbody tr a").first.click()
    page.wait_for_load_state("networkidle")
    patient = keep_screenshot(page, "patient")
    page.goto("/alerts/")
    alerts = keep_screenshot(page, "alerts", full_page=False)
    page.goto(f"/patients/{SupportiveCare.objects.filter(product='platelets').latest('given_on').patient_id}/results/")
    page.get_by_role("link", name="Blood count", exact=True).click()
    page.wait_for_load_state("networkidle")
    flowsheet = keep_screenshot(page, "flowsheet", full_page=False)
    assert min(picture.stat().st_size for picture in (worklist, patient, alerts, flowsheet)) > 20_000
