"""Baselines follow the results they are made of."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import TransitionRefused
from labs.actions.baselines import choose_baseline
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Baseline, LabGrade, LabResult
from schedules.models import Plan

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def alt(plan: Plan, day: date, value: str, status: str = "final") -> None:
    row = Incoming(
        "row", plan.patient.mrn, f"{day}T08:00", "alt", value, "U/L", "6", "40", status=status, accession=f"A{day}"
    )
    receive_results(clinic=plan.clinic, rows=[row], source=Source("file"), by=None, now=NOW)


def graded(plan: Plan, day: date) -> int | None:
    return LabGrade.objects.get(patient=plan.patient, result__collected_on=day, result__is_current=True).grade


def test_cancelled_baseline_is_none_and_what_it_graded_is_graded_anew(plan: Plan) -> None:
    before, after = date(2024, 1, 26), date(2024, 3, 1)
    alt(plan, before, "80")
    alt(plan, after, "90")
    assert graded(plan, after) == 1  # 1.1 x the raised baseline

    alt(plan, before, "80", status="cancelled")

    assert (Baseline.objects.get().result, graded(plan, after)) == (None, 1)  # 2.25 x the upper limit
    alt(plan, after, "130", status="corrected")
    assert graded(plan, after) == 2  # above 3 x the upper limit


def test_baseline_is_let_go_once_nothing_of_its_analyte_stands(plan: Plan) -> None:
    alt(plan, date(2024, 1, 26), "80")
    assert Baseline.objects.get().result is not None

    alt(plan, date(2024, 1, 26), "80", status="withdrawn")

    assert not Baseline.objects.exists()


def test_baseline_a_clinician_chose_stays_on_record_once_nothing_of_its_analyte_stands(
    plan: Plan, clinician: Staff
) -> None:
    alt(plan, date(2024, 1, 26), "80")
    result, chosen = LabResult.objects.get(), Baseline.objects.get()
    choose_baseline(treatment=plan.treatment, analyte="alt", result=result, reason="Same day.", by=clinician, now=NOW)

    alt(plan, date(2024, 1, 26), "80", status="withdrawn")

    assert (Baseline.objects.get(), Baseline.objects.get().result) == (chosen, None)
    with pytest.raises(TransitionRefused, match="Something else happened"):
        undo(event=Event.objects.get(kind="baseline.chosen"), by=clinician, now=NOW)
