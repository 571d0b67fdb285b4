"""What is looked for at a visit, and the reasons people give: keys as stored, words as shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

FINDINGS = {
    "petechiae": "Petechiae",
    "bruising": "Bruising",
    "bleeding": "Bleeding",
    "infection": "Signs of infection",
    "fatigue": "Fatigue",
    "weight_gain": "Weight gain",
    "cold_intolerance": "Cold intolerance",
    "salivary": "Dry mouth or salivary swelling",
    "respiratory": "Cough or breathlessness",
    "catecholamine": "Headache, sweating or palpitations",
    "neck": "Abnormal neck palpation",
}
FINDING_VALUES = ("present", "absent")

TIMING_REASONS = {
    "patient_request": "Patient asked for another day",
    "illness": "Patient was ill or admitted",
    "travel": "Travel or distance",
    "no_capacity": "No free place at the clinic",
    "holiday": "Holiday or closure",
    "clinical": "Clinical reason",
    "missed_first": "Did not attend the first date",
    "other": "Other",
}


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found: findings present or absent (left out: not asked), vital signs, free note."""

    findings: Mapping[str, str] = field(default_factory=dict)
    other_symptoms: str = ""
    temperature_c: Decimal | None = None
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    heart_rate_bpm: int | None = None
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    note: str = ""
