"""Non-target lesions, and the tables of RECIST 1.1 that make one response of a time point."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from imaging.response.reasons import Reason
from imaging.response.recist.lesions import Baseline, NonTargetState, TimePoint
from imaging.response.recist.numbers import NORMAL_NODE_BELOW
from imaging.response.recist.responses import IN_WORDS, Response
from imaging.response.words import listed, millimetres


@dataclass(frozen=True, slots=True)
class NonTargetResponse:
    """The verdict on non-target lesions and marker, what was seen of each lesion in words, and why."""

    response: Response
    seen: Mapping[str, str]
    reason: Reason


def non_target_response(baseline: Baseline, time_point: TimePoint) -> NonTargetResponse | None:
    """Return the verdict on non-target lesions; None when there are none and no marker was raised at baseline.

    One lesion not evaluated leaves it open, unless another has progressed beyond doubt.
    """
    if not baseline.non_targets and not baseline.marker_raised:
        return None
    told = sorted(time_point.non_targets.items())
    seen = {name: millimetres(found) if isinstance(found, Decimal) else str(found) for name, found in told}
    by_state: dict[NonTargetState, list[str]] = {state: [] for state in NonTargetState}
    for name, found in told:
        by_state[node_state(found)].append(f"{name} ({seen[name]})")
    response, rule, sentence = _decide(baseline, time_point, by_state)
    return NonTargetResponse(response, seen, Reason(rule, True, f"{sentence}: {IN_WORDS[response]}."))


def node_state(found: NonTargetState | Decimal) -> NonTargetState:
    """Return the state of a lesion; a node by its short axis: below 10 mm it is absent."""
    if isinstance(found, NonTargetState):
        return found
    return NonTargetState.ABSENT if found < NORMAL_NODE_BELOW else NonTargetState.PRESENT


def _decide(
    baseline: Baseline, time_point: TimePoint, by_state: Mapping[NonTargetState, list[str]]
) -> tuple[Response, str, str]:
    """Return the verdict, the rule that decided, and its sentence without the verdict."""
    if progressed := by_state[NonTargetState.PROGRESSED]:
        return Response.PD, "non_target_progression", f"Non-target lesions: {listed(progressed)}"
    if missing := by_state[NonTargetState.NOT_EVALUATED]:
        return Response.NE, "non_target_not_evaluated", f"Non-target lesions: {listed(missing)}"
    if present := by_state[NonTargetState.PRESENT]:
        return Response.NON_CR_NON_PD, "non_target_present", f"Non-target lesions still there: {listed(present)}"
    gone = "All non-target lesions are gone" if baseline.non_targets else "No non-target lesions"
    if not baseline.marker_raised:
        return Response.CR, "non_target_complete", gone
    if time_point.marker_normal is None:
        return Response.NE, "marker_not_measured", f"{gone}, but the marker raised at baseline was not measured"
    if not time_point.marker_normal:
        return Response.NON_CR_NON_PD, "marker_raised", f"{gone}, but the marker is still above its limit"
    return Response.CR, "non_target_complete", f"{gone}, and the marker is normal again"


def overall_response(target: Response | None, non_target: Response | None, *, new_lesion: bool) -> Response:
    """Return the overall response by the tables of RECIST 1.1; None: no such lesions at baseline.

    Without target lesions it is that of the non-target lesions, never stable disease; without any lesion, a new one
    is progression and anything else is not evaluable.
    """
    if new_lesion or Response.PD in (target, non_target):
        return Response.PD
    if target is None:
        return non_target or Response.NE
    if target is Response.CR:
        return Response.CR if non_target in (None, Response.CR) else Response.PR
    return target
