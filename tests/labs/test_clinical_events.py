"""Levothyroxine, pregnancy, iodide and contrast: what is recorded, and how results are read by it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from labs.models import Alert
from patients.models import ClinicalEvent
from schedules.actions.life import (
    ClinicalFacts,
    change_clinical_event,
    record_clinical_event,
    withdraw_clinical_event,
)
from schedules.models import Plan
from schedules.wording import event_sentence
from tests.factories import enrolled
from tests.labs.arrivals import arrive

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
TARGET = ClinicalFacts("levothyroxine", date(2024, 2, 1), tsh_low=Decimal("0.5"), tsh_high=Decimal("2.5"))
PREGNANT = ClinicalFacts("pregnancy", date(2024, 2, 1))


@pytest.fixture
def treated(clinic, clinician) -> Plan:
    return enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)


def thyroid_sentences(plan: Plan) -> list[str]:
    alerts = Alert.objects.unresolved().filter(patient=plan.patient, rule="thyroid")
    return list(alerts.values_list("sentence", flat=True))


def test_event_recorded_says_its_target_and_that_it_lasts(treated, clinician):
    record_clinical_event(patient=treated.patient, facts=TARGET, by=clinician, now=NOW)

    assert event_sentence(Event.objects.get(kind="clinical_event.recorded")) == (
        "On levothyroxine, TSH target 0.5 to 2.5 mIU/L from Thu 1 Feb 2024, still lasting"
    )


def test_tsh_is_read_against_the_target_once_it_is_known(treated, clinician):
    arrive(treated.patient, date(2024, 3, 5), tsh="3.5", ft4="15")
    assert thyroid_sentences(treated) == []

    event = record_clinical_event(patient=treated.patient, facts=TARGET, by=clinician, now=NOW)
    (against,) = thyroid_sentences(treated)
    assert "0.5" in against
    assert "2.5" in against

    change_clinical_event(event=event, fields={"tsh_high": Decimal(4)}, by=clinician, now=NOW)
    assert thyroid_sentences(treated) == []


def test_undone_change_of_the_target_is_read_as_before(treated, clinician):
    arrive(treated.patient, date(2024, 3, 5), tsh="3.5", ft4="15")
    event = record_clinical_event(patient=treated.patient, facts=TARGET, by=clinician, now=NOW)
    change_clinical_event(event=event, fields={"tsh_high": Decimal(4)}, by=clinician, now=NOW)

    undo(event=Event.objects.get(kind="clinical_event.changed"), by=clinician, now=NOW)

    assert ClinicalEvent.objects.get().tsh_high == Decimal("2.5")
    assert len(thyroid_sentences(treated)) == 1


def test_withdrawn_event_is_read_no_more(treated, clinician):
    arrive(treated.patient, date(2024, 3, 5), tsh="3.5", ft4="15")
    event = record_clinical_event(patient=treated.patient, facts=TARGET, by=clinician, now=NOW)

    withdraw_clinical_event(event=event, reason="Another person's.", by=clinician, now=NOW)

    assert thyroid_sentences(treated) == []
    assert Event.objects.get(kind="clinical_event.withdrawn").reason == "Another person's."


def test_change_of_nothing_writes_nothing(treated, clinician):
    event = record_clinical_event(patient=treated.patient, facts=TARGET, by=clinician, now=NOW)

    change_clinical_event(event=event, fields={"tsh_low": Decimal("0.5"), "note": ""}, by=clinician, now=NOW)

    assert not Event.objects.filter(kind="clinical_event.changed").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"started_on": date(2024, 3, 7)}, "lies ahead"),
        ({"started_on": date(1961, 3, 2)}, "born on"),
        ({"ended_on": date(2024, 1, 31)}, "end is before the beginning"),
        ({"tsh_high": None}, "both ends"),
        ({"tsh_low": None}, "both ends"),
        ({"tsh_low": Decimal(0)}, "above 0"),
        ({"tsh_low": Decimal(3)}, "above the upper one"),
        ({"tsh_high": Decimal(101)}, "not above 100"),
        ({"kind": "pregnancy"}, "belongs to levothyroxine"),
        ({}, "on record for that time already"),
    ],
)
def test_event_that_cannot_be_is_refused(treated, clinician, change, words):
    if not change:
        record_clinical_event(patient=treated.patient, facts=TARGET, by=clinician, now=NOW)
    before = ClinicalEvent.objects.count()

    with pytest.raises(InputRefused, match=words):
        record_clinical_event(patient=treated.patient, facts=TARGET._replace(**change), by=clinician, now=NOW)

    assert ClinicalEvent.objects.count() == before


def test_event_after_the_end_of_the_same_kind_is_recorded(treated, clinician):
    ended = PREGNANT._replace(started_on=date(2022, 1, 1), ended_on=date(2022, 9, 1))

    for facts in (ended, PREGNANT):
        record_clinical_event(patient=treated.patient, facts=facts, by=clinician, now=NOW)

    assert ClinicalEvent.objects.count() == 2


def test_contrast_may_be_given_often(treated, clinician):
    for _ in range(2):
        record_clinical_event(
            patient=treated.patient, facts=ClinicalFacts("iodine", date(2024, 2, 20)), by=clinician, now=NOW
        )

    assert ClinicalEvent.objects.count() == 2


def test_withdrawing_needs_a_reason_and_happens_once(treated, clinician):
    event = record_clinical_event(patient=treated.patient, facts=PREGNANT, by=clinician, now=NOW)
    with pytest.raises(ReasonNeeded):
        withdraw_clinical_event(event=event, reason="", by=clinician, now=NOW)
    withdraw_clinical_event(event=event, reason="Slip.", by=clinician, now=NOW)

    with pytest.raises(TransitionRefused):
        withdraw_clinical_event(event=event, reason="Slip.", by=clinician, now=NOW)
    with pytest.raises(TransitionRefused):
        change_clinical_event(event=event, fields={"note": "x"}, by=clinician, now=NOW)
