"""The response report on paper: who, what was found and why, what was signed, and what was not."""

import io
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from imaging.actions.assessments import describe, withdraw_assessment
from imaging.actions.lesions import SeenFacts
from imaging.documents import assessment_report_pdf, course_report_pdf
from imaging.models import ImagingPolicy, ResponseAssessment
from tests.factories import MembershipFactory
from tests.imaging.conftest import TODAY
from tests.imaging.courses import baseline_of, mm, sign, time_point
from tests.imaging.factories import ReadingFactory, StudyFactory
from tests.pdf import fonts_embedded, pages_of, tags_of, text_of

pytestmark = pytest.mark.django_db

BONE = {"Bone 1": SeenFacts("present")}
SMALLER = {"Liver 1": mm(25), "Lung 1": mm(15), **BONE}
GROWN = {"Liver 1": mm(30), "Lung 1": mm(20), **BONE}
EARLY, LATE = date(2024, 4, 1), date(2024, 5, 10)


@pytest.fixture
def baseline(patient, clinician):
    return sign(baseline_of(patient, by=clinician), by=clinician)


@pytest.fixture
def partial(baseline, patient, clinician):
    return sign(time_point(patient, SMALLER, day=EARLY, by=clinician), "PR", by=clinician)


@pytest.fixture
def grown(partial, patient, clinician):
    return time_point(patient, GROWN, day=LATE, by=clinician)


def scan(patient, day, *, scheme="Curie", assessment=None, given, **facts):
    study = StudyFactory(patient=patient, clinic=patient.clinic, imaged_on=day, **facts)
    reading = ReadingFactory(study=study, scheme=scheme, given=given, reader__name="Dr Oz", read_on=day)
    if assessment:
        assessment.assessed.create(clinic=patient.clinic, study=study)
    return reading


def pdf_of(assessment):
    return assessment_report_pdf(loaded(assessment), today=TODAY)


def loaded(assessment):
    return ResponseAssessment.objects.get(pk=assessment.pk)


def test_report_says_who_what_and_by_which_arithmetic(partial, clinician):
    text = text_of(pdf_of(partial))

    for words in (
        "Response of Mon 1 Apr 2024 Patient PRUEBA, Ana MRN E00001 Born 3 Mar 1961 (63 y), female",
        "Treated for Pheochromocytoma Treatment 1 iobenguane I-131 (131I-MIBG), Wed 31 Jan 2024",
        "By RECIST 1.1 PR, partial response",
        "Sum 40.0 mm, baseline 60.0 mm on 20 Jan 2024: -33.33 %: partial response.",
        "Lesion, diameters in mm Baseline 20 Jan 2024 1 Apr 2024",
        "Liver 1 target, liver, CT 40 25",
        "Sum of target lesions (mm) 60.0 40.0 From baseline – -33.33 %",
        f"Response of 1 Apr 2024 Signed by {clinician} on Mon 20 May 2024",
        f"Baseline of 20 Jan 2024 Signed by {clinician} on Mon 20 May 2024",
        "For research use:",
    ):
        assert words in text
    assert "NOT SIGNED" not in text


def test_draft_says_so_on_every_page(grown):
    pages = pages_of(pdf_of(grown))

    assert [page.count("NOT SIGNED · PRUEBA, Ana · MRN E00001 · born 3 Mar 1961") for page in pages] == [1] * len(pages)
    text = " ".join(pages)
    assert "Clinic" in text
    assert "PD, progression (computed, not signed)" in text
    assert "Response of 10 May 2024 Not signed" in text


def test_report_of_a_time_point_knows_nothing_of_what_came_after(partial, grown):
    text = text_of(pdf_of(partial))

    assert "10 May 2024" not in text
    assert "PD" not in text.split()


def test_assessment_entered_in_error_says_so(partial, clinician):
    withdraw_assessment(assessment=partial, reason="Another patient.", by=clinician, today=TODAY)

    assert "ENTERED IN ERROR" in text_of(pdf_of(partial))


def test_verdict_signed_otherwise_has_its_reason(baseline, patient, clinician):
    draft = time_point(patient, SMALLER, by=clinician)
    signed = sign(draft, "SD", differs="Liver 1 is badly seen.", comment="Look again.", by=clinician)

    text = text_of(pdf_of(signed))

    assert "By RECIST 1.1 SD, stable disease Computed PR, partial response By MIBG scan No MIBG scan" in text
    assert "Not as computed Liver 1 is badly seen." in text
    assert "Comment Look again." in text


def test_markers_symptoms_and_what_is_to_be_decided(grown, clinician):
    describe(assessment=grown, fields={"markers": "worse", "symptoms": "better"}, by=clinician)
    signed = sign(grown, "PD", mibg="better", by=clinician)

    text = text_of(pdf_of(signed))

    assert "Tumour markers Worse since the baseline Symptoms Better since the baseline" in text
    assert "To decide: Progression by CT or MRI: is it a relapse or progression?" in text
    assert "the tumour may have lost its uptake." in text


def test_scores_stand_region_by_region_beside_the_baseline_with_cut_offs_and_their_limits(baseline, patient, clinician):
    scan(patient, date(2024, 1, 19), is_baseline=True, given={"pelvis": 3, "head": 3}, kind="mibg_planar")
    point = time_point(patient, SMALLER, day=EARLY, by=clinician)
    scan(patient, EARLY, assessment=point, given={"pelvis": 3}, kind="mibg_spect_ct")

    text = text_of(pdf_of(sign(point, "PR", mibg="better", by=clinician)))

    for words in (
        "Curie score of MIBG scans",
        "Region, 0 to 3 19 Jan 2024 baseline 1 Apr 2024",
        "Total of 30 6 3",
        "Curie score 3, read by Dr Oz. Curie score 3, at baseline 6: relative score 0.5.",
        "Compare with caution: The modalities differ: planar, then SPECT/CT.",
        "Found in neuroblastoma; this patient is treated for another disease, of which they say nothing.",
        "Total 3, above 2:",
    ):
        assert words in text
    assert "SIOPEN" not in text


def test_childs_report_has_the_response_by_inrc_and_says_that_it_is_not_verified(patient, clinician):
    patient.indication = "neuroblastoma"
    patient.save()
    sign(baseline_of(patient, by=clinician), by=clinician)
    point = sign(time_point(patient, SMALLER, by=clinician), "PR", by=clinician)

    text = text_of(pdf_of(point))

    assert "computed; it stands on rules that were not read in the paper" in text
    assert "How INRC 2017 comes to it" in text
    assert "Not verified." in text


def test_reading_that_awaits_the_second_reader_is_not_printed(baseline, patient, clinician):
    ImagingPolicy.objects.create(clinic=patient.clinic, two_readers=True)
    point = time_point(patient, SMALLER, day=EARLY, by=clinician)
    scan(patient, EARLY, assessment=point, given={"pelvis": 3})

    text = text_of(pdf_of(point))

    assert "Read by Dr Oz; awaits the second reader." in text
    assert "Total of 30" not in text


def test_study_says_what_stands_between_it_and_the_baseline(partial):
    study = partial.studies.get()
    study.slice_mm, study.region = Decimal(8), "Chest and abdomen"
    study.save()

    text = text_of(pdf_of(partial))

    assert "Chest and abdomen. Slices of 8 mm." in text
    assert "The slices differ: up to 5 mm, then above 5 mm." in text


def test_baseline_has_its_lesions_and_its_choice(baseline):
    text = text_of(pdf_of(baseline))

    assert "Baseline of Sat 20 Jan 2024" in text
    assert "Sum of target lesions (mm) 60.0" in text
    assert "Verdict" not in text


def test_course_holds_every_time_point_and_says_what_is_not_signed(grown, patient, clinician):
    scan(patient, date(2024, 1, 19), is_baseline=True, given={"pelvis": 3, "head": 3})
    scan(patient, EARLY, given={"pelvis": 3})

    pdf = course_report_pdf(grown.baseline, today=TODAY)
    text = text_of(pdf)

    for words in (
        "NOT SIGNED IN PART",
        "Course of response from the baseline of Sat 20 Jan 2024",
        "20 Jan 2024 Baseline – – 60.0",
        "1 Apr 2024 PR No MIBG scan – 40.0 -33.33 %",
        "10 May 2024 PD, not signed",
        "Best overall response PR, partial response",
        "Region, 0 to 3 19 Jan 2024 baseline 1 Apr 2024",
        "+25.0 % and +10.0 mm: progression.",
    ):
        assert words in text


def test_long_course_repeats_the_baseline_in_each_table(baseline, patient, clinician):
    for day in range(1, 7):
        sign(time_point(patient, SMALLER, day=date(2024, 4, day), by=clinician), "PR", by=clinician)

    text = text_of(course_report_pdf(baseline, today=TODAY))

    further = "Lesions, further time points Lesion, diameters in mm Baseline 20 Jan 2024 5 Apr 2024 6 Apr 2024"
    assert further in text


def test_report_is_tagged_and_on_the_clinics_paper(partial):
    clinic = partial.patient.clinic
    sizes = {}
    for paper in ("A4", "Letter"):
        clinic.paper = paper
        clinic.save()
        pdf = pdf_of(partial)
        sizes[paper] = round(PdfReader(io.BytesIO(pdf)).pages[0].mediabox.height)

    assert sizes == {"A4": 842, "Letter": 792}
    assert {"H1", "Table", "TH", "Figure"} <= set(tags_of(pdf))
    assert fonts_embedded(pdf) == {True}
    assert f"Page 1 of {len(pages_of(pdf))}" in pages_of(pdf)[0]


def test_everybody_who_sees_the_patient_prints_and_nobody_else(client, partial):
    for name in ("report", "course"):
        answer = client.get(f"/imaging/assessments/{partial.pk}/{name}.pdf")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert "PRUEBA" not in answer.headers["Content-Disposition"]
    client.force_login(MembershipFactory().staff)
    for name in ("report", "course"):
        assert client.get(f"/imaging/assessments/{partial.pk}/{name}.pdf").status_code == 404
