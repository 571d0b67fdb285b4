"""Row history: whatever writes a row, the database keeps what changed, by whom and why."""

from collections.abc import Callable
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import InternalError

from accounts.models import Clinic, Staff
from iotrex_followup.history import action, carry_authorship_into_copy
from iotrex_followup.ids import uuid7
from patients.models import Patient
from tests.factories import MembershipFactory, PatientFactory

TRACKED = {
    "accounts.clinic",
    "accounts.cover",
    "accounts.ladderstep",
    "accounts.membership",
    "accounts.staff",
    "events.job",
    "events.message",
    "events.webhookendpoint",
    "imaging.assessedstudy",
    "imaging.imagingpolicy",
    "imaging.imagingstudy",
    "imaging.lesion",
    "imaging.lesionmeasurement",
    "imaging.preparationpolicy",
    "imaging.responseassessment",
    "imaging.scorereading",
    "imaging.thyroidblockade",
    "imaging.withdrawal",
    "labs.alert",
    "labs.alertfinding",
    "labs.baseline",
    "labs.codemapping",
    "labs.labgrade",
    "labs.laboratory",
    "labs.labpolicy",
    "labs.labresult",
    "labs.quarantineitem",
    "labs.referencerange",
    "labs.specimenmatch",
    "labs.unitmapping",
    "patients.adverseevent",
    "patients.careteam",
    "patients.clinicalevent",
    "patients.contact",
    "patients.contactentry",
    "patients.medicine",
    "patients.patient",
    "patients.supportivecare",
    "patients.treatment",
    "schedules.absence",
    "schedules.appointment",
    "schedules.capacity",
    "schedules.clinicclosure",
    "schedules.defaultprotocol",
    "schedules.place",
    "schedules.plan",
    "schedules.plannedactivity",
    "schedules.plannedvisit",
    "schedules.proposal",
    "schedules.protocol",
    "schedules.protocolapproval",
    "schedules.reminderpolicy",
    "schedules.remindertext",
    "schedules.signoff",
    "schedules.visitrecord",
}


@pytest.fixture
def by(db: None) -> Staff:
    return MembershipFactory().staff


@pytest.fixture
def patient(by: Staff) -> Patient:
    return PatientFactory(clinic=Clinic.objects.get(), family_name="Before")


def test_every_clinical_model_keeps_the_history_of_its_rows() -> None:
    tracked = {model._meta.label_lower for model in apps.get_models() if hasattr(model, "row_history")}
    assert tracked == TRACKED


def history(pk: UUID) -> list[tuple[str, str, str, str]]:
    """What was written of a patient: how, the family name then, by whom and why."""
    rows = Patient.row_history.rel.related_model.objects.filter(pgh_obj_id=pk).order_by("pgh_id")
    return [
        (row.pgh_label, row.family_name, row.pgh_context.metadata["by"], row.pgh_context.metadata["reason"])
        for row in rows.exclude(pgh_context=None).select_related("pgh_context")
    ]


@action
def change(*, how: Callable[[Patient], object], patient: Patient, by: Staff, reason: str = "") -> None:
    how(patient)


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def bulk_update(patient: Patient) -> None:
    patient.family_name = "After"
    Patient.objects.bulk_update([patient], ["family_name"])


@pytest.mark.parametrize(
    "how",
    [
        lambda patient: Patient.objects.filter(pk=patient.pk).update(family_name="After"),
        bulk_update,
        lambda patient: sql("UPDATE patients_patient SET family_name = 'After' WHERE id = %s", patient.pk),
    ],
    ids=["update()", "bulk_update()", "raw SQL"],
)
def test_changed_row_is_recorded_with_its_author_and_reason(
    patient: Patient, by: Staff, how: Callable[[Patient], object]
) -> None:
    change(how=how, patient=patient, by=by, reason="Married.")
    assert history(patient.pk) == [("update", "After", str(by.pk), "Married.")]


@pytest.mark.parametrize(
    "how",
    [
        lambda patient: Patient.objects.filter(pk=patient.pk).delete(),
        lambda patient: Patient.objects.filter(pk=patient.pk)._raw_delete("default"),
        lambda patient: sql("DELETE FROM patients_patient WHERE id = %s", patient.pk),
    ],
    ids=["delete()", "raw delete", "raw SQL"],
)
def test_deleted_row_is_recorded_with_its_author_and_reason(
    patient: Patient, by: Staff, how: Callable[[Patient], object]
) -> None:
    pk = patient.pk
    change(how=how, patient=patient, by=by, reason="By the law.")
    assert not Patient.objects.filter(pk=pk).exists()
    assert history(pk) == [("delete", "Before", str(by.pk), "By the law.")]


def copy_of(patient: Patient) -> UUID:
    """Store the same patient under another MRN by COPY, and return the new row's id."""
    pk = uuid7()
    columns = [field.column for field in Patient._meta.concrete_fields if field.column != "created_at"]
    row = Patient.objects.filter(pk=patient.pk).values(*columns).get() | {"id": pk, "mrn": "COPY"}
    text = "\t".join("\\N" if row[name] is None else str(row[name]) for name in columns)
    carry_authorship_into_copy()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY patients_patient ({', '.join(columns)}) FROM STDIN", StringIO(text + "\n"))
    return pk


def insert(patient: Patient) -> UUID:
    return PatientFactory(clinic=patient.clinic, family_name="Before").pk


@pytest.mark.parametrize("how", [copy_of, insert], ids=["COPY", "insert"])
def test_new_row_is_recorded_with_its_author(patient: Patient, by: Staff, how: Callable[[Patient], UUID]) -> None:
    new: list[UUID] = []
    change(how=lambda patient: new.append(how(patient)), patient=patient, by=by)
    assert history(new[0]) == [("insert", "Before", str(by.pk), "")]


def test_many_rows_in_one_statement_are_recorded_one_by_one(patient: Patient, by: Staff) -> None:
    others = [insert(patient) for _ in range(3)]
    change(how=lambda _: Patient.objects.update(family_name="After"), patient=patient, by=by)
    assert [history(pk) for pk in (patient.pk, *others)] == [[("update", "After", str(by.pk), "")]] * 4


def test_system_is_the_author_where_no_person_is(patient: Patient) -> None:
    change(how=bulk_update, patient=patient, by=None)
    assert history(patient.pk) == [("update", "After", "", "")]


def test_action_within_an_action_is_by_the_same_author(patient: Patient, by: Staff) -> None:
    change(how=lambda p: change(how=bulk_update, patient=p, by=by), patient=patient, by=by, reason="")
    assert history(patient.pk) == [("update", "After", str(by.pk), "")]


def test_what_follows_by_rule_takes_nobodys_name_off_what_they_changed(patient: Patient, by: Staff) -> None:
    def change_and_follow(patient: Patient) -> None:
        bulk_update(patient)
        change(how=lambda _: None, patient=patient, by=None)

    change(how=change_and_follow, patient=patient, by=by, reason="Misread.")
    assert history(patient.pk) == [("update", "After", str(by.pk), "Misread.")]


def test_failed_action_leaves_neither_row_nor_history(patient: Patient, by: Staff) -> None:
    def fail(patient: Patient) -> None:
        bulk_update(patient)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(how=fail, patient=patient, by=by)
    assert (Patient.objects.get().family_name, history(patient.pk)) == ("Before", [])


@pytest.mark.parametrize("statement", ["UPDATE {} SET family_name = 'Other'", "DELETE FROM {}"])
def test_history_itself_is_never_changed(patient: Patient, statement: str) -> None:
    table = Patient.row_history.rel.related_model._meta.db_table
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        sql(statement.format(table))


def test_password_is_in_no_history(by: Staff) -> None:
    fields = {field.name for field in Staff.row_history.rel.related_model._meta.get_fields()}
    assert fields & {"password", "last_login"} == set()
