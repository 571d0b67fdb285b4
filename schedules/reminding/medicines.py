"""The names of medicines that no message of a clinic may hold: of its patients' lists, and what apps above know."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from accounts.models import Clinic
from patients.models import Medicine
from schedules.reminders.medicines import MEDICINE, apart
from schedules.reminders.texts import folded, shipped_texts

FEWEST_LETTERS = 4
# What apps above know of names, given a clinic; registered in AppConfig.ready.
NAMES: list[Callable[[Clinic], Iterable[str]]] = []


def medicine_names(clinic: Clinic) -> list[str]:
    """Return the folded names of medicines that no message of a clinic may hold."""
    listed = Medicine.objects.standing().filter(clinic=clinic).order_by().values_list("name", flat=True).distinct()
    first = {apart(folded(name)).partition(" ")[0] for name in listed}
    return [*(name for tell in NAMES for name in tell(clinic)), *sorted(filter(is_name, first))]


def is_name(word: str) -> bool:
    """Say whether the first word on a list names a medicine: "Blood thinner" must not keep blood tests from a text."""
    plain = word in words_shipped() or re.fullmatch(MEDICINE, word)
    return word.isalpha() and len(word) >= FEWEST_LETTERS and not plain


@cache
def words_shipped() -> frozenset[str]:
    """Return every word of the shipped texts."""
    texts = (f"{text.subject} {text.body}" for text in shipped_texts().values())
    return frozenset(word for text in texts for word in apart(folded(text)).split())
