"""What is looked for at a visit, and the reasons people give: keys as stored, words as shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

FINDINGS = {
    "petechiae": "Petechiae",
    "bruising": "Bruising",
    "bleeding": "Bleeding",
    "infection": "Signs of infection",
    "rigors": "Rigors or chills",
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
class VitalSign:
    """One measured number: its words, its unit, the limits (inclusive) outside which it is a slip, its decimals."""

    name: str
    unit: str
    least: int
    most: int
    decimals: int = 0


VITAL_SIGNS = {
    "temperature_c": VitalSign("Temperature", "°C", 30, 45, 1),
    "systolic_mmhg": VitalSign("Systolic pressure", "mmHg", 40, 300),
    "diastolic_mmhg": VitalSign("Diastolic pressure", "mmHg", 20, 200),
    "heart_rate_bpm": VitalSign("Heart rate", "per min", 20, 300),
    "weight_kg": VitalSign("Weight", "kg", 1, 400, 2),
    "height_cm": VitalSign("Height", "cm", 30, 250, 1),
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


def slip(examination: Examination) -> tuple[str, str] | None:
    """Return the first vital sign that cannot be true, and what would be; None when all can."""
    for key, sign in VITAL_SIGNS.items():
        value = getattr(examination, key)
        if value is not None and not sign.least <= value <= sign.most:
            return key, f"{sign.name} is between {sign.least} and {sign.most} {sign.unit}."
    systolic, diastolic = examination.systolic_mmhg, examination.diastolic_mmhg
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        return "diastolic_mmhg", "The diastolic pressure is below the systolic one."
    return None
