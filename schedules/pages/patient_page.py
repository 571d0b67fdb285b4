"""What the patient page shows of a patient's plans: each timepoint with its status, and why its date."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from accounts.models import Staff
from events.models import Event
from events.reasons import reason_for
from events.undo import can_be_undone
from patients.models import Patient
from schedules import protocol as rules
from schedules.appointments.days import diary_of
from schedules.appointments.decisions import judged_by, to_decide
from schedules.models import OPEN_ACTIVITY, Plan, PlannedActivity, PlannedVisit, ProtocolApproval, VisitRecord
from schedules.names import ACTIVITY_NAMES
from schedules.plans.additions import origins, why_added
from schedules.plans.planning import default_markers, facts_of, points_of
from schedules.protocol import Status
from schedules.wording import event_sentence

# What is to be done first, by what a miss would cost; then what comes, by its date.
NOW = (Status.OVERDUE, Status.DUE, Status.AWAITING_RESULT)
COMING = (Status.BOOKED, Status.DUE_SOON, Status.PLANNED)
ACTIVITY_ORDER = list(ACTIVITY_NAMES)
NEXT_THINGS = 3
SHOWN_AHEAD = 12  # the rest is folded
EVENTS = 20
# What is decided by a clinician is undone by one.
DECISIONS = (
    *("plan.changed", "plan.migrated", "counts.recovered", "baseline.chosen", "baseline.cleared"),
    *("adverse_event.recorded", "adverse_event.changed", "adverse_event.ended", "adverse_event.withdrawn"),
    *("score.recorded", "score.changed", "score.withdrawn", "score.adjudicated"),
    *("imaging_policy.scoring_changed", "imaging_policy.inrc_changed"),
    *("assessment.opened", "assessment.described", "assessment.signed", "assessment.reopened", "assessment.withdrawn"),
    *("lesion.added", "lesion.changed", "lesion.withdrawn", "lesions.measured"),
    *("study.made_baseline", "study.no_baseline"),
    *("laboratory.added", "laboratory.changed", "laboratory.retired", "laboratory.reinstated"),
    *("laboratory.code_mapped", "laboratory.unit_mapped", "laboratory.mapping_taken_back", "laboratory.file_imported"),
    *("addition.offered", "addition.accepted", "addition.declined"),
    *("setting.signed", "setting.sign_off_withdrawn", "reminder_rules.changed"),
    *("range.set", "range.retired", "lab_policy.changed", "lab_policy.signed"),
    *("clinical_event.decided", "visit.let_go_on", "visit.carried"),
    *("withdrawal.confirmed", "withdrawal.refused", "withdrawal.decided", "withdrawal.not_restarted"),
    "preparation_policy.changed",
)
# Whether a coordinator may undo these depends on the alert; it is offered on its own page.
ANSWERS = ("alert.acknowledged", "alert.snoozed", "alert.resolved")


class Row(NamedTuple):
    """One timepoint of a plan on the page; `trace` says why its date, `to_decide` what has to be decided about it."""

    visit: PlannedVisit
    status: Status
    activities: Sequence[PlannedActivity]
    trace: rules.Trace
    to_decide: Sequence[str] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it, now or later."""
        return self.status in NOW or self.status in COMING

    @property
    def still_open(self) -> list[str]:
        """The activities that are not done or decided."""
        return [a.activity for a in self.activities if a.status in OPEN_ACTIVITY]

    @property
    def is_mixed(self) -> bool:
        """Whether its activities stand differently, so that each says how."""
        return len({activity.status for activity in self.activities}) > 1

    @property
    def added(self) -> list[str]:
        """Where what the protocol does not have came from."""
        return origins(self.activities)

    @property
    def drawn(self) -> list[str]:
        """The activities whose result is awaited."""
        return [a.activity for a in self.activities if a.status == "drawn"]


class PlanShown(NamedTuple):
    """A plan with its timepoints: what is ahead, and what is done, decided or before enrolment."""

    plan: Plan
    rows: Sequence[Row]

    @property
    def ahead(self) -> list[Row]:
        return [row for row in self.rows if row.is_open or row.status == Status.ON_HOLD]

    @property
    def soon(self) -> list[Row]:
        return self.ahead[:SHOWN_AHEAD]

    @property
    def later(self) -> list[Row]:
        return self.ahead[SHOWN_AHEAD:]

    @property
    def behind(self) -> list[Row]:
        return [row for row in self.rows if not row.is_open and row.status != Status.ON_HOLD]

    @property
    def continues(self) -> str:
        """How the plan goes on beyond what is stored: "continues every 12 months"."""
        goes_on = rules.continues(self.plan.protocol.definition, self.plan.options)
        return goes_on.sentence if goes_on else ""


def shown_plans(patient: Patient, *, today: date) -> list[PlanShown]:
    """Return the patient's plans, the current one first; the same few queries for any number of timepoints."""
    visits = (
        PlannedVisit.objects.filter(patient=patient)
        .select_related("appointment")
        .prefetch_related("activities__proposal", *judged_by())
        .order_by("target", "kind", "timepoint")
    )
    by_plan: dict[object, list[PlannedVisit]] = {}
    for visit in visits:
        by_plan.setdefault(visit.plan_id, []).append(visit)
    plans = patient.plans.with_last_count().select_related("protocol", "treatment").order_by("-is_current", "-anchor")
    diary = diary_of(patient, [], today=today)
    shown = []
    for plan in plans:
        rows = plan_rows(plan, by_plan.get(plan.pk, []), today, diary)
        decided = [row._replace(to_decide=to_decide(row.visit, diary.calendar, today=today)) for row in rows]
        shown.append(PlanShown(plan, decided))
    return shown


def plan_rows(plan: Plan, visits: Sequence[PlannedVisit], today: date, days: rules.Days) -> list[Row]:
    """Return the rows of `visits`, which belong to `plan` and have their activities and appointments loaded."""
    definition = plan.protocol.definition
    points = points_of(plan, visits)
    rows = []
    for visit in visits:
        visit.plan = plan
        because = why_added(visit.phase, visit.activities.all())
        trace = rules.explain(definition, plan.anchor, points[visit.pk], calendar=days, because=because)
        rows.append(Row(visit, rules.shown_status(facts_of(visit), today), in_order(visit.activities.all()), trace))
    return rows


def next_things(plans: Iterable[PlanShown]) -> list[Row]:
    """Return the few timepoints to see to first: by status and what a miss would cost, then what comes by its date."""
    to_do = [row for shown in plans for row in shown.ahead]
    now = [row for row in to_do if row.status in NOW]
    now.sort(key=lambda row: (NOW.index(row.status), -row.visit.cost, row.visit.closes))
    coming = [row for row in to_do if row.status in COMING]
    coming.sort(key=lambda row: (comes_on(row), -row.visit.cost))
    return [*now, *coming][:NEXT_THINGS]


def comes_on(row: Row) -> date:
    """Return the day something that is not due yet comes up: its appointment, else the opening of its window."""
    booked = row.visit.appointment if row.status == Status.BOOKED else None
    return booked.on if booked else row.visit.opens


def in_order(activities: Iterable[PlannedActivity]) -> list[PlannedActivity]:
    """Return activities in the order a visit goes; one only the protocol file knows comes last."""
    known = ACTIVITY_ORDER
    return sorted(activities, key=lambda a: known.index(a.activity) if a.activity in known else len(known))


def unscheduled_records(plan: Plan) -> list[VisitRecord]:
    """Return the visits nobody planned, on or after the day of the plan's treatment."""
    records = VisitRecord.objects.filter(patient=plan.patient_id, visit__isnull=True, withdrawn=False)
    return list(records.filter(occurred_on__gte=plan.anchor).order_by("occurred_on"))


def marker_offer(plan: Plan, patient: Patient) -> tuple[str, ...] | None:
    """Return the markers of the patient's indication where it was changed and the plan still has other ones; else None.

    It is offered until the plan's markers are chosen anew, and never done by itself.
    """
    wanted = default_markers(plan.protocol.definition, patient)
    if set(wanted) == set(plan.markers):
        return None
    kinds = Q(kind="patient.changed") | Q(kind="plan.changed", facts__fields__contains="markers")
    about = Event.objects.filter(kinds, patient=patient, at__gte=plan.created_at, undone_by__isnull=True)
    for event in about.order_by("-at", "-id"):
        if event.kind == "plan.changed":
            return None
        if not {"indication", "secreting"}.isdisjoint(event.facts.get("fields", ())):
            return wanted
    return None


def approval_of(plan: Plan) -> ProtocolApproval | None:
    """Return the clinic's approval of the plan's protocol version; None: an example, not signed off."""
    approvals = ProtocolApproval.objects.filter(clinic=plan.clinic_id, protocol=plan.protocol_id)
    return approvals.select_related("approved_by").first()


class Happening(NamedTuple):
    """One event of the history, in words; `reason` is None while it is kept from who looks."""

    event: Event
    words: str
    reason: str | None
    can_be_undone: bool


class HistoryPage(NamedTuple):
    """Some events of a patient, the latest first; `before` is the event the older ones precede, None at the end."""

    happenings: Sequence[Happening]
    before: Event | None


def history_of(patient: Patient, viewer: Staff, *, before: Event | None = None, may_decide: bool) -> HistoryPage:
    """Return the events that precede `before`, as `viewer` may see them.

    A decision is offered for undoing to those who may decide.
    """
    events = Event.objects.filter(patient=patient).select_related("by", "undone_by").order_by("-at", "-id")
    if before:
        events = events.filter(at__lte=before.at).filter(Q(at__lt=before.at) | Q(pk__lt=before.pk))
    found = list(events[: EVENTS + 1])
    shown = found[:EVENTS]
    held = () if may_decide else (*DECISIONS, *ANSWERS)
    happenings = [
        Happening(
            event, event_sentence(event), reason_for(event, viewer), can_be_undone(event) and event.kind not in held
        )
        for event in shown
    ]
    return HistoryPage(happenings, shown[-1] if len(found) > EVENTS else None)
