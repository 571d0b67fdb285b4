"""Changing what is known about a patient. What also changes a plan lives in `schedules.actions`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action, note_entered
from patients.models import CareTeam, Contact, Patient, Treatment
from patients.names import fold
from patients.treatment_checks import TreatmentFacts, birth_refusal, concerns, refusal
from patients.treatment_intervals import interval_for


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """A patient as entered."""

    mrn: str
    given_name: str
    family_name: str
    birth_date: date
    sex: str
    indication: str
    secreting: bool = False
    responsible_clinician: Staff | None = None
    time_zone: str = ""


# What else stands against a planned therapeutic treatment: of whom, on which day, seen today. Apps above add theirs.
PLANNED_CONCERNS: list[Callable[[Patient, date, date], list[str]]] = []
# What stands against any infusion of MIBG, planned or given, as it is entered and not saved yet. Apps above add theirs.
INFUSION_CONCERNS: list[Callable[[Treatment], list[str]]] = []
# Where it is noted that nothing reaches an address.
FAULTS = {"phone": "phone_fault", "email": "email_fault"}
IDENTITY = ("mrn", "given_name", "family_name", "birth_date", "sex")


def search_name(family_name: str, given_name: str) -> str:
    """Return what the patient list is searched and ordered by."""
    folded = fold(f"{family_name} {given_name}")  # a ligature folds to several letters, so it can grow
    return folded[: Patient._meta.get_field("search_name").max_length]


@action
def register_patient(*, clinic: Clinic, facts: PatientFacts, by: Staff, today: date) -> Patient:
    """Enter a patient who has no plan yet.

    Raises   InputRefused: the MRN is taken, the birth date cannot be, the clinician works elsewhere.
    Records  patient.registered
    """
    refuse_impossible_birth(facts.birth_date, today=today)
    refuse_stranger(facts.responsible_clinician, clinic, field="responsible_clinician")
    patient = new_patient(clinic, facts)
    save_with_free_mrn(patient)
    note_entered(patient.pk)
    record_event("patient.registered", clinic=clinic, patient=patient, by=by, mrn=patient.mrn)
    return patient


def refuse_impossible_birth(birth_date: date, *, today: date) -> None:
    """Raise InputRefused for a birth date that nobody alive has."""
    if refused := birth_refusal(birth_date, today=today):
        raise InputRefused(refused, field="birth_date")


def refuse_stranger(staff: Staff | None, clinic: Clinic, *, field: str) -> None:
    """Raise InputRefused when `staff` is somebody who does not work in `clinic`."""
    if staff and not clinic.memberships.filter(staff=staff, is_active=True).exists():
        raise InputRefused(f"{staff} does not work in {clinic}.", field=field)


def new_patient(clinic: Clinic, facts: PatientFacts) -> Patient:
    """Return the unsaved row of a patient as entered."""
    return Patient(
        clinic=clinic,
        search_name=search_name(facts.family_name, facts.given_name),
        **{name: getattr(facts, name) for name in facts.__dataclass_fields__},
    )


def save_with_free_mrn(patient: Patient, update_fields: list[str] | None = None) -> None:
    """Save `patient`.

    Raises   InputRefused: another patient of the clinic has this MRN.
    """
    try:
        with transaction.atomic():
            patient.save(update_fields=update_fields)
    except IntegrityError as error:
        if "mrn_unique_in_clinic" not in str(error):
            raise
        raise InputRefused(f"MRN {patient.mrn} belongs to another patient of this clinic.", field="mrn") from error


@action
def update_patient(*, patient: Patient, fields: Mapping[str, Any], by: Staff, today: date, reason: str = "") -> Patient:
    """Change what is known about a patient; a change of identity needs a reason.

    Raises   ReasonNeeded: MRN, name, birth date or sex changes without a reason.
    Raises   InputRefused: the MRN is taken, the birth date cannot be, the clinician works elsewhere.
    Raises   TransitionRefused: the record was merged or entered in error.
    Records  patient.changed, which can be undone
    """
    refuse_closed_record(patient)
    changed = {name: value for name, value in fields.items() if getattr(patient, name) != value}
    if not changed:
        return patient
    if any(name in IDENTITY for name in changed) and not reason:
        raise ReasonNeeded(["This changes who the patient is."], field="reason")
    refuse_impossible_birth(changed.get("birth_date", patient.birth_date), today=today)
    first = patient.treatments.exclude(state=Treatment.State.WITHDRAWN).order_by("started_on").first()
    if first and changed.get("birth_date", first.started_on) > first.started_on:
        raise InputRefused(f"The birth date is after the treatment of {first.started_on}.", field="birth_date")
    refuse_stranger(changed.get("responsible_clinician"), patient.clinic, field="responsible_clinician")
    changes = Changes()
    changes.watch(patient)
    for name, value in changed.items():
        setattr(patient, name, value)
    patient.search_name = search_name(patient.family_name, patient.given_name)
    save_with_free_mrn(patient)
    record_event(
        "patient.changed",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        reason=reason,
        fields=sorted(changed),
        rows=changes.facts(),
    )
    return patient


def lock_patient(patient: Patient) -> Patient:
    """Return the patient as they are now, locked, so that two people cannot enter the same treatment at once.

    Raises   TransitionRefused: the record was merged or entered in error.
    """
    rows = Patient.objects.select_for_update(of=("self",), no_key=True)  # who writes about the patient need not wait
    locked: Patient = rows.select_related("clinic").get(pk=patient.pk)
    refuse_closed_record(locked)
    return locked


def refuse_closed_record(patient: Patient) -> None:
    """Raise TransitionRefused when the patient's record was merged or entered in error."""
    if patient.status != Patient.Status.ACTIVE:
        raise TransitionRefused(f"This record is closed: {patient.get_status_display().lower()}.")


@action
def save_contact(*, patient: Patient, contact: Contact | None, fields: Mapping[str, Any], by: Staff) -> Contact:
    """Add a way to reach the patient or a guardian, or change one; another address clears what was wrong with the old.

    Records  contact.added or contact.changed, which can be undone
    """
    refuse_closed_record(patient)
    changes = Changes()
    kind = "contact.changed" if contact else "contact.added"
    saved = contact or Contact(patient=patient, clinic=patient.clinic)
    if contact:
        changes.watch(contact)
    for address, fault in FAULTS.items():
        if address in fields and fields[address] != getattr(saved, address):
            setattr(saved, fault, "")
    for name, value in fields.items():
        setattr(saved, name, value)
    saved.save()
    if not contact:
        changes.created(saved, undone={"is_active": False})
    record_event(
        kind, clinic=patient.clinic, patient=patient, by=by, contact=saved.pk, name=str(saved), rows=changes.facts()
    )
    return saved


@action
def remove_contact(*, contact: Contact, by: Staff) -> Contact:
    """Stop using a contact; the row stays.

    Records  contact.removed, which can be undone
    """
    changes = Changes()
    changes.watch(contact)
    contact.is_active = False
    contact.save(update_fields=["is_active"])
    record_event(
        "contact.removed",
        clinic=contact.clinic,
        patient=contact.patient,
        by=by,
        contact=contact.pk,
        name=str(contact),
        rows=changes.facts(),
    )
    return contact


@action
def note_fault(*, contact: Contact, channel: str, fault: str) -> Contact:
    """Note that what is sent to a contact by `channel` was refused for good; nothing more goes there.

    Records  contact.unreachable
    """
    address = "email" if channel == "email" else "phone"
    setattr(contact, FAULTS[address], fault[:200] or "Refused.")
    contact.save(update_fields=[FAULTS[address]])
    write_by_nobody("contact.unreachable", contact, channel)
    return contact


@action
def stop_messages(*, contact: Contact, channel: str) -> Contact:
    """Note that a contact wants no more messages by `channel`, as they said themselves by a link they were sent.

    Records  contact.stopped_messages; nothing when it was refused before
    """
    consent = "email_consent" if channel == "email" else "sms_consent"
    contact = Contact.objects.select_for_update(of=("self",)).select_related("clinic", "patient").get(pk=contact.pk)
    if getattr(contact, consent) != Contact.Consent.REFUSED:
        setattr(contact, consent, Contact.Consent.REFUSED)
        contact.save(update_fields=[consent])
        write_by_nobody("contact.stopped_messages", contact, channel)
    return contact


def write_by_nobody(kind: str, contact: Contact, channel: str) -> None:
    """Write down what came of a message, by no member of staff."""
    record_event(
        kind,
        clinic=contact.clinic,
        patient=contact.patient,
        by=None,
        contact=contact.pk,
        name=str(contact),
        way="e-mail" if channel == "email" else "SMS",
    )


@action
def set_care_team(*, patient: Patient, phase: str, fields: Mapping[str, Any], by: Staff) -> CareTeam:
    """Say who is responsible for acting on the counts in one phase: one of ours, or an outside team.

    Raises   InputRefused: both are named, an acceptance without an outside team, or somebody of another clinic.
    Records  care_team.set, which can be undone
    """
    refuse_closed_record(patient)
    if fields.get("staff") and fields.get("outside_team"):
        raise InputRefused("Name one of ours or an outside team, not both.", field="outside_team")
    if fields.get("accepted_on") and not fields.get("outside_team"):
        raise InputRefused("Only an outside team accepts; name it or clear the date.", field="accepted_on")
    refuse_stranger(fields.get("staff"), patient.clinic, field="staff")
    changes = Changes()
    team = patient.care_teams.select_for_update().filter(phase=phase).first()
    if team:
        changes.watch(team)
    else:
        team = CareTeam(patient=patient, clinic=patient.clinic, phase=phase)
        changes.created(team, undone={"staff_id": None, "outside_team": "", "phone": "", "accepted_on": None})
    for name, value in fields.items():
        setattr(team, name, value)
    team.save()
    record_event(
        "care_team.set",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        phase=team.get_phase_display(),
        responsible=team.responsible,
        is_ours=team.is_ours,
        rows=changes.facts(),
    )
    return team


def check_treatment(
    *, patient: Patient, facts: TreatmentFacts, today: date, apart_from: Treatment | None = None
) -> None:
    """Raise InputRefused for a treatment that cannot be, ReasonNeeded for an unusual one without a reason."""
    if refused := refusal(facts, birth_date=patient.birth_date, today=today):
        field, message = refused
        raise InputRefused(message, field=field)
    others = patient.treatments.exclude(state=Treatment.State.WITHDRAWN)
    if apart_from:
        others = others.exclude(pk=apart_from.pk)
    if others.filter(kind=facts.kind, started_on=facts.started_on).exists():
        raise InputRefused(f"There is already a {facts.kind} treatment on {facts.started_on}.", field="started_on")
    refuse_no_tandem(patient, facts, apart_from=apart_from)
    given = others.filter(kind=Treatment.Kind.THERAPEUTIC, state=Treatment.State.GIVEN)
    apart = given.exclude(pk__in=course_of(facts, apart_from))
    days = apart.values_list("started_on", flat=True)
    unusual = concerns(facts, other_infusions=days, shortest=interval_for(patient.indication).shortest)
    if facts.kind == Treatment.Kind.THERAPEUTIC and facts.state == Treatment.State.PLANNED:
        unusual += [sentence for find in PLANNED_CONCERNS for sentence in find(patient, facts.started_on, today)]
    entered = apart_from or Treatment(patient=patient, clinic=patient.clinic, **asdict(facts))
    unusual += [sentence for find in INFUSION_CONCERNS for sentence in find(entered)]
    if unusual and not facts.override_reason:
        raise ReasonNeeded(unusual, field="override_reason")


def course_of(facts: TreatmentFacts, apart_from: Treatment | None) -> set[UUID]:
    """Return the infusions of the tandem course a treatment belongs to: between them no interval is asked about."""
    first = facts.tandem_with_id or (apart_from.pk if apart_from else None)
    if first is None:
        return set()
    return {first, *Treatment.objects.filter(tandem_with=first).values_list("pk", flat=True)}


def refuse_no_tandem(patient: Patient, facts: TreatmentFacts, *, apart_from: Treatment | None) -> None:
    """Raise InputRefused when a treatment cannot be the second infusion of the tandem course it names.

    Nor may the first come after its second. A second whose first was entered in error since stands by itself.
    """
    second = _in_force(Treatment.objects.filter(tandem_with=apart_from)).first() if apart_from else None
    if second and facts.started_on >= second.started_on:
        raise InputRefused(
            f"The second infusion of the course was on {second.started_on}, not after this one.", field="started_on"
        )
    if facts.tandem_with_id is None:
        return
    first = _in_force(patient.treatments.filter(pk=facts.tandem_with_id)).first()
    if first is None and apart_from and _named_before(apart_from) == facts.tandem_with_id:
        return
    if first is None or Treatment.Kind.THERAPEUTIC not in (first.kind, facts.kind) or first.kind != facts.kind:
        raise InputRefused("A tandem course is of two therapeutic treatments of this patient.", field="tandem_with")
    if first.started_on >= facts.started_on:
        raise InputRefused(
            f"The first infusion of the course was on {first.started_on}, not before this one.", field="tandem_with"
        )
    others = _in_force(Treatment.objects.filter(tandem_with=first))
    if apart_from:
        others = others.exclude(pk=apart_from.pk)
    if first.tandem_with_id or others.exists():
        raise InputRefused("That course is complete: it has two infusions.", field="tandem_with")


def _in_force(treatments: QuerySet[Treatment]) -> QuerySet[Treatment]:
    return treatments.exclude(state=Treatment.State.WITHDRAWN)


def _named_before(treatment: Treatment) -> UUID | None:
    """Return the first infusion that the stored row of a treatment names."""
    return Treatment.objects.values_list("tandem_with_id", flat=True).get(pk=treatment.pk)


@action
def record_unanchored_treatment(*, patient: Patient, facts: TreatmentFacts, by: Staff | None, today: date) -> Treatment:
    """Record a planned or a dosimetric treatment: neither anchors a plan.

    Raises   InputRefused, ReasonNeeded: see `check_treatment`.
    Records  treatment.planned or treatment.recorded, which can be undone
    """
    patient = lock_patient(patient)
    check_treatment(patient=patient, facts=facts, today=today)
    treatment = Treatment.objects.create(patient=patient, clinic=patient.clinic, **asdict(facts))
    record_event(
        "treatment.planned" if facts.state == Treatment.State.PLANNED else "treatment.recorded",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        reason=facts.override_reason,
        **facts_of_unanchored(treatment),
    )
    return treatment


def facts_of_unanchored(treatment: Treatment) -> dict[str, Any]:
    """Return what the event of a treatment without a plan holds."""
    return {
        "treatment": treatment.pk,
        "kind_of_treatment": treatment.kind,
        "started_on": treatment.started_on,
        "rows": rows_of_new_treatment(treatment),
    }


def rows_of_new_treatment(treatment: Treatment) -> list[dict[str, Any]]:
    """Return what undoing the entry of a treatment restores: it is withdrawn, since nothing is deleted."""
    changes = Changes()
    changes.created(treatment, undone={"state": Treatment.State.WITHDRAWN.value})
    return changes.facts()


@action
def update_treatment(
    *, treatment: Treatment, fields: Mapping[str, Any], reason: str, by: Staff, today: date
) -> Treatment:
    """Correct what is known about a treatment apart from its date, kind and state.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    Raises   InputRefused, ReasonNeeded: see `check_treatment`; `reason` counts as the reason for what is unusual.
    Records  treatment.changed, which can be undone
    """
    patient = lock_patient(treatment.patient)
    treatment.refresh_from_db()
    if treatment.state == Treatment.State.WITHDRAWN:
        raise TransitionRefused("This treatment is marked as entered in error.")
    changes = Changes()
    changes.watch(treatment)
    for name, value in fields.items():
        setattr(treatment, name, value)
    if reason:
        treatment.override_reason = reason
    facts = TreatmentFacts(**{name: getattr(treatment, name) for name in TreatmentFacts.__dataclass_fields__})
    check_treatment(patient=patient, facts=facts, today=today, apart_from=treatment)
    treatment.save(update_fields=[*fields, "override_reason"])
    record_event(
        "treatment.changed",
        clinic=treatment.clinic,
        patient=patient,
        by=by,
        reason=reason,
        treatment=treatment.pk,
        fields=sorted(fields),
        rows=changes.facts(),
    )
    return treatment
