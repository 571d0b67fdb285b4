"""Ages as the limits of ranges are written: 0d, 6mo, 18y."""

import re

from labs.grading.catalogue_file import age_threshold

AGE = re.compile(r"(\d{1,5})\s*(d|mo|y)", re.ASCII | re.IGNORECASE)
OLDEST_DAYS = age_threshold(150, "y")


def read_age(text: str) -> int | None:
    """Return the age in days that `text` writes; None when it writes none that a person can have."""
    found = AGE.fullmatch(text.strip())
    days = age_threshold(int(found[1]), found[2].lower()) if found else None
    return days if days is not None and days <= OLDEST_DAYS else None


def age_text(days: int) -> str:
    """Return an age in days as it is written: in whole years or months where it is that, otherwise in days."""
    for unit, length in (("y", 1461 / 4), ("mo", 487 / 16)):
        number = round(days / length)
        if number and age_threshold(number, unit) == days:
            return f"{number}{unit}"
    return f"{days}d"
