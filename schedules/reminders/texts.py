"""The words of reminders: shipped ones, what a clinic may write instead, and how they are filled."""

import re
import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from schedules.reminders.alphabet import LONGEST_SMS, places, strange_to_sms
from schedules.reminders.medicines import medicines_named, tells_to_stop
from schedules.reminders.rules import Moment

LANGUAGES = ("en", "es")
SMS, EMAIL = "sms", "email"
CHANNELS = (SMS, EMAIL)
SEVERAL = "several"  # one message about reminders of different moments
KINDS = (*(moment.value for moment in Moment), SEVERAL)
PREPARE = "prepare."
ASK = "Ask us before you change any medicine."  # what may be said of them
PLACEHOLDERS = ("clinic", "when", "link", "phone")
LONGEST_SUBJECT, LONGEST_BODY = 100, 2000
# As long as they usually are, so that a text which fits fits when it is sent.
TYPICAL_WHEN = {"en": "Wed 27 Mar 09:30", "es": "Mié 27 Mar 09:30"}
TYPICAL_WINDOW = {"en": "Wed 27 Mar to Tue 2 Apr", "es": "Mié 27 Mar a Mar 2 Abr"}


class Name(NamedTuple):
    """Which text: what it is for, by which way it goes, in which language."""

    name: str
    channel: str
    language: str

    @property
    def prepares(self) -> str:
        """The activity a text prepares for; empty of others."""
        return self.name.removeprefix(PREPARE) if self.name.startswith(PREPARE) else ""


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one message: the subject of an e-mail, and the body, with placeholders."""

    subject: str
    body: str


class Mistake(NamedTuple):
    """What is wrong with a text: at its subject or body, and what to do."""

    field: str
    what: str


@cache
def shipped() -> Mapping[str, Any]:
    """Return everything the file of shipped texts holds."""
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))


@cache
def shipped_texts() -> Mapping[Name, Text]:
    """Return every shipped text that a clinic can change, in the order they are shown."""
    found = {}
    for language in LANGUAGES:
        words = shipped()[language]
        for name in KINDS:
            text = words["texts"][name]
            found[Name(name, SMS, language)] = Text("", text["sms"])
            found[Name(name, EMAIL, language)] = Text(text["subject"], text["email"].strip())
        for activity, body in words["prepare"].items():
            found[Name(f"{PREPARE}{activity}", EMAIL, language)] = Text("", body.strip())
    return found


def mistakes_in(
    name: Name, text: Text, *, values: Mapping[str, str], own_name: str = "", medicines: Iterable[str] = ()
) -> list[Mistake]:
    """Return what is wrong with a clinic's own text.

    `values` fill the placeholders as long as they usually are; `own_name` is how the clinic wants to be called, which
    it may be even where it says what the clinic does; `medicines` are the folded names of those nobody may be told of.
    """
    mistakes = [Mistake(field, what) for field, what in wrong_shape(name, text)]
    for field in ("subject", "body"):
        mistakes += [Mistake(field, what) for what in wrong_words(getattr(text, field), own_name, medicines)]
    if not mistakes and name.channel == SMS:
        mistakes += [Mistake("body", what) for what in wrong_for_sms(fill(text.body, values))]
    return mistakes


def wrong_shape(name: Name, text: Text) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with the placeholders and the length, and where."""
    allowed = () if name.prepares else PLACEHOLDERS
    for field in ("subject", "body"):
        try:
            unknown = [each for each in placeholders(getattr(text, field)) if each not in allowed]
        except ValueError:
            yield field, "a bracket { or } stands alone. Write a placeholder such as {when}, or take it away."
            continue
        known = ", ".join(f"{{{each}}}" for each in allowed) or "none here"
        yield from ((field, f"there is no placeholder {{{each}}}. Known are: {known}.") for each in unknown)
    if not text.body.strip():
        yield "body", "write the text."
    elif not name.prepares and "{link}" not in text.body:
        yield "body", "{link} is missing: with it, people answer and stop messages."
    if name.channel == EMAIL and not name.prepares and not text.subject.strip():
        yield "subject", "an e-mail needs a subject."
    if len(text.subject) > LONGEST_SUBJECT or "\n" in text.subject:
        yield "subject", f"one line of at most {LONGEST_SUBJECT} characters."
    if len(text.body) > LONGEST_BODY:
        yield "body", f"at most {LONGEST_BODY} characters."


def placeholders(text: str) -> list[str]:
    """Return the names in brackets of a text, in order.

    Raises   ValueError: a bracket stands alone.
    """
    found = []
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None:
            found.append(name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else ""))
    return found


def wrong_words(text: str, own_name: str, medicines: Iterable[str] = ()) -> Iterable[str]:
    """Yield what a message must not say: illnesses, treatments, medicines, to stop one, in either language."""
    plain = folded(text)
    if own_name:
        plain = plain.replace(folded(own_name), " ")
    found = [re.search(rf"(?<![a-z0-9]){re.escape(stem)}[a-z]*", plain) for stem in shipped()["forbidden"]]
    for word in dict.fromkeys([*(each[0] for each in found if each), *medicines_named(plain, medicines)]):
        yield f"“{word}” must not stand in a message: others may read it. Take it away."
    if tells_to_stop(plain):
        yield f"a message must not tell anybody to stop or leave out a medicine. Write “{ASK}”, or take it away."


def wrong_for_sms(filled: str) -> Iterable[str]:
    """Yield why a filled text is no SMS."""
    if strange := strange_to_sms(filled):
        yield f"an SMS cannot hold {' '.join(strange)}. Take it away."
    elif (length := places(filled)) > LONGEST_SMS:
        yield f"filled in it has {length} characters; an SMS has {LONGEST_SMS}. Shorten it by {length - LONGEST_SMS}."


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its placeholders filled; one without a value is left away."""
    return text.format_map(dict.fromkeys(PLACEHOLDERS, "") | dict(values))


def folded(text: str) -> str:
    """Return `text` in small letters without accents."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def kind_for(moments: Iterable[str]) -> str:
    """Return which text tells of reminders of these moments: their own, or the one for several."""
    found = set(moments)
    return found.pop() if len(found) == 1 else SEVERAL
