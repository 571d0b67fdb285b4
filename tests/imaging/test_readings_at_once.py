"""Readers who save at the same moment: both count, nobody reads twice, a third finds the scan read."""

from datetime import date

import pytest
from django.conf import settings

from imaging.actions.readings import ReadingFacts, adjudicate, record_reading
from imaging.models import ImagingPolicy, ScoreReading
from imaging.scoring.counting import Standing, study_score
from imaging.scoring.schemes import SCHEMES, policy_of
from iotrex_followup.errors import TransitionRefused
from tests.at_once import while_open
from tests.factories import MembershipFactory
from tests.imaging.factories import ReadingFactory, StudyFactory, values_of

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

TODAY = date(2024, 3, 27)


@pytest.fixture
def study():
    study = StudyFactory()
    ImagingPolicy.objects.create(clinic=study.clinic, two_readers=True)
    return study


@pytest.fixture
def people(study):
    return [MembershipFactory(clinic=study.clinic).staff for _ in range(3)]


def reading(study, by, **given):
    facts = ReadingFacts("Curie", values_of(**given))
    return lambda: record_reading(study=study, facts=facts, by=by, today=TODAY)


def standing(study):
    return study_score(study, SCHEMES["Curie"], policy_of(study.clinic)).standing


def test_two_readers_who_save_together_both_count(study, people):
    second = while_open(reading(study, people[0], pelvis=2), reading(study, people[1], pelvis=3))

    assert second.exception() is None
    assert standing(study) is Standing.AWAITS_ADJUDICATION


def test_reader_who_saves_twice_has_read_once(study, people):
    second = while_open(reading(study, people[0], pelvis=2), reading(study, people[0], pelvis=2))

    assert isinstance(second.exception(), TransitionRefused)
    assert ScoreReading.objects.count() == 1


def test_third_reader_finds_the_scan_read(study, people):
    ReadingFactory(study=study, reader=people[0])
    third = while_open(reading(study, people[1], pelvis=2), reading(study, people[2], pelvis=2))

    assert isinstance(third.exception(), TransitionRefused)
    assert ScoreReading.objects.count() == 2


def test_two_who_adjudicate_together_leave_one_word(study, people):
    ReadingFactory(study=study, reader=people[0])
    ReadingFactory(study=study, reader=people[1], given={"pelvis": 3})
    other = MembershipFactory(clinic=study.clinic).staff

    def settling(by, value):
        facts = ReadingFacts("Curie", {"pelvis": value})
        return lambda: adjudicate(study=study, facts=facts, by=by, today=TODAY)

    second = while_open(settling(people[2], 2), settling(other, 3))

    assert isinstance(second.exception(), TransitionRefused)
    assert ScoreReading.objects.get(role=ScoreReading.Role.ADJUDICATION).values["pelvis"] == 2
