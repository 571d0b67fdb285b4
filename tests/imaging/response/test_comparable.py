"""Which scans can be held against each other, which only with a warning, and which not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.response.comparable import Modality, Study, Tracer, comparability
from imaging.response.scores import ScoreKind
from iotrex_followup.ids import uuid7

BASELINE = Study(
    on=date(2024, 1, 8),
    tracer=Tracer.I123_MIBG,
    modality=Modality.SPECT_CT,
    slice_mm=Decimal(3),
    reader="Dr Adams",
    score=ScoreKind.CURIE,
)
FOLLOW_UP = replace(BASELINE, on=date(2024, 7, 8))
THERAPY = {"tracer": Tracer.I131_MIBG, "post_therapy": True}


def found(baseline, follow_up):
    answer = comparability(replace(BASELINE, **baseline), replace(FOLLOW_UP, **follow_up))
    return answer.allowed, [(each.rule, each.refused) for each in answer.obstacles]


def test_scans_alike_are_compared_without_a_word():
    assert found({}, {}) == (True, [])


WARNED = [
    ({}, {"tracer": Tracer.MFBG}, "tracer"),
    ({}, {"tracer": Tracer.I131_MIBG}, "tracer"),
    ({"tracer": Tracer.I131_MIBG}, {}, "tracer"),
    ({}, {"modality": Modality.PLANAR}, "modality"),
    ({}, {"slice_mm": Decimal("5.1")}, "slices"),
    ({"slice_mm": None}, {}, "slices"),
    ({"slice_mm": None, "modality": Modality.CT}, {"slice_mm": None, "modality": Modality.CT}, "slices"),
    ({}, {"reader": "Dr Baker"}, "reader"),
    ({"reader": ""}, {"reader": ""}, "reader"),
    ({"reader": ""}, {}, "reader"),
    ({}, {"score": None}, "score"),
    ({"score": None}, {}, "score"),
    ({"score": None} | THERAPY, {"score": None, "tracer": Tracer.I131_MIBG}, "post_therapy"),
    ({"tracer": Tracer.I131_MIBG}, THERAPY, "post_therapy"),
]


@pytest.mark.parametrize(("baseline", "follow_up", "rule"), WARNED)
def test_a_difference_is_a_warning(baseline, follow_up, rule):
    assert found(baseline, follow_up) == (True, [(rule, False)])


ALIKE = [
    ({"slice_mm": Decimal("0.6")}, {"slice_mm": Decimal(5)}),
    ({"slice_mm": Decimal("5.1")}, {"slice_mm": Decimal(8)}),
    ({"slice_mm": None, "modality": Modality.PLANAR}, {"slice_mm": None, "modality": Modality.PLANAR}),
    ({"score": None}, {"score": None}),
]


@pytest.mark.parametrize(("baseline", "follow_up"), ALIKE)
def test_slices_of_one_class_and_unscored_scans_are_alike(baseline, follow_up):
    assert found(baseline, follow_up) == (True, [])


ONE, OTHER = uuid7(), uuid7()


@pytest.mark.parametrize(
    ("ids", "now", "said"),
    [
        (({ONE}, {OTHER}), "Dr Adams", ["The readers differ: Dr Adams, then another Dr Adams."]),
        (({ONE}, {ONE}), "Dr Baker", []),  # who has another name by now
        (({ONE}, {ONE, OTHER}), "Dr Adams and Dr Baker", ["The readers differ: Dr Adams, then Dr Adams and Dr Baker."]),
        (({ONE}, ()), "Dr Adams", []),  # a report names its reader only
    ],
)
def test_readers_are_told_apart_by_who_they_are(ids, now, said):
    before, after = (frozenset(each) for each in ids)
    found = comparability(replace(BASELINE, reader_ids=before), replace(FOLLOW_UP, reader=now, reader_ids=after))

    assert [each.sentence for each in found.obstacles] == said


REFUSED = [
    (THERAPY, {"tracer": Tracer.I131_MIBG}, [("post_therapy_baseline", True)]),
    (THERAPY, {}, [("post_therapy_baseline", True), ("tracer", False)]),
    (THERAPY, THERAPY, [("post_therapy_baseline", True), ("post_therapy", False)]),
    (
        {"score": None} | THERAPY,
        {"tracer": Tracer.I131_MIBG},
        [("post_therapy_baseline", True), ("score", False)],
    ),
    ({}, {"score": ScoreKind.SIOPEN}, [("score_kind", True)]),
    (
        THERAPY,
        {"score": ScoreKind.SIOPEN, "tracer": Tracer.I131_MIBG},
        [("post_therapy_baseline", True), ("score_kind", True)],
    ),
]


@pytest.mark.parametrize(("baseline", "follow_up", "obstacles"), REFUSED)
def test_a_post_therapy_baseline_and_two_kinds_of_score_are_refused(baseline, follow_up, obstacles):
    assert found(baseline, follow_up) == (False, obstacles)


def test_every_obstacle_says_what_differs():
    other = replace(
        FOLLOW_UP,
        tracer=Tracer.FDG,
        modality=Modality.PET_CT,
        slice_mm=None,
        reader="Dr Baker",
        score=ScoreKind.SIOPEN,
    )
    assert [each.sentence for each in comparability(replace(BASELINE, **THERAPY), other).obstacles] == [
        "The scan of 8 Jan 2024 was taken after a treatment with I-131 MIBG, whose activity shows more lesions than a "
        "diagnostic scan: it is no baseline of a relative score. Take a diagnostic scan.",
        "Curie and SIOPEN scores do not stand for each other: score both scans by one scheme.",
        "The tracers differ: I-131 MIBG, then F-18 FDG.",
        "The modalities differ: SPECT/CT, then PET/CT.",
        "The slices differ: up to 5 mm, then of unknown thickness.",
        "The readers differ: Dr Adams, then Dr Baker.",
    ]


def test_a_reader_who_is_not_known_is_not_another_reader():
    (found,) = comparability(replace(BASELINE, reader=""), FOLLOW_UP).obstacles
    assert found.sentence == "It is not known of both scans who read them."


STUDIES = st.builds(
    Study,
    on=st.dates(),
    tracer=st.sampled_from(Tracer),
    modality=st.sampled_from(Modality),
    post_therapy=st.booleans(),
    slice_mm=st.none() | st.sampled_from([Decimal(3), Decimal(8)]),
    reader=st.sampled_from(["", "A", "B"]),
    score=st.none() | st.sampled_from(ScoreKind),
)


@given(STUDIES, STUDIES)
def test_a_scored_post_therapy_scan_is_never_a_baseline(baseline, follow_up):
    answer = comparability(baseline, follow_up)
    if baseline.post_therapy and baseline.tracer is Tracer.I131_MIBG and baseline.score:
        assert not answer.allowed
    assert answer.allowed is not any(each.refused for each in answer.obstacles)
    refused = [each.refused for each in answer.obstacles]
    assert refused == sorted(refused, reverse=True)
