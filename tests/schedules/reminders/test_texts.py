"""The words of reminders: what is shipped holds what a clinic's own must hold."""

import pytest

from schedules.reminders.alphabet import as_sms, places, strange_to_sms
from schedules.reminders.texts import (
    EMAIL,
    LANGUAGES,
    PREPARE,
    SMS,
    TYPICAL_WHEN,
    TYPICAL_WINDOW,
    Name,
    Text,
    fill,
    mistakes_in,
    shipped,
    shipped_texts,
    wrong_words,
)

LINK = f"https://follow-up.example.org/m/{'x' * 34}/"


def values(name):
    when = TYPICAL_WINDOW if name.name == "before_window" else TYPICAL_WHEN
    clinic = shipped()[name.language]["your_clinic"]
    return {"clinic": clinic, "when": when[name.language], "link": LINK, "phone": "+44 20 7946 0100"}


def wrong(body, subject="A subject", channel=EMAIL, name="before_booked", own_name=""):
    name = Name(name, channel, "en")
    return [(m.field, m.what) for m in mistakes_in(name, Text(subject, body), values=values(name), own_name=own_name)]


@pytest.mark.parametrize("name", shipped_texts(), ids=str)
def test_shipped_text_has_no_mistake(name):
    assert mistakes_in(name, shipped_texts()[name], values=values(name)) == []


@pytest.mark.parametrize("name", [name for name in shipped_texts() if name.channel == SMS], ids=str)
def test_shipped_sms_is_one_sms(name):
    assert places(fill(shipped_texts()[name].body, values(name))) <= 160


def test_every_text_is_there_in_both_languages():
    found = {language: {name[:2] for name in shipped_texts() if name.language == language} for language in LANGUAGES}
    assert found["en"] == found["es"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("Come on {day}. {link}", "there is no placeholder {day}. Known are: {clinic}, {when}, {link}, {phone}."),
        ("Come {when!r}. {link}", "there is no placeholder {when!r}. Known are: {clinic}, {when}, {link}, {phone}."),
        ("Come {when:>9}. {link}", "there is no placeholder {when:>9}. Known are: {clinic}, {when}, {link}, {phone}."),
        ("Come {0}. {link}", "there is no placeholder {0}. Known are: {clinic}, {when}, {link}, {phone}."),
        ("Come {when. {link}", "a bracket { or } stands alone. Write a placeholder such as {when}, or take it away."),
        ("Come on {when}.", "{link} is missing: with it, people answer and stop messages."),
        ("", "write the text."),
    ],
)
def test_placeholders_are_checked(body, what):
    assert wrong(body) == [("body", what)]


def test_email_needs_a_subject():
    assert wrong("{when} {link}", subject="") == [("subject", "an e-mail needs a subject.")]


def test_sms_too_long_says_by_how_much():
    body = "{clinic}: " + "a" * 120 + " {link}"
    length = len(body) - len("{clinic}{link}") + len("your hospital") + len(LINK)
    assert wrong(body, subject="", channel=SMS) == [
        ("body", f"filled in it has {length} characters; an SMS has 160. Shorten it by {length - 160}.")
    ]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("your nuclear medicine visit", "nuclear"),
        ("medicina NUCLEAR", "nuclear"),
        ("your cancer clinic", "cancer"),
        ("el cáncer", "cancer"),
        ("the tumour", "tumour"),
        ("un tumor", "tumor"),
        ("your MIBG scan", "mibg"),
        ("radioactive", "radioactive"),
        ("sustancia radiactiva", "radiactiva"),
        ("stop labetalol", "labetalol"),
        ("deje la levotiroxina", "levotiroxina"),
        ("your oncologist", "oncologist"),
        ("after the chemo", "chemo"),
        ("la quimio", "quimio"),
        ("your pheo visit", "pheo"),
        ("un radioisótopo", "radioisotopo"),
        ("la neoplasia", "neoplasia"),
        ("su gammagrafía", "gammagrafia"),
        ("the endocrinology clinic", "endocrinology"),
    ],
)
def test_what_others_must_not_read_is_refused(said, found):
    what = f"“{found}” must not stand in a message: others may read it. Take it away."
    assert wrong(f"{said} {{link}}") == [("body", what)]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Stop metoprolol and sotalol.", ["metoprolol", "sotalol"]),
        ("Deje el enalapril y la nortriptilina.", ["enalapril", "nortriptilina"]),
        ("Stop antidepressants and decongestants.", ["antidepressants", "decongestants"]),
        ("Beta-blockers can wait.", ["blockers"]),
        ("No beta blocker, please.", ["blocker"]),
        ("Sin antidepresivos ni betabloqueantes.", ["antidepresivos", "betabloqueantes"]),
        ("Blood pressure tablets: later.", ["blood pressure tablets"]),
        ("Bring the tablets for your high blood pressure.", ["tablets for your high blood pressure"]),
        ("Traiga las pastillas para la tensión.", ["pastillas para la tension"]),
        ("Come with the Norvasc and the Neo-Synephrine.", ["norvasc", "neo synephrine"]),
    ],
)
def test_names_and_classes_of_medicines_are_refused(said, found):
    names = ("norvasc", "neo synephrine", "cymbalta")

    assert list(wrong_words(said, "", names)) == [
        f"“{word}” must not stand in a message: others may read it. Take it away." for word in found
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Stop your tablets 7 days before",
        "Don’t take your pills.",
        "Do not use any nose drops.",
        "Please leave your morning tablets out.",
        "Skip the pill in the morning.",
        "Hold your medication.",
        "Tablets: do not take them.",
        "Do not take\nyour tablets.",
        "Come without having taken your medicines.",
        "Your medicine must not be taken.",
        "Deje de tomar el medicamento.",
        "No tome sus pastillas.",
        "No las tome: las pastillas.",
        "Suspenda la medicación 7 días antes.",
        "Venga sin tomar los comprimidos.",
        "Evite los jarabes.",
    ],
)
def test_text_that_tells_to_stop_medicines_is_refused_and_says_what_may_be_said(said):
    assert list(wrong_words(said, "")) == [
        "a message must not tell anybody to stop or leave out a medicine. "
        "Write “Ask us before you change any medicine.”, or take it away."
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Ask us before you change any medicine.",
        "Pregúntenos antes de cambiar cualquier medicamento.",
        "Take your usual tablets with water.",
        "Bring a list of your medicines. Do not take breakfast.",
        "Bring your tablets, answer, or stop messages: {link}",
        "Traiga su medicación. No tome nada antes de la prueba.",
        "Tome su medicación como siempre.",
        "We will take your blood pressure.",
        "Le tomaremos la tensión.",
        "Call us in April.",
        "Llame en abril para concertar una cita con el médico.",
    ],
)
def test_what_may_be_said_of_medicines_stands(said):
    assert list(wrong_words(said, "")) == []


def texts_in(content):
    if isinstance(content, dict):
        return [text for value in content.values() for text in texts_in(value)]
    return [content]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_shipped_for_reminders_may_be_said(language):
    found = texts_in(shipped()[language])

    assert len(found) > 40
    assert [text for text in found if list(wrong_words(text, ""))] == []


def test_name_the_clinic_has_chosen_may_stand():
    assert wrong("Harbour Nuclear Centre {link}", own_name="Harbour Nuclear Centre") == []


@pytest.mark.parametrize("said", ["Please come early", "Traiga el informe", "the radio in the waiting room", "formal"])
def test_ordinary_words_stand(said):
    assert wrong(f"{said} {{link}}") == []


def test_text_of_preparation_needs_no_link_and_takes_no_placeholder():
    assert wrong("Come without breakfast.", subject="", name=f"{PREPARE}chemistry") == []
    assert [field for field, _ in wrong("Come on {when}.", subject="", name=f"{PREPARE}chemistry")] == ["body"]


@pytest.mark.parametrize(
    ("text", "sms", "length"),
    [
        ("Mié 27 está ahí", "Mié 27 esta ahi", 15),
        ("Año – “sí”", 'Año - "si"', 10),
        ("[€]", "[€]", 6),
    ],
)
def test_sms_leaves_in_its_own_alphabet(text, sms, length):
    assert (as_sms(text), places(text)) == (sms, length)


def test_what_no_sms_can_hold_is_named():
    assert strange_to_sms("Привет 🙂") == ["П", "р", "и", "в", "е", "т", "🙂"]
