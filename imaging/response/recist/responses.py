"""The verdicts of RECIST 1.1."""

from enum import StrEnum


class Response(StrEnum):
    """A verdict on target lesions, non-target lesions, a time point or a course."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    NON_CR_NON_PD = "Non-CR/Non-PD"
    PD = "PD"
    NE = "NE"


IN_WORDS = {
    Response.CR: "complete response",
    Response.PR: "partial response",
    Response.SD: "stable disease",
    Response.NON_CR_NON_PD: "neither complete response nor progression",
    Response.PD: "progression",
    Response.NE: "not evaluable",
}
