"""Correcting, cancelling and withdrawing one result: always a new version, with a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from events.models import Event, Message
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.alerts import acknowledge
from labs.actions.corrections import Correction, cancel_result, correct_result, withdraw_result
from labs.actions.laboratories import add_laboratory
from labs.actions.mappings import map_code
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, LabResult, QuarantineItem
from labs.senders.shipped import CodeMeaning
from schedules.models import Plan
from schedules.wording import event_sentence
from tests.factories import enrolled, visit_of
from tests.labs.arrivals import NORMAL, arrive
from tests.snapshot import stored

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 7, 9, tzinfo=UTC)
WHY = "Typed 38 for 380."


@pytest.fixture
def low(clinic, clinician) -> LabResult:
    """A platelet count of 38, which raised an alert."""
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)
    arrive(plan.patient, TODAY, **NORMAL | {"platelets": "38"})
    return LabResult.objects.get(analyte="platelets")


def correction(result: LabResult, **more: str) -> Correction:
    at = result.collected_at.astimezone(result.clinic.zone).isoformat()
    return Correction("380", "10*9/L", at)._replace(**more)


def test_corrected_value_holds_and_the_one_before_stays(low, clinician):
    held = correct_result(result=low, correction=correction(low), reason=WHY, by=clinician, now=NOW)

    versions = LabResult.objects.filter(identity=low.identity).order_by("received_at")
    assert list(versions.values_list("reported", "status", "is_current")) == [
        ("38", "final", False),
        ("380", "corrected", True),
    ]
    assert (held.report.raw, held.accession, held.laboratory) == (
        "Corrected by hand. Typed 38 for 380.",
        low.accession,
        low.laboratory,
    )
    assert event_sentence(Event.objects.get(kind="result.corrected")) == (
        "Platelets (PLT) of Wed 6 Mar 2024 corrected from 38 x10^9/L to 380 x10^9/L"
    )
    assert Event.objects.get(kind="result.corrected").reason == WHY


def test_same_message_arriving_again_does_not_undo_the_correction(low, clinician):
    correct_result(result=low, correction=correction(low), reason=WHY, by=clinician, now=NOW)

    again = arrive(low.patient, TODAY, **NORMAL | {"platelets": "38"})

    assert again.duplicate == 4
    assert LabResult.objects.current().get(analyte="platelets").reported == "380"


def test_correction_amends_the_alert_and_tells_whoever_acted(low, clinician):
    alert = Alert.objects.get()
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=date(2024, 3, 8), by=clinician, now=NOW)

    correct_result(result=low, correction=correction(low), reason=WHY, by=clinician, now=NOW)

    assert not alert.findings.get().holds
    assert Message.objects.in_app().filter(kind="alert.amended", recipient=clinician).count() == 1


def test_correction_keeps_the_code_and_its_assay(clinic, clinician):
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)
    north = add_laboratory(clinic=clinic, name="North", by=clinician)
    map_code(laboratory=north, code="PLT-1", meaning=CodeMeaning("platelets", assay="optical"), by=clinician)
    arrive(plan.patient, TODAY, **{"PLT-1": "250"})
    result = LabResult.objects.get(code="PLT-1")

    held = correct_result(result=result, correction=correction(result, value="240"), reason=WHY, by=clinician, now=NOW)

    assert (held.code, held.assay, held.identity) == ("PLT-1", "optical", result.identity)


@pytest.mark.parametrize(
    ("take_back", "status", "sentence"),
    [
        (cancel_result, "cancelled", "Platelets (PLT) 38 x10^9/L of Wed 6 Mar 2024 cancelled"),
        (withdraw_result, "withdrawn", "Platelets (PLT) 38 x10^9/L of Wed 6 Mar 2024 withdrawn, another person’s"),
    ],
)
def test_result_taken_back_counts_for_nothing_and_what_it_fulfilled_is_open(
    low, clinician, take_back, status, sentence
):
    visit = visit_of(Plan.objects.get(), "W5")
    assert visit.activities.get(activity="cbc").status == "done"

    take_back(result=low, reason="Wrong tube.", by=clinician, now=NOW)

    assert LabResult.objects.current().get(analyte="platelets").status == status
    assert not LabResult.objects.standing().filter(analyte="platelets").exists()
    assert visit.activities.get(activity="cbc").status == "planned"
    assert event_sentence(Event.objects.get(kind=f"result.{status}")) == sentence


def test_cancelled_result_can_be_corrected_back(low, clinician):
    cancelled = cancel_result(result=low, reason="Wrong tube.", by=clinician, now=NOW)

    later = NOW.replace(hour=10)
    correct_result(
        result=cancelled, correction=correction(low, value="38"), reason="It was right.", by=clinician, now=later
    )

    assert LabResult.objects.standing().get(analyte="platelets").reported == "38"


def test_unchanged_result_with_printed_limits_is_no_correction(low, clinician):
    printed = correction(low, value="40", low="150", high="400")
    held = correct_result(result=low, correction=printed, reason=WHY, by=clinician, now=NOW)

    with pytest.raises(InputRefused, match="Nothing is changed"):
        correct_result(result=held, correction=printed, reason=WHY, by=clinician, now=NOW)


@pytest.mark.parametrize(
    ("change", "refusal", "words"),
    [
        (lambda low: {"correction": correction(low, value="38"), "reason": WHY}, InputRefused, "Nothing is changed"),
        (lambda low: {"correction": correction(low), "reason": " "}, ReasonNeeded, "Give a reason"),
        (lambda low: {"correction": correction(low, value="380000"), "reason": WHY}, InputRefused, "unit slip"),
        (lambda low: {"correction": correction(low, unit="mg/dL"), "reason": WHY}, InputRefused, "does not fit"),
    ],
)
def test_correction_that_cannot_be_is_refused_and_changes_nothing(low, clinician, change, refusal, words):
    before = stored(LabResult, Alert, QuarantineItem, Event)

    with pytest.raises(refusal, match=words):
        correct_result(result=low, by=clinician, now=NOW, **change(low))

    assert stored(LabResult, Alert, QuarantineItem, Event) == before


@pytest.fixture
def ahead(low) -> LabResult:
    """A platelet count of 100 by a laboratory whose clock is two hours ahead."""
    row = Incoming("", low.patient.mrn, "2024-03-06T15:00", "platelets", "100", "10*9/L", laboratory="North")
    row = row._replace(issued_at=(NOW + timedelta(hours=2)).isoformat())
    receive_results(clinic=low.clinic, rows=[row], source=Source("file"), by=None, now=NOW)
    return LabResult.objects.get(reported="100")


def test_correction_holds_over_a_version_whose_time_of_issue_lies_ahead(ahead, clinician):
    told = correction(ahead, value="12")

    held = correct_result(result=ahead, correction=told, reason=WHY, by=clinician, now=NOW)

    current = LabResult.objects.current().get(identity=ahead.identity)
    assert (held, current.reported, current.issued_at > ahead.issued_at) == (current, "12", True)
    facts = Event.objects.get(kind="result.corrected").facts
    assert (facts["before"], facts["after"]) == ("100 x10^9/L", "12 x10^9/L")
    assert Alert.objects.unresolved().get(rule="cytopenia").tier == "immediate"


@pytest.mark.parametrize("take_back", [cancel_result, withdraw_result])
def test_version_whose_time_of_issue_lies_ahead_is_taken_back(ahead, clinician, take_back):
    take_back(result=ahead, reason="Another person's.", by=clinician, now=NOW)

    assert not LabResult.objects.standing().filter(identity=ahead.identity).exists()


def test_version_that_holds_no_longer_is_not_corrected(low, clinician):
    cancel_result(result=low, reason="Wrong tube.", by=clinician, now=NOW)

    with pytest.raises(TransitionRefused, match="Another version"):
        correct_result(result=low, correction=correction(low), reason=WHY, by=clinician, now=NOW)


def test_derived_value_is_not_corrected(low, clinician):
    arrive(low.patient, TODAY, creatinine="80")
    egfr = LabResult.objects.get(analyte="egfr")

    with pytest.raises(DomainError, match="derived"):
        cancel_result(result=egfr, reason="Odd.", by=clinician, now=NOW)


def test_page_shows_what_is_stored_and_stores_the_correction(low, clinician, client):
    client.force_login(clinician)
    url = reverse("labs:correct_result", args=[low.pk])

    shown = client.get(url)
    (row,) = shown.context["rows"]
    answer = client.post(
        url,
        {
            "value_platelets": "380",
            "unit_platelets": "10*9/L",
            "collected_on": "2024-03-06",
            "collected_time": "12:00",
            "reason": WHY,
            "again_platelets": "380",
        },
    )

    assert (row.value.value(), row.unit.value()) == ("38", "10*9/L")
    held = LabResult.objects.current().get(analyte="platelets")
    assert answer.url == reverse("labs:result", args=[held.pk])
    assert (held.reported, held.collected_at) == ("380", low.collected_at)


def test_page_asks_for_a_tenfold_correction_twice(low, clinician, client):
    client.force_login(clinician)
    told = {"value_platelets": "380", "unit_platelets": "10*9/L", "collected_on": "2024-03-06", "reason": WHY}

    answer = client.post(reverse("labs:correct_result", args=[low.pk]), told)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["again_platelets"])


@pytest.mark.parametrize(("page", "status"), [("cancel_result", "cancelled"), ("withdraw_result", "withdrawn")])
def test_pages_take_a_result_back(low, clinician, client, page, status):
    client.force_login(clinician)
    url = reverse(f"labs:{page}", args=[low.pk])

    refused = client.post(url, {"reason": ""})
    client.post(url, {"reason": "Wrong tube."})

    assert refused.status_code == 422
    assert LabResult.objects.current().get(analyte="platelets").status == status
