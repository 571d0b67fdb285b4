"""A scan read by three people in a real browser: on the picture, by keyboard in the table, and adjudicated."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Clinic, Membership
from imaging.models import ImagingPolicy, ImagingStudy, ScoreReading
from tests.browser.barriers import too_wide, violations
from tests.browser.conftest import PHONE
from tests.browser.test_journeys import PASSWORD, clinic, clinician, sign_in  # noqa: F401 (fixtures)
from tests.factories import MembershipFactory, StaffFactory, enrolled
from tests.imaging.factories import ReadingFactory, StudyFactory, values_of


@pytest.fixture
def today(clinic: Clinic) -> date:  # noqa: F811
    return clinic.local_date(timezone.now())


@pytest.fixture
def study(clinician: Membership, today: date) -> ImagingStudy:  # noqa: F811
    """A follow-up scan of a clinic that asks two readers, with a baseline that was read."""
    treated = today - timedelta(days=100)
    plan = enrolled(
        by=clinician.staff, clinic=clinician.clinic, started_on=treated, today=today, indication="neuroblastoma"
    )
    ImagingPolicy.objects.create(clinic=clinician.clinic, two_readers=True)
    baseline = StudyFactory(patient=plan.patient, imaged_on=treated - timedelta(days=20), is_baseline=True)
    for _ in range(2):
        ReadingFactory(study=baseline, given={"pelvis": 3, "thighs": 3, "soft_tissue": 2})
    scan: ImagingStudy = StudyFactory(patient=plan.patient, imaged_on=today - timedelta(days=3))
    return scan


def colleague(clinic: Clinic, email: str) -> None:  # noqa: F811
    staff = StaffFactory(name=f"Dr {email[:2].title()}", email=email)
    staff.set_password(PASSWORD)
    staff.save()
    MembershipFactory(clinic=clinic, staff=staff)


def another(chromium: Browser, page: Page, email: str) -> Page:
    """A browser of somebody else."""
    theirs = chromium.new_context(base_url=page.url.split("/imaging")[0], viewport=PHONE).new_page()
    sign_in(theirs, email)
    return theirs


def test_three_people_read_a_scan(page: Page, chromium: Browser, study: ImagingStudy) -> None:
    address = f"/imaging/studies/{study.pk}/scores/"
    for email in ("anna@example.org", "bert@example.org"):
        colleague(study.clinic, email)
    sign_in(page)
    read_on_the_picture(page, address)
    second = another(chromium, page, "anna@example.org")
    read_by_keyboard(second, address)
    second.context.close()
    third = another(chromium, page, "bert@example.org")
    third.goto(address)
    expect(third.get_by_text("awaits adjudication")).to_be_visible()
    third.get_by_role("link", name="Adjudicate Curie").first.click()
    expect(third.locator("svg [role=spinbutton]")).to_have_count(1)
    third.get_by_role("spinbutton", name="Pelvis").press("3")
    expect(third.locator("[data-total]")).to_have_text("4")
    assert violations(third) == []
    third.get_by_role("button", name="Save adjudication").click()
    expect(third.get_by_text("4 of 30, adjudicated by Dr Be")).to_be_visible()
    expect(third.get_by_text("at baseline 8: relative score 0.5.").first).to_be_visible()
    third.context.close()


def read_on_the_picture(page: Page, address: str) -> None:
    """Press the pelvis twice, the thighs once too often and back; the rest has no uptake."""
    page.goto(f"{address}new/")
    pelvis, thighs = (page.locator(f"svg [data-region={key}]") for key in ("pelvis", "thighs"))
    pelvis.locator("path").first.click()
    pelvis.locator("path").last.click()
    thighs.locator("path").first.click(click_count=2, delay=20)
    thighs.locator("path").first.click(modifiers=["Shift"])
    expect(page.get_by_label("Pelvis").get_by_label("2 more than one site")).to_be_checked()
    expect(thighs).to_have_attribute("aria-valuetext", "1, one site")
    page.get_by_role("button", name="No uptake elsewhere: 0").click()
    expect(page.locator("[data-total]")).to_have_text("3")
    expect(page.locator("[data-missing]")).to_have_text("")
    assert violations(page) == []
    page.get_by_role("button", name="Save score").click()
    expect(page.get_by_text("awaits the second reader").first).to_be_visible()
    assert ScoreReading.objects.latest("id").values == values_of(pelvis=2, thighs=1)


def read_by_keyboard(page: Page, address: str) -> None:
    """Give each region its value in the table, without the pointer; the picture follows."""
    page.goto(address)
    expect(page.get_by_text("hidden until the second reader")).to_be_visible()
    page.get_by_role("link", name="Score by Curie").first.press("Enter")
    for key, value in values_of(pelvis=3, thighs=1).items():
        page.locator(f"#id_{key} input").first.focus()
        page.keyboard.press("Space")
        for _ in range(value):
            page.keyboard.press("ArrowRight")
    expect(page.locator("svg [data-region=pelvis]")).to_have_attribute("fill", "url(#curie-3)")
    expect(page.locator("[data-total]")).to_have_text("4")
    assert violations(page) == []
    page.get_by_role("button", name="Save score").press("Enter")
    expect(page.get_by_text("The readers differ in 1 region; awaits adjudication.").first).to_be_visible()
    assert violations(page) == []


def test_pages_of_scores_are_accessible_and_hold_on_a_phone(page: Page, study: ImagingStudy) -> None:
    ReadingFactory(study=study, scheme="SIOPEN", given={"left_thigh": 6, "skull": 2})
    ReadingFactory(study=study, scheme="SIOPEN", given={"left_thigh": 5, "skull": 2})
    adjudicated = StudyFactory(patient=study.patient, imaged_on=study.imaged_on - timedelta(days=30))
    for role, pelvis in (("reader", 2), ("reader", 3), ("adjudication", 3)):
        ReadingFactory(
            study=adjudicated, role=role, given={"pelvis": pelvis}, reader__name="Dr Annabel Lindqvist-Moreno"
        )
    sign_in(page)
    found = {}
    for viewport in (None, PHONE):
        if viewport:
            page.set_viewport_size(viewport)
        for path in (
            f"/imaging/studies/{study.pk}/scores/",
            f"/imaging/studies/{adjudicated.pk}/scores/",
            f"/imaging/studies/{study.pk}/scores/new/?scheme=Curie",
            f"/imaging/studies/{study.pk}/scores/adjudicate/?scheme=SIOPEN",
            f"/patients/{study.patient_id}/scores/",
            "/settings/imaging/scores/",
        ):
            page.goto(path)
            found[path, bool(viewport)] = [*violations(page), *too_wide(page)]

    assert {path: problems for path, problems in found.items() if problems} == {}


def test_form_takes_a_score_without_a_script(chromium: Browser, page: Page, study: ImagingStudy) -> None:
    sign_in(page)
    plain = chromium.new_context(
        base_url=page.url, java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(f"/imaging/studies/{study.pk}/scores/new/")
    for key, value in values_of(pelvis=3).items():
        plain.locator(f"#id_{key} input").nth(value).check()
    expect(plain.get_by_role("button", name="No uptake elsewhere: 0")).to_be_hidden()
    plain.get_by_role("button", name="Save score").click()

    assert ScoreReading.objects.latest("id").values == values_of(pelvis=3)
    plain.context.close()
