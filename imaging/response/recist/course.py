"""A patient's course by RECIST 1.1: the response of every time point, and from when on it is progression."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from imaging.response.reasons import Reason, ResponseError
from imaging.response.recist.lesions import Baseline, NewLesion, NonTargetState, TimePoint, mistakes_at, mistakes_of
from imaging.response.recist.numbers import BASELINE_DAYS, VERSION
from imaging.response.recist.overall import NonTargetResponse, node_state, non_target_response, overall_response
from imaging.response.recist.responses import IN_WORDS, Response
from imaging.response.recist.sums import DiameterSum, baseline_sum, sum_of
from imaging.response.recist.targets import TargetResponse, target_response
from imaging.response.words import day, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePointResponse:
    """The overall response of a time point by RECIST `version`.

    `target` is None without target lesions, `non_target` without non-target lesions and raised marker. `reappeared`
    are lesions that were gone in an earlier complete response. `reasons` say how the parts made the whole; those of
    target and non-target lesions stand with them. `explanation` is all of it in words.
    """

    version: str
    on: date
    response: Response
    target: TargetResponse | None
    non_target: NonTargetResponse | None
    new: tuple[NewLesion, ...]
    reappeared: tuple[str, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Every time point's response, by date. Durations count from `counted_from`: start of treatment, or baseline.

    `progression_on` is the date from which progression counts, None without one: that of the first progression, or of
    an earlier scan whose equivocal new lesion a later one made certain. `baseline` is None without target lesions.
    """

    version: str
    baseline_on: date
    counted_from: date
    baseline: DiameterSum | None
    responses: tuple[TimePointResponse, ...]
    progression_on: date | None
    notes: tuple[str, ...]


def assess(baseline: Baseline, time_points: Iterable[TimePoint]) -> Course:
    """Return the response of each of `time_points`, given in any order, against `baseline` and the nadir before it.

    Raises   ResponseError: a date that is not after the baseline or given twice, a lesion without a finding or not of
             the baseline, a new one that is, a diameter or slice that is no plausible number of mm, a merger or split
             that cannot be; all at once.
    Source   Eisenhauer et al., Eur J Cancer 2009;45:228; for lesions that are back after a complete response the
             questions and clarifications of the EORTC.
    """
    ordered = sorted(time_points, key=attrgetter("on"))
    if mistakes := list(_mistakes(baseline, ordered)):
        raise ResponseError(mistakes)
    first = baseline_sum(baseline.targets, baseline.on) if baseline.targets else None
    earlier: list[DiameterSum] = []
    responses: list[TimePointResponse] = []
    for time_point in ordered:
        target = None
        if first:
            current = sum_of(baseline.targets, time_point.targets, time_point.on)
            target = target_response(current, first, earlier)
            earlier.append(current)
        responses.append(_time_point_response(baseline, time_point, target, responses))
    progression_on, told_later = _first_progression(responses)
    return Course(
        version=VERSION,
        baseline_on=baseline.on,
        counted_from=baseline.started_on or baseline.on,
        baseline=first,
        responses=tuple(responses),
        progression_on=progression_on,
        notes=(*_notes_on(baseline), *([told_later] if told_later else [])),
    )


def _mistakes(baseline: Baseline, ordered: Sequence[TimePoint]) -> Iterator[str]:
    yield from mistakes_of(baseline.targets, baseline.non_targets)
    dates = [time_point.on for time_point in ordered]
    yield from (
        f"Two time points are of {day(on)}: make one of them." for on in sorted(set(dates)) if dates.count(on) > 1
    )
    for time_point in ordered:
        yield from mistakes_at(time_point, baseline)


def _time_point_response(
    baseline: Baseline, time_point: TimePoint, target: TargetResponse | None, before: Sequence[TimePointResponse]
) -> TimePointResponse:
    non_target = non_target_response(baseline, time_point)
    new = tuple(sorted(time_point.new, key=attrgetter("name")))
    certain = [lesion.name for lesion in new if lesion.certain]
    complete = next((each for each in before if each.response is Response.CR), None)
    back = sorted(_there(baseline, time_point, target)) if complete else []
    response = overall_response(
        target.response if target else None,
        non_target.response if non_target else None,
        new_lesion=bool(certain or back),
    )
    reasons = [_table_reason(target, non_target, certain, back, response)]
    if certain:
        reasons.append(Reason("new_lesion", True, f"New: {listed(certain)}: progression."))
    if complete and back:
        sentence = f"Back after the complete response of {day(complete.on)}: {listed(back)}: progression."
        reasons.append(Reason("reappeared", True, sentence, {"complete_response_on": complete.on}))
    notes = (*(target.notes if target else ()), *_notes(baseline, time_point, target, response, before, back))
    told = [*reasons, *(target.reasons if target else ()), *([non_target.reason] if non_target else [])]
    return TimePointResponse(
        version=VERSION,
        on=time_point.on,
        response=response,
        target=target,
        non_target=non_target,
        new=new,
        reappeared=tuple(back),
        reasons=tuple(reasons),
        notes=notes,
        explanation=" ".join([*(reason.sentence for reason in told), *notes]),
    )


def _table_reason(
    target: TargetResponse | None,
    non_target: NonTargetResponse | None,
    certain: Sequence[str],
    back: Sequence[str],
    overall: Response,
) -> Reason:
    parts = [
        f"Target lesions {target.response}" if target else "No measurable disease (no target lesions)",
        f"non-target lesions {non_target.response}" if non_target else "no non-target lesions",
        "a new lesion" if certain else "a lesion back after complete response" if back else "no new lesion",
    ]
    return Reason("table", True, f"{', '.join(parts)}: {overall}, {IN_WORDS[overall]}.")


def _there(baseline: Baseline, time_point: TimePoint, target: TargetResponse | None) -> Iterator[str]:
    """Yield the lesions that are seen, but for nodes: one that is large again is for the sum and a second look."""
    if target:
        yield from (each.lesion for each in target.addends if not (each.is_node or each.gone or each.mm is None))
    for lesion in baseline.non_targets:
        if not lesion.is_node and time_point.non_targets[lesion.name] is NonTargetState.PRESENT:
            yield lesion.name


def _notes(
    baseline: Baseline,
    time_point: TimePoint,
    target: TargetResponse | None,
    response: Response,
    before: Sequence[TimePointResponse],
    back: Sequence[str],
) -> Iterator[str]:
    if maybe := listed(lesion.name for lesion in time_point.new if not lesion.certain):
        yield f"May be new: {maybe}. Look again; once it is certain, progression counts from {day(time_point.on)}."
    first = {each.response: day(each.on) for each in reversed(before)}
    if progressed := first.get(Response.PD):
        yield f"After the progression of {progressed}: not counted for the best overall response."
        return
    complete = first.get(Response.CR)
    if back:
        yield f"If it was there all along, correct what was entered as gone on {complete}."
    elif complete and (nodes := listed(_large_nodes(baseline, time_point, target))):
        yield f"Nodes of 10 mm or more after the complete response of {complete}: {nodes}. Image again."
    if response is Response.SD and (since := first.get(Response.PR)):
        yield f"Without progression since the partial response of {since}, the EORTC reads this as its going on."


def _large_nodes(baseline: Baseline, time_point: TimePoint, target: TargetResponse | None) -> Iterator[str]:
    if target:
        yield from (each.lesion for each in target.addends if each.is_node and each.mm and not each.gone)
    for lesion in baseline.non_targets:
        if lesion.is_node and node_state(time_point.non_targets[lesion.name]) is NonTargetState.PRESENT:
            yield lesion.name


def _first_progression(responses: Sequence[TimePointResponse]) -> tuple[date | None, str]:
    """Return from when on it is progression, and a note where a later scan told so."""
    certain = {lesion.name for each in responses for lesion in each.new if lesion.certain}
    for each in responses:
        if each.response is Response.PD:
            return each.on, ""
        if told := listed(certain & {lesion.name for lesion in each.new}):
            return (
                each.on,
                f"What may have been new on {day(each.on)} was later certain ({told}): progression from then on.",
            )
    return None, ""


def _notes_on(baseline: Baseline) -> Iterator[str]:
    if baseline.started_on is None:
        yield "The start of treatment is not known: durations count from the baseline."
        return
    days = (baseline.started_on - baseline.on).days
    if days > BASELINE_DAYS:
        yield f"The baseline is {days} days before the start of treatment, more than {BASELINE_DAYS}."
    elif days < 0:
        yield f"The baseline of {day(baseline.on)} is after the start of treatment on {day(baseline.started_on)}."
