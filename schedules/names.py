"""How timepoints and activities are called on staff pages; documents for patients have their own, longer words."""

ACTIVITY_NAMES = {
    "physician_visit": "Physician visit",
    "cbc": "CBC",
    "chemistry": "Chemistry",
    "thyroid": "Thyroid function",
    "cytopenia_workup": "Cytopenia work-up",
    "mibg_scan": "MIBG scan",
    "anatomical_imaging": "CT or MRI",
    "fdg_pet": "FDG-PET",
    "sstr_pet": "Somatostatin-receptor PET",
    "metanephrines": "Metanephrines",
    "chromogranin_a": "Chromogranin A",
    "hva_vma": "HVA and VMA",
    "5_hiaa": "5-HIAA",
    "calcitonin_cea": "Calcitonin and CEA",
}
# In full, of those the protocol itself does not name.
FULL_NAMES = {
    "cytopenia_workup": "Work-up of low counts: smear, marrow, cytogenetics",
    "fdg_pet": "FDG-PET/CT",
    "sstr_pet": "Somatostatin-receptor PET/CT",
}
UNITS = {"W": "Week", "M": "Month", "D": "Day"}


def activity_name(activity: str) -> str:
    """Return the short name of an activity: "CBC"; one that only a protocol file knows by its key."""
    return ACTIVITY_NAMES.get(activity, activity.replace("_", " "))


def timepoint_name(timepoint: str, kind: str = "visit") -> str:
    """Return a timepoint in words: "Week 5", "Month 6 imaging"."""
    unit = UNITS.get(timepoint[:1])
    name = f"{unit} {timepoint[1:]}" if unit else timepoint
    return f"{name} imaging" if kind == "imaging" else name
