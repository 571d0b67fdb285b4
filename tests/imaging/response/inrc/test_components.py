"""The response of each part by INRC 2017, each threshold at its boundary, with its reasons."""

from dataclasses import replace
from decimal import Decimal

import pytest

from imaging.response.inrc import (
    INRC_2017,
    Bone,
    Marrow,
    PrimaryTumour,
    SoftTissue,
    Uptake,
    bone_response,
    marrow_response,
    primary_response,
    soft_tissue_response,
)

UPTAKES = {each.value: each for each in Uptake}


def mm(value):
    return None if value == "-" else Decimal(value)


def primary(text):
    """Return a primary tumour from "baseline nadir now uptake"; "-" was not evaluated."""
    baseline, nadir, now, uptake = text.split(maxsplit=3)
    return PrimaryTumour(baseline_mm=mm(baseline), nadir_mm=mm(nadir), now_mm=mm(now), uptake=UPTAKES[uptake])


PRIMARY = [
    ("40 40 9.9 none", "CR", "Primary tumour 9.9 mm, uptake none (below 10.0 mm without uptake): complete response."),
    (
        "40 40 10.0 none",
        "PR",
        "Primary tumour 10.0 mm, baseline 40.0 mm: -75.0 %: as much as a partial response asks (-30 %).",
    ),
    (
        "40 40 9.9 less",
        "PR",
        "Primary tumour 9.9 mm, baseline 40.0 mm: -75.25 %: as much as a partial response asks (-30 %).",
    ),
    (
        "40 40 28 the same",
        "PR",
        "Primary tumour 28.0 mm, baseline 40.0 mm: -30.0 %: as much as a partial response asks (-30 %).",
    ),
    (
        "40 40 28.1 less",
        "SD",
        "Primary tumour 28.1 mm, uptake less, neither response nor progression: stable disease.",
    ),
    (
        "40 40 20 more",
        "SD",
        "Primary tumour 20.0 mm, uptake more, neither response nor progression: stable disease.",
    ),
    (
        "40 40 20 not evaluated",
        "NE",
        "Primary tumour 20.0 mm, uptake not evaluated, which a response asks for: not evaluable.",
    ),
    (
        "12 12 9.9 not evaluated",
        "NE",
        "Primary tumour 9.9 mm, uptake not evaluated, which a response asks for: not evaluable.",
    ),
    (
        "12 12 9.9 the same",
        "SD",
        "Primary tumour 9.9 mm, uptake the same, neither response nor progression: stable disease.",
    ),
    (
        "40 40 40 not evaluated",
        "SD",
        "Primary tumour 40.0 mm, uptake not evaluated, neither response nor progression: stable disease.",
    ),
    (
        "40 40 48 less",
        "SD",
        "Primary tumour 48.0 mm, uptake less, neither response nor progression: stable disease.",
    ),
    (
        "40 40 48.1 less",
        "PD",
        "Primary tumour 48.1 mm, smallest so far 40.0 mm: +20.25 % and +8.1 mm: progression.",
    ),
    (
        "40 20 24.9 less",
        "PR",
        "Primary tumour 24.9 mm, baseline 40.0 mm: -37.75 %: as much as a partial response asks (-30 %).",
    ),
    ("40 20 25 less", "PD", "Primary tumour 25.0 mm, smallest so far 20.0 mm: +25.0 % and +5.0 mm: progression."),
    ("40 0 3 none", "PD", "Primary tumour 3.0 mm, smallest so far 0.0 mm: +3.0 mm (no % of 0): progression."),
    ("40 0 0 none", "CR", "Primary tumour 0.0 mm, uptake none (below 10.0 mm without uptake): complete response."),
    ("0 0 0 none", "NI", "Primary tumour: not involved."),
    ("0 0 12 less", "PD", "Primary tumour 12.0 mm, smallest so far 0.0 mm: +12.0 mm (no % of 0): progression."),
    ("40 40 - less", "NE", "Primary tumour: not evaluable."),
]


@pytest.mark.parametrize(("text", "response", "sentence"), PRIMARY)
def test_a_primary_tumour_responds_by_size_and_uptake(text, response, sentence):
    found = primary_response(primary(text), INRC_2017)
    assert (found.part, found.response, found.reasons[0].sentence) == ("Primary tumour", response, sentence)


def test_a_primary_tumour_without_progression_says_what_it_needs():
    sentences = [reason.sentence for reason in primary_response(primary("40 40 48 less"), INRC_2017).reasons]
    assert sentences[1:] == [
        "Primary tumour 48.0 mm, baseline 40.0 mm: +20.0 %: less than a partial response asks (-30 %).",
        "Primary tumour 48.0 mm, smallest so far 40.0 mm: +20.0 % and +8.0 mm: no progression, which needs more than "
        "+20 % and at least +5 mm.",
    ]


def soft(text, **given):
    """Return metastases of soft tissue from "baseline nadir now largest node uptake"."""
    baseline, nadir, now, largest, node, uptake = text.split(maxsplit=5)
    return SoftTissue(
        baseline_mm=mm(baseline),
        nadir_mm=mm(nadir),
        now_mm=mm(now),
        largest_mm=mm(largest),
        largest_node_mm=mm(node),
        uptake=UPTAKES[uptake],
        **given,
    )


SOFT = [
    ("60 60 19.8 9.9 9.9 none", {}, "CR", "residual"),
    ("60 60 20 10.0 9.9 none", {}, "PR", "shrinkage"),
    ("60 60 20 9.9 10.0 none", {}, "PR", "shrinkage"),
    ("60 60 19.8 9.9 9.9 the same", {}, "PR", "shrinkage"),
    ("60 60 19.8 9.9 9.9 not evaluated", {}, "PR", "shrinkage"),
    ("12 12 9.9 9.9 0 not evaluated", {}, "NE", "uptake_unknown"),
    ("60 60 42 30 12 more", {}, "PR", "shrinkage"),
    ("60 60 42.1 30 12 none", {}, "SD", "stable"),
    ("60 60 50 30 12 not evaluated", {}, "SD", "stable"),
    ("60 60 72 60 12 none", {}, "SD", "stable"),
    ("60 60 72.1 60 12 none", {}, "PD", "growth"),
    ("60 20 24.9 20 4 none", {}, "PR", "shrinkage"),
    ("60 20 25 20 4 none", {}, "PD", "growth"),
    ("60 60 20 8 8 none", {"new": True}, "PD", "new_lesion"),
    ("60 60 0 0 0 none", {"present": True}, "PR", "shrinkage"),
    ("60 60 50 8 8 none", {"present": True}, "SD", "stable"),
    ("60 60 0 0 0 none", {"unknown": True}, "NE", "not_evaluated"),
    ("60 20 25 20 4 none", {"unknown": True}, "PD", "growth"),
    ("60 60 20 8 8 none", {"worse": True}, "PD", "worse"),
    ("60 60 - - - none", {"new": True}, "PD", "new_lesion"),
    ("60 60 - - - none", {}, "NE", "not_evaluated"),
    ("0 0 0 0 0 none", {}, "NI", "not_involved"),
    ("0 0 12 12 0 none", {}, "PD", "growth"),
    ("0 0 0 0 0 none", {"new": True}, "PD", "new_lesion"),
]


@pytest.mark.parametrize(("text", "given", "response", "rule"), SOFT)
def test_soft_tissue_responds_by_its_sum_and_its_largest(text, given, response, rule):
    found = soft_tissue_response(soft(text, **given), INRC_2017)
    assert (found.response, found.reasons[0].rule, found.reasons[0].met) == (response, rule, True)


def test_soft_tissue_says_that_non_target_lesions_are_left():
    told = soft_tissue_response(soft("60 60 50 8 8 none", present=True), INRC_2017).reasons[0].sentence
    assert "largest node 8.0 mm, non-target lesions still there, uptake none" in told


def test_soft_tissue_says_what_is_left():
    found = soft_tissue_response(soft("60 60 19.8 9.9 9.9 none"), INRC_2017)
    assert found.reasons[0].sentence == (
        "Soft tissue: largest lesion 9.9 mm, largest node 9.9 mm, uptake none: complete response."
    )


BONE = [
    (20, 0, {}, "CR", "Bone: score 0, at baseline 20, relative 0.0: complete response."),
    (20, 10, {}, "PR", "Bone: score 10, at baseline 20, relative 0.5 (at most 0.5): partial response."),
    (20, 11, {}, "SD", "Bone: score 11, at baseline 20, relative 0.55 (above 0.5): stable disease."),
    (20, 2, {}, "PR", "Bone: score 2, at baseline 20, relative 0.1 (at most 0.5): partial response."),
    (
        20,
        1,
        {},
        "PR",
        "Bone: score 1, at baseline 20, relative 0.05 (at most 0.5, though below 0.1): partial response.",
    ),
    (20, 23, {}, "SD", "Bone: score 23, at baseline 20, relative 1.15 (above 0.5): stable disease."),
    (20, 24, {}, "PD", "Bone: score 24, at baseline 20, relative 1.2 (at least 1.2): progression."),
    (20, 10, {"new": True}, "PD", "Bone: a new avid site: progression."),
    (0, 1, {}, "PD", "Bone: a new avid site: progression."),
    (0, 0, {}, "NI", "Bone: not involved."),
    (20, None, {}, "NE", "Bone: not evaluable."),
    (0, None, {}, "NE", "Bone: not evaluable."),
    (
        4,
        2,
        {"by_fdg": True},
        "PR",
        "Bone: FDG-avid lesions 2, at baseline 4, relative 0.5 (at most 0.5): partial response.",
    ),
    (
        4,
        5,
        {"by_fdg": True},
        "SD",
        "Bone: FDG-avid lesions 5, at baseline 4, relative 1.25 (above 0.5): stable disease.",
    ),
]


@pytest.mark.parametrize(("baseline", "now", "given", "response", "sentence"), BONE)
def test_bone_responds_by_its_relative_score(baseline, now, given, response, sentence):
    found = bone_response(Bone(baseline=baseline, now=now, **given), INRC_2017)
    assert (found.response, found.reasons[0].sentence) == (response, sentence)


MARROW = [
    ("50", "0", "CR", "no_tumour"),
    ("0", "0", "NI", "not_involved"),
    ("50", "5", "MD", "minimal"),
    ("50", "5.1", "SD", "stable"),
    ("3", "5", "MD", "minimal"),
    ("0", "5", "MD", "minimal"),
    ("0", "5.1", "PD", "marrow_new"),
    ("10", "20.1", "PD", "marrow_progression"),
    ("10", "20", "SD", "stable"),
    ("10.05", "20.1", "SD", "stable"),
    ("4", "20", "SD", "stable"),
    ("4", "20.1", "PD", "marrow_progression"),
    ("40", "80", "SD", "stable"),
    ("40", "80.1", "PD", "marrow_progression"),
    ("50", "-", "NE", "not_evaluated"),
    ("0", "-", "NE", "not_evaluated"),
]


@pytest.mark.parametrize(("before", "now", "response", "rule"), MARROW)
def test_marrow_responds_by_its_tumour(before, now, response, rule):
    found = marrow_response(Marrow(baseline_percent=Decimal(before), now_percent=mm(now)), INRC_2017)
    assert (found.response, found.reasons[0].rule) == (response, rule)


def test_numbers_stand_with_the_reason_unrounded():
    bone = bone_response(Bone(baseline=3, now=1), INRC_2017).reasons[0].numbers
    marrow = marrow_response(Marrow(baseline_percent=Decimal(50), now_percent=Decimal(0)), INRC_2017).reasons[0].numbers
    assert bone == {"now": 1, "baseline": 3, "relative": Decimal(1) / 3}
    assert marrow == {"now_percent": 0, "baseline_percent": 50}


def test_marrow_says_its_numbers():
    found = marrow_response(Marrow(baseline_percent=Decimal(10), now_percent=Decimal("20.1")), INRC_2017)
    assert found.reasons[0].sentence == (
        "Bone marrow: 20.1 % tumour, at baseline 10.0 % (more than 2 x the baseline and above 20 %): progression."
    )


@pytest.mark.parametrize("respond", [primary_response, soft_tissue_response, bone_response, marrow_response])
def test_a_part_that_is_not_given_is_not_involved(respond):
    assert respond(None, INRC_2017).response == "NI"


def test_only_what_was_read_in_the_paper_is_verified():
    minimal = marrow_response(Marrow(baseline_percent=Decimal(50), now_percent=Decimal(5)), INRC_2017)
    grown = marrow_response(Marrow(baseline_percent=Decimal(10), now_percent=Decimal(30)), INRC_2017)
    assert (minimal.reasons[0].verified, grown.reasons[0].verified) == (True, False)
    assert not any(each.verified for each in primary_response(primary("40 40 28 less"), INRC_2017).reasons)


PAIRS = [
    ("residual_below_mm", "node_below_mm", lambda rules: soft_tissue_response(soft("60 60 18 9 9 none"), rules)),
    ("increase_over_percent", "increase_least_mm", lambda rules: primary_response(primary("40 40 60 less"), rules)),
    ("bone_response_most", "bone_response_least", lambda rules: bone_response(Bone(baseline=20, now=10), rules)),
    ("bone_response_most", "bone_progression_least", lambda rules: bone_response(Bone(baseline=20, now=20), rules)),
    (
        "marrow_increase_over_times",
        "marrow_increase_over_percent",
        lambda rules: marrow_response(Marrow(baseline_percent=Decimal(10), now_percent=Decimal(30)), rules),
    ),
]


@pytest.mark.parametrize(("one", "other", "respond"), PAIRS)
def test_a_reason_is_verified_once_both_its_numbers_are(one, other, respond):
    def verified(*names):
        numbers = {name: replace(getattr(INRC_2017, name), verified=True) for name in names}
        return respond(replace(INRC_2017, **numbers)).reasons[0].verified

    assert (verified(one), verified(other), verified(one, other)) == (False, False, True)


def test_a_clinic_gives_numbers_of_its_own():
    number = replace(INRC_2017.bone_response_most, value=Decimal("0.6"), verified=True)
    rules = replace(INRC_2017, bone_response_most=number)
    assert bone_response(Bone(baseline=20, now=12), rules).response == "PR"
    assert bone_response(Bone(baseline=20, now=13), rules).response == "SD"
