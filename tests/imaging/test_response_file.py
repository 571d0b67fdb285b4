"""The file of a patient's response: a line for each lesion at each time point, and nothing a spreadsheet would run."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from imaging.actions.assessments import open_assessment
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion
from imaging.models import ImagingPolicy, Lesion
from imaging.pages.response_file import COLUMNS
from tests.factories import MembershipFactory
from tests.imaging.courses import AFTER, BEFORE, baseline_of, ct, mm, sign, time_point
from tests.imaging.factories import ReadingFactory, StudyFactory

pytestmark = pytest.mark.django_db

SMALLER = {"Liver 1": mm("25.5"), "Lung 1": mm(15), "Bone 1": SeenFacts("present")}
ADDRESS = "/patients/{}/imaging/response.csv"


def lines(client, patient):
    """The lines of the file, by column."""
    answer = client.get(ADDRESS.format(patient.pk))
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def course(patient, clinician):
    """A signed baseline and a signed time point three months later."""
    sign(baseline_of(patient, by=clinician), by=clinician)
    return sign(time_point(patient, SMALLER, by=clinician), "PR", "better", by=clinician)


def test_every_lesion_has_a_line_at_every_time_point(client, patient, course):
    found = lines(client, patient)

    assert tuple(found[0]) == COLUMNS
    assert [
        tuple(line[name] for name in ("time_point", "lesion", "role", "seen", "diameter_mm")) for line in found
    ] == [
        ("2024-01-20", "Liver 1", "Target", "Measured", "40"),
        ("2024-01-20", "Lung 1", "Target", "Measured", "20"),
        ("2024-01-20", "Bone 1", "Non-target", "Present", ""),
        ("2024-05-02", "Liver 1", "Target", "Measured", "25.5"),
        ("2024-05-02", "Lung 1", "Target", "Measured", "15"),
        ("2024-05-02", "Bone 1", "Non-target", "Present", ""),
    ]


def test_line_carries_sum_changes_and_verdicts(client, patient, course):
    found = lines(client, patient)
    first, last = found[2], found[4]

    assert first | {"lesion": "", "organ": "", "role": "", "seen": ""} == dict.fromkeys(COLUMNS, "") | {
        "mrn": patient.mrn,
        "baseline": "2024-01-20",
        "time_point": "2024-01-20",
        "signed": "2024-05-20",
        "node": "no",
        "sum_mm": "60.0",
    }
    assert last == {
        "mrn": patient.mrn,
        "baseline": "2024-01-20",
        "time_point": "2024-05-02",
        "signed": "2024-05-20",
        "lesion": "Lung 1",
        "role": "Target",
        "organ": "lung",
        "node": "no",
        "seen": "Measured",
        "diameter_mm": "15",
        "sum_mm": "40.5",
        "from_baseline_percent": "-32.50",
        "from_nadir_percent": "-32.50",
        "recist_computed": "PR",
        "recist_signed": "PR",
        "mibg_signed": "Less uptake",
        "curie_total": "",
        "siopen_total": "",
    }


def test_draft_says_what_was_entered_and_no_verdict(client, patient, clinician):
    baseline_of(patient, by=clinician)
    time_point(patient, {"Lung 1": SeenFacts("absent")}, by=clinician)

    *_, liver, lung, _ = lines(client, patient)

    assert (liver["seen"], lung["seen"], lung["diameter_mm"]) == ("", "Gone", "")
    assert {liver[name] for name in ("signed", "sum_mm", "recist_computed", "recist_signed", "mibg_signed")} == {""}


def test_new_lesion_has_no_line_before_it_was_seen(client, patient, clinician, course):
    later = time_point(patient, {}, by=clinician, day=AFTER.replace(day=16))
    add_lesion(assessment=later, facts=LesionFacts("new", "Skull 1", "bone"), found=SeenFacts("present"), by=clinician)

    assert [line["time_point"] for line in lines(client, patient) if line["lesion"] == "Skull 1"] == ["2024-05-16"]


def test_split_lesion_gives_its_parts(client, patient, clinician):
    baseline_of(patient, by=clinician)
    time_point(
        patient, {"Liver 1": SeenFacts("split", parts_mm=(mm(12).diameter_mm, mm("9.5").diameter_mm))}, by=clinician
    )

    (found,) = [line for line in lines(client, patient) if line["seen"] == "Split"]

    assert found["diameter_mm"] == "12 + 9.5"


def scanned(patient, clinician):
    """A baseline of an MIBG scan without lesions."""
    study = StudyFactory(patient=patient, imaged_on=BEFORE)
    open_assessment(patient=patient, studies=[study, ct(patient, BEFORE, by=clinician)], is_baseline=True, by=clinician)
    return study


def test_score_that_counts_stands_with_its_scheme_and_a_time_point_without_lesions_has_a_line(
    client, patient, clinician
):
    study = scanned(patient, clinician)
    ReadingFactory(study=study, given={"pelvis": 3})
    ReadingFactory(study=study, scheme="SIOPEN", given={"pelvis": 6, "skull": 5})

    (found,) = lines(client, patient)

    assert (found["lesion"], found["curie_total"], found["siopen_total"]) == ("", "3", "11")


def test_score_that_does_not_count_yet_is_told_to_nobody(client, patient, clinician):
    ReadingFactory(study=scanned(patient, clinician))
    ImagingPolicy.objects.create(clinic=patient.clinic, two_readers=True)

    (found,) = lines(client, patient)

    assert found["curie_total"] == ""


def test_name_that_a_spreadsheet_would_run_is_text(client, patient, clinician, course):
    Lesion.objects.filter(name="Liver 1").update(name="=HYPERLINK(1)", organ="@liver")

    found = lines(client, patient)

    assert {(line["lesion"], line["organ"]) for line in found if "HYPER" in line["lesion"]} == {
        ("'=HYPERLINK(1)", "'@liver")
    }


def test_file_is_for_who_may_read_and_of_no_other_clinic(client, patient, course):
    client.force_login(MembershipFactory(clinic=patient.clinic, role=Role.AUDITOR).staff)
    assert len(lines(client, patient)) == 6

    client.force_login(MembershipFactory().staff)
    assert client.get(ADDRESS.format(patient.pk)).status_code == 404


def test_page_offers_the_file_where_there_is_a_course(client, patient, clinician):
    address = ADDRESS.format(patient.pk)
    assert address not in client.get(f"/patients/{patient.pk}/response/").content.decode()

    baseline_of(patient, by=clinician)

    assert address in client.get(f"/patients/{patient.pk}/response/").content.decode()


def test_file_asks_the_database_as_often_for_two_time_points_as_for_one(client, patient, clinician, course):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            lines(client, patient)
        return len(captured)

    asked()  # the first request of a session asks more
    once = asked()
    time_point(patient, SMALLER, by=clinician, day=AFTER.replace(day=16))

    assert asked() == once
