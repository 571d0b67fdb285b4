"""Filling the demo's clinic: the same patients for the same number, seed and day."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from accounts.models import Staff
from patients.actions import PatientFacts, register_patient, save_contact, set_care_team
from patients.models import Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.demo.care import Care
from schedules.demo.clinic import Demo, open_clinic
from schedules.demo.courses import Course, course_of
from schedules.demo.life import let_things_happen
from schedules.demo.people import Person, invent_person, weight_kg

SECRETING = {"pheochromocytoma": 0.8, "paraganglioma": 0.7, "neuroblastoma": 0.9, "neuroendocrine": 0.5}
PLACES = {"mibg_scan": 2, "anatomical_imaging": 3, "physician_visit": 8, "cbc": 12}
FEW_AWAY = 8  # one patient in so many is away for a while


@transaction.atomic
def seed(*, patients: int, seed: int, today: date) -> Demo:
    """Store the demo's clinic with so many patients around `today`; the whole of it or nothing."""
    demo = open_clinic(today=today)
    for number in range(patients):
        # A patient's chances are their own: one more patient in the clinic changes nobody else.
        chance = Random(f"{seed} {number}")  # noqa: S311 (a story, not a secret)
        enter_patient(demo, number, course_of(number, chance, today), chance)
    actions.extend_plans(today=today)
    let_things_happen(demo)
    count_places(demo)
    return demo


def count_places(demo: Demo) -> None:
    """Say how much the clinic can do on a day; who was booked before then may be too many, for a decision."""
    for activity, places in PLACES.items():
        actions.set_capacity(
            clinic=demo.clinic, activity=activity, places=places, by=demo.clinicians[0], today=demo.today
        )


def enter_patient(demo: Demo, number: int, course: Course, chance: Random) -> None:
    """Enter one patient and everything that happened to them since the clinic follows them."""
    person = invent_person(chance, number=number + 1, child=course.child, treated_on=course.first_day)
    clinician = demo.clinicians[number % len(demo.clinicians)]
    entered = max(course.first_day, demo.follows_since) if course.treated else demo.today - timedelta(days=8)
    patient = register_patient(
        clinic=demo.clinic,
        facts=PatientFacts(
            mrn=person.mrn,
            given_name=person.given_name,
            family_name=person.family_name,
            birth_date=person.birth_date,
            sex=person.sex,
            indication=course.indication,
            secreting=chance.random() < SECRETING.get(course.indication, 0),
            responsible_clinician=clinician,
        ),
        by=demo.coordinator,
        today=entered,
    )
    add_people_around(demo, patient, person, course, clinician)
    treat(Care(demo, course, chance, weight_kg(chance, person, course.first_day)), patient)
    if number % FEW_AWAY == 0:
        first = demo.today + timedelta(days=30)
        actions.add_absence(
            patient=patient,
            first_day=first,
            last_day=first + timedelta(days=11),
            reason="School trip" if course.child else "With family abroad",
            by=demo.coordinator,
        )


def add_people_around(demo: Demo, patient: Patient, person: Person, course: Course, clinician: Staff) -> None:
    """Store how the patient or a guardian is reached, and who acts on the counts."""
    agreed = "" if was_never_asked(person) else "given"
    reached = {"phone": person.phone, "language": person.language, "sms_consent": agreed, "email_consent": agreed}
    if person.guardian:
        guardian = reached | {"name": person.guardian, "relation": "mother", "legal_authority": True}
        guardian["interpreter"] = person.language != "en"
        guardian["email"] = f"family-{person.mrn.lower()}@example.org"
        save_contact(patient=patient, contact=None, fields=guardian, by=demo.coordinator)
    else:
        email = f"{person.mrn.lower()}@example.org"
        save_contact(patient=patient, contact=None, fields=reached | {"email": email}, by=demo.coordinator)
    ours = {"staff": clinician, "phone": demo.clinic.phone}
    outside = {"outside_team": "Haematology near home", "phone": "020 7946 0142", "accepted_on": course.first_day}
    team = outside if course.outside_team else ours
    set_care_team(patient=patient, phase="weeks", fields=team, by=demo.coordinator)


def was_never_asked(person: Person) -> bool:
    """Say whether nobody has asked about messages yet: one in five."""
    return int(person.mrn[2:]) % 5 == 0


def treat(care: Care, patient: Patient) -> None:
    """Record the patient's treatments in order, and what happened between and after them."""
    demo, course = care.demo, care.course

    def enter(facts: TreatmentFacts, today: date) -> Treatment:
        return actions.record_treatment(
            patient=patient, facts=facts, choices=course.choices, by=demo.clinicians[0], today=today
        )

    if course.dosimetric_on:
        enter(treatment_facts(care, course.dosimetric_on, kind=Treatment.Kind.DOSIMETRIC), demo.today)
    for number, day in enumerate(course.treated, start=1):
        entered = max(day, demo.follows_since)
        treatment = enter(treatment_facts(care, day), entered)
        following = course.treated[number] if number < len(course.treated) else None
        if following is None or following > demo.follows_since:
            care.follow(treatment.plan, until=following)
    if course.planned_on:
        enter(treatment_facts(care, course.planned_on, state=Treatment.State.PLANNED), demo.today)


def treatment_facts(care: Care, day: date, *, kind: str = "therapeutic", state: str = "given") -> TreatmentFacts:
    """Return a treatment as entered: activity by weight, stem cells for a child, precautions of two weeks."""
    weight = care.weight_kg
    by_weight = weight * 555 if care.course.child else min(weight * 296, 18500)
    therapeutic = kind == Treatment.Kind.THERAPEUTIC
    return TreatmentFacts(
        started_on=day,
        kind=kind,
        state=state,
        activity_mbq=Decimal(by_weight if therapeutic else 185),
        weight_kg=Decimal(weight),
        stem_cell_support=care.course.child and therapeutic,
        radiation_precautions_until=day + timedelta(days=14) if therapeutic and state == "given" else None,
        override_reason=care.course.override_reason if day != care.course.first_day else "",
    )
