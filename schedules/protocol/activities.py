"""What the product knows about kinds of activities; their names are in the protocol file."""

MARKERS = frozenset({"metanephrines", "chromogranin_a", "hva_vma", "5_hiaa", "calcitonin_cea"})
SPECIMENS = frozenset({"cbc", "chemistry", "thyroid"}) | MARKERS


def is_specimen(activity: str) -> bool:
    """Say whether `activity` is done by a specimen, so that one draw can fulfil it at several timepoints."""
    return activity in SPECIMENS
