"""Who comes to the simulated clinic, how they are reached, and what happens in their lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from interop.simulation import visits
from interop.simulation.laboratory import draw_baseline
from interop.simulation.world import What, World, office_hour
from iotrex_followup.errors import DomainError
from labs.demo.values import Body
from patients.actions import PatientFacts, register_patient, save_contact
from patients.models import ClinicalEvent, Contact, Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import record_treatment
from schedules.actions.life.facts import ClinicalFacts
from schedules.actions.life.recording import accept_transfer, end_clinical_event, record_clinical_event
from schedules.actions.replanning import correct_treatment_date
from schedules.plans.planning import PlanChoices

Kind = ClinicalEvent.Kind
INDICATIONS = ("neuroblastoma", "pheochromocytoma", "paraganglioma", "neuroendocrine", "other")
# Where a few of the patients live: clocks that change elsewhere than the clinic's, by half an hour, or never.
FAR_ZONES = ("Australia/Lord_Howe", "Pacific/Apia", "Europe/Berlin", "Asia/Tokyo")
DEPTHS = (("mild", 5), ("moderate", 3), ("severe", 2))
# What happens to one patient in a year, how often.
HAZARDS = (
    (Kind.DEATH, 0.05),
    (Kind.PAUSE, 0.05),
    (Kind.TRANSFER, 0.03),
    (Kind.DECLINES_MESSAGES, 0.04),
    (Kind.DECLINES_FOLLOW_UP, 0.02),
    (Kind.LOST, 0.02),
    (Kind.COMFORT_CARE, 0.02),
    (Kind.ADMISSION, 0.1),
)
ENDS_AFTER = {Kind.PAUSE: (10, 90), Kind.DECLINES_MESSAGES: (60, 400), Kind.LOST: (30, 200), Kind.ADMISSION: (2, 20)}
CONSENT_FLIPS, BOUNCES, SECOND_CYCLE, REDATED = 0.3, 0.1, 0.15, 0.05
YEAR = 365.25


@dataclass
class Life:
    """One patient with chances of their own: one more patient changes nobody else's."""

    world: World
    number: int
    patient: Patient
    chance: Random
    body: Body
    infusions: list[date] = field(default_factory=list)
    decided: set[object] = field(default_factory=set)

    @property
    def name(self) -> str:
        return f"P{self.number:04}"

    def on_working_day(self, days: float) -> date:
        """Return a working day so many days from today."""
        return self.world.working_day(self.world.today + timedelta(days=round(days)))

    def later(self, days: float, what: What) -> None:
        """Let something happen within office hours, so many days from now."""
        self.world.on(self.on_working_day(days), office_hour(self.chance), what)


def arrive(world: World, number: int, seed: int) -> None:
    """Let a patient come to the clinic and be treated."""
    chance = Random(f"{seed} patient {number}")  # noqa: S311 (a story, not a secret)
    child = chance.random() < 0.3
    born = world.today - timedelta(days=chance.randint(2 * 365, 17 * 365) if child else chance.randint(19, 80) * 365)
    facts = PatientFacts(
        mrn=f"P{number:04}",
        given_name="Simulated",
        family_name=f"Patient {number}",
        birth_date=born,
        sex=chance.choice(("female", "male")),
        indication="neuroblastoma" if child else chance.choice(INDICATIONS),
        secreting=chance.random() < 0.5,
        responsible_clinician=chance.choice(world.clinicians[:2]),
        time_zone=chance.choice(FAR_ZONES) if chance.random() < 0.15 else "",
    )
    patient = register_patient(clinic=world.clinic, facts=facts, by=world.coordinator, today=world.today)
    depth = chance.choices([name for name, _ in DEPTHS], [often for _, often in DEPTHS])[0]
    life = Life(world, number, patient, chance, Body.of(chance, child=child, depth=depth))
    world.tell(
        "patient",
        patient=life.name,
        born=born,
        sex=patient.sex,
        indication=patient.indication,
        secreting=patient.secreting,
        zone=patient.time_zone,
        clinician=world.names[patient.responsible_clinician_id],  # type: ignore[index]  # always named above
    )
    for order in range(1, 1 + chance.choice((1, 1, 2, 3))):
        add_contact(life, order, child=child)
    late = chance.choice((0, 0, 0, 1, 2, 4, 20))
    treat(life, world.today - timedelta(days=late))
    for kind, often in HAZARDS:
        plan_hazard(life, kind, often)
    plan_changes(life)


def add_contact(life: Life, order: int, *, child: bool) -> None:
    """Enter how the patient or somebody of theirs is reached."""
    chance = life.chance
    relation = chance.choice(("mother", "father", "guardian", "self")) if child else "self"
    if order > 1:
        relation = chance.choice(("mother", "father", "partner", "carer"))
    consent = ("given", "given", "given", "refused", "")
    fields = {
        "name": "" if relation == "self" else f"Contact {order}",
        "relation": relation,
        "legal_authority": relation in ("mother", "father", "guardian") and chance.random() < 0.8,
        "phone": f"+120255{order}{life.number:04}" if chance.random() < 0.9 else "",
        "email": f"{life.name.lower()}.{order}@example.org" if chance.random() < 0.8 else "",
        "sms_consent": chance.choice(consent),
        "email_consent": chance.choice(consent),
        "language": chance.choices(("en", "es", "other"), (7, 2, 1))[0],
        "interpreter": chance.random() < 0.05,
        "order": order,
    }
    contact = save_contact(patient=life.patient, contact=None, fields=fields, by=life.world.coordinator)
    life.world.names[contact.pk] = f"{life.name}{'abc'[order - 1]}"
    tell_of_contact(life, contact)


def tell_of_contact(life: Life, contact: Contact) -> None:
    """Write down how a contact is reached now."""
    life.world.tell(
        "contact",
        patient=life.name,
        contact=life.world.names[contact.pk],
        relation=contact.relation,
        order=contact.order,
        language=contact.language,
        interpreter=contact.interpreter,
        legal_authority=contact.legal_authority,
        phone=bool(contact.phone),
        email=bool(contact.email),
        sms_consent=contact.sms_consent,
        email_consent=contact.email_consent,
        is_active=contact.is_active,
    )


def treat(life: Life, day: date) -> None:
    """Record an infusion, with the counts before it; visits and another infusion may follow."""
    world, chance = life.world, life.chance
    draw_baseline(life, day)
    interval = chance.choice((6, 6, 6, 7, 9, 11, 12))
    facts = TreatmentFacts(day, activity_mbq=Decimal(7400), override_reason="As planned by the tumour board.")
    choices = PlanChoices(imaging_interval=interval)
    treatment = record_treatment(
        patient=life.patient, facts=facts, choices=choices, by=world.clinicians[0], today=world.today
    )
    life.infusions.append(day)
    world.names[treatment.pk] = len(life.infusions)
    world.tell(
        "treatment",
        patient=life.name,
        treatment=len(life.infusions),
        on=day,
        imaging_interval=interval,
        secreting=life.patient.secreting,
    )
    if chance.random() < REDATED:
        life.later(chance.randint(1, 9), lambda: redate(life, treatment))
    if len(life.infusions) < 3 and chance.random() < SECOND_CYCLE:
        life.later(chance.randint(91, 260), lambda: treat_again(life))
    if len(life.infusions) == 1:
        visits.watch(life)


def treat_again(life: Life) -> None:
    """Give another infusion, unless something stands against it by now."""
    life.patient.refresh_from_db()
    if life.patient.care == "followed":
        treat(life, life.world.today)


def redate(life: Life, treatment: Treatment) -> None:
    """Find out that the infusion was on another day."""
    treatment.refresh_from_db()
    day = treatment.started_on + timedelta(days=life.chance.choice((-3, -2, -1, 1)))
    try:
        correct_treatment_date(
            treatment=treatment,
            started_on=min(day, life.world.today),
            reason="The record of the infusion says so.",
            override_reason="As planned by the tumour board.",
            by=life.world.clinicians[0],
            today=life.world.today,
        )
    except DomainError:
        return  # refused, so nothing happened
    number = life.world.names[treatment.pk]
    life.world.tell("treatment.redated", patient=life.name, treatment=number, on=min(day, life.world.today))


def plan_hazard(life: Life, kind: Kind, often: float) -> None:
    """Let something of this kind happen at a random time, if it happens at all before the end."""
    years = life.chance.expovariate(often)
    days = years * YEAR
    if life.world.now + timedelta(days=days + 7) < life.world.ends:
        life.later(days, lambda: happen(life, kind))


def happen(life: Life, kind: Kind) -> None:
    """Record what happened in the patient's life, and perhaps plan its end."""
    world, chance = life.world, life.chance
    details: dict[Kind, dict[str, object]] = {
        Kind.PAUSE: {"review_on": world.today + timedelta(days=100), "why": "Works abroad"},
        Kind.TRANSFER: {"to_whom": "Another hospital"},
        Kind.DECLINES_FOLLOW_UP: {"explained_by": "C1", "taken_over_by": "Nobody"},
        Kind.LOST: {"attempts": "Three calls"},
        Kind.COMFORT_CARE: {"agreed_with": "The family"},
    }
    facts = ClinicalFacts(kind, world.today, details=details.get(kind, {}))
    try:
        event = record_clinical_event(patient=life.patient, facts=facts, by=world.clinicians[0], now=world.now)
    except DomainError:
        return
    name = world.name("E", event.pk)
    world.tell("life", patient=life.name, event=name, kind=kind.value, **{"from": world.today})
    if kind == Kind.TRANSFER:
        life.later(chance.randint(1, 40), lambda: accept(life, event))
    if (days := ENDS_AFTER.get(kind)) and chance.random() < 0.8:
        life.later(chance.randint(*days), lambda: end(life, event))


def accept(life: Life, event: ClinicalEvent) -> None:
    """Let the receiving clinician accept the transfer."""
    world = life.world
    try:
        accept_transfer(
            event=event,
            accepted_on=world.today,
            accepted_by="The receiving clinician",
            by=world.clinicians[0],
            now=world.now,
        )
    except DomainError:
        return
    world.tell("life.accepted", event=world.names[event.pk], on=world.today)


def end(life: Life, event: ClinicalEvent) -> None:
    """Let what lasted be over, as of yesterday's end."""
    world = life.world
    try:
        end_clinical_event(event=event, ended_on=world.today, by=world.clinicians[0], now=world.now)
    except DomainError:
        return
    world.tell("life.ended", event=world.names[event.pk], on=world.today)


def plan_changes(life: Life) -> None:
    """Let consents be given and taken back, and addresses go wrong."""
    for often, what in ((CONSENT_FLIPS, flip_consent), (BOUNCES, bounce)):
        days = life.chance.expovariate(often) * YEAR
        if life.world.now + timedelta(days=days + 7) < life.world.ends:
            life.later(days, partial(what, life))


def flip_consent(life: Life) -> None:
    """Let a contact change their mind about a channel."""
    contacts = list(life.patient.contacts.filter(is_active=True).order_by("order"))
    contact, channel = life.chance.choice(contacts), life.chance.choice(("sms_consent", "email_consent"))
    fields = {channel: "refused" if getattr(contact, channel) == "given" else "given"}
    save_contact(patient=life.patient, contact=contact, fields=fields, by=life.world.coordinator)
    tell_of_contact(life, contact)
    plan_changes(life)


def bounce(life: Life) -> None:
    """Let an address be refused from here on."""
    contact = life.patient.contacts.order_by("order").first()
    if contact:
        channel = life.chance.choice(("sms", "email"))
        life.world.refused.add((contact.phone if channel == "sms" else contact.email, channel))
        life.world.tell("refuses", contact=life.world.names[contact.pk], channel=channel)
