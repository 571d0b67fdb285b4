"""Which lesions may be followed as target lesions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from imaging.response.reasons import ResponseError
from imaging.response.recist.lesions import Method, Nature, TargetLesion, mistakes_of
from imaging.response.recist.numbers import (
    MOST_TARGETS,
    MOST_TARGETS_AN_ORGAN,
    NORMAL_NODE_BELOW,
    SLICES,
    SMALLEST,
    SMALLEST_NODE,
    SMALLEST_ON_CHEST_XRAY,
    THIN_SLICE,
)
from imaging.response.words import listed, millimetres

NODES = "lymph nodes"
NOT_MEASURABLE = {
    Nature.BONE_ALONE: "a bone lesion without a soft-tissue part",
    Nature.FLUID: "ascites or an effusion",
    Nature.LEPTOMENINGEAL: "leptomeningeal disease",
    Nature.DIFFUSE: "diffuse spread",
}
MEASURED = {
    Method.CT: "on CT",
    Method.MRI: "on MRI",
    Method.CALIPER: "with calipers",
    Method.CHEST_XRAY: "on a chest x-ray",
}
SLICED = (Method.CT, Method.MRI)


@dataclass(frozen=True, slots=True)
class SelectionFinding:
    """One thing about a choice of target lesions: which lesions, the rule, a sentence with the remedy.

    What is not `refused` may stand, and is worth knowing.
    """

    lesions: tuple[str, ...]
    rule: str
    refused: bool
    sentence: str


def check_targets(targets: Sequence[TargetLesion]) -> list[SelectionFinding]:
    """Return what RECIST 1.1 has against `targets`: the choice as a whole, then lesion by lesion; empty: nothing.

    Raises   ResponseError: a name is given twice, or a diameter is no plausible number of mm.
    """
    if mistakes := list(mistakes_of(targets)):
        raise ResponseError(mistakes)
    lesions = sorted(targets, key=attrgetter("name"))
    return [*_of_all(lesions), *(found for lesion in lesions for found in _of_one(lesion))]


def smallest(lesion: TargetLesion) -> Decimal:
    """Return the smallest diameter, in mm and inclusive, with which `lesion` is measurable by its method."""
    if lesion.is_node:
        return SMALLEST_NODE
    if lesion.method is Method.CHEST_XRAY:
        return SMALLEST_ON_CHEST_XRAY
    thick = _thick_slice(lesion)
    return SLICES * thick if thick else SMALLEST


def _thick_slice(lesion: TargetLesion) -> Decimal | None:
    """Return the slice thickness of a CT or MRI where it is above 5 mm."""
    is_thick = lesion.method in SLICED and lesion.slice_mm is not None and lesion.slice_mm > THIN_SLICE
    return lesion.slice_mm if is_thick else None


def _of_all(lesions: Sequence[TargetLesion]) -> Iterator[SelectionFinding]:
    names = tuple(lesion.name for lesion in lesions)
    if len(names) > MOST_TARGETS:
        sentence = f"{len(names)} target lesions ({listed(names)}): RECIST 1.1 follows at most {MOST_TARGETS} in all."
        yield SelectionFinding(names, "most_targets", True, f"{sentence} Make the others non-target lesions.")
    organs = defaultdict(list)
    for lesion in lesions:
        organs[NODES if lesion.is_node else " ".join(lesion.organ.casefold().split())].append(lesion.name)
    for organ, of_organ in sorted(organs.items()):
        if len(of_organ) > MOST_TARGETS_AN_ORGAN:
            most = f"at most {MOST_TARGETS_AN_ORGAN} in one organ{', and all nodes are one' * (organ == NODES)}"
            sentence = f"{len(of_organ)} target lesions of {organ} ({listed(of_organ)}): RECIST 1.1 follows {most}."
            remedy = "Keep the largest that measure well and make the others non-target lesions."
            yield SelectionFinding(tuple(of_organ), "most_of_an_organ", True, f"{sentence} {remedy}")


def _of_one(lesion: TargetLesion) -> Iterator[SelectionFinding]:
    def found(rule: str, sentence: str, *, refused: bool = True) -> SelectionFinding:
        return SelectionFinding((lesion.name,), rule, refused, f"{lesion.name} {sentence}")

    if nature := NOT_MEASURABLE.get(lesion.nature):
        yield found("not_measurable", f"is {nature}, which is not measurable: make it a non-target lesion.")
    if lesion.irradiated and not lesion.progressed_since:
        why = "was irradiated and has not progressed since"
        yield found("irradiated", f"{why}: make it a non-target lesion, or record the progression if there was one.")
    if lesion.diameter_mm < smallest(lesion):
        yield found("smallest_node" if lesion.is_node else "smallest", _too_small(lesion))
    if lesion.is_node and lesion.method not in SLICED:
        how = MEASURED[lesion.method]
        yield found("node_method", f"is a node measured {how}: RECIST 1.1 takes the short axis on CT.", refused=False)
    if lesion.method in SLICED and lesion.slice_mm is None:
        sentence = f"was measured {MEASURED[lesion.method]} with slices of unknown thickness: enter it, since on slices"
        sentence += f" above {millimetres(THIN_SLICE)} a lesion measures at least {SLICES} x the slice."
        yield found("slice_unknown", sentence, refused=False)
    elif lesion.is_node and _thick_slice(lesion):
        sentence = f"is a node on slices above {millimetres(THIN_SLICE)}, thicker than RECIST 1.1 recommends."
        yield found("slice_of_node", sentence, refused=False)


def _too_small(lesion: TargetLesion) -> str:
    has, needed = millimetres(lesion.diameter_mm), millimetres(smallest(lesion))
    if lesion.is_node:
        sentence = f"has a short axis of {has}: a target node has at least {needed}."
        if lesion.diameter_mm < NORMAL_NODE_BELOW:
            return f"{sentence} Below {millimetres(NORMAL_NODE_BELOW)} it is normal: leave it out."
        return f"{sentence} Make it a non-target lesion."
    how = MEASURED[lesion.method]
    if thick := _thick_slice(lesion):
        how += f" with slices of {millimetres(thick)}, {SLICES} x the slice"
    return f"measures {has}: a target lesion measures at least {needed} {how}. Make it a non-target lesion."
