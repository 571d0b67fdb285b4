import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Role
from events.models import Event
from interop.labs import importing
from labs.models import LabGrade, LabReport, LabResult, QuarantineItem, SpecimenMatch
from schedules.actions import load_packaged_protocol
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory

pytestmark = pytest.mark.django_db

CDISC = Path(settings.BASE_DIR).parent / "shared" / "data" / "cdisc"
HEADER = "mrn,collected_at,analyte,value,unit,low,high,status,accession,laboratory\n"
GOOD = "P1,2024-03-05,platelets,210,10*9/L,150,400,final,S1,North\n"
BAD = "P1,2024-03-05,???,1,1,,,final,S1,North\n"


@pytest.fixture
def clinic():
    clinic = ClinicFactory(slug="north")
    PatientFactory(clinic=clinic, mrn="P1")
    PatientFactory(clinic=clinic, mrn="P2")
    return clinic


@pytest.fixture
def write(tmp_path):
    def file(text, name="labs.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    return file


def run(*arguments):
    """The summary the command prints, and its progress."""
    out, progress = StringIO(), StringIO()
    call_command("import_labs", *arguments, "--clinic", "north", stdout=out, stderr=progress)
    return json.loads(out.getvalue()), progress.getvalue()


def test_summary_accounts_for_every_row(clinic, write):
    corrected = GOOD.replace("210", "220").replace("final", "corrected")

    summary, progress = run(write(HEADER + GOOD + GOOD + corrected + BAD))

    assert summary == {
        "dry_run": False,
        "rows": 4,
        "stored": 1,
        "duplicate": 1,
        "corrected": 1,
        "quarantined": 1,
        "alerts": 0,
        "files": [{"name": "labs.csv", "format": "csv", "rows": 4}],
        "notes": [],
        "quarantined_rows": [
            {"position": "labs.csv row 5", "reason": "The code “???” of this laboratory is not known."},
        ],
    }
    assert progress == "4 of 4 rows\n"


def test_dry_run_says_the_same_and_stores_nothing(clinic, write):
    path = write(HEADER + GOOD + BAD)

    would_be, _ = run(path, "--dry-run")
    nothing = [model.objects.count() for model in (LabResult, LabReport, QuarantineItem, Event)]
    came, _ = run(path)

    assert nothing == [0, 0, 0, 0]
    assert would_be | {"dry_run": False} == came


def test_report_holds_the_summary(clinic, write, tmp_path):
    summary, _ = run(write(HEADER + GOOD), "--report", str(tmp_path / "report.json"))

    assert json.loads((tmp_path / "report.json").read_text()) == summary


def test_import_records_who_it_was_by(clinic, write):
    doctor = MembershipFactory(clinic=clinic, role=Role.CLINICIAN, staff__email="doc@example.org").staff

    run(write(HEADER + GOOD), "--by", "doc@example.org")

    assert Event.objects.get(kind="results.received").by == doctor


def test_folder_is_read_whole_but_for_what_is_hidden(clinic, write, tmp_path):
    write(HEADER + GOOD, "in/b/second.csv")
    write(HEADER + GOOD.replace("S1", "S2"), "in/a.csv")
    write("not a list", "in/.hidden/x.csv")

    summary, _ = run(str(tmp_path / "in"))

    assert [file["name"] for file in summary["files"]] == ["a.csv", "b/second.csv"]
    assert summary["stored"] == 2


def test_rows_of_a_patient_are_settled_together_wherever_they_stand(clinic, write, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    lines = [GOOD.replace("P1", mrn).replace("S1", f"S{n}") for n in range(3) for mrn in ("P1", "P2", "P9")]

    summary, progress = run(write(HEADER + "".join(lines) + BAD.replace("P1", "A0")))

    assert (summary["stored"], summary["quarantined"], progress.split("\n")[-2]) == (6, 4, "10 of 10 rows")
    assert [row["position"] for row in summary["quarantined_rows"]] == [f"labs.csv row {n}" for n in (4, 7, 10, 11)]


def test_interrupted_import_is_simply_repeated(clinic, write, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    path = write(HEADER + GOOD + GOOD.replace("P1", "P2"))
    receive, calls = importing.receive_results, []

    def breaks(**arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("disk full")
        return receive(**arguments)

    monkeypatch.setattr(importing, "receive_results", breaks)
    with pytest.raises(RuntimeError):
        run(path)
    kept = LabResult.objects.count()
    summary, _ = run(path)

    assert (kept, summary["stored"], summary["duplicate"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("mrn,value\n", [], "The header of labs.csv does not name collected_at, analyte."),
        ("MSH|^~\\&|LAB", [], "labs.csv is HL7 v2, which is not read yet. Export the results as CSV."),
        ('{"resourceType": "Bundle"}', [], "labs.csv is FHIR, which is not read yet."),
        (HEADER + GOOD, ["--format", "fhir"], "labs.csv is FHIR, which is not read yet."),
        (HEADER + GOOD, ["--by", "x@example.org"], "x@example.org does not work in"),
    ],
)
def test_what_is_not_read_is_refused_before_anything_is_stored(clinic, write, text, options, words):
    good, other = write(HEADER + GOOD, "good.csv"), write(text)

    with pytest.raises(CommandError) as refused:
        run(good, other, *options)

    assert words in str(refused.value).replace("good.csv", "labs.csv")
    assert (refused.value.returncode, LabResult.objects.count()) == (1, 0)


def test_file_that_is_not_there_and_empty_folder_are_told(clinic, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv cannot be read: No such file or directory\."):
        run("none.csv")
    with pytest.raises(CommandError, match="There is no file in"):
        run(str(tmp_path))


@pytest.mark.skipif(not CDISC.exists(), reason="the public trial's results are not here")
def test_every_row_of_the_public_trial_is_stored_or_held_back_and_the_second_time_nothing(clinic):
    load_packaged_protocol(by=None)
    patients, results = str(CDISC / "patients.csv"), str(CDISC / "labs.csv")
    call_command("import_patients", patients, "--clinic", "north", stdout=StringIO(), stderr=StringIO())

    first, _ = run(results)
    counts = [model.objects.count() for model in (LabResult, LabReport, LabGrade, SpecimenMatch, QuarantineItem, Event)]
    second, _ = run(results)

    assert first["stored"] + first["quarantined"] == first["rows"] == 28_579
    assert len(first["quarantined_rows"]) == first["quarantined"]
    assert all(row["reason"] for row in first["quarantined_rows"])
    assert (second["duplicate"], second["alerts"]) == (28_579, 0)
    assert counts == [
        model.objects.count() for model in (LabResult, LabReport, LabGrade, SpecimenMatch, QuarantineItem, Event)
    ]
    # As its own mapping reads them, no result of this sender is held back.
    assert first["quarantined_rows"] == []
