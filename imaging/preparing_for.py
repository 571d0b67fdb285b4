"""What follows on preparations from scans and infusions, and what of them the pages of other apps show."""

from accounts.open_work import OPEN_WORK
from events.undo import AFTER_UNDO, BEFORE_UNDO
from imaging import moves
from imaging.actions.medicines import refuse_withheld
from imaging.actions.withdrawing import refuse_beneath_a_clinician, refuse_ending
from imaging.agreed import agreed_with
from imaging.deciding import READS, about_medicines, against_infusion, visits_waiting
from imaging.models import ThyroidBlockade, Withdrawal
from imaging.occasions import table_of
from imaging.open_work import RESTARTS
from imaging.preparation_sign_offs import preparation_settings
from imaging.preparing import names_of
from iotrex_followup.history import AT_THE_END
from patients.actions import INFUSION_CONCERNS
from schedules.actions.records import CARRIED, lock_concerned
from schedules.appointments.decisions import CAUSES, Cause
from schedules.documents.preparing import AGREED
from schedules.reminding.medicines import NAMES
from schedules.sign_offs import SETTINGS

UNDONE = (
    *(f"medicine.{step}" for step in ("recorded", "changed", "ended", "withdrawn")),
    *(f"withdrawal.{step}" for step in ("planned", "changed", "confirmed", "refused", "decided", "dropped")),
    *(f"withdrawal.{step}" for step in ("restarted", "not_restarted", "handed_over")),
    *(f"blockade.{step}" for step in ("recorded", "withdrawn")),
)


def register() -> None:
    """Register what follows; called once, when all apps are there."""
    moves.register()
    AT_THE_END.append(moves.tell_of_moves)
    CAUSES.append(Cause(READS, about_medicines, visits_waiting))
    INFUSION_CONCERNS.append(against_infusion)
    AGREED.append(agreed_with)
    SETTINGS.append(preparation_settings)
    NAMES.append(lambda clinic: names_of(table_of(clinic)))
    OPEN_WORK.append(RESTARTS)
    CARRIED.extend((Withdrawal, ThyroidBlockade))
    for kind in UNDONE:
        BEFORE_UNDO[kind].append(lock_concerned)
    for kind in ("medicine.recorded", "medicine.changed"):
        BEFORE_UNDO[kind].append(refuse_withheld)
    BEFORE_UNDO["withdrawal.changed"].append(refuse_beneath_a_clinician)
    AFTER_UNDO["withdrawal.confirmed"] = refuse_ending
