"""A rule that fails: the results are stored, and somebody is told to look themselves."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, NoReturn

import pytest
import time_machine
from django.db import DataError

from accounts.models import Staff
from events.models import Event, Message
from labs.actions.alerts import acknowledge, resolve
from labs.models import Alert, AlertFinding, LabGrade, LabPolicy, LabResult
from labs.models.matches import SpecimenMatch
from labs.rules.values import Urgency
from labs.settling import deriving, evidence, findings, grading, matching, rows, settle
from schedules.actions import record_unscheduled_visit
from schedules.examination import Examination
from schedules.models import Plan
from tests.labs.arrivals import arrive

DAY = date(2024, 3, 5)  # week 5
LATER = DAY + timedelta(3)
settle_module = import_module("labs.settling.settle")  # the package gives the function of that name


def fail(*args: Any, **kwargs: Any) -> NoReturn:
    raise ZeroDivisionError("An error of the rule.")


def alerts() -> list[tuple[str, str, str]]:
    return sorted(Alert.objects.values_list("rule", "tier", "state"))


@pytest.mark.parametrize(
    ("module", "rule", "values", "tier"),
    [
        (evidence, "sample_urgency", {"potassium": "7.2"}, "immediate"),
        (evidence, "sample_urgency", {"alt": "30"}, "next_working_day"),
        (grading, "grade", {"hgb": "60"}, "immediate"),
        (grading, "grade", {"alt": "900"}, "next_working_day"),
        (grading, "baselines", {"platelets": "8"}, "immediate"),
        (deriving, "derived", {"creatinine": "90"}, "immediate"),
        (deriving, "derived", {"wbc": "5"}, "immediate"),
        (deriving, "derived", {"alt": "30"}, "next_working_day"),
        (matching, "completions", {"alt": "30"}, "next_working_day"),
        (settle_module, "recovery", {"anc": "3"}, "immediate"),
        (settle_module, "last_count", {"anc": "3"}, "immediate"),
        (rows, "affected_by", {"anc": "0.3"}, "immediate"),
        (findings, "cytopenia", {"anc": "3"}, "immediate"),
        (findings, "kidney", {"creatinine": "90"}, "immediate"),
        (findings, "thyroid", {"tsh": "2"}, "next_working_day"),
        (findings, "marker_rises", {"cga": "60"}, "next_working_day"),
    ],
)
def test_rule_that_fails_loses_no_result_and_is_told(
    plan: Plan,
    clinician: Staff,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    module: Any,
    rule: str,
    values: dict[str, str],
    tier: str,
) -> None:
    if module is rows:
        plan.patient.supportive_care.create(clinic=plan.clinic, product="platelets", given_on=DAY - timedelta(1))
    monkeypatch.setattr(module, rule, fail)

    received = arrive(plan.patient, DAY, **values)

    assert received.stored == LabResult.objects.exclude(report=None).filter(derivation="").count() == 1
    alert = Alert.objects.get(rule="not_evaluated")
    assert (alert.tier, alert.state) == (tier, "open")
    assert alert.sentence.startswith("Could not be evaluated by the rule “")
    assert alert.findings.exists()
    assert Event.objects.filter(kind="alert.opened", facts__alert=str(alert.pk)).count() == 1
    assert Message.objects.in_app().filter(recipient=clinician, path=f"/alerts/{alert.pk}/").count() == 1
    assert "ZeroDivisionError" in caplog.text
    assert "could not be evaluated" in caplog.text


def test_value_that_cannot_be_judged_hides_no_other(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = evidence.sample_urgency

    def judge_all_but_potassium(rule: Any, sample: Any, **given: Any) -> Any:
        return fail() if sample.analyte == "potassium" else judge(rule, sample, **given)

    monkeypatch.setattr(evidence, "sample_urgency", judge_all_but_potassium)

    arrive(plan.patient, DAY, potassium="7.2", platelets="8")

    assert alerts() == [("cytopenia", "immediate", "open"), ("not_evaluated", "immediate", "open")]
    assert Alert.objects.get(rule="not_evaluated").sentence == (
        "Could not be evaluated by the rule “How soon a clinician must know of a value”: "
        "Potassium 7.2 mmol/L on Tue 5 Mar 2024. Judge it yourself."
    )


def test_alert_closes_by_itself_once_the_rule_can_be_evaluated_and_its_finding_comes(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(evidence, "sample_urgency", fail)
        arrive(plan.patient, DAY, potassium="7.2")
    assert alerts() == [("not_evaluated", "immediate", "open")]

    arrive(plan.patient, LATER, alt="30")

    assert alerts() == [("not_evaluated", "immediate", "resolved"), ("potassium", "immediate", "open")]
    alert = Alert.objects.get(rule="not_evaluated")
    assert alert.resolution == "Could be evaluated since."
    assert Event.objects.filter(kind="alert.closed", facts__alert=str(alert.pk)).count() == 1
    assert not Message.objects.in_app().filter(kind="alert.amended").exists()


@pytest.mark.parametrize(("module", "rule"), [(grading, "grade"), (deriving, "derived")])
def test_what_failed_is_tried_again_with_the_next_arrival(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, module: Any, rule: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(module, rule, fail)
        arrive(plan.patient, DAY, creatinine="90")
    left_out = LabGrade.objects.count() if module is grading else LabResult.objects.filter(analyte="egfr").count()
    assert left_out == 0

    with monkeypatch.context() as broken:
        broken.setattr(module, rule, fail)
        assert arrive(plan.patient, DAY + timedelta(1), tsh="2").alerts == 1, "more that nobody judged: told again"
    assert alerts() == [("not_evaluated", "immediate", "open")]

    arrive(plan.patient, LATER, alt="30")

    assert alerts() == [("not_evaluated", "immediate", "resolved")]
    assert LabResult.objects.filter(analyte="egfr").count() == 1
    assert LabGrade.objects.filter(result__analyte="creatinine").exists()


def test_grade_that_cannot_be_told_anew_is_none(plan: Plan, clinician: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(plan.patient, DAY, alt="900")
    monkeypatch.setattr(grading, "grade", fail)

    settle([plan.patient], clinic=plan.clinic, by=clinician, now=datetime(2024, 3, 6, tzinfo=UTC))

    assert set(LabGrade.objects.filter(result__analyte="alt").values_list("status", "grade", "reason")) == {
        ("not_gradable", None, "Could not be evaluated.")
    }


def test_rule_that_fails_closes_and_takes_back_nothing(
    plan: Plan, clinician: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(plan.patient, DAY, tsh="12", ft4="15")
    assert alerts() == [("thyroid", "next_working_day", "open")]
    monkeypatch.setattr(findings, "thyroid", fail)

    arrive(plan.patient, LATER, alt="30")

    assert ("thyroid", "next_working_day", "open") in alerts()
    assert list(AlertFinding.objects.filter(rule="thyroid", alert__rule="thyroid").values_list("holds", flat=True)) == [
        True
    ]


def test_later_value_that_cannot_be_judged_raises_an_answered_alert_again(
    plan: Plan, clinician: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "sample_urgency", fail)
    arrive(plan.patient, DAY, potassium="4.0")
    alert = Alert.objects.get()
    acknowledge(alert=alert, next_step="repeat_test", by_when=LATER, by=clinician, now=alert.raised_at)

    settle([plan.patient], clinic=plan.clinic, by=None, now=alert.raised_at)
    alert.refresh_from_db()
    assert alert.state == "acknowledged", "nothing new"

    assert arrive(plan.patient, DAY + timedelta(1), potassium="7.2").alerts == 1
    alert.refresh_from_db()
    assert (alert.state, alert.tier) == ("open", "immediate")


def test_what_a_person_resolved_comes_back_with_new_results_only(
    plan: Plan, clinician: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "kidney", fail)
    arrive(plan.patient, DAY, creatinine="90")
    now = datetime(2024, 3, 6, tzinfo=UTC)
    resolve(alert=Alert.objects.get(), resolution="Looked at.", by=clinician, now=now)

    settle([plan.patient], clinic=plan.clinic, by=None, now=now + timedelta(1))
    assert alerts() == [("not_evaluated", "immediate", "resolved")]

    arrive(plan.patient, LATER, creatinine="95")
    assert alerts() == [("not_evaluated", "immediate", "open"), ("not_evaluated", "immediate", "resolved")]


def test_matches_stay_as_they_are_while_they_cannot_be_told(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(plan.patient, DAY)
    before = list(SpecimenMatch.objects.values_list("activity", "specimen_on", "state"))
    assert before
    monkeypatch.setattr(matching, "completions", fail)

    arrive(plan.patient, LATER, alt="30")

    assert list(SpecimenMatch.objects.values_list("activity", "specimen_on", "state")) == before


@time_machine.travel(datetime(2024, 3, 6, 12, tzinfo=UTC), tick=False)
def test_fever_that_cannot_be_judged_is_immediate_and_the_visit_recorded(
    plan: Plan, clinician: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "fever", fail)

    record_unscheduled_visit(
        patient=plan.patient,
        occurred_on=DAY,
        outcomes={},
        examination=Examination(temperature_c=Decimal("38.5")),
        by=clinician,
        today=DAY,
    )

    assert Alert.objects.get().sentence == (
        "Could not be evaluated by the rule “Possible febrile neutropenia”: the visit of Tue 5 Mar 2024. "
        "Judge it yourself."
    )
    assert Alert.objects.get().tier == Urgency.IMMEDIATE


def test_error_of_the_database_undoes_the_whole_arrival(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise DataError("Nothing may be stored after this.")

    monkeypatch.setattr(findings, "kidney", refuse)

    with pytest.raises(DataError):
        arrive(plan.patient, DAY, creatinine="90")

    assert (LabResult.objects.count(), Alert.objects.count()) == (0, 0)


def test_rule_that_is_switched_off_is_not_tried(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    LabPolicy.objects.create(clinic=plan.clinic, rules_off=["kidney"])
    monkeypatch.setattr(findings, "kidney", fail)

    arrive(plan.patient, DAY, creatinine="90")

    assert alerts() == []
