"""The response of each part by INRC 2017, with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from imaging.response.inrc.parts import HUNDRED, Bone, Marrow, PrimaryTumour, SoftTissue, Uptake
from imaging.response.inrc.rules import InrcRules
from imaging.response.reasons import Number, Reason
from imaging.response.words import millimetres, percent, plain, signed

THOUSANDTH = Decimal("0.001")


class InrcResponse(StrEnum):
    """A verdict of INRC; minimal disease is one of the marrow alone, minor response one of the whole alone."""

    CR = "CR"
    PR = "PR"
    MR = "MR"
    MD = "MD"
    SD = "SD"
    PD = "PD"
    NI = "NI"
    NE = "NE"


IN_WORDS = {
    InrcResponse.CR: "complete response",
    InrcResponse.PR: "partial response",
    InrcResponse.MR: "minor response",
    InrcResponse.MD: "minimal disease",
    InrcResponse.SD: "stable disease",
    InrcResponse.PD: "progression",
    InrcResponse.NI: "not involved",
    InrcResponse.NE: "not evaluable",
}


@dataclass(frozen=True, slots=True)
class PartResponse:
    """The verdict on one part; the first of `reasons` decided."""

    part: str
    response: InrcResponse
    reasons: tuple[Reason, ...]


def primary_response(primary: PrimaryTumour | None, rules: InrcRules) -> PartResponse:
    """Return the response of the primary tumour; None: not involved, as after it was taken out."""
    name = "Primary tumour"
    if primary is None or (not primary.baseline_mm and primary.now_mm == 0):
        return _not_involved(name)
    if primary.now_mm is None:
        return _not_evaluated(name)
    grown = _growth(name, primary.now_mm, primary.nadir_mm, rules)
    shrunk = _shrinkage(name, primary.now_mm, primary.baseline_mm, rules)
    if grown.met:
        return PartResponse(name, InrcResponse.PD, (grown, shrunk))
    residual = rules.residual_below_mm
    small = primary.now_mm < residual.value
    told = f"{name} {millimetres(primary.now_mm)}, uptake {primary.uptake}"
    if (small or shrunk.met) and primary.uptake is Uptake.UNKNOWN:
        unknown = _reason(InrcResponse.NE, "uptake_unknown", f"{told}, which a response asks for", rules.words_verified)
        return PartResponse(name, InrcResponse.NE, (unknown, shrunk, grown))
    if small and primary.uptake is Uptake.NONE:
        below = f"{told} (below {millimetres(residual.value)} without uptake)"
        complete = _reason(InrcResponse.CR, "residual", below, residual.verified)
        return PartResponse(name, InrcResponse.CR, (complete, shrunk, grown))
    if shrunk.met and primary.uptake is not Uptake.MORE:
        return PartResponse(name, InrcResponse.PR, (shrunk, grown))
    return PartResponse(name, InrcResponse.SD, (_stable(told, rules), shrunk, grown))


def soft_tissue_response(soft: SoftTissue | None, rules: InrcRules) -> PartResponse:
    """Return the response of metastases of soft tissue; None: not involved. Uptake may stay in a partial response."""
    name = "Soft tissue"
    if soft and (soft.new or soft.worse):
        what = "a new lesion" if soft.new else "non-target lesions worse beyond doubt"
        return _by_words(name, InrcResponse.PD, "new_lesion" if soft.new else "worse", f"{name}: {what}", rules)
    if soft is None or (not soft.baseline_mm and soft.now_mm == 0):
        return _not_involved(name)
    if soft.now_mm is None or soft.largest_mm is None or soft.largest_node_mm is None:
        return _not_evaluated(name)
    grown = _growth(name, soft.now_mm, soft.nadir_mm, rules)
    shrunk = _shrinkage(name, soft.now_mm, soft.baseline_mm, rules)
    if grown.met:
        return PartResponse(name, InrcResponse.PD, (grown, shrunk))
    if soft.unknown:
        return _not_evaluated(name)
    residual, node = rules.residual_below_mm, rules.node_below_mm
    small = soft.largest_mm < residual.value and soft.largest_node_mm < node.value and not soft.present
    told = f"{name}: largest lesion {millimetres(soft.largest_mm)}, largest node {millimetres(soft.largest_node_mm)}"
    told += f"{', non-target lesions still there' if soft.present else ''}, uptake {soft.uptake}"
    if small and soft.uptake is Uptake.NONE:
        complete = _reason(InrcResponse.CR, "residual", told, residual.verified and node.verified)
        return PartResponse(name, InrcResponse.CR, (complete, shrunk, grown))
    if shrunk.met:
        return PartResponse(name, InrcResponse.PR, (shrunk, grown))
    if small and soft.uptake is Uptake.UNKNOWN:
        unknown = _reason(InrcResponse.NE, "uptake_unknown", f"{told}, which a response asks for", rules.words_verified)
        return PartResponse(name, InrcResponse.NE, (unknown, shrunk, grown))
    return PartResponse(name, InrcResponse.SD, (_stable(told, rules), shrunk, grown))


def bone_response(bone: Bone | None, rules: InrcRules) -> PartResponse:
    """Return the response of metastases of bone by the relative score; None: not involved."""
    name = "Bone"
    if bone and (bone.new or (not bone.baseline and bone.now)):
        return _by_words(name, InrcResponse.PD, "new_lesion", f"{name}: a new avid site", rules)
    if bone is None or (not bone.baseline and bone.now == 0):
        return _not_involved(name)
    if bone.now is None or not bone.baseline:
        return _not_evaluated(name)
    relative = Decimal(bone.now) / bone.baseline
    numbers: dict[str, Number] = {"now": bone.now, "baseline": bone.baseline, "relative": relative}
    what = "FDG-avid lesions" if bone.by_fdg else "score"
    told = f"{name}: {what} {bone.now}, at baseline {bone.baseline}, relative {plain(relative.quantize(THOUSANDTH))}"
    if not bone.now:
        return _by_words(name, InrcResponse.CR, "no_uptake", told, rules, numbers)
    most, least, worse = rules.bone_response_most, rules.bone_response_least, rules.bone_progression_least
    if not bone.by_fdg and bone.now >= worse.value * bone.baseline:
        response, rule, why, verified = InrcResponse.PD, "bone_progression", f"at least {worse.value}", worse.verified
    elif bone.now <= most.value * bone.baseline:
        open_ = f", though below {least.value}" if bone.now < least.value * bone.baseline else ""
        response, rule, why = InrcResponse.PR, "bone_response", f"at most {most.value}{open_}"
        verified = most.verified and least.verified
    else:
        response, rule, why = InrcResponse.SD, "stable", f"above {most.value}"
        verified = most.verified and worse.verified
    return PartResponse(name, response, (_reason(response, rule, f"{told} ({why})", verified, numbers),))


def marrow_response(marrow: Marrow | None, rules: InrcRules) -> PartResponse:
    """Return the response of the marrow; None, or no tumour before and now: not involved."""
    name = "Bone marrow"
    if marrow is None or (not marrow.baseline_percent and marrow.now_percent == 0):
        return _not_involved(name)
    if marrow.now_percent is None:
        return _not_evaluated(name)
    before, now = marrow.baseline_percent, marrow.now_percent
    numbers: dict[str, Number] = {"now_percent": now, "baseline_percent": before}
    told = f"{name}: {plain(now)} % tumour, at baseline {plain(before)} %"
    if not now:
        return _by_words(name, InrcResponse.CR, "no_tumour", told, rules, numbers)
    minimal, times, over = (
        rules.marrow_minimal_most_percent,
        rules.marrow_increase_over_times,
        rules.marrow_increase_over_percent,
    )
    verified = times.verified and over.verified
    if now <= minimal.value:
        response, rule, why, verified = InrcResponse.MD, "minimal", f"at most {minimal.value} %", minimal.verified
    elif not before:
        response, rule, why = InrcResponse.PD, "marrow_new", f"above {minimal.value} % where there was none"
        verified = rules.words_verified
    elif now > times.value * before and now > over.value:
        response, rule = InrcResponse.PD, "marrow_progression"
        why = f"more than {times.value} x the baseline and above {over.value} %"
    else:
        response, rule = InrcResponse.SD, "stable"
        why = f"above {minimal.value} %, and not both more than {times.value} x the baseline and above {over.value} %"
    return PartResponse(name, response, (_reason(response, rule, f"{told} ({why})", verified, numbers),))


def _growth(name: str, now: Decimal, nadir: Decimal, rules: InrcRules) -> Reason:
    over, least = rules.increase_over_percent, rules.increase_least_mm
    more = now - nadir
    sums = f"{name} {millimetres(now)}, smallest so far {millimetres(nadir)}"
    if nadir:
        change = f"{percent(HUNDRED * more / nadir)} and {signed(more)} mm"
        met = HUNDRED * now > (HUNDRED + over.value) * nadir and more >= least.value
    else:
        change, met = f"{signed(more)} mm (no % of 0)", now > 0
    needs = f"no progression, which needs more than +{over.value} % and at least +{least.value} mm"
    verdict = "progression" if met else needs
    numbers = {"now_mm": now, "nadir_mm": nadir, "from_nadir_mm": more}
    return Reason("growth", met, f"{sums}: {change}: {verdict}.", numbers, over.verified and least.verified)


def _shrinkage(name: str, now: Decimal, baseline: Decimal, rules: InrcRules) -> Reason:
    least = rules.decrease_least_percent
    sums = f"{name} {millimetres(now)}, baseline {millimetres(baseline)}"
    numbers = {"now_mm": now, "baseline_mm": baseline}
    if not baseline:
        return Reason("shrinkage", False, f"{sums}: no percentage of 0.", numbers, least.verified)
    met = HUNDRED * now <= (HUNDRED - least.value) * baseline
    verdict = "as much as a partial response asks" if met else "less than a partial response asks"
    sentence = f"{sums}: {percent(HUNDRED * (now - baseline) / baseline)}: {verdict} (-{least.value} %)."
    return Reason("shrinkage", met, sentence, numbers, least.verified)


def _reason(
    response: InrcResponse, rule: str, told: str, verified: bool, numbers: Mapping[str, Number] | None = None
) -> Reason:
    return Reason(rule, True, f"{told}: {IN_WORDS[response]}.", numbers or {}, verified)


def _by_words(
    name: str,
    response: InrcResponse,
    rule: str,
    told: str,
    rules: InrcRules,
    numbers: Mapping[str, Number] | None = None,
) -> PartResponse:
    return PartResponse(name, response, (_reason(response, rule, told, rules.words_verified, numbers),))


def _stable(told: str, rules: InrcRules) -> Reason:
    return _reason(InrcResponse.SD, "stable", f"{told}, neither response nor progression", rules.words_verified)


# These two are facts of the input, and nothing of INRC to be verified.
def _not_involved(name: str) -> PartResponse:
    return PartResponse(name, InrcResponse.NI, (_reason(InrcResponse.NI, "not_involved", name, True),))


def _not_evaluated(name: str) -> PartResponse:
    return PartResponse(name, InrcResponse.NE, (_reason(InrcResponse.NE, "not_evaluated", name, True),))
