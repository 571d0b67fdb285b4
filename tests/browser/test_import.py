"""A clinic brings its own list: columns matched, checked, imported while the page shows how far it is."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from events.models import Job
from interop import tasks
from patients.models import Patient
from tests.browser.barriers import violations
from tests.browser.test_journeys import clinic, clinician, sign_in  # noqa: F401  (fixtures)

LIST = """Hospital Number;Surname;First name;DOB;Gender;Infusion date
H-1;Beispiel;Jörg;1960-02-03;m;2023-05-06
H-2;Muster;Zoë;1971-12-13;f;2023-11-12
H-3;Prueba;Ana;1971-12-13;f;12/11/23
"""


@pytest.mark.usefixtures("clinician")
def test_list_of_a_stranger_is_matched_checked_and_imported(page: Page, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tasks.import_list, "apply_async", lambda *arguments, **options: None)
    path = tmp_path / "ours.csv"
    path.write_text(LIST)
    sign_in(page)

    page.goto("/import/")
    page.get_by_label("List of patients").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_label("Indication").select_option("Neuroblastoma")
    page.get_by_label("Secreting").select_option("No")
    assert violations(page) == []
    page.get_by_role("button", name="Check the list").click()

    expect(page.get_by_role("table", name="Mistakes")).to_contain_text("“12/11/23” is not a date as year-month-day.")
    assert violations(page) == []
    page.get_by_role("button", name="Import 2 treatments, leave out 1 row").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    assert violations(page) == []

    tasks.import_list(str(Job.objects.get().pk))

    expect(page.get_by_text("2 new patients and 2 treatments were stored.")).to_be_visible()
    assert re.search(r"/import/jobs/[0-9a-f-]{36}/$", page.url)
    assert [patient.given_name for patient in Patient.objects.order_by("mrn")] == ["Jörg", "Zoë"]
    assert violations(page) == []
