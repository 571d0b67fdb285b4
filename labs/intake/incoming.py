"""A result as it came, whatever brought it: the fields as text, before anything is understood."""

import re
from typing import NamedTuple

# What no text of the database can hold: NUL, and halves of a sign that only make one in pairs.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
IN_ITS_PLACE = "\u2400"  # the picture of NUL
NOT_READ = ("position", "raw")


class Incoming(NamedTuple):
    """One analyte of one specimen. Every field is the sender's text; blank means it was not given.

    `position` says where it stood ("row 17"), `analyte` is the sender's code, our key or a LOINC code, `collected_at`
    an ISO day or instant (without an offset in the clinic's zone), `specimen` the sender's specimen number. `broken`
    says why the fields could not be told apart; then only `raw` says what came. `corrects` is the identity of the
    result that a person corrects here; blank, it is told from what was sent.
    """

    position: str
    mrn: str
    collected_at: str
    analyte: str
    value: str
    unit: str = ""
    low: str = ""
    high: str = ""
    status: str = "final"
    accession: str = ""
    laboratory: str = ""
    name: str = ""
    specimen: str = ""
    specimen_type: str = ""
    issued_at: str = ""
    fasting: str = ""
    raw: str = ""
    broken: str = ""
    corrects: str = ""

    def storable(self) -> "Incoming":
        """Return the row with a visible sign for each one that cannot be stored."""
        if not UNWRITABLE.search("".join(self)):
            return self
        return Incoming(*(UNWRITABLE.sub(IN_ITS_PLACE, text) for text in self))

    def unstorable(self) -> str:
        """Return which field came with a sign that cannot be stored; empty when none did."""
        if IN_ITS_PLACE not in "".join(self):
            return ""
        fields = (name for name in self._fields if name not in NOT_READ and IN_ITS_PLACE in getattr(self, name))
        return next(fields, "")

    def without_unstorable(self) -> "Incoming":
        """Return the row as it reads without the signs that cannot be stored."""
        return Incoming(*(text.replace(IN_ITS_PLACE, "") for text in self))
