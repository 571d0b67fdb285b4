"""Bring the many ways of writing a unit into the few that are read."""

import re

# HL7 v2 escapes: what a delimiter of the message becomes inside a field.
ESCAPES = {"\\S\\": "^", "\\T\\": "&", "\\F\\": "|", "\\R\\": "~", "\\E\\": "\\"}
SIGNS = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width forms
        **dict.fromkeys("µμ", "u"),
        **dict.fromkeys("×✕", "x"),
        **dict.fromkeys("·⋅•∙", "."),
        **dict.fromkeys("∕⁄÷", "/"),
        **dict.fromkeys("−–", "-"),
        **dict.fromkeys("\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\t", " "),
    }
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
CELLS = re.compile(r"[\s.]*(?:cells?|zell(?:en)?|#|plts?|wbcs?|rbcs?)\.?$", re.IGNORECASE)
POWER = re.compile(
    r"[x*]?\s*(?:10\s*(?:\*\*|\*|\^|e|exp|x)\s*\+?(?P<plain>\d{1,2})"  # 10*3, 10^3, 10**3, 10E3, 10E+03, 10x3
    r"|10\s*(?:\*\*|\*|\^|e|exp|x)?\s*\(\s*(?P<bracketed>\d{1,2})\s*\)"  # 10(3), 10*(3)
    r"|1?e\+?(?P<short>\d{1,2})"  # E3, 1e3, 1E+03
    r"|(?P<written>1,?000(?:,?000)?))",
    re.IGNORECASE,
)
NUMBER_WORDS = {
    **dict.fromkeys(("k", "th", "thou", "thous", "thousand", "thousands", "tsd"), 3),
    **dict.fromkeys(("lakh", "lakhs"), 5),
    **dict.fromkeys(("mill", "million", "millions", "mio"), 6),
    **dict.fromkeys(("giga", "gpt", "mrd"), 9),
    **dict.fromkeys(("tera", "tpt"), 12),
}

# In this order: each rewriting may count on those above it.
REWRITINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"(?:^|\s)per\s", "/"),
        (r"/?\s*[{\[(]?\s*1[.,]73[\s_]*(?:m\s*[\^*]?\(?2\)?|sq\.?\s*m|m\s*sq)?\s*[}\])]?$", "/{1.73_m2}"),
        (r"(\bm?g|\b[mu]?mol)\s*[.({]?\s*(?:creatinine|creat|crea|cre|crt|cr)\s*[})]?$", r"\1{creat}"),
        (r"/\s*\{(?:cells?|RBCs?)\}$", ""),
        (r"\{(?!creat\}|1\.73_m2\})[^{}]*\}", ""),
        (r"/\s*\(?\s*24\s*[._-]?\s*(?:hours?|hrs?|h)\.?\s*\)?$", "/(24.h)"),
        (r"[\s.]([a-z]+)\s?\^?-1$", r"/\1"),
        (r"\b(?:cu(?:bic)?[\s.]*mm|cumm|cmm|mm\s?[\^*]{0,2}\(?3\)?)$", "uL"),
        (r"\b(?:cu(?:bic)?[\s.]*(?:mic(?:rons?)?|um)|um\s?[\^*]{0,2}\(?3\)?)$", "fL"),
        (r"\b(?:cc|cm\s?\^?3)$", "mL"),
        (r"\bdm\s?\^?3$", "L"),
        (r"/\s*100\s*ml$", "/dL"),
    )
)


def rewritten(text: str) -> str:
    """Return `text` with signs, escapes, volumes, times and creatinine written in one way; letters keep their case."""
    for escape, sign in ESCAPES.items():
        text = text.replace(escape, sign)
    text = RAISED_RUN.sub(lambda run: "^" + run.group().translate(RAISED), text)
    text = " ".join(text.translate(SIGNS).split())
    for pattern, replacement in REWRITINGS:
        text = pattern.sub(replacement, text)
    return text
