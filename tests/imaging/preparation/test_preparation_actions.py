"""Medicines, withdrawals and blockades: each step, what is refused, one event each, and undone exactly."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from events.models import Event
from events.undo import undo
from imaging.actions.blockades import BlockadeFacts, record_blockade, withdraw_blockade
from imaging.actions.medicines import (
    MedicineFacts,
    change_medicine,
    end_medicine,
    record_medicine,
    withdraw_medicine,
)
from imaging.actions.preparation_policy import set_preparation_policy
from imaging.actions.withdrawals import (
    change_withdrawal,
    confirm_withdrawal,
    decide_all_the_same,
    drop_withdrawal,
    end_withdrawal,
    hand_over_restart,
    plan_withdrawal,
    record_restart,
    refuse_withdrawal,
)
from imaging.models import PreparationPolicy, ThyroidBlockade, Withdrawal
from imaging.occasions import of_visit, table_of
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from patients.models import Medicine, Patient
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, PatientFactory, noon, visit_of
from tests.imaging.preparation.conftest import NOW, SCAN_DAY, TODAY, agreed
from tests.schedules.test_locks import locked_first
from tests.snapshot import stored

BEGUN = date(2024, 4, 22)
NAMES = {"snri": ["Dulotex"]}
KEPT = (Medicine, Withdrawal, ThyroidBlockade, PreparationPolicy)
BLOCKADE = BlockadeFacts("potassium iodide", Decimal(130), date(2024, 4, 29), date(2024, 4, 29))


@pytest.fixture
def scene(clinic, clinician, owner, patient, labetalol, scan, withdrawal):
    """Who and what the actions below are about."""
    return {
        "clinic": clinic,
        "by": clinician,
        "owner": owner,
        "patient": patient,
        "medicine": labetalol,
        "scan": scan,
        "withdrawal": withdrawal,
    }


def confirm(s, **changed):
    facts = agreed(**({"restart_owner": s["owner"]} | changed))
    return confirm_withdrawal(withdrawal=s["withdrawal"], facts=facts, by=s["by"], today=TODAY, reason="As agreed.")


def refuse(s):
    return refuse_withdrawal(
        medicine=s["medicine"], occasion=s["scan"], reason="Crises without it.", by=s["by"], today=TODAY
    )


def other(s):
    return record_medicine(patient=s["patient"], facts=MedicineFacts("Ramipril"), by=s["by"], today=TODAY)


def ended_for_good(s):
    confirm(s)
    end_medicine(medicine=s["medicine"], ended_on=TODAY, by=s["by"], today=TODAY)


GIVEN = {
    "medicine.changed": other,
    "medicine.ended": other,
    "medicine.withdrawn": other,
    "withdrawal.planned": other,
    "withdrawal.restarted": confirm,
    "withdrawal.not_restarted": ended_for_good,
    "withdrawal.decided": refuse,
    "blockade.withdrawn": lambda s: record_blockade(occasion=s["scan"], facts=BLOCKADE, by=s["by"]),
}
ramipril = lambda: Medicine.objects.get(name="Ramipril")  # noqa: E731
DONE = {
    "medicine.recorded": other,
    "medicine.changed": lambda s: change_medicine(
        medicine=ramipril(), fields={"dose": "5 mg"}, by=s["by"], today=TODAY
    ),
    "medicine.ended": lambda s: end_medicine(medicine=ramipril(), ended_on=date(2024, 4, 9), by=s["by"], today=TODAY),
    "medicine.withdrawn": lambda s: withdraw_medicine(medicine=ramipril(), reason="Another person's.", by=s["by"]),
    "withdrawal.planned": lambda s: plan_withdrawal(
        medicine=ramipril(), occasion=s["scan"], facts=agreed(), by=s["by"], today=TODAY
    ),
    "withdrawal.changed": lambda s: change_withdrawal(
        withdrawal=s["withdrawal"], facts=agreed(substitute="none needed"), by=s["by"]
    ),
    "withdrawal.confirmed": confirm,
    "withdrawal.refused": refuse,
    "withdrawal.decided": lambda s: decide_all_the_same(
        withdrawal=s["withdrawal"], decision="Scan all the same.", by=s["by"]
    ),
    "withdrawal.restarted": lambda s: record_restart(
        withdrawal=s["withdrawal"], restarted_on=date(2024, 5, 1), by=s["by"], today=date(2024, 5, 2)
    ),
    "withdrawal.not_restarted": lambda s: end_withdrawal(
        withdrawal=s["withdrawal"], reason="Doxazosin stays.", by=s["by"], today=BEGUN
    ),
    "withdrawal.handed_over": lambda s: hand_over_restart(withdrawal=s["withdrawal"], to=s["by"], by=s["by"]),
    "withdrawal.dropped": lambda s: drop_withdrawal(
        withdrawal=s["withdrawal"], reason="Not needed.", by=s["by"], today=TODAY
    ),
    "blockade.recorded": lambda s: record_blockade(occasion=s["scan"], facts=BLOCKADE, by=s["by"]),
    "blockade.withdrawn": lambda s: withdraw_blockade(
        blockade=ThyroidBlockade.objects.get(), reason="Another person's.", by=s["by"]
    ),
    "preparation_policy.changed": lambda s: set_preparation_policy(
        clinic=s["clinic"], days={"labetalol": {"before_scan": 3}}, names=NAMES, injection_days_before=0, by=s["by"]
    ),
}
# What undoing leaves of a row that was new, since nothing is deleted.
LEFT = {"medicine.recorded", "withdrawal.planned", "blockade.recorded", "preparation_policy.changed"}


@pytest.fixture
def given(request, scene):
    GIVEN.get(request.node.callspec.params["kind"], lambda s: None)(scene)
    return scene


@pytest.mark.parametrize("kind", DONE)
def test_action_writes_one_event_by_its_author_in_words(given, kind):
    known = set(Event.objects.values_list("pk", flat=True))

    DONE[kind](given)

    (event,) = Event.objects.exclude(pk__in=known)
    assert (event.kind, event.by) == (kind, given["by"])
    assert "–" not in event_sentence(event)
    assert event_sentence(event) != kind


@pytest.mark.parametrize("kind", DONE)
def test_undone_action_leaves_every_row_as_it_was(given, kind):
    before = stored(*KEPT)
    DONE[kind](given)
    assert stored(*KEPT) != before

    undo(event=Event.objects.filter(kind=kind).order_by("-id")[0], by=given["by"], now=NOW)

    after = stored(*KEPT)
    assert {key: after[key] for key in before} == before
    assert (after.keys() > before.keys()) == (kind in LEFT)


ABOUT_A_PATIENT = [kind for kind in DONE if kind != "preparation_policy.changed"]


@pytest.mark.parametrize("kind", ABOUT_A_PATIENT)
def test_undoing_locks_the_patient_first(given, kind):
    DONE[kind](given)
    event = Event.objects.filter(kind=kind).order_by("-id")[0]

    with CaptureQueriesContext(connection) as queries:
        undo(event=event, by=given["by"], now=NOW)

    assert locked_first(queries)[0] == "patients_patient"


@pytest.mark.parametrize("kind", ABOUT_A_PATIENT)
def test_closed_record_is_not_changed(given, kind):
    Patient.objects.filter(pk=given["patient"].pk).update(status="entered_in_error")
    before = stored(*KEPT, Event)

    with pytest.raises(TransitionRefused, match="closed"):
        DONE[kind](given)

    assert stored(*KEPT, Event) == before


def test_sentences_say_medicine_occasion_and_days(scene):
    confirm(scene)

    assert event_sentence(Event.objects.get(kind="withdrawal.confirmed")) == (
        "Labetalol withdrawn from Mon 22 Apr 2024 until Wed 1 May 2024, for the MIBG scan, Month 3 of Tue 30 Apr 2024"
    )


# Medicines.


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (MedicineFacts(" / "), "name"),
        (MedicineFacts("LABETALOL "), "name"),  # it stands there already
        (MedicineFacts("Ramipril", started_on=date(1961, 3, 2)), "started_on"),
        (MedicineFacts("Ramipril", started_on=date(2024, 4, 2), ended_on=date(2024, 4, 1)), "ended_on"),
        (MedicineFacts("Ramipril", ended_on=date(2024, 4, 11)), "ended_on"),
    ],
)
def test_medicine_that_cannot_be_is_refused_at_its_field(patient, labetalol, clinician, facts, field):
    with pytest.raises(InputRefused) as refused:
        record_medicine(patient=patient, facts=facts, by=clinician, today=TODAY)

    assert refused.value.field == field
    assert Medicine.objects.count() == 1


def test_medicine_that_ended_can_be_recorded_again(patient, labetalol, clinician):
    end_medicine(medicine=labetalol, ended_on=TODAY, by=clinician, today=TODAY)

    record_medicine(patient=patient, facts=MedicineFacts("Labetalol"), by=clinician, today=TODAY)

    assert Medicine.objects.count() == 2


def test_withheld_medicine_stays_on_the_list_under_its_name(withdrawal, labetalol, clinician):
    with pytest.raises(TransitionRefused, match="withheld"):
        withdraw_medicine(medicine=labetalol, reason="x", by=clinician)
    with pytest.raises(InputRefused, match="withheld"):
        change_medicine(medicine=labetalol, fields={"name": "Ramipril"}, by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="withheld"):
        undo(event=Event.objects.get(kind="medicine.recorded"), by=clinician, now=NOW)


# Withdrawals.


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"stop_on": date(2024, 5, 1)}, "stop_on"),
        ({"restart_on": date(2024, 4, 22)}, "restart_on"),
        ({"restart_on": date(2024, 4, 29)}, "restart_on"),
    ],
)
def test_withdrawal_with_days_that_cannot_be_is_refused(labetalol, scan, clinician, changed, field):
    with pytest.raises(InputRefused) as refused:
        plan_withdrawal(medicine=labetalol, occasion=scan, facts=agreed(**changed), by=clinician, today=TODAY)

    assert refused.value.field == field


def test_withdrawal_is_planned_once_and_of_the_patients_own_medicine(withdrawal, labetalol, scan, clinician):
    stranger = PatientFactory(clinic=scan.patient.clinic)
    theirs = record_medicine(patient=stranger, facts=MedicineFacts("Labetalol"), by=clinician, today=TODAY)

    for medicine, words in ((labetalol, "already"), (theirs, "does not stand on the list")):
        with pytest.raises(InputRefused, match=words):
            plan_withdrawal(medicine=medicine, occasion=scan, facts=agreed(), by=clinician, today=TODAY)


def test_nothing_is_planned_for_what_is_not_ahead(labetalol, plan, clinician):
    week = of_visit(visit_of(plan, "W8"))

    with pytest.raises(TransitionRefused, match="not planned"):
        plan_withdrawal(medicine=labetalol, occasion=week, facts=agreed(), by=clinician, today=TODAY)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"prescriber": ""}, "prescriber"),
        ({"substitute": ""}, "substitute"),
        ({"restart_owner": None}, "restart_owner"),
    ],
)
def test_confirmation_needs_prescriber_substitute_and_owner(scene, changed, field):
    with pytest.raises(InputRefused) as refused:
        confirm(scene, **changed)

    assert refused.value.field == field
    scene["withdrawal"].refresh_from_db()
    assert scene["withdrawal"].state == "planned"


def test_database_holds_that_a_confirmed_withdrawal_is_whole(withdrawal):
    with pytest.raises(IntegrityError, match="confirmed_withdrawal_is_whole"):
        Withdrawal.objects.update(state="confirmed")


def test_only_a_clinician_confirms_refuses_and_decides(scene):
    coordinator = MembershipFactory(clinic=scene["clinic"], role=Role.COORDINATOR).staff

    for act in (confirm, refuse):
        with pytest.raises(InputRefused, match="A clinician decides this"):
            act(scene | {"by": coordinator})
    refuse(scene)
    with pytest.raises(InputRefused, match="A clinician decides this"):
        decide_all_the_same(withdrawal=scene["withdrawal"], decision="Scan.", by=coordinator)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"stop_on": date(2024, 4, 23)}, "stopped from Mon 22 Apr 2024 on"),
        ({"restart_on": date(2024, 4, 30)}, "taken again from Wed 1 May 2024 on"),
    ],
)
def test_days_short_of_the_table_need_a_reason(withdrawal, clinician, owner, changed, words):
    facts = agreed(**({"restart_owner": owner} | changed))

    with pytest.raises(ReasonNeeded, match=words):
        confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)
    confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY, reason="Cannot be without it.")


def test_days_of_the_table_are_confirmed_without_a_reason(confirmed, clinician):
    assert (confirmed.state, confirmed.confirmed_by, confirmed.confirmed_on) == ("confirmed", clinician, TODAY)


def test_confirmed_withdrawal_is_changed_only_by_confirming_anew(confirmed, clinician, owner):
    with pytest.raises(TransitionRefused, match="confirms it anew"):
        change_withdrawal(withdrawal=confirmed, facts=agreed(stop_on=date(2024, 4, 20)), by=clinician)
    with pytest.raises(TransitionRefused, match="as it stands"):
        confirm_withdrawal(withdrawal=confirmed, facts=agreed(restart_owner=owner), by=clinician, today=TODAY)


def test_cannot_be_withdrawn_needs_a_reason_and_waits_until_a_clinician_has_decided(scene, visit):
    with pytest.raises(ReasonNeeded):
        refuse_withdrawal(medicine=scene["medicine"], occasion=scene["scan"], reason="", by=scene["by"], today=TODAY)
    refused = refuse(scene)
    assert (refused.pk, refused.state, refused.reason) == (scene["withdrawal"].pk, "cannot", "Crises without it.")
    with pytest.raises(ReasonNeeded):
        decide_all_the_same(withdrawal=refused, decision="", by=scene["by"])
    decide_all_the_same(withdrawal=refused, decision="Scan all the same.", by=scene["by"])
    with pytest.raises(TransitionRefused, match="does not wait"):
        decide_all_the_same(withdrawal=refused, decision="Again.", by=scene["by"])


def test_medicine_nobody_planned_to_withdraw_can_be_said_to_stay(labetalol, scan, clinician):
    refused = refuse_withdrawal(medicine=labetalol, occasion=scan, reason="Crises.", by=clinician, today=TODAY)

    assert (refused.state, refused.stop_on, refused.counted_from) == ("cannot", None, SCAN_DAY)


def test_what_has_begun_ends_with_the_restart_only(confirmed, labetalol, scan, clinician):
    with pytest.raises(TransitionRefused, match="has been stopped"):
        drop_withdrawal(withdrawal=confirmed, reason="Slip.", by=clinician, today=BEGUN)
    with pytest.raises(TransitionRefused, match="Record when it is taken again"):
        refuse_withdrawal(medicine=labetalol, occasion=scan, reason="Crises.", by=clinician, today=BEGUN)
    drop_withdrawal(withdrawal=confirmed, reason="Slip.", by=clinician, today=date(2024, 4, 21))


def test_what_has_begun_is_not_confirmed_anew_with_a_later_first_day(confirmed, clinician, owner):
    def anew(day, today):
        facts = agreed(restart_owner=owner, stop_on=day)
        confirm_withdrawal(withdrawal=confirmed, facts=facts, by=clinician, today=today, reason="As agreed.")

    with pytest.raises(InputRefused, match="It has been stopped") as refused:
        anew(date(2024, 4, 23), today=BEGUN)
    assert refused.value.field == "stop_on"
    anew(date(2024, 4, 21), today=BEGUN)


def test_what_cannot_be_withdrawn_is_dropped_by_a_clinician_only(scene):
    refused = refuse(scene)
    drop = {"withdrawal": refused, "reason": "Cancelled.", "today": TODAY}

    with pytest.raises(InputRefused, match="A clinician decides this"):
        drop_withdrawal(**drop, by=MembershipFactory(clinic=scene["clinic"], role=Role.COORDINATOR).staff)
    assert drop_withdrawal(**drop, by=scene["by"]).state == "dropped"


def undo_last(kind, by, on=TODAY):
    undo(event=Event.objects.filter(kind=kind).order_by("-id")[0], by=by, now=noon(on))


def test_confirmation_of_what_has_begun_is_not_undone(confirmed, clinician):
    before = stored(*KEPT, Event)

    with pytest.raises(TransitionRefused, match="has been stopped"):
        undo_last("withdrawal.confirmed", clinician, on=BEGUN)

    assert stored(*KEPT, Event) == before
    undo_last("withdrawal.confirmed", clinician, on=date(2024, 4, 21))
    confirmed.refresh_from_db()
    assert confirmed.state == "planned"


def test_confirmation_anew_is_undone_where_the_medicine_stays_stopped(confirmed, clinician, owner):
    later = agreed(restart_owner=owner, restart_on=date(2024, 5, 3))
    confirm_withdrawal(withdrawal=confirmed, facts=later, by=clinician, today=BEGUN)

    undo_last("withdrawal.confirmed", clinician, on=BEGUN)

    confirmed.refresh_from_db()
    assert (confirmed.state, confirmed.restart_on) == ("confirmed", date(2024, 5, 1))


def test_confirmation_anew_that_stopped_it_sooner_is_not_undone_once_it_was(confirmed, clinician, owner):
    sooner = agreed(restart_owner=owner, stop_on=date(2024, 4, 20))
    confirm_withdrawal(withdrawal=confirmed, facts=sooner, by=clinician, today=TODAY)

    with pytest.raises(TransitionRefused, match="has been stopped"):
        undo_last("withdrawal.confirmed", clinician, on=date(2024, 4, 20))


def test_change_is_not_undone_beneath_a_confirmation(withdrawal, clinician, owner):
    facts = agreed(restart_owner=owner, stop_on=date(2024, 4, 20))
    change_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician)
    confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)

    with pytest.raises(TransitionRefused, match="A clinician has confirmed it since"):
        undo_last("withdrawal.changed", clinician)


@pytest.mark.parametrize("day", [date(2024, 4, 21), date(2024, 5, 3)])
def test_restart_lies_between_the_first_day_without_it_and_today(confirmed, clinician, day):
    with pytest.raises(InputRefused) as refused:
        record_restart(withdrawal=confirmed, restarted_on=day, by=clinician, today=date(2024, 5, 2))

    assert refused.value.field == "restarted_on"


def test_restart_sooner_than_the_table_needs_a_reason_and_is_recorded_once(confirmed, clinician):
    soon = {"withdrawal": confirmed, "restarted_on": SCAN_DAY, "by": clinician, "today": date(2024, 5, 2)}

    with pytest.raises(ReasonNeeded, match="Wed 1 May 2024"):
        record_restart(**soon)
    record_restart(**soon, reason="Blood pressure.")
    with pytest.raises(TransitionRefused, match="taken again"):
        record_restart(**soon, reason="Blood pressure.")


def test_withdrawal_of_a_medicine_that_ended_for_good_is_closed_by_a_clinician_with_a_reason(
    confirmed, labetalol, clinic, clinician
):
    close = {"withdrawal": confirmed, "reason": "Doxazosin stays.", "by": clinician, "today": BEGUN}
    coordinator = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff

    with pytest.raises(TransitionRefused, match="stands on the list as taken"):
        end_withdrawal(**close)
    end_medicine(medicine=labetalol, ended_on=date(2024, 4, 21), by=clinician, today=BEGUN)
    with pytest.raises(TransitionRefused, match="has not been stopped yet"):
        end_withdrawal(**close | {"today": date(2024, 4, 21)})
    with pytest.raises(InputRefused, match="A clinician decides this"):
        end_withdrawal(**close | {"by": coordinator})
    with pytest.raises(ReasonNeeded):
        end_withdrawal(**close | {"reason": ""})
    ended = end_withdrawal(**close)
    assert (ended.state, ended.reason, ended.restarted_on) == ("ended", "Doxazosin stays.", None)
    with pytest.raises(TransitionRefused, match="not taken again"):
        record_restart(withdrawal=confirmed, restarted_on=BEGUN, by=clinician, today=BEGUN)


def test_restart_of_what_was_not_confirmed_is_refused(withdrawal, clinician):
    with pytest.raises(TransitionRefused):
        record_restart(withdrawal=withdrawal, restarted_on=TODAY, by=clinician, today=TODAY)


def test_medicine_can_be_withdrawn_again_after_it_was_taken_again(scene):
    confirm(scene)
    record_restart(
        withdrawal=scene["withdrawal"],
        restarted_on=date(2024, 4, 23),
        by=scene["by"],
        today=date(2024, 4, 24),
        reason="Crisis.",
    )

    again = plan_withdrawal(
        medicine=scene["medicine"], occasion=scene["scan"], facts=agreed(), by=scene["by"], today=date(2024, 4, 24)
    )

    assert again.pk != scene["withdrawal"].pk


def test_stranger_gets_no_restart(withdrawal, clinician):
    with pytest.raises(InputRefused, match="does not work in"):
        hand_over_restart(withdrawal=withdrawal, to=MembershipFactory().staff, by=clinician)


# The blockade, and the clinic's days.


def test_blockade_recorded_again_replaces_the_first(scan, clinician):
    first = record_blockade(occasion=scan, facts=BLOCKADE, by=clinician)
    before = stored(*KEPT)
    longer = BlockadeFacts("potassium iodide", Decimal(130), date(2024, 4, 29), date(2024, 5, 1))
    second = record_blockade(occasion=scan, facts=longer, by=clinician)

    assert list(ThyroidBlockade.objects.filter(withdrawn=False)) == [second]
    undo(event=Event.objects.filter(kind="blockade.recorded").order_by("-id")[0], by=clinician, now=NOW)
    assert list(ThyroidBlockade.objects.filter(withdrawn=False)) == [first]
    after = stored(*KEPT)
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize(
    ("dose", "starts", "last", "field"),
    [
        (0, date(2024, 4, 29), date(2024, 4, 29), "dose_mg"),
        (130, date(2024, 5, 1), date(2024, 5, 2), "starts_on"),
        (130, date(2024, 4, 29), date(2024, 4, 28), "last_on"),
        (130, date(2024, 4, 20), date(2024, 4, 28), "last_on"),  # the tracer is given on the 29th
    ],
)
def test_blockade_that_cannot_be_is_refused(scan, clinician, dose, starts, last, field):
    with pytest.raises(InputRefused) as refused:
        record_blockade(occasion=scan, facts=BlockadeFacts("KI", Decimal(dose), starts, last), by=clinician)

    assert refused.value.field == field


def test_blockade_lasts_until_the_day_of_the_infusion_at_least(infusion, clinician):
    day_before, day = date(2024, 6, 2), date(2024, 6, 3)

    with pytest.raises(InputRefused, match="Enter Mon 3 Jun 2024 or a later day"):
        record_blockade(
            occasion=infusion, facts=BlockadeFacts("KI", Decimal(130), day_before, day_before), by=clinician
        )
    record_blockade(occasion=infusion, facts=BlockadeFacts("KI", Decimal(130), day_before, day), by=clinician)


def test_single_dose_is_recorded_as_given_once_on_its_one_day(infusion, clinician):
    def once(last_on):
        facts = BlockadeFacts("potassium iodide", Decimal(16), date(2024, 6, 2), last_on, once=True)
        return record_blockade(occasion=infusion, facts=facts, by=clinician)

    with pytest.raises(InputRefused, match="What is given once has one day") as refused:
        once(date(2024, 6, 3))
    assert refused.value.field == "last_on"
    once(date(2024, 6, 2))
    assert event_sentence(Event.objects.get(kind="blockade.recorded")).endswith(": potassium iodide, 16 mg once")


def test_clinics_days_are_those_its_table_has(clinic, clinician):
    days = {"labetalol": {"before_scan": 3}, "snri": {}}
    set_preparation_policy(clinic=clinic, days=days, names={}, injection_days_before=0, by=clinician)

    table = table_of(clinic)
    assert (table.find("labetalol").group.before_scan.days, table.scan.injection_days_before) == (3, 0)
    assert PreparationPolicy.objects.get().days == {"labetalol": {"before_scan": 3}}


@pytest.mark.parametrize(
    ("days", "apart", "field"),
    [
        ({"gone": {"before_scan": 3}}, None, "gone.before_scan"),
        ({"labetalol": {"during": 3}}, None, "labetalol.during"),
        ({"labetalol": {"before_scan": -1}}, None, "labetalol.before_scan"),
        ({"labetalol": {"before_scan": 366}}, None, "labetalol.before_scan"),
        ({}, 4, "injection_days_before"),
    ],
)
def test_days_that_cannot_be_are_refused(clinic, clinician, days, apart, field):
    with pytest.raises(InputRefused) as refused:
        set_preparation_policy(clinic=clinic, days=days, names={}, injection_days_before=apart, by=clinician)

    assert refused.value.field == field


def test_policy_that_changes_nothing_writes_nothing(clinic, clinician):
    set_preparation_policy(clinic=clinic, days={}, names={}, injection_days_before=None, by=clinician)

    assert Event.objects.filter(kind="preparation_policy.changed").count() == 0


def name_medicines(clinic, by, names):
    return set_preparation_policy(clinic=clinic, days={}, names=names, injection_days_before=None, by=by)


def test_medicine_is_found_by_the_clinics_own_name_until_that_is_undone(clinic, clinician):
    name_medicines(clinic, clinician, {"labetalol": ["Prescol Fórte"], "snri": []})

    found = table_of(clinic).find("PRESCOL forte 200 mg")
    assert (found.group.key, found.name, found.is_own) == ("labetalol", "prescol forte", True)
    assert PreparationPolicy.objects.get().names == {"labetalol": ["Prescol Fórte"]}
    event = Event.objects.get(kind="preparation_policy.changed")
    assert event_sentence(event) == "Days or names of medicines to be withdrawn changed: names of labetalol"
    undo(event=event, by=clinician, now=NOW)
    assert table_of(clinic).find("Prescol forte") is None


@pytest.mark.parametrize(
    ("names", "field", "what"),
    [
        ({"gone": ["Prescol"]}, "gone.names", "no such class"),
        ({"labetalol": ["Prescol", "Ab"]}, "labetalol.names", "“Ab”: a name has at least 3 letters"),
        ({"labetalol": ["10 mg"]}, "labetalol.names", "at least 3 letters"),
        ({"labetalol": ["Я ем суп"]}, "labetalol.names", "at least 3 letters"),
        ({"labetalol": ["a" * 121]}, "labetalol.names", "at most 120 signs"),
        ({"labetalol": ["Nórvasc"]}, "labetalol.names", "“Nórvasc” stands in the class Calcium-channel blockers."),
        ({"snri": ["Effexor with Sudafed"]}, "snri.names", "stands in the class Sympathomimetics."),
        ({"snri": ["Prescol"], "labetalol": ["PRESCOL"]}, "snri.names", "stands in the class Labetalol."),
    ],
)
def test_name_that_cannot_be_is_refused(clinic, clinician, names, field, what):
    with pytest.raises(InputRefused, match=what) as refused:
        name_medicines(clinic, clinician, names)

    assert refused.value.field == field
    assert PreparationPolicy.objects.count() == 0


def test_days_and_names_of_a_clinic_are_changed_apart(clinic, clinician):
    name_medicines(clinic, clinician, {"snri": ["Dulotex"]})
    name_medicines(clinic, clinician, {"snri": ["Dulotex"], "tricyclics": ["Tryptine"]})

    events = Event.objects.filter(kind="preparation_policy.changed").order_by("id")
    assert [each.facts["fields"] for each in events] == [["names of snri"], ["names of tricyclics"]]
