"""What results follow: treatments, visits and merges change baselines, matches, recovery and alerts."""

from datetime import datetime

from django.utils import timezone

from events.actions import FOLLOWING
from events.models import Event, Message
from events.undo import Changes
from iotrex_followup.ids import uuid7
from labs.alerting.deadlines import begin_waiting
from labs.alerting.notifying import What, tell_of_alert
from labs.intake.held_back import RULE, write_events
from labs.models import Alert, AlertFinding, Baseline, LabGrade, LabResult, QuarantineItem, SpecimenMatch
from labs.rules.values import RANK, Urgency
from labs.settling import settle
from labs.settling.charts import NOTED
from labs.settling.evidence import GOES_ON
from patients.models import Patient
from schedules.actions.proposals import UNDECIDED
from schedules.actions.records import BEFORE_CARRYING, BEFORE_WITHDRAWING, CARRIED
from schedules.models import PlannedActivity, Proposal, VisitRecord

SETTLED_AFTER = (
    *("treatment.given", "treatment.planned", "treatment.changed", "treatment.withdrawn"),
    *("treatment.redated", "plan.changed"),
    *("visit.recorded", "visit.unscheduled", "visit.missed", "visit.not_applicable", "visit.results_received"),
    *("patient.changed", "patient.merged", "counts.recovered"),
    *("clinical_event.recorded", "clinical_event.decided", "clinical_event.changed", "clinical_event.ended"),
    *("clinical_event.withdrawn", "clinical_event.accepted", "clinical_event.reversed"),
)
# The actions themselves settle, at the time they are told.
SETTLE_THEMSELVES = ("baseline.chosen", "baseline.cleared", "support.recorded", "support.withdrawn")
MOVED = (LabResult, LabGrade, Baseline, SpecimenMatch, QuarantineItem, Alert, Message)


def register() -> None:
    """Register what follows with the apps below."""
    for kind in SETTLED_AFTER:
        FOLLOWING[kind].append(settle_patient)
        FOLLOWING[f"{kind}.undone"].append(settle_patient)
    for kind in SETTLE_THEMSELVES:
        FOLLOWING[f"{kind}.undone"].append(settle_patient)
    for kind in ("contact_log.recorded", "contact_log.seen"):
        FOLLOWING[kind].append(settle_told)
        FOLLOWING[f"{kind}.undone"].append(settle_told)
    FOLLOWING["activity.released"] += [release_match, settle_patient]
    FOLLOWING["activity.released.undone"] += [restore_match, settle_patient]
    CARRIED.extend(MOVED)
    BEFORE_CARRYING.append(close_twin_alerts)
    BEFORE_WITHDRAWING.append(close_with_the_record)


def settle_patient(event: Event) -> None:
    """Bring what follows from results up to date: if there are any, an addition stands, or a visit noted what is read.

    A visit changes no value but one that is computed with a height; a treatment may change every grade.
    """
    patient = event.patient
    if patient is None:
        return
    of_visit = event.kind.startswith(("visit.", "activity."))
    noted = VisitRecord.objects.filter(NOTED, patient=patient)
    added = Proposal.objects.filter(patient=patient, state__in=UNDECIDED).exists()
    if added or LabResult.objects.filter(patient=patient).exists() or (of_visit and noted.exists()):
        measured = of_visit and noted.filter(height_cm__isnull=False).exists()
        changed: set[str] | None = set() if of_visit and not measured else None
        settle([patient], clinic=event.clinic, by=event.by, now=timezone.now(), changed=changed)


def settle_told(event: Event) -> None:
    """Bring the alerts up to date when red flags were told, whatever else is known of the patient."""
    if event.patient and event.facts.get("red_flags"):
        settle([event.patient], clinic=event.clinic, by=event.by, now=timezone.now(), changed=set())


def release_match(event: Event) -> None:
    """Keep a specimen from an activity a person took it from: the rule does not match them again."""
    activity = event.facts.get("activity_id")
    SpecimenMatch.objects.filter(activity=activity, state=SpecimenMatch.State.FULFILLED).update(
        state=SpecimenMatch.State.RELEASED, confirmed=True, reason=event.reason
    )


def restore_match(event: Event) -> None:
    """Match the specimen again that was taken from an activity, when that is undone."""
    activity = PlannedActivity.objects.filter(pk=event.facts.get("activity_id"), done_on__isnull=False).first()
    if activity is not None and activity.done_on:
        SpecimenMatch.objects.filter(activity=activity, specimen_on=activity.done_on).update(
            state=SpecimenMatch.State.FULFILLED, confirmed=False, reason=""
        )


def close_with_the_record(patient: Patient, reason: str, changes: Changes) -> None:
    """Close the alerts of a record that was entered in error: they are of nobody; undoing brings them back."""
    rows = Alert.objects.unresolved().select_for_update(of=("self",)).filter(patient=patient)
    alerts = list(rows.order_by("id"))
    changes.watch(*alerts)
    now = timezone.now()
    for alert in alerts:
        alert.state, alert.resolved_at, alert.next_notice_at = Alert.State.RESOLVED, now, None
        alert.resolution = f"The record was entered in error: {reason}"
    Alert.objects.bulk_update(alerts, ["state", "resolved_at", "next_notice_at", "resolution"])


def close_twin_alerts(duplicate: Patient, into: Patient, changes: Changes) -> None:
    """Close the alerts of a record to be merged away whose episode the survivor has open too; they go there closed."""
    now = timezone.now()
    unresolved = Alert.objects.unresolved().filter(patient__in=(duplicate, into)).order_by("pk")
    alerts = list(unresolved.select_for_update(of=("self",), no_key=True))
    standing = {(alert.rule, alert.direction): alert for alert in alerts if alert.patient_id == into.pk}
    for twin in alerts:
        own = standing.get((twin.rule, twin.direction))
        if own is None or own is twin:
            continue
        changes.watch(own, twin)  # in the order in which undoing puts them back: a held-back row has one open alert
        waited = twin.state == Alert.State.OPEN
        twins_next = twin.next_notice_at
        twin.patient, twin.state, twin.resolved_at, twin.next_notice_at = into, Alert.State.RESOLVED, now, None
        twin.resolution = f"{GOES_ON} {into.mrn}."
        twin.save(update_fields=["patient", "state", "resolved_at", "next_notice_at", "resolution"])
        hand_on_findings(twin, own)
        hand_on(twin, own, waited=waited, twins_next=twins_next, now=now)


def hand_on_findings(twin: Alert, own: Alert) -> None:
    """Let the survivor's `own` alert rest on what the twin's rests on, which then is no news to it."""
    said = set(own.findings.filter(result=None).values_list("rule", "sentence"))
    findings = [each for each in twin.findings.all() if each.result_id or (each.rule, each.sentence) not in said]
    for each in findings:
        each.pk, each.alert = uuid7(), own
    AlertFinding.objects.bulk_create(findings, ignore_conflicts=True)


def hand_on(twin: Alert, own: Alert, *, waited: bool, twins_next: datetime | None, now: datetime) -> None:
    """Let the survivor's `own` alert wait again when the twin's is more urgent or `waited`.

    No rule does it: what nobody has answered is hidden behind an answer to something else. The next step of the ladder
    is told at the sooner time of both (`twins_next`).
    """
    worse = RANK[Urgency(twin.tier)] > RANK[Urgency(own.tier)]
    if not (waited or worse):
        return
    both = own.state == Alert.State.OPEN
    until = min(own.answer_by, twin.answer_by) if both else twin.answer_by
    own.state, own.snoozed_until = Alert.State.OPEN, None
    again = worse or not both
    if both and own.rule == RULE:
        own.sentence = f"{twin.sentence} {own.sentence}"  # held-back values are not listed as findings
    elif again:
        own.sentence, own.context = twin.sentence, twin.context
    if again:
        own.tier = twin.tier if worse else own.tier
        begin_waiting(own, now=now, answer_by=until)
        own.quarantine_item, own.rule_version = twin.quarantine_item, twin.rule_version
    own.answer_by = until
    own.next_notice_at = min(filter(None, (own.next_notice_at, twins_next)), default=None)
    own.save()
    if again:
        tell_of_alert(own, what=What.RAISED_AGAIN, now=now)
        write_events(own.clinic, [own], "alert.raised")
