"""What the database itself refuses, whoever writes."""

from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from accounts.models import Staff
from patients.models import Contact
from schedules.actions import book_visits, load_packaged_protocol, record_visit
from schedules.models import Plan, Protocol
from tests.factories import ClinicFactory, visit_of

TODAY = date(2024, 3, 6)


def sql(statement: str, *parameters: object) -> None:
    """Run a statement with all constraints checked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, parameters)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["text", "slug", "version"])
@pytest.mark.parametrize("status", ["active", "retired"])
def test_published_protocol_never_changes(status: str, column: str) -> None:
    protocol = load_packaged_protocol(by=None)
    Protocol.objects.filter(pk=protocol.pk).update(status=status)
    with pytest.raises(InternalError, match="published_text_is_final"):
        sql(f"UPDATE schedules_protocol SET {column} = 'other'")
    protocol.refresh_from_db()
    assert getattr(protocol, column) != "other"


@pytest.mark.django_db
def test_published_protocol_is_retired_and_a_draft_is_written_on() -> None:
    published = load_packaged_protocol(by=None)
    draft = Protocol.objects.create(slug="draft", version="0.1", title="Draft", text="", sha256="")
    Protocol.objects.filter(pk=published.pk).update(status="retired")
    Protocol.objects.filter(pk=draft.pk).update(text="slug = 'draft'")
    assert set(Protocol.objects.values_list("status", "text")) == {
        ("retired", published.text),
        ("draft", "slug = 'draft'"),
    }


@pytest.mark.django_db
def test_protocol_is_never_deleted() -> None:
    load_packaged_protocol(by=None)
    with pytest.raises(InternalError, match="protocols_stay"):
        sql("DELETE FROM schedules_protocol")
    assert Protocol.objects.count() == 1


@pytest.fixture
def rows(plan: Plan, clinician: Staff) -> dict[str, UUID]:
    """One row of each table that carries its parent's clinic, by table."""
    week, booked = visit_of(plan, "W5"), visit_of(plan, "W6")
    appointment = book_visits(visits=[booked], on=date(2024, 3, 13), by=clinician, today=TODAY)
    record = record_visit(visit=week, occurred_on=TODAY, outcomes={"cbc": "done"}, by=clinician, today=TODAY)
    contact = Contact.objects.create(patient=plan.patient, clinic=plan.clinic)
    return {
        "patients_contact": contact.pk,
        "patients_treatment": plan.treatment_id,
        "schedules_plan": plan.pk,
        "schedules_appointment": appointment.pk,
        "schedules_plannedvisit": week.pk,
        "schedules_visitrecord": record.pk,
        "schedules_plannedactivity": week.activities.get().pk,
    }


@pytest.mark.parametrize(
    "table",
    [
        "patients_contact",
        "patients_treatment",
        "schedules_plan",
        "schedules_appointment",
        "schedules_plannedvisit",
        "schedules_visitrecord",
        "schedules_plannedactivity",
    ],
)
def test_row_of_another_clinic_than_its_parent_is_refused(rows: dict[str, UUID], table: str) -> None:
    elsewhere = ClinicFactory()
    with pytest.raises(IntegrityError, match="same_clinic"):
        sql(f"UPDATE {table} SET clinic_id = %s WHERE id = %s", elsewhere.pk, rows[table])


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE schedules_plannedvisit SET opens = target + 1", "window_holds_target"),
        ("UPDATE schedules_plannedvisit SET closes = target - 1", "window_holds_target"),
        ("UPDATE schedules_plannedvisit SET done_on = NULL WHERE status = 'done'", "done_has_a_date"),
        ("UPDATE schedules_plannedvisit SET timepoint = 'W1'", "timepoint_once_per_plan"),
        ("UPDATE schedules_plannedactivity SET activity = 'cbc'", "activity_once_per_visit"),
        ("UPDATE schedules_plan SET imaging_interval = 5", "imaging_interval_6_to_12"),
        ("UPDATE schedules_plan SET annual_interval = 24", "annual_24_needs_reason"),
        ("UPDATE schedules_plan SET late_imaging_interval = 24", "late_imaging_24_needs_reason"),
        ("UPDATE patients_treatment SET activity_mbq = 0", "activity_positive"),
        ("UPDATE patients_treatment SET weight_kg = 0", "weight_positive"),
        ("UPDATE patients_patient SET status = 'merged'", "merged_names_survivor"),
    ],
)
def test_row_that_contradicts_itself_is_refused(statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        sql(statement)


def test_patient_has_one_current_plan(plan: Plan) -> None:
    columns = [field.column for field in Plan._meta.concrete_fields if field.column not in ("id", "treatment_id")]
    names = ", ".join(columns)
    with pytest.raises(IntegrityError, match="one_current_plan"):
        sql(
            f"INSERT INTO schedules_plan (id, treatment_id, {names})"
            f" SELECT gen_random_uuid(), gen_random_uuid(), {names} FROM schedules_plan"
        )
