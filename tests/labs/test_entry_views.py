"""Typing and pasting results in the browser."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Role
from events.models import StoredFile
from labs.models import Laboratory, LabReport, LabResult, QuarantineItem
from schedules.models import Plan
from tests.factories import MembershipFactory, enrolled
from tests.labs.arrivals import arrive

TODAY = date(2024, 3, 6)
PDF = b"%PDF-1.7 report"
TEXT = "CBC\nHgb 14.0 g/dL\nWBC 6.0 10*9/L\nPLT 250 K/uL 150-400\nFoo 3 mg"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 6, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def treated(clinic, clinician, client) -> Plan:
    client.force_login(clinician)
    return enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)


def page(name: str, plan: Plan) -> str:
    return reverse(f"labs:{name}", args=[plan.patient_id])


def filled(**more: object) -> dict[str, object]:
    """A form with one platelet count within limits."""
    specimen = {"other_laboratory": "North", "collected_on": "2024-03-06", "status": "final"}
    return specimen | {"value_platelets": "250", "unit_platelets": "10*9/L"} | more


def errors(response) -> dict[str, list[str]]:
    return {name: list(told) for name, told in response.context["form"].errors.items()}


def test_entered_value_is_stored_with_its_source_and_told(client, treated, clinician):
    answer = client.post(page("enter_results", treated), filled(), follow=True)

    stored = LabResult.objects.get()
    assert (stored.analyte, stored.reported, stored.range_source) == ("platelets", "250", "unverified")
    assert (stored.report.source, stored.report.raw) == ("entry", "Platelets 250 10*9/L")
    assert answer.request["PATH_INFO"] == page("results", treated)
    assert [str(each) for each in answer.context["messages"]] == ["1 result stored."]


def test_grades_and_alerts_of_what_is_entered_are_told(client, treated):
    low = filled(value_platelets="38", again_platelets="38.0", value_hgb="98", unit_hgb="g/L")

    answer = client.post(page("enter_results", treated), low, follow=True)

    assert [str(each) for each in answer.context["messages"]] == [
        "2 results stored. Thrombocytopenia grade 3, Anemia grade 2. 1 alert raised."
    ]


def test_printed_range_is_stored_as_printed(client, treated):
    client.post(page("enter_results", treated), filled(low_platelets="130", high_platelets="394"))

    stored = LabResult.objects.get()
    assert (stored.low, stored.high, stored.range_source) == (130, 394, "report")


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"value_platelets": "150000"}, "value_platelets", "a unit slip? Set the unit; it could be /uL."),
        ({"value_platelets": "clumped"}, "value_platelets", "“clumped” is a text, not a number."),
        ({"value_platelets": "1,500"}, "value_platelets", "the comma could stand for"),
        ({"unit_platelets": ""}, "unit_platelets", "no unit is reported"),
        ({"low_platelets": "x"}, "low_platelets", "The limit “x” is not a number."),
        ({"low_platelets": "500", "high_platelets": "400"}, "low_platelets", "is above the upper one"),
        ({"value_platelets": "", "low_platelets": "5"}, "value_platelets", "enter the value too"),
        ({"value_platelets": ""}, "__all__", "Enter at least one value."),
        ({"collected_on": "2024-03-09"}, "collected_on", "lies in the future"),
        ({"collected_on": "1961-03-02"}, "collected_on", "older than the patient"),
        ({"other_laboratory": ""}, "laboratory", "Choose the laboratory"),
        ({"telephoned": "on", "read_back": "on"}, "caller", "who telephoned"),
        ({"telephoned": "on", "caller": "Lab, 14"}, "read_back", "Read the values back"),
        ({"value_platelets": "38"}, "again_platelets", "This is critical. Type it a second time."),
        ({"value_platelets": "38", "again_platelets": "83"}, "again_platelets", "38 and 83 are not the same"),
    ],
)
def test_what_would_be_held_back_is_told_at_its_field_and_nothing_is_stored(client, treated, more, field, words):
    answer = client.post(page("enter_results", treated), filled(**more))

    assert answer.status_code == 422
    assert list(errors(answer)) == [field]
    assert words in errors(answer)[field][0]
    stored = (LabResult, LabReport, QuarantineItem, Laboratory)
    assert [model.objects.count() for model in stored] == [0, 0, 0, 0]


def test_value_tenfold_off_the_last_one_is_typed_twice(client, treated):
    arrive(treated.patient, date(2024, 3, 1))
    far = filled(value_platelets="2500")

    refused = client.post(page("enter_results", treated), far)
    client.post(page("enter_results", treated), far | {"again_platelets": "2500"})

    assert "tenfold off the last value (250 x10^9/L" in errors(refused)["again_platelets"][0]
    assert LabResult.objects.filter(reported="2500").count() == 1


def test_telephoned_value_keeps_caller_and_that_it_was_read_back(client, treated):
    told = filled(telephoned="on", caller="Ana, laboratory, 14", read_back="on")

    client.post(page("enter_results", treated), told)

    report = LabReport.objects.get()
    assert (report.source, report.caller, report.read_back) == ("telephone", "Ana, laboratory, 14", True)


def test_attached_report_is_kept_and_shown_without_running(client, treated):
    file = SimpleUploadedFile("scan.exe", PDF, content_type="text/html")
    client.post(page("enter_results", treated), filled(attachment=file))
    report = LabReport.objects.get()

    answer = client.get(reverse("labs:attachment", args=[report.pk]))

    assert (report.attachment.name, answer["Content-Type"], answer.content) == ("scan.pdf", "application/pdf", PDF)
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"<html>", "neither a PDF nor"), (b"%PDF-" + bytes(10 * 1024 * 1024), "larger than 10 MB")],
)
def test_other_file_is_refused(client, treated, content, words):
    file = SimpleUploadedFile("report.pdf", content, content_type="application/pdf")

    answer = client.post(page("enter_results", treated), filled(attachment=file))

    assert words in errors(answer)["attachment"][0]
    assert not StoredFile.objects.exists()


def test_same_values_once_more_are_told_as_stored_already(client, treated):
    client.post(page("enter_results", treated), filled(), follow=True)

    answer = client.post(page("enter_results", treated), filled(), follow=True)

    assert LabResult.objects.count() == 1
    assert [str(each) for each in answer.context["messages"]] == ["Nothing new: these results were stored already."]


def test_contradiction_of_a_stored_value_is_told_and_as_corrected_it_is_taken(client, treated):
    client.post(page("enter_results", treated), filled())

    refused = client.post(page("enter_results", treated), filled(value_platelets="260"))
    client.post(page("enter_results", treated), filled(value_platelets="260", status="corrected"))

    assert "250 10*9/L (final) is on record for this specimen" in errors(refused)["value_platelets"][0]
    assert LabResult.objects.current().get().reported == "260"
    assert not QuarantineItem.objects.exists()


def test_second_correction_of_a_value_is_sent_to_the_page_of_the_result(client, treated):
    client.post(page("enter_results", treated), filled(status="corrected"))

    refused = client.post(page("enter_results", treated), filled(value_platelets="260", status="corrected"))

    assert "Correct that one on its own page, or give" in errors(refused)["value_platelets"][0]
    assert LabResult.objects.count() == 1


def test_value_is_graded_while_it_is_typed(client, treated):
    answer = client.post(
        page("grade_typed", treated), filled(analyte="platelets", value_platelets="38"), headers={"hx-request": "true"}
    )

    said = answer.content.decode()
    assert answer.status_code == 200
    assert [word in said for word in ("Thrombocytopenia", "told the same day", "again_platelets")] == [True] * 3
    assert not LabResult.objects.exists()


def test_grading_while_typing_knows_only_our_analytes(client, treated):
    assert client.post(page("grade_typed", treated), {"analyte": "foo"}).status_code == 404


def test_another_laboratory_shows_its_units_and_keeps_what_was_typed(client, treated, clinic):
    Laboratory.objects.create(clinic=clinic, name="Comma", decimal_comma=True)
    chosen = filled(laboratory=str(Laboratory.objects.get().pk), value_anc="4,1")

    answer = client.post(
        page("enter_results", treated), chosen, headers={"hx-request": "true", "hx-target": "analytes"}
    )

    shown = answer.content.decode()
    assert [word in shown for word in ('value="4,1"', 'placeholder="1,8"', "<html")] == [True, True, False]


def test_pasted_text_is_shown_before_anything_is_stored(client, treated):
    answer = client.post(page("paste_results", treated), {"other_laboratory": "North", "text": TEXT, "step": "read"})

    rows = [(row.analyte.key, row.value.value(), row.unit.value()) for row in answer.context["rows"]]
    assert rows == [("hgb", "14.0", "g/dL"), ("wbc", "6.0", "10*9/L"), ("platelets", "250", "10*3/uL")]
    assert [each.text for each in answer.context["pasted"].not_understood] == ["Foo 3 mg"]
    assert not LabReport.objects.exists()


def checked(**more: str) -> dict[str, str]:
    """The check of the pasted text as its form sends it."""
    told = {"other_laboratory": "North", "text": TEXT, "step": "store", "collected_on": "2024-03-06", "status": "final"}
    rows = {"hgb": ("14.0", "g/dL"), "wbc": ("6.0", "10*9/L"), "platelets": ("250", "10*3/uL")}
    for key, (value, unit) in rows.items():
        told |= {f"value_{key}": value, f"unit_{key}": unit}
    return told | more


def test_checked_text_is_stored_and_kept_whole(client, treated):
    client.post(page("paste_results", treated), checked())

    report = LabReport.objects.get()
    assert (report.source, report.raw) == ("paste", TEXT)
    reported = LabResult.objects.filter(derived_from=None)
    assert set(reported.values_list("analyte", "reported")) == {
        ("hgb", "14.0"),
        ("wbc", "6.0"),
        ("platelets", "250"),
    }


def test_pasted_critical_value_is_typed_twice_only_when_changed_by_hand(client, treated):
    text = "PLT 18 K/uL"
    told = {"text": text, "value_platelets": "18", "value_hgb": "", "value_wbc": ""}
    changed = client.post(page("paste_results", treated), checked(**told | {"value_platelets": "19"}))
    unchanged = client.post(page("paste_results", treated), checked(**told))

    assert list(errors(changed)) == ["again_platelets"]
    assert unchanged.status_code == 302


@pytest.mark.parametrize("text", ["", "   ", "Nothing to see here"])
def test_text_without_a_result_is_refused(client, treated, text):
    answer = client.post(page("paste_results", treated), {"other_laboratory": "North", "text": text, "step": "read"})

    assert (answer.status_code, list(errors(answer))) == (422, ["text"])


def test_closed_record_takes_no_results(client, treated):
    treated.patient.status = "entered_in_error"
    treated.patient.save()

    answer = client.post(page("enter_results", treated), filled())

    assert "closed" in str(errors(answer)), errors(answer)
    assert not LabResult.objects.exists()


def test_auditor_cannot_enter(client, treated, clinic):
    client.force_login(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)

    assert client.get(page("enter_results", treated)).status_code == 403
