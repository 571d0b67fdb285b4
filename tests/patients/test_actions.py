"""What is known about a patient, and treatments that anchor no plan."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from patients.actions import (
    PatientFacts,
    register_patient,
    remove_contact,
    save_contact,
    set_care_team,
    update_patient,
    update_treatment,
)
from patients.models import CareTeam, Patient, Treatment
from schedules.models import Plan
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.snapshot import everything

TODAY = date(2024, 3, 6)
FACTS = PatientFacts("M1", "Íñigo", "Ñandú Ortiz", date(1961, 3, 3), "male", "pheochromocytoma")


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ClinicFactory()


@pytest.fixture
def by(clinic: Clinic) -> Staff:
    return MembershipFactory(clinic=clinic).staff


@pytest.fixture
def plan(clinic: Clinic, by: Staff) -> Plan:
    return enrolled(by=by, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY, mrn="M1")


def test_registered_patient_is_found_without_accents(clinic: Clinic, by: Staff) -> None:
    patient = register_patient(clinic=clinic, facts=FACTS, by=by, today=TODAY)
    assert list(Patient.objects.matching("ortiz ina nandu")) == []
    assert list(Patient.objects.matching("INIGO nan")) == [patient]
    assert patient.search_name == "nandu ortiz inigo"


def test_mrn_is_unique_in_a_clinic_and_free_in_another(clinic: Clinic, by: Staff) -> None:
    register_patient(clinic=clinic, facts=FACTS, by=by, today=TODAY)
    before = everything()
    with pytest.raises(InputRefused, match="MRN M1 belongs to another patient") as refused:
        register_patient(clinic=clinic, facts=FACTS, by=by, today=TODAY)
    assert refused.value.field == "mrn"
    assert everything() == before
    assert register_patient(clinic=ClinicFactory(), facts=FACTS, by=by, today=TODAY).mrn == "M1"


def test_nobody_is_born_tomorrow(clinic: Clinic, by: Staff) -> None:
    before = everything()
    with pytest.raises(InputRefused, match="in the future"):
        register_patient(clinic=clinic, facts=FACTS, by=by, today=date(1961, 3, 2))
    assert everything() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mrn", "M2"),
        ("given_name", "Eva"),
        ("family_name", "Nueva"),
        ("birth_date", date(1962, 3, 3)),
        ("sex", "male"),
    ],
)
def test_change_of_identity_needs_a_reason(plan: Plan, by: Staff, field: str, value: Any) -> None:
    before = everything()
    with pytest.raises(ReasonNeeded) as refused:
        update_patient(patient=Patient.objects.get(), fields={field: value}, by=by, today=TODAY)
    assert refused.value.field == "reason"
    assert everything() == before
    update_patient(
        patient=Patient.objects.get(), fields={field: value}, reason="A slip of the pen.", by=by, today=TODAY
    )
    assert getattr(Patient.objects.get(), field) == value
    assert Event.objects.get(kind="patient.changed").facts["fields"] == [field]


def test_other_changes_need_no_reason(plan: Plan, by: Staff) -> None:
    fields = {"responsible_clinician": by, "time_zone": "Atlantic/Canary", "secreting": True}
    update_patient(patient=plan.patient, fields=fields, by=by, today=TODAY)
    patient = Patient.objects.get()
    assert (patient.responsible_clinician, patient.zone_name, patient.secreting) == (by, "Atlantic/Canary", True)


def test_change_to_what_is_already_known_writes_no_event(plan: Plan, by: Staff) -> None:
    before = everything()
    update_patient(patient=plan.patient, fields={"mrn": "M1", "sex": "female"}, by=by, today=TODAY)
    assert everything() == before


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"mrn": "M2"}, InputRefused, "mrn"),
        ({"birth_date": date(2024, 2, 1)}, InputRefused, "birth_date"),
    ],
)
def test_change_that_cannot_be_leaves_nothing(
    plan: Plan, by: Staff, fields: dict[str, Any], error: type[DomainError], field: str
) -> None:
    PatientFactory(clinic=plan.clinic, mrn="M2")
    before = everything()
    with pytest.raises(error) as refused:
        update_patient(patient=plan.patient, fields=fields, reason="A slip of the pen.", by=by, today=TODAY)
    assert refused.value.field == field
    assert everything() == before


def test_contact_is_added_changed_and_removed(plan: Plan, by: Staff) -> None:
    contact = save_contact(patient=plan.patient, contact=None, fields={"name": "Luz", "phone": "1"}, by=by)
    save_contact(patient=plan.patient, contact=contact, fields={"phone": "2"}, by=by)
    remove_contact(contact=contact, by=by)
    contact.refresh_from_db()
    assert (contact.name, contact.phone, contact.is_active) == ("Luz", "2", False)
    kinds = Event.objects.filter(kind__startswith="contact").order_by("at", "id").values_list("kind", flat=True)
    assert list(kinds) == ["contact.added", "contact.changed", "contact.removed"]


@pytest.mark.parametrize(
    ("fields", "is_ours", "responsible"),
    [
        ({}, True, "our clinic"),
        ({"outside_team": "Haematology"}, True, "our clinic"),
        ({"outside_team": "Haematology", "accepted_on": date(2024, 2, 1)}, False, "Haematology"),
    ],
)
def test_counts_are_ours_until_an_outside_team_accepts(
    plan: Plan, by: Staff, fields: dict[str, Any], is_ours: bool, responsible: str
) -> None:
    team = set_care_team(patient=plan.patient, phase="weeks", fields=fields, by=by)
    assert (team.is_ours, team.responsible) == (is_ours, responsible)


def test_care_team_of_a_phase_is_replaced(plan: Plan, by: Staff) -> None:
    set_care_team(patient=plan.patient, phase="weeks", fields={"outside_team": "Haematology"}, by=by)
    set_care_team(patient=plan.patient, phase="weeks", fields={"staff": by, "outside_team": ""}, by=by)
    assert list(CareTeam.objects.values_list("staff", "outside_team")) == [(by.pk, "")]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (lambda by: {"staff": by, "outside_team": "Haematology"}, "outside_team"),
        (lambda by: {"staff": by, "accepted_on": date(2024, 2, 1)}, "accepted_on"),
    ],
    ids=["both", "acceptance without a team"],
)
def test_care_team_that_contradicts_itself_leaves_nothing(
    plan: Plan, by: Staff, fields: Callable[[Staff], dict[str, Any]], field: str
) -> None:
    before = everything()
    with pytest.raises(InputRefused) as refused:
        set_care_team(patient=plan.patient, phase="weeks", fields=fields(by), by=by)
    assert refused.value.field == field
    assert everything() == before


def test_unusual_activity_is_corrected_once_a_reason_is_given(plan: Plan, by: Staff) -> None:
    treatment = Treatment.objects.select_related("patient", "clinic").get()
    unusual = {"activity_mbq": Decimal("50000.0"), "weight_kg": Decimal("80.00")}
    before = everything()
    with pytest.raises(ReasonNeeded, match="outside 300-45000 MBq") as refused:
        update_treatment(treatment=treatment, fields=unusual, reason="", by=by, today=TODAY)
    assert refused.value.field == "override_reason"
    assert everything() == before
    update_treatment(treatment=treatment, fields=unusual, reason="As the record says.", by=by, today=TODAY)
    stored = Treatment.objects.get()
    assert (stored.activity_mbq, stored.activity_per_kg_mbq, stored.override_reason) == (
        Decimal("50000.0"),
        Decimal("625.0"),
        "As the record says.",
    )


def test_cumulative_activity_counts_given_therapeutic_treatments_alone(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic)
    for day, kind, state, activity in (
        (1, "therapeutic", "given", 11100),
        (2, "therapeutic", "given", None),
        (3, "therapeutic", "given", Decimal("7400.5")),
        (4, "therapeutic", "withdrawn", 100),
        (5, "therapeutic", "planned", 1000),
        (6, "dosimetric", "given", 185),
    ):
        Treatment.objects.create(
            patient=patient, clinic=clinic, started_on=date(2024, 1, day), kind=kind, state=state, activity_mbq=activity
        )
    assert patient.cumulative_activity_mbq() == Decimal("18500.5")


@pytest.mark.parametrize("birth_date", [date(1899, 12, 31), date(2026, 11, 23)])
def test_patient_with_a_birth_date_nobody_has_is_refused(clinic: Clinic, by: Staff, birth_date: date) -> None:
    with pytest.raises(InputRefused) as refused:
        register_patient(clinic=clinic, facts=replace(FACTS, birth_date=birth_date), by=by, today=date(2026, 11, 22))
    assert (refused.value.field, Patient.objects.count()) == ("birth_date", 0)


def test_treatment_entered_in_error_meanwhile_is_not_corrected(plan: Plan, by: Staff) -> None:
    treatment = Treatment.objects.select_related("patient", "clinic").get()
    Treatment.objects.update(state="withdrawn")

    with pytest.raises(TransitionRefused, match="entered in error"):
        update_treatment(treatment=treatment, fields={"weight_kg": Decimal(60)}, reason="", by=by, today=TODAY)

    treatment.refresh_from_db()
    assert (treatment.state, treatment.weight_kg) == ("withdrawn", None)
