"""Outside a transaction batches are stored over connections of their own, two at a time."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from interop.labs import importing
from labs.models import Laboratory, LabResult, QuarantineItem
from tests.factories import ClinicFactory, PatientFactory

# Naming the apps lets the clearing afterwards reach the tables that belong to none of their models.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Results of 20 patients in batches of three rows; one in four is of an unknown code."""
    monkeypatch.setattr(importing, "BATCH", 3)
    clinic = ClinicFactory(slug="north")
    for number in range(20):
        PatientFactory(clinic=clinic, mrn=f"P{number}")
    lines = [
        f"P{number},2024-03-{day:02},{'???' if day == 4 else 'platelets'},210,10*9/L,North\n"
        for day in range(1, 5)
        for number in range(20)
    ]
    path = tmp_path / "labs.csv"
    path.write_text("mrn,collected_at,analyte,value,unit,laboratory\n" + "".join(lines))
    return str(path)


def run(*arguments):
    out, progress = StringIO(), StringIO()
    call_command("import_labs", *arguments, "--clinic", "north", stdout=out, stderr=progress)
    return json.loads(out.getvalue()), progress.getvalue().splitlines()


def test_batches_stored_at_once_account_for_every_row(file):
    summary, progress = run(file)

    assert (summary["stored"], summary["quarantined"], progress[-1]) == (60, 20, "80 of 80 rows")
    assert [row["position"] for row in summary["quarantined_rows"]] == [f"labs.csv row {n}" for n in range(62, 82)]
    assert (LabResult.objects.count(), QuarantineItem.objects.count(), Laboratory.objects.count()) == (60, 20, 1)


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_batches_that_name_new_laboratories_in_opposite_orders_do_not_stop_each_other(
    file, tmp_path, monkeypatch, options
):
    names = [f"Laboratory {n}" for n in range(8)]
    lines = [
        f"P{number},2024-03-0{day},platelets,210,10*9/L,{name}\n"
        for number in range(6)
        for day, name in enumerate(names[:: 1 if number % 2 else -1], 1)
    ]
    path = tmp_path / "many.csv"
    path.write_text("mrn,collected_at,analyte,value,unit,laboratory\n" + "".join(lines))
    monkeypatch.setattr(importing, "BATCH", 8)  # the rows of one patient

    summary, _ = run(str(path), *options)

    assert (summary["stored"], Laboratory.objects.count()) == (48, 0 if options else 8)


def test_dry_run_of_batches_at_once_stores_nothing(file):
    summary, _ = run(file, "--dry-run")

    assert (summary["stored"], summary["quarantined"]) == (60, 20)
    assert (LabResult.objects.count(), QuarantineItem.objects.count(), Laboratory.objects.count()) == (0, 0, 0)


def test_batch_that_breaks_ends_the_import_and_what_was_stored_is_known(file, monkeypatch):
    receive = importing.receive_results

    def breaks(*, rows, **arguments):
        if any(row.mrn == "P7" for row in rows):
            raise RuntimeError("disk full")
        return receive(rows=rows, **arguments)

    monkeypatch.setattr(importing, "receive_results", breaks)
    with pytest.raises(RuntimeError):
        run(file)
    monkeypatch.undo()
    monkeypatch.setattr(importing, "BATCH", 3)

    stored = LabResult.objects.count()
    summary, _ = run(file)
    assert 0 < stored < 60
    assert (summary["stored"], LabResult.objects.count()) == (60 - stored, 60)
