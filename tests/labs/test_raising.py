"""Results raise, amend and close alerts in the transaction that stores them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Staff
from events.models import Event, Message
from labs.actions.alerts import acknowledge, resolve
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, AlertFinding, LabPolicy, LabResult
from patients.models import Treatment
from schedules.actions import record_unscheduled_visit, withdraw_treatment
from schedules.examination import Examination
from schedules.models import Plan

DAY_34 = date(2024, 3, 5)  # week 5 of the treatment of 31 January 2024
UNITS = {"alt": "U/L", "hgb": "g/L", "potassium": "mmol/L", "creatinine": "umol/L", "tsh": "m[IU]/L", "ft4": "pmol/L"}
Arrive = Callable[..., Received]


@pytest.fixture
def arrive(plan: Plan) -> Arrive:
    """Take in one specimen drawn at nine in the morning, an hour later."""

    def take_in(day: date = DAY_34, *, status: str = "final", now: datetime | None = None, **values: str) -> Received:
        rows = [
            Incoming(
                position=f"row {n}",
                mrn=plan.patient.mrn,
                collected_at=f"{day}T09:00",
                analyte=analyte,
                value=value,
                unit=UNITS.get(analyte, "10*9/L"),
                status=status,
                accession=f"A{day}",
            )
            for n, (analyte, value) in enumerate(values.items())
        ]
        at = now or datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=10)
        return receive_results(clinic=plan.clinic, rows=rows, source=Source("file"), by=None, now=at)

    return take_in


def open_alerts() -> set[tuple[str, str, str]]:
    return set(Alert.objects.unresolved().values_list("rule", "direction", "tier"))


LOW = ("cytopenia", "low")


@pytest.mark.parametrize(
    ("values", "raised"),
    [
        ({"anc": "0.49"}, {(*LOW, "immediate")}),
        ({"anc": "0.5"}, {(*LOW, "same_day")}),
        ({"anc": "1.0"}, {(*LOW, "next_working_day")}),
        ({"anc": "2.0"}, set()),
        ({"platelets": "19"}, {(*LOW, "immediate")}),
        ({"platelets": "20"}, {(*LOW, "same_day")}),
        ({"platelets": "50"}, {(*LOW, "next_working_day")}),
        ({"hgb": "69"}, {(*LOW, "immediate")}),
        ({"hgb": "70"}, {(*LOW, "same_day")}),
        ({"potassium": "2.4"}, {("potassium", "low", "immediate")}),
        ({"potassium": "6.6"}, {("potassium", "high", "immediate")}),
        ({"wbc": "0.4"}, {(*LOW, "immediate")}),  # without neutrophils: the ANC is at most that
        ({"anc": "0.4", "platelets": "30", "hgb": "75"}, {(*LOW, "immediate")}),  # one episode
        ({"alc": "0.1"}, set()),  # lymphocytes never page
    ],
)
@pytest.mark.parametrize("ctcae", ["5.0", "6.0"])
def test_urgency_goes_by_absolute_values_whatever_the_ctcae_version(
    plan: Plan, arrive: Arrive, values: dict[str, str], raised: set[tuple[str, str, str]], ctcae: str
) -> None:
    LabPolicy.objects.create(clinic=plan.clinic, ctcae=ctcae)

    received = arrive(**values)

    assert (open_alerts(), received.alerts) == (raised, len(raised))


def test_alert_says_what_where_and_who_is_told(plan: Plan, clinician: Staff, arrive: Arrive) -> None:
    arrive(DAY_34 - timedelta(5), platelets="61")
    arrive(platelets="38")

    alert = Alert.objects.get()
    assert alert.sentence == "Platelets 38 x10^9/L on Tue 5 Mar 2024, grade 3 (CTCAE 6.0), was 61 (5 days before)."
    assert alert.context == "Day 34, week 5 after treatment 1."
    assert Event.objects.filter(kind="alert.opened", patient=plan.patient).count() == 1
    assert Message.objects.inbox_of(clinician).count() == 2  # opened as next working day, raised as same day


def test_alerts_of_one_arrival_are_opened_in_the_same_order_every_time(arrive: Arrive) -> None:
    arrive(anc="0.4", potassium="6.6", creatinine="900", tsh="60")

    rules = list(Alert.objects.order_by("pk").values_list("rule", flat=True))
    assert rules == ["cytopenia", "egfr", "kidney", "potassium", "thyroid"]


def test_worse_tier_raises_an_answered_alert_again(plan: Plan, clinician: Staff, arrive: Arrive) -> None:
    arrive(platelets="45")
    alert = Alert.objects.get()
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=DAY_34 + timedelta(3), by=clinician, now=now)

    assert arrive(DAY_34 + timedelta(1), platelets="44").alerts == 0, "no worse tier, a plan is recorded: quiet"
    assert arrive(DAY_34 + timedelta(2), platelets="18").alerts == 1

    alert.refresh_from_db()
    assert (alert.tier, alert.state) == ("immediate", Alert.State.OPEN)


def test_normal_value_closes_no_same_day_alert_but_shows(arrive: Arrive) -> None:
    arrive(platelets="45")
    arrive(DAY_34 + timedelta(7), platelets="180")

    alert = Alert.objects.get()
    assert (alert.state, alert.tier) == (Alert.State.OPEN, "same_day")
    assert alert.improved == "Platelets 180 x10^9/L on Tue 12 Mar 2024, was 45 (7 days before)."


def test_normal_value_closes_a_next_working_day_alert(arrive: Arrive) -> None:
    arrive(platelets="70")
    arrive(DAY_34 + timedelta(7), platelets="180")

    assert Alert.objects.get().state == Alert.State.RESOLVED
    assert Event.objects.filter(kind="alert.closed").count() == 1


@pytest.mark.parametrize(
    ("first", "then", "value"),
    [
        ("preliminary", "final", "18"),
        ("preliminary", "final", "12"),
        ("final", "corrected", "19"),
        ("preliminary", "final", "180"),
    ],
)
def test_later_version_that_is_no_more_urgent_is_quiet(
    clinician: Staff, arrive: Arrive, first: str, then: str, value: str
) -> None:
    arrive(status=first, platelets="18")
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    acknowledge(alert=Alert.objects.get(), next_step="transfused", by_when=DAY_34 + timedelta(1), by=clinician, now=now)

    assert arrive(status=then, platelets=value).alerts == 0

    assert Alert.objects.get().state == Alert.State.ACKNOWLEDGED


def test_final_that_is_more_urgent_than_its_preliminary_raises_again(clinician: Staff, arrive: Arrive) -> None:
    arrive(status="preliminary", platelets="45")
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    acknowledge(alert=Alert.objects.get(), next_step="repeat_cbc", by_when=DAY_34 + timedelta(1), by=clinician, now=now)

    assert arrive(status="final", platelets="18").alerts == 1


def test_corrected_result_amends_its_alert_and_tells_whoever_acted(
    plan: Plan, clinician: Staff, arrive: Arrive
) -> None:
    arrive(platelets="18")
    alert = Alert.objects.get()
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    acknowledge(alert=alert, next_step="transfused", by_when=DAY_34 + timedelta(1), by=clinician, now=now)

    arrive(status="corrected", platelets="180")

    alert.refresh_from_db()
    assert alert.state == Alert.State.ACKNOWLEDGED, "a correction closes nothing"
    assert alert.improved == "What this alert rests on was corrected or cancelled, and no longer holds."
    assert list(AlertFinding.objects.values_list("holds", flat=True)) == [False]
    assert Message.objects.in_app().filter(kind="alert.amended", recipient=clinician).count() == 1


def test_what_was_resolved_does_not_come_back_by_itself(plan: Plan, clinician: Staff, arrive: Arrive) -> None:
    arrive(platelets="18")
    resolve(alert=Alert.objects.get(), resolution="Transfused.", by=clinician, now=datetime(2024, 3, 6, tzinfo=UTC))

    assert arrive(DAY_34 + timedelta(7), hgb="130").alerts == 0
    assert arrive(DAY_34 + timedelta(8), platelets="30").alerts == 1
    assert sorted(Alert.objects.values_list("state", "tier")) == [("open", "same_day"), ("resolved", "immediate")]


def test_any_order_of_arrival_ends_in_the_same_alert(plan: Plan, arrive: Arrive) -> None:
    now = datetime(2024, 4, 1, tzinfo=UTC)
    counts = [(DAY_34, "70"), (DAY_34 + timedelta(2), "18"), (DAY_34 + timedelta(9), "60")]
    ends = set()
    for order in permutations(counts):
        LabResult.objects.update(is_current=False)  # as if none had come
        Alert.objects.update(state="resolved", resolved_at=now - timedelta(days=60), resolution="Test.")
        accession = len(ends) + Alert.objects.count() * 10
        for n, (day, value) in enumerate(order):
            rows = [
                Incoming(
                    "row", plan.patient.mrn, f"{day}T09:00", "platelets", value, "10*9/L", accession=f"{accession}"
                )
            ]
            at = now + timedelta(seconds=n)
            receive_results(clinic=plan.clinic, rows=rows, source=Source("file"), by=None, now=at)
        alert = Alert.objects.unresolved().get()
        findings = frozenset(alert.findings.filter(holds=True).values_list("result__reported", "tier"))
        ends.add((alert.tier, alert.improved[:12], findings))
    assert len(ends) == 1


@time_machine.travel(datetime(2024, 3, 6, 12, tzinfo=UTC), tick=False)
def test_fever_with_a_low_count_is_immediate(plan: Plan, clinician: Staff, arrive: Arrive) -> None:
    arrive(anc="0.9", platelets="80")
    record_unscheduled_visit(
        patient=plan.patient,
        occurred_on=DAY_34 + timedelta(1),
        outcomes={},
        examination=Examination(temperature_c=Decimal("38.0")),
        by=clinician,
        today=DAY_34 + timedelta(1),
    )

    alert = Alert.objects.get()
    assert (alert.rule, alert.tier, alert.state) == ("cytopenia", "immediate", Alert.State.OPEN)
    assert alert.sentence.startswith("Possible febrile neutropenia: ")


@time_machine.travel(datetime(2024, 3, 6, 12, tzinfo=UTC), tick=False)
def test_fever_without_any_count_is_immediate(plan: Plan, clinician: Staff) -> None:
    record_unscheduled_visit(
        patient=plan.patient,
        occurred_on=DAY_34,
        outcomes={},
        examination=Examination(findings={"rigors": "present"}),
        by=clinician,
        today=DAY_34,
    )

    assert Alert.objects.get().tier == "immediate"


def test_raised_tsh_asks_a_clinician(arrive: Arrive) -> None:
    arrive(tsh="12", ft4="15")
    assert open_alerts() == {("thyroid", "high", "next_working_day")}


def test_recovery_is_told_by_two_counts_and_taken_back_with_the_treatment(
    plan: Plan, clinician: Staff, arrive: Arrive
) -> None:
    arrive(DAY_34, anc="0.8", platelets="40")
    arrive(DAY_34 + timedelta(10), anc="3.0", platelets="200")
    plan.refresh_from_db()
    assert (plan.counts_recovered_on, plan.result_count_severe) == (None, False)

    arrive(DAY_34 + timedelta(14), anc="3.1", platelets="210")
    plan.refresh_from_db()
    assert (plan.counts_recovered_on, plan.recovery_by_rule) == (DAY_34 + timedelta(14), True)
    assert plan.result_count_on == DAY_34 + timedelta(14)

    arrive(DAY_34 + timedelta(14), status="cancelled", anc="3.1")
    plan.refresh_from_db()
    assert plan.counts_recovered_on is None

    withdraw_treatment(
        treatment=Treatment.objects.get(),
        reason="Entered for another patient.",
        by=clinician,
        today=timezone.now().date(),
    )
    assert Alert.objects.unresolved().filter(rule="cytopenia").count() == 1, "what is open stays with a person"


def test_fever_that_is_entered_months_later_is_history(plan: Plan, clinician: Staff) -> None:
    record_unscheduled_visit(
        patient=plan.patient,
        occurred_on=DAY_34,
        outcomes={},
        examination=Examination(findings={"rigors": "present"}),
        by=clinician,
        today=date(2024, 9, 1),
    )

    assert not Alert.objects.exists()


def test_held_back_value_that_may_be_critical_alerts_and_a_worse_one_raises_it_again(
    plan: Plan, clinician: Staff
) -> None:
    def hold_back(value: str, day: date) -> Received:
        row = Incoming("row", plan.patient.mrn, f"{day}T09:00", "hgb", value, accession=f"{value} {day}")
        now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
        return receive_results(clinic=plan.clinic, rows=[row], source=Source("file"), by=None, now=now)

    assert hold_back("75", DAY_34).alerts == 1  # g/L is the only unit in which a patient can have this
    assert hold_back("76", DAY_34).alerts == 0
    assert hold_back("65", DAY_34).alerts == 1

    alert = Alert.objects.get()
    assert (alert.rule, alert.tier, alert.state) == ("possible_critical", "immediate", Alert.State.OPEN)
    assert alert.sentence.startswith("Possible critical result, not verified: hgb 65 on Tue 5 Mar 2024.")
    assert [
        each["what"][:50] for each in Event.objects.filter(kind="alert.raised").values_list("facts", flat=True)
    ] == [alert.sentence[:50]]


def test_of_two_contradicting_values_the_one_that_does_not_hold_is_judged_too(plan: Plan) -> None:
    rows = [
        Incoming("row 1", plan.patient.mrn, f"{DAY_34}T09:00", "platelets", value, "10*9/L", accession="A1")
        for value in ("180", "18")
    ]
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    receive_results(clinic=plan.clinic, rows=rows, source=Source("file"), by=None, now=now)

    holds = LabResult.objects.current().get().reported
    rule = "cytopenia" if holds == "18" else "possible_critical"
    assert list(Alert.objects.values_list("rule", "tier")) == [(rule, "immediate")]


def test_recovery_takes_back_nothing_that_was_found(plan: Plan, arrive: Arrive) -> None:
    arrive(platelets="70")
    arrive(DAY_34 + timedelta(7), platelets="180")

    assert list(AlertFinding.objects.values_list("holds", flat=True)) == [True]
    assert not Message.objects.in_app().filter(kind="alert.amended").exists()


@pytest.mark.parametrize(
    ("first", "later", "rule"),
    [
        ({"tsh": "12", "ft4": "15"}, {"tsh": "2", "ft4": "15"}, "thyroid"),
        ({"alt": "900"}, {"alt": "30"}, "alt"),
        ({"platelets": "70", "hgb": "95"}, {"platelets": "180", "hgb": "130"}, "cytopenia"),
    ],
)
def test_later_value_within_limits_closes_and_takes_back_nothing_that_was_found(
    plan: Plan, clinician: Staff, arrive: Arrive, first: dict[str, str], later: dict[str, str], rule: str
) -> None:
    arrive(**first)
    alert = Alert.objects.get(rule=rule)
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    acknowledge(alert=alert, next_step="repeat_test", by_when=DAY_34 + timedelta(9), by=clinician, now=now)

    arrive(DAY_34 + timedelta(7), **later)

    alert.refresh_from_db()
    assert (alert.state, alert.resolution) == ("resolved", "All within limits again.")
    assert set(alert.findings.values_list("holds", flat=True)) == {True}
    assert not Message.objects.in_app().filter(kind="alert.amended").exists()


@pytest.mark.parametrize("first", [{"tsh": "12", "ft4": "15"}, {"platelets": "70"}])
def test_correction_within_limits_closes_and_takes_back_what_was_found(
    plan: Plan, clinician: Staff, arrive: Arrive, first: dict[str, str]
) -> None:
    arrive(**first)
    alert = Alert.objects.get()
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)
    acknowledge(alert=alert, next_step="repeat_test", by_when=DAY_34 + timedelta(9), by=clinician, now=now)

    arrive(status="corrected", **{"tsh": "2"} if "tsh" in first else {"platelets": "180"})

    alert.refresh_from_db()
    assert alert.state == "resolved"
    assert set(alert.findings.values_list("holds", flat=True)) == {False}
    assert Message.objects.in_app().filter(kind="alert.amended", recipient=clinician).count() == 1


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:00-05:00", "20240305", "noon"])
@pytest.mark.parametrize("field", ["collected_at", "issued_at"])
def test_time_that_cannot_be_read_holds_back_its_row_alone(plan: Plan, field: str, text: str) -> None:
    good = Incoming("row 1", plan.patient.mrn, f"{DAY_34}T09:00", "platelets", "200", "10*9/L")
    bad = good._replace(position="row 2", analyte="anc", value="3", **{field: text})
    now = datetime(2024, 3, 5, 12, tzinfo=UTC)

    received = receive_results(clinic=plan.clinic, rows=[good, bad], source=Source("file"), by=None, now=now)

    assert (received.stored, len(received.quarantined)) == (1, 1)
