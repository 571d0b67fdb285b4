"""The words of the patient sheet in each language: a file that a translator can read, in texts/."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import override

LANGUAGES = ("en", "es")
TIMEPOINTS = {"W": "week", "M": "month", "D": "day_number"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The sheet's texts in `language`, and how it writes dates."""

    language: str
    texts: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.texts[key]

    def write(self, day: date, form: str = "date") -> str:
        """Write `day` in the form the language's file gives: "Tuesday 26 March 2024"."""
        with override(self.language):
            return date_format(day, self[form])

    def appointment(self, day: date, at: time | None) -> str:
        """Write a booked day with its time, if it has one."""
        written = self.write(day)
        return str(self["at_time"]).format(date=written, time=f"{at:%H:%M}") if at else written

    def window(self, opens: date, closes: date) -> str:
        """Write a window, both days included: "between 24 and 30 March 2024"."""
        last = self.write(closes, "day_month_year")
        if opens == closes:
            return str(self["on_one_day"]).format(last=last)
        form = "day_month_year" if opens.year != closes.year else "day_month" if opens.month != closes.month else "day"
        return str(self["between"]).format(first=self.write(opens, form), last=last)

    def timepoint(self, timepoint: str) -> str:
        """Write a timepoint: "Week 5 after treatment"."""
        return str(self[TIMEPOINTS[timepoint[0]]]).format(number=timepoint[1:])


@cache
def wording(language: str) -> Wording:
    """Return the texts in `language`, one of LANGUAGES."""
    text = (Path(__file__).parent / "texts" / f"{language}.toml").read_text(encoding="utf-8")
    return Wording(language, tomllib.loads(text))
