"""What is to happen after an alert: when the next count is planned, whether the step was seen to happen, in words."""

from datetime import date, datetime

from django.db.models import QuerySet

from events.models import Event
from iotrex_followup.ids import uuid7_at
from labs.models import Alert, AlertFinding, LabResult
from labs.rules.episodes import BLOOD_COUNTS, NOT_EVALUATED
from patients.models import Patient, SupportiveCare
from schedules.models import ActivityStatus, PlannedVisit
from schedules.protocol.trace import words

# What is transfused for which value; no transfusion helps the others.
PRODUCTS = {"platelets": SupportiveCare.Product.PLATELETS.value, "hgb": SupportiveCare.Product.RED_CELLS.value}
REPEATS = (Alert.NextStep.REPEAT_CBC, Alert.NextStep.REPEAT_TEST)
SEEN = (*REPEATS, Alert.NextStep.TRANSFUSED)  # the records show whether these have happened; each has its day
IMPROVED = "improved_before"  # of an answer's event: what was known to be better then


def next_planned_count(patient: Patient, *, today: date) -> date | None:
    """Return the day of the next planned blood count: its appointment, else its target, else the end of its window.

    None when no count is planned from `today` on; one whose window has closed is late, and not the next.
    """
    visits = PlannedVisit.objects.open().filter(
        patient=patient,
        closes__gte=today,
        plan__is_current=True,
        activities__activity="cbc",
        activities__status=ActivityStatus.PLANNED,
    )
    return min((_day_of(visit, today) for visit in visits.select_related("appointment")), default=None)


def _day_of(visit: PlannedVisit, today: date) -> date:
    if visit.appointment and visit.appointment.on >= today:
        return visit.appointment.on
    return visit.target if visit.target >= today else visit.closes


def has_happened(alert: Alert) -> bool:
    """Say whether the step an acknowledged alert waits for is known to have happened.

    A repeat counts once all the analytes the alert is about were drawn since it was answered, and are better since, or
    nothing was found in them: as bad as before, somebody has to look again. A transfusion counts when it is on record
    since the alert was raised, of every product its most urgent values call for. What the records do not show (a call,
    an admission) is not known.
    """
    if alert.answered_at is None or alert.patient_id is None:
        return False
    if alert.next_step == Alert.NextStep.TRANSFUSED:
        return _transfused(alert)
    return alert.next_step in REPEATS and _repeated(alert) and (_better_since(alert) or _nothing_found_since(alert))


def was_taken_back(alert: Alert) -> bool:
    """Say whether a step that was seen to happen no longer shows: what was given or measured was entered in error."""
    is_done = alert.state == Alert.State.ACKNOWLEDGED and alert.next_step_by is None
    return is_done and alert.next_step in SEEN and not has_happened(alert)


def _transfused(alert: Alert) -> bool:
    findings = alert.findings.filter(tier=alert.tier, holds=True)
    called_for = {PRODUCTS[each] for each in _analytes(findings) if each in PRODUCTS}
    # Only the day is on record: of one on the day of the alert, whether it was entered since.
    since = alert.clinic.local_date(alert.raised_at)
    given = SupportiveCare.objects.filter(
        patient=alert.patient_id, withdrawn=False, given_on__gte=since, pk__gte=uuid7_at(alert.raised_at)
    )
    return bool(called_for) and called_for <= set(given.values_list("product", flat=True))


def _repeated(alert: Alert) -> bool:
    """Say whether each of the alert's analytes was drawn after it was answered; of a blood count, those it holds."""
    analytes = _analytes(alert.findings.filter(holds=True))
    if alert.next_step == Alert.NextStep.REPEAT_CBC:
        analytes &= BLOOD_COUNTS
    drawn = LabResult.objects.standing().filter(patient=alert.patient_id, collected_at__gt=alert.answered_at)
    return bool(analytes) and analytes <= set(drawn.filter(analyte__in=analytes).values_list("analyte", flat=True))


def _better_since(alert: Alert) -> bool:
    """Say whether something is better that was not known to be when the alert was answered."""
    answers = Event.objects.filter(
        patient=alert.patient_id, kind="alert.acknowledged", facts__alert=str(alert.pk), undone_by=None
    )
    answer = answers.order_by("-at", "-id").first()
    known = answer.facts.get(IMPROVED, "") if answer else ""
    return alert.improved not in ("", known)


def _nothing_found_since(alert: Alert) -> bool:
    """Say whether all that was drawn since the answer is within limits, as what was known then may have been.

    While something of the patient could not be evaluated, nobody knows.
    """
    unknown = Alert.objects.unresolved().filter(patient=alert.patient_id, rule=NOT_EVALUATED)
    found = alert.findings.filter(holds=True, result__collected_at__gt=alert.answered_at)
    return not (unknown.exists() or found.exists())


def _analytes(findings: QuerySet[AlertFinding]) -> set[str]:
    return set(findings.exclude(result=None).values_list("result__analyte", flat=True))


def plan_in_words(alert: Alert) -> str:
    """Return what was answered, as people say it: "repeat CBC by Thu 26 Nov 2026 (in the morning)"."""
    if alert.state == Alert.State.SNOOZED and alert.snoozed_until:
        return f"snoozed until {words(alert.snoozed_until)}"
    label = alert.get_next_step_display()
    other = alert.next_step == Alert.NextStep.OTHER
    step = alert.next_step_text if other else label[:1].lower() + label[1:]
    by_when = f" by {words(alert.next_step_by)}" if alert.next_step_by else ""
    more = f" ({alert.next_step_text})" if alert.next_step_text and not other else ""
    return step + by_when + more


def moment_in_words(alert: Alert, at: datetime) -> str:
    """Return "Tue 24 Nov 2026, 14:05" by the clinic's clock."""
    local = at.astimezone(alert.clinic.zone)
    return f"{words(local.date())}, {local:%H:%M}"
