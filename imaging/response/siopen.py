"""The SIOPEN score of an MIBG scan: twelve segments of the skeleton from 0 to 6, without soft tissue."""

from collections.abc import Mapping
from decimal import Decimal

from imaging.response import scores
from imaging.response.scores import Agreement, CutOff, Region, RelativeScore, Scheme, Score, ScoreKind

SIOPEN = Scheme(
    kind=ScoreKind.SIOPEN,
    regions=(
        Region("skull", "Skull"),
        Region("thoracic_cage", "Thoracic cage"),
        Region("spine", "Spine"),
        Region("pelvis", "Pelvis"),
        Region("right_upper_arm", "Right proximal upper limb"),
        Region("left_upper_arm", "Left proximal upper limb"),
        Region("right_forearm", "Right distal upper limb"),
        Region("left_forearm", "Left distal upper limb"),
        Region("right_thigh", "Right proximal lower limb"),
        Region("left_thigh", "Left proximal lower limb"),
        Region("right_lower_leg", "Right distal lower limb"),
        Region("left_lower_leg", "Left distal lower limb"),
    ),
    levels=(
        "no involvement",
        "one discrete lesion",
        "two discrete lesions",
        "three discrete lesions",
        "more than three discrete lesions, or one diffuse lesion of less than 50 % of a bone",
        "diffuse, 50 % to 95 % of the bone",
        "diffuse, more than 95 % of the bone",
    ),
    source="Lewington et al., Eur J Nucl Med Mol Imaging 2017;44:234; Ladenstein et al., ibid. 2018;45:292.",
    cut_offs=(
        CutOff(
            key="induction_3",
            measure="total",
            above=Decimal(3),
            meaning="worse outcome",
            setting="after induction, high-risk neuroblastoma",
            source="Ladenstein et al., Eur J Nucl Med Mol Imaging 2018;45:292",
            limits="Not validated after 131I-MIBG therapy; the number was not read in the paper.",
            verified=False,
        ),
        CutOff(
            key="diagnosis_4",
            measure="total",
            above=Decimal(3),
            meaning="worse outcome",
            setting="at diagnosis, 21 patients, scans with I-131 MIBG",
            source="Riaz et al., Mol Imaging Radionucl Ther 2018;27:121 (abstract)",
            limits="The abstract compares below 4 with above 4: 4 itself is open.",
            verified=False,
        ),
        CutOff(
            key="response",
            measure="relative",
            above=Decimal("0.5"),
            meaning="no response, which was a reduction of 50 % or more",
            setting="after induction, the study that made the score",
            source="Lewington et al., Eur J Nucl Med Mol Imaging 2017;44:234",
            limits="Not validated after 131I-MIBG therapy.",
            verified=True,
        ),
    ),
)


def siopen(values: Mapping[str, int]) -> Score:
    """Return the SIOPEN score of `values`, 0 to 6 for each of the twelve segments by key; the total is 0 to 72.

    Raises   ResponseError: names every segment whose value is missing, unknown or out of range.
    """
    return scores.score(SIOPEN, values)


def relative(follow_up: Score, baseline: Score) -> RelativeScore:
    """Return the relative score, follow-up over baseline; undefined where the baseline is 0."""
    return scores.relative_score(SIOPEN, follow_up, baseline)


def compare_readers(first: Score, second: Score) -> Agreement:
    """Return what two readers gave each segment, and where they differ."""
    return scores.compare_readers(SIOPEN, first, second)
