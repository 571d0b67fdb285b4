"""The verdict on target lesions, each rule at its boundary, with the sentences that give its arithmetic."""

from datetime import date
from decimal import Decimal

import pytest

from imaging.response.recist import Response
from tests.imaging.response.recist.courses import course, read

PROGRESSION = """
L1=50 / L1=40 / L1=48 -> PD progression
    Sum 48.0 mm, nadir 40.0 mm on 26 Feb 2024: +20.0 % and +8.0 mm: progression.
L1=50 / L1=40 / L1=47.9 -> SD stable
    Neither response nor progression: stable disease.
    Not gone: L1 (47.9 mm): no complete response.
    Sum 47.9 mm, nadir 40.0 mm on 26 Feb 2024: +19.75 % and +7.9 mm: no progression, which needs +20 % and +5 mm.
    Sum 47.9 mm, baseline 50.0 mm on 1 Jan 2024: -4.2 %: no partial response, which needs -30 %.
L1=120 / L1=100 / L1=119.9 -> SD stable
    Sum 119.9 mm, nadir 100.0 mm on 26 Feb 2024: +19.9 % and +19.9 mm: no progression, which needs +20 % and +5 mm.
L1=120 / L1=100 / L1=120.0 -> PD progression
    Sum 120.0 mm, nadir 100.0 mm on 26 Feb 2024: +20.0 % and +20.0 mm: progression.
L1=120 / L1=100 / L1=119.999 -> SD stable
    Sum 119.999 mm, nadir 100.0 mm on 26 Feb 2024: +19.99 % and +19.999 mm: no progression, which needs +20 % and +5 mm.
L1=20 / L1=24.9 -> SD stable
    Sum 24.9 mm, nadir 20.0 mm on 1 Jan 2024: +24.5 % and +4.9 mm: no progression, which needs +20 % and +5 mm.
L1=20 / L1=25.0 -> PD progression
    Sum 25.0 mm, nadir 20.0 mm on 1 Jan 2024: +25.0 % and +5.0 mm: progression.
L1=25 / L1=29.9 -> SD stable
    Sum 29.9 mm, nadir 25.0 mm on 1 Jan 2024: +19.6 % and +4.9 mm: no progression, which needs +20 % and +5 mm.
L1=25 / L1=30 -> PD progression
    Sum 30.0 mm, nadir 25.0 mm on 1 Jan 2024: +20.0 % and +5.0 mm: progression.
L1=24 / L1=28.8 -> SD stable
    Sum 28.8 mm, nadir 24.0 mm on 1 Jan 2024: +20.0 % and +4.8 mm: no progression, which needs +20 % and +5 mm.
L1=26 / L1=31 -> SD stable
    Sum 31.0 mm, nadir 26.0 mm on 1 Jan 2024: +19.23 % and +5.0 mm: no progression, which needs +20 % and +5 mm.
L1=33.3 / L1=39.96 -> PD progression
    Sum 39.96 mm, nadir 33.3 mm on 1 Jan 2024: +20.0 % and +6.66 mm: progression.
L1=33.3 / L1=39.95 -> SD stable
    Sum 39.95 mm, nadir 33.3 mm on 1 Jan 2024: +19.96 % and +6.65 mm: no progression, which needs +20 % and +5 mm.
L1=50 / L1=60 -> PD progression
    Sum 60.0 mm, nadir 50.0 mm on 1 Jan 2024: +20.0 % and +10.0 mm: progression.
L1=50 / L1=59.9 -> SD stable
    Sum 59.9 mm, nadir 50.0 mm on 1 Jan 2024: +19.8 % and +9.9 mm: no progression, which needs +20 % and +5 mm.
L1=50 / L1=50 -> SD stable
    Sum 50.0 mm, nadir 50.0 mm on 1 Jan 2024: 0.0 % and 0.0 mm: no progression, which needs +20 % and +5 mm.
L1=50 / L1=40 / L1=40 / L1=48 -> PD progression
    Sum 48.0 mm, nadir 40.0 mm on 26 Feb 2024: +20.0 % and +8.0 mm: progression.
L1=50 / L1=45 / L1=40 / L1=44 / L1=48 -> PD progression
    Sum 48.0 mm, nadir 40.0 mm on 22 Apr 2024: +20.0 % and +8.0 mm: progression.
L1=30 L2=30 / L1=42 L2=30 -> PD progression
    Sum 72.0 mm, nadir 60.0 mm on 1 Jan 2024: +20.0 % and +12.0 mm: progression.
L1=30 L2=30 / L1=60 L2=absent -> SD stable
    Not gone: L1 (60.0 mm): no complete response.
    Sum 60.0 mm, nadir 60.0 mm on 1 Jan 2024: 0.0 % and 0.0 mm: no progression, which needs +20 % and +5 mm.
"""

RESPONSE = """
L1=100 / L1=70.1 -> SD stable
    Sum 70.1 mm, baseline 100.0 mm on 1 Jan 2024: -29.9 %: no partial response, which needs -30 %.
L1=100 / L1=70.0 -> PR partial_response
    Sum 70.0 mm, baseline 100.0 mm on 1 Jan 2024: -30.0 %: partial response.
L1=100 / L1=70.004 -> SD stable
    Sum 70.004 mm, baseline 100.0 mm on 1 Jan 2024: -29.99 %: no partial response, which needs -30 %.
L1=33.3 / L1=23.31 -> PR partial_response
    Sum 23.31 mm, baseline 33.3 mm on 1 Jan 2024: -30.0 %: partial response.
L1=33.3 / L1=23.32 -> SD stable
    Sum 23.32 mm, baseline 33.3 mm on 1 Jan 2024: -29.96 %: no partial response, which needs -30 %.
L1=70 / L1=40 -> PR partial_response
    Sum 40.0 mm, baseline 70.0 mm on 1 Jan 2024: -42.85 %: partial response.
L1=100 / L1=40 / L1=48 -> PD progression
    Sum 48.0 mm, nadir 40.0 mm on 26 Feb 2024: +20.0 % and +8.0 mm: progression.
    Sum 48.0 mm, baseline 100.0 mm on 1 Jan 2024: -52.0 %: partial response, but progression against the nadir counts.
L1=100 / L1=40 / L1=47.9 -> PR partial_response
    Sum 47.9 mm, baseline 100.0 mm on 1 Jan 2024: -52.1 %: partial response.
    Sum 47.9 mm, nadir 40.0 mm on 26 Feb 2024: +19.75 % and +7.9 mm: no progression, which needs +20 % and +5 mm.
L1=165 / L1=63 / L1=65 -> PR partial_response
    Sum 65.0 mm, baseline 165.0 mm on 1 Jan 2024: -60.6 %: partial response.
L1=100 / L1=70 / L1=80 -> SD stable
    Sum 80.0 mm, baseline 100.0 mm on 1 Jan 2024: -20.0 %: no partial response, which needs -30 %.
L1=10 / L1=small -> PR partial_response
    Sum 5.0 mm, baseline 10.0 mm on 1 Jan 2024: -50.0 %: partial response.
L1=20 / L1=3 -> PR partial_response
    Sum 3.0 mm, baseline 20.0 mm on 1 Jan 2024: -85.0 %: partial response.
"""

COMPLETE = """
L1=50 / L1=absent -> CR complete_response
    All target lesions are gone: complete response.
    Sum 0.0 mm, baseline 50.0 mm on 1 Jan 2024: -100.0 %: partial response, but complete response counts.
L1=50 L2=20 / L1=absent L2=small -> PR partial_response
    Not gone: L2 (too small to measure): no complete response.
N1=20 / N1=9.9 -> CR complete_response
    All target lesions are gone (nodes are normal below 10 mm: N1 9.9 mm; sum 9.9 mm): complete response.
N1=20 / N1=10.0 -> PR partial_response
    Not gone: N1 (10.0 mm): no complete response.
N1=15 / N1=9.999 -> CR complete_response
    All target lesions are gone (nodes are normal below 10 mm: N1 9.999 mm; sum 9.999 mm): complete response.
N1=20 / N1=small -> CR complete_response
    All target lesions are gone (nodes are normal below 10 mm: N1 too small to measure; sum 5.0 mm): complete response.
L1=50 N1=20 / L1=absent N1=9.9 -> CR complete_response
    All target lesions are gone (nodes are normal below 10 mm: N1 9.9 mm; sum 9.9 mm): complete response.
L1=50 N1=20 / L1=absent N1=10 -> PR partial_response
    Not gone: N1 (10.0 mm): no complete response.
L1=50 N1=20 / L1=10 N1=5 -> PR partial_response
    Not gone: L1 (10.0 mm): no complete response.
N1=15 N2=15 / N1=9 N2=9 -> CR complete_response
    Sum 18.0 mm, baseline 30.0 mm on 1 Jan 2024: -40.0 %: partial response, but complete response counts.
N1=15 / N1=9.9 / N1=9.9 -> CR complete_response
    Sum 9.9 mm, nadir 9.9 mm on 26 Feb 2024: 0.0 % and 0.0 mm: no progression, which needs +20 % and +5 mm.
N1=20 / N1=3 / N1=9 -> CR complete_response
    Sum 9.0 mm, nadir 3.0 mm on 26 Feb 2024: +200.0 % and +6.0 mm: no progression, since nodes below 10 mm are normal.
"""

NADIR_0_AND_NODES = """
L1=50 / L1=absent / L1=3 -> PD progression
    Sum 3.0 mm, nadir 0.0 mm on 26 Feb 2024: +3.0 mm (no % of 0): progression, since what was gone is back.
L1=50 / L1=absent / L1=small -> PD progression
    Sum 5.0 mm, nadir 0.0 mm on 26 Feb 2024: +5.0 mm (no % of 0): progression, since what was gone is back.
L1=50 / L1=absent / L1=absent -> CR complete_response
    Sum 0.0 mm, nadir 0.0 mm on 26 Feb 2024: 0.0 mm (no % of 0): no progression, since nothing is back.
N1=20 / N1=absent / N1=9.9 -> CR complete_response
    Sum 9.9 mm, nadir 0.0 mm on 26 Feb 2024: +9.9 mm (no % of 0): no progression, since nodes below 10 mm are normal.
N1=20 / N1=absent / N1=10.0 -> PD progression
    Sum 10.0 mm, nadir 0.0 mm on 26 Feb 2024: +10.0 mm (no % of 0): progression, since what was gone is back.
N1=20 / N1=8 / N1=12.9 -> PR partial_response
    Sum 12.9 mm, nadir 8.0 mm on 26 Feb 2024: +61.25 % and +4.9 mm: no progression, which needs +20 % and +5 mm.
N1=20 / N1=8 / N1=13 -> PD progression
    Sum 13.0 mm, nadir 8.0 mm on 26 Feb 2024: +62.5 % and +5.0 mm: progression.
L1=20 N1=20 / L1=20 N1=4 / L1=20 N1=9 -> PD progression
    Sum 29.0 mm, nadir 24.0 mm on 26 Feb 2024: +20.83 % and +5.0 mm: progression.
L1=20 N1=20 / L1=absent N1=8 / L1=4 N1=8 -> PR partial_response
    Sum 12.0 mm, nadir 8.0 mm on 26 Feb 2024: +50.0 % and +4.0 mm: no progression, which needs +20 % and +5 mm.
"""

NOT_EVALUATED = """
L1=50 L2=50 / L1=50 L2=ne -> NE not_evaluable
    Not evaluated: L2; what was evaluated shows no progression: not evaluable.
    Not shown to be gone: L1 (50.0 mm), L2 (not evaluated): no complete response.
L1=50 L2=50 / L1=absent L2=ne -> NE not_evaluable
    Not shown to be gone: L2 (not evaluated): no complete response.
L1=50 / L1=ne -> NE not_evaluable
    Not evaluated: L1; what was evaluated shows no progression: not evaluable.
L1=50 L2=10 / L1=72 L2=ne -> PD progression
    Sum without L2 72.0 mm, nadir 60.0 mm on 1 Jan 2024: +20.0 % and +12.0 mm: progression.
L1=50 L2=10 / L1=71.9 L2=ne -> NE not_evaluable
    Not evaluated: L2; what was evaluated shows no progression: not evaluable.
L1=50 L2=10 / L1=10 L2=ne / L1=50 L2=10 -> SD stable
    Sum 60.0 mm, nadir 60.0 mm on 1 Jan 2024: 0.0 % and 0.0 mm: no progression, which needs +20 % and +5 mm.
L1=20 N1=20 / L1=absent N1=absent / L1=ne N1=6 -> NE not_evaluable
    Not evaluated: L1; what was evaluated shows no progression: not evaluable.
L1=20 N1=20 / L1=absent N1=absent / L1=ne N1=12 -> PD progression
    Sum without L1 12.0 mm, nadir 0.0 mm on 26 Feb 2024: +12.0 mm (no % of 0): progression, since what was gone is back.
"""

PARTS = """
L1=40 / L1=12+16 -> PR partial_response
    Sum 28.0 mm, baseline 40.0 mm on 1 Jan 2024: -30.0 %: partial response.
L1=40 / L1=12+16.1 -> SD stable
    Not gone: L1 (12.0 + 16.1 mm): no complete response.
    Sum 28.1 mm, baseline 40.0 mm on 1 Jan 2024: -29.75 %: no partial response, which needs -30 %.
L1=40 / L1=20+15+13 -> PD progression
    Sum 48.0 mm, nadir 40.0 mm on 1 Jan 2024: +20.0 % and +8.0 mm: progression.
N1=20 / N1=9+9.9 -> CR complete_response
    All target lesions are gone (nodes are normal below 10 mm: N1 9.0 + 9.9 mm; sum 18.9 mm): complete response.
N1=20 / N1=3+10 -> PR partial_response
    Not gone: N1 (3.0 + 10.0 mm): no complete response.
L1=30 L2=20 / L1=60 L2>L1 -> PD progression
    Sum 60.0 mm, nadir 50.0 mm on 1 Jan 2024: +20.0 % and +10.0 mm: progression.
L1=30 L2=20 / L1=59.9 L2>L1 -> SD stable
    Not gone: L1 (59.9 mm), L2 (merged into L1): no complete response.
L1=30 L2=20 / L1=35 L2>L1 -> PR partial_response
    Sum 35.0 mm, baseline 50.0 mm on 1 Jan 2024: -30.0 %: partial response.
L1=30 L2=20 / L1=absent L2>L1 -> CR complete_response
    All target lesions are gone: complete response.
L1=30 L2=20 / L1=ne L2>L1 -> NE not_evaluable
    Not evaluated: L1, L2; what was evaluated shows no progression: not evaluable.
N1=20 N2=18 / N1=9 N2>N1 -> CR complete_response
    All target lesions are gone (nodes are normal below 10 mm: N1 9.0 mm; sum 9.0 mm): complete response.
N1=20 N2=18 / N1=10 N2>N1 -> PR partial_response
    Not gone: N1 (10.0 mm), N2 (merged into N1): no complete response.
"""
TABLES = (PROGRESSION, RESPONSE, COMPLETE, NADIR_0_AND_NODES, NOT_EVALUATED, PARTS)
CASES = [case for table in TABLES for case in read(table)]


@pytest.mark.parametrize(("text", "verdict", "sentences"), CASES)
def test_target_verdict_is_that_of_recist_with_its_arithmetic(text, verdict, sentences):
    found = course(text).responses[-1].target
    told = [reason.sentence for reason in found.reasons]
    assert (f"{found.response} {found.reasons[0].rule}", found.reasons[0].met) == (verdict, True)
    assert [sentence for sentence in told if sentence in sentences] == sentences


def test_there_are_courses_enough():
    assert len(CASES) >= 60


def test_numbers_of_a_verdict_are_unrounded():
    found = course("L1=70 / L1=30 / L1=40").responses[-1].target
    assert (found.sum_mm, found.baseline_mm, found.baseline_on) == (40, 70, date(2024, 1, 1))
    assert (found.nadir_mm, found.nadir_on, found.from_nadir_mm) == (30, date(2024, 2, 26), 10)
    assert found.from_baseline_percent == Decimal(-3000) / 70
    assert found.from_nadir_percent == Decimal(1000) / 30
    assert found.reasons[0].numbers == {
        "sum_mm": 40,
        "nadir_mm": 30,
        "nadir_on": date(2024, 2, 26),
        "from_nadir_mm": 10,
        "from_nadir_percent": Decimal(1000) / 30,
    }


def test_an_incomplete_sum_has_no_percentages():
    found = course("L1=70 L2=20 / L1=30 L2=ne").responses[-1].target
    assert (found.sum_mm, found.missing) == (30, ("L2",))
    assert (found.from_baseline_percent, found.from_nadir_mm, found.from_nadir_percent) == (None, None, None)


def test_a_nadir_of_0_has_no_percentage():
    found = course("L1=70 / L1=absent / L1=6").responses[-1].target
    assert (found.from_nadir_mm, found.from_nadir_percent, found.from_baseline_percent) == (
        6,
        None,
        Decimal(-6400) / 70,
    )


NOTES = [
    ("L1=20 / L1=small", ["L1 is too small to measure: 5.0 mm by default."]),
    ("L1=40 / L1=12+16.5", ["L1 has split: its parts of 12.0 + 16.5 mm add 28.5 mm."]),
    (
        "N1=40 / N1=12+16",
        ["N1 has split: its parts of 12.0 + 16.0 mm add 28.0 mm. RECIST 1.1 says so of lesions that are no nodes."],
    ),
    ("L1=30 L2=20 / L1=40 L2>L1", ["L2 has merged into L1: one diameter stands for both."]),
    (
        "L1=30 N1=20 / L1=40 N1>L1",
        [
            "N1 has merged into L1: one diameter stands for both. One is a node, the other is not: let a radiologist "
            "say which axis counts."
        ],
    ),
    (
        "L1=20 N1=20 / L1=20 N1=4 / L1=20 N1=9",
        ["The sum holds nodes below 10 mm, which are normal: N1 9.0 mm."],
    ),
    ("L1=20 / L1=absent / L1=5", ["Look again whether the lesion was there all along, too small to be seen."]),
    ("L1=20 / L1=absent / L1=5.1", []),
    ("N1=20 / N1=8 / N1=13", []),
]


@pytest.mark.parametrize(("text", "notes"), NOTES)
def test_what_is_out_of_the_ordinary_is_noted(text, notes):
    assert list(course(text).responses[-1].target.notes) == notes


def test_addends_show_what_each_lesion_adds():
    found = course("L1=30 L2=20 L3=20 N1=20 / L1=12+8 L2>L1 L3=ne N1=9").responses[-1].target
    assert [(each.lesion, each.is_node, each.seen, each.mm, each.gone) for each in found.addends] == [
        ("L1", False, "12.0 + 8.0 mm", 20, False),
        ("L2", False, "merged into L1", 0, False),
        ("L3", False, "not evaluated", None, False),
        ("N1", True, "9.0 mm", 9, True),
    ]
    assert found.response is Response.NE
