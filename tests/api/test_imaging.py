"""Studies, assessments, lesions and the response over HTTP: the same acts and refusals as on the pages."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from events.attachments import Attached
from events.models import Event
from imaging.actions.reports import ReportFacts, record_report
from imaging.documents import assessment_report_pdf
from imaging.models import ImagingPolicy, ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from tests.api.conftest import TODAY, ApiClient, member_of
from tests.factories import PatientFactory, enrolled, visit_of
from tests.imaging.factories import ReadingFactory, StudyFactory
from tests.pdf import text_of

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2023, 12, 20), date(2024, 3, 20)
ANY = "*"


@pytest.fixture
def patient(clinic):
    return PatientFactory(clinic=clinic)


@pytest.fixture
def coordinator(clinic):
    return ApiClient(member_of(clinic, Role.COORDINATOR))


@pytest.fixture
def auditor(clinic):
    return ApiClient(member_of(clinic, Role.AUDITOR))


def errors_of(answer):
    return answer.status_code, [error["field"] for error in answer.json().get("errors", [])]


def ct(patient, day, **facts):
    return StudyFactory(patient=patient, kind="ct", imaged_on=day, slice_mm=Decimal("2.5"), **facts)


# Studies


@pytest.fixture
def study(patient):
    return StudyFactory(patient=patient)


NEW_STUDY = {"kind": "mibg_planar", "imaged_on": "2024-03-06", "injected_on": "2024-03-05", "activity_mbq": "370.0"}
NAMES = ("kind", "imaged_on", "injected_on", "activity_mbq", "region", "report_status", "stands_for", "withdrawn")


def test_study_is_recorded_by_a_coordinator_as_it_was_entered(coordinator, patient):
    created = coordinator.post("imaging-studies", {"patient": patient.pk, **NEW_STUDY})

    assert created.status_code == 201
    assert {name: created.json()[name] for name in NAMES} == {
        **NEW_STUDY,
        "region": "",
        "report_status": "",
        "stands_for": None,
        "withdrawn": False,
    }
    assert coordinator.get(created["Location"]).json() == created.json()


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"imaged_on": "2024-03-28"}, 422, "imaged_on"),
        ({"injected_on": "2024-03-07"}, 422, "injected_on"),
        ({"activity_mbq": "-1"}, 422, "activity_mbq"),
        ({"activity_mbq": "1E-20000"}, 400, "activity_mbq"),
        ({"study_uid": "abc"}, 422, "study_uid"),
        ({"kind": "palpation"}, 400, "kind"),
        ({"imaged_on": "06/03/2024"}, 400, "imaged_on"),
        ({"report_text": "Fine."}, 400, "report_text"),
    ],
)
def test_study_that_cannot_be_names_its_field(api, patient, changed, status, field):
    answer = api.post("imaging-studies", {"patient": patient.pk, **NEW_STUDY, **changed})

    assert errors_of(answer) == (status, [field])
    assert ImagingStudy.objects.count() == 0


def test_change_of_the_day_of_a_study_needs_a_reason_and_a_version(api, study):
    address = f"imaging-studies/{study.pk}"
    etag = api.get(address)["ETag"]

    assert api.patch(address, {"imaged_on": "2024-03-05"}).status_code == 428
    refused = api.patch(address, {"imaged_on": "2024-03-05"}, If_Match=etag)
    changed = api.patch(address, {"imaged_on": "2024-03-05", "reason": "Typing error."}, If_Match=etag)

    assert errors_of(refused) == (422, ["reason"])
    assert (changed.status_code, changed.json()["imaged_on"]) == (200, "2024-03-05")
    assert api.patch(address, {"region": "chest"}, If_Match=etag).status_code == 412


def test_studies_are_listed_by_what_is_asked(api, clinic, patient):
    early = ct(patient, BEFORE, is_baseline=True)
    late = StudyFactory(patient=patient, report_status="final", reported_on=TODAY)
    other = StudyFactory(patient=PatientFactory(clinic=clinic), withdrawn=True, imaged_on=date(2024, 2, 1))
    StudyFactory()
    asked = {
        "": [late, other, early],
        f"patient={patient.pk}": [late, early],
        f"clinic={clinic.pk}": [late, other, early],
        "kind=ct": [early],
        "imaged_from=2024-03-06": [late],
        "imaged_to=2024-02-01": [other, early],
        "report_status=none": [other, early],
        "report_status=final": [late],
        "is_baseline=true": [early],
        "withdrawn=false": [late, early],
        f"stands_for={uuid4()}": [],
    }

    found = {query: [row["id"] for row in api.results(f"imaging-studies?{query}")] for query in asked}

    assert found == {query: [str(row.pk) for row in rows] for query, rows in asked.items()}
    assert api.get("imaging-studies?reported=yes").status_code == 400


def test_study_stands_for_a_planned_scan_is_released_and_linked(api, clinic, clinician):
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2023, 12, 6), today=date(2023, 12, 6))
    visit = visit_of(plan, "M3", "imaging")
    scan = visit.activities.get(activity="mibg_scan")
    study = api.post("imaging-studies", {"patient": plan.patient_id, **NEW_STUDY}).json()
    address = f"imaging-studies/{study['id']}"

    assert (study["stands_for"], study["activity"]) == (str(visit.pk), str(scan.pk))
    assert [row["id"] for row in api.results(f"imaging-studies?stands_for={visit.pk}")] == [study["id"]]
    assert errors_of(api.post(f"{address}/release")) == (422, ["reason"])
    assert api.post(f"{address}/release", {"reason": "Another lesion."}).json()["stands_for"] is None
    assert api.post(f"{address}/release", {"reason": "Again."}).status_code == 409
    ruled_out = visit.activities.exclude(activity="mibg_scan").first()
    assert errors_of(api.post(f"{address}/link", {"activity": ruled_out.pk})) == (422, ["activity"])
    assert api.post(f"{address}/link", {"activity": scan.pk}).json()["stands_for"] == str(visit.pk)


def test_report_is_recorded_and_amended_with_a_reason(coordinator, study):
    address = f"imaging-studies/{study.pk}/report"
    body = {"status": "final", "reported_on": "2024-03-07", "text": "No new uptake.", "reader": "Dr Sol"}

    assert errors_of(coordinator.post(address, body | {"text": ""})) == (422, ["text"])
    assert errors_of(coordinator.post(address, body | {"status": "draft"})) == (400, ["status"])
    reported = coordinator.post(address, body).json()
    assert errors_of(coordinator.post(address, body)) == (422, ["reason"])
    amended = coordinator.post(address, body | {"text": "One new site.", "reason": "Second look."})

    assert [reported[name] for name in ("report_status", "reported_on", "report_text", "reader")] == list(
        map(body.get, ("status", "reported_on", "text", "reader"))
    )
    assert amended.json()["report_text"] == "One new site."


def test_file_of_a_report_is_given_as_it_is(api, auditor, study, clinician):
    address = f"imaging-studies/{study.pk}"
    missing = api.get(f"{address}/report-file", headers={"Accept": "application/pdf"})
    assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")
    assert api.get(address).json()["has_report_file"] is False
    record_report(
        study=study,
        facts=ReportFacts("final", date(2024, 3, 7)),
        attached=Attached("scan.pdf", b"%PDF-1.7 scan"),
        by=clinician,
        today=TODAY,
    )

    answer = auditor.get(f"{address}/report-file", headers={"Accept": "application/pdf"})

    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/pdf", b"%PDF-1.7 scan")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert api.get(address).json()["has_report_file"] is True


def test_clinician_says_that_a_study_is_a_baseline(api, coordinator, study):
    address = f"imaging-studies/{study.pk}/baseline"

    assert coordinator.post(address, {"is_baseline": True}).status_code == 403
    assert errors_of(api.post(address)) == (400, ["is_baseline"])
    assert api.post(address, {"is_baseline": True}).json()["is_baseline"] is True
    assert api.post(address, {"is_baseline": True}).status_code == 409
    assert api.post(address, {"is_baseline": False}).json()["is_baseline"] is False


def test_study_entered_in_error_is_withdrawn_once_with_a_reason(api, study):
    address = f"imaging-studies/{study.pk}/withdraw"

    assert errors_of(api.post(address)) == (422, ["reason"])
    assert api.post(address, {"reason": "Another patient."}).json()["withdrawn"] is True
    assert api.post(address, {"reason": "Another patient."}).status_code == 409


# Assessments and lesions


LESIONS = (
    ("target", "Liver 1", "liver", "40"),
    ("target", "Lung 1", "lung", "20"),
    ("non_target", "Bone 1", "bone", ""),
)


def lesion_body(assessment, role, name, organ, mm, **facts):
    seen = {"seen": "measured", "diameter_mm": mm} if mm else {"seen": "present"}
    return {"assessment": assessment, "role": role, "name": name, "organ": organ, "found": seen} | facts


@pytest.fixture
def baseline(api, patient):
    """A baseline with its lesions, not signed, by its id."""
    opened = api.post("assessments", {"studies": [ct(patient, BEFORE).pk], "is_baseline": True})
    for each in LESIONS:
        assert api.post("lesions", lesion_body(opened.json()["id"], *each)).status_code == 201
    return opened.json()["id"]


@pytest.fixture
def time_point(api, baseline, patient):
    """A time point of a signed baseline without findings, by its id."""
    assert api.post(f"assessments/{baseline}/sign").json()["state"] == "signed"
    return api.post("assessments", {"studies": [ct(patient, AFTER).pk]}).json()["id"]


def seen(name, mm=None, **found):
    """What was seen of the lesion of that name."""
    found = {"seen": "measured", "diameter_mm": mm} if mm else found
    return {"lesion": Lesion.objects.get(name=name).pk, **found}


SMALLER = (("Liver 1", "25"), ("Lung 1", "15.0"))


def smaller():
    return {"findings": [*(seen(*each) for each in SMALLER), seen("Bone 1", seen="present")]}


def test_course_is_assessed_from_the_baseline_to_a_signed_response(api, time_point, baseline, clinician):
    before = api.get(f"assessments/{time_point}").json()
    told = api.post(f"assessments/{time_point}/findings", smaller()).json()
    signed = api.post(f"assessments/{time_point}/sign", {"recist": "PR", "mibg": "not_done"}).json()

    assert (before["baseline"], before["is_baseline"], before["on"]) == (baseline, False, "2024-03-20")
    assert before["computed"]["recist"] is None
    assert sorted(sentence.split(" has ")[0] for sentence in before["computed"]["missing"]) == [
        *("Bone 1", "Liver 1", "Lung 1")
    ]
    recist = told["computed"]["recist"]
    target = recist["target"]
    assert (recist["response"], told["computed"]["missing"]) == ("PR", [])
    assert (target["sum_mm"], target["baseline_mm"], target["baseline_on"]) == ("40.0", "60", "2023-12-20")
    assert target["from_baseline_percent"].startswith("-33.333")
    assert recist["reasons"][0]["sentence"].endswith(": PR, partial response.")
    assert target["reasons"][0]["numbers"]["sum_mm"] == "40.0"
    assert [signed[name] for name in ("state", "recist", "mibg", "signed_by", "signed_on")] == [
        *("signed", "PR", "not_done", str(clinician.pk), "2024-03-27")
    ]
    assert signed["proposal"]["recist"]["response"] == "PR"
    assert [(each["name"], each["seen"], each["diameter_mm"]) for each in signed["findings"]] == [
        ("Bone 1", "present", None),
        ("Liver 1", "measured", "25"),
        ("Lung 1", "measured", "15.0"),
    ]


def test_signed_progression_asks_for_a_decision(api, time_point):
    grown = {"findings": [seen("Liver 1", "60"), seen("Lung 1", "30"), seen("Bone 1", seen="present")]}
    api.post(f"assessments/{time_point}/findings", grown)

    signed = api.post(f"assessments/{time_point}/sign", {"recist": "PD", "mibg": "complete"}).json()

    assert [(each["rule"], each["asks_for_pet"]) for each in signed["computed"]["questions"]] == [
        ("progression", False),
        ("mibg_negative", True),
    ]


def test_child_is_also_read_by_inrc_with_the_scores_of_its_scans(api, patient):
    type(patient).objects.filter(pk=patient.pk).update(indication="neuroblastoma")
    before = StudyFactory(patient=patient, imaged_on=BEFORE, is_baseline=True)
    after = StudyFactory(patient=patient, imaged_on=AFTER)
    for scan, pelvis in ((before, 3), (after, 1)):
        ReadingFactory(study=scan, given={"pelvis": pelvis})
    first = api.post("assessments", {"studies": [before.pk, ct(patient, BEFORE).pk], "is_baseline": True}).json()["id"]
    api.post("lesions", lesion_body(first, "target", "Adrenal 1", "adrenal", "50", is_primary=True))
    api.post(f"assessments/{first}/sign")
    later = api.post("assessments", {"studies": [after.pk, ct(patient, AFTER).pk]}).json()["id"]

    told = api.post(f"assessments/{later}/findings", {"findings": [seen("Adrenal 1", "20")]}).json()["computed"]

    (mibg,) = told["mibg"]
    assert (mibg["scheme"], mibg["total"], mibg["relative"]["follow_up"], mibg["relative"]["baseline"]) == (
        *("Curie", 1, 1, 3),
    )
    assert mibg["of_bone"]["value"].startswith("0.3333")
    parts = {part["part"]: part["response"] for part in told["inrc"]["parts"]}
    assert (told["recist"]["response"], parts["Primary tumour"], told["inrc"]["verified"]) == ("PR", "NE", False)


@pytest.fixture
def child_signed(api, patient, clinician):
    """A child's response signed over scores of 3, then 1, read by one; two are asked since."""
    type(patient).objects.filter(pk=patient.pk).update(indication="neuroblastoma")
    before = StudyFactory(patient=patient, imaged_on=BEFORE, is_baseline=True)
    after = StudyFactory(patient=patient, imaged_on=AFTER)
    for scan, pelvis in ((before, 3), (after, 1)):
        ReadingFactory(study=scan, given={"pelvis": pelvis}, reader=clinician)
    first = api.post("assessments", {"studies": [before.pk, ct(patient, BEFORE).pk], "is_baseline": True}).json()["id"]
    api.post("lesions", lesion_body(first, "target", "Adrenal 1", "adrenal", "50", is_primary=True))
    api.post(f"assessments/{first}/sign")
    later = api.post("assessments", {"studies": [after.pk, ct(patient, AFTER).pk]}).json()["id"]
    api.post(f"assessments/{later}/findings", {"findings": [seen("Adrenal 1", "20")]})
    api.post(f"assessments/{later}/sign", {"recist": "PR", "mibg": "better"})
    ImagingPolicy.objects.create(clinic=patient.clinic, two_readers=True)
    return ResponseAssessment.objects.get(pk=later)


def proposal_of(api, assessment):
    kept = api.get(f"assessments/{assessment.pk}").json()["proposal"]
    (mibg,) = kept["mibg"]
    return [mibg[name] for name in ("total", "bone", "relative", "of_bone", "sentence")], kept["inrc"]


HIDDEN = "Hidden until the second reading."


def test_what_was_signed_over_a_reading_that_awaits_its_second_is_kept_from_others(api, child_signed, clinic):
    other = ApiClient(member_of(clinic, Role.CLINICIAN))
    own = proposal_of(api, child_signed)
    assert (own[0][0], own[0][2]["baseline"], own[1]["response"]) == (1, 3, "NE")
    assert proposal_of(other, child_signed) == (
        [None, None, None, None, HIDDEN],
        {"response": None, "sentence": HIDDEN},
    )

    after, before = ImagingStudy.objects.filter(kind="mibg_planar").order_by("-imaged_on")
    ReadingFactory(study=after, given={"pelvis": 1})
    assert proposal_of(other, child_signed)[0][-1] == HIDDEN  # it tells of the baseline, too
    ReadingFactory(study=before, given={"pelvis": 3})

    assert proposal_of(other, child_signed) == own


def test_what_was_signed_stays_where_another_scan_awaits_its_second_reading(api, child_signed, clinic, patient):
    for study in ImagingStudy.objects.filter(kind="mibg_planar"):
        ReadingFactory(study=study)
    ReadingFactory(study=StudyFactory(patient=patient, imaged_on=date(2023, 6, 1), is_baseline=True))
    other = ApiClient(member_of(clinic, Role.CLINICIAN))

    assert proposal_of(other, child_signed)[0][0] == 1

    (mibg,) = child_signed.proposal["mibg"]
    child_signed.proposal["mibg"] = [{name: mibg[name] for name in mibg if name not in ("study", "baseline")}]
    child_signed.save()  # as signed before the scans were kept with it
    assert proposal_of(other, child_signed)[0][0] is None


def test_report_of_what_was_signed_hides_what_awaits_its_second_reading_from_everybody(api, child_signed):
    text = text_of(assessment_report_pdf(child_signed, today=TODAY))

    assert "By INRC 2017 Hidden until the second reading." in text
    assert "How INRC 2017 comes to it" not in text
    assert "relative score" not in text


def test_baseline_says_what_is_against_its_target_lesions(api, baseline):
    small = api.post("lesions", lesion_body(baseline, "target", "Liver 2", "liver", "6"))
    (found,) = api.get(f"assessments/{baseline}").json()["computed"]["selection"]

    assert small.status_code == 201
    assert (found["lesions"], found["refused"]) == (["Liver 2"], True)
    assert api.post(f"assessments/{baseline}/sign").status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"studies": []}, 400, ["studies"]),
        ({"studies": ["x"]}, 400, ["studies"]),
        ({}, 400, ["studies"]),
        ({"is_first": True}, 400, ["is_first"]),
    ],
)
def test_assessment_of_the_wrong_shape_is_not_opened(api, patient, body, status, fields):
    assert errors_of(api.post("assessments", body)) == (status, fields)


def test_time_point_without_a_baseline_and_studies_of_two_patients_are_refused(api, clinic, patient):
    own, other = ct(patient, AFTER), ct(PatientFactory(clinic=clinic), AFTER)

    assert errors_of(api.post("assessments", {"studies": [own.pk]})) == (422, ["is_baseline"])
    two = api.post("assessments", {"studies": [own.pk, other.pk], "is_baseline": True})
    assert errors_of(two) == (422, ["studies"])
    assert ResponseAssessment.objects.count() == 0


def test_what_else_is_known_is_described_with_a_version(api, baseline):
    address = f"assessments/{baseline}"
    etag = api.get(address)["ETag"]

    assert api.patch(address, {"marker_raised": True}).status_code == 428
    changed = api.patch(address, {"marker_raised": True, "marrow_percent": "5.0"}, If_Match=etag)

    assert (changed.json()["marker_raised"], changed.json()["marrow_percent"]) == (True, "5.0")
    assert errors_of(api.patch(address, {"marrow_percent": "101"}, If_Match=ANY)) == (422, ["marrow_percent"])
    assert errors_of(api.patch(address, {"recist": "PR"}, If_Match=ANY)) == (400, ["recist"])


@pytest.mark.parametrize(
    ("found", "status", "field"),
    [
        ({"seen": "measured"}, 422, "findings.1.seen"),
        ({"seen": "measured", "diameter_mm": "12.3456789"}, 422, "findings.1.seen"),
        ({"seen": "absent", "diameter_mm": "12"}, 422, "findings.1.seen"),
        ({"seen": "split", "parts_mm": ["12"]}, 422, "findings.1.seen"),
        ({"seen": "measured", "diameter_mm": "12", "parts_mm": ["7", "5"]}, 422, "findings.1.seen"),
        ({"seen": "merged"}, 422, "findings.1.seen"),
        ({"seen": "equivocal"}, 422, "findings.1.seen"),
        ({"seen": "huge"}, 400, "findings.1.seen"),
        ({"seen": "measured", "diameter_mm": "big"}, 400, "findings.1.diameter_mm"),
        ({"seen": "absent", "organ": "liver"}, 400, "findings.1.organ"),
    ],
)
def test_finding_that_cannot_be_says_which_and_nothing_is_kept(api, time_point, found, status, field):
    body = {"findings": [seen("Lung 1", "15"), seen("Liver 1", **found)]}

    assert errors_of(api.post(f"assessments/{time_point}/findings", body)) == (status, [field])
    assert not LesionMeasurement.objects.filter(assessment=time_point).exists()


def test_lesions_that_merged_and_split_are_told(api, time_point):
    liver = Lesion.objects.get(name="Liver 1").pk
    body = {"findings": [seen("Liver 1", seen="split", parts_mm=["12.5", "9"]), seen("Lung 1", seen="absent")]}

    told = api.post(f"assessments/{time_point}/findings", body).json()["findings"]
    merged = api.post(
        f"assessments/{time_point}/findings", {"findings": [seen("Lung 1", seen="merged", merged_into=liver)]}
    )

    assert [(each["name"], each["seen"], each["parts_mm"]) for each in told] == [
        ("Liver 1", "split", ["12.5", "9"]),
        ("Lung 1", "absent", []),
    ]
    assert merged.json()["findings"][1]["merged_into"] == str(liver)


def test_study_of_a_finding_is_that_of_its_method_and_no_other(api, time_point, patient):
    elsewhere = ct(patient, date(2024, 3, 21))
    address = f"assessments/{time_point}/findings"

    told = api.post(address, {"findings": [seen("Lung 1", "15")]}).json()
    other = api.post(address, {"findings": [seen("Lung 1", "15") | {"study": elsewhere.pk}]})

    assert told["findings"][0]["study"] == told["studies"][0]
    assert errors_of(other) == (422, ["findings.0.seen"])


def test_lesion_is_told_once(api, time_point):
    answer = api.post(f"assessments/{time_point}/findings", {"findings": [seen("Lung 1", "15"), seen("Lung 1", "14")]})

    assert errors_of(answer) == (400, ["findings"])


def test_lesion_of_another_course_is_refused(api, clinic, time_point):
    other = PatientFactory(clinic=clinic)
    first = api.post("assessments", {"studies": [ct(other, BEFORE).pk], "is_baseline": True}).json()["id"]
    lesion = api.post("lesions", lesion_body(first, "target", "Neck 1", "thyroid", "15")).json()["id"]

    answer = api.post(f"assessments/{time_point}/findings", {"findings": [{"lesion": lesion, "seen": "absent"}]})

    assert errors_of(answer) == (422, ["findings.0.seen"])


@pytest.mark.parametrize(
    ("verdict", "status", "fields"),
    [
        ({"recist": "SD", "mibg": "not_done"}, 422, ["differs"]),
        ({"mibg": "not_done"}, 422, ["recist"]),
        ({"recist": "PR"}, 422, ["mibg"]),
        ({"recist": "partial"}, 400, ["recist"]),
        ({"verdict": "PR"}, 400, ["verdict"]),
    ],
)
def test_signature_that_does_not_hold_is_refused(api, time_point, verdict, status, fields):
    api.post(f"assessments/{time_point}/findings", smaller())

    assert errors_of(api.post(f"assessments/{time_point}/sign", verdict)) == (status, fields)
    assert ResponseAssessment.objects.get(pk=time_point).state == "draft"


def test_signed_assessment_is_reopened_with_a_reason(api, baseline):
    address = f"assessments/{baseline}"
    assert api.post(f"{address}/reopen", {"reason": "x"}).status_code == 409
    api.post(f"{address}/sign", {"comment": "Complete."})

    assert api.patch(address, {"marker_raised": True}, If_Match=ANY).status_code == 409
    assert errors_of(api.post(f"{address}/reopen")) == (422, ["reason"])
    reopened = api.post(f"{address}/reopen", {"reason": "One lesion forgotten."}).json()
    assert (reopened["state"], reopened["signed_by"], reopened["comment"]) == ("draft", None, "Complete.")


def test_assessment_is_withdrawn_and_a_baseline_last(api, time_point, baseline):
    assert errors_of(api.post(f"assessments/{time_point}/withdraw")) == (422, ["reason"])
    assert api.post(f"assessments/{baseline}/withdraw", {"reason": "x"}).status_code == 409
    assert api.post(f"assessments/{time_point}/withdraw", {"reason": "x"}).json()["state"] == "withdrawn"
    assert api.post(f"assessments/{baseline}/withdraw", {"reason": "x"}).json()["state"] == "withdrawn"


def test_assessments_are_listed_by_what_is_asked(api, clinic, patient, time_point, baseline):
    asked = {
        "": [time_point, baseline],
        f"clinic={clinic.pk}": [time_point, baseline],
        f"patient={patient.pk}": [time_point, baseline],
        f"patient={PatientFactory(clinic=clinic).pk}": [],
        "state=draft": [time_point],
        f"baseline={baseline}": [time_point],
        "is_baseline=true": [baseline],
        "on_from=2024-03-20": [time_point],
        "on_to=2024-03-19": [baseline],
    }

    assert {query: [row["id"] for row in api.results(f"assessments?{query}")] for query in asked} == asked
    assert "computed" not in api.results("assessments")[0]


def test_lesion_is_changed_with_what_was_seen_of_it(api, baseline):
    lesion = Lesion.objects.get(name="Liver 1")
    address = f"lesions/{lesion.pk}"
    etag = api.get(address)["ETag"]

    assert api.patch(address, {"organ": "Liver"}).status_code == 428
    changed = api.patch(address, {"name": "Liver 9", "found": {"diameter_mm": "41"}}, If_Match=etag).json()

    (found,) = changed["findings"]
    assert (changed["name"], changed["organ"], found["seen"], found["diameter_mm"]) == (
        *("Liver 9", "liver", "measured", "41"),
    )
    assert errors_of(api.patch(address, {"name": "Lung 1"}, If_Match=ANY)) == (422, ["name"])
    absent = api.patch(address, {"found": {"seen": "absent", "diameter_mm": None}}, If_Match=ANY)
    assert errors_of(absent) == (422, ["found.seen"])


def test_lesion_measured_otherwise_is_of_the_study_of_that_method(api, patient):
    studies = [ct(patient, BEFORE), StudyFactory(patient=patient, kind="mri", imaged_on=BEFORE)]
    opened = api.post("assessments", {"studies": [each.pk for each in studies], "is_baseline": True}).json()["id"]
    created = api.post("lesions", lesion_body(opened, *LESIONS[0]))

    changed = api.patch(f"lesions/{created.json()['id']}", {"method": "mri"}, If_Match=created["ETag"])

    told = [answer.json()["findings"][0]["study"] for answer in (created, changed)]
    assert told == [str(each.pk) for each in studies]


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"role": "new"}, 422, "role"),
        ({"name": "Liver 1"}, 422, "name"),
        ({"found": {"seen": "absent"}}, 422, "found.seen"),
        ({"found": {}}, 400, "found.seen"),
        ({"nature": "stone"}, 400, "nature"),
        ({"size": 12}, 400, "size"),
        ({"found": {"seen": "measured", "mm": "12"}}, 400, "found.mm"),
    ],
)
def test_lesion_that_cannot_be_names_its_field(api, baseline, changed, status, field):
    body = lesion_body(baseline, "target", "Liver 2", "liver", "12")

    assert errors_of(api.post("lesions", body | changed)) == (status, [field])
    assert Lesion.objects.count() == 3


def test_new_lesion_is_added_at_a_time_point_and_listed_there(api, patient, time_point, baseline):
    created = api.post("lesions", lesion_body(time_point, "new", "Bone 2", "bone", ""))
    names = [name for _, name, _, _ in LESIONS]
    asked = {
        f"assessment={baseline}": names,
        f"assessment={time_point}": [*names, "Bone 2"],
        f"assessment={uuid4()}": [],
        f"baseline={baseline}": [*names, "Bone 2"],
        f"patient={patient.pk}": [*names, "Bone 2"],
        "role=new": ["Bone 2"],
        f"first_seen={time_point}": ["Bone 2"],
        "withdrawn=true": [],
    }

    assert (created.status_code, created.json()["first_seen"]) == (201, time_point)
    assert {query: [row["name"] for row in api.results(f"lesions?{query}")] for query in asked} == asked


def test_lesion_looked_at_again_is_withdrawn_with_a_reason(api, time_point, baseline):
    address = f"lesions/{Lesion.objects.get(name='Lung 1').pk}/withdraw"
    api.post(f"assessments/{time_point}/findings", smaller())
    assert api.post(address, {"reason": "A vessel."}).status_code == 409
    api.post(f"assessments/{baseline}/reopen", {"reason": "A vessel."})

    assert errors_of(api.post(address)) == (422, ["reason"])
    assert api.post(address, {"reason": "A vessel."}).json()["withdrawn"] is True
    assert api.post(address, {"reason": "A vessel."}).status_code == 409


def test_response_of_a_patient_is_read_side_by_side(api, auditor, patient, time_point, baseline):
    assert auditor.get(f"patients/{patient.pk}/response").json()["courses"][0]["best_response"] is None
    api.post(f"assessments/{time_point}/findings", smaller())
    api.post(f"assessments/{time_point}/sign", {"recist": "PR", "mibg": "better", "comment": "Good."})

    (course,) = auditor.get(f"patients/{patient.pk}/response").json()["courses"]
    (column,) = course["time_points"]

    assert (course["baseline"]["id"], course["baseline_sum_mm"]) == (baseline, "60.0")
    assert (course["best_response"]["response"], course["best_response"]["on"]) == ("PR", "2024-03-20")
    assert [column["assessment"][name] for name in ("id", "recist", "mibg", "comment", "signed_on")] == [
        *(time_point, "PR", "better", "Good.", "2024-03-27")
    ]
    assert (column["computed"], column["sum_mm"], column["nadir_on"]) == ("PR", "40.0", "2023-12-20")
    assert column["has_changed"] is False
    assert [(row["name"], row["role"], row["seen"]) for row in course["lesions"]] == [
        ("Liver 1", "target", ["40", "25"]),
        ("Lung 1", "target", ["20", "15.0"]),
        ("Bone 1", "non_target", ["present", "present"]),
    ]


def test_response_of_a_patient_without_courses_is_empty(api, patient):
    assert api.get(f"patients/{patient.pk}/response").json() == {"patient": str(patient.pk), "courses": []}


# Who may, and how often the database is asked


def test_coordinator_reads_and_does_not_assess(coordinator, time_point, baseline):
    lesion = Lesion.objects.get(name="Lung 1").pk
    study = ImagingStudy.objects.first().pk

    assert {
        coordinator.post("assessments", {"studies": [study]}).status_code,
        coordinator.patch(f"assessments/{time_point}", {"markers": "better"}, If_Match=ANY).status_code,
        coordinator.post(f"assessments/{time_point}/findings", smaller()).status_code,
        coordinator.post(f"assessments/{time_point}/sign").status_code,
        coordinator.post(f"assessments/{baseline}/reopen", {"reason": "x"}).status_code,
        coordinator.post(f"assessments/{time_point}/withdraw", {"reason": "x"}).status_code,
        coordinator.post("lesions", lesion_body(time_point, "new", "Bone 2", "bone", "")).status_code,
        coordinator.patch(f"lesions/{lesion}", {"organ": "x"}, If_Match=ANY).status_code,
        coordinator.post(f"lesions/{lesion}/withdraw", {"reason": "x"}).status_code,
    } == {403}
    assert coordinator.get(f"assessments/{time_point}").status_code == 200
    assert coordinator.get(f"lesions/{lesion}").status_code == 200


def test_auditor_reads_studies_and_records_none(auditor, study):
    address = f"imaging-studies/{study.pk}"

    assert {
        auditor.post("imaging-studies", {"patient": study.patient_id, **NEW_STUDY}).status_code,
        auditor.patch(address, {"region": "x"}, If_Match=ANY).status_code,
        *(auditor.post(f"{address}/{act}").status_code for act in ("report", "link", "release", "withdraw")),
    } == {403}
    assert auditor.get(address).status_code == 200


def test_rows_of_another_clinic_are_not_there(time_point, patient):
    other = ApiClient(member_of(StudyFactory().clinic, Role.CLINICIAN))
    lesion, study = Lesion.objects.first().pk, ImagingStudy.objects.filter(patient=patient).first().pk
    acts = {
        f"assessments/{time_point}": ("findings", "sign", "reopen", "withdraw"),
        f"lesions/{lesion}": ("withdraw",),
        f"imaging-studies/{study}": ("report", "baseline", "link", "release", "withdraw"),
    }

    assert {
        *(other.get(address).status_code for address in acts),
        *(other.patch(address, {}, If_Match=ANY).status_code for address in acts),
        *(other.post(f"{address}/{act}").status_code for address, names in acts.items() for act in names),
        other.get(f"imaging-studies/{study}/report-file").status_code,
        other.get(f"patients/{patient.pk}/response").status_code,
    } == {404}
    assert errors_of(other.post("assessments", {"studies": [study]})) == (400, ["studies"])
    assert errors_of(other.post("lesions", lesion_body(time_point, "new", "x", "x", ""))) == (400, ["assessment"])
    assert errors_of(other.post("imaging-studies", {"patient": patient.pk, **NEW_STUDY})) == (400, ["patient"])
    assert (other.results("assessments"), other.results("lesions")) == ([], [])


def test_finding_names_no_row_of_another_clinic(api, time_point):
    foreign = StudyFactory()

    answer = api.post(
        f"assessments/{time_point}/findings", {"findings": [seen("Lung 1", "15") | {"study": foreign.pk}]}
    )

    assert errors_of(answer) == (400, ["findings.0.study"])


def test_what_was_done_over_http_can_be_undone_by_a_clinician_only(api, coordinator, time_point):
    event = Event.objects.get(kind="assessment.signed")

    assert coordinator.post(f"events/{event.pk}/undo", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["imaging-studies", "assessments", "lesions"])
def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(api, clinic, path):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    def add():
        found = PatientFactory(clinic=clinic)
        opened = api.post("assessments", {"studies": [ct(found, BEFORE).pk], "is_baseline": True}).json()["id"]
        api.post("lesions", lesion_body(opened, "target", "Liver 1", "liver", "40"))

    add()
    once = asked()
    add()
    add()

    assert len(api.results(path)) == 3
    assert asked() == once
