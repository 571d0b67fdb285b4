import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Role
from events.models import Event
from patients.models import Patient
from schedules.actions import load_packaged_protocol
from schedules.models import Plan, Protocol
from tests.factories import ClinicFactory, MembershipFactory
from tests.interop.files import ANA, BEN, csv_of

pytestmark = pytest.mark.django_db

CDISC = Path(settings.BASE_DIR).parent / "shared" / "data" / "cdisc" / "patients.csv"


@pytest.fixture
def clinic():
    load_packaged_protocol(by=None)
    return ClinicFactory(slug="north")


@pytest.fixture
def run(clinic, tmp_path):
    def command(content, *options):
        path = tmp_path / "list.csv"
        path.write_bytes(content)
        out = StringIO()
        try:
            call_command("import_patients", str(path), "--clinic", "north", *options, stdout=out, stderr=StringIO())
        except CommandError as error:
            return out.getvalue(), error
        return out.getvalue(), None

    return command


def test_import_stores_the_file_and_prints_counts(run):
    out, error = run(csv_of(ANA, BEN))

    visits = sum(plan.visits.count() for plan in Plan.objects.all())
    assert error is None
    assert out.splitlines()[:6] == [
        "rows: 2",
        "unchanged: 0",
        "bad rows: 0",
        "patients: 2",
        "treatments: 2",
        "plans: 2",
    ]
    assert f"visits: {visits}" in out.splitlines()


def test_import_records_who_it_was_by(run, clinic):
    doctor = MembershipFactory(clinic=clinic, role=Role.CLINICIAN, staff__email="doc@example.org").staff

    run(csv_of(ANA), "--by", "doc@example.org")

    assert set(Event.objects.values_list("by", flat=True)) == {doctor.pk}


def test_dry_run_stores_nothing_and_says_what_would_be(run):
    out, error = run(csv_of(ANA), "--dry-run")

    assert (error, Patient.objects.count()) == (None, 0)
    assert out.splitlines()[0] == "Dry run: nothing was stored. This would be:"
    assert "patients: 1" in out.splitlines()


@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_bad_row_is_named_with_column_and_remedy_and_fails(run, option):
    out, error = run(csv_of(ANA, BEN | {"birth_date": "03/04/61"}), *option)

    assert out.splitlines()[0] == (
        "row 3, birth_date: “03/04/61” is not a date as year-month-day. Write it like 2024-04-03."
    )
    assert (str(error), error.returncode) == ("1 row needs another look; nothing was stored.", 1)
    assert Patient.objects.count() == 0


def test_skip_bad_rows_stores_the_others_and_succeeds(run):
    _, error = run(csv_of(ANA, BEN | {"birth_date": "03/04/61"}), "--skip-bad-rows")

    assert (error, [patient.mrn for patient in Patient.objects.all()]) == (None, ["A1"])


def test_skip_bad_rows_fails_when_nothing_is_left(run):
    _, error = run(csv_of(BEN | {"birth_date": "03/04/61"}), "--skip-bad-rows")

    assert str(error) == "1 row needs another look; nothing was stored."


def test_missing_column_fails_even_when_bad_rows_are_skipped(run):
    row = {name: value for name, value in ANA.items() if name != "sex"}

    out, error = run(csv_of(row), "--skip-bad-rows")

    assert out.splitlines()[0] == "row 1, sex: This column is missing. Add it. female, male, other or unknown."
    assert str(error) == "The header needs another look; nothing was stored."


def test_json_summary_holds_counts_mistakes_and_notes(run):
    out, _ = run(csv_of(ANA | {"room": "4"}, BEN | {"sex": "?"}), "--skip-bad-rows", "--format", "json")

    summary = json.loads(out)
    assert (summary["rows"], summary["patients"], summary["bad_rows"], summary["dry_run"]) == (2, 1, 1, False)
    assert summary["mistakes"] == [
        {
            "row": 3,
            "column": "sex",
            "what": "“?” is not known.",
            "remedy": "Write female, male, other or unknown.",
        }
    ]
    assert [note["column"] for note in summary["notes"]] == ["room"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.csv", "--clinic", "north"], "none.csv cannot be read: No such file or directory."),
        ([".", "--clinic", "north"], ". cannot be read: Is a directory."),
        (["none.csv", "--clinic", "south"], "There is no clinic “south”. Clinics: north."),
        (["none.csv", "--clinic", "north", "--by", "x@example.org"], "x@example.org does not work in"),
    ],
)
def test_wrong_argument_is_told_in_one_sentence(clinic, arguments, words):
    with pytest.raises(CommandError) as error:
        call_command("import_patients", *arguments)

    assert str(error.value).startswith(words)


def test_import_without_a_protocol_says_what_to_do(run):
    Protocol.objects.update(status="retired")

    _, error = run(csv_of(ANA))

    assert str(error) == "No protocol is loaded. Run “manage.py load_protocols”."


@pytest.mark.skipif(not CDISC.exists(), reason="the public trial's list of patients is not here")
def test_public_trial_imports_whole_and_without_overdue_items(run):
    _, error = run(CDISC.read_bytes())
    _, again = run(CDISC.read_bytes())

    assert (error, again, Patient.objects.count(), Plan.objects.current().count()) == (None, None, 254, 254)
    plan = Plan.objects.select_related("clinic").first()
    assert not plan.visits.open().filter(closes__lt=plan.followed_from).exists()
