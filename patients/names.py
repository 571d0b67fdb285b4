"""How names are folded so that a search finds them without accents and in any case; how a typed date is read."""

import re
import unicodedata
from datetime import date

_NOT_A_WORD = re.compile(r"[^\w]+")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})\.? ([a-z]{3,9})\.?,? (\d{4})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, its words separated by single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_A_WORD.sub(" ", plain.replace("_", " ")).strip()


def typed_date(text: str) -> date | None:
    """Return the day `text` names, as "1961-03-03" or "3 Mar 1961", or None; never a guess between day and month."""
    stripped = text.strip()
    try:
        if found := _DAY_MONTH_YEAR.fullmatch(stripped):
            day, month, year = found.groups()
            return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day))
        return date.fromisoformat(stripped) if "-" in stripped else None
    except ValueError:
        return None
