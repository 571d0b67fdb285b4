"""What keeps a course from being assessed: every mistake at once, each with where and the remedy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from imaging.response.reasons import ResponseError
from imaging.response.recist import Merged, NewLesion, NonTargetState, Seen, Split, assess
from tests.imaging.response.recist.courses import baseline, time_point

ON = date(2024, 2, 26)
BASELINE = baseline("L1=40 L2=20 Bone Nx")
GOOD = time_point("L1=30 L2=20 Bone=present Nx=12", ON, BASELINE)


def targets(**findings):
    return replace(GOOD, targets={**GOOD.targets, **findings})


def non_targets(**states):
    return replace(GOOD, non_targets={**GOOD.non_targets, **states})


WRONG = [
    (
        replace(GOOD, on=date(2024, 1, 1)),
        "The time point 1 Jan 2024 is not after the baseline of 1 Jan 2024: correct one of the dates.",
    ),
    (
        replace(GOOD, targets={"L1": Decimal(30)}),
        "L2 has no finding on 26 Feb 2024: say what was seen, or that it was not evaluated.",
    ),
    (
        targets(L3=Decimal(30)),
        "L3 on 26 Feb 2024 is no such lesion of the baseline: correct the name, or enter it as a new lesion.",
    ),
    (
        replace(GOOD, non_targets={"Bone": NonTargetState.PRESENT}),
        "Nx has no finding on 26 Feb 2024: say what was seen, or that it was not evaluated.",
    ),
    (
        non_targets(Skull=NonTargetState.ABSENT),
        "Skull on 26 Feb 2024 is no such lesion of the baseline: correct the name, or enter it as a new lesion.",
    ),
    (targets(L1=Decimal(0)), "L1 on 26 Feb 2024: 0 mm is not above 0: say absent, or too small to measure."),
    (targets(L1=Decimal(-3)), "L1 on 26 Feb 2024: -3 mm is not above 0: say absent, or too small to measure."),
    (targets(L1=30.5), "L1 on 26 Feb 2024: 30.5 is not a decimal number of mm."),
    (targets(L1=Decimal("Infinity")), "L1 on 26 Feb 2024: Infinity is not a decimal number of mm."),
    (targets(L1=Decimal("1000.1")), "L1 on 26 Feb 2024: 1000.1 mm is more than 1000 mm: check the unit."),
    (
        targets(L1=Decimal("1.2345678")),
        "L1 on 26 Feb 2024: 1.2345678 mm has more than 6 decimals: round as the report does.",
    ),
    (
        targets(L1=Split((Decimal(3),))),
        "L1 on 26 Feb 2024 has split: give the diameters of two parts or more.",
    ),
    (
        targets(L1=Split((Decimal(3), Decimal(0)))),
        "A part of L1 on 26 Feb 2024: 0 mm is not above 0: say absent, or too small to measure.",
    ),
    (
        targets(L1=Merged("L1")),
        "L1 on 26 Feb 2024 has merged into L1: name another target lesion that has a finding of its own.",
    ),
    (
        targets(L1=Merged("Bone")),
        "L1 on 26 Feb 2024 has merged into Bone: name another target lesion that has a finding of its own.",
    ),
    (
        non_targets(Bone=Decimal(12)),
        "Bone on 26 Feb 2024 is a non-target lesion and no node: say present or absent, without a diameter.",
    ),
    (non_targets(Nx=Decimal(0)), "Nx on 26 Feb 2024: 0 mm is not above 0: say absent, or too small to measure."),
    (
        replace(GOOD, new=(NewLesion("Bone"),)),
        "Bone on 26 Feb 2024 is a lesion of the baseline and cannot be new: correct the name.",
    ),
    (
        replace(GOOD, new=(NewLesion("X"), NewLesion("X", certain=False))),
        "X on 26 Feb 2024 is new twice: name it once.",
    ),
    (non_targets(Nx=Seen.ABSENT), "Nx on 26 Feb 2024: absent is not a decimal number of mm."),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_a_mistake_names_lesion_date_and_remedy(wrong, sentence):
    with pytest.raises(ResponseError) as raised:
        assess(BASELINE, [wrong])
    assert raised.value.mistakes == (sentence,)


def test_every_mistake_is_told_at_once():
    with pytest.raises(ResponseError) as raised:
        assess(
            baseline("L1=40 L2=20 Bone Nx L1=0"),
            [targets(L1=Merged("L2"), L2=Merged("L1")), GOOD],
        )
    assert raised.value.mistakes == (
        "Two lesions are called L1: give each its own name.",
        "L1: 0 mm is not above 0: say absent, or too small to measure.",
        "Two time points are of 26 Feb 2024: make one of them.",
        "L1 on 26 Feb 2024 has merged into L2: name another target lesion that has a finding of its own.",
        "L2 on 26 Feb 2024 has merged into L1: name another target lesion that has a finding of its own.",
    )
    assert str(raised.value) == " ".join(raised.value.mistakes)
