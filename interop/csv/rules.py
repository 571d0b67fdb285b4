"""The rules of the clinic's pages, asked for one row: what is refused, what needs a reason."""

from collections.abc import Iterator, Sequence
from datetime import date

from interop.csv.rows import Row
from iotrex_followup.errors import InputRefused, ReasonNeeded
from iotrex_followup.findings import Finding
from patients.treatment_checks import activity_concerns, birth_refusal, interval_concerns, refusal, weight_concerns
from schedules.plans.planning import options_for
from schedules.protocol import OptionError, Protocol

COLUMN_OF = {"started_on": "treated_on"}
GIVE_REASON = "Correct it, or say in the column override_reason why it is right."


class Rules:
    """What a row is held against: the protocol new plans follow, the clinic's day, and who imports."""

    def __init__(self, definition: Protocol, *, today: date, may_decide: bool) -> None:
        self.definition, self.today, self.may_decide = definition, today, may_decide

    def mistakes(self, row: Row, other_infusions: Sequence[date]) -> list[Finding]:
        """Return every mistake of a row that could be read; `other_infusions` are the patient's others so far."""
        return [
            *self._dates(row),
            *([] if row.treatment.override_reason else self._concerns(row, other_infusions)),
            *self._options(row),
        ]

    def _dates(self, row: Row) -> Iterator[Finding]:
        if impossible := birth_refusal(row.patient.birth_date, today=self.today):
            yield Finding(row.number, "birth_date", impossible, "Write the date of birth as in the record.")
        elif refused := refusal(row.treatment, birth_date=row.patient.birth_date, today=self.today):
            remedy = "Correct one of the dates. A planned treatment is entered on the patient's page."
            yield Finding(row.number, COLUMN_OF[refused[0]], refused[1], remedy)
        if row.choices.followed_from and row.choices.followed_from > self.today:
            yield Finding(row.number, "followed_from", f"{row.choices.followed_from} is in the future.", "Correct it.")

    def _concerns(self, row: Row, other_infusions: Sequence[date]) -> Iterator[Finding]:
        found = {
            "activity_mbq": activity_concerns(row.treatment),
            "weight_kg": weight_concerns(row.treatment),
            "treated_on": interval_concerns(row.treatment, other_infusions),
        }
        for column, concerns in found.items():
            for concern in concerns:
                yield Finding(row.number, column, concern, GIVE_REASON)

    def _options(self, row: Row) -> Iterator[Finding]:
        choices, patient = row.choices, row.patient
        if choices.annual_interval != 12 and not self.may_decide:
            remedy = "Leave it blank, or ask a clinician to import the file."
            yield Finding(row.number, "annual_interval", "A longer interval is a clinician's decision.", remedy)
        definition = choices.protocol.definition if choices.protocol else self.definition
        try:
            options_for(definition, choices, indication=patient.indication, secreting=patient.secreting)
        except ReasonNeeded as error:
            yield Finding(row.number, error.field or "", " ".join(error.concerns), "Say why in this column.")
        except OptionError as error:
            yield Finding(row.number, error.field, str(error), f"{error.remedy.capitalize()}.")
        except InputRefused as error:
            yield Finding(row.number, error.field or "", error.message, "Correct it.")
