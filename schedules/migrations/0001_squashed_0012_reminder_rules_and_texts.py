import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import iotrex_followup.ids
from iotrex_followup.clinic_keys import same_clinic
from iotrex_followup.creating import CreateModels

# What a plan looked like on a past day is read from the history of its rows.
INDEXES = {
    "history_of_plan": "schedules_planevent (id)",
    "history_of_visits": "schedules_plannedvisitevent (plan_id)",
    "history_of_activities": "schedules_plannedactivityevent (visit_id)",
    "history_of_appointments": "schedules_appointmentevent (id)",
}


class Migration(migrations.Migration):
    replaces = [
        ("schedules", "0001_initial"),
        ("schedules", "0002_rows_carry_their_parents_clinic"),
        ("schedules", "0003_lists_page_by_key"),
        ("schedules", "0004_counts_told_by_results"),
        ("schedules", "0005_plans_that_change"),
        ("schedules", "0006_rows_carry_their_parents_clinic"),
        ("schedules", "0007_published_protocols_are_final"),
        ("schedules", "0008_history_is_read_by_plan"),
        ("schedules", "0009_clinics_choose_their_default_protocol"),
        ("schedules", "0010_defaults_stay_as_they_were"),
        ("schedules", "0011_held_visits_are_found_by_clinic"),
        ("schedules", "0012_reminder_rules_and_texts"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0002_working_hours_and_the_ladder"),
        ("patients", "0001_squashed_0006_rows_carry_their_patients_clinic"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absences",
                                to="patients.patient",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("last_day", models.DateField()),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        (
                            "withdrawn",
                            models.BooleanField(default=False, help_text="Entered in error, or no longer so."),
                        ),
                    ],
                    options={
                        "ordering": ("first_day", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("last_day__gte", models.F("first_day"))),
                                name="absence_ends_after_it_begins",
                                violation_error_message="The last day is before the first.",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_absenceevent" ("clinic_id", "first_day", "id", "last_day", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "withdrawn") SELECT new_values."clinic_id", new_values."first_day", new_values."id", new_values."last_day", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="35ce31e0d38c7f02340646f419b734f52e140063",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_51462",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_absence",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_absenceevent" ("clinic_id", "first_day", "id", "last_day", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "withdrawn") SELECT new_values."clinic_id", new_values."first_day", new_values."id", new_values."last_day", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="947c5b4dc8e7a3aa46f5558b8476baffe81db513",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_33d66",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_absence",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_absenceevent" ("clinic_id", "first_day", "id", "last_day", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "withdrawn") SELECT old_values."clinic_id", old_values."first_day", old_values."id", old_values."last_day", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ce9854db9fb13fa40f528f1533584a32a5548d4b",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_237ff",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_absence",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AbsenceEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.absence",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("last_day", models.DateField()),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        (
                            "withdrawn",
                            models.BooleanField(default=False, help_text="Entered in error, or no longer so."),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="35c0fa4d541ba322977bc92beb94c0a6e05bf905",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b568d",
                                    table="schedules_absenceevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appointment",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="patients.patient",
                            ),
                        ),
                        ("on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "at",
                            models.TimeField(
                                blank=True, help_text="The clinic's wall-clock time; blank for the day only.", null=True
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=200)),
                        ("person", models.CharField(blank=True, help_text="Who sees the patient.", max_length=200)),
                        ("interpreter", models.BooleanField(default=False, help_text="An interpreter is needed.")),
                        ("outside_window_reason", models.TextField(blank=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("booked", "Booked"),
                                    ("attended", "Attended"),
                                    ("did_not_attend", "Did not attend"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="booked",
                                max_length=14,
                            ),
                        ),
                        (
                            "cancelled_by",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("patient", "The patient or family"),
                                    ("clinic", "The clinic"),
                                    ("other", "Somebody else"),
                                ],
                                max_length=7,
                            ),
                        ),
                        (
                            "closing_reason",
                            models.TextField(blank=True, help_text="Why it was cancelled or not attended."),
                        ),
                        ("moves", models.PositiveSmallIntegerField(default=0, help_text="How often it was moved.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("on", "at"),
                        "indexes": [models.Index(fields=["clinic", "on"], name="appointment_by_day")],
                        "constraints": [models.UniqueConstraint(fields=("id", "clinic"), name="appointment_clinic")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_appointmentevent" ("at", "cancelled_by", "clinic_id", "closing_reason", "created_at", "id", "interpreter", "moves", "on", "outside_window_reason", "patient_id", "person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "state") SELECT new_values."at", new_values."cancelled_by", new_values."clinic_id", new_values."closing_reason", new_values."created_at", new_values."id", new_values."interpreter", new_values."moves", new_values."on", new_values."outside_window_reason", new_values."patient_id", new_values."person", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="fe72c314e5f7079165bd84529b7b8e196750a718",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_12786",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_appointment",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_appointmentevent" ("at", "cancelled_by", "clinic_id", "closing_reason", "created_at", "id", "interpreter", "moves", "on", "outside_window_reason", "patient_id", "person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "state") SELECT new_values."at", new_values."cancelled_by", new_values."clinic_id", new_values."closing_reason", new_values."created_at", new_values."id", new_values."interpreter", new_values."moves", new_values."on", new_values."outside_window_reason", new_values."patient_id", new_values."person", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c749a9aebadf5e883a75c2dd1a50d26443b0de21",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_9bfb0",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_appointment",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_appointmentevent" ("at", "cancelled_by", "clinic_id", "closing_reason", "created_at", "id", "interpreter", "moves", "on", "outside_window_reason", "patient_id", "person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "state") SELECT old_values."at", old_values."cancelled_by", old_values."clinic_id", old_values."closing_reason", old_values."created_at", old_values."id", old_values."interpreter", old_values."moves", old_values."on", old_values."outside_window_reason", old_values."patient_id", old_values."person", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="08c970b0043e051d1400b1b0d9bcb235d9fbac55",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_ae4fa",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_appointment",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AppointmentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.appointment",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        ("on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "at",
                            models.TimeField(
                                blank=True, help_text="The clinic's wall-clock time; blank for the day only.", null=True
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=200)),
                        ("person", models.CharField(blank=True, help_text="Who sees the patient.", max_length=200)),
                        ("interpreter", models.BooleanField(default=False, help_text="An interpreter is needed.")),
                        ("outside_window_reason", models.TextField(blank=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("booked", "Booked"),
                                    ("attended", "Attended"),
                                    ("did_not_attend", "Did not attend"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="booked",
                                max_length=14,
                            ),
                        ),
                        (
                            "cancelled_by",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("patient", "The patient or family"),
                                    ("clinic", "The clinic"),
                                    ("other", "Somebody else"),
                                ],
                                max_length=7,
                            ),
                        ),
                        (
                            "closing_reason",
                            models.TextField(blank=True, help_text="Why it was cancelled or not attended."),
                        ),
                        ("moves", models.PositiveSmallIntegerField(default=0, help_text="How often it was moved.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="2991fa7da824b304ec247552b5a95d407874a061",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_d35dd",
                                    table="schedules_appointmentevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Capacity",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="capacities",
                                to="accounts.clinic",
                            ),
                        ),
                        ("activity", models.CharField(max_length=24)),
                        ("places", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "verbose_name_plural": "capacities",
                        "ordering": ("activity",),
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "activity"), name="one_capacity_per_activity")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_capacityevent" ("activity", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places") SELECT new_values."activity", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."places" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d275ed819fdea7e6993a02f02dba03eb0f4235e1",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_eb6ea",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_capacity",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_capacityevent" ("activity", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places") SELECT new_values."activity", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."places" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d271276be5dfb7c34cf536eb0f5adbe8848f41d6",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_d3375",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_capacity",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_capacityevent" ("activity", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places") SELECT old_values."activity", old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."places" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="a0f8a3a375ea9b13a5154005ad9a27eb1871d891",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_01ae7",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_capacity",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CapacityEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.capacity",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        ("activity", models.CharField(max_length=24)),
                        ("places", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="dd7b7c72cd63f495490b7d3bf1aefde8efa11508",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_edf28",
                                    table="schedules_capacityevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClinicClosure",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="closures",
                                to="accounts.clinic",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("last_day", models.DateField()),
                        ("reason", models.CharField(max_length=200)),
                    ],
                    options={
                        "ordering": ("first_day",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("last_day__gte", models.F("first_day"))),
                                name="closure_ends_after_it_begins",
                                violation_error_message="The last day is before the first.",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_clinicclosureevent" ("clinic_id", "first_day", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."clinic_id", new_values."first_day", new_values."id", new_values."last_day", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0c1a6d9c7d5d9be3c6d24ca0a8cd657d686143cf",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_f04bb",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_clinicclosure",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_clinicclosureevent" ("clinic_id", "first_day", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."clinic_id", new_values."first_day", new_values."id", new_values."last_day", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f7091122b8ed21674e94145ef8c8af6c0205d776",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_8ce9f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_clinicclosure",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_clinicclosureevent" ("clinic_id", "first_day", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT old_values."clinic_id", old_values."first_day", old_values."id", old_values."last_day", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ce89f1f5076be66127837a4922d7e2c28bc48c25",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_7ac25",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_clinicclosure",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClinicClosureEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.clinicclosure",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("last_day", models.DateField()),
                        ("reason", models.CharField(max_length=200)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="3085ecc548e0d149b0ea4f9c8dd289096d3876fa",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_28fa0",
                                    table="schedules_clinicclosureevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Protocol",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slug", models.SlugField()),
                        ("version", models.CharField(max_length=20)),
                        ("title", models.CharField(max_length=200)),
                        ("text", models.TextField(help_text="The protocol as TOML.")),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "status",
                            models.CharField(
                                choices=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
                                default="draft",
                                max_length=7,
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                blank=True,
                                help_text="Blank: it was shipped.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "is_example",
                            models.BooleanField(
                                default=False, help_text="An example to be approved, not a recommendation."
                            ),
                        ),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("slug", "version"),
                        "constraints": [
                            models.UniqueConstraint(fields=("slug", "version"), name="one_protocol_per_version"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "draft"),
                                    ("clinic__isnull", True),
                                    models.Q(
                                        ("published_by__isnull", False),
                                        ("submitted_by__isnull", False),
                                        ("written_by__isnull", False),
                                        models.Q(("published_by", models.F("submitted_by")), _negated=True),
                                        models.Q(("published_by", models.F("written_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="publishing_needs_a_second_person",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="published_text_is_final",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."status" IN (\'active\', \'retired\') AND (OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."is_example" IS DISTINCT FROM (NEW."is_example") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."based_on_id" IS DISTINCT FROM (NEW."based_on_id") OR OLD."written_by_id" IS DISTINCT FROM (NEW."written_by_id") OR OLD."submitted_by_id" IS DISTINCT FROM (NEW."submitted_by_id") OR OLD."submitted_at" IS DISTINCT FROM (NEW."submitted_at") OR OLD."published_by_id" IS DISTINCT FROM (NEW."published_by_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at")))',
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="6d19dfe6d4bad12b4e948fc47aea6050ed92fa2e",
                                    operation="UPDATE",
                                    pgid="pgtrigger_published_text_is_final_db8dc",
                                    table="schedules_protocol",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="published_stays_published",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN ((NEW.\"status\" = 'draft' AND OLD.\"status\" IN ('active', 'retired')) OR (NEW.\"status\" = 'active' AND OLD.\"status\" = 'retired'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="b37a10565a99d24f72f96a59bece2575eebdc9f2",
                                    operation="UPDATE",
                                    pgid="pgtrigger_published_stays_published_98182",
                                    table="schedules_protocol",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="protocols_stay",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="4b1406418d3085eab422174b8a6eacf7802d39d2",
                                    operation="DELETE",
                                    pgid="pgtrigger_protocols_stay_e5fc0",
                                    table="schedules_protocol",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_protocolevent" ("based_on_id", "clinic_id", "id", "is_example", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "sha256", "slug", "status", "submitted_at", "submitted_by_id", "text", "title", "version", "written_by_id") SELECT new_values."based_on_id", new_values."clinic_id", new_values."id", new_values."is_example", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."published_at", new_values."published_by_id", new_values."sha256", new_values."slug", new_values."status", new_values."submitted_at", new_values."submitted_by_id", new_values."text", new_values."title", new_values."version", new_values."written_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="82ba16ab561e735dc9e277ecc13ad5354969d837",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_a744b",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_protocol",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_protocolevent" ("based_on_id", "clinic_id", "id", "is_example", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "sha256", "slug", "status", "submitted_at", "submitted_by_id", "text", "title", "version", "written_by_id") SELECT new_values."based_on_id", new_values."clinic_id", new_values."id", new_values."is_example", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."published_at", new_values."published_by_id", new_values."sha256", new_values."slug", new_values."status", new_values."submitted_at", new_values."submitted_by_id", new_values."text", new_values."title", new_values."version", new_values."written_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b19be2bafc41f62168d9162d902bf0b56f233027",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_75a06",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_protocol",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_protocolevent" ("based_on_id", "clinic_id", "id", "is_example", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "sha256", "slug", "status", "submitted_at", "submitted_by_id", "text", "title", "version", "written_by_id") SELECT old_values."based_on_id", old_values."clinic_id", old_values."id", old_values."is_example", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."published_at", old_values."published_by_id", old_values."sha256", old_values."slug", old_values."status", old_values."submitted_at", old_values."submitted_by_id", old_values."text", old_values."title", old_values."version", old_values."written_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c3016dd9868c42deef08885bd57803ed9f3a2c47",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_f0657",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_protocol",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DefaultProtocol",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="default_protocol",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "protocol",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="default_of",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "chosen_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("chosen_on", models.DateField()),
                    ],
                    options={
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_defaultprotocolevent" ("chosen_by_id", "chosen_on", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id") SELECT new_values."chosen_by_id", new_values."chosen_on", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."protocol_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="a161854a4e4f419b8b0bf2b620adacf840c1e803",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b1a43",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_defaultprotocol",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_defaultprotocolevent" ("chosen_by_id", "chosen_on", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id") SELECT new_values."chosen_by_id", new_values."chosen_on", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."protocol_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c296c5ad8ec7703b50b08e7d8ff85989fae65850",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_a8e8d",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_defaultprotocol",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_defaultprotocolevent" ("chosen_by_id", "chosen_on", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id") SELECT old_values."chosen_by_id", old_values."chosen_on", old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."protocol_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="814d2b28cf824d5c606d1772fda04a25c5d5fed5",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_ae5d2",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_defaultprotocol",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DefaultProtocolEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.defaultprotocol",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "protocol",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "chosen_by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("chosen_on", models.DateField()),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="31d7a4605c93d5ea562a9853df23b10aa425bf3f",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_425b9",
                                    table="schedules_defaultprotocolevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Place",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        ("activity", models.CharField(max_length=24)),
                        ("day", models.DateField()),
                        ("number", models.PositiveSmallIntegerField(help_text="From 1 to the clinic's capacity.")),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="places",
                                to="schedules.appointment",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("clinic", "activity", "day", "number"), name="a_place_is_taken_once"
                            ),
                            models.UniqueConstraint(
                                fields=("appointment", "activity"), name="one_place_per_appointment"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_placeevent" ("activity", "appointment_id", "clinic_id", "day", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."activity", new_values."appointment_id", new_values."clinic_id", new_values."day", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="fbc2e74a3343c2b10482d7e98a3259fd61b104b7",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_82faf",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_place",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_placeevent" ("activity", "appointment_id", "clinic_id", "day", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."activity", new_values."appointment_id", new_values."clinic_id", new_values."day", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d79c6b81faee4a745ad794b845aeeaa2f7d567b4",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_ac8e4",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_place",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_placeevent" ("activity", "appointment_id", "clinic_id", "day", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."activity", old_values."appointment_id", old_values."clinic_id", old_values."day", old_values."id", old_values."number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="474490087a83a7711e293197f85fb64d2303c63a",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_99bb1",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_place",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlaceEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.place",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        ("activity", models.CharField(max_length=24)),
                        ("day", models.DateField()),
                        ("number", models.PositiveSmallIntegerField(help_text="From 1 to the clinic's capacity.")),
                        (
                            "appointment",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.appointment",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="28293df9ded1a86611c4c442907b1555d07c8005",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_3693e",
                                    table="schedules_placeevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Plan",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="patients.patient"
                            ),
                        ),
                        (
                            "treatment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plan",
                                to="patients.treatment",
                            ),
                        ),
                        (
                            "protocol",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plans",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "anchor",
                            models.DateField(
                                help_text="Day 0: the clinic's calendar date on which the infusion began."
                            ),
                        ),
                        (
                            "imaging_interval",
                            models.PositiveSmallIntegerField(
                                default=6, help_text="Months between scans until month 60."
                            ),
                        ),
                        ("annual_interval", models.PositiveSmallIntegerField(default=12)),
                        ("annual_reason", models.TextField(blank=True)),
                        ("late_imaging_interval", models.PositiveSmallIntegerField(default=12)),
                        ("late_imaging_reason", models.TextField(blank=True)),
                        (
                            "markers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "followed_from",
                            models.DateField(help_text="What closed before this day is “before enrolment”."),
                        ),
                        ("is_current", models.BooleanField(default=True)),
                        (
                            "course_started_on",
                            models.DateField(
                                blank=True,
                                help_text="The first infusion of a tandem course, when it is not the anchor.",
                                null=True,
                            ),
                        ),
                        ("counts_recovered_on", models.DateField(blank=True, null=True)),
                        (
                            "recovery_by_rule",
                            models.BooleanField(default=False, help_text="Told by the results, not by a clinician."),
                        ),
                        (
                            "result_count_on",
                            models.DateField(
                                blank=True,
                                help_text="The last specimen whose results held ANC and platelets.",
                                null=True,
                            ),
                        ),
                        ("result_count_severe", models.BooleanField(default=False, help_text="That count was severe.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("anchor",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_current", True)),
                                fields=["clinic", "anchor"],
                                name="current_plan_by_anchor",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="plan_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)), fields=("patient",), name="one_current_plan"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("imaging_interval__range", (6, 12))),
                                name="imaging_interval_6_to_12",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("annual_interval", 12),
                                    models.Q(("annual_interval", 24), models.Q(("annual_reason", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="annual_24_needs_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("late_imaging_interval", 12),
                                    models.Q(
                                        ("late_imaging_interval", 24),
                                        models.Q(("late_imaging_reason", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="late_imaging_24_needs_reason",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_planevent" ("anchor", "annual_interval", "annual_reason", "clinic_id", "counts_recovered_on", "course_started_on", "created_at", "followed_from", "id", "imaging_interval", "is_current", "late_imaging_interval", "late_imaging_reason", "markers", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id", "recovery_by_rule", "result_count_on", "result_count_severe", "treatment_id") SELECT new_values."anchor", new_values."annual_interval", new_values."annual_reason", new_values."clinic_id", new_values."counts_recovered_on", new_values."course_started_on", new_values."created_at", new_values."followed_from", new_values."id", new_values."imaging_interval", new_values."is_current", new_values."late_imaging_interval", new_values."late_imaging_reason", new_values."markers", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."protocol_id", new_values."recovery_by_rule", new_values."result_count_on", new_values."result_count_severe", new_values."treatment_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0cdb642784ad9ce9a94db4ba736f2c3d0c3a97a2",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_55bc9",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_plan",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_planevent" ("anchor", "annual_interval", "annual_reason", "clinic_id", "counts_recovered_on", "course_started_on", "created_at", "followed_from", "id", "imaging_interval", "is_current", "late_imaging_interval", "late_imaging_reason", "markers", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id", "recovery_by_rule", "result_count_on", "result_count_severe", "treatment_id") SELECT new_values."anchor", new_values."annual_interval", new_values."annual_reason", new_values."clinic_id", new_values."counts_recovered_on", new_values."course_started_on", new_values."created_at", new_values."followed_from", new_values."id", new_values."imaging_interval", new_values."is_current", new_values."late_imaging_interval", new_values."late_imaging_reason", new_values."markers", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."protocol_id", new_values."recovery_by_rule", new_values."result_count_on", new_values."result_count_severe", new_values."treatment_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7825011a74e22b452ea1faaf57ee0eae80eaff6f",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_f1fdf",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_plan",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_planevent" ("anchor", "annual_interval", "annual_reason", "clinic_id", "counts_recovered_on", "course_started_on", "created_at", "followed_from", "id", "imaging_interval", "is_current", "late_imaging_interval", "late_imaging_reason", "markers", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id", "recovery_by_rule", "result_count_on", "result_count_severe", "treatment_id") SELECT old_values."anchor", old_values."annual_interval", old_values."annual_reason", old_values."clinic_id", old_values."counts_recovered_on", old_values."course_started_on", old_values."created_at", old_values."followed_from", old_values."id", old_values."imaging_interval", old_values."is_current", old_values."late_imaging_interval", old_values."late_imaging_reason", old_values."markers", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."protocol_id", old_values."recovery_by_rule", old_values."result_count_on", old_values."result_count_severe", old_values."treatment_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0a019ce9d51923ca5de1e23748e5c45363c9294e",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_9c3b3",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_plan",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlannedVisit",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="planned_visits",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="schedules.plan",
                            ),
                        ),
                        ("timepoint", models.CharField(max_length=8)),
                        ("kind", models.CharField(choices=[("visit", "Visit"), ("imaging", "Imaging")], max_length=7)),
                        ("phase", models.CharField(max_length=20)),
                        ("target", models.DateField()),
                        ("opens", models.DateField(help_text="First day of the window, inclusive.")),
                        ("closes", models.DateField(help_text="Last day of the window, inclusive.")),
                        (
                            "cost",
                            models.PositiveSmallIntegerField(help_text="What a miss would cost; orders the worklist."),
                        ),
                        (
                            "before_enrolment",
                            models.BooleanField(
                                default=False, help_text="The window closed before the plan was followed."
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("done", "Done"),
                                    ("missed", "Missed"),
                                    ("not_applicable", "Not applicable"),
                                    ("cancelled", "Cancelled"),
                                    ("superseded", "Superseded"),
                                ],
                                default="planned",
                                max_length=14,
                            ),
                        ),
                        ("done_on", models.DateField(blank=True, null=True)),
                        (
                            "drawn_on",
                            models.DateField(
                                blank=True, help_text="A specimen was drawn that day; its result is awaited.", null=True
                            ),
                        ),
                        ("elsewhere", models.BooleanField(default=False)),
                        (
                            "closing_reason",
                            models.TextField(blank=True, help_text="Why it was missed or does not apply."),
                        ),
                        ("next_step", models.TextField(blank=True)),
                        (
                            "on_hold",
                            models.CharField(blank=True, help_text="Why it waits for a decision.", max_length=60),
                        ),
                        ("hold_decision", models.TextField(blank=True, help_text="Why it goes on all the same.")),
                        (
                            "appointment",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="schedules.appointment",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("target", "kind", "timepoint"),
                        "indexes": [
                            models.Index(fields=["patient", "target"], name="visit_of_patient"),
                            models.Index(
                                condition=models.Q(("before_enrolment", False), ("on_hold", ""), ("status", "planned")),
                                fields=["clinic", "opens"],
                                include=("closes", "cost", "appointment", "drawn_on"),
                                name="open_visit_by_opening",
                            ),
                            models.Index(
                                condition=models.Q(("before_enrolment", False), ("on_hold", ""), ("status", "planned")),
                                fields=["clinic", "closes"],
                                include=("opens", "cost", "appointment", "drawn_on"),
                                name="open_visit_by_closing",
                            ),
                            models.Index(
                                condition=models.Q(("before_enrolment", False), ("on_hold", ""), ("status", "planned")),
                                fields=["clinic", "-cost", "closes", "id"],
                                include=("opens", "appointment", "drawn_on"),
                                name="open_visit_by_rank",
                            ),
                            models.Index(
                                condition=models.Q(("on_hold", ""), _negated=True),
                                fields=["clinic", "opens"],
                                name="visit_on_hold",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("before_enrolment", False),
                                    ("drawn_on__isnull", False),
                                    ("on_hold", ""),
                                    ("status", "planned"),
                                ),
                                fields=["clinic", "-cost", "closes", "id"],
                                name="drawn_visit_by_rank",
                            ),
                            models.Index(
                                condition=models.Q(("appointment__isnull", False)),
                                fields=["appointment"],
                                include=(
                                    "id",
                                    "clinic",
                                    "opens",
                                    "closes",
                                    "drawn_on",
                                    "status",
                                    "before_enrolment",
                                    "on_hold",
                                ),
                                name="visit_of_appointment",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("plan", "timepoint", "kind"), name="timepoint_once_per_plan"
                            ),
                            models.UniqueConstraint(fields=("id", "clinic"), name="visit_clinic"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("opens__lte", models.F("target")), ("target__lte", models.F("closes"))
                                ),
                                name="window_holds_target",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "done"), _negated=True),
                                    ("done_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="done_has_a_date",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_plannedvisitevent" ("appointment_id", "before_enrolment", "clinic_id", "closes", "closing_reason", "cost", "done_on", "drawn_on", "elsewhere", "hold_decision", "id", "kind", "next_step", "on_hold", "opens", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "plan_id", "status", "target", "timepoint") SELECT new_values."appointment_id", new_values."before_enrolment", new_values."clinic_id", new_values."closes", new_values."closing_reason", new_values."cost", new_values."done_on", new_values."drawn_on", new_values."elsewhere", new_values."hold_decision", new_values."id", new_values."kind", new_values."next_step", new_values."on_hold", new_values."opens", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phase", new_values."plan_id", new_values."status", new_values."target", new_values."timepoint" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c0c8c98d2192fa85882189ea464f19273b7fdf8a",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_f09cf",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_plannedvisit",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_plannedvisitevent" ("appointment_id", "before_enrolment", "clinic_id", "closes", "closing_reason", "cost", "done_on", "drawn_on", "elsewhere", "hold_decision", "id", "kind", "next_step", "on_hold", "opens", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "plan_id", "status", "target", "timepoint") SELECT new_values."appointment_id", new_values."before_enrolment", new_values."clinic_id", new_values."closes", new_values."closing_reason", new_values."cost", new_values."done_on", new_values."drawn_on", new_values."elsewhere", new_values."hold_decision", new_values."id", new_values."kind", new_values."next_step", new_values."on_hold", new_values."opens", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phase", new_values."plan_id", new_values."status", new_values."target", new_values."timepoint" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0c80c0fcebe5786eb6999bb7aa67ecd1ebb19536",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_3952e",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_plannedvisit",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_plannedvisitevent" ("appointment_id", "before_enrolment", "clinic_id", "closes", "closing_reason", "cost", "done_on", "drawn_on", "elsewhere", "hold_decision", "id", "kind", "next_step", "on_hold", "opens", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "plan_id", "status", "target", "timepoint") SELECT old_values."appointment_id", old_values."before_enrolment", old_values."clinic_id", old_values."closes", old_values."closing_reason", old_values."cost", old_values."done_on", old_values."drawn_on", old_values."elsewhere", old_values."hold_decision", old_values."id", old_values."kind", old_values."next_step", old_values."on_hold", old_values."opens", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phase", old_values."plan_id", old_values."status", old_values."target", old_values."timepoint" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6d9b4a277dace15e2dfbe46ec99d3cd8f5c9f309",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e8dc4",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_plannedvisit",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VisitRecord",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visit_records",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                blank=True,
                                help_text="Blank: unscheduled.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        ("occurred_on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "activities",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24), blank=True, default=list, size=None
                            ),
                        ),
                        ("elsewhere", models.BooleanField(default=False)),
                        (
                            "place",
                            models.CharField(
                                blank=True, help_text="Where, when it was done elsewhere.", max_length=200
                            ),
                        ),
                        ("timing_reason", models.CharField(blank=True, max_length=24)),
                        ("timing_text", models.TextField(blank=True)),
                        (
                            "findings",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        ("other_symptoms", models.TextField(blank=True)),
                        ("temperature_c", models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                        ("systolic_mmhg", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("diastolic_mmhg", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("heart_rate_bpm", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("weight_kg", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                        ("height_cm", models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True)),
                        ("note", models.TextField(blank=True)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Undone: recorded in error.")),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("occurred_on", "id"),
                        "indexes": [
                            models.Index(fields=["patient", "-occurred_on"], name="record_of_patient"),
                            models.Index(
                                condition=models.Q(("activities__contains", ["cbc"]), ("withdrawn", False)),
                                fields=["clinic", "occurred_on"],
                                include=("patient",),
                                name="count_by_day",
                            ),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("id", "clinic"), name="record_clinic")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_visitrecordevent" ("activities", "clinic_id", "diastolic_mmhg", "elsewhere", "findings", "heart_rate_bpm", "height_cm", "id", "note", "occurred_on", "other_symptoms", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "recorded_at", "recorded_by_id", "systolic_mmhg", "temperature_c", "timing_reason", "timing_text", "visit_id", "weight_kg", "withdrawn") SELECT new_values."activities", new_values."clinic_id", new_values."diastolic_mmhg", new_values."elsewhere", new_values."findings", new_values."heart_rate_bpm", new_values."height_cm", new_values."id", new_values."note", new_values."occurred_on", new_values."other_symptoms", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."recorded_at", new_values."recorded_by_id", new_values."systolic_mmhg", new_values."temperature_c", new_values."timing_reason", new_values."timing_text", new_values."visit_id", new_values."weight_kg", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d0d5d0915807881aea4b9f9f2a9f1064e4c687ff",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_9c362",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_visitrecord",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_visitrecordevent" ("activities", "clinic_id", "diastolic_mmhg", "elsewhere", "findings", "heart_rate_bpm", "height_cm", "id", "note", "occurred_on", "other_symptoms", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "recorded_at", "recorded_by_id", "systolic_mmhg", "temperature_c", "timing_reason", "timing_text", "visit_id", "weight_kg", "withdrawn") SELECT new_values."activities", new_values."clinic_id", new_values."diastolic_mmhg", new_values."elsewhere", new_values."findings", new_values."heart_rate_bpm", new_values."height_cm", new_values."id", new_values."note", new_values."occurred_on", new_values."other_symptoms", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."recorded_at", new_values."recorded_by_id", new_values."systolic_mmhg", new_values."temperature_c", new_values."timing_reason", new_values."timing_text", new_values."visit_id", new_values."weight_kg", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="34fdabdefd53e08f63a57fed6d0206413dbe8a7a",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_a82a9",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_visitrecord",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_visitrecordevent" ("activities", "clinic_id", "diastolic_mmhg", "elsewhere", "findings", "heart_rate_bpm", "height_cm", "id", "note", "occurred_on", "other_symptoms", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "recorded_at", "recorded_by_id", "systolic_mmhg", "temperature_c", "timing_reason", "timing_text", "visit_id", "weight_kg", "withdrawn") SELECT old_values."activities", old_values."clinic_id", old_values."diastolic_mmhg", old_values."elsewhere", old_values."findings", old_values."heart_rate_bpm", old_values."height_cm", old_values."id", old_values."note", old_values."occurred_on", old_values."other_symptoms", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."recorded_at", old_values."recorded_by_id", old_values."systolic_mmhg", old_values."temperature_c", old_values."timing_reason", old_values."timing_text", old_values."visit_id", old_values."weight_kg", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="49987369046a4f2faa53df2be28fb4dccb8acd51",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_eeea4",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_visitrecord",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Proposal",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals",
                                to="schedules.plan",
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("rule_version", models.CharField(blank=True, max_length=20)),
                        (
                            "about",
                            models.CharField(
                                blank=True, help_text="What it answers, so that it is not offered again.", max_length=80
                            ),
                        ),
                        ("sentence", models.TextField(help_text="Why, with its numbers.")),
                        (
                            "adds",
                            models.JSONField(
                                blank=True, default=list, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "facts",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("provisional", "In force"),
                                    ("offered", "Offered"),
                                    ("accepted", "Accepted"),
                                    ("declined", "Declined"),
                                    ("lapsed", "Fallen away"),
                                ],
                                max_length=11,
                            ),
                        ),
                        ("opened_on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_on", models.DateField(blank=True, null=True)),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "ordering": ("-opened_on", "-id"),
                        "indexes": [
                            models.Index(fields=["patient", "-opened_on"], name="proposal_of_patient"),
                            models.Index(
                                condition=models.Q(("state__in", ["provisional", "offered"])),
                                fields=["clinic", "-opened_on"],
                                name="open_proposal",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="proposal_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["provisional", "offered"])),
                                fields=("plan", "rule", "about"),
                                name="one_open_proposal",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "declined"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="declining_needs_a_reason",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_proposalevent" ("about", "adds", "clinic_id", "decided_by_id", "decided_on", "facts", "id", "opened_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason", "rule", "rule_version", "sentence", "state") SELECT new_values."about", new_values."adds", new_values."clinic_id", new_values."decided_by_id", new_values."decided_on", new_values."facts", new_values."id", new_values."opened_on", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."plan_id", new_values."reason", new_values."rule", new_values."rule_version", new_values."sentence", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="2e023cbe9d009f18857bb51956ffaceddad80289",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_30974",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_proposal",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_proposalevent" ("about", "adds", "clinic_id", "decided_by_id", "decided_on", "facts", "id", "opened_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason", "rule", "rule_version", "sentence", "state") SELECT new_values."about", new_values."adds", new_values."clinic_id", new_values."decided_by_id", new_values."decided_on", new_values."facts", new_values."id", new_values."opened_on", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."plan_id", new_values."reason", new_values."rule", new_values."rule_version", new_values."sentence", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="1ff7a20fa4d6f7611aae1e0ecf3a0937f519436b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_21aa0",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_proposal",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_proposalevent" ("about", "adds", "clinic_id", "decided_by_id", "decided_on", "facts", "id", "opened_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason", "rule", "rule_version", "sentence", "state") SELECT old_values."about", old_values."adds", old_values."clinic_id", old_values."decided_by_id", old_values."decided_on", old_values."facts", old_values."id", old_values."opened_on", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."plan_id", old_values."reason", old_values."rule", old_values."rule_version", old_values."sentence", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0a3677a9a71a4196763f3a868c49590a17f99a95",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_211bc",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_proposal",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlannedActivity",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activities",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        ("activity", models.CharField(max_length=24)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("drawn", "Drawn, awaiting result"),
                                    ("done", "Done"),
                                    ("done_elsewhere", "Done elsewhere"),
                                    ("not_applicable", "Not applicable"),
                                    ("missed", "Missed"),
                                    ("cancelled", "Cancelled"),
                                    ("superseded", "Superseded"),
                                ],
                                default="planned",
                                max_length=14,
                            ),
                        ),
                        ("done_on", models.DateField(blank=True, null=True)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "record",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="fulfilled",
                                to="schedules.visitrecord",
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                help_text="The addition it came with.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activities",
                                to="schedules.proposal",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "planned activities",
                        "ordering": ("activity",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("record__isnull", False)),
                                fields=["record"],
                                name="activity_of_record",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("visit", "activity"), name="activity_once_per_visit")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_plannedactivityevent" ("activity", "clinic_id", "done_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "reason", "record_id", "status", "visit_id") SELECT new_values."activity", new_values."clinic_id", new_values."done_on", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proposal_id", new_values."reason", new_values."record_id", new_values."status", new_values."visit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="15e1ed639eaa4b70963d4f068b18496e57c3513b",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_57546",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_plannedactivity",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_plannedactivityevent" ("activity", "clinic_id", "done_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "reason", "record_id", "status", "visit_id") SELECT new_values."activity", new_values."clinic_id", new_values."done_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proposal_id", new_values."reason", new_values."record_id", new_values."status", new_values."visit_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="eebecb067e568f04ec46c3d70ed32a5b23415709",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_00494",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_plannedactivity",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_plannedactivityevent" ("activity", "clinic_id", "done_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "reason", "record_id", "status", "visit_id") SELECT old_values."activity", old_values."clinic_id", old_values."done_on", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."proposal_id", old_values."reason", old_values."record_id", old_values."status", old_values."visit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="a4572fff042eb82ca6b71f5eae890b0d43970986",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8b0a9",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_plannedactivity",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlannedActivityEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.plannedactivity",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        ("activity", models.CharField(max_length=24)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("drawn", "Drawn, awaiting result"),
                                    ("done", "Done"),
                                    ("done_elsewhere", "Done elsewhere"),
                                    ("not_applicable", "Not applicable"),
                                    ("missed", "Missed"),
                                    ("cancelled", "Cancelled"),
                                    ("superseded", "Superseded"),
                                ],
                                default="planned",
                                max_length=14,
                            ),
                        ),
                        ("done_on", models.DateField(blank=True, null=True)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "record",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.visitrecord",
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="The addition it came with.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.proposal",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="6423504eeb7f04374a32e373ca3917c50486510b",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_0248d",
                                    table="schedules_plannedactivityevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlannedVisitEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plan",
                            ),
                        ),
                        ("timepoint", models.CharField(max_length=8)),
                        ("kind", models.CharField(choices=[("visit", "Visit"), ("imaging", "Imaging")], max_length=7)),
                        ("phase", models.CharField(max_length=20)),
                        ("target", models.DateField()),
                        ("opens", models.DateField(help_text="First day of the window, inclusive.")),
                        ("closes", models.DateField(help_text="Last day of the window, inclusive.")),
                        (
                            "cost",
                            models.PositiveSmallIntegerField(help_text="What a miss would cost; orders the worklist."),
                        ),
                        (
                            "before_enrolment",
                            models.BooleanField(
                                default=False, help_text="The window closed before the plan was followed."
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("done", "Done"),
                                    ("missed", "Missed"),
                                    ("not_applicable", "Not applicable"),
                                    ("cancelled", "Cancelled"),
                                    ("superseded", "Superseded"),
                                ],
                                default="planned",
                                max_length=14,
                            ),
                        ),
                        ("done_on", models.DateField(blank=True, null=True)),
                        (
                            "drawn_on",
                            models.DateField(
                                blank=True, help_text="A specimen was drawn that day; its result is awaited.", null=True
                            ),
                        ),
                        ("elsewhere", models.BooleanField(default=False)),
                        (
                            "closing_reason",
                            models.TextField(blank=True, help_text="Why it was missed or does not apply."),
                        ),
                        ("next_step", models.TextField(blank=True)),
                        (
                            "on_hold",
                            models.CharField(blank=True, help_text="Why it waits for a decision.", max_length=60),
                        ),
                        ("hold_decision", models.TextField(blank=True, help_text="Why it goes on all the same.")),
                        (
                            "appointment",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.appointment",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="29a4a6b4d555279d7f7019405b6b4e7b9f56e7b4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_d37bd",
                                    table="schedules_plannedvisitevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlanEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.plan",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "treatment",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.treatment",
                            ),
                        ),
                        (
                            "protocol",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "anchor",
                            models.DateField(
                                help_text="Day 0: the clinic's calendar date on which the infusion began."
                            ),
                        ),
                        (
                            "imaging_interval",
                            models.PositiveSmallIntegerField(
                                default=6, help_text="Months between scans until month 60."
                            ),
                        ),
                        ("annual_interval", models.PositiveSmallIntegerField(default=12)),
                        ("annual_reason", models.TextField(blank=True)),
                        ("late_imaging_interval", models.PositiveSmallIntegerField(default=12)),
                        ("late_imaging_reason", models.TextField(blank=True)),
                        (
                            "markers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "followed_from",
                            models.DateField(help_text="What closed before this day is “before enrolment”."),
                        ),
                        ("is_current", models.BooleanField(default=True)),
                        (
                            "course_started_on",
                            models.DateField(
                                blank=True,
                                help_text="The first infusion of a tandem course, when it is not the anchor.",
                                null=True,
                            ),
                        ),
                        ("counts_recovered_on", models.DateField(blank=True, null=True)),
                        (
                            "recovery_by_rule",
                            models.BooleanField(default=False, help_text="Told by the results, not by a clinician."),
                        ),
                        (
                            "result_count_on",
                            models.DateField(
                                blank=True,
                                help_text="The last specimen whose results held ANC and platelets.",
                                null=True,
                            ),
                        ),
                        ("result_count_severe", models.BooleanField(default=False, help_text="That count was severe.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="bcbbb561f645db65d9ce2bca21603ddc23bab473",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_60e47",
                                    table="schedules_planevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProposalEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.proposal",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plan",
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("rule_version", models.CharField(blank=True, max_length=20)),
                        (
                            "about",
                            models.CharField(
                                blank=True, help_text="What it answers, so that it is not offered again.", max_length=80
                            ),
                        ),
                        ("sentence", models.TextField(help_text="Why, with its numbers.")),
                        (
                            "adds",
                            models.JSONField(
                                blank=True, default=list, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "facts",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("provisional", "In force"),
                                    ("offered", "Offered"),
                                    ("accepted", "Accepted"),
                                    ("declined", "Declined"),
                                    ("lapsed", "Fallen away"),
                                ],
                                max_length=11,
                            ),
                        ),
                        ("opened_on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_on", models.DateField(blank=True, null=True)),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="39ab9b974f2223ccede66f20501602769eb18441",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_614af",
                                    table="schedules_proposalevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProtocolApproval",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="protocol_approvals",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "protocol",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="approvals",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("approved_on", models.DateField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "protocol"), name="one_approval_per_version")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_protocolapprovalevent" ("approved_by_id", "approved_on", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id") SELECT new_values."approved_by_id", new_values."approved_on", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."protocol_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="9970f35d6436b430ca7c28b0546345e86f94ab3a",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b33da",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_protocolapproval",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_protocolapprovalevent" ("approved_by_id", "approved_on", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id") SELECT new_values."approved_by_id", new_values."approved_on", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."protocol_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="bfe4cbf2e1403cf4ffda9bec7bd9d8eaf0657d0c",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_67c43",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_protocolapproval",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_protocolapprovalevent" ("approved_by_id", "approved_on", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol_id") SELECT old_values."approved_by_id", old_values."approved_on", old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."protocol_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0b7b6a673713d682c594e8e17531995f2e09a508",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_86242",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_protocolapproval",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProtocolApprovalEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.protocolapproval",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "protocol",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("approved_on", models.DateField()),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="be8a9548fbf863c055df70695f6068016aee8e2a",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_da0cf",
                                    table="schedules_protocolapprovalevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProtocolEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        ("slug", models.SlugField(db_index=False)),
                        ("version", models.CharField(max_length=20)),
                        ("title", models.CharField(max_length=200)),
                        ("text", models.TextField(help_text="The protocol as TOML.")),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "status",
                            models.CharField(
                                choices=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
                                default="draft",
                                max_length=7,
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="Blank: it was shipped.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "is_example",
                            models.BooleanField(
                                default=False, help_text="An example to be approved, not a recommendation."
                            ),
                        ),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.protocol",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="47d0080df469be1c3494fcf02c8b4178d01598a7",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_6b293",
                                    table="schedules_protocolevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderPolicy",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reminder_policy",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "rules",
                            models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "reminder policies",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_reminderpolicyevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules") SELECT new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rules" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6d2b9da29e8b099518421d533209b315e7998094",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_f3b4e",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_reminderpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_reminderpolicyevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules") SELECT new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rules" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6ff4450b79e481982857ad596326e35059377c23",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_b3ac4",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_reminderpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_reminderpolicyevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules") SELECT old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rules" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="70021aedb531249a77e5b84c1f2ccf4b501b1cc1",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_c3e99",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_reminderpolicy",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderPolicyEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.reminderpolicy",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "rules",
                            models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="25cfcfee79f7eb36fcae4e7a4755955ec4f828cf",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9f1bf",
                                    table="schedules_reminderpolicyevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderText",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reminder_texts",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="What the text is for, such as “before” or “prepare.thyroid”.", max_length=40
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("inbox", "In-app inbox"),
                                    ("email", "E-mail"),
                                    ("sms", "SMS"),
                                    ("webhook", "Webhook"),
                                    ("call", "Telephone call by one of us"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("es", "Spanish"), ("other", "Another language")],
                                max_length=5,
                            ),
                        ),
                        ("subject", models.CharField(blank=True, max_length=100)),
                        ("body", models.TextField()),
                    ],
                    options={
                        "ordering": ("name", "channel", "language"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("clinic", "name", "channel", "language"),
                                name="one_text_per_channel_and_language",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_remindertextevent" ("body", "channel", "clinic_id", "id", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject") SELECT new_values."body", new_values."channel", new_values."clinic_id", new_values."id", new_values."language", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."subject" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="69f5986518c13e49bf293e760aca07a513191cea",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_7e474",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_remindertext",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_remindertextevent" ("body", "channel", "clinic_id", "id", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject") SELECT new_values."body", new_values."channel", new_values."clinic_id", new_values."id", new_values."language", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."subject" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b44099386fc104cd30191bfbef848fc33c99fe95",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_4e779",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_remindertext",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_remindertextevent" ("body", "channel", "clinic_id", "id", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject") SELECT old_values."body", old_values."channel", old_values."clinic_id", old_values."id", old_values."language", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."subject" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="45b8a40f6b8982f4eaecd967a13db9952f11874e",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8b6a9",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_remindertext",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderTextEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.remindertext",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="What the text is for, such as “before” or “prepare.thyroid”.", max_length=40
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("inbox", "In-app inbox"),
                                    ("email", "E-mail"),
                                    ("sms", "SMS"),
                                    ("webhook", "Webhook"),
                                    ("call", "Telephone call by one of us"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("es", "Spanish"), ("other", "Another language")],
                                max_length=5,
                            ),
                        ),
                        ("subject", models.CharField(blank=True, max_length=100)),
                        ("body", models.TextField()),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="f789ca614cfdb406a4afff0deb7fbd7633a172ee",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_54f2c",
                                    table="schedules_remindertextevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignOff",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sign_offs",
                                to="accounts.clinic",
                            ),
                        ),
                        ("setting", models.CharField(max_length=100)),
                        ("value", models.TextField(help_text="The setting as it was signed.")),
                        ("source", models.TextField(help_text="What the signer relied on.")),
                        (
                            "signed_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("signed_on", models.DateField()),
                        ("withdrawn", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ("setting", "-signed_on", "-id"),
                        "indexes": [models.Index(fields=["clinic", "setting"], name="sign_off_of_setting")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_signoffevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting", "signed_by_id", "signed_on", "source", "value", "withdrawn") SELECT new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."setting", new_values."signed_by_id", new_values."signed_on", new_values."source", new_values."value", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6c27b117d20a0ff66640429674051d0724a26def",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_01c5f",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="schedules_signoff",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_signoffevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting", "signed_by_id", "signed_on", "source", "value", "withdrawn") SELECT new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."setting", new_values."signed_by_id", new_values."signed_on", new_values."source", new_values."value", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="a7dfb062e34306c98c04270c0c7ccf7dcd20a32f",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_d8aa1",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="schedules_signoff",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "schedules_signoffevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting", "signed_by_id", "signed_on", "source", "value", "withdrawn") SELECT old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."setting", old_values."signed_by_id", old_values."signed_on", old_values."source", old_values."value", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="dd58bc644addeb8135080a7fc7b3959d526e71e1",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_c3975",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="schedules_signoff",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignOffEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.signoff",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        ("setting", models.CharField(max_length=100)),
                        ("value", models.TextField(help_text="The setting as it was signed.")),
                        ("source", models.TextField(help_text="What the signer relied on.")),
                        (
                            "signed_by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("signed_on", models.DateField()),
                        ("withdrawn", models.BooleanField(default=False)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="811c1a0542888a1ff969323af943b2c560e71aaf",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_3f657",
                                    table="schedules_signoffevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VisitRecordEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="row_history",
                                to="schedules.visitrecord",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.UUIDField(default=iotrex_followup.ids.uuid7, editable=False, serialize=False)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="Blank: unscheduled.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        ("occurred_on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "activities",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24), blank=True, default=list, size=None
                            ),
                        ),
                        ("elsewhere", models.BooleanField(default=False)),
                        (
                            "place",
                            models.CharField(
                                blank=True, help_text="Where, when it was done elsewhere.", max_length=200
                            ),
                        ),
                        ("timing_reason", models.CharField(blank=True, max_length=24)),
                        ("timing_text", models.TextField(blank=True)),
                        (
                            "findings",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        ("other_symptoms", models.TextField(blank=True)),
                        ("temperature_c", models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                        ("systolic_mmhg", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("diastolic_mmhg", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("heart_rate_bpm", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("weight_kg", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                        ("height_cm", models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True)),
                        ("note", models.TextField(blank=True)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Undone: recorded in error.")),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="1afa75c332d62fa5cd51bd511303c895904ffad7",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_c6e1b",
                                    table="schedules_visitrecordevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        same_clinic("schedules_plan", "treatment_id", "patients_treatment"),
        same_clinic("schedules_plan", "patient_id", "patients_patient"),
        same_clinic("schedules_appointment", "patient_id", "patients_patient"),
        same_clinic("schedules_plannedvisit", "plan_id", "schedules_plan"),
        same_clinic("schedules_plannedvisit", "appointment_id", "schedules_appointment"),
        same_clinic("schedules_visitrecord", "patient_id", "patients_patient"),
        same_clinic("schedules_plannedactivity", "visit_id", "schedules_plannedvisit"),
        same_clinic("schedules_plannedactivity", "record_id", "schedules_visitrecord"),
        same_clinic("schedules_absence", "patient_id", "patients_patient"),
        same_clinic("schedules_proposal", "plan_id", "schedules_plan"),
        same_clinic("schedules_place", "appointment_id", "schedules_appointment"),
        same_clinic("schedules_plannedactivity", "proposal_id", "schedules_proposal"),
        *(
            migrations.RunSQL(f"CREATE INDEX {name} ON {columns}", f"DROP INDEX {name}")
            for name, columns in INDEXES.items()
        ),
    ]
