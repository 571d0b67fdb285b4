from datetime import UTC, date, datetime

import pytest

from labs.rules.loader import PACKAGED, RulesUnsound, load_rules
from labs.rules.red_flag import FLAGS, Word, red_flag
from labs.rules.values import Urgency
from patients.models import ContactEntry
from tests.labs.rules.courses import RULES

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)


def found(*flags, means="phone", today=DAY):
    return red_flag(RULES.red_flag, Word("an-entry", AT, means, flags), today)


@pytest.mark.parametrize(
    ("flags", "means", "sentence"),
    [
        (["fever"], "phone", "Fever or shivering told by phone on Tue 24 Nov 2026, 14:05."),
        (
            ["bleeding", "fever"],
            "in_person",
            "Fever or shivering and bleeding told in person on Tue 24 Nov 2026, 14:05.",
        ),
        (
            ["fever", "bleeding", "drowsiness"],
            "sms",
            "Fever or shivering, bleeding and drowsiness or confusion told by SMS on Tue 24 Nov 2026, 14:05.",
        ),
    ],
)
def test_sentence_says_what_was_told_how_and_when(flags, means, sentence):
    finding = found(*flags, means=means)

    assert (finding.sentence, finding.tier, finding.at) == (sentence, Urgency.IMMEDIATE, AT)
    assert finding.numbers == (("entry", "an-entry"),)


@pytest.mark.parametrize(("today", "is_told"), [(date(2026, 12, 8), True), (date(2026, 12, 9), False)])
def test_what_is_entered_later_than_two_weeks_is_history(today, is_told):
    assert (found("fever", today=today) is not None) is is_told


def test_nothing_told_finds_nothing():
    assert found() is None


def test_rules_know_every_red_flag_that_is_asked_for():
    assert list(FLAGS) == list(ContactEntry.RedFlag.values)
    assert RULES.red_flag.flags == set(FLAGS)


def test_flag_that_nobody_asks_for_is_a_mistake():
    text = PACKAGED.read_text(encoding="utf-8").replace('flags = ["fever", ', 'flags = ["rash", ')

    with pytest.raises(RulesUnsound, match=r"red_flag\.flags: 'rash' is unknown"):
        load_rules(text, source="rules.toml")
