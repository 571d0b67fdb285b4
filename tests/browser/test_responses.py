"""Response over time in a real browser: the picture of a course, the clinic's responses, and the way to the paper."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Clinic, Membership
from imaging.actions.assessments import Verdict, open_assessment, sign_assessment
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion, measure
from imaging.actions.studies import StudyFacts, record_study
from imaging.models import ResponseAssessment
from patients.models import Patient
from tests.browser.barriers import too_wide, violations
from tests.browser.conftest import PHONE
from tests.browser.test_journeys import clinic, clinician, sign_in  # noqa: F401 (fixtures)
from tests.factories import enrolled
from tests.imaging.factories import ReadingFactory, StudyFactory


@pytest.fixture
def today(clinic: Clinic) -> date:  # noqa: F811
    return clinic.local_date(timezone.now())


class Course:
    """A patient's course, entered as a clinician would, by days before today."""

    def __init__(self, member: Membership, today: date) -> None:
        self.by, self.today, self.baseline = member.staff, today, None
        treated = today - timedelta(days=300)
        self.patient: Patient = enrolled(by=self.by, clinic=member.clinic, started_on=treated, today=today).patient

    def at(self, ago: int, mm: int, verdict: str = "") -> ResponseAssessment:
        """Sign what one lesion measures on a day; the first is the baseline."""
        day = self.today - timedelta(days=ago)
        facts = StudyFacts("ct", day, slice_mm=Decimal("2.5"))
        study = record_study(patient=self.patient, facts=facts, by=self.by, today=self.today)
        seen = SeenFacts("measured", Decimal(mm))
        first = self.baseline is None
        found = open_assessment(patient=self.patient, studies=[study], is_baseline=first, by=self.by)
        if first:
            self.baseline = found
            facts_of = LesionFacts("target", "Liver 1", "liver")
            add_lesion(assessment=found, facts=facts_of, found=seen, by=self.by)
        else:
            measure(assessment=found, found={self.baseline.lesions.get().pk: seen}, by=self.by)
        by_hand = Verdict(verdict, "" if first else "better")
        return sign_assessment(assessment=found, verdict=by_hand, by=self.by, today=self.today)

    def scored(self, ago: int, pelvis: int) -> None:
        study = StudyFactory(patient=self.patient, imaged_on=self.today - timedelta(days=ago), is_baseline=ago > 300)
        ReadingFactory(study=study, given={"pelvis": pelvis}, reader=self.by)


@pytest.fixture
def courses(clinician: Membership, today: date) -> list[Course]:  # noqa: F811
    better, worse = Course(clinician, today), Course(clinician, today)
    better.at(310, 60), better.at(200, 40, "PR"), better.at(30, 52, "PD")
    better.scored(311, 3), better.scored(200, 1)
    worse.at(305, 40), worse.at(210, 50, "PD")
    return [better, worse]


def test_course_and_clinic_over_time(page: Page, courses: list[Course], keep_screenshot) -> None:
    patient = courses[0].patient
    sign_in(page)
    page.goto(f"/patients/{patient.pk}/response/")
    picture = page.locator("#course .picture svg").first
    for words in ("baseline 60.0", "PR 40.0", "PD 52.0", "Curie score of MIBG scans (0 to 30)"):
        expect(picture.get_by_text(words, exact=True)).to_be_visible()
    keep_screenshot(page, "response-course")
    assert violations(page) == []

    page.get_by_role("link", name="Responses of the clinic").click()
    expect(page.locator("#best svg").get_by_text("PR", exact=True)).to_be_visible()
    expect(page.locator("#months svg").get_by_text("2 PD", exact=True)).to_be_visible()
    keep_screenshot(page, "responses")
    assert violations(page) == []

    page.set_viewport_size(PHONE)
    for name, address in (("responses", "/imaging/responses/"), ("course", f"/patients/{patient.pk}/response/")):
        page.goto(address)
        expect(page.locator(".picture svg").first).to_be_visible()
        keep_screenshot(page, f"response-{name}-phone")
        assert [*violations(page), *too_wide(page)] == []
