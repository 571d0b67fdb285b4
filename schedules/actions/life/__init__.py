"""What happens in a patient's life and changes the plan or how results are read (PROTOCOL.md 13)."""

from schedules.actions.life.death import ask_reversal, confirm_reversal, refuse_undoing_death
from schedules.actions.life.facts import CHANGEABLE, LONGEST_TEXT, ClinicalFacts
from schedules.actions.life.following import refuse_undoing_decision, what_happened
from schedules.actions.life.holds import let_go_on
from schedules.actions.life.recording import (
    accept_transfer,
    change_clinical_event,
    end_clinical_event,
    record_clinical_event,
    withdraw_clinical_event,
)

__all__ = [
    "CHANGEABLE",
    "LONGEST_TEXT",
    "ClinicalFacts",
    "accept_transfer",
    "ask_reversal",
    "change_clinical_event",
    "confirm_reversal",
    "end_clinical_event",
    "let_go_on",
    "record_clinical_event",
    "refuse_undoing_death",
    "refuse_undoing_decision",
    "what_happened",
    "withdraw_clinical_event",
]
