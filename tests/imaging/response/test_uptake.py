"""What relative scores say of the tumour as a whole, decided at its boundaries."""

from decimal import Decimal

import pytest

from imaging.response.scores import RelativeScore, ScoreKind
from imaging.response.uptake import contradicts, proposed_uptake


def relative(follow_up, baseline):
    value = Decimal(follow_up) / baseline if baseline else None
    return RelativeScore(ScoreKind.CURIE, "all", follow_up, baseline, value, "")


def proposed(*pairs, new=False):
    relatives = [relative(*pair) for pair in pairs]
    return proposed_uptake(relatives, new=new, better_most=Decimal("0.5"), worse_least=Decimal("1.2"))


@pytest.mark.parametrize(
    ("pairs", "new", "uptake"),
    [
        ([(0, 10)], False, "complete"),
        ([(5, 10)], False, "better"),
        ([(6, 10)], False, "stable"),
        ([(11, 10)], False, "stable"),
        ([(12, 10)], False, "worse"),
        ([(0, 0)], False, "not_avid"),
        ([(1, 0)], False, "worse"),
        ([(0, 10)], True, "worse"),
        ([(5, 10), (12, 10)], False, "worse"),  # two schemes, or two scans
        ([(0, 10), (6, 10)], False, "stable"),
        ([], False, None),
        ([], True, "worse"),
    ],
)
def test_scores_say(pairs, new, uptake):
    assert proposed(*pairs, new=new) == uptake


@pytest.mark.parametrize(
    ("signed", "pair", "is_contradiction"),
    [
        ("better", (6, 10), False),
        ("stable", (5, 10), False),
        ("worse", (5, 10), True),
        ("complete", (5, 10), True),
        ("better", (12, 10), True),
        ("not_done", (12, 10), True),
        ("worse", (12, 10), False),
        ("stable", (0, 10), True),
        ("complete", (0, 10), False),
        ("complete", (0, 0), True),
    ],
)
def test_what_is_signed_may_contradict_the_scores(signed, pair, is_contradiction):
    assert contradicts(signed, proposed(pair)) is is_contradiction


def test_nothing_contradicts_what_is_not_known():
    assert not contradicts("worse", None)
