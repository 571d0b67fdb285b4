"""What happens in the lives of the demo's patients: a death, a pause, a transfer that waits, a pregnancy."""

from datetime import datetime, time, timedelta

from schedules.actions.life import ClinicalFacts, record_clinical_event
from schedules.demo.clinic import Demo
from schedules.models import Plan

SETTLED = timedelta(days=200)  # the stories of the first months are told elsewhere
OF_AGE = timedelta(days=365 * 20)
NO_LONGER_YOUNG = timedelta(days=365 * 45)


def let_things_happen(demo: Demo) -> None:
    """Record a few events of life, of patients whose treatment is long past; fewer when there are few patients."""
    today = demo.today
    plans = Plan.objects.current().filter(clinic=demo.clinic, anchor__lte=today - SETTLED)
    settled = [plan.patient for plan in plans.select_related("patient").order_by("-anchor", "patient__mrn")]
    expecting = [
        each for each in settled if each.sex == "female" and OF_AGE <= today - each.birth_date <= NO_LONGER_YOUNG
    ]
    happened = [
        ClinicalFacts(
            "pause",
            today - timedelta(days=5),
            details={"review_on": (today + timedelta(days=40)).isoformat(), "why": "Works abroad for a while"},
        ),
        ClinicalFacts(
            "transfer",
            today - timedelta(days=9),
            details={"to_whom": "Dr Arne Holloway-Strand, Coast Hospital"},
        ),
        ClinicalFacts("death", today - timedelta(days=3), details={"cause": "Progression"}),
    ]
    now = datetime.combine(today, time(12), demo.clinic.zone)
    if expecting:
        pregnant = ClinicalFacts("pregnancy", today - timedelta(days=20))
        record_clinical_event(patient=expecting[0], facts=pregnant, by=demo.clinicians[0], now=now)
    others = [each for each in settled if each not in expecting[:1]]
    # The oldest treatments first: whose counts and scans are still watched closely keep their stories.
    for patient, facts in zip(reversed(others), happened, strict=False):
        record_clinical_event(patient=patient, facts=facts, by=demo.coordinator, now=now)
