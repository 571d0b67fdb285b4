"""The Curie score of an MIBG scan: ten regions from 0 to 3, nine of bone and one of soft tissue."""

from collections.abc import Mapping
from decimal import Decimal

from imaging.response import scores
from imaging.response.scores import Agreement, CutOff, Region, RelativeScore, Scheme, Score, ScoreKind

OF_INDUCTION = "Found after induction chemotherapy of high-risk neuroblastoma, not validated after 131I-MIBG therapy."

CURIE = Scheme(
    kind=ScoreKind.CURIE,
    regions=(
        Region("head", "Head and face"),
        Region("upper_spine", "Cervical and thoracic spine"),
        Region("chest", "Ribs and sternum"),
        Region("lower_spine", "Lumbar and sacral spine"),
        Region("pelvis", "Pelvis"),
        Region("upper_arms", "Upper arms"),
        Region("forearms", "Forearms and hands"),
        Region("thighs", "Femora and thighs"),
        Region("lower_legs", "Lower legs and feet"),
        Region("soft_tissue", "Soft tissue", is_bone=False),
    ),
    levels=(
        "no uptake",
        "one site",
        "more than one site",
        "diffuse, more than 50 % of the region",
    ),
    source="Yanik et al., J Nucl Med 2018;59:502; list of regions in an overview of MIBG scores (docsbay.net).",
    cut_offs=(
        CutOff(
            key="diagnosis_12",
            measure="total",
            above=Decimal(12),
            meaning="worse outcome",
            setting="at diagnosis, HR-NBL1",
            source="Yanik et al., J Nucl Med 2018;59:502",
            limits="Whether 12 itself belongs to the worse side was not read.",
            verified=False,
        ),
        CutOff(
            key="induction_2",
            measure="total",
            above=Decimal(2),
            meaning="worse outcome",
            setting="after induction, COG A3973, validated in HR-NBL1",
            source="Yanik et al., J Nucl Med 2018;59:502",
            limits=f"{OF_INDUCTION} In ANBL0532, with tandem transplantation, 2 made no significant difference.",
            verified=True,
        ),
        CutOff(
            key="induction_0",
            measure="total",
            above=Decimal(0),
            meaning="worse outcome",
            setting="after induction, COG ANBL0532, with tandem transplantation",
            source="Streby et al., on COG ANBL0532",
            limits=OF_INDUCTION,
            verified=True,
        ),
    ),
)


def curie(values: Mapping[str, int]) -> Score:
    """Return the Curie score of `values`, 0 to 3 for each of the ten regions by key; the total is 0 to 30.

    Left and right limbs are one region.

    Raises   ResponseError: names every region whose value is missing, unknown or out of range.
    """
    return scores.score(CURIE, values)


def relative(follow_up: Score, baseline: Score) -> RelativeScore:
    """Return the relative score, follow-up over baseline; undefined where the baseline is 0."""
    return scores.relative_score(CURIE, follow_up, baseline)


def relative_of_bone(follow_up: Score, baseline: Score) -> RelativeScore:
    """Return the relative score over the nine bone regions, without soft tissue, as INRC 2017 takes it."""
    return scores.relative_score(CURIE, follow_up, baseline, bone_only=True)


def compare_readers(first: Score, second: Score) -> Agreement:
    """Return what two readers gave each region, and where they differ."""
    return scores.compare_readers(CURIE, first, second)
