"""What people and time do with an alert: every transition, every refusal, who is told, and all or nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection

from accounts.models import Role
from events.models import Event, Message
from events.undo import undo
from iotrex_followup.errors import ChangedSince, InputRefused, TransitionRefused
from labs.actions.alert_rights import undo_refusal
from labs.actions.alerts import acknowledge, claim, hand_over, resolve, snooze, tell
from labs.actions.lapsing import lapse_alerts
from labs.actions.supportive import SupportFacts, record_support, withdraw_support
from labs.alerting.versions import version_of
from labs.models import Alert, LabResult
from patients.models import SupportiveCare
from schedules.actions import book_visits
from schedules.wording import event_sentence
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled, visit_of
from tests.labs.arrivals import arrive
from tests.labs.factories import NOW, AlertFactory, FindingFactory, ResultFactory
from tests.snapshot import stored

pytestmark = pytest.mark.django_db

TODAY, TOMORROW = date(2024, 3, 6), date(2024, 3, 7)


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def clinician(clinic):
    return MembershipFactory(clinic=clinic, staff__name="Dr Gil").staff


@pytest.fixture
def coordinator(clinic):
    return MembershipFactory(clinic=clinic, role=Role.COORDINATOR, staff__name="Nuria").staff


@pytest.fixture
def alert(clinic):
    return AlertFactory(patient=PatientFactory(clinic=clinic))


ACTS = {
    "acknowledge": lambda a, by: acknowledge(alert=a, next_step="repeat_cbc", by_when=TOMORROW, by=by, now=NOW),
    "tell": lambda a, by: tell(alert=a, told="Dr Sanz, 600 000 001", at=NOW, read_back=True, by=by, now=NOW),
    "claim": lambda a, by: claim(alert=a, by=by, now=NOW),
    "hand_over": lambda a, by: hand_over(
        alert=a, to=MembershipFactory(clinic=a.clinic, staff__name="Dr Sanz").staff, by=by, now=NOW
    ),
    "snooze": lambda a, by: snooze(alert=a, until=date(2024, 3, 10), by=by, now=NOW),
    "resolve": lambda a, by: resolve(alert=a, resolution="Recovered.", by=by, now=NOW),
}
AFTER = {"acknowledge": "acknowledged", "snooze": "snoozed", "resolve": "resolved"}
SENTENCE = "Platelets 38 x10^9/L: below 50; told the same day"
KINDS = {
    "acknowledge": ("alert.acknowledged", f"Alert acknowledged, repeat CBC by Thu 7 Mar 2024: {SENTENCE}"),
    "tell": ("alert.told", f"Dr Sanz, 600 000 001 told on Wed 6 Mar 2024, 10:00, read back: {SENTENCE}"),
    "claim": ("alert.claimed", f"Alert taken over: {SENTENCE}"),
    "hand_over": ("alert.handed_over", f"Alert handed over to Dr Sanz: {SENTENCE}"),
    "snooze": ("alert.snoozed", f"Alert snoozed until Sun 10 Mar 2024: {SENTENCE}"),
    "resolve": ("alert.resolved", f"Alert resolved (Recovered.): {SENTENCE}"),
}
STATES = {
    "open": {},
    "acknowledged": {"next_step": "other", "next_step_text": "Ward", "next_step_by": TOMORROW},
    "snoozed": {"snoozed_until": TOMORROW},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_act_leads_to_its_state_and_writes_its_event(alert, clinician, act, state):
    Alert.objects.filter(pk=alert.pk).update(state=state, **STATES[state])

    ACTS[act](alert, clinician)

    alert.refresh_from_db()
    event = Event.objects.get()
    assert alert.state == AFTER.get(act, state)
    assert (event.kind, event_sentence(event), event.by) == (*KINDS[act], clinician)
    assert event.patient == alert.patient


@pytest.mark.parametrize("act", ACTS)
def test_act_on_a_resolved_alert_is_refused(alert, clinician, act):
    Alert.objects.filter(pk=alert.pk).update(state="resolved", resolved_at=NOW)

    with pytest.raises(TransitionRefused, match="cannot be changed this way"):
        ACTS[act](alert, clinician)


@pytest.mark.parametrize(
    ("role", "tier", "refused"),
    [
        (Role.CLINICIAN, "immediate", set()),
        (Role.COORDINATOR, "immediate", {"acknowledge", "resolve"}),
        (Role.COORDINATOR, "same_day", {"acknowledge", "snooze", "resolve"}),
        (Role.COORDINATOR, "next_working_day", set()),
        (Role.ADMINISTRATOR, "next_working_day", set(ACTS)),
        (Role.AUDITOR, "next_working_day", set(ACTS)),
    ],
)
def test_act_is_refused_to_a_role_that_may_not(clinic, role, tier, refused):
    person = MembershipFactory(clinic=clinic, role=role).staff
    found = set()
    for act in ACTS:
        if (tier, act) == ("immediate", "snooze"):
            continue
        try:
            ACTS[act](AlertFactory(patient=PatientFactory(clinic=clinic), tier=tier), person)
        except PermissionDenied:
            found.add(act)

    assert found == refused


def test_act_of_a_stranger_is_refused(alert):
    with pytest.raises(PermissionDenied):
        ACTS["tell"](alert, MembershipFactory().staff)


def test_immediate_alert_is_not_snoozed(alert, clinician):
    Alert.objects.filter(pk=alert.pk).update(tier="immediate")

    with pytest.raises(TransitionRefused, match="An immediate alert cannot be snoozed"):
        ACTS["snooze"](alert, clinician)


@pytest.mark.parametrize("act", ACTS)
def test_act_that_cannot_write_its_event_changes_nothing(alert, clinician, act):
    MembershipFactory(clinic=alert.clinic)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'out of paper'; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON events_event EXECUTE FUNCTION refuse()"
        )
    before = stored(Alert, Message)

    with pytest.raises(DatabaseError, match="out of paper"):
        ACTS[act](alert, clinician)
    assert {key: row for key, row in stored(Alert, Message).items() if key[0] != "Membership"} == {
        key: row for key, row in before.items() if key[0] != "Membership"
    }


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {"tell"}))
def test_undone_act_leaves_the_alert_as_it_was(alert, clinician, act):
    before = stored(Alert)[("Alert", alert.pk)]
    ACTS[act](alert, clinician)

    undo(event=Event.objects.get(), by=clinician, now=NOW)

    assert stored(Alert)[("Alert", alert.pk)] == before


def test_acknowledged_alert_says_what_next_by_when_and_whose_it_is(alert, clinician):
    acknowledge(alert=alert, next_step="admitted", by_when=TOMORROW, by=clinician, now=NOW, text="Ward 4")

    alert.refresh_from_db()
    assert (alert.next_step, alert.next_step_text, alert.next_step_by) == ("admitted", "Ward 4", TOMORROW)
    assert (alert.owner, alert.answered_by, alert.answered_at) == (clinician, clinician, NOW)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"next_step": "wait", "by_when": TOMORROW}, "next_step"),
        ({"next_step": "other", "by_when": TOMORROW}, "text"),
        ({"next_step": "no_action", "by_when": None}, "text"),
        ({"next_step": "repeat_cbc", "by_when": None}, "by_when"),
        ({"next_step": "repeat_cbc", "by_when": TODAY - timedelta(days=1)}, "by_when"),
        ({"next_step": "repeat_cbc", "by_when": TODAY + timedelta(days=93)}, "by_when"),
    ],
)
def test_acknowledgement_that_says_nothing_is_refused_at_its_field(alert, clinician, given, field):
    with pytest.raises(InputRefused) as refused:
        acknowledge(alert=alert, by=clinician, now=NOW, **given)

    assert refused.value.field == field


def test_nothing_to_do_needs_no_words_and_no_day_on_the_next_working_day(clinic, coordinator):
    alert = AlertFactory(patient=PatientFactory(clinic=clinic), tier="next_working_day")

    acknowledge(alert=alert, next_step="no_action", by_when=None, by=coordinator, now=NOW)

    alert.refresh_from_db()
    assert (alert.state, alert.next_step_by) == ("acknowledged", None)


def test_owner_learns_that_somebody_else_answered(alert, clinician, coordinator):
    Alert.objects.filter(pk=alert.pk).update(owner=coordinator)

    ACTS["acknowledge"](alert, clinician)

    message = Message.objects.in_app().get()
    assert (message.recipient, message.kind) == (coordinator, "alert.acknowledged")
    assert message.subject == f"Dr Gil: repeat CBC by Thu 7 Mar 2024. {SENTENCE}."


def test_person_told_by_name_finds_it_in_the_inbox(alert, clinician, coordinator):
    tell(alert=alert, told="", told_staff=clinician, at=NOW, read_back=False, by=coordinator, now=NOW)

    assert Event.objects.get().facts["told"] == "Dr Gil"
    message = Message.objects.in_app().get()
    assert (message.recipient, message.path) == (clinician, f"/alerts/{alert.pk}/")
    assert message.subject == f"Nuria told you: {SENTENCE}."


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"told": " ", "at": NOW}, "told"),
        ({"told": "Dr Sanz", "at": NOW + timedelta(minutes=1)}, "at"),
        ({"told": "Dr Sanz", "at": NOW - timedelta(minutes=1)}, "at"),
        ({"told": "Dr Sanz", "at": datetime(1, 1, 1, tzinfo=UTC)}, "at"),
        ({"told": "Dr Sanz", "at": datetime.max.replace(tzinfo=UTC)}, "at"),
    ],
)
def test_telling_nobody_too_early_or_later_is_refused(alert, coordinator, given, field):
    with pytest.raises(InputRefused) as refused:
        tell(alert=alert, read_back=True, by=coordinator, now=NOW, **given)

    assert refused.value.field == field


def test_time_of_telling_is_judged_by_the_minute_it_is_typed_to(alert, coordinator):
    Alert.objects.filter(pk=alert.pk).update(opened_at=NOW + timedelta(seconds=40))

    tell(alert=alert, told="Dr Sanz", at=NOW, read_back=True, by=coordinator, now=NOW + timedelta(minutes=1))

    assert Event.objects.get().kind == "alert.told"


def test_alert_handed_over_comes_to_the_persons_inbox(alert, clinician, coordinator):
    hand_over(alert=alert, to=coordinator, by=clinician, now=NOW, note="Call the mother.")

    alert.refresh_from_db()
    message = Message.objects.in_app().get()
    assert (alert.owner, message.recipient) == (coordinator, coordinator)
    assert message.subject == f"Same day, handed over to you by Dr Gil (Call the mother.): {SENTENCE}."
    assert Event.objects.get().reason == "Call the mother."


@pytest.mark.parametrize("role", [Role.AUDITOR, None])
def test_alert_is_not_handed_to_somebody_who_does_not_work_on_alerts(alert, clinician, role):
    person = MembershipFactory(clinic=alert.clinic, role=role).staff if role else MembershipFactory().staff

    with pytest.raises(InputRefused, match="does not work on the alerts"):
        hand_over(alert=alert, to=person, by=clinician, now=NOW)


def test_alert_is_not_handed_to_its_owner(alert, clinician):
    claim(alert=alert, by=clinician, now=NOW)

    with pytest.raises(InputRefused, match="already"):
        hand_over(alert=alert, to=clinician, by=clinician, now=NOW)


def test_claiming_from_somebody_tells_them_and_claiming_twice_is_quiet(alert, clinician, coordinator):
    claim(alert=alert, by=coordinator, now=NOW)
    claim(alert=alert, by=clinician, now=NOW)
    claim(alert=alert, by=clinician, now=NOW)

    assert [event.kind for event in Event.objects.all()] == ["alert.claimed"] * 2
    assert [message.recipient for message in Message.objects.in_app()] == [coordinator]


@pytest.mark.parametrize(
    ("days_later", "ends", "said"),
    [
        (1, date(2024, 3, 9), "Sat 9 Mar 2024"),  # week 5 was to be on Wednesday and may be until Saturday
        (4, date(2024, 3, 13), "Wed 13 Mar 2024"),  # week 6
    ],
)
def test_snooze_ends_with_the_next_planned_count(clinic, clinician, days_later, ends, said):
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31))
    alert = AlertFactory(patient=plan.patient)

    snooze(alert=alert, until=date(2024, 3, 20), by=clinician, now=NOW + timedelta(days=days_later))

    alert.refresh_from_db()
    assert alert.snoozed_until == ends
    assert event_sentence(Event.objects.get(kind="alert.snoozed")) == (
        f"Alert snoozed until {said} (the next blood count is planned then): {SENTENCE}"
    )


def test_snooze_on_the_day_of_a_booked_count_is_refused(clinic, clinician):
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31))
    book_visits(visits=[visit_of(plan, "W5")], on=TODAY, by=clinician, today=TODAY)

    with pytest.raises(InputRefused, match="planned for today"):
        snooze(alert=AlertFactory(patient=plan.patient), until=TOMORROW, by=clinician, now=NOW)


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=93)])
def test_snooze_until_a_day_that_makes_no_sense_is_refused(alert, clinician, until):
    with pytest.raises(InputRefused) as refused:
        snooze(alert=alert, until=until, by=clinician, now=NOW)

    assert refused.value.field == "until"


def test_alert_is_resolved_in_words(alert, clinician):
    with pytest.raises(InputRefused, match="Say how"):
        resolve(alert=alert, resolution="  ", by=clinician, now=NOW)

    resolve(alert=alert, resolution="Recovered.", by=clinician, now=NOW)

    alert.refresh_from_db()
    assert (alert.resolution, alert.resolved_at, alert.answered_by) == ("Recovered.", NOW, clinician)


def test_resolving_is_not_undone_once_a_new_episode_is_open(alert, clinician):
    ACTS["resolve"](alert, clinician)
    AlertFactory(patient=alert.patient)

    with pytest.raises(TransitionRefused, match="stands in the way"):
        undo(event=Event.objects.get(), by=clinician, now=NOW)


@pytest.mark.parametrize(
    ("now", "back"),
    [
        (datetime(2024, 3, 7, 22, 59, tzinfo=UTC), 0),  # still Thursday in Madrid: by Thursday is not over
        (datetime(2024, 3, 7, 23, 0, tzinfo=UTC), 1),
    ],
)
def test_answered_alert_comes_back_once_its_day_has_passed(alert, clinician, now, back):
    acknowledge(alert=alert, next_step="patient_called", by_when=TOMORROW, by=clinician, now=NOW)

    assert lapse_alerts(now=now) == back
    assert lapse_alerts(now=now) == 0

    alert.refresh_from_db()
    assert alert.state == ("open" if back else "acknowledged")


def test_alert_that_comes_back_has_a_new_deadline_its_owner_and_a_message(alert, clinician):
    acknowledge(alert=alert, next_step="patient_called", by_when=TOMORROW, by=clinician, now=NOW)
    later = datetime(2024, 3, 8, 8, tzinfo=UTC)

    lapse_alerts(now=later)

    alert.refresh_from_db()
    assert (alert.raised_at, alert.answer_by, alert.owner) == (later, later + timedelta(hours=4), clinician)
    assert (alert.next_step, alert.next_step_by) == ("", None)
    event = Event.objects.get(kind="alert.lapsed")
    assert event.by is None
    assert event_sentence(event) == (f"Alert back, its time has run out (patient called by Thu 7 Mar 2024): {SENTENCE}")
    message = Message.objects.in_app().get()
    assert (message.recipient, message.kind) == (clinician, "alert.lapsed")


def test_snoozed_alert_comes_back_with_a_count_that_was_booked_for_earlier_since(clinic, clinician):
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31))
    alert = AlertFactory(patient=plan.patient)
    snooze(alert=alert, until=date(2024, 3, 20), by=clinician, now=NOW + timedelta(days=1))
    book_visits(visits=[visit_of(plan, "W5")], on=date(2024, 3, 8), by=clinician, today=TOMORROW)

    assert lapse_alerts(now=NOW + timedelta(days=1)) == 0
    assert lapse_alerts(now=NOW + timedelta(days=2)) == 1


def test_snoozed_alert_comes_back_on_its_day(alert, clinician):
    snooze(alert=alert, until=date(2024, 3, 10), by=clinician, now=NOW)

    assert lapse_alerts(now=datetime(2024, 3, 9, 22, 59, tzinfo=UTC)) == 0
    assert lapse_alerts(now=datetime(2024, 3, 9, 23, 0, tzinfo=UTC)) == 1

    alert.refresh_from_db()
    assert (alert.state, alert.snoozed_until) == ("open", None)


def repeated(alert, *, as_bad=False):
    """A repeat of the alert's analyte, drawn the day after, in which as much was found or nothing."""
    FindingFactory(alert=alert)
    result = ResultFactory(patient=alert.patient, collected_at=NOW + timedelta(days=1))
    if as_bad:
        FindingFactory(alert=alert, result=result)


@pytest.mark.parametrize("step", ["repeat_cbc", "repeat_test"])
def test_repeat_that_came_and_is_better_keeps_the_alert_quiet(alert, clinician, step):
    acknowledge(alert=alert, next_step=step, by_when=TOMORROW, by=clinician, now=NOW)
    repeated(alert, as_bad=True)
    Alert.objects.filter(pk=alert.pk).update(improved="Platelets 90 x10^9/L.")

    assert lapse_alerts(now=NOW + timedelta(days=3)) == 0

    alert.refresh_from_db()
    assert (alert.state, alert.next_step_by) == ("acknowledged", None)
    assert Event.objects.latest("id").kind == "alert.step_done"


def test_repeat_that_came_and_is_as_bad_brings_the_alert_back(alert, clinician):
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=TOMORROW, by=clinician, now=NOW)
    repeated(alert, as_bad=True)

    assert lapse_alerts(now=NOW + timedelta(days=3)) == 1


@pytest.mark.parametrize(("state", "back"), [("open", 1), ("resolved", 0)])
def test_repeat_of_which_something_could_not_be_evaluated_brings_the_alert_back(alert, clinician, state, back):
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=TOMORROW, by=clinician, now=NOW)
    repeated(alert)
    AlertFactory(patient=alert.patient, clinic=alert.clinic, rule="not_evaluated", state=state,
                 resolved_at=NOW if state == "resolved" else None, resolution="Looked at.")  # fmt: skip

    assert lapse_alerts(now=NOW + timedelta(days=3)) == back


def test_improvement_without_the_repeat_brings_the_alert_back(alert, clinician):
    Alert.objects.filter(pk=alert.pk).update(improved="Platelets 90 x10^9/L.")
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=TOMORROW, by=clinician, now=NOW)

    assert lapse_alerts(now=NOW + timedelta(days=3)) == 1


def low(alert, **values):
    """Let `alert` rest on these values."""
    for analyte, value in values.items():
        FindingFactory(alert=alert, result__analyte=analyte, result__value=value)


def given(alert, product, on=TODAY, at=NOW + timedelta(hours=1)):
    """A transfusion on record since `at`."""
    with time_machine.travel(at, tick=False):
        SupportiveCare.objects.create(clinic=alert.clinic, patient=alert.patient, product=product, given_on=on)


@pytest.mark.parametrize(("given_on", "back"), [(TODAY, 0), (TODAY - timedelta(days=1), 1)])
def test_transfusion_on_record_is_what_was_to_happen(alert, clinician, given_on, back):
    low(alert, platelets=8)
    acknowledge(alert=alert, next_step="transfused", by_when=TOMORROW, by=clinician, now=NOW)
    given(alert, "platelets", given_on)

    assert lapse_alerts(now=NOW + timedelta(days=3)) == back


@pytest.mark.parametrize(
    ("values", "products", "back"),
    [
        ({"platelets": 8}, ["red_cells"], 1),
        ({"hgb": 60}, ["platelets"], 1),
        ({"hgb": 60}, ["red_cells"], 0),
        ({"platelets": 8, "hgb": 60}, ["red_cells"], 1),
        ({"platelets": 8, "hgb": 60}, ["red_cells", "platelets"], 0),
        ({"platelets": 8, "wbc": 1}, ["platelets"], 0),
        ({"wbc": 1}, ["platelets", "red_cells"], 1),
        ({}, ["platelets"], 1),
    ],
)
def test_transfusion_counts_when_the_product_fits_every_value(alert, clinician, values, products, back):
    low(alert, **values)
    acknowledge(alert=alert, next_step="transfused", by_when=TOMORROW, by=clinician, now=NOW)
    for product in products:
        given(alert, product)

    assert lapse_alerts(now=NOW + timedelta(days=3)) == back


@pytest.mark.parametrize(("minutes", "back"), [(-1, 1), (1, 0)])
def test_transfusion_entered_before_the_alert_was_raised_is_not_its_answer(alert, clinician, minutes, back):
    low(alert, platelets=8)
    given(alert, "platelets", at=NOW + timedelta(minutes=minutes))
    at = NOW + timedelta(hours=1)
    acknowledge(alert=alert, next_step="transfused", by_when=TOMORROW, by=clinician, now=at)

    assert lapse_alerts(now=NOW + timedelta(days=3)) == back


@pytest.fixture
def transfused(clinic, clinician):
    """An alert that is quiet since the platelets that were to be transfused are on record, and so are red cells."""
    patient = PatientFactory(clinic=clinic)
    arrive(patient, TODAY, platelets="8")
    alert = Alert.objects.get()
    at = alert.raised_at + timedelta(hours=1)
    acknowledge(alert=alert, next_step="transfused", by_when=TOMORROW, by=clinician, now=at)
    with time_machine.travel(at, tick=False):
        for product in ("platelets", "red_cells"):
            record_support(patient=patient, facts=SupportFacts(product, TODAY), by=clinician, now=at)
    assert lapse_alerts(now=NOW + timedelta(days=3)) == 0
    return alert


LATER = NOW + timedelta(days=4)


@pytest.mark.parametrize("how", ["support.withdrawn", "support.recorded.undone"])
def test_transfusion_that_was_entered_in_error_brings_the_alert_back(transfused, clinician, how):
    care = SupportiveCare.objects.get(product="platelets")
    if how == "support.withdrawn":
        withdraw_support(given=care, reason="Another patient.", by=clinician, now=LATER)
    else:
        undo(event=Event.objects.get(kind="support.recorded", facts__support=str(care.pk)), by=clinician, now=NOW)

    transfused.refresh_from_db()
    assert (transfused.state, transfused.raised_at) == ("open", Event.objects.get(kind=how).at)
    assert Message.objects.in_app().filter(kind="alert.lapsed", path=f"/alerts/{transfused.pk}/").exists()


def test_other_transfusion_entered_in_error_leaves_the_alert_quiet(transfused, clinician):
    care = SupportiveCare.objects.get(product="red_cells")
    withdraw_support(given=care, reason="Another patient.", by=clinician, now=LATER)

    transfused.refresh_from_db()
    assert transfused.state == "acknowledged"


@pytest.mark.parametrize(
    ("drawn", "improved", "back"),
    [
        ({"wbc": 9}, "Platelets 25.", 1),  # platelets were never repeated
        ({"wbc": 9}, "WBC 9.", 1),
        ({"platelets": 25}, "Platelets 25.", 1),  # no better than when it was answered
        ({"platelets": 160}, "Platelets 25.", 0),  # nothing found in it
        ({"platelets": 90}, "Platelets 90.", 0),
        ({"platelets": 90, "wbc": 9}, "Platelets 90.", 0),
    ],
)
@pytest.mark.parametrize("step", ["repeat_cbc", "repeat_test"])
def test_repeat_counts_by_the_alerts_own_analytes_when_better_since_the_answer(
    alert, clinician, step, drawn, improved, back
):
    low(alert, platelets=15)
    Alert.objects.filter(pk=alert.pk).update(improved="Platelets 25.")
    acknowledge(alert=alert, next_step=step, by_when=TOMORROW, by=clinician, now=NOW)
    for analyte, value in drawn.items():
        at = NOW + timedelta(days=1)
        result = ResultFactory(patient=alert.patient, analyte=analyte, value=value, collected_at=at)
        if value < 100 and analyte == "platelets":
            FindingFactory(alert=alert, result=result)
    Alert.objects.filter(pk=alert.pk).update(improved=improved)

    assert lapse_alerts(now=NOW + timedelta(days=3)) == back


def test_better_repeat_that_is_taken_back_brings_the_alert_back(alert, clinician):
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=TOMORROW, by=clinician, now=NOW)
    repeated(alert, as_bad=True)
    Alert.objects.filter(pk=alert.pk).update(improved="Platelets 90 x10^9/L.")
    assert lapse_alerts(now=NOW + timedelta(days=3)) == 0
    LabResult.objects.filter(collected_at__gt=NOW).update(status="withdrawn")
    Alert.objects.filter(pk=alert.pk).update(improved="")

    assert lapse_alerts(now=NOW + timedelta(days=4)) == 1

    alert.refresh_from_db()
    assert alert.state == "open"


@pytest.mark.parametrize("act", ["acknowledge", "snooze"])
def test_answer_of_somebody_who_does_not_say_what_they_read_replaces_nobody_elses(alert, clinician, act):
    acknowledge(alert=alert, next_step="admitted", by_when=TOMORROW, by=clinician, now=NOW)
    colleague = MembershipFactory(clinic=alert.clinic).staff

    with pytest.raises(ChangedSince, match="Dr Gil answered it: admitted by Thu 7 Mar 2024"):
        ACTS[act](alert, colleague)

    alert.refresh_from_db()
    assert (alert.next_step, alert.answered_by) == ("admitted", clinician)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tier": "immediate", "sentence": "Platelets 8."}, "Immediate: Platelets 8."),
        ({"improved": "Platelets 60."}, f"Same day: {SENTENCE}. Better since: Platelets 60."),
        ({"state": "resolved", "resolved_at": NOW, "resolution": "All within limits again."}, "It was closed: All wit"),
        ({"raised_at": NOW + timedelta(seconds=1)}, f"Same day: {SENTENCE}."),
        ({"answered_at": NOW}, f"Same day: {SENTENCE}."),
    ],
)
@pytest.mark.parametrize("act", [acknowledge, tell, claim, hand_over, snooze, resolve])
def test_act_on_another_version_than_was_read_is_refused_in_words(alert, clinician, act, changed, said):
    seen = version_of(Alert.objects.get(pk=alert.pk))
    Alert.objects.filter(pk=alert.pk).update(**changed)
    facts = {
        acknowledge: {"next_step": "admitted", "by_when": TOMORROW},
        tell: {"told": "Dr Sanz", "at": NOW, "read_back": True},
        claim: {},
        hand_over: {"to": clinician},
        snooze: {"until": TOMORROW},
        resolve: {"resolution": "Recovered."},
    }[act]

    with pytest.raises(ChangedSince) as refused:
        act(alert=alert, by=clinician, now=NOW, seen=seen, **facts)

    assert refused.value.message.startswith(f"This has changed since you read it. {said}")
    assert Event.objects.count() == 0


@pytest.mark.parametrize("tier", ["immediate", "same_day", "next_working_day"])
@pytest.mark.parametrize("act", ["acknowledge", "snooze", "resolve", "claim", "hand_over"])
def test_act_is_undone_by_who_may_do_it(clinic, clinician, coordinator, act, tier):
    if (act, tier) == ("snooze", "immediate"):
        pytest.skip("cannot be")
    alert = AlertFactory(patient=PatientFactory(clinic=clinic), tier=tier)
    ACTS[act](alert, clinician)
    done, state = Event.objects.get(), Alert.objects.get().state
    coordinators_may = tier == "next_working_day" or act in ("claim", "hand_over")

    if not coordinators_may:
        with pytest.raises(PermissionDenied, match="Only a clinician can do this"):
            undo(event=done, by=coordinator, now=NOW)
        assert Alert.objects.get().state == state
    undo(event=done, by=coordinator if coordinators_may else clinician, now=NOW)

    assert Alert.objects.get().state == "open"


def test_snooze_of_what_is_immediate_by_now_is_undone_by_a_clinician_only():
    assert {role: bool(undo_refusal("alert.snoozed", "immediate", role)) for role in Role} == {
        Role.CLINICIAN: False,
        Role.COORDINATOR: True,
        Role.ADMINISTRATOR: True,
        Role.AUDITOR: True,
    }
