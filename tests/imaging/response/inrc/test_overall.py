"""One response of all components by INRC 2017, what it stands on, and what it does not."""

from dataclasses import fields, replace
from decimal import Decimal
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.response.inrc import (
    INRC_2017,
    Bone,
    InrcResponse,
    Marrow,
    PrimaryTumour,
    SoftTissue,
    SourcedNumber,
    Uptake,
    combined,
    inrc_response,
    metastases,
)
from imaging.response.reasons import ResponseError, as_json

CR, PR, MR, MD, SD, PD, NI, NE = InrcResponse

# Components in any order, their response together, and whether the sources leave it open.
TABLE = [
    ((CR, CR, CR), CR, False),
    ((CR, NI, NI), CR, False),
    ((CR, CR, NI), CR, False),
    ((PR, PR, PR), PR, False),
    ((PR, CR, CR), PR, False),
    ((PR, PR, MD), PR, False),
    ((PR, CR, MD), PR, False),
    ((PR, NI, NI), PR, False),
    ((PR, NI, MD), PR, False),
    ((PR, NI, CR), PR, False),
    ((PR, SD, CR), MR, False),
    ((PR, SD, NI), MR, False),
    ((CR, SD, NI), MR, False),
    ((CR, CR, SD), MR, False),
    ((PR, SD, MD), MR, False),
    ((CR, SD, MD), MR, False),
    ((SD, SD, SD), SD, False),
    ((SD, SD, NI), SD, False),
    ((SD, NI, NI), SD, False),
    ((CR, CR, MD), PR, True),
    ((CR, NI, MD), PR, True),
    ((NI, NI, MD), PR, True),
    ((SD, SD, MD), SD, True),
    ((SD, NI, MD), SD, True),
    ((PD, CR, CR), PD, False),
    ((PD, NE, MD), PD, False),
    ((PD, NI, NI), PD, False),
    ((NE, CR, CR), NE, False),
    ((NE, SD, PR), NE, False),
    ((NE, NI, MD), NE, False),
    ((NI, NI, NI), NE, False),
]


@pytest.mark.parametrize(("components", "response", "is_open"), TABLE)
def test_components_make_one_response_in_any_order(components, response, is_open):
    assert {combined(order) for order in permutations(components)} == {(response, is_open)}


def test_progression_of_any_component_is_progression_and_nothing_else_is():
    for components in product((CR, PR, SD, PD, NI, NE), (CR, PR, SD, PD, NI, NE), (CR, MD, SD, PD, NI, NE)):
        response, _ = combined(components)
        assert (response is PD) == (PD in components)
        assert response not in (NI, MD)


METASTASES = [
    (NI, NI, NI),
    (CR, NI, CR),
    (NI, PR, PR),
    (CR, CR, CR),
    (CR, PR, PR),
    (PR, PR, PR),
    (CR, SD, SD),
    (SD, PR, SD),
    (SD, SD, SD),
    (PD, CR, PD),
    (PD, NE, PD),
    (NE, CR, NE),
    (NE, NI, NE),
]


@pytest.mark.parametrize(("one", "other", "expected"), METASTASES)
def test_soft_tissue_and_bone_respond_as_the_lesser_of_both(one, other, expected):
    assert (metastases(one, other), metastases(other, one)) == (expected, expected)


PARTS = {
    "primary": PrimaryTumour(baseline_mm=Decimal(40), nadir_mm=Decimal(40), now_mm=Decimal(28), uptake=Uptake.LESS),
    "soft_tissue": None,
    "bone": Bone(baseline=20, now=11),
    "marrow": Marrow(baseline_percent=Decimal(50), now_percent=Decimal(5)),
}


def test_a_response_tells_its_components_parts_and_reasons():
    found = inrc_response(**PARTS)
    assert (found.version, found.response, found.notes) == ("2017", MR, ())
    assert found.components == {"Primary tumour": PR, "Metastases": SD, "Bone marrow": MD}
    assert [(each.part, each.response) for each in found.parts] == [
        ("Primary tumour", PR),
        ("Soft tissue", NI),
        ("Bone", SD),
        ("Bone marrow", MD),
    ]
    assert found.reasons[0].sentence == "Primary tumour PR, Metastases SD, Bone marrow MD: MR, minor response."
    assert "Bone: score 11, at baseline 20, relative 0.55 (above 0.5): stable disease." in [
        each.sentence for each in found.reasons
    ]


def test_what_the_sources_leave_open_is_noted():
    found = inrc_response(**PARTS | {"primary": None, "bone": None})
    assert (found.response, found.notes) == (PR, ("The sources leave this case open: a clinician decides.",))


def test_nothing_but_minimal_disease_is_verified_and_the_result_says_so():
    found = inrc_response(**PARTS)
    numbers = [each.name for each in fields(INRC_2017) if isinstance(getattr(INRC_2017, each.name), SourcedNumber)]
    assert not found.verified
    assert found.unverified.keys() == {*numbers, "words"} - {"marrow_minimal_most_percent"}
    assert all(found.unverified.values())


def test_rules_that_were_read_make_a_verified_result():
    numbers = {
        each.name: replace(number, verified=True)
        for each in fields(INRC_2017)
        if isinstance(number := getattr(INRC_2017, each.name), SourcedNumber)
    }
    found = inrc_response(**PARTS, rules=replace(INRC_2017, words_verified=True, **numbers))
    assert (found.verified, found.unverified, found.response) == (True, {}, MR)


def test_a_table_that_was_read_alone_makes_no_verified_result():
    assert not inrc_response(**PARTS, rules=replace(INRC_2017, words_verified=True)).verified


AT_THE_EDGE = [
    ({"bone": Bone(baseline=4, now=0)}, {"Primary tumour": PR, "Metastases": CR, "Bone marrow": MD}),
    (
        {"marrow": Marrow(baseline_percent=Decimal(100), now_percent=Decimal(100))},
        {"Primary tumour": PR, "Metastases": SD, "Bone marrow": SD},
    ),
    (
        {
            "soft_tissue": SoftTissue(
                baseline_mm=Decimal(40),
                nadir_mm=Decimal(40),
                now_mm=None,
                largest_mm=None,
                largest_node_mm=None,
                uptake=Uptake.UNKNOWN,
            )
        },
        {"Primary tumour": PR, "Metastases": NE, "Bone marrow": MD},
    ),
]


@pytest.mark.parametrize(("given", "components"), AT_THE_EDGE)
def test_numbers_at_the_edge_of_what_can_be_are_read(given, components):
    assert inrc_response(**PARTS | given).components == components


WRONG = [
    ({"bone": Bone(baseline=-1, now=2)}, "Bone: a score or a number of lesions is a whole number from 0 on."),
    ({"bone": Bone(baseline=4, now=2.5)}, "Bone: a score or a number of lesions is a whole number from 0 on."),
    (
        {"marrow": Marrow(baseline_percent=Decimal(101), now_percent=None)},
        "Bone marrow: tumour is a decimal number from 0 to 100 per cent.",
    ),
    (
        {"primary": replace(PARTS["primary"], now_mm=Decimal("NaN"))},
        "Primary tumour: diameters are decimal numbers of mm from 0 on.",
    ),
    (
        {"primary": replace(PARTS["primary"], nadir_mm=Decimal(41))},
        "Primary tumour: the smallest so far, 41 mm, is above the baseline, 40 mm.",
    ),
    (
        {
            "soft_tissue": SoftTissue(
                baseline_mm=Decimal(40),
                nadir_mm=Decimal(40),
                now_mm=Decimal(40),
                largest_mm=Decimal(40),
                largest_node_mm=None,
                uptake=Uptake.SAME,
            )
        },
        "Soft tissue: enter the largest lesion and the largest node of now as well, 0 where there is none.",
    ),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG)
def test_a_number_that_cannot_be_is_an_error(given, sentence):
    with pytest.raises(ResponseError) as raised:
        inrc_response(**PARTS | given)
    assert raised.value.mistakes == (sentence,)


def test_a_result_is_told_as_json():
    found = as_json(inrc_response(**PARTS))
    assert (found["response"], found["components"]) == (
        "MR",
        {"Primary tumour": "PR", "Metastases": "SD", "Bone marrow": "MD"},
    )


MM = st.decimals(0, 100, places=1)


@given(MM, MM, MM, st.sampled_from(Uptake))
def test_a_primary_at_or_below_its_smallest_is_never_progression(one, other, now, uptake):
    baseline, nadir = max(one, other), min(one, other)
    tumour = PrimaryTumour(baseline_mm=baseline, nadir_mm=nadir, now_mm=now, uptake=uptake)
    found = inrc_response(primary=tumour, soft_tissue=None, bone=None, marrow=None)
    if now <= nadir:
        assert found.response is not PD
    assert found.parts[0].reasons[0].met
