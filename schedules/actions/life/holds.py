"""What waits for a decision, let go on by a clinician."""

from datetime import date

from accounts.models import Staff
from accounts.permissions import May, may
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from schedules.actions.settling import settle_plans
from schedules.models import PlannedVisit
from schedules.plans.life import lives_of
from schedules.plans.standing import cause_of


@action
def let_go_on(*, visit: PlannedVisit, reason: str, by: Staff, today: date) -> PlannedVisit:
    """Let a planned visit that waits for a decision go on all the same; a clinician's decision.

    Raises   InputRefused: `by` is no clinician of the clinic.
    Raises   TransitionRefused: it does not wait for a decision.
    Raises   ReasonNeeded: no reason.
    Records  visit.let_go_on, which can be undone
    """
    lock_patient(visit.patient)
    visit = PlannedVisit.objects.select_for_update(of=("self",)).select_related("clinic", "patient").get(pk=visit.pk)
    if not may(by, May.DECIDE, visit.clinic):
        raise InputRefused("A clinician decides this.", field="reason")
    if not visit.on_hold:
        raise TransitionRefused("This does not wait for a decision.")
    if not reason.strip():
        raise ReasonNeeded([f"It waits because of this: {visit.on_hold}."], field="reason")
    changes = Changes()
    changes.watch(visit)
    held_for = visit.on_hold
    life = lives_of([visit.patient_id])[visit.patient_id]
    # Kept with its cause: it stands only against that one. An earlier decision about another cause stands too.
    decided = cause_of(held_for, life) + " ".join(reason.split())
    visit.hold_decision = "\n".join([*visit.hold_decision.splitlines(), decided])
    visit.save(update_fields=["hold_decision"])
    facts = changes.facts()
    settle_plans(visit.patient, today=today)
    record_event(
        "visit.let_go_on",
        clinic=visit.clinic,
        patient=visit.patient,
        by=by,
        reason=reason.strip(),
        timepoints=[f"{visit.timepoint} {visit.kind}"],
        held_for=held_for,
        rows=facts,
    )
    return visit
