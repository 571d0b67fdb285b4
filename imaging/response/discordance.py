"""What asks for more than a verdict: progression, recurrence without MIBG uptake, and findings that contradict."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from imaging.response.recist.responses import Response


class Course(StrEnum):
    """Which way something went since the baseline."""

    BETTER = "better"
    STABLE = "stable"
    WORSE = "worse"


class Uptake(StrEnum):
    """What an MIBG scan says of the tumour as a whole; not avid: it takes up no MIBG, at the baseline either."""

    COMPLETE = "complete"
    BETTER = "better"
    STABLE = "stable"
    WORSE = "worse"
    NOT_AVID = "not_avid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a clinician found at a time point; None: not known or not done.

    `back`: lesions are new, or back after a complete response. `inrc_progression`: INRC 2017 computes progression.
    """

    recist: Response | None = None
    mibg: Uptake | None = None
    markers: Course | None = None
    symptoms: Course | None = None
    back: bool = False
    inrc_progression: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Something to decide: the rule, and a sentence with what led there. `asks_for_pet`: another tracer may tell."""

    rule: str
    sentence: str
    asks_for_pet: bool


def questions(found: Findings) -> list[Question]:
    """Return what is to be decided about a time point; empty: nothing.

    Source   PROTOCOL.md 13 (progression) and 14 (MIBG-negative recurrence, discordance).
    """
    return list(_questions(found))


def _questions(found: Findings) -> Iterator[Question]:
    grown = found.recist is Response.PD
    told = {
        "CT or MRI": grown,
        "MIBG scan": found.mibg is Uptake.WORSE,
        "INRC 2017 (computed)": found.inrc_progression,
    }
    if by := " and ".join(what for what, progressed in told.items() if progressed):
        yield Question("progression", f"Progression by {by}: is it a relapse or progression?", asks_for_pet=False)
    if found.mibg in (Uptake.COMPLETE, Uptake.NOT_AVID) and (grown or found.back):
        what = "Lesions are new or back" if found.back else "Lesions have grown"
        sentence = f"{what} and take up no MIBG: another tracer may show how far the disease reaches."
        yield Question("mibg_negative", sentence, asks_for_pet=True)
        return
    if found.mibg in (Uptake.COMPLETE, Uptake.BETTER) and (worse := list(_worse(found))):
        sentence = f"The MIBG scan is better while {' and '.join(worse)}: the tumour may have lost its uptake."
        yield Question("discordance", sentence, asks_for_pet=True)


def _worse(found: Findings) -> Iterator[str]:
    if found.recist is Response.PD:
        yield "CT or MRI shows progression"
    if found.markers is Course.WORSE:
        yield "tumour markers rise"
    if found.symptoms is Course.WORSE:
        yield "symptoms are worse"
