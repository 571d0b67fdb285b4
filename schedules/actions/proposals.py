"""Additions to a plan: made or offered by a rule, offered by a clinician, decided, fallen away (PROTOCOL.md 14)."""

from datetime import date, timedelta

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import refuse_closed_record
from patients.models import Care, Patient
from schedules.actions.settling import settle_plans
from schedules.models import Plan, Proposal
from schedules.plans.additions import BY_HAND, OFFERED_BY_HAND, SSTR_INDICATIONS, Addition, name_of, timepoint

State = Proposal.State
UNDECIDED = (State.PROVISIONAL, State.OFFERED)
DECIDED = (State.ACCEPTED, State.DECLINED)
CHANGING = ["state", "adds", "about", "sentence", "rule_version", "facts"]  # read again once the plan is locked
PET_WINDOW, DRAW_WINDOW = 14, 3  # days before and after, of what is offered by hand


@action
def propose(*, plan: Plan, addition: Addition, by: Staff | None, today: date) -> Proposal:
    """Add to a plan what a rule wants: in force at once when it is provisional, else offered to a clinician.

    Raises   TransitionRefused: the same cause stands, or a person decided about it before; or the record is closed.
    Records  addition.made or addition.offered, which can be undone when a person offered it
    """
    lock_plan(plan)
    refuse_closed_record(plan.patient)
    same = Proposal.objects.filter(plan=plan, rule=addition.rule, about=addition.about)
    if same.filter(state__in=(*UNDECIDED, *DECIDED)).exists():
        raise TransitionRefused("This was proposed before for the same cause.")
    proposal = Proposal.objects.create(
        clinic_id=plan.clinic_id,
        patient_id=plan.patient_id,
        plan=plan,
        rule=addition.rule,
        rule_version=addition.rule_version,
        about=addition.about,
        sentence=addition.sentence,
        adds=list(addition.adds),
        facts=dict(addition.facts),
        state=State.PROVISIONAL if addition.provisional else State.OFFERED,
        opened_on=today,
    )
    changes = Changes()
    if by is not None:
        changes.created(proposal, undone={"state": State.LAPSED.value})
    if proposal.in_force:
        settle_plans(plan.patient, today=today)
    write_event("addition.made" if proposal.in_force else "addition.offered", proposal, changes, by=by)
    return proposal


@action
def offer_by_hand(
    *, plan: Plan, activity: str, on: date, reason: str, by: Staff, today: date, window: int | None = None
) -> Proposal:
    """Offer one activity beyond the plan around `on` (`window` days on either side), for a clinician to accept.

    Raises   InputRefused: it is not offered by hand or not for this indication, or the day is past.
    Raises   ReasonNeeded: no reason.
    Raises   TransitionRefused: it was offered for that day before, or the plan is not current.
    Records  addition.offered, which can be undone
    """
    if activity not in OFFERED_BY_HAND:
        raise InputRefused("This is not offered by hand.", field="activity")
    if activity == "sstr_pet" and plan.patient.indication not in SSTR_INDICATIONS:
        words = "Somatostatin-receptor PET is offered in pheochromocytoma and paraganglioma."
        raise InputRefused(words, field="activity")
    if on < today:
        raise InputRefused("The day is past. Choose one from today on.", field="on")
    if not reason:
        raise ReasonNeeded(["It is not part of the protocol."], field="reason")
    if not plan.is_current:
        raise TransitionRefused("Only the current plan is added to.")
    kind = OFFERED_BY_HAND[activity]
    days = window if window is not None else PET_WINDOW if kind == "imaging" else DRAW_WINDOW
    addition = Addition(
        BY_HAND,
        f"{activity} {on}",
        reason,
        [timepoint(on, [activity], before=days, after=days, kind=kind)],
        facts={"offered_by": str(by.pk)},
    )
    return propose(plan=plan, addition=addition, by=by, today=today)


@action
def retell(*, proposal: Proposal, addition: Addition, by: Staff | None, today: date) -> Proposal:
    """Tell an addition anew that nobody decided about: on other days, or for what causes it now.

    Raises   TransitionRefused: a person decided about it, or it fell away.
    Records  addition.extended when it is in force, else addition.retold; nothing when it is no news
    """
    proposal.refresh_from_db()
    lock_plan(proposal.plan)
    proposal.refresh_from_db(fields=CHANGING)
    if proposal.state not in UNDECIDED:
        raise TransitionRefused(f"This is {proposal.get_state_display().lower()} already.")
    if not is_news(proposal, addition):
        return proposal
    proposal.adds, proposal.facts = list(addition.adds), dict(addition.facts)
    proposal.about, proposal.sentence, proposal.rule_version = addition.about, addition.sentence, addition.rule_version
    proposal.save(update_fields=["adds", "facts", "about", "sentence", "rule_version"])
    if proposal.in_force:
        settle_plans(proposal.plan.patient, today=today)
    write_event("addition.extended" if proposal.in_force else "addition.retold", proposal, Changes(), by=by)
    return proposal


def is_news(proposal: Proposal, addition: Addition) -> bool:
    """Say whether `addition` differs from what stands: in its days or its cause, and in the words of an offer.

    The words of what is in force say why it was made, and change with it.
    """
    reworded = not proposal.in_force and proposal.sentence != addition.sentence
    return reworded or proposal.about != addition.about or proposal.adds != list(addition.adds)


@action
def lapse(*, proposal: Proposal, reason: str, by: Staff | None, today: date) -> Proposal:
    """Let an addition fall away whose cause is gone; what of it was done stays, what is open is cancelled.

    Raises   TransitionRefused: a person decided about it, or it fell away before.
    Records  addition.lapsed
    """
    proposal.refresh_from_db()
    lock_plan(proposal.plan)
    proposal.refresh_from_db(fields=CHANGING)
    if proposal.state not in UNDECIDED:
        raise TransitionRefused(f"This is {proposal.get_state_display().lower()} already.")
    was_in_force = proposal.in_force
    proposal.state, proposal.decided_on, proposal.reason = State.LAPSED, today, reason
    proposal.save(update_fields=["state", "decided_on", "reason"])
    if was_in_force:
        settle_plans(proposal.plan.patient, today=today)
    write_event("addition.lapsed", proposal, Changes(), by=by, reason=reason)
    return proposal


@action
def decide(
    *, proposal: Proposal, accept: bool, by: Staff, today: date, reason: str = "", on: date | None = None
) -> Proposal:
    """Accept an offered addition, or decline one that is offered or in force; the same cause then stays decided.

    `on` plans an addition of one timepoint for another day than was offered.

    Raises   TransitionRefused: it was decided before or fell away, its plan is replaced, or the patient died.
    Raises   ReasonNeeded: declined without a reason.
    Raises   InputRefused: every day it could be planned for is past, or it has no single day to be moved.
    Records  addition.accepted or addition.declined, which can be undone
    """
    proposal.refresh_from_db()
    lock_plan(proposal.plan)
    proposal.refresh_from_db(fields=CHANGING)
    refuse_closed_record(proposal.plan.patient)
    if accept and proposal.plan.patient.care == Care.DECEASED:
        raise TransitionRefused("The patient died: nothing is added any more.")
    if proposal.state not in ((State.OFFERED,) if accept else (*UNDECIDED, State.ACCEPTED)):
        raise TransitionRefused(f"This is {proposal.get_state_display().lower()} already.")
    if not accept and not reason:
        raise ReasonNeeded(["What was added or offered falls away."], field="reason")
    changes = Changes()
    changes.watch(proposal)
    if accept:
        place_accepted(proposal, on, today=today)
    proposal.state = State.ACCEPTED if accept else State.DECLINED
    proposal.decided_by, proposal.decided_on, proposal.reason = by, today, reason
    proposal.save(update_fields=["state", "decided_by", "decided_on", "reason", "adds"])
    settle_plans(proposal.plan.patient, today=today)
    write_event("addition.accepted" if accept else "addition.declined", proposal, changes, by=by, reason=reason)
    return proposal


def place_accepted(proposal: Proposal, on: date | None, *, today: date) -> None:
    """Put an addition on the day it was accepted for, without saving it; see `decide` for what it refuses."""
    if not proposal.plan.is_current:
        raise TransitionRefused("A later treatment has a plan of its own. Offer it there.")
    if on is not None:
        if len(proposal.adds) != 1:
            raise InputRefused("This belongs to several draws, which keep their days.", field="on")
        proposal.adds = [{**proposal.adds[0], "target": on.isoformat()}]
    last = [date.fromisoformat(each["target"]) + timedelta(days=each["after"]) for each in proposal.adds]
    if max(last, default=date.min) < today:
        raise InputRefused("The days it was offered for are past. Choose a day from today on.", field="on")


def lock_plan(plan: Plan) -> None:
    """Wait for others who add to this plan or write about its patient, so that a cause is proposed once.

    The plan's patient is then the one who is stored: a death recorded meanwhile is seen.
    """
    patients = Patient.objects.select_for_update(of=("self",), no_key=True).select_related("clinic")
    plan.patient = patients.get(pk=plan.patient_id)
    Plan.objects.select_for_update(of=("self",)).filter(pk=plan.pk).first()


def write_event(kind: str, proposal: Proposal, changes: Changes, *, by: Staff | None, reason: str = "") -> None:
    """Write what happened to an addition, with the rows it changed where that can be undone."""
    rows = changes.facts()
    record_event(
        kind,
        clinic=proposal.plan.clinic,
        patient=proposal.plan.patient,
        by=by,
        reason=reason,
        proposal=proposal.pk,
        what=name_of(proposal),
        sentence=proposal.sentence.rstrip("."),
        **({"rows": rows} if rows else {}),
    )
