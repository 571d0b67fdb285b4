"""Curie and SIOPEN scores: totals, relative scores, cut-offs and two readers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.response import curie, siopen
from imaging.response.curie import CURIE
from imaging.response.reasons import ResponseError, as_json
from imaging.response.scores import score
from imaging.response.siopen import SIOPEN

SCHEMES = [CURIE, SIOPEN]
MODULES = [(CURIE, curie), (SIOPEN, siopen)]


def values(scheme, **given):
    """Return a value for every region of `scheme`, 0 where none is given."""
    return {region.key: given.get(region.key, 0) for region in scheme.regions}


def drawn(scheme):
    return st.fixed_dictionaries({region.key: st.integers(0, scheme.worst) for region in scheme.regions})


def test_curie_has_ten_regions_of_0_to_3_and_one_is_soft_tissue():
    assert (len(CURIE.regions), CURIE.worst, CURIE.most) == (10, 3, 30)
    assert [region.key for region in CURIE.regions if not region.is_bone] == ["soft_tissue"]


def test_siopen_has_twelve_segments_of_0_to_6_and_all_are_bone():
    assert (len(SIOPEN.regions), SIOPEN.worst, SIOPEN.most) == (12, 6, 72)
    assert all(region.is_bone for region in SIOPEN.regions)


@pytest.mark.parametrize("scheme", SCHEMES)
@given(st.data())
def test_a_total_is_the_sum_of_the_regions_and_stays_in_range(scheme, data):
    found = score(scheme, told := data.draw(drawn(scheme)))
    assert found.values == told
    assert found.total == sum(told.values())
    assert 0 <= found.total <= scheme.most


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_extremes_are_0_and_the_most(scheme):
    assert score(scheme, values(scheme)).total == 0
    assert score(scheme, dict.fromkeys(values(scheme), scheme.worst)).total == scheme.most


WRONG = [
    (CURIE, {"pelvis": 4}, "Pelvis: 4 is not a whole number from 0 to 3."),
    (CURIE, {"pelvis": -1}, "Pelvis: -1 is not a whole number from 0 to 3."),
    (CURIE, {"pelvis": 1.0}, "Pelvis: 1.0 is not a whole number from 0 to 3."),
    (CURIE, {"pelvis": True}, "Pelvis: True is not a whole number from 0 to 3."),
    (CURIE, {"pelvis": None}, "Pelvis: None is not a whole number from 0 to 3."),
    (SIOPEN, {"left_thigh": 7}, "Left proximal lower limb: 7 is not a whole number from 0 to 6."),
]


@pytest.mark.parametrize(("scheme", "given", "sentence"), WRONG)
def test_a_value_out_of_range_names_its_region(scheme, given, sentence):
    with pytest.raises(ResponseError) as raised:
        score(scheme, values(scheme) | given)
    assert raised.value.mistakes == (sentence,)


def test_missing_and_unknown_regions_are_all_told():
    told = values(CURIE) | {"left_arm": 1, "head": 9}
    del told["pelvis"]
    with pytest.raises(ResponseError) as raised:
        curie.curie(told)
    assert raised.value.mistakes == (
        "Pelvis has no value: enter 0 to 3, 0 where there is no uptake.",
        "left_arm is no region of Curie.",
        "Head and face: 9 is not a whole number from 0 to 3.",
    )


RELATIVE = [
    (
        {"pelvis": 3, "head": 1},
        {"pelvis": 3, "head": 3, "soft_tissue": 2},
        "0.5",
        "4, at baseline 8: relative score 0.5.",
    ),
    ({"pelvis": 1}, {"pelvis": 3}, Decimal(1) / 3, "1, at baseline 3: relative score 0.333."),
    ({"pelvis": 3, "head": 3}, {"pelvis": 3, "head": 2}, "1.2", "6, at baseline 5: relative score 1.2."),
    ({}, {"pelvis": 3}, "0", "0, at baseline 3: relative score 0.0."),
    ({"pelvis": 3}, {}, None, "3, at baseline 0: a relative score is undefined with a baseline of 0."),
    ({}, {}, None, "0, at baseline 0: a relative score is undefined with a baseline of 0."),
]


@pytest.mark.parametrize(("now", "before", "value", "sentence"), RELATIVE)
def test_a_relative_score_is_follow_up_over_baseline_and_undefined_over_0(now, before, value, sentence):
    found = curie.relative(curie.curie(values(CURIE, **now)), curie.curie(values(CURIE, **before)))
    assert found.value == (None if value is None else Decimal(value))
    assert (found.regions, found.sentence) == ("all", f"Curie score {sentence}")


def test_the_relative_score_of_bone_leaves_soft_tissue_out():
    now = curie.curie(values(CURIE, pelvis=1, soft_tissue=3))
    before = curie.curie(values(CURIE, pelvis=2, soft_tissue=1))
    found = curie.relative_of_bone(now, before)
    assert (found.regions, found.follow_up, found.baseline, found.value) == ("bone", 1, 2, Decimal("0.5"))
    assert found.sentence == "Curie score over bone 1, at baseline 2: relative score 0.5."
    assert curie.relative(now, before).value == Decimal(4) / 3


def test_a_baseline_of_soft_tissue_alone_has_no_relative_score_of_bone():
    now, before = (curie.curie(values(CURIE, soft_tissue=value)) for value in (1, 2))
    assert curie.relative_of_bone(now, before).value is None


@pytest.mark.parametrize(("scheme", "module"), MODULES)
@given(st.data())
def test_a_relative_score_of_a_scan_over_itself_is_1(scheme, module, data):
    one = score(scheme, data.draw(drawn(scheme)))
    assert module.relative(one, one).value == (1 if one.total else None)


def test_scores_of_two_schemes_are_refused():
    with pytest.raises(ResponseError) as raised:
        curie.relative(curie.curie(values(CURIE)), siopen.siopen(values(SIOPEN)))
    assert raised.value.mistakes == (
        "Curie and SIOPEN scores do not stand for each other: score both scans by one scheme.",
    )
    with pytest.raises(ResponseError):
        siopen.compare_readers(siopen.siopen(values(SIOPEN)), curie.curie(values(CURIE)))


def test_two_readers_differ_by_region():
    first = curie.curie(values(CURIE, head=2, pelvis=1, thighs=3))
    second = curie.curie(values(CURIE, head=1, pelvis=1, soft_tissue=1, thighs=3))
    found = curie.compare_readers(first, second)
    assert (found.differing, found.total_difference) == (("head", "soft_tissue"), 0)
    assert found.sentence == "The readers differ in Head and face 2 and 1, Soft tissue 0 and 1; totals 6 and 6."
    assert [(each.name, each.first, each.second, each.difference) for each in found.readings[:2]] == [
        ("Head and face", 2, 1, -1),
        ("Cervical and thoracic spine", 0, 0, 0),
    ]


def test_two_readers_agree():
    one = siopen.siopen(values(SIOPEN, skull=6))
    found = siopen.compare_readers(one, one)
    assert (found.differing, found.sentence) == ((), "The readers agree; totals 6 and 6.")


@pytest.mark.parametrize(("scheme", "module"), MODULES)
@given(st.data())
def test_readers_differ_the_other_way_round_by_the_opposite(scheme, module, data):
    first, second = (score(scheme, data.draw(drawn(scheme))) for _ in range(2))
    one, other = module.compare_readers(first, second), module.compare_readers(second, first)
    assert one.total_difference == -other.total_difference == second.total - first.total
    assert one.differing == other.differing
    assert [each.difference for each in one.readings] == [-each.difference for each in other.readings]


CUT_OFFS = [
    (CURIE, "diagnosis_12", 12, 13, False),
    (CURIE, "induction_2", 2, 3, True),
    (CURIE, "induction_0", 0, 1, True),
    (SIOPEN, "induction_3", 3, 4, False),
    (SIOPEN, "diagnosis_4", 3, 4, False),
    (SIOPEN, "response", Decimal("0.5"), Decimal("0.51"), True),
]


@pytest.mark.parametrize(("scheme", "key", "below", "above", "verified"), CUT_OFFS)
def test_a_cut_off_parts_at_its_number_and_says_its_limits(scheme, key, below, above, verified):
    (found,) = [each for each in scheme.cut_offs if each.key == key]
    assert (found.is_above(below), found.is_above(above), found.verified) == (False, True, verified)
    assert all((found.source, found.limits, found.setting))
    assert found.says(above).endswith("Not verified.") is not verified


def test_a_cut_off_speaks_with_setting_and_limits():
    (found,) = [each for each in CURIE.cut_offs if each.key == "induction_0"]
    limits = "Found after induction chemotherapy of high-risk neuroblastoma, not validated after 131I-MIBG therapy."
    setting = "after induction, COG ANBL0532, with tandem transplantation"
    assert found.says(1) == f"Total 1, above 0: worse outcome ({setting}). {limits}"
    assert found.says(0) == f"Total 0, not above 0 ({setting}). {limits}"
    (response,) = [each for each in SIOPEN.cut_offs if each.measure == "relative"]
    assert response.says(Decimal(1) / 3).startswith("Relative 0.333, not above 0.5 (after induction,")


def test_every_cut_off_is_in_the_table():
    assert {(scheme.kind, each.key) for scheme in SCHEMES for each in scheme.cut_offs} == {
        (scheme.kind, key) for scheme, key, *_ in CUT_OFFS
    }


def test_a_score_is_told_as_json():
    found = as_json(siopen.relative(*(siopen.siopen(values(SIOPEN, skull=each)) for each in (1, 4))))
    assert found == {
        "kind": "SIOPEN",
        "regions": "all",
        "follow_up": 1,
        "baseline": 4,
        "value": "0.25",
        "sentence": "SIOPEN score 1, at baseline 4: relative score 0.25.",
    }
