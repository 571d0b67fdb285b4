import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import iotrex_followup.ids
from iotrex_followup.clinic_keys import same_clinic
from iotrex_followup.creating import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("patients", "0007_consents_and_the_contact_log"),
        ("patients", "0008_rows_carry_their_patients_clinic"),
        ("patients", "0009_promised_calls_are_found"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0002_working_hours_and_the_ladder"),
        ("events", "0001_squashed_0007_urgent_first_and_paced"),
        ("patients", "0001_squashed_0006_rows_carry_their_patients_clinic"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="ContactEntry",
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
                                related_name="contact_entries",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="patients.contact",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                help_text="The message it answers or carries out.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="events.message",
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(
                                choices=[("out", "We reached out"), ("in", "They reached us")], max_length=3
                            ),
                        ),
                        (
                            "means",
                            models.CharField(
                                choices=[
                                    ("phone", "Telephone"),
                                    ("reply", "Reply to a message"),
                                    ("sms", "SMS"),
                                    ("email", "E-mail"),
                                    ("in_person", "In person"),
                                    ("letter", "Letter"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("agreed", "Reached, and agreed"),
                                    ("call_again", "Call again"),
                                    ("no_answer", "Nobody answered"),
                                    ("wrong_number", "Wrong number or address"),
                                    ("declined", "Declined"),
                                    ("done_elsewhere", "Done elsewhere"),
                                    ("told_us", "Told us something"),
                                ],
                                max_length=14,
                            ),
                        ),
                        ("red_flags_asked", models.BooleanField(default=False, help_text="Asked for all of them.")),
                        (
                            "red_flags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("fever", "Fever or shivering"),
                                        ("bleeding", "Bleeding"),
                                        ("breathlessness", "Breathlessness"),
                                        ("drowsiness", "Drowsiness or confusion"),
                                    ],
                                    max_length=14,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        ("said", models.TextField(blank=True, help_text="What was said or asked.")),
                        ("advice", models.TextField(blank=True)),
                        ("next_step", models.TextField(blank=True)),
                        (
                            "call_again_on",
                            models.DateField(blank=True, help_text="The day a call was promised for.", null=True),
                        ),
                        (
                            "seen_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                help_text="Who of us dealt with a word that came in by itself.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("seen_at", models.DateTimeField(blank=True, null=True)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                help_text="Blank: it came in by itself.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name_plural": "contact entries",
                        "ordering": ("-at", "-id"),
                        "indexes": [
                            models.Index(fields=["patient", "-at"], name="contact_entry_of_patient"),
                            models.Index(
                                condition=models.Q(
                                    ("recorded_by__isnull", True), ("seen_at__isnull", True), ("withdrawn", False)
                                ),
                                fields=["clinic", "at"],
                                name="word_nobody_saw",
                            ),
                            models.Index(
                                condition=models.Q(("call_again_on__isnull", False), ("withdrawn", False)),
                                fields=["clinic", "call_again_on"],
                                name="promised_call",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("outcome", "call_again"), _negated=True),
                                    ("call_again_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="calling_again_has_a_day",
                                violation_error_message="Say on which day to call again.",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_contactentryevent" ("advice", "at", "call_again_on", "clinic_id", "contact_id", "direction", "id", "means", "message_id", "next_step", "outcome", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "red_flags", "red_flags_asked", "said", "seen_at", "seen_by_id", "withdrawn") SELECT new_values."advice", new_values."at", new_values."call_again_on", new_values."clinic_id", new_values."contact_id", new_values."direction", new_values."id", new_values."means", new_values."message_id", new_values."next_step", new_values."outcome", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."recorded_at", new_values."recorded_by_id", new_values."red_flags", new_values."red_flags_asked", new_values."said", new_values."seen_at", new_values."seen_by_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="933a5421e4d2982d5374954e81b393970e75c47e",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_3d6b2",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_contactentry",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_contactentryevent" ("advice", "at", "call_again_on", "clinic_id", "contact_id", "direction", "id", "means", "message_id", "next_step", "outcome", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "red_flags", "red_flags_asked", "said", "seen_at", "seen_by_id", "withdrawn") SELECT new_values."advice", new_values."at", new_values."call_again_on", new_values."clinic_id", new_values."contact_id", new_values."direction", new_values."id", new_values."means", new_values."message_id", new_values."next_step", new_values."outcome", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."recorded_at", new_values."recorded_by_id", new_values."red_flags", new_values."red_flags_asked", new_values."said", new_values."seen_at", new_values."seen_by_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="54b55e8d8d3c560fa45ab1d9bbefa966381996b7",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_3e75f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_contactentry",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_contactentryevent" ("advice", "at", "call_again_on", "clinic_id", "contact_id", "direction", "id", "means", "message_id", "next_step", "outcome", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "red_flags", "red_flags_asked", "said", "seen_at", "seen_by_id", "withdrawn") SELECT old_values."advice", old_values."at", old_values."call_again_on", old_values."clinic_id", old_values."contact_id", old_values."direction", old_values."id", old_values."means", old_values."message_id", old_values."next_step", old_values."outcome", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."recorded_by_id", old_values."red_flags", old_values."red_flags_asked", old_values."said", old_values."seen_at", old_values."seen_by_id", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="a8c22b5a190f54a51c42b5dc647aea9ab51df334",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_037e4",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_contactentry",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactEntryEvent",
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
                                to="patients.contactentry",
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
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.contact",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="The message it answers or carries out.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="events.message",
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(
                                choices=[("out", "We reached out"), ("in", "They reached us")], max_length=3
                            ),
                        ),
                        (
                            "means",
                            models.CharField(
                                choices=[
                                    ("phone", "Telephone"),
                                    ("reply", "Reply to a message"),
                                    ("sms", "SMS"),
                                    ("email", "E-mail"),
                                    ("in_person", "In person"),
                                    ("letter", "Letter"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("agreed", "Reached, and agreed"),
                                    ("call_again", "Call again"),
                                    ("no_answer", "Nobody answered"),
                                    ("wrong_number", "Wrong number or address"),
                                    ("declined", "Declined"),
                                    ("done_elsewhere", "Done elsewhere"),
                                    ("told_us", "Told us something"),
                                ],
                                max_length=14,
                            ),
                        ),
                        ("red_flags_asked", models.BooleanField(default=False, help_text="Asked for all of them.")),
                        (
                            "red_flags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("fever", "Fever or shivering"),
                                        ("bleeding", "Bleeding"),
                                        ("breathlessness", "Breathlessness"),
                                        ("drowsiness", "Drowsiness or confusion"),
                                    ],
                                    max_length=14,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        ("said", models.TextField(blank=True, help_text="What was said or asked.")),
                        ("advice", models.TextField(blank=True)),
                        ("next_step", models.TextField(blank=True)),
                        (
                            "call_again_on",
                            models.DateField(blank=True, help_text="The day a call was promised for.", null=True),
                        ),
                        (
                            "seen_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="Who of us dealt with a word that came in by itself.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("seen_at", models.DateTimeField(blank=True, null=True)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="Blank: it came in by itself.",
                                null=True,
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
                                    hash="c2022e256db145d720c4980ed943d4ea0f616568",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9e814",
                                    table="patients_contactentryevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        same_clinic("patients_contactentry", "patient_id", "patients_patient"),
    ]
