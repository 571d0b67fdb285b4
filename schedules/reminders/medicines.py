"""What a message must not say of medicines, in English and Spanish: their names, their classes, and to stop them.

All of it reads folded text: small letters without accents.
"""

import re
from collections.abc import Iterable, Iterator

# The stems by which the names of medicines of one kind end or go on (INN): of many, those that are often stopped.
STEMS = (
    *("alol", "olol", "pril", "sartan", "dipin", "zosin", "xaban", "thiazid", "tiazid", "statin", "prazol", "azolin"),
    *("triptylin", "triptilin", "pramin", "oxetin", "faxin", "azepam", "setron", "gliptin", "gliflozin"),
)
NAMED_BY_STEM = re.compile(rf"\b[a-z]{{2,}}(?:{'|'.join(STEMS)})[aeos]{{0,2}}\b")
MEDICINE = (
    r"(?:medic(?:in|at|am|ac)[a-z]*|meds?|tablets?|pills?|capsules?|drugs?|drops|sprays?|inhalers?|remed(?:y|ies)"
    r"|dos(?:e|es|is)|pastillas?|comprimidos?|pildoras?|capsulas?|farmacos?|gotas|jarabes?|remedios?|inhalador(?:es)?)"
)
PRESSURE = r"(?:(?:high )?blood pressure|hypertension|tension(?: arterial)?|presion(?: arterial)?|hipertension)"
CLASSES = (
    re.compile(
        r"\b(?:antidepres|decongest|descongest|antihypertens|antihipertens|hipotensor|sympathomimet|simpaticomimet"
        r"|betabloc|betabloq|calcioantagon|blocker|bloqueante|bloqueador|antagonist|snri|irsn)[a-z]*"
    ),
    re.compile(rf"\b{PRESSURE} {MEDICINE}\b"),
    re.compile(rf"\b{MEDICINE} (?:for|against|para|contra|de)(?: (?:the|your|high|la|su))* {PRESSURE}\b"),
)
STOP = re.compile(
    r"\b(?:stop(?!\w* messages)(?:s|ped|ping)?|skip(?:s|ped|ping)?|omit(?:s|ted|ting)?|discontinu\w*|interrupt\w*"
    r"|paus\w+|halt|avoid\w*|withh[eo]ld\w*|withdr[ae]w\w*|hold|cease|come off|refrain"
    r"|leav(?:e|ing)(?: \w+){0,6} (?:out|off|away)"
    r"|(?:not|\w*n t|dont|never|no longer|without)(?: to| be| having)* (?:tak\w+|us(?:e|ed|ing)|swallow\w*)"
    r"|dej(?:e|en|a|ar|ad|es)|suspend\w*|suspens\w+|interrump\w*|omit(?:a|an|ir)|evit(?:e|en|ar)|retir(?:e|en|ar)"
    r"|abandon(?:e|en|ar)|descontinu\w*|salt(?:e|ese|arse)|cese|prescind\w*"
    r"|(?:no|sin|ni|nunca)(?: (?:se|lo|la|los|las|le|debe|deben|haber))* (?:tom|ingier|ingerir)\w*|no us(?:e|en|ar))\b"
)
SENTENCE = re.compile(r"[.!?;]+|\n\s*\n")  # a line may end within one
SIGNS = re.compile(r"[^a-z0-9]+")


def medicines_named(plain: str, names: Iterable[str]) -> Iterator[str]:
    """Yield what of a text names a medicine: one of `names`, one that ends as medicines do, or a class of them."""
    words = apart(plain)
    yield from (name for name in map(apart, names) if name and f" {name} " in f" {words} ")
    for pattern in (NAMED_BY_STEM, *CLASSES):
        yield from (found[0] for found in pattern.finditer(words))


def tells_to_stop(plain: str) -> bool:
    """Say whether a sentence tells to stop, skip or not to take medicines, whichever they are."""
    sentences = map(apart, SENTENCE.split(plain))
    return any(STOP.search(each) and re.search(rf"\b{MEDICINE}\b", each) for each in sentences)


def apart(plain: str) -> str:
    """Return the words of a folded text apart by one blank, without signs."""
    return SIGNS.sub(" ", plain).strip()
