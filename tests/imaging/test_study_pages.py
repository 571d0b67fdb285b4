"""Pages of studies and assessments: what they show, what they refuse, and who may do what."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from events.models import Event
from imaging.actions.lesions import SeenFacts, measure
from imaging.models import ImagingPolicy, ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from imaging.pages.study_page import viewer_link
from tests.factories import MembershipFactory
from tests.imaging.courses import baseline_of, ct, mm, sign, time_point
from tests.imaging.factories import StudyFactory

pytestmark = pytest.mark.django_db

DAY = date(2024, 5, 2)
PRESENT = SeenFacts("present")


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def study(patient):
    return StudyFactory(patient=patient, kind="ct", imaged_on=DAY)


@pytest.fixture
def signed(patient, clinician):
    return sign(baseline_of(patient, by=clinician), by=clinician)


def test_recording_shows_the_study_with_an_undo(client, patient):
    entered = {"kind": "mibg_planar", "imaged_on": "2024-05-02", "injected_on": "2024-05-01", "activity_mbq": "370"}

    page = text(client.post(f"/patients/{patient.pk}/imaging/new/", entered, follow=True))

    assert "Month 3 imaging" in page
    assert "370 MBq, given Wed 1 May 2024" in page
    assert "Undo" in page


def test_refusal_stands_at_its_field(client, patient):
    response = client.post(f"/patients/{patient.pk}/imaging/new/", {"kind": "ct", "imaged_on": "2024-05-21"})

    assert response.status_code == 422
    assert "between the birth of the patient and today" in text(response)


def test_form_takes_kind_and_day_from_its_address(client, patient):
    page = text(client.get(f"/patients/{patient.pk}/imaging/new/?kind=ct&imaged_on=2024-05-02"))

    assert 'value="ct" selected' in page
    assert 'value="2024-05-02"' in page


def test_patients_page_gets_the_latest_studies(client, study, patient):
    page = text(client.get(f"/patients/{patient.pk}/imaging/", headers={"HX-Request": "true"}))

    assert "CT</a>, Thu 2 May 2024" in page
    assert "<html" not in page


def test_list_says_how_long_ago_each_kind_was(client, study, patient):
    assert "CT 18 days" in text(client.get(f"/patients/{patient.pk}/imaging/"))


def test_report_comes_as_a_file_and_is_shown_but_never_run(client, study):
    file = SimpleUploadedFile("report.pdf", b"%PDF-1.7 synthetic")
    entered = {"status": "final", "reported_on": "2024-05-03", "attached": file}

    page = text(client.post(f"/imaging/studies/{study.pk}/report/", entered, follow=True))
    shown = client.get(f"/imaging/studies/{study.pk}/report/file/")

    assert "report.pdf" in page
    assert (shown["Content-Type"], shown["Content-Security-Policy"]) == (
        "application/pdf",
        "default-src 'none'; sandbox",
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report.pdf", b"MZ not a pdf", "neither a PDF nor a JPEG"),
        ("report.pdf", b"", "empty"),
    ],
)
def test_file_that_is_no_report_is_refused(client, study, name, content, said):
    entered = {"status": "final", "reported_on": "2024-05-03", "attached": SimpleUploadedFile(name, content)}

    response = client.post(f"/imaging/studies/{study.pk}/report/", entered)

    assert response.status_code == 422
    assert said in text(response)


def test_study_without_a_file_has_none_to_show(client, study):
    assert client.get(f"/imaging/studies/{study.pk}/report/file/").status_code == 404


@pytest.mark.parametrize(
    ("template", "known", "link"),
    [
        ("", {"study_uid": "1.2.3"}, ""),
        ("https://pacs.example/v?uid={study_uid}", {"study_uid": "1.2.3"}, "https://pacs.example/v?uid=1.2.3"),
        ("https://pacs.example/v?uid={study_uid}", {"accession": "A1"}, ""),
        ("https://pacs.example/a/{accession}", {"accession": "A 1/&"}, "https://pacs.example/a/A%201%2F%26"),
    ],
)
def test_images_open_in_the_clinics_viewer(template, known, link):
    assert viewer_link(ImagingStudy(kind="ct", **known), ImagingPolicy(viewer_url=template)) == link


@pytest.mark.parametrize("action", ["change", "report", "stands-for", "open-again", "entered-in-error"])
def test_form_of_a_study_opens(client, study, action):
    assert client.get(f"/imaging/studies/{study.pk}/{action}/").status_code == 200


def test_baseline_is_marked_by_a_clinician_only(client, study, patient):
    client.post(f"/imaging/studies/{study.pk}/baseline/", {"is_baseline": "yes"})
    study.refresh_from_db()
    assert study.is_baseline

    client.force_login(MembershipFactory(clinic=patient.clinic, role=Role.COORDINATOR).staff)
    assert client.post(f"/imaging/studies/{study.pk}/baseline/", {"is_baseline": "no"}).status_code == 403


def test_study_of_another_clinic_does_not_exist(client, member):
    assert client.get(f"/imaging/studies/{StudyFactory().pk}/").status_code == 404


def test_course_begins_with_a_baseline(client, study, patient):
    page = text(client.get(f"/patients/{patient.pk}/response/"))
    assert "Open the baseline" in page

    opened = client.post(f"/patients/{patient.pk}/response/new/", {"studies": [study.pk], "begins": "yes"})

    assert ResponseAssessment.objects.get().is_baseline
    assert opened.status_code == 302


def test_lesion_is_added_with_its_diameter(client, patient, clinician):
    baseline = baseline_of(patient, by=clinician, targets=(), non_targets=())
    entered = {"name": "Liver 1", "role": "target", "organ": "liver", "mm": "12,5", "method": "ct", "nature": "mass"}

    response = client.post(f"/imaging/assessments/{baseline.pk}/lesions/new/", {**entered, "another": "yes"})

    assert response.url.endswith("/lesions/new/")
    assert LesionMeasurement.objects.get().diameter_mm == Decimal("12.5")
    assert LesionMeasurement.objects.get().study == baseline.studies.get()


@pytest.mark.parametrize(
    ("mm", "said"),
    [("about 12", "Enter mm"), ("nan", "Enter mm"), ("1_0", "Enter mm"), ("12 + 9", "Enter one diameter")],
)
def test_diameter_that_is_none_is_refused(client, patient, clinician, mm, said):
    baseline = baseline_of(patient, by=clinician, targets=(), non_targets=())
    entered = {"name": "Liver 1", "role": "target", "organ": "liver", "mm": mm, "method": "ct", "nature": "mass"}

    response = client.post(f"/imaging/assessments/{baseline.pk}/lesions/new/", entered)

    assert response.status_code == 422
    assert said in text(response)


def fields(**seen):
    """What the form sends, by the lesion's name: the choice and the mm."""
    sent = {}
    for lesion in Lesion.objects.filter(withdrawn=False):
        choice, size = seen.get(lesion.name.replace(" ", "_"), ("", ""))
        sent |= {f"seen_{lesion.pk}": choice, f"mm_{lesion.pk}": size}
    return sent


def test_what_was_entered_is_kept_though_the_signature_is_refused(client, signed, patient, clinician):
    opened = time_point(patient, {}, by=clinician)
    sent = fields(Liver_1=("", "25"), Lung_1=("split", "6 + 4"), Bone_1=("present", ""))

    response = client.post(f"/imaging/assessments/{opened.pk}/save/", {**sent, "recist": "SD", "sign": "yes"})
    assert "All else was saved; it is not signed." in response.content.decode()

    assert response.status_code == 422
    assert "Choose what the MIBG scan says" in text(response)
    assert opened.measurements.count() == 3
    opened.refresh_from_db()
    assert opened.state == "draft"


def test_merged_lesion_is_chosen_from_the_others(client, signed, patient, clinician):
    opened = time_point(patient, {}, by=clinician)
    liver = Lesion.objects.get(name="Liver 1")
    sent = fields(Liver_1=("", "30"), Lung_1=(f"merged:{liver.pk}", ""), Bone_1=("present", ""))

    client.post(f"/imaging/assessments/{opened.pk}/save/", {**sent, "save": "yes"})

    assert opened.measurements.get(lesion__name="Lung 1").merged_into == liver


def test_number_that_is_none_is_refused_at_its_lesion(client, signed, patient, clinician):
    opened = time_point(patient, {}, by=clinician)

    response = client.post(f"/imaging/assessments/{opened.pk}/save/", fields(Liver_1=("", "x")))

    assert response.status_code == 422
    assert "of a lesion that split, 12 + 9" in text(response)


def test_what_changed_since_the_signature_is_said(client, signed, patient, clinician):
    early = time_point(patient, {"Liver 1": mm(20), "Lung 1": mm(10), "Bone 1": PRESENT}, by=clinician)
    sign(early, "PR", by=clinician)
    late = time_point(
        patient, {"Liver 1": mm(28), "Lung 1": mm(13), "Bone 1": PRESENT}, day=date(2024, 5, 18), by=clinician
    )
    sign(late, "PD", by=clinician)
    client.post(f"/imaging/assessments/{early.pk}/entered-in-error/", {"reason": "Another patient's."})

    assert "computes PR by now" in text(client.get(f"/patients/{patient.pk}/response/"))


def test_assessment_is_seen_by_all_and_changed_by_clinicians(client, signed, patient, clinician):
    opened = time_point(patient, {}, by=clinician)
    client.force_login(MembershipFactory(clinic=patient.clinic, role=Role.COORDINATOR).staff)

    page = text(client.get(f"/imaging/assessments/{opened.pk}/"))

    assert "Liver 1" in page
    assert "Save and sign" not in page
    assert client.post(f"/imaging/assessments/{opened.pk}/save/", {}).status_code == 403


@pytest.mark.parametrize("page", ["reopen", "entered-in-error"])
def test_taking_back_asks_for_a_reason(client, signed, page):
    assert client.post(f"/imaging/assessments/{signed.pk}/{page}/", {"reason": ""}).status_code == 422

    assert client.post(f"/imaging/assessments/{signed.pk}/{page}/", {"reason": "Look again."}).status_code == 302


def test_lesion_is_changed_and_taken_back_on_its_pages(client, patient, clinician):
    baseline_of(patient, by=clinician)
    lesion = Lesion.objects.get(name="Liver 1")
    entered = {"name": "Liver 1", "role": "target", "organ": "liver", "mm": "41", "method": "ct", "nature": "mass"}

    client.post(f"/imaging/lesions/{lesion.pk}/change/", entered)
    assert lesion.measurements.get().diameter_mm == Decimal(41)

    client.post(f"/imaging/lesions/{lesion.pk}/entered-in-error/", {"reason": "A cyst."})
    assert client.get(f"/imaging/lesions/{lesion.pk}/change/").status_code == 404


def test_differences_between_studies_are_said(client, signed, patient, clinician):
    later = ct(patient, DAY, by=clinician)
    later.slice_mm = Decimal(8)
    later.save()
    client.post(f"/patients/{patient.pk}/response/new/", {"studies": [later.pk], "begins": "no"})
    opened = ResponseAssessment.objects.get(baseline=signed)

    page = text(client.get(f"/imaging/assessments/{opened.pk}/"))

    assert "The slices differ: up to 5 mm, then above 5 mm." in page


def test_studies_of_the_same_day_are_chosen_together(client, study, patient):
    same = StudyFactory(patient=patient, imaged_on=DAY)
    StudyFactory(patient=patient, imaged_on=date(2024, 1, 20))

    form = client.get(f"/patients/{patient.pk}/response/new/?study={study.pk}").context["form"]

    assert set(form.initial["studies"]) == {str(study.pk), str(same.pk)}


def test_refused_finding_keeps_it_from_being_signed(client, signed, patient, clinician):
    opened = time_point(patient, {"Liver 1": mm(25), "Lung 1": mm(15), "Bone 1": PRESENT}, by=clinician)
    sent = fields(Liver_1=("measured", "26,5x"), Lung_1=("measured", "15"), Bone_1=("present", ""))
    signing = {"recist": "PR", "mibg": "not_done", "sign": "yes"}

    response = client.post(f"/imaging/assessments/{opened.pk}/save/", sent | signing)

    opened.refresh_from_db()
    assert (response.status_code, opened.state) == (422, "draft")


def test_coordinator_changes_no_baseline_with_a_study(client, study, patient):
    client.force_login(MembershipFactory(clinic=patient.clinic, role=Role.COORDINATOR).staff)
    sent = {"kind": "ct", "imaged_on": "2024-05-02", "region": "chest", "is_baseline": "on"}

    client.post(f"/imaging/studies/{study.pk}/change/", sent)

    study.refresh_from_db()
    assert (study.region, study.is_baseline) == ("chest", False)


def test_page_leaves_what_it_does_not_ask(client, signed, patient, clinician):
    opened = time_point(patient, {}, by=clinician)
    noted = SeenFacts("measured", Decimal(25), study=opened.studies.get(), note="Series 4.")
    liver = Lesion.objects.get(name="Liver 1")
    measure(assessment=opened, found={liver.pk: noted}, by=clinician)
    again = fields(Liver_1=("measured", "25"), Lung_1=("measured", "15"), Bone_1=("present", ""))

    client.post(f"/imaging/assessments/{opened.pk}/save/", {**again, "save": "yes"})
    assert Event.objects.order_by("-at", "-id")[0].kind == "lesions.measured"
    measured = opened.measurements.get(lesion=liver)
    assert (measured.note, measured.study) == ("Series 4.", opened.studies.get())

    client.post(f"/imaging/assessments/{opened.pk}/save/", {**again, f"mm_{liver.pk}": "26", "save": "yes"})
    measured.refresh_from_db()
    assert (measured.diameter_mm, measured.note) == (26, "Series 4.")


def test_changed_lesion_keeps_its_note_and_study(client, patient, clinician):
    baseline_of(patient, by=clinician)
    lesion = Lesion.objects.get(name="Liver 1")
    measured = lesion.measurements.get()
    measured.note, measured.study = "Series 4.", measured.assessment.studies.get()
    measured.save()
    entered = {"name": "Liver 1", "role": "target", "organ": "liver", "mm": "41", "method": "ct", "nature": "mass"}

    client.post(f"/imaging/lesions/{lesion.pk}/change/", entered)

    measured.refresh_from_db()
    assert (measured.diameter_mm, measured.note, measured.study is None) == (41, "Series 4.", False)
