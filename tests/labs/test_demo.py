"""The demo's laboratory results: realistic, and with something of each kind."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction

from accounts.models import Cover, LadderStep
from events.models import CapturedMessage, Message
from labs.demo.seed import add_results
from labs.demo.values import FALLS_FROM, NADIR_FROM, NADIR_TO, RISEN, RISEN_TO, Body, course, measured
from labs.grading.analytes import catalogue, place
from labs.models import Alert, LabGrade, LabResult, QuarantineItem, SpecimenMatch
from patients.models import ClinicalEvent, SupportiveCare
from schedules.demo.seed import seed

TODAY = date(2026, 9, 16)
PATIENTS = 22


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One demo for all tests of this module, thrown away after them."""
    evening = time_machine.travel(datetime(2026, 9, 16, 18, tzinfo=UTC))
    with evening, django_db_blocker.unblock(), transaction.atomic():
        add_results(seed(patients=PATIENTS, seed=1, today=TODAY), seed=1)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded: None, db: None) -> None:
    """The demo, as it is stored."""


def test_every_analyte_of_the_demo_is_one_of_ours_in_a_unit_that_fits():
    assert {key: place(catalogue()[key], Decimal(1), each.unit).unit for key, each in measured().items()}


@pytest.mark.parametrize(
    ("day", "part"),
    [(0, 1.0), (FALLS_FROM, 1.0), (NADIR_FROM, 0.1), (NADIR_TO, 0.1), (RISEN, RISEN_TO), (900, RISEN_TO)],
)
def test_counts_fall_to_the_nadir_weeks_and_come_back(day, part):
    assert course(day, 0.1) == pytest.approx(part)


def test_leukocytes_are_the_sum_of_their_parts():
    values = Body.of(Random(1), child=False, depth="severe").panel("cbc", 35, Random(2))

    parts = sum(Decimal(values[key]) for key in ("anc", "alc", "monocytes", "eosinophils", "basophils"))
    assert abs(Decimal(values["wbc"]) - parts) < Decimal("0.1")


@pytest.mark.usefixtures("demo")
def test_demo_holds_something_of_each_kind():
    assert set(QuarantineItem.objects.values_list("problem", flat=True)) == {
        *("code_unknown", "unit_missing", "out_of_limits", "patient_unknown", "conflict")
    }
    assert set(LabResult.objects.current().values_list("status", flat=True)) == {"final", "preliminary", "corrected"}
    assert set(SupportiveCare.objects.values_list("product", flat=True)) == {"platelets", "filgrastim"}
    assert set(ClinicalEvent.objects.values_list("kind", flat=True)) == {
        *("levothyroxine", "iodine", "death", "pause", "pregnancy", "transfer")
    }
    assert {0, 1, 2, 3} <= set(LabGrade.objects.values_list("grade", flat=True))
    assert SpecimenMatch.objects.filter(state="fulfilled").exists()
    assert LabResult.objects.filter(derived_from__isnull=False, analyte="egfr").exists()


@pytest.mark.usefixtures("demo")
def test_demo_raises_a_fever_and_clinicians_have_answered_what_is_old():
    assert Alert.objects.filter(sentence__startswith="Possible febrile neutropenia").count() == 1
    waiting = Alert.objects.waiting().filter(patient__isnull=False)
    assert {alert.raised_at.date() >= date(2026, 9, 13) or "febrile" in alert.sentence for alert in waiting} <= {True}
    assert Alert.objects.filter(state=Alert.State.RESOLVED, answered_by__isnull=False).exists()
    assert not Alert.objects.filter(state=Alert.State.ACKNOWLEDGED, next_step_by__lt=TODAY).exists()
    assert Message.objects.in_app().filter(read_at__isnull=True).count() < Message.objects.in_app().count()


@pytest.mark.usefixtures("demo")
def test_nothing_of_the_demo_reaches_anybody_where_messages_leave():
    assert not Message.objects.going_out().filter(state="sent").exists()
    assert not CapturedMessage.objects.exists()


@pytest.mark.usefixtures("demo")
def test_demo_has_somebody_on_call_and_an_absence_to_come():
    assert [step.test_answered_at is None for step in LadderStep.objects.all()] == [True, False]
    assert Cover.objects.get().starts_on > TODAY


@pytest.mark.usefixtures("demo")
def test_no_result_of_the_demo_lies_in_the_future():
    assert not LabResult.objects.filter(collected_on__gt=TODAY).exists()
