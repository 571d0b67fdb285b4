"""How names are folded so that a search finds them without accents and in any case."""

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^\w]+")


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, its words separated by single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_A_WORD.sub(" ", plain.replace("_", " ")).strip()
