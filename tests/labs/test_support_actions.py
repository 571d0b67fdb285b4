"""What is recorded of transfusions and growth factors, and what follows from it."""

from datetime import UTC, date, datetime

import pytest

from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.supportive import SupportFacts, import_support, record_support, withdraw_support
from labs.models import Alert, Baseline
from patients.models import Patient, SupportiveCare
from schedules.models import Plan
from schedules.wording import event_sentence
from tests.factories import PatientFactory, enrolled
from tests.labs.arrivals import arrive
from tests.snapshot import stored

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
TREATED = date(2024, 1, 31)
PLATELETS = SupportFacts("platelets", date(2024, 3, 4), units=2, place="Ward 3")


@pytest.fixture
def treated(clinic, clinician) -> Plan:
    return enrolled(by=clinician, clinic=clinic, started_on=TREATED, today=TODAY)


def test_support_recorded_says_what_and_when(treated, clinician):
    given = record_support(patient=treated.patient, facts=PLATELETS, by=clinician, now=NOW)

    event = Event.objects.get(kind="support.recorded")
    assert (given.units, given.place, event.by) == (2, "Ward 3", clinician)
    assert event_sentence(event) == "Platelets given on Mon 4 Mar 2024"


def test_support_before_the_infusion_makes_the_value_no_baseline(treated, clinician):
    arrive(treated.patient, date(2024, 1, 29))
    assert Baseline.objects.get(analyte="platelets").result is not None

    record_support(patient=treated.patient, facts=SupportFacts("platelets", date(2024, 1, 28)), by=clinician, now=NOW)

    assert Baseline.objects.get(analyte="platelets").result is None
    assert Baseline.objects.get(analyte="anc").result is not None


def test_support_takes_recovery_back_and_withdrawing_it_brings_it_again(treated, clinician):
    for day in (date(2024, 3, 14), date(2024, 3, 18)):
        arrive(treated.patient, day)
    recovered = Plan.objects.get(pk=treated.pk).counts_recovered_on
    now = datetime(2024, 3, 20, 9, tzinfo=UTC)

    given = record_support(
        patient=treated.patient, facts=SupportFacts("platelets", date(2024, 3, 13)), by=clinician, now=now
    )
    affected = Plan.objects.get(pk=treated.pk).counts_recovered_on
    withdraw_support(given=given, reason="Another person's.", by=clinician, now=now)

    assert recovered is not None
    assert affected is None
    assert Plan.objects.get(pk=treated.pk).counts_recovered_on == recovered


def test_undone_support_leaves_what_followed_as_it_was(treated, clinician):
    arrive(treated.patient, date(2024, 1, 29))
    before = stored(Baseline, Alert, SupportiveCare)
    record_support(patient=treated.patient, facts=SupportFacts("platelets", date(2024, 1, 28)), by=clinician, now=NOW)
    assert stored(Baseline, Alert) != before

    undo(event=Event.objects.get(kind="support.recorded"), by=clinician, now=NOW)

    after = stored(Baseline, Alert, SupportiveCare)
    assert {key: after[key] for key in before} == before
    assert SupportiveCare.objects.get().withdrawn


@pytest.mark.parametrize(
    ("facts", "refusal", "words"),
    [
        (SupportFacts("platelets", date(2024, 3, 7)), InputRefused, "lies ahead"),
        (SupportFacts("platelets", date(1961, 3, 2)), InputRefused, "born on 1961-03-03"),
        (SupportFacts("filgrastim", date(2024, 3, 1)), InputRefused, "on record for that day already"),
    ],
)
def test_support_that_cannot_be_is_refused(treated, clinician, facts, refusal, words):
    record_support(patient=treated.patient, facts=SupportFacts("filgrastim", date(2024, 3, 1)), by=clinician, now=NOW)
    before = stored(SupportiveCare, Event)

    with pytest.raises(refusal, match=words):
        record_support(patient=treated.patient, facts=facts, by=clinician, now=NOW)

    assert stored(SupportiveCare, Event) == before


def test_support_in_a_closed_record_is_refused(treated, clinician):
    Patient.objects.filter(pk=treated.patient_id).update(status="entered_in_error")

    with pytest.raises(TransitionRefused, match="closed"):
        record_support(patient=treated.patient, facts=PLATELETS, by=clinician, now=NOW)


@pytest.mark.parametrize(
    ("reason", "times", "refusal"), [(" ", 1, ReasonNeeded), ("Another person's.", 2, TransitionRefused)]
)
def test_withdrawing_needs_a_reason_and_happens_once(treated, clinician, reason, times, refusal):
    given = record_support(patient=treated.patient, facts=PLATELETS, by=clinician, now=NOW)
    for _ in range(times - 1):
        withdraw_support(given=given, reason=reason, by=clinician, now=NOW)

    with pytest.raises(refusal):
        withdraw_support(given=given, reason=reason, by=clinician, now=NOW)


def test_withdrawn_support_may_be_recorded_again(treated, clinician):
    given = record_support(patient=treated.patient, facts=PLATELETS, by=clinician, now=NOW)
    withdraw_support(given=given, reason="Typed for another.", by=clinician, now=NOW)

    record_support(patient=treated.patient, facts=PLATELETS, by=clinician, now=NOW)

    assert SupportiveCare.objects.filter(withdrawn=False).count() == 1


def test_import_records_what_is_new_once(treated, clinic, clinician):
    other = PatientFactory(clinic=clinic)
    rows = [(treated.patient, PLATELETS), (other, PLATELETS), (other, PLATELETS)]

    counts = [import_support(clinic=clinic, rows=rows, by=clinician, now=NOW) for _ in range(2)]

    assert counts == [2, 0]
    assert Event.objects.filter(kind="support.recorded").count() == 2


def test_import_with_one_impossible_row_stores_none(treated, clinic, clinician):
    rows = [(treated.patient, PLATELETS), (treated.patient, SupportFacts("platelets", date(2024, 3, 9)))]

    with pytest.raises(DomainError, match="lies ahead"):
        import_support(clinic=clinic, rows=rows, by=clinician, now=NOW)

    assert not SupportiveCare.objects.exists()
