"""Which lesions may be target lesions: each limit at its boundary, each refusal in words."""

from decimal import Decimal

import pytest

from imaging.response.reasons import ResponseError
from imaging.response.recist import Method, Nature, check_targets
from tests.imaging.response.recist.courses import target

THIN = {"slice_mm": Decimal(5)}


def sliced(thickness):
    return {"slice_mm": Decimal(thickness)}


ACCEPTED = [
    target("L1", "10.0", **THIN),
    target("L1", "10.0", method=Method.MRI, **THIN),
    target("L1", "10.0", **sliced("0.6")),
    target("L1", "10.2", **sliced("5.1")),
    target("L1", "16", **sliced("8")),
    target("L1", "10", method=Method.CALIPER),
    target("L1", "20", method=Method.CHEST_XRAY),
    target("N1", "15.0", **THIN),
    target("L1", "30", irradiated=True, progressed_since=True, **THIN),
    target("L1", "30", nature=Nature.BONE_WITH_SOFT_TISSUE, **THIN),
]


@pytest.mark.parametrize("lesion", ACCEPTED)
def test_a_measurable_lesion_is_accepted(lesion):
    assert check_targets([lesion]) == []


MAKE = "Make it a non-target lesion."
REFUSED = [
    (
        target("L1", "9.9", **THIN),
        "smallest",
        f"L1 measures 9.9 mm: a target lesion measures at least 10.0 mm on CT. {MAKE}",
    ),
    (
        target("L1", "10.1", **sliced("5.1")),
        "smallest",
        "L1 measures 10.1 mm: a target lesion measures at least 10.2 mm on CT with slices of 5.1 mm, 2 x the slice. "
        "Make it a non-target lesion.",
    ),
    (
        target("L1", "15.9", method=Method.MRI, **sliced("8")),
        "smallest",
        "L1 measures 15.9 mm: a target lesion measures at least 16.0 mm on MRI with slices of 8.0 mm, 2 x the slice. "
        "Make it a non-target lesion.",
    ),
    (
        target("L1", "9.9", method=Method.CALIPER),
        "smallest",
        f"L1 measures 9.9 mm: a target lesion measures at least 10.0 mm with calipers. {MAKE}",
    ),
    (
        target("L1", "19.9", method=Method.CHEST_XRAY),
        "smallest",
        f"L1 measures 19.9 mm: a target lesion measures at least 20.0 mm on a chest x-ray. {MAKE}",
    ),
    (
        target("N1", "14.9", **THIN),
        "smallest_node",
        f"N1 has a short axis of 14.9 mm: a target node has at least 15.0 mm. {MAKE}",
    ),
    (
        target("N1", "10.0", **THIN),
        "smallest_node",
        f"N1 has a short axis of 10.0 mm: a target node has at least 15.0 mm. {MAKE}",
    ),
    (
        target("N1", "9.9", **THIN),
        "smallest_node",
        "N1 has a short axis of 9.9 mm: a target node has at least 15.0 mm. Below 10.0 mm it is normal: leave it out.",
    ),
    (
        target("L1", "30", irradiated=True, **THIN),
        "irradiated",
        "L1 was irradiated and has not progressed since: make it a non-target lesion, or record the progression if "
        "there was one.",
    ),
    (
        target("L1", "30", nature=Nature.BONE_ALONE, **THIN),
        "not_measurable",
        "L1 is a bone lesion without a soft-tissue part, which is not measurable: make it a non-target lesion.",
    ),
    (
        target("L1", "30", nature=Nature.FLUID, **THIN),
        "not_measurable",
        "L1 is ascites or an effusion, which is not measurable: make it a non-target lesion.",
    ),
    (
        target("L1", "30", nature=Nature.LEPTOMENINGEAL, **THIN),
        "not_measurable",
        "L1 is leptomeningeal disease, which is not measurable: make it a non-target lesion.",
    ),
    (
        target("L1", "30", nature=Nature.DIFFUSE, **THIN),
        "not_measurable",
        "L1 is diffuse spread, which is not measurable: make it a non-target lesion.",
    ),
]


@pytest.mark.parametrize(("lesion", "rule", "sentence"), REFUSED)
def test_a_refusal_names_lesion_rule_and_remedy(lesion, rule, sentence):
    (found,) = check_targets([lesion])
    assert (found.lesions, found.rule, found.refused, found.sentence) == ((lesion.name,), rule, True, sentence)


NOTED = [
    (target("L1", "30"), "slice_unknown"),
    (target("N1", "30", **sliced("5.1")), "slice_of_node"),
    (target("N1", "30", method=Method.CALIPER), "node_method"),
]


@pytest.mark.parametrize(("lesion", "rule"), NOTED)
def test_what_is_unusual_is_told_and_may_stand(lesion, rule):
    assert [(each.rule, each.refused) for each in check_targets([lesion])] == [(rule, False)]


def test_five_lesions_are_accepted_and_a_sixth_is_not():
    lesions = [target(f"L{number}", "20", **THIN) for number in range(6)]
    assert check_targets(lesions[:5]) == []
    (found,) = check_targets(lesions)
    assert found.sentence == (
        "6 target lesions (L0, L1, L2, L3, L4, L5): RECIST 1.1 follows at most 5 in all. "
        "Make the others non-target lesions."
    )
    assert (found.rule, found.lesions) == ("most_targets", ("L0", "L1", "L2", "L3", "L4", "L5"))


def test_two_lesions_of_an_organ_are_accepted_and_a_third_is_not():
    lesions = [
        target(f"L{number}", "20", organ=organ, **THIN) for number, organ in enumerate(("liver", " Liver", "LIVER"))
    ]
    assert check_targets(lesions[:2]) == []
    (found,) = check_targets(lesions)
    assert found.sentence == (
        "3 target lesions of liver (L0, L1, L2): RECIST 1.1 follows at most 2 in one organ. "
        "Keep the largest that measure well and make the others non-target lesions."
    )


def test_all_nodes_are_one_organ():
    nodes = [target(f"N{number}", "20", organ=organ, **THIN) for number, organ in enumerate(("neck", "groin", "chest"))]
    (found,) = check_targets([*nodes, target("L1", "20", organ="neck", **THIN)])
    assert (found.rule, found.lesions) == ("most_of_an_organ", ("N0", "N1", "N2"))
    assert "at most 2 in one organ, and all nodes are one." in found.sentence


def test_a_diameter_that_is_no_number_of_mm_is_an_error():
    with pytest.raises(ResponseError) as raised:
        check_targets([target("L1", "0"), target("L1", "NaN"), target("L2", "1001", **sliced("NaN"))])
    assert raised.value.mistakes == (
        "Two lesions are called L1: give each its own name.",
        "L1: 0 mm is not above 0: say absent, or too small to measure.",
        "L1: NaN is not a decimal number of mm.",
        "L2: 1001 mm is more than 1000 mm: check the unit.",
        "L2: a slice of NaN mm cannot be: enter its thickness, or leave it out.",
    )
