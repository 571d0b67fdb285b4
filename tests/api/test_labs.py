"""Grading, results and files of results for other systems."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actions import create_api_token
from events.models import Job
from interop import tasks
from labs.models import LabReport, LabResult, QuarantineItem
from tests.factories import ClinicFactory, PatientFactory

CSV = b"mrn,collected_at,analyte,value,unit\nP1,2024-03-05,platelets,210,10*9/L\nP1,2024-03-05,???,1,1\n"
PLATELETS = {"mrn": "P1", "collected_at": "2024-03-05", "analyte": "platelets", "value": "210", "unit": "10*9/L"}


@pytest.fixture
def patient(clinic):
    return PatientFactory(clinic=clinic, mrn="P1")


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """The ids of the jobs whose message was sent to the broker."""
    ids = []
    monkeypatch.setattr(tasks.import_list, "apply_async", lambda args, **options: ids.append(args[0]))
    return ids


def test_list_of_results_is_graded_a_line_per_term(api):
    rows = [{"analyte": "platelets", "value": "38", "unit": "10*9/L"}, {"row_id": "b", "analyte": "?", "value": 1.5}]

    answer = api.post("labs/grade?ctcae=5.0", rows)

    first, second = answer.json()
    assert (answer.status_code, list(first)) == (
        200,
        ["row_id", "analyte", "term", "direction", "grade", "grade_if_symptomatic", "status", "reason", "ctcae"],
    )
    assert (first["row_id"], first["term"], first["grade"], first["ctcae"]) == (
        "1",
        "Platelet count decreased",
        3,
        "5.0",
    )
    assert (second["row_id"], second["grade"], second["status"]) == ("b", None, "quarantined")


@pytest.mark.parametrize("fasting", [True, "yes", "true"])
def test_cells_may_be_numbers_and_truth_values(api, fasting):
    rows = [{"analyte": "2345-7", "value": 300, "unit": "mg/dL", "fasting": fasting, "unknown": 1}]

    assert {line["status"] for line in api.post("labs/grade", rows).json()} <= {"graded", "not_gradable"}


@pytest.mark.parametrize(
    ("query", "body", "words"),
    [
        ("", {"analyte": "hgb"}, "Send a list of results"),
        ("", [{}] * 5001, "5,001 results are too many for one request. Send at most 5,000."),
        ("?ctcae=4.0", [], "Choose 5.0 or 6.0."),
        ("?version=5.0", [], "There is no such parameter here. Known: ctcae."),
        ("", [{"value": ["1"]}], "Not a valid string."),
    ],
)
def test_grading_says_what_is_wrong_with_a_request(api, query, body, words):
    answer = api.post(f"labs/grade{query}", body)

    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_results_are_taken_in_and_answered_one_by_one(api, clinic, patient):
    rows = [PLATELETS, PLATELETS, PLATELETS | {"status": "corrected", "value": "220"}, PLATELETS | {"mrn": "P9"}]

    answer = api.post("labs/results", {"clinic": clinic.pk, "origin": "North LIS", "results": rows})

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "stored": 1,
            "duplicate": 1,
            "corrected": 1,
            "quarantined": 1,
            "alerts": 0,
            "results": [
                {"outcome": "stored", "reason": ""},
                {"outcome": "duplicate", "reason": ""},
                {"outcome": "corrected", "reason": ""},
                {"outcome": "quarantined", "reason": "No patient of this clinic has the MRN “P9”."},
            ],
        },
    )
    assert LabResult.objects.current().get().reported == "220"
    assert {report.source for report in LabReport.objects.all()} == {"api"}
    assert '"analyte": "platelets"' in LabReport.objects.first().raw


def test_results_of_another_clinic_are_refused(api):
    answer = api.post("labs/results", {"clinic": ClinicFactory().pk, "results": [PLATELETS]})

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, ["clinic"])
    assert QuarantineItem.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"results": []}, "results"),
        ({"results": [{"colour": "red"}]}, "results.0.colour"),
        ({"results": 1}, "results"),
        ({"results": [{}] * 5001}, "results"),
    ],
)
def test_results_of_the_wrong_shape_are_refused(api, clinic, body, field):
    answer = api.post("labs/results", {"clinic": clinic.pk, **body})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.fixture
def send(clinician):
    """Send a file as CSV or as a form."""
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)
    headers = {"Authorization": f"Token {secret}"}

    def post(content, clinic, *, as_form, **fields):
        if as_form:
            body = {"file": SimpleUploadedFile("list.csv", content), "clinic": clinic.pk, **fields}
            return Client(headers=headers).post("/api/v1/labs/imports/", body)
        query = {"clinic": str(clinic.pk), "name": "list.csv", **fields}
        address = "/api/v1/labs/imports/"
        return Client(headers=headers).post(address, content, content_type="text/csv", query_params=query)

    return post


@pytest.mark.parametrize("as_form", [True, False])
def test_file_is_imported_in_the_background_and_its_job_says_what_came_of_it(api, send, sent, clinic, patient, as_form):
    answer = send(CSV, clinic, as_form=as_form)
    tasks.import_list(*sent)

    job = api.get(answer["Location"]).json()
    assert (answer.status_code, answer.json()["state"], answer.json()["total"]) == (202, "waiting", 2)
    assert (job["state"], job["done"], job["dry_run"]) == ("finished", 2, False)
    assert (job["result"]["stored"], job["result"]["quarantined_rows"]) == (
        1,
        [{"position": "list.csv row 3", "reason": "The code “???” of this laboratory is not known."}],
    )
    assert [row["id"] for row in api.results("labs/imports?state=finished")] == [job["id"]]


@pytest.mark.parametrize("as_form", [True, False])
def test_dry_run_stores_nothing(send, sent, clinic, patient, as_form):
    send(CSV, clinic, as_form=as_form, dry_run="true")
    tasks.import_list(*sent)

    job = Job.objects.get()
    assert (job.state, job.result["stored"], job.result["quarantined"]) == ("finished", 1, 1)
    assert (LabResult.objects.count(), QuarantineItem.objects.count(), LabReport.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"a,b\n1,2\n", 422, "does not name mrn, collected_at, analyte, value"),
        (b"MSH|^~\\&|LAB", 422, "is HL7 v2, which is not read yet"),
        (b'{"resourceType": "Bundle"}', 422, "is FHIR, which is not read yet"),
        (b"", 400, "empty"),
    ],
)
def test_file_that_is_not_read_is_refused_and_not_kept(send, clinic, content, status, words):
    answer = send(content, clinic, as_form=True)

    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert Job.objects.count() == 0
