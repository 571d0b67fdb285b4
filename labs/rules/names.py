"""How a sentence names an analyte, writes its value and says a day."""

from datetime import date
from decimal import Decimal

CELLS = "x10^9/L"
NAMES = {
    "anc": ("ANC", CELLS),
    "wbc": ("WBC", CELLS),
    "alc": ("Lymphocytes", CELLS),
    "platelets": ("Platelets", CELLS),
    "hgb": ("Hemoglobin", "g/L"),
    "mcv": ("MCV", "fL"),
    "creatinine": ("Creatinine", "umol/L"),
    "bun": ("BUN/urea", "mmol/L"),
    "urea": ("Urea", "mmol/L"),
    "alt": ("ALT", "U/L"),
    "ast": ("AST", "U/L"),
    "bili_total": ("Bilirubin", "umol/L"),
    "potassium": ("Potassium", "mmol/L"),
    "tsh": ("TSH", "mIU/L"),
    "ft4": ("Free T4", "pmol/L"),
    "nmn_free_plasma": ("Free normetanephrine", "nmol/L"),
    "mn_free_plasma": ("Free metanephrine", "nmol/L"),
    "nmn_urine_24h": ("Urinary normetanephrine", "umol/24 h"),
    "mn_urine_24h": ("Urinary metanephrine", "umol/24 h"),
    "cga": ("Chromogranin A", "ug/L"),
    "calcitonin": ("Calcitonin", "ng/L"),
    "cea": ("CEA", "ug/L"),
    "hiaa_urine_24h": ("5-HIAA", "umol/24 h"),
}


def name(analyte: str) -> str:
    """Return the analyte's short name, its key where the rules have none."""
    return NAMES[analyte][0] if analyte in NAMES else analyte


def written(analyte: str, value: Decimal, comparator: str = "") -> str:
    """Return name, value and unit as a sentence begins with them: "ANC <0.1 x10^9/L"."""
    unit = f" {NAMES[analyte][1]}" if analyte in NAMES else ""
    return f"{name(analyte)} {comparator}{value:f}{unit}"


def spoken(day: date) -> str:
    """Return a day as people read it: "Wed 6 Mar 2024"."""
    return f"{day:%a} {day.day} {day:%b %Y}"
