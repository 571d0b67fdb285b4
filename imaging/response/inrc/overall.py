"""One response of all parts by INRC 2017."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imaging.response.inrc.components import (
    IN_WORDS,
    InrcResponse,
    PartResponse,
    bone_response,
    marrow_response,
    primary_response,
    soft_tissue_response,
)
from imaging.response.inrc.parts import Bone, Marrow, PrimaryTumour, SoftTissue, mistakes_of
from imaging.response.inrc.rules import INRC_2017, VERSION, InrcRules
from imaging.response.reasons import Reason, ResponseError

OPEN = "The sources leave this case open: a clinician decides."


@dataclass(frozen=True, slots=True, kw_only=True)
class InrcResult:
    """The response by INRC `version`, its components (primary, metastases, marrow), and why.

    `verified` is False while any number or table that decided was not read in the paper; `unverified` names the
    thresholds that were not, each with the text it comes from.
    """

    version: str
    response: InrcResponse
    components: Mapping[str, InrcResponse]
    parts: tuple[PartResponse, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]
    verified: bool
    unverified: Mapping[str, str]


def inrc_response(
    *,
    primary: PrimaryTumour | None,
    soft_tissue: SoftTissue | None,
    bone: Bone | None,
    marrow: Marrow | None,
    rules: InrcRules = INRC_2017,
) -> InrcResult:
    """Return the response of one time point; None: the part is not involved. What was not evaluated is said in it.

    Raises   ResponseError: a diameter, score or percentage that cannot be; all at once.
    Source   Park et al., J Clin Oncol 2017;35:2580, as far as sourced: see `imaging.response.inrc.rules`.
    """
    if mistakes := list(mistakes_of(primary, soft_tissue, bone, marrow)):
        raise ResponseError(mistakes)
    parts = (
        primary_response(primary, rules),
        soft_tissue_response(soft_tissue, rules),
        bone_response(bone, rules),
        marrow_response(marrow, rules),
    )
    components = {
        "Primary tumour": parts[0].response,
        "Metastases": metastases(parts[1].response, parts[2].response),
        "Bone marrow": parts[3].response,
    }
    response, is_open = combined(list(components.values()))
    told = ", ".join(f"{name} {each}" for name, each in components.items())
    table = Reason("table", True, f"{told}: {response}, {IN_WORDS[response]}.", verified=rules.words_verified)
    return InrcResult(
        version=VERSION,
        response=response,
        components=components,
        parts=parts,
        reasons=(table, *(reason for part in parts for reason in part.reasons)),
        notes=(OPEN,) if is_open else (),
        verified=table.verified and all(reason.verified for part in parts for reason in part.reasons),
        unverified=rules.unverified(),
    )


def metastases(soft_tissue: InrcResponse, bone: InrcResponse) -> InrcResponse:
    """Return the response of soft tissue and bone together: progression of either, else the lesser response."""
    found = {soft_tissue, bone} - {InrcResponse.NI}
    order = (InrcResponse.PD, InrcResponse.NE, InrcResponse.SD, InrcResponse.PR, InrcResponse.CR)
    return next((each for each in order if each in found), InrcResponse.NI)


def combined(components: Sequence[InrcResponse]) -> tuple[InrcResponse, bool]:
    """Return the response of all components, and whether the sources leave the case open.

    Open is minimal disease of the marrow beside no partial response. Beside complete responses or alone it counts as
    partial response (the NCI's summary asks for a marrow of 0 to 5 %), beside stable disease alone as stable disease.
    """
    found = set(components) - {InrcResponse.NI}
    if InrcResponse.PD in found:
        return InrcResponse.PD, False
    if not found or InrcResponse.NE in found:
        return InrcResponse.NE, False
    if found == {InrcResponse.CR}:
        return InrcResponse.CR, False
    responded = bool(found & {InrcResponse.CR, InrcResponse.PR})
    if InrcResponse.SD in found:
        return (InrcResponse.MR, False) if responded else (InrcResponse.SD, InrcResponse.MD in found)
    return InrcResponse.PR, InrcResponse.PR not in found
