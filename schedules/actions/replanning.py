"""Facts a plan follows from, corrected: the date of its treatment, the choices made for the patient."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from accounts.models import Clinic, Staff
from accounts.permissions import May, may
from events.actions import record_event
from events.models import Event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import check_treatment, lock_patient
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions.records import settle_after_undo
from schedules.actions.settling import settle_plans
from schedules.models import Plan, PlannedActivity
from schedules.names import activity_name
from schedules.plans.additions import CHEMISTRY, WEEKLY
from schedules.plans.planning import PlanChoices, options_for
from schedules.plans.replanning import IN_FORCE
from schedules.plans.standing import PERFORMED
from schedules.protocol import ADDED
from schedules.protocol.additions import name_of_day
from schedules.wording import event_sentence

# Intervals only a clinician changes, there and back.
CLINICIANS = ("annual_interval", "late_imaging_interval")
CHOSEN = ("imaging_interval", *CLINICIANS, "annual_reason", "late_imaging_reason")
# What happens to a patient's schedule; an undo that plans anew would pull the ground from under it. Results are not
# among it: what they fulfil is told anew after every change.
OF_THE_SCHEDULE = (
    *("visit.", "activity.", "appointment.", "treatment.", "plan.", "clinical_event.", "addition."),
    *("counts.", "match.", "patient.merged"),
)
# The additions whose days count from the infusion.
FROM_INFUSION = (WEEKLY, CHEMISTRY)
INTERVALS = {
    "imaging_interval": "imaging",
    "annual_interval": "visits after year 5",
    "late_imaging_interval": "imaging after year 5",
}


@action
def correct_treatment_date(
    *, treatment: Treatment, started_on: date, reason: str, override_reason: str = "", by: Staff, today: date
) -> Treatment:
    """Record that a treatment began on another day; its plan counts from there, what happened stays.

    The additions in force that count from the infusion move with the plan. `override_reason` is the reason for what is
    unusual about the treatment on its new date.

    Raises   TransitionRefused: it was entered in error.
    Raises   InputRefused: that is its date already, or a date at which the treatment cannot have been.
    Raises   ReasonNeeded: no reason, or something unusual on that date without one.
    Records  treatment.redated, which can be undone while nothing else happened to the schedule
    """
    patient = lock_patient(treatment.patient)
    treatment.refresh_from_db()
    plan = Plan.objects.filter(treatment=treatment).first()
    moved_from = treatment.started_on
    refuse_redating(treatment, plan, started_on)
    if not reason:
        raise ReasonNeeded(["Every open date of the plan counts from this day."], field="reason")
    changes = Changes()
    changes.watch(treatment)
    treatment.started_on = started_on
    facts = {name: getattr(treatment, name) for name in TreatmentFacts.__dataclass_fields__}
    new_facts = TreatmentFacts(**facts | {"override_reason": override_reason})
    check_treatment(patient=patient, facts=new_facts, today=today, apart_from=treatment)
    treatment.override_reason = override_reason or treatment.override_reason
    treatment.save(update_fields=["started_on", "override_reason"])
    if plan:
        move_anchor(plan, started_on, override_reason=override_reason, changes=changes)
    settle_plans(patient, today=today)
    record_event(
        "treatment.redated",
        clinic=treatment.clinic,
        patient=patient,
        by=by,
        reason=reason,
        treatment=treatment.pk,
        kind_of_treatment=treatment.get_kind_display(),
        started_on=started_on,
        moved_from=moved_from,
        rows=changes.facts(),
    )
    return treatment


def refuse_redating(treatment: Treatment, plan: Plan | None, started_on: date) -> None:
    """Raise TransitionRefused or InputRefused when the treatment cannot have begun on `started_on`."""
    if treatment.state == Treatment.State.WITHDRAWN:
        raise TransitionRefused("This treatment is marked as entered in error.")
    if started_on == treatment.started_on:
        raise InputRefused("That is the date of the treatment already.", field="started_on")
    recovered_on = plan.counts_recovered_on if plan and not plan.recovery_by_rule else None
    if recovered_on and recovered_on < started_on:
        raise InputRefused(
            f"The blood counts were recorded as recovered on {recovered_on}, before that day. Undo that first.",
            field="started_on",
        )


def move_anchor(plan: Plan, anchor: date, *, override_reason: str, changes: Changes) -> None:
    """Let `plan` count from `anchor`, and with it those additions in force that count from the infusion.

    What a result, stem cells or a person put on a day stays there, by the name that day has now. Those of a rule are
    not watched: the rule may add to them meanwhile, so an undo moves them back (`settle_redated`).

    Raises   ReasonNeeded: something of the plan was done before that day, and no reason says how that can be.
    """
    performed = PlannedActivity.objects.filter(visit__plan=plan, status__in=(*PERFORMED, "drawn"), done_on__lt=anchor)
    if (earlier := performed.count()) and not override_reason:
        raise ReasonNeeded([f"{earlier} recorded activities of the plan lie before {anchor}."], field="override_reason")
    shift = anchor - plan.anchor
    changes.watch(plan)
    plan.anchor = anchor
    if plan.recovery_by_rule and plan.counts_recovered_on and plan.counts_recovered_on < anchor:
        plan.counts_recovered_on, plan.recovery_by_rule = None, False  # told anew by the results
    plan.save(update_fields=["anchor", "counts_recovered_on", "recovery_by_rule"])
    move_additions(plan, shift)


def move_additions(plan: Plan, shift: timedelta) -> None:
    """Move the additions in force that count from the infusion by `shift`."""
    counting = plan.proposals.filter(state__in=IN_FORCE, rule__in=FROM_INFUSION)
    for addition in counting.select_for_update(of=("self",)):
        addition.adds = [each | {"target": moved(each["target"], shift)} for each in addition.adds]
        addition.save(update_fields=["adds"])
    rename_staying(plan, shift)


def rename_staying(plan: Plan, shift: timedelta) -> None:
    """Name the added timepoints that stay on their day after the day it is now.

    On the day of a week that the plan has itself, what was added joins it, and its own timepoint is named by day.
    """
    staying = plan.visits.filter(phase=ADDED).exclude(activities__proposal__rule__in=FROM_INFUSION)
    taken = set(plan.visits.values_list("timepoint", "kind"))
    # Each after the one whose name it takes.
    for visit in sorted(staying, key=lambda each: each.target, reverse=shift < timedelta()):
        taken.remove((visit.timepoint, visit.kind))
        names = (name_of_day(plan.anchor, visit.target, visit.kind), f"D{(visit.target - plan.anchor).days}")
        visit.timepoint = next((name for name in names if (name, visit.kind) not in taken), visit.timepoint)
        taken.add((visit.timepoint, visit.kind))
        visit.save(update_fields=["timepoint"])


def settle_redated(event: Event, now: datetime) -> None:
    """Move back the additions that moved with a treatment whose new date was undone, and settle its plan."""
    shift = date.fromisoformat(event.facts["moved_from"]) - date.fromisoformat(event.facts["started_on"])
    for plan in Plan.objects.filter(treatment=event.facts["treatment"]):
        move_additions(plan, shift)
    settle_after_undo(event, now)


def moved(day: str, shift: timedelta) -> str:
    """Return an ISO date moved by `shift`."""
    return (date.fromisoformat(day) + shift).isoformat()


@action
def change_plan(*, plan: Plan, choices: PlanChoices, reason: str = "", by: Staff, today: date) -> Plan:
    """Change what is chosen within the protocol for a current plan: intervals and markers; only what is open follows.

    `choices.markers` None: those of the patient's indication. `choices.followed_from` stays what it was.

    Raises   TransitionRefused: the plan is not the patient's current one.
    Raises   InputRefused: nothing changes, the protocol does not offer it, or it is a clinician's to choose.
    Raises   ReasonNeeded: an interval of 24 months without its reason.
    Records  plan.changed, which can be undone while nothing else happened to the schedule
    """
    patient = lock_patient(plan.patient)
    plan = Plan.objects.select_related("clinic", "protocol", "patient").get(pk=plan.pk)
    if not plan.is_current:
        raise TransitionRefused("Only the current plan of a patient is changed.")
    options = options_for(plan.protocol.definition, choices, indication=patient.indication, secreting=patient.secreting)
    wanted = {name: getattr(choices, name) for name in CHOSEN} | {"markers": list(options.markers)}
    wanted["imaging_interval"] = options.imaging_interval
    # A reason belongs to its longer interval alone.
    wanted["annual_reason"] = choices.annual_reason if choices.annual_interval != 12 else ""
    wanted["late_imaging_reason"] = choices.late_imaging_reason if choices.late_imaging_interval != 12 else ""
    if sorted(plan.markers) == sorted(wanted["markers"]):
        wanted["markers"] = plan.markers
    differing = [name for name, value in wanted.items() if getattr(plan, name) != value]
    if not differing:
        raise InputRefused("This is what the plan has already.")
    refuse_for_others(differing, plan.clinic, by=by)
    what = said_changes(plan, wanted, differing)
    changes = Changes()
    changes.watch(plan)
    for name in differing:
        setattr(plan, name, wanted[name])
    plan.save(update_fields=differing)
    settle_plans(patient, today=today)
    record_event(
        "plan.changed",
        clinic=plan.clinic,
        patient=patient,
        by=by,
        reason=reason,
        plan=plan.pk,
        anchor=plan.anchor,
        fields=differing,
        what=what,
        rows=changes.facts(),
    )
    return plan


def choices_of(plan: Plan, **other: object) -> PlanChoices:
    """Return what is chosen for `plan` now, with `other` choices in their place."""
    names = [name for name in asdict(PlanChoices()) if name != "markers"]
    now = PlanChoices(**{name: getattr(plan, name) for name in names}, markers=tuple(plan.markers))
    return replace(now, **other)  # type: ignore[arg-type]  # the caller's fields of PlanChoices


def refuse_for_others(differing: list[str], clinic: Clinic, *, by: Staff) -> None:
    """Raise InputRefused when somebody who is not a clinician of `clinic` changes an interval of the years after M60.

    That is a clinician's decision in both directions: going back to 12 takes one back.
    """
    theirs = [name for name in CLINICIANS if name in differing]
    if theirs and not may(by, May.DECIDE, clinic):
        raise InputRefused("A longer interval is a clinician's decision.", field=theirs[0])


def said_changes(plan: Plan, wanted: dict[str, object], differing: list[str]) -> str:
    """Return what changes, in words: "imaging every 9 months (was 6)"."""
    said = [
        f"{words} every {wanted[name]} months (was {getattr(plan, name)})"
        for name, words in INTERVALS.items()
        if name in differing
    ]
    if "markers" in differing:
        said.append(f"markers {marker_words(wanted['markers'])} (were {marker_words(plan.markers)})")
    return ", ".join(said) or "the reason of a longer interval"


def marker_words(markers: object) -> str:
    return " and ".join(activity_name(str(each)) for each in markers) or "none"  # type: ignore[attr-defined]


def refuse_since(event: Event, by: Staff) -> None:
    """Refuse to undo `event` once something else happened to the patient's schedule, naming it.

    Not in the way: what was undone itself, and what followed by rule from this event or from one that was undone.

    Raises   TransitionRefused
    """
    since = Event.objects.filter(patient=event.patient_id, at__gt=event.at, undoes__isnull=True)
    standing = [each for each in since.filter(undone_by__isnull=True).order_by("-at", "-id") if counts(each, event)]
    if standing:
        latest = event_sentence(standing[0])
        others = f", and {len(standing) - 1} more" if len(standing) > 1 else ""
        raise TransitionRefused(
            f"Since then this happened to the schedule: {latest}{others}. Undo that first, or make a new change."
        )


def counts(later: Event, event: Event) -> bool:
    """Say whether `later` is something that happened to the schedule on its own."""
    if not later.kind.startswith(OF_THE_SCHEDULE):
        return False
    if later.by_id is None and later.kind.startswith("addition."):
        return False  # what rules add is told anew after every change
    follows = later.facts.get("follows")
    if follows is None:
        return True
    if follows == str(event.pk):
        return False
    root = Event.objects.filter(pk=follows).select_related("undone_by").first()
    return root is not None and root.undoes_id is None and not hasattr(root, "undone_by")
