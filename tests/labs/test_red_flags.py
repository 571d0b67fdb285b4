"""A red flag told by a patient is an immediate alert, and says so when it turns out not to have been told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Staff
from events.models import Event, Message
from events.undo import undo
from labs.actions.alerts import resolve
from labs.alerting.lookback import touched_by
from labs.models import Alert, AlertFinding, LabPolicy
from patients.contacting import ContactFacts, log_contact, see_word
from patients.models import ContactEntry, Patient
from schedules.actions.records import merge_patients
from schedules.models import Plan
from tests.factories import PatientFactory
from tests.labs.arrivals import arrive

NOW = datetime(2024, 3, 5, 13, 5, tzinfo=UTC)  # day 34 of the treatment of 31 January; 14:05 in Madrid
NO_FLAGS = dict.fromkeys(ContactEntry.RedFlag.values, False)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def told(patient: Patient, by: Staff | None, *flags: str, at: datetime = NOW, **more: object) -> ContactEntry:
    answers = NO_FLAGS | dict.fromkeys(flags, True)
    facts = ContactFacts(at=at, outcome="told_us", said="Feels unwell.", answers=answers, **more)  # type: ignore[arg-type]
    return log_contact(patient=patient, facts=facts, by=by, now=NOW)


def recorded() -> Event:
    return Event.objects.filter(kind="contact_log.recorded").order_by("-at", "-id")[0]


def test_red_flag_is_immediate_even_without_a_treatment(clinician: Staff, clinic: object) -> None:
    patient = PatientFactory(clinic=clinic)
    told(patient, clinician, "bleeding", "drowsiness")

    alert = Alert.objects.get()
    assert (alert.rule, alert.tier, alert.state, alert.patient) == ("red_flag", "immediate", "open", patient)
    assert alert.sentence == "Bleeding and drowsiness or confusion told by phone on Tue 5 Mar 2024, 14:05."
    assert list(Message.objects.filter(kind="alert.raised", recipient=clinician).values_list("about", flat=True)) == [
        alert.pk,
        alert.pk,
    ]  # inbox and e-mail


def test_no_red_flag_and_none_asked_for_alert_nobody(plan: Plan, clinician: Staff) -> None:
    told(plan.patient, clinician)
    log_contact(patient=plan.patient, facts=ContactFacts(at=NOW, outcome="no_answer"), by=clinician, now=NOW)

    assert not Alert.objects.exists()


def test_second_red_flag_raises_the_same_alert_again_and_one_after_its_end_opens_another(
    plan: Plan, clinician: Staff
) -> None:
    told(plan.patient, clinician, "bleeding", at=NOW - timedelta(hours=2))
    resolve(alert=Alert.objects.get(), resolution="Seen.", by=clinician, now=NOW)
    told(plan.patient, clinician, "breathlessness", at=NOW - timedelta(hours=1))
    second = Alert.objects.unresolved().get()
    told(plan.patient, clinician, "drowsiness")

    again = Alert.objects.unresolved().get()
    assert (again.pk, again.findings.count()) == (second.pk, 2)
    assert again.sentence.startswith("Drowsiness or confusion told by phone")
    assert Event.objects.filter(kind="alert.raised").count() == 1


def test_fever_told_by_phone_is_judged_with_the_counts_too(plan: Plan, clinician: Staff) -> None:
    arrive(plan.patient, date(2024, 3, 4), anc="0.8", platelets="90")
    told(plan.patient, clinician, "fever")

    cytopenia = Alert.objects.get(rule="cytopenia")
    assert (cytopenia.tier, cytopenia.sentence) == (
        "immediate",
        "Possible febrile neutropenia: fever or shivering told by phone on Tue 5 Mar 2024, 14:05, "
        "ANC 0.8 x10^9/L of Mon 4 Mar 2024 below 1.0.",
    )
    assert Alert.objects.get(rule="red_flag").sentence == "Fever or shivering told by phone on Tue 5 Mar 2024, 14:05."


def test_undone_contact_is_said_by_its_alerts_which_do_not_close_by_themselves(plan: Plan, clinician: Staff) -> None:
    told(plan.patient, clinician, "fever")
    undo(event=recorded(), by=clinician, now=NOW)

    alerts = Alert.objects.unresolved()
    assert {(alert.rule, alert.state) for alert in alerts} == {("red_flag", "open"), ("cytopenia", "open")}
    assert {alert.improved for alert in alerts} == {
        "What this alert rests on was corrected or cancelled, and no longer holds."
    }
    assert set(AlertFinding.objects.values_list("holds", flat=True)) == {False}


def test_contact_that_is_entered_anew_after_undo_holds_again(plan: Plan, clinician: Staff) -> None:
    told(plan.patient, clinician, "bleeding")
    undo(event=recorded(), by=clinician, now=NOW)
    told(plan.patient, clinician, "bleeding")

    alert = Alert.objects.get()
    assert (alert.state, alert.improved) == ("open", "")
    assert sorted(alert.findings.values_list("holds", flat=True)) == [False, True]


def test_old_red_flag_is_history_and_what_stands_is_not_taken_back_by_time(
    plan: Plan, clinician: Staff, clock: time_machine.Traveller
) -> None:
    told(plan.patient, clinician, "bleeding", at=NOW - timedelta(days=15))
    assert not Alert.objects.exists()

    told(plan.patient, clinician, "bleeding")
    clock.shift(timedelta(days=20))
    arrive(plan.patient, date(2024, 3, 25), anc="3.0", platelets="200")
    assert (Alert.objects.get().state, Alert.objects.get().improved) == ("open", "")


def test_word_that_came_in_tells_of_a_red_flag_once_somebody_read_it(plan: Plan, clinician: Staff) -> None:
    facts = ContactFacts(at=NOW, direction="in", means="reply", outcome="told_us", said="I am shivering.")
    word = log_contact(patient=plan.patient, facts=facts, by=None, now=NOW)
    assert not Alert.objects.exists()

    see_word(entry=word, next_step="Sent to the emergency room.", red_flags=["fever"], by=clinician, now=NOW)
    assert Alert.objects.get(rule="red_flag").sentence == (
        "Fever or shivering told in a reply to a message on Tue 5 Mar 2024, 14:05."
    )

    undo(event=Event.objects.get(kind="contact_log.seen"), by=clinician, now=NOW)
    assert Alert.objects.get(rule="red_flag").improved != ""


@pytest.mark.parametrize("policy", [{"rules_off": ["red_flag"]}, {"settings": {"red_flag": {"flags": ["fever"]}}}])
def test_clinic_decides_which_red_flags_are_told(plan: Plan, clinician: Staff, policy: dict[str, object]) -> None:
    LabPolicy.objects.create(clinic=plan.clinic, **policy)
    told(plan.patient, clinician, "bleeding")

    assert not Alert.objects.exists()


def test_red_flags_are_found_by_the_version_of_their_rule(plan: Plan, clinician: Staff) -> None:
    told(plan.patient, clinician, "bleeding")

    (touched,) = touched_by("red_flag", "1.0")
    assert (touched.mrn, touched.holds) == (plan.patient.mrn, "yes")


def test_contact_log_and_its_alert_go_with_a_merged_record(plan: Plan, clinician: Staff) -> None:
    duplicate = PatientFactory(clinic=plan.clinic)
    told(duplicate, clinician, "bleeding")

    merge_patients(duplicate=duplicate, into=plan.patient, reason="Twice", by=clinician, today=NOW.date())

    assert ContactEntry.objects.get().patient == Alert.objects.unresolved().get().patient == plan.patient
