"""An assessment in words for paper: what was signed with its arithmetic, or what is computed of a draft."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from imaging.courses.proposing import questions_of
from imaging.courses.recist import Course, responses_of
from imaging.courses.signed import signed_for
from imaging.courses.verdicts import proposed, target_findings, what_is_missing
from imaging.documents.studies import StudyTold, studies_told
from imaging.models import ResponseAssessment
from imaging.response.inrc.components import IN_WORDS as INRC_WORDS
from imaging.response.inrc.components import InrcResponse
from imaging.response.reasons import as_json
from imaging.response.recist import IN_WORDS, Response
from iotrex_followup.templatetags.words import nice_date

State = ResponseAssessment.State
UNSIGNED, PARTLY, WITHDRAWN = "NOT SIGNED", "NOT SIGNED IN PART", "ENTERED IN ERROR"


class MarkerRow(NamedTuple):
    """A tumour marker in words: before the treatment, the lowest before the last, the last, as a multiple of that."""

    name: str
    before: str
    lowest: str
    last: str
    times_lowest: str


@dataclass(frozen=True, slots=True)
class Told:
    """One assessment: `facts` are words with what was found, `reasons` the arithmetic, the deciding rule first, `inrc`
    that of INRC 2017, in neuroblastoma alone; `markers` are the tumour markers as they were known then.

    `changed` says that what was signed computes otherwise by now, `missing` what a draft lacks.
    """

    assessment: ResponseAssessment
    facts: Sequence[tuple[str, str]]
    reasons: Sequence[str]
    notes: Sequence[str]
    inrc: Sequence[str]
    changed: str
    missing: Sequence[str]
    questions: Sequence[str]
    studies: Sequence[StudyTold]
    markers: Sequence[MarkerRow] = ()

    @property
    def on(self) -> date:
        return self.assessment.on

    @property
    def standing(self) -> str:
        """Who signed it and when, or that nobody did."""
        if self.assessment.state == State.WITHDRAWN:
            return "Entered in error: it does not count"
        if not self.assessment.is_signed:
            return "Not signed"
        return f"Signed by {self.assessment.signed_by} on {nice_date(self.assessment.signed_on)}"


def mark_of(assessments: Sequence[ResponseAssessment]) -> str:
    """Return the word across the head: that a draft is not signed, or that it was entered in error; else nothing."""
    states = {each.state for each in assessments}
    if State.WITHDRAWN in states:
        return WITHDRAWN
    if State.DRAFT not in states:
        return ""
    return UNSIGNED if states == {State.DRAFT} else PARTLY


def told_of(course: Course, assessment: ResponseAssessment, compared: Set[UUID]) -> Told:
    """Return what is told of one assessment of `course`; `compared` are the scans that their scores compare."""
    computed = computed_of(course, assessment)
    arithmetic, inrc = computed.get("recist") or {}, computed.get("inrc") or {}
    selection = target_findings(course) if assessment.is_baseline else ()
    return Told(
        assessment=assessment,
        facts=[*verdict_facts(assessment, arithmetic), *inrc_facts(inrc), *described(assessment)],
        reasons=[unbroken(each) for each in reasons_of(arithmetic)],
        notes=[unbroken(each) for each in (*arithmetic.get("notes", ()), *(one.sentence for one in selection))],
        inrc=[unbroken(each) for each in inrc_reasons(inrc)],
        changed=changed_since(course, assessment),
        missing=[] if assessment.is_signed else what_is_missing(course, assessment),
        questions=[each.sentence for each in questions_of(assessment)],
        studies=studies_told(assessment, compared),
        markers=[marker_row(each) for each in computed.get("markers", ())],
    )


def computed_of(course: Course, assessment: ResponseAssessment) -> Mapping[str, Any]:
    """Return the reasoning by RECIST and INRC, and the markers: as they were signed, else as they are computed."""
    signed = signed_for(assessment, None) if assessment.is_signed else {}
    return signed or as_json(proposed(course, assessment))


def reasons_of(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sentences of an arithmetic: the whole, the target lesions, the non-target lesions."""
    target, non_target = told.get("target") or {}, told.get("non_target") or {}
    for reason in (*told.get("reasons", ()), *target.get("reasons", ())):
        yield reason["sentence"]
    if non_target:
        yield non_target["reason"]["sentence"]


def marker_row(course: Mapping[str, Any]) -> MarkerRow:
    """Return a marker as it is printed."""
    before, lowest, last = (marker_words(course[name]) for name in ("before", "lowest", "last"))
    return MarkerRow(
        course["name"], before, lowest, last, f"{course['times_lowest']} x" if course["times_lowest"] else ""
    )


def marker_words(value: Mapping[str, Any] | None) -> str:
    """Return a value with its day, which breaks between them alone: "2.4 nmol/L high, 2 May 2024"; nothing of none."""
    if value is None:
        return ""
    parts = f"{value['text']}{' high' if value['high'] else ''},", f"{date.fromisoformat(value['on']):%-d %b %Y}"
    return " ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)


def unbroken(sentence: str) -> str:
    """Return a sentence that keeps a number and its unit on one line."""
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%").replace(" mm", "\N{NO-BREAK SPACE}mm")


def verdict_facts(assessment: ResponseAssessment, arithmetic: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the verdicts: those of the clinician, or what is computed and not signed."""
    if assessment.is_baseline:
        return
    computed = arithmetic.get("response", "")
    if assessment.is_signed:
        yield "By RECIST 1.1", in_words(assessment.recist)
        if assessment.recist != computed:
            yield "Computed", in_words(computed) or "nothing"
        yield "By MIBG scan", assessment.get_mibg_display()
        if assessment.differs:
            yield "Not as computed", assessment.differs
    else:
        yield "By RECIST 1.1", f"{in_words(computed)} (computed, not signed)" if computed else "Not complete"


def inrc_facts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the response by INRC, which nobody signs by itself; nothing where it was not computed."""
    if told and told["response"] is None:
        yield "By INRC 2017", told["sentence"]
    elif told:
        doubt = "" if told["verified"] else "; it stands on rules that were not read in the paper"
        response = told["response"]
        yield "By INRC 2017", f"{response}, {INRC_WORDS[InrcResponse(response)]} (computed{doubt})"


def inrc_reasons(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sentences of INRC, each with whether it was verified."""
    for reason in told.get("reasons", ()):
        yield reason["sentence"] if reason["verified"] else f"{reason['sentence']} Not verified."
    yield from told.get("notes", ())


def in_words(response: str) -> str:
    """Return a response with its words: "PR, partial response"."""
    return f"{response}, {IN_WORDS[Response(response)]}" if response else ""


def described(assessment: ResponseAssessment) -> Iterator[tuple[str, str]]:
    """Yield what else was found, leaving out what was not looked at."""
    if not assessment.is_baseline:
        yield "Tumour markers", since_baseline(assessment.get_markers_display(), assessment.markers)
        yield "Symptoms", since_baseline(assessment.get_symptoms_display(), assessment.symptoms)
    elif assessment.marker_raised:
        yield "Tumour markers", "A tumour marker is above its limit"
    if assessment.marker_normal is not None:
        yield "Raised marker", "Normal again" if assessment.marker_normal else "Not normal"
    if assessment.marrow_percent is not None:
        yield "Tumour in the marrow", f"{assessment.marrow_percent:f} %"
    if assessment.primary_uptake:
        yield "Uptake of the primary", assessment.get_primary_uptake_display()
    if assessment.soft_tissue_uptake:
        yield "Uptake of soft tissue", assessment.get_soft_tissue_uptake_display()
    if assessment.new_uptake:
        yield "New uptake", "A site takes up MIBG that did not at the baseline"
    if assessment.comment:
        yield "Comment", assessment.comment


def since_baseline(words: str, known: str) -> str:
    return f"{words} since the baseline" if known else "Not known"


def changed_since(course: Course, assessment: ResponseAssessment) -> str:
    """Return that what was signed computes otherwise by now; nothing where it does not."""
    signed = (assessment.proposal.get("recist") or {}).get("response")
    if not (assessment.is_signed and signed):
        return ""
    now = responses_of(course).get(assessment.pk)
    if now is None:
        return "What was entered has changed since it was signed and is not complete: nothing is computed by now."
    if now.response == signed:
        return ""
    return f"What was entered has changed since it was signed: by now it computes {in_words(now.response)}."
