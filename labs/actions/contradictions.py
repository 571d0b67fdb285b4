"""Versions of a result that contradict each other: put before a person, until something tells which holds."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from uuid import UUID

from accounts.models import Clinic
from labs.intake.versions import Question, Stored, conflict_mark, questions, stored_versions
from labs.models import LabResult, QuarantineItem

State = QuarantineItem.State
Versions = Mapping[UUID, Mapping[str, Stored]]  # by identity and fingerprint


def unasked_questions(clinic: Clinic, versions: Versions) -> list[Question]:
    """Return the questions about results that nobody was asked before, nor has answered."""
    found = [each for identity, own in versions.items() for each in questions(clinic, identity, own.values())]
    if not found:
        return []
    before = {each.mark: answered_before(clinic, each, versions[each.identity].values()) for each in found}
    marks = {each.mark for each in found}.union(*before.values())
    states = dict(QuarantineItem.objects.filter(fingerprint__in=marks).values_list("fingerprint", "state"))
    answered = {mark for mark, state in states.items() if state == State.REPLAYED}
    return [each for each in found if each.mark not in states and not before[each.mark] & answered]


def answered_before(clinic: Clinic, question: Question, versions: Iterable[Stored]) -> set[UUID]:
    """Return the marks of the questions whose answer is also that to `question`.

    What was said without a time of issue and was decided against, or repeated with one, does not come up again with
    each later version that has one.
    """
    rival = question.rival
    if rival.version.is_dated or not question.holds.version.is_dated:
        return set()
    every = list(versions)
    dated = [each for each in every if each.version.is_dated]
    alike = [each for each in every if not each.version.is_dated and each.said == rival.said]
    return {conflict_mark(clinic, question.identity, one, other) for one in dated for other in alike}


def close_overtaken_questions(clinic: Clinic, versions: Versions) -> None:
    """Close the questions between two versions of a result that a third one has answered."""
    marks = [
        mark
        for identity, own in versions.items()
        if len(own) > 2
        for mark in marks_of_pairs(clinic, identity, own.values()).difference(
            each.mark for each in questions(clinic, identity, own.values())
        )
    ]
    if marks:
        waiting = QuarantineItem.objects.filter(fingerprint__in=marks, state=State.OPEN)
        waiting.update(state=State.DISMISSED, outcome="A later version of the result came.")


def answer_questions(*, result: LabResult, outcome: str) -> None:
    """Close what is asked about the versions of a result: a person has said what it is, which is `result`."""
    [own] = stored_versions([result.identity]).values()
    marks = marks_of_pairs(result.clinic, result.identity, own.values())
    waiting = QuarantineItem.objects.filter(fingerprint__in=marks, state=State.OPEN)
    waiting.update(state=State.REPLAYED, outcome=outcome, result=result)


def close_decided(*, result: LabResult, against: LabResult, outcome: str) -> None:
    """Close what is asked anew about `result`, which a person has just decided for, and what they decided `against`."""
    [own] = stored_versions([result.identity]).values()
    holds, said = own[str(result.fingerprint)], own[str(against.fingerprint)].said
    marks = {conflict_mark(result.clinic, result.identity, holds, each) for each in own.values() if each.said == said}
    waiting = QuarantineItem.objects.filter(fingerprint__in=marks, state=State.OPEN)
    waiting.update(state=State.REPLAYED, outcome=outcome, result=result)


def marks_of_pairs(clinic: Clinic, identity: UUID, versions: Iterable[Stored]) -> set[UUID]:
    """Return the marks of all questions there can be between two of `versions`."""
    return {conflict_mark(clinic, identity, *pair) for pair in combinations(versions, 2)}
