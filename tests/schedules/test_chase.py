"""Who stands on the chase list, why and in which order; what takes them off, and when they are back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Clinic, Staff
from events.models import Message
from patients.contacting import ContactFacts, log_contact, see_word
from patients.models import ContactEntry, Patient
from schedules.actions.life import ClinicalFacts, record_clinical_event
from schedules.models import Plan, PlannedVisit
from schedules.pages.chase import Chased, ChaseRow, Filters, best_contact, chase_day, chase_rows, chased, counts
from schedules.pages.chase import is_overdue as waited_too_long
from schedules.reminders.addressing import Nobody
from tests.factories import MembershipFactory, PatientFactory, enrolled

NOW = datetime(2024, 3, 27, 9, tzinfo=UTC)  # a Wednesday; Maundy Thursday and Good Friday follow
DAY = NOW.date()
HOUR, DAYS = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    """Somebody without anything planned."""
    return PatientFactory(clinic=clinic)


def listed(clinic: Clinic, now: datetime = NOW, **filters: object) -> list[Chased]:
    return chased(chase_day(clinic, now), Filters(**filters))[0]  # type: ignore[arg-type]


def reasons(clinic: Clinic, now: datetime = NOW) -> list[set[str]]:
    return [set(each.reasons) for each in listed(clinic, now)]


def rows(clinic: Clinic, now: datetime = NOW) -> list[ChaseRow]:
    day = chase_day(clinic, now)
    return chase_rows(chased(day, Filters())[0], day)


def log(patient: Patient, by: Staff | None, outcome: str, at: datetime = NOW, **facts: object) -> ContactEntry:
    facts = {"said": "Something."} | facts if outcome == "told_us" else facts
    return log_contact(patient=patient, facts=ContactFacts(at=at, outcome=outcome, **facts), by=by, now=at)  # type: ignore[arg-type]


def write_word(patient: Patient, at: datetime = NOW) -> ContactEntry:
    return log(patient, None, "told_us", at, direction="in", means="reply", said="I cannot come.")


def message_about(patient: Patient, **facts: object) -> Message:
    contact = patient.contacts.first() or patient.contacts.create(clinic=patient.clinic, phone="+34 600 000 001")
    stands = {"channel": "sms", "kind": "reminder", "subject": "Appointment", "not_before": NOW - HOUR}
    key = f"m{Message.objects.count()}"
    row = {"clinic": patient.clinic, "patient": patient, "contact": contact, "dedupe_key": key}
    return Message.objects.create(**row | stands | facts)


def failed(patient: Patient) -> Message:
    return message_about(patient, state="dead", outcome="No such number.")


def call(patient: Patient, **facts: object) -> Message:
    return message_about(patient, channel="call", kind="call", state="due", **facts)


def nowhere(patient: Patient, **facts: object) -> Message:
    return message_about(patient, state="void", contact=None, **{"outcome": Nobody.NO_CONSENT} | facts)


def promise(patient: Patient, by: Staff, day: date = DAY, at: datetime = NOW - timedelta(days=3)) -> ContactEntry:
    return log(patient, by, "call_again", at, call_again_on=day, said="Call me again.")


PUT_ON: dict[str, Callable[[Patient, Staff], object]] = {
    "word": lambda patient, by: write_word(patient),
    "promised": promise,
    "failed": lambda patient, by: failed(patient),
    "call": lambda patient, by: call(patient),
    "unreachable": lambda patient, by: nowhere(patient),
}


@pytest.mark.parametrize("reason", PUT_ON)
def test_each_reason_puts_a_patient_on_the_list(
    clinic: Clinic, clinician: Staff, patient: Patient, reason: str
) -> None:
    assert listed(clinic) == []

    PUT_ON[reason](patient, clinician)

    assert reasons(clinic) == [{reason}]
    day = chase_day(clinic, NOW)
    assert {name for name, count in counts(day, Filters()).items() if count} == {"", reason}
    (row,) = rows(clinic)
    assert [why.reason for why in row.why] == [reason]


@pytest.mark.parametrize("why", Nobody)
def test_reminder_that_nobody_could_be_sent_asks_for_a_call_whatever_was_missing(
    clinic: Clinic, patient: Patient, why: Nobody
) -> None:
    nowhere(patient, outcome=why)

    (row,) = rows(clinic)
    assert [(each.reason, each.text) for each in row.why] == [("unreachable", why)]


def test_overdue_visit_puts_a_patient_on_the_list_with_what_is_late(clinic: Clinic, plan: Plan) -> None:
    assert reasons(clinic) == [{"overdue"}]

    (row,) = rows(clinic)
    assert [(why.reason, why.text) for why in row.why] == [("overdue", "Week 4, Week 5, Week 6 and 4 more")]
    assert row.visit == plan.visits.get(timepoint="W4", kind="visit")


@pytest.mark.parametrize("reason", ["failed", "call", "unreachable", "promised"])
def test_attempt_in_vain_takes_a_patient_off_for_the_day_only(
    clinic: Clinic, clinician: Staff, patient: Patient, reason: str
) -> None:
    PUT_ON[reason](patient, clinician)

    log(patient, clinician, "no_answer")

    assert listed(clinic, NOW + HOUR) == []
    assert reasons(clinic, NOW + timedelta(days=1)) == [{reason}]


def test_overdue_patient_is_back_on_the_next_working_day_until_somebody_is_reached(
    clinic: Clinic, clinician: Staff, plan: Plan
) -> None:
    friday = datetime(2024, 3, 22, 15, tzinfo=UTC)
    log(plan.patient, clinician, "no_answer", friday)

    assert listed(clinic, friday + HOUR) == []
    assert listed(clinic, friday + timedelta(days=2)) == []  # Sunday
    assert reasons(clinic, friday + timedelta(days=3)) == [{"overdue"}]

    log(plan.patient, clinician, "agreed", friday + timedelta(days=3))
    assert listed(clinic, friday + timedelta(days=4)) == []
    # Two weeks later they have not come.
    late = [row.why[0].text.startswith("Week 4, ") for days in (17, 18) for row in rows(clinic, friday + days * DAYS)]
    assert late == [False, True]


def test_what_becomes_overdue_after_a_contact_is_chased_anew(clinic: Clinic, clinician: Staff, plan: Plan) -> None:
    log(plan.patient, clinician, "agreed", NOW - timedelta(days=14))

    (row,) = rows(clinic)
    closes = plan.visits.filter(closes__gte=NOW.date() - timedelta(days=14), closes__lt=DAY).order_by("closes")
    assert row.chased.since == closes[0].closes


def test_word_stands_on_the_list_whatever_was_tried_and_until_somebody_dealt_with_it(
    clinic: Clinic, clinician: Staff, patient: Patient
) -> None:
    entry = write_word(patient)
    log(patient, clinician, "no_answer")
    assert reasons(clinic) == [{"word"}]

    see_word(entry=entry, next_step="Nothing.", by=clinician, now=NOW)

    assert listed(clinic) == []


@pytest.mark.parametrize(
    ("later", "kept"),
    [
        ({"outcome": "agreed"}, True),
        ({"outcome": "no_answer"}, False),
        ({"outcome": "call_again", "call_again_on": DAY + timedelta(days=2)}, True),
    ],
)
def test_promise_is_kept_by_reaching_somebody_or_moved_by_another(
    clinic: Clinic, clinician: Staff, patient: Patient, later: dict[str, object], kept: bool
) -> None:
    promise(patient, clinician, DAY - timedelta(days=1))
    log(patient, clinician, at=NOW - timedelta(days=1), **later)  # type: ignore[arg-type]

    assert (reasons(clinic) == []) is kept


def test_promise_for_the_same_day_is_not_hidden_by_the_call_in_which_it_was_made(
    clinic: Clinic, clinician: Staff, patient: Patient
) -> None:
    promise(patient, clinician, DAY, at=NOW - HOUR)

    assert reasons(clinic) == [{"promised"}]


@pytest.mark.parametrize(
    ("put_on", "facts"),
    [
        (call, {"not_before": NOW + HOUR}),
        (call, {"expires_at": NOW - HOUR}),
        (nowhere, {"not_before": NOW - timedelta(days=15)}),
        (nowhere, {"not_before": NOW + HOUR}),
        (nowhere, {"outcome": "The visit was done."}),
    ],
)
def test_message_that_asks_nobody_for_a_call_is_not_listed(
    clinic: Clinic, patient: Patient, put_on: Callable[..., Message], facts: dict[str, object]
) -> None:
    put_on(patient, **facts)

    assert listed(clinic) == []


def test_reaching_somebody_answers_what_failed_before(clinic: Clinic, clinician: Staff, patient: Patient) -> None:
    failed(patient)
    nowhere(patient)
    log(patient, clinician, "agreed", NOW)

    assert listed(clinic, NOW + timedelta(days=1)) == []


def test_nobody_chases_the_dead_nor_a_closed_record(clinic: Clinic, clinician: Staff, patient: Patient) -> None:
    promise(patient, clinician)
    failed(patient)
    record_clinical_event(patient=patient, facts=ClinicalFacts("death", DAY), by=clinician, now=NOW)
    closed = PatientFactory(clinic=clinic)
    write_word(closed)
    Patient.objects.filter(pk=closed.pk).update(status="entered_in_error")

    assert listed(clinic) == []


def test_list_is_ranked_by_what_nobody_has_read_then_by_cost_then_by_how_late(
    clinic: Clinic, clinician: Staff, plan: Plan
) -> None:
    plain, wrote, earlier = (PatientFactory(clinic=clinic) for _ in range(3))
    failed(plain)
    write_word(wrote)
    message_about(earlier, state="dead", not_before=NOW - timedelta(days=5))

    assert [each.patient for each in listed(clinic)] == [wrote.pk, plan.patient_id, earlier.pk, plain.pk]
    assert [each.cost for each in listed(clinic)] == [0, 900, 0, 0]


def test_message_of_somebody_with_a_dear_visit_ahead_ranks_by_it(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=DAY - timedelta(days=25), today=DAY)
    PlannedVisit.objects.filter(plan=plan, closes__lt=DAY).update(before_enrolment=True)
    failed(plan.patient)

    assert [(each.cost, set(each.reasons)) for each in listed(clinic)] == [(900, {"failed"})]


def test_pages_hold_everybody_once_in_order(clinic: Clinic, plan: Plan) -> None:
    for number in range(6):
        message_about(
            PatientFactory(clinic=clinic), state="dead", not_before=NOW - timedelta(days=number // 2, hours=1)
        )
        write_word(PatientFactory(clinic=clinic))
    day = chase_day(clinic, NOW)
    whole, _ = chased(day, Filters(), size=50)

    found, after = chased(day, Filters(), size=3)
    while after:
        following, after = chased(day, Filters(), after=after, size=3)
        found += following

    assert found == whole
    assert len({each.patient for each in whole}) == 13


def test_filters_narrow_the_list(clinic: Clinic, clinician: Staff, plan: Plan, patient: Patient) -> None:
    failed(patient)
    Patient.objects.filter(pk=patient.pk).update(responsible_clinician=clinician)

    assert [each.patient for each in listed(clinic, reason="overdue")] == [plan.patient_id]
    assert [each.patient for each in listed(clinic, clinician=clinician)] == [patient.pk]
    assert counts(chase_day(clinic, NOW), Filters(clinician=clinician))["overdue"] == 0


def test_other_clinic_sees_nobody(plan: Plan) -> None:
    assert listed(MembershipFactory().clinic) == []


@pytest.mark.parametrize(("attempts", "lost"), [(2, False), (3, True)])
def test_loss_is_proposed_after_the_clinics_number_of_attempts_in_vain_while_something_is_overdue(
    clinic: Clinic, clinician: Staff, plan: Plan, attempts: int, lost: bool
) -> None:
    log(plan.patient, clinician, "no_answer", NOW - timedelta(days=9))
    log(plan.patient, clinician, "agreed", NOW - timedelta(days=8))
    PlannedVisit.objects.filter(plan=plan, closes__lt=DAY - timedelta(days=7)).update(before_enrolment=True)
    for number in range(attempts):
        log(plan.patient, clinician, "no_answer", NOW - timedelta(days=1 + number))

    (row,) = rows(clinic)
    assert (row.reach.attempts, row.lost) == (attempts, lost)


def test_best_contact_is_the_first_with_a_number_that_is_right(patient: Patient) -> None:
    assert best_contact([]) is None
    clinic = patient.clinic
    mail = patient.contacts.create(clinic=clinic, email="a@example.org", order=1)
    wrong = patient.contacts.create(clinic=clinic, phone="1", phone_fault="Wrong number.", order=1)
    assert best_contact([mail, wrong]) == wrong
    right = patient.contacts.create(clinic=clinic, phone="2", order=3)
    assert best_contact([mail, wrong, right]) == right
    assert best_contact([mail]) == mail


@pytest.mark.parametrize(
    ("arrived", "today", "late"),
    [
        (date(2024, 3, 18), date(2024, 3, 19), False),
        (date(2024, 3, 18), date(2024, 3, 20), True),
        (date(2024, 3, 22), date(2024, 3, 25), False),  # over a weekend
        (date(2024, 3, 22), date(2024, 3, 26), True),
    ],
)
def test_word_is_overdue_once_a_whole_working_day_has_passed(
    clinic: Clinic, patient: Patient, arrived: date, today: date, late: bool
) -> None:
    at_noon = datetime.combine(arrived, NOW.time(), UTC)
    entry = write_word(patient, at_noon)

    assert waited_too_long(entry, chase_day(clinic, datetime.combine(today, NOW.time(), UTC))) is late


def test_list_takes_the_same_queries_for_one_and_many(clinic: Clinic, clinician: Staff, plan: Plan) -> None:
    with CaptureQueriesContext(connection) as one:
        assert len(rows(clinic)) == 1
    for put_on in PUT_ON.values():
        for _ in range(2):
            put_on(PatientFactory(clinic=clinic), clinician)

    with CaptureQueriesContext(connection) as many:
        assert len(rows(clinic)) == 11

    assert len(many) == len(one) == 7
