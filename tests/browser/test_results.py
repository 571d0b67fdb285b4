"""Results in a real browser: the newest in view, every value said in words, pictures drawn under the page's policy."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Clinic, Membership
from patients.models import Patient, SupportiveCare
from tests.browser.barriers import too_wide, violations
from tests.browser.conftest import PHONE
from tests.browser.test_journeys import clinic, clinician, sign_in  # noqa: F401 (fixtures)
from tests.factories import enrolled
from tests.labs.arrivals import arrive


@pytest.fixture
def today(clinic: Clinic) -> date:  # noqa: F811
    return clinic.local_date(timezone.now())


@pytest.fixture
def patient(clinician: Membership, today: date) -> Patient:  # noqa: F811
    """A patient in week 10 with weekly counts that fell and came back, some of them affected."""
    treated = today - timedelta(days=66)
    plan = enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=treated, today=today)
    for week, platelets in enumerate(("240", "230", "180", "90", "38", "9", "60", "140", "200", "238")):
        anc = "<0.5" if platelets == "9" else "2.1"
        arrive(plan.patient, treated + timedelta(days=7 * week), platelets=platelets, anc=anc, hgb="112", cga="300")
    given = treated + timedelta(days=36)
    SupportiveCare.objects.create(clinic=clinician.clinic, patient=plan.patient, product="platelets", given_on=given)
    return plan.patient


# How many heads of columns stand half behind the names of the analytes.
CUT = """frame => {
  const [names, ...columns] = [...frame.querySelector("thead tr").cells].map(cell => cell.getBoundingClientRect());
  return columns.filter(column => column.left < names.right - 1 && column.right > names.right + 1).length;
}"""


@pytest.mark.parametrize("width", [390, 700, 900, 1000])
def test_flowsheet_rests_on_whole_columns(page: Page, patient: Patient, width: int) -> None:
    sign_in(page)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/patients/{patient.pk}/results/")
    frame = page.get_by_role("region", name="Flowsheet")

    assert frame.evaluate(CUT) == 0
    frame.evaluate("frame => { frame.scrollLeft -= 30 }")
    page.wait_for_function("() => true")
    assert frame.evaluate(CUT) == 0


def test_flowsheet_begins_at_the_newest_and_says_each_value(page: Page, patient: Patient) -> None:
    sign_in(page)
    page.set_viewport_size({"width": 900, "height": 900})
    page.goto(f"/patients/{patient.pk}/results/")
    frame = page.get_by_role("region", name="Flowsheet")

    left, room = frame.evaluate("frame => [frame.scrollLeft, frame.scrollWidth - frame.clientWidth]")
    assert room > 0
    assert left == pytest.approx(room, abs=1)
    lowest = page.get_by_label("9 x10^9/L, low")
    lowest.focus()
    said = lowest.evaluate("cell => getComputedStyle(cell, '::after').position")
    assert said == "fixed"
    lowest.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Platelets")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_pages_of_results_are_accessible_and_draw_their_pictures(page: Page, patient: Patient, viewport) -> None:
    sign_in(page)
    if viewport:
        page.set_viewport_size(viewport)
    result = patient.lab_results.get(reported="9")
    found = {}
    for path, pictures in {
        f"/patients/{patient.pk}/results/": 0,
        f"/patients/{patient.pk}/results/platelets/": 1,
        f"/patients/{patient.pk}/results/cga/": 1,
        f"/patients/{patient.pk}/results/charts/": 3,
        f"/patients/{patient.pk}/baselines/": 0,
        f"/results/{result.pk}/": 0,
        "/counts/": 0,
    }.items():
        page.goto(path)
        expect(page.locator("[data-vega] svg")).to_have_count(pictures)
        found[path] = [*violations(page), *too_wide(page)]

    assert {path: problems for path, problems in found.items() if problems} == {}


def test_patients_page_shows_where_the_counts_stand(page: Page, patient: Patient) -> None:
    sign_in(page)
    page.goto(f"/patients/{patient.pk}/")

    expect(page.locator("#results-panel")).to_contain_text("Last count")
    expect(page.locator("#results-panel")).to_contain_text("Platelets 9 day 35")
    assert violations(page) == []


def test_picture_takes_the_colours_of_the_paper(page: Page, patient: Patient) -> None:
    sign_in(page)
    page.emulate_media(color_scheme="dark")
    page.goto(f"/patients/{patient.pk}/results/platelets/")
    label = page.locator("[data-vega] svg text").first
    expect(label).to_be_visible()
    screen = label.evaluate("text => getComputedStyle(text).fill")

    page.emulate_media(media="print", color_scheme="dark")

    assert (screen, label.evaluate("text => getComputedStyle(text).fill")) == ("rgb(165, 177, 193)", "rgb(51, 51, 51)")
