"""INRC 2017, the response of neuroblastoma, as far as sourced; urinary catecholamines are no part of it. No Django.

Most thresholds and the table of components were not read in the paper: `verified` of reasons and results says so.
"""

from imaging.response.inrc.components import (
    IN_WORDS,
    InrcResponse,
    PartResponse,
    bone_response,
    marrow_response,
    primary_response,
    soft_tissue_response,
)
from imaging.response.inrc.overall import InrcResult, combined, inrc_response, metastases
from imaging.response.inrc.parts import Bone, Marrow, PrimaryTumour, SoftTissue, Uptake
from imaging.response.inrc.rules import INRC_2017, VERSION, InrcRules, SourcedNumber

__all__ = [
    "INRC_2017",
    "IN_WORDS",
    "VERSION",
    "Bone",
    "InrcResponse",
    "InrcResult",
    "InrcRules",
    "Marrow",
    "PartResponse",
    "PrimaryTumour",
    "SoftTissue",
    "SourcedNumber",
    "Uptake",
    "bone_response",
    "combined",
    "inrc_response",
    "marrow_response",
    "metastases",
    "primary_response",
    "soft_tissue_response",
]
