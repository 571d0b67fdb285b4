"""What INRC 2017 looks at: primary tumour, metastases of soft tissue and bone, and bone marrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

HUNDRED = Decimal(100)


class Uptake(StrEnum):
    """Uptake of MIBG (of FDG where the tumour takes up no MIBG) against the baseline."""

    NONE = "none"
    LESS = "less"
    SAME = "the same"
    MORE = "more"
    UNKNOWN = "not evaluated"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryTumour:
    """The longest diameter in mm at baseline, the smallest so far, and now; 0: gone, now None: not evaluated."""

    baseline_mm: Decimal
    nadir_mm: Decimal
    now_mm: Decimal | None
    uptake: Uptake


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftTissue:
    """Metastases of soft tissue: sums of diameters in mm, as `imaging.response.recist` makes them; None: not evaluated.

    `largest_mm` and `largest_node_mm` (short axis) are the largest lesions and nodes now, 0 where there are none.
    Of non-target lesions: `worse` beyond doubt, `present` (a node that was measured is among the largest instead),
    `unknown` where one was not evaluated. `new`: a new lesion that is certain.
    """

    baseline_mm: Decimal
    nadir_mm: Decimal
    now_mm: Decimal | None
    largest_mm: Decimal | None
    largest_node_mm: Decimal | None
    uptake: Uptake
    worse: bool = False
    present: bool = False
    unknown: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bone:
    """Metastases of bone: the score of an MIBG scan over bone, or with `by_fdg` the number of FDG-avid lesions.

    The score is any of one scheme, without soft tissue; now None: not evaluated. `new`: a new avid site.
    """

    baseline: int
    now: int | None
    by_fdg: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marrow:
    """Tumour in per cent of the marrow, the worst of the samples of one time; now None: not evaluated."""

    baseline_percent: Decimal
    now_percent: Decimal | None


def mistakes_of(
    primary: PrimaryTumour | None, soft_tissue: SoftTissue | None, bone: Bone | None, marrow: Marrow | None
) -> Iterator[str]:
    """Yield a sentence for each number that cannot be."""
    for name, sized in (("Primary tumour", primary), ("Soft tissue", soft_tissue)):
        if sized is None:
            continue
        amounts = [sized.baseline_mm, sized.nadir_mm, sized.now_mm]
        if isinstance(sized, SoftTissue):
            amounts += [sized.largest_mm, sized.largest_node_mm]
            if sized.now_mm is not None and None in amounts:
                yield f"{name}: enter the largest lesion and the largest node of now as well, 0 where there is none."
        if not all(each is None or _is_amount(each) for each in amounts):
            yield f"{name}: diameters are decimal numbers of mm from 0 on."
        elif sized.nadir_mm > sized.baseline_mm:
            yield f"{name}: the smallest so far, {sized.nadir_mm} mm, is above the baseline, {sized.baseline_mm} mm."
    if bone and not all(each is None or (type(each) is int and each >= 0) for each in (bone.baseline, bone.now)):
        yield "Bone: a score or a number of lesions is a whole number from 0 on."
    if marrow:
        amounts = [marrow.baseline_percent, marrow.now_percent]
        if not all(each is None or (_is_amount(each) and each <= HUNDRED) for each in amounts):
            yield "Bone marrow: tumour is a decimal number from 0 to 100 per cent."


def _is_amount(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and value >= 0
