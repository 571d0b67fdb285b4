"""The verdict on the target lesions of a time point, with its arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from imaging.response.reasons import Number, Reason
from imaging.response.recist.numbers import (
    NORMAL_NODE_BELOW,
    PROGRESSION_MM,
    PROGRESSION_PERCENT,
    RESPONSE_PERCENT,
)
from imaging.response.recist.responses import Response
from imaging.response.recist.sums import Addend, DiameterSum, nadir
from imaging.response.words import day, listed, millimetres, percent, signed

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResponse:
    """The verdict on target lesions; the first of `reasons` decided, the others were looked at as well.

    Percentages are not rounded. `from_baseline_percent` and what is from the nadir are None while lesions are `missing`
    (the sum is then that of the others), `from_nadir_percent` also when the nadir is 0.
    """

    response: Response
    on: date
    sum_mm: Decimal
    baseline_mm: Decimal
    baseline_on: date
    nadir_mm: Decimal
    nadir_on: date
    from_baseline_percent: Decimal | None
    from_nadir_mm: Decimal | None
    from_nadir_percent: Decimal | None
    addends: tuple[Addend, ...]
    missing: tuple[str, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]


def target_response(current: DiameterSum, baseline: DiameterSum, earlier: Iterable[DiameterSum] = ()) -> TargetResponse:
    """Return the verdict on `current`; `earlier` are the sums between the baseline and it, in any order.

    The nadir is the smallest complete sum so far, the baseline's included, which is above 0. With lesions missing,
    progression is told where the others alone show it; anything else is not evaluable.
    """
    lowest = nadir([baseline, *earlier])
    complete, grown = _complete(current), _progression(current, lowest)
    looked_at = [complete, grown]
    if not current.missing:
        better = "complete response" if complete.met else "progression against the nadir" if grown.met else ""
        looked_at.append(_partial(current, baseline, better))
    response, deciding = _decide(current, *looked_at)
    known = not current.missing
    more = current.mm - lowest.mm
    return TargetResponse(
        response=response,
        on=current.on,
        sum_mm=current.mm,
        baseline_mm=baseline.mm,
        baseline_on=baseline.on,
        nadir_mm=lowest.mm,
        nadir_on=lowest.on,
        from_baseline_percent=_change(current.mm, baseline.mm) if known else None,
        from_nadir_mm=more if known else None,
        from_nadir_percent=_change(current.mm, lowest.mm) if known and lowest.mm else None,
        addends=current.addends,
        missing=current.missing,
        reasons=(deciding, *(reason for reason in looked_at if reason is not deciding)),
        notes=(*current.notes, *_notes(current, lowest, response)),
    )


def _change(now: Decimal, before: Decimal) -> Decimal:
    return HUNDRED * (now - before) / before


def _decide(
    current: DiameterSum, complete: Reason, grown: Reason, shrunk: Reason | None = None
) -> tuple[Response, Reason]:
    if complete.met:
        return Response.CR, complete
    if grown.met:
        return Response.PD, grown
    if shrunk is None:
        sentence = f"Not evaluated: {listed(current.missing)}; what was evaluated shows no progression: not evaluable."
        return Response.NE, Reason("not_evaluable", True, sentence)
    if shrunk.met:
        return Response.PR, shrunk
    return Response.SD, Reason("stable", True, "Neither response nor progression: stable disease.")


def _complete(current: DiameterSum) -> Reason:
    left = [each for each in current.addends if not each.gone]
    if left:
        what = "Not shown to be gone" if current.missing else "Not gone"
        sentence = f"{what}: {listed(f'{each.lesion} ({each.seen})' for each in left)}: no complete response."
        return Reason("complete_response", False, sentence)
    nodes = [f"{each.lesion} {each.seen}" for each in current.addends if each.mm]
    limit = f"nodes are normal below {NORMAL_NODE_BELOW} mm"
    normal = f" ({limit}: {listed(nodes)}; sum {millimetres(current.mm)})" if nodes else ""
    sentence = f"All target lesions are gone{normal}: complete response."
    return Reason("complete_response", True, sentence, {"sum_mm": current.mm})


def _progression(current: DiameterSum, lowest: DiameterSum) -> Reason:
    more = current.mm - lowest.mm
    numbers: dict[str, Number] = {"sum_mm": current.mm, "nadir_mm": lowest.mm, "nadir_on": lowest.on}
    numbers["from_nadir_mm"] = more
    what = f"Sum without {listed(current.missing)}" if current.missing else "Sum"
    sums = f"{what} {millimetres(current.mm)}, nadir {millimetres(lowest.mm)} on {day(lowest.on)}: "
    if lowest.mm:
        numbers["from_nadir_percent"] = change = _change(current.mm, lowest.mm)
        sums += f"{percent(change)} and {signed(more)} mm: "
        reached = HUNDRED * current.mm >= (HUNDRED + PROGRESSION_PERCENT) * lowest.mm and more >= PROGRESSION_MM
    else:
        sums += f"{signed(more)} mm (no % of 0): "
        reached = more > 0
    # What was evaluated and is gone, or is a node below 10 mm, is no disease that could progress.
    diseased = any(not each.gone for each in current.addends if each.mm is not None)
    if reached and diseased:
        back = "" if lowest.mm else ", since what was gone is back"
        return Reason("progression", True, f"{sums}progression{back}.", numbers)
    why = f"which needs +{PROGRESSION_PERCENT} % and +{PROGRESSION_MM} mm" if lowest.mm else "since nothing is back"
    if reached:
        why = f"since nodes below {NORMAL_NODE_BELOW} mm are normal"
    return Reason("progression", False, f"{sums}no progression, {why}.", numbers)


def _partial(current: DiameterSum, baseline: DiameterSum, counts_instead: str) -> Reason:
    change = _change(current.mm, baseline.mm)
    numbers: dict[str, Number] = {"sum_mm": current.mm, "baseline_mm": baseline.mm, "baseline_on": baseline.on}
    numbers["from_baseline_percent"] = change
    sums = (
        f"Sum {millimetres(current.mm)}, baseline {millimetres(baseline.mm)} on {day(baseline.on)}: {percent(change)}: "
    )
    if HUNDRED * current.mm > (HUNDRED - RESPONSE_PERCENT) * baseline.mm:
        sentence = f"{sums}no partial response, which needs -{RESPONSE_PERCENT} %."
        return Reason("partial_response", False, sentence, numbers)
    but = f", but {counts_instead} counts" if counts_instead else ""
    return Reason("partial_response", True, f"{sums}partial response{but}.", numbers)


def _notes(current: DiameterSum, lowest: DiameterSum, response: Response) -> list[str]:
    normal = [f"{each.lesion} {each.seen}" for each in current.addends if each.is_node and each.gone and each.mm]
    if response is Response.PD and normal:
        return [f"The sum holds nodes below {NORMAL_NODE_BELOW} mm, which are normal: {listed(normal)}."]
    if response is Response.PD and not lowest.mm and current.mm <= PROGRESSION_MM:
        return ["Look again whether the lesion was there all along, too small to be seen."]
    return []
