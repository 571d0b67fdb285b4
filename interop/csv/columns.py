"""The columns of a list of patients, and which column of a stranger's file is which."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interop.csv import values
from iotrex_followup.csv_reading import Sheet
from iotrex_followup.findings import Finding
from patients.models import Contact, Indication, Language, Patient, Sex, Treatment
from patients.names import fold

# Where a column's values are: the position in the file, or one text that holds for every row.
Matching = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how its cells are read, and under which other heads strangers' files have it."""

    name: str
    read: Callable[[str], Any]
    hint: str
    required: bool = False
    heads: tuple[str, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        words = self.name.replace("_", " ").replace("email", "e-mail").replace(" mbq", " (MBq)").replace(" kg", " (kg)")
        return "MRN" if self.name == "mrn" else words[0].upper() + words[1:]


def longest(model: Any, field: str) -> Callable[[str], str]:
    """Return what reads a text that fits the model's field."""
    return values.text_up_to(model._meta.get_field(field).max_length)


SEXES = {
    **{key: key for key in Sex.values},
    "f": "female",
    "woman": "female",
    "femenino": "female",
    "mujer": "female",
    "m": "male",
    "man": "male",
    "masculino": "male",
    "hombre": "male",
    "o": "other",
    "u": "unknown",
}
INDICATIONS = {
    **{key: key for key in Indication.values},
    **{fold(label): key for key, label in Indication.choices},
    "phaeochromocytoma": "pheochromocytoma",
    "medullary thyroid": "medullary_thyroid",
    "mtc": "medullary_thyroid",
    "carcinoid": "neuroendocrine",
    "neuroendocrine tumour": "neuroendocrine",
    "net": "neuroendocrine",
}
KINDS = {**{key: key for key in Treatment.Kind.values}, "therapy": "therapeutic", "dosimetry": "dosimetric"}
LANGUAGES = {
    **{key: key for key in Language.values},
    "english": "en",
    "spanish": "es",
    "espanol": "es",
    "castellano": "es",
}
SECRETING = (("yes", "Yes"), ("no", "No"))

COLUMNS = (
    Column(
        "mrn",
        longest(Patient, "mrn"),
        "The clinic's own number of the patient.",
        required=True,
        heads=("medical record number", "patient id", "patient number", "hospital number", "nhc", "record number"),
    ),
    Column(
        "given_name",
        longest(Patient, "given_name"),
        "First names.",
        required=True,
        heads=("first name", "forename", "given", "nombre", "first"),
    ),
    Column(
        "family_name",
        longest(Patient, "family_name"),
        "Last names.",
        required=True,
        heads=("last name", "surname", "family", "apellidos", "apellido", "last"),
    ),
    Column(
        "birth_date",
        values.day,
        "Year-month-day.",
        required=True,
        heads=("date of birth", "dob", "birthdate", "born", "birthday", "fecha de nacimiento"),
    ),
    Column(
        "sex",
        values.choice_of(SEXES, accepted="female, male, other or unknown"),
        "female, male, other or unknown.",
        required=True,
        heads=("gender", "sexo"),
        constants=tuple(Sex.choices),
    ),
    Column(
        "indication",
        values.choice_of(INDICATIONS, accepted=", ".join(Indication.values[:-1]) + " or other"),
        f"One of {', '.join(Indication.values)}.",
        required=True,
        heads=("diagnosis", "tumour", "tumor", "diagnostico"),
        constants=tuple(Indication.choices),
    ),
    Column(
        "secreting",
        values.choice_of(values.YES_OR_NO, accepted="yes or no"),
        "Whether the tumour secretes: yes or no.",
        required=True,
        heads=("secreting tumour", "secreting tumor", "functional", "secretory"),
        constants=SECRETING,
    ),
    Column(
        "treated_on",
        values.day,
        "The day of the infusion, year-month-day.",
        required=True,
        heads=("treatment date", "infusion date", "date of treatment", "therapy date", "date of infusion", "treated"),
    ),
    Column(
        "kind",
        values.choice_of(KINDS, accepted="therapeutic or dosimetric"),
        "therapeutic (when blank) or dosimetric.",
        heads=("treatment kind", "type of treatment"),
        constants=tuple(Treatment.Kind.choices),
    ),
    Column(
        "activity_mbq",
        values.decimal_number("MBq", digits=9, places=1),
        "Administered activity in MBq.",
        heads=("dose mbq", "administered activity mbq", "actividad mbq"),  # without a unit it might be mCi or GBq
    ),
    Column(
        "weight_kg",
        values.decimal_number("kg", digits=5, places=2),
        "Body weight in kg at the treatment.",
        heads=("body weight kg", "peso kg"),  # without a unit it might be pounds
    ),
    Column(
        "clinician_email",
        values.e_mail,
        "The responsible clinician, a member of this clinic.",
        heads=("physician email", "responsible clinician email"),
    ),
    Column(
        "phone",
        longest(Contact, "phone"),
        "The patient's telephone.",
        heads=("telephone", "mobile", "telefono", "phone number"),
    ),
    Column("email", values.e_mail, "The patient's e-mail.", heads=("e mail", "mail", "email address", "correo")),
    Column(
        "language",
        values.choice_of(LANGUAGES, accepted="en, es or other"),
        "The patient's language: en (when blank), es or other.",
        heads=("preferred language", "idioma"),
        constants=tuple(Language.choices),
    ),
    Column(
        "time_zone",
        values.time_zone,
        "Where the patient lives, if not in the clinic's time zone.",
        heads=("timezone", "zone"),
    ),
    Column(
        "imaging_interval",
        values.months(6, 7, 8, 9, 10, 11, 12),
        "Months between scans until month 60: 6 to 12; the protocol's own when blank, as shipped 6.",
    ),
    Column("annual_interval", values.months(12, 24), "Months between yearly visits: 12 (when blank) or 24."),
    Column("annual_reason", str, "Why the yearly visits are 24 months apart."),
    Column("override_reason", str, "Why an unusual activity, weight or interval is right all the same."),
    Column(
        "followed_from",
        values.day,
        "What was due before this day is “before enrolment”; today when blank.",
        heads=("followed since", "follow up from"),
    ),
    Column("protocol", str, "Protocol and version, such as iotrex 1.0; the clinic's own choice when blank."),
)
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = tuple(column.name for column in COLUMNS if column.required)


def plain(head: str) -> str:
    """Return a head as it is compared: without case, accents, signs and double spaces."""
    return fold(head)


def exact_matching(sheet: Sheet) -> tuple[Matching, list[Finding], list[Finding]]:
    """Match heads that are our own names, and return the matching, the mistakes and the notes."""
    names = {plain(name): name for name in BY_NAME}
    matching: dict[str, int | str] = {}
    mistakes, notes = [], []
    for position, head in enumerate(sheet.heads):
        name = names.get(plain(head))
        if name is None:
            notes.append(_unknown(head, list(names)))
        elif name in matching:
            mistakes.append(Finding(1, name, "Two columns have this head.", "Delete or rename one of them."))
        else:
            matching[name] = position
    return matching, mistakes + missing_columns(matching), [note for note in notes if note.column]


def _unknown(head: str, names: Sequence[str]) -> Finding:
    near = difflib.get_close_matches(plain(head), names, n=1, cutoff=0.75)
    remedy = f"If it is {near[0].replace(' ', '_')}, rename it." if near else "Nothing needs doing if that is right."
    return Finding(1, head, "This column is not known and was not read.", remedy)


def missing_columns(matching: Matching) -> list[Finding]:
    """Return one mistake for each required column that is not matched."""
    return [
        Finding(1, name, "This column is missing.", f"Add it. {BY_NAME[name].hint}")
        for name in REQUIRED
        if name not in matching
    ]


def guess_matching(heads: Sequence[str]) -> Matching:
    """Guess which column of a stranger's file is which, from its heads; each is used once, the surest first."""
    free = {position: plain(head) for position, head in enumerate(heads)}
    matching: dict[str, int | str] = {}
    ours = [(column.name, (plain(column.name),)) for column in COLUMNS]
    for name, heads_of_it in [*ours, *((column.name, column.heads) for column in COLUMNS)]:
        found = next((position for position, head in free.items() if head in heads_of_it), None)
        if found is not None and name not in matching:
            matching[name] = found
            del free[found]
    return matching
