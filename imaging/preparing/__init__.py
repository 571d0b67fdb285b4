"""How a patient is prepared for an MIBG scan or infusion: medicines withheld, and the thyroid blocked. Pure."""

from imaging.preparing.counting import Blockade, Days, age_words, blockade_for, days_of, restart_on, tracer_on
from imaging.preparing.loader import TableUnsound, load, packaged
from imaging.preparing.table import (
    STEPS,
    BlockadeDays,
    BlockadeDose,
    Duration,
    Found,
    MedicineClass,
    OccasionKind,
    OwnDays,
    OwnNames,
    Standing,
    Table,
    adapted,
    folded,
    holds,
    names_of,
)

__all__ = [
    "STEPS",
    "Blockade",
    "BlockadeDays",
    "BlockadeDose",
    "Days",
    "Duration",
    "Found",
    "MedicineClass",
    "OccasionKind",
    "OwnDays",
    "OwnNames",
    "Standing",
    "Table",
    "TableUnsound",
    "adapted",
    "age_words",
    "blockade_for",
    "days_of",
    "folded",
    "holds",
    "load",
    "names_of",
    "packaged",
    "restart_on",
    "tracer_on",
]
