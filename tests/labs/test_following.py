"""A merge of two records: no alert is lost, less urgent than it was, or hidden behind the answer to another."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Clinic, Staff
from events.models import Event, Message
from events.undo import undo
from labs.actions.alerts import acknowledge, resolve
from labs.models import Alert, LabPolicy, LabResult
from labs.settling import settle
from patients.models import Patient
from schedules.actions import merge_patients
from tests.factories import PatientFactory
from tests.labs.arrivals import arrive
from tests.labs.held_back import hold_back

DAY = date(2024, 3, 5)
VALUES = {"immediate": "8", "same_day": "30"}  # platelets, held back for their status


@pytest.fixture
def duplicate(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="TWICE")


@pytest.fixture
def survivor(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="ONCE")


def held(patient: Patient, tier: str, *, answered_by: Staff | None = None) -> Alert:
    """Return the alert about a value of `patient` held back now, which `answered_by` has answered."""
    hold_back(patient, value=VALUES[tier], status="odd")
    alert = Alert.objects.get(patient=patient)
    assert (alert.rule, alert.tier) == ("possible_critical", tier)
    if answered_by:
        now = timezone.now()
        by_when = (now + timedelta(1)).date()
        acknowledge(alert=alert, next_step="patient_called", by_when=by_when, by=answered_by, now=now)
        alert.refresh_from_db()
    return alert


def merge(duplicate: Patient, into: Patient, by: Staff) -> Event:
    merge_patients(duplicate=duplicate, into=into, reason="The same person.", by=by, today=timezone.now().date())
    return Event.objects.get(kind="patient.merged")


@pytest.mark.parametrize("twin_answered", [False, True])
@pytest.mark.parametrize("own_answered", [False, True])
def test_more_urgent_held_back_value_goes_on_in_the_record_that_stands(
    duplicate: Patient, survivor: Patient, clinician: Staff, own_answered: bool, twin_answered: bool
) -> None:
    own = held(survivor, "same_day", answered_by=clinician if own_answered else None)
    twin = held(duplicate, "immediate", answered_by=clinician if twin_answered else None)

    merge(duplicate, survivor, clinician)

    own.refresh_from_db()
    assert (own.tier, own.state, own.answer_by) == ("immediate", "open", twin.answer_by)
    assert own.quarantine_item == twin.quarantine_item
    assert own.sentence.startswith(twin.sentence)
    again = Message.objects.in_app().filter(path=f"/alerts/{own.pk}/", kind="alert.raised_again", recipient=clinician)
    assert (again.count(), Event.objects.filter(kind="alert.raised", facts__alert=str(own.pk)).count()) == (1, 1)
    twin.refresh_from_db()
    assert (twin.state, twin.resolution) == ("resolved", "Goes on in the record with MRN ONCE.")


def test_unanswered_value_makes_an_answered_alert_wait_again(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    own = held(survivor, "immediate", answered_by=clinician)
    twin = held(duplicate, "same_day")

    merge(duplicate, survivor, clinician)

    own.refresh_from_db()
    assert (own.tier, own.state, own.sentence) == ("immediate", "open", twin.sentence)
    assert Message.objects.in_app().filter(path=f"/alerts/{own.pk}/", kind="alert.raised_again").count() == 1


def test_two_that_wait_are_one_that_says_both_with_the_sooner_time(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    own, twin = held(survivor, "immediate"), held(duplicate, "same_day")

    merge(duplicate, survivor, clinician)

    sentence, answer_by = f"{twin.sentence} {own.sentence}", own.answer_by
    own.refresh_from_db()
    assert (own.tier, own.state, own.sentence, own.answer_by) == ("immediate", "open", sentence, answer_by)
    assert not Message.objects.in_app().filter(kind="alert.raised_again").exists(), "they were told of both already"


def test_answered_value_that_is_no_more_urgent_changes_nothing(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    own = held(survivor, "same_day", answered_by=clinician)
    held(duplicate, "same_day", answered_by=clinician)

    merge(duplicate, survivor, clinician)

    sentence = own.sentence
    own.refresh_from_db()
    assert (own.state, own.sentence) == ("acknowledged", sentence)


def test_held_back_value_of_a_duplicate_alone_moves_as_it_is(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    twin = held(duplicate, "immediate")

    merge(duplicate, survivor, clinician)

    twin.refresh_from_db()
    assert (twin.patient, twin.state, twin.tier) == (survivor, "open", "immediate")


@pytest.mark.parametrize("answered", [False, True])
def test_merge_undone_gives_both_alerts_back(
    duplicate: Patient, survivor: Patient, clinician: Staff, answered: bool
) -> None:
    alerts = [
        held(survivor, "same_day", answered_by=clinician if answered else None),
        held(duplicate, "immediate"),
    ]
    merged = merge(duplicate, survivor, clinician)

    undo(event=merged, by=clinician, now=timezone.now())

    for before in alerts:
        now = Alert.objects.get(pk=before.pk)
        names = [field.attname for field in Alert._meta.concrete_fields]
        assert [getattr(now, name) for name in names] == [getattr(before, name) for name in names]


def test_twin_of_an_episode_goes_to_the_record_that_stands_and_comes_back(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    arrive(survivor, DAY, platelets="30")
    arrive(duplicate, DAY, platelets="8")
    twin = Alert.objects.get(patient=duplicate)

    merged = merge(duplicate, survivor, clinician)

    standing = Alert.objects.unresolved().get()
    assert (standing.patient, standing.rule, standing.tier) == (survivor, "cytopenia", "immediate")
    twin.refresh_from_db()
    assert (twin.patient, twin.state) == (survivor, "resolved")

    undo(event=merged, by=clinician, now=timezone.now())

    assert set(Alert.objects.unresolved().values_list("patient", flat=True)) == {duplicate.pk, survivor.pk}


def test_alert_that_was_resolved_in_the_other_record_takes_nothing_from_the_one_that_is_open(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    arrive(survivor, DAY, alt="900")
    arrive(duplicate, DAY, alt="800")
    resolve(alert=Alert.objects.get(patient=duplicate), resolution="Seen.", by=clinician, now=timezone.now())

    merge(duplicate, survivor, clinician)

    standing = Alert.objects.unresolved().get()
    assert (standing.patient, standing.rule) == (survivor, "alt")
    assert set(standing.findings.values_list("holds", flat=True)) == {True}


@pytest.mark.parametrize("answered_day", [DAY, DAY + timedelta(2)])
def test_unanswered_count_of_the_other_record_is_not_hidden_behind_an_answer(
    duplicate: Patient, survivor: Patient, clinician: Staff, answered_day: date
) -> None:
    arrive(survivor, answered_day, platelets="30")
    arrive(duplicate, DAY + timedelta(1), platelets="22")
    own, twin = Alert.objects.get(patient=survivor), Alert.objects.get(patient=duplicate)
    now = timezone.now()
    by_when = (now + timedelta(1)).date()
    acknowledge(alert=own, next_step="repeat_cbc", by_when=by_when, by=clinician, now=now)

    merged = merge(duplicate, survivor, clinician)

    own.refresh_from_db()
    assert (own.state, own.tier, own.sentence, own.answer_by) == ("open", "same_day", twin.sentence, twin.answer_by)
    assert set(own.findings.filter(holds=True).values_list("result__reported", flat=True)) == {"30", "22"}
    again = Message.objects.in_app().filter(path=f"/alerts/{own.pk}/", kind="alert.raised_again", recipient=clinician)
    assert (again.count(), Event.objects.get(kind="alert.raised").facts["rule"]) == (1, "cytopenia")

    undo(event=merged, by=clinician, now=timezone.now())

    own.refresh_from_db()
    assert (own.state, own.next_step, own.sentence[:12]) == ("acknowledged", "repeat_cbc", "Platelets 30")
    assert list(Alert.objects.filter(patient=duplicate).values_list("state", flat=True)) == ["open"]


def test_worse_count_of_the_other_record_is_told_once(duplicate: Patient, survivor: Patient, clinician: Staff) -> None:
    arrive(survivor, DAY, platelets="30")
    arrive(duplicate, DAY, platelets="8")
    own, twin = Alert.objects.get(patient=survivor), Alert.objects.get(patient=duplicate)

    merge(duplicate, survivor, clinician)

    own.refresh_from_db()
    assert (own.tier, own.sentence) == ("immediate", twin.sentence)
    again = Message.objects.in_app().filter(path=f"/alerts/{own.pk}/", kind="alert.raised_again", recipient=clinician)
    assert again.count() == 1


def moment(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("value", "rule", "tier"),
    [({"alt": "900"}, "alt", "next_working_day"), ({"platelets": "8"}, "cytopenia", "immediate")],
)
@pytest.mark.parametrize("open_one_stands", [True, False])
def test_what_is_resolved_in_one_record_answers_nothing_of_the_other(
    duplicate: Patient,
    survivor: Patient,
    clinician: Staff,
    value: dict[str, str],
    rule: str,
    tier: str,
    open_one_stands: bool,
) -> None:
    waiting, answered = (survivor, duplicate) if open_one_stands else (duplicate, survivor)
    arrive(answered, DAY, **value)
    alert = Alert.objects.get(patient=answered)
    # Its alert is opened after the other was resolved, about a value that was there before: the rule was off.
    off = LabPolicy.objects.create(clinic=waiting.clinic, rules_off=["urgency"])
    arrive(waiting, DAY, **value)
    resolve(alert=alert, resolution="Seen.", by=clinician, now=moment(DAY + timedelta(1)))
    off.delete()
    settle([waiting], clinic=waiting.clinic, by=None, now=moment(DAY + timedelta(2)))
    standing = Alert.objects.unresolved().get()

    merge(duplicate, survivor, clinician)

    assert Alert.objects.unresolved().get() == standing
    standing.refresh_from_db()
    assert (standing.patient, standing.rule, standing.tier) == (survivor, rule, tier)
    [finding] = standing.findings.all()
    assert (finding.holds, finding.result.received_at.date()) == (True, DAY)
    resolved_too = LabResult.objects.exclude(pk=finding.result_id).get()
    assert list(alert.findings.values_list("result", flat=True)) == [resolved_too.pk]


def test_what_was_resolved_in_the_other_record_does_not_wait_again(
    duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    arrive(survivor, DAY, platelets="30")
    arrive(duplicate, DAY, platelets="8")
    resolve(alert=Alert.objects.get(patient=duplicate), resolution="Seen.", by=clinician, now=timezone.now())

    merge(duplicate, survivor, clinician)

    standing = Alert.objects.unresolved().get()
    assert (standing.tier, standing.findings.get().result.reported) == ("same_day", "30")
    assert not Message.objects.in_app().filter(kind="alert.raised_again").exists()
