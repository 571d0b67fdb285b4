import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import iotrex_followup.columns
import iotrex_followup.ids
from iotrex_followup.clinic_keys import same_clinic
from iotrex_followup.creating import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("labs", "0001_initial"),
        ("labs", "0002_rows_carry_their_parents_clinic"),
        ("labs", "0003_versions_by_identity"),
        ("labs", "0004_mappings_are_taken_back"),
        ("labs", "0005_findings_without_a_result"),
        ("labs", "0006_every_result_has_a_laboratory"),
        ("labs", "0007_alerts_climb_the_ladder"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0002_working_hours_and_the_ladder"),
        ("events", "0001_squashed_0007_urgent_first_and_paced"),
        ("patients", "0001_squashed_0006_rows_carry_their_patients_clinic"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("schedules", "0001_squashed_0012_reminder_rules_and_texts"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Laboratory",
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
                                related_name="laboratories",
                                to="accounts.clinic",
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "decimal_comma",
                            models.BooleanField(default=False, help_text="Writes 4,5 for four and a half."),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name_plural": "laboratories",
                        "ordering": ("name",),
                        "constraints": [
                            models.UniqueConstraint(
                                models.F("clinic"),
                                django.db.models.functions.text.Lower("name"),
                                name="laboratory_named_once",
                            ),
                            models.UniqueConstraint(fields=("id", "clinic"), name="laboratory_clinic"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_laboratoryevent" ("clinic_id", "created_at", "decimal_comma", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") SELECT new_values."clinic_id", new_values."created_at", new_values."decimal_comma", new_values."id", new_values."is_active", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7c33ab3f003b15a9620ca9ab5d339fa5d0dd17af",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_42f00",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_laboratory",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_laboratoryevent" ("clinic_id", "created_at", "decimal_comma", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") SELECT new_values."clinic_id", new_values."created_at", new_values."decimal_comma", new_values."id", new_values."is_active", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6b5795a6189878bccc56ee11fdca8e147098ee6c",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_74774",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_laboratory",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_laboratoryevent" ("clinic_id", "created_at", "decimal_comma", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") SELECT old_values."clinic_id", old_values."created_at", old_values."decimal_comma", old_values."id", old_values."is_active", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="32887b02637fb0a846eb6c09767a791c52a4b29c",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_54374",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_laboratory",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabReport",
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
                            "laboratory",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("file", "File"),
                                    ("entry", "Typed in"),
                                    ("telephone", "Telephoned"),
                                    ("paste", "Pasted text"),
                                    ("api", "Other system"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "origin",
                            models.CharField(blank=True, help_text="The file's name, or who sent it.", max_length=200),
                        ),
                        ("accession", models.CharField(blank=True, max_length=80)),
                        ("raw", models.TextField()),
                        ("caller", models.CharField(blank=True, help_text="Who telephoned it.", max_length=200)),
                        (
                            "read_back",
                            models.BooleanField(default=False, help_text="The values were read back to the caller."),
                        ),
                        (
                            "attachment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        ("received_at", models.DateTimeField()),
                        (
                            "received_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-received_at", "-id"),
                        "indexes": [models.Index(fields=["clinic", "-received_at"], name="report_by_arrival")],
                        "constraints": [models.UniqueConstraint(fields=("id", "clinic"), name="report_clinic")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="reports_stay_as_they_came",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="0adbe5599cbd52f56d54af267f85acbd16becfc4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_reports_stay_as_they_came_4669d",
                                    table="labs_labreport",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabResult",
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
                                related_name="lab_results",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="results", to="labs.labreport"
                            ),
                        ),
                        (
                            "laboratory",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        ("identity", models.UUIDField()),
                        ("fingerprint", models.UUIDField()),
                        ("is_current", models.BooleanField(default=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("preliminary", "Preliminary"),
                                    ("final", "Final"),
                                    ("corrected", "Corrected"),
                                    ("cancelled", "Cancelled"),
                                    ("withdrawn", "Withdrawn (wrong patient)"),
                                ],
                                max_length=11,
                            ),
                        ),
                        (
                            "analyte",
                            models.CharField(
                                blank=True, help_text="Blank: kept, but neither graded nor followed.", max_length=40
                            ),
                        ),
                        ("code", models.CharField(help_text="As the sender wrote it.", max_length=80)),
                        ("name", models.CharField(blank=True, help_text="As the sender wrote it.", max_length=200)),
                        ("reported", models.CharField(help_text="The value as it was written.", max_length=200)),
                        (
                            "value",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the unit reported; blank for text.", null=True
                            ),
                        ),
                        ("comparator", models.CharField(blank=True, max_length=2)),
                        ("unit", models.CharField(blank=True, help_text="As the sender wrote it.", max_length=40)),
                        (
                            "system",
                            models.CharField(blank=True, choices=[("si", "SI"), ("us", "Conventional")], max_length=2),
                        ),
                        (
                            "graded_value",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the system's own unit of the analyte.", null=True
                            ),
                        ),
                        (
                            "si_value",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the analyte's SI unit.", null=True
                            ),
                        ),
                        (
                            "low",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the system's own unit.", null=True
                            ),
                        ),
                        (
                            "high",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the system's own unit.", null=True
                            ),
                        ),
                        (
                            "range_source",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("report", "Printed on the report"),
                                    ("laboratory", "The laboratory's range"),
                                    ("clinic", "The clinic's range"),
                                    ("default", "Default range"),
                                    ("unverified", "Default range, not verified"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("accession", models.CharField(blank=True, max_length=80)),
                        ("assay", models.CharField(blank=True, max_length=80)),
                        ("specimen_type", models.CharField(blank=True, max_length=40)),
                        ("fasting", models.BooleanField(blank=True, null=True)),
                        ("collected_at", models.DateTimeField()),
                        ("collected_on", models.DateField(help_text="The clinic's calendar date of the specimen.")),
                        (
                            "time_known",
                            models.BooleanField(
                                default=True, help_text="False: only the day of the specimen is known."
                            ),
                        ),
                        (
                            "issued_at",
                            models.DateTimeField(
                                blank=True, help_text="When the laboratory says it issued this.", null=True
                            ),
                        ),
                        ("received_at", models.DateTimeField()),
                        (
                            "derived_from",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(),
                                blank=True,
                                help_text="The results it was computed from.",
                                null=True,
                                size=None,
                            ),
                        ),
                        (
                            "derivation",
                            models.CharField(blank=True, help_text="The formula, with its inputs.", max_length=200),
                        ),
                    ],
                    options={
                        "ordering": ("collected_at", "id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_current", True)),
                                fields=["patient", "collected_at"],
                                name="result_of_patient",
                            ),
                            models.Index(fields=["clinic", "-received_at", "-id"], name="result_by_arrival"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="result_clinic"),
                            models.UniqueConstraint(fields=("identity", "fingerprint"), name="version_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)),
                                fields=("identity",),
                                name="one_current_version",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labresultevent" ("accession", "analyte", "assay", "clinic_id", "code", "collected_at", "collected_on", "comparator", "derivation", "derived_from", "fasting", "fingerprint", "graded_value", "high", "id", "identity", "is_current", "issued_at", "laboratory_id", "low", "name", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "range_source", "received_at", "report_id", "reported", "si_value", "specimen_type", "status", "system", "time_known", "unit", "value") SELECT new_values."accession", new_values."analyte", new_values."assay", new_values."clinic_id", new_values."code", new_values."collected_at", new_values."collected_on", new_values."comparator", new_values."derivation", new_values."derived_from", new_values."fasting", new_values."fingerprint", new_values."graded_value", new_values."high", new_values."id", new_values."identity", new_values."is_current", new_values."issued_at", new_values."laboratory_id", new_values."low", new_values."name", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."range_source", new_values."received_at", new_values."report_id", new_values."reported", new_values."si_value", new_values."specimen_type", new_values."status", new_values."system", new_values."time_known", new_values."unit", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="2bd0e33c8e657eda703ce758efccadefbef1bcde",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_345ed",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_labresult",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labresultevent" ("accession", "analyte", "assay", "clinic_id", "code", "collected_at", "collected_on", "comparator", "derivation", "derived_from", "fasting", "fingerprint", "graded_value", "high", "id", "identity", "is_current", "issued_at", "laboratory_id", "low", "name", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "range_source", "received_at", "report_id", "reported", "si_value", "specimen_type", "status", "system", "time_known", "unit", "value") SELECT new_values."accession", new_values."analyte", new_values."assay", new_values."clinic_id", new_values."code", new_values."collected_at", new_values."collected_on", new_values."comparator", new_values."derivation", new_values."derived_from", new_values."fasting", new_values."fingerprint", new_values."graded_value", new_values."high", new_values."id", new_values."identity", new_values."is_current", new_values."issued_at", new_values."laboratory_id", new_values."low", new_values."name", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."range_source", new_values."received_at", new_values."report_id", new_values."reported", new_values."si_value", new_values."specimen_type", new_values."status", new_values."system", new_values."time_known", new_values."unit", new_values."value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="9c6c3158fadc6b5390199c8e470355761a91efb4",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_94216",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_labresult",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labresultevent" ("accession", "analyte", "assay", "clinic_id", "code", "collected_at", "collected_on", "comparator", "derivation", "derived_from", "fasting", "fingerprint", "graded_value", "high", "id", "identity", "is_current", "issued_at", "laboratory_id", "low", "name", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "range_source", "received_at", "report_id", "reported", "si_value", "specimen_type", "status", "system", "time_known", "unit", "value") SELECT old_values."accession", old_values."analyte", old_values."assay", old_values."clinic_id", old_values."code", old_values."collected_at", old_values."collected_on", old_values."comparator", old_values."derivation", old_values."derived_from", old_values."fasting", old_values."fingerprint", old_values."graded_value", old_values."high", old_values."id", old_values."identity", old_values."is_current", old_values."issued_at", old_values."laboratory_id", old_values."low", old_values."name", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."range_source", old_values."received_at", old_values."report_id", old_values."reported", old_values."si_value", old_values."specimen_type", old_values."status", old_values."system", old_values."time_known", old_values."unit", old_values."value" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e02a18fc99874f9940f26e6f5459b44a8c5331f4",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_996b0",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_labresult",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuarantineItem",
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
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="held_back",
                                to="labs.labreport",
                            ),
                        ),
                        (
                            "laboratory",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="patients.patient",
                            ),
                        ),
                        ("fingerprint", models.UUIDField(unique=True)),
                        ("position", models.CharField(help_text="Where it stood in what was sent.", max_length=80)),
                        (
                            "problem",
                            models.CharField(
                                choices=[
                                    ("patient_unknown", "Patient not found"),
                                    ("code_unknown", "Code not known"),
                                    ("unit_missing", "Unit missing"),
                                    ("unit_unknown", "Unit not understood"),
                                    ("unit_misfit", "Unit does not fit"),
                                    ("out_of_limits", "Value not possible"),
                                    ("value_unreadable", "Value not understood"),
                                    ("time_unreadable", "Specimen time not understood"),
                                    ("status_unknown", "Status not known"),
                                    ("conflict", "Two values for one result"),
                                    ("row_broken", "Row not understood"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("reason", models.TextField(help_text="What is wrong, in words.")),
                        ("remedy", models.TextField(help_text="What would help.")),
                        (
                            "row",
                            models.JSONField(
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="The fields as they came.",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("replayed", "Taken in"), ("dismissed", "Set aside")],
                                default="open",
                                max_length=9,
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("due_on", models.DateField(help_text="One working day after it came.")),
                        (
                            "result",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        ("outcome", models.TextField(blank=True, help_text="Why it was set aside, or what was done.")),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("due_on", "id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["clinic", "due_on", "id"],
                                name="open_quarantine",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="quarantine_clinic"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "dismissed"), _negated=True),
                                    models.Q(("outcome", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="set_aside_says_why",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_quarantineitemevent" ("clinic_id", "due_on", "fingerprint", "id", "laboratory_id", "outcome", "owner_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "problem", "reason", "received_at", "remedy", "report_id", "result_id", "row", "state") SELECT new_values."clinic_id", new_values."due_on", new_values."fingerprint", new_values."id", new_values."laboratory_id", new_values."outcome", new_values."owner_id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."problem", new_values."reason", new_values."received_at", new_values."remedy", new_values."report_id", new_values."result_id", new_values."row", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4962788a75a2f2eda002f313727b04521d424392",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_21575",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_quarantineitem",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_quarantineitemevent" ("clinic_id", "due_on", "fingerprint", "id", "laboratory_id", "outcome", "owner_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "problem", "reason", "received_at", "remedy", "report_id", "result_id", "row", "state") SELECT new_values."clinic_id", new_values."due_on", new_values."fingerprint", new_values."id", new_values."laboratory_id", new_values."outcome", new_values."owner_id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."position", new_values."problem", new_values."reason", new_values."received_at", new_values."remedy", new_values."report_id", new_values."result_id", new_values."row", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e89cb9cca93fe43d6e34e72b733909a1017bcf9d",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_a6301",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_quarantineitem",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_quarantineitemevent" ("clinic_id", "due_on", "fingerprint", "id", "laboratory_id", "outcome", "owner_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "problem", "reason", "received_at", "remedy", "report_id", "result_id", "row", "state") SELECT old_values."clinic_id", old_values."due_on", old_values."fingerprint", old_values."id", old_values."laboratory_id", old_values."outcome", old_values."owner_id", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."problem", old_values."reason", old_values."received_at", old_values."remedy", old_values."report_id", old_values."result_id", old_values."row", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="db6ad256c163b27d7a937855ea4b6b88cc43b8aa",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_2148d",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_quarantineitem",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Alert",
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
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="alerts",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "quarantine_item",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="alerts",
                                to="labs.quarantineitem",
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("rule_version", models.CharField(max_length=20)),
                        (
                            "direction",
                            models.CharField(blank=True, choices=[("low", "Low"), ("high", "High")], max_length=4),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[
                                    ("immediate", "Immediate"),
                                    ("same_day", "Same day"),
                                    ("next_working_day", "Next working day"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Waiting for an answer"),
                                    ("acknowledged", "Acknowledged"),
                                    ("snoozed", "Snoozed"),
                                    ("resolved", "Resolved"),
                                ],
                                default="open",
                                max_length=12,
                            ),
                        ),
                        ("sentence", models.TextField(help_text="What was found.")),
                        (
                            "context",
                            models.TextField(blank=True, help_text="What it means here: the week, the next count."),
                        ),
                        (
                            "improved",
                            models.TextField(
                                blank=True, help_text="What came since and is better; it closes nothing by itself."
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        (
                            "raised_at",
                            models.DateTimeField(help_text="When it was last raised: opened, worsened or lapsed."),
                        ),
                        ("answer_by", models.DateTimeField()),
                        (
                            "notices",
                            models.PositiveSmallIntegerField(
                                default=1, help_text="How many steps of the ladder were told since it was last raised."
                            ),
                        ),
                        (
                            "next_notice_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the next step is told if nobody has answered; blank: none is left.",
                                null=True,
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "next_step",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("repeat_cbc", "Repeat CBC"),
                                    ("transfused", "Transfused"),
                                    ("admitted", "Admitted"),
                                    ("patient_called", "Patient called"),
                                    ("repeat_test", "Repeat test"),
                                    ("clinic_visit", "Seen in clinic"),
                                    ("no_action", "No action needed"),
                                    ("other", "Other"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("next_step_text", models.TextField(blank=True)),
                        (
                            "next_step_by",
                            models.DateField(
                                blank=True, help_text="When it comes back if that did not happen.", null=True
                            ),
                        ),
                        ("snoozed_until", models.DateField(blank=True, null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("resolution", models.TextField(blank=True)),
                    ],
                    options={
                        "ordering": ("answer_by", "id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "resolved"), _negated=True),
                                fields=["clinic", "answer_by", "id"],
                                name="unresolved_alert",
                            ),
                            models.Index(fields=["patient", "-opened_at"], name="alert_of_patient"),
                            models.Index(
                                condition=models.Q(("next_notice_at__isnull", False), ("state", "open")),
                                fields=["next_notice_at"],
                                name="alert_to_escalate",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="alert_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    models.Q(("state", "resolved"), _negated=True), ("patient__isnull", False)
                                ),
                                fields=("patient", "rule", "direction"),
                                name="one_open_episode",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    models.Q(("state", "resolved"), _negated=True), ("quarantine_item__isnull", False)
                                ),
                                fields=("quarantine_item",),
                                name="one_open_alert_per_held_back_row",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("patient__isnull", False), ("quarantine_item__isnull", False), _connector="OR"
                                ),
                                name="alert_is_about_something",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "snoozed"), _negated=True),
                                    models.Q(
                                        ("snoozed_until__isnull", False), models.Q(("tier", "immediate"), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="immediate_is_never_snoozed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "resolved"), _negated=True),
                                    ("resolved_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="resolved_has_a_time",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_alertevent" ("answer_by", "answered_at", "answered_by_id", "clinic_id", "context", "direction", "id", "improved", "next_notice_at", "next_step", "next_step_by", "next_step_text", "notices", "opened_at", "owner_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quarantine_item_id", "raised_at", "resolution", "resolved_at", "rule", "rule_version", "sentence", "snoozed_until", "state", "tier") SELECT new_values."answer_by", new_values."answered_at", new_values."answered_by_id", new_values."clinic_id", new_values."context", new_values."direction", new_values."id", new_values."improved", new_values."next_notice_at", new_values."next_step", new_values."next_step_by", new_values."next_step_text", new_values."notices", new_values."opened_at", new_values."owner_id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."quarantine_item_id", new_values."raised_at", new_values."resolution", new_values."resolved_at", new_values."rule", new_values."rule_version", new_values."sentence", new_values."snoozed_until", new_values."state", new_values."tier" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="19afe0373159db3ee200113e1eb7f75804f931f4",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_26f36",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_alert",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_alertevent" ("answer_by", "answered_at", "answered_by_id", "clinic_id", "context", "direction", "id", "improved", "next_notice_at", "next_step", "next_step_by", "next_step_text", "notices", "opened_at", "owner_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quarantine_item_id", "raised_at", "resolution", "resolved_at", "rule", "rule_version", "sentence", "snoozed_until", "state", "tier") SELECT new_values."answer_by", new_values."answered_at", new_values."answered_by_id", new_values."clinic_id", new_values."context", new_values."direction", new_values."id", new_values."improved", new_values."next_notice_at", new_values."next_step", new_values."next_step_by", new_values."next_step_text", new_values."notices", new_values."opened_at", new_values."owner_id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."quarantine_item_id", new_values."raised_at", new_values."resolution", new_values."resolved_at", new_values."rule", new_values."rule_version", new_values."sentence", new_values."snoozed_until", new_values."state", new_values."tier" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c41f858a2c67374411620760c3717797da346a6b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_7d8c8",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_alert",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_alertevent" ("answer_by", "answered_at", "answered_by_id", "clinic_id", "context", "direction", "id", "improved", "next_notice_at", "next_step", "next_step_by", "next_step_text", "notices", "opened_at", "owner_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quarantine_item_id", "raised_at", "resolution", "resolved_at", "rule", "rule_version", "sentence", "snoozed_until", "state", "tier") SELECT old_values."answer_by", old_values."answered_at", old_values."answered_by_id", old_values."clinic_id", old_values."context", old_values."direction", old_values."id", old_values."improved", old_values."next_notice_at", old_values."next_step", old_values."next_step_by", old_values."next_step_text", old_values."notices", old_values."opened_at", old_values."owner_id", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."quarantine_item_id", old_values."raised_at", old_values."resolution", old_values."resolved_at", old_values."rule", old_values."rule_version", old_values."sentence", old_values."snoozed_until", old_values."state", old_values."tier" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="9daa975f7684e2cb7c86db426d8c5a99386b2dbb",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_64f3f",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_alert",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AlertFinding",
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
                            "alert",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="labs.alert",
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("rule_version", models.CharField(max_length=20)),
                        (
                            "result",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[
                                    ("immediate", "Immediate"),
                                    ("same_day", "Same day"),
                                    ("next_working_day", "Next working day"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("sentence", models.TextField()),
                        (
                            "numbers",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        (
                            "holds",
                            models.BooleanField(default=True, help_text="False: a corrected result no longer says so."),
                        ),
                        ("found_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("found_at", "id"),
                        "indexes": [models.Index(fields=["clinic", "rule", "rule_version"], name="finding_of_rule")],
                        "constraints": [models.UniqueConstraint(fields=("alert", "rule", "result"), name="found_once")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_alertfindingevent" ("alert_id", "clinic_id", "found_at", "holds", "id", "numbers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result_id", "rule", "rule_version", "sentence", "tier") SELECT new_values."alert_id", new_values."clinic_id", new_values."found_at", new_values."holds", new_values."id", new_values."numbers", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."result_id", new_values."rule", new_values."rule_version", new_values."sentence", new_values."tier" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="61dacb724165f05e5241131bce65f1c6325f3ef6",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_ffa70",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_alertfinding",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_alertfindingevent" ("alert_id", "clinic_id", "found_at", "holds", "id", "numbers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result_id", "rule", "rule_version", "sentence", "tier") SELECT new_values."alert_id", new_values."clinic_id", new_values."found_at", new_values."holds", new_values."id", new_values."numbers", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."result_id", new_values."rule", new_values."rule_version", new_values."sentence", new_values."tier" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="749fa6a2f7d1cf71f20b96e93ebe7dd52e77452e",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_64e94",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_alertfinding",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_alertfindingevent" ("alert_id", "clinic_id", "found_at", "holds", "id", "numbers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result_id", "rule", "rule_version", "sentence", "tier") SELECT old_values."alert_id", old_values."clinic_id", old_values."found_at", old_values."holds", old_values."id", old_values."numbers", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."result_id", old_values."rule", old_values."rule_version", old_values."sentence", old_values."tier" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f5493aef02e760355bd7ae34b6941aca394ce81b",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_088c6",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_alertfinding",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AlertFindingEvent",
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
                                to="labs.alertfinding",
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
                            "alert",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.alert",
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("rule_version", models.CharField(max_length=20)),
                        (
                            "result",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[
                                    ("immediate", "Immediate"),
                                    ("same_day", "Same day"),
                                    ("next_working_day", "Next working day"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("sentence", models.TextField()),
                        (
                            "numbers",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        (
                            "holds",
                            models.BooleanField(default=True, help_text="False: a corrected result no longer says so."),
                        ),
                        ("found_at", models.DateTimeField()),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="b397abb5aa53e015e5d1ac584787e0fa42ae07d2",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_37860",
                                    table="labs_alertfindingevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AlertEvent",
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
                                to="labs.alert",
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
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "quarantine_item",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.quarantineitem",
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("rule_version", models.CharField(max_length=20)),
                        (
                            "direction",
                            models.CharField(blank=True, choices=[("low", "Low"), ("high", "High")], max_length=4),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[
                                    ("immediate", "Immediate"),
                                    ("same_day", "Same day"),
                                    ("next_working_day", "Next working day"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Waiting for an answer"),
                                    ("acknowledged", "Acknowledged"),
                                    ("snoozed", "Snoozed"),
                                    ("resolved", "Resolved"),
                                ],
                                default="open",
                                max_length=12,
                            ),
                        ),
                        ("sentence", models.TextField(help_text="What was found.")),
                        (
                            "context",
                            models.TextField(blank=True, help_text="What it means here: the week, the next count."),
                        ),
                        (
                            "improved",
                            models.TextField(
                                blank=True, help_text="What came since and is better; it closes nothing by itself."
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        (
                            "raised_at",
                            models.DateTimeField(help_text="When it was last raised: opened, worsened or lapsed."),
                        ),
                        ("answer_by", models.DateTimeField()),
                        (
                            "notices",
                            models.PositiveSmallIntegerField(
                                default=1, help_text="How many steps of the ladder were told since it was last raised."
                            ),
                        ),
                        (
                            "next_notice_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the next step is told if nobody has answered; blank: none is left.",
                                null=True,
                            ),
                        ),
                        (
                            "owner",
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
                            "next_step",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("repeat_cbc", "Repeat CBC"),
                                    ("transfused", "Transfused"),
                                    ("admitted", "Admitted"),
                                    ("patient_called", "Patient called"),
                                    ("repeat_test", "Repeat test"),
                                    ("clinic_visit", "Seen in clinic"),
                                    ("no_action", "No action needed"),
                                    ("other", "Other"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("next_step_text", models.TextField(blank=True)),
                        (
                            "next_step_by",
                            models.DateField(
                                blank=True, help_text="When it comes back if that did not happen.", null=True
                            ),
                        ),
                        ("snoozed_until", models.DateField(blank=True, null=True)),
                        (
                            "answered_by",
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
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("resolution", models.TextField(blank=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="4c36f8f905c6417d01b5a8f979a4a7709fe13c07",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ea418",
                                    table="labs_alertevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Baseline",
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
                                related_name="baselines",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "treatment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="baselines",
                                to="patients.treatment",
                            ),
                        ),
                        ("analyte", models.CharField(max_length=40)),
                        (
                            "result",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        (
                            "chosen",
                            models.BooleanField(default=False, help_text="Picked by a clinician, not by the rule."),
                        ),
                        ("reason", models.TextField(blank=True, help_text="Why this one, or why there is none.")),
                    ],
                    options={
                        "indexes": [models.Index(fields=["patient"], name="baseline_of_patient")],
                        "constraints": [
                            models.UniqueConstraint(fields=("treatment", "analyte"), name="one_baseline_per_analyte"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("result__isnull", False), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="no_baseline_says_why",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_baselineevent" ("analyte", "chosen", "clinic_id", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "result_id", "treatment_id") SELECT new_values."analyte", new_values."chosen", new_values."clinic_id", new_values."id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."result_id", new_values."treatment_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="630f9e5a54820e524ccc6508dfb4ee770dcc9674",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_5a670",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_baseline",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_baselineevent" ("analyte", "chosen", "clinic_id", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "result_id", "treatment_id") SELECT new_values."analyte", new_values."chosen", new_values."clinic_id", new_values."id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."result_id", new_values."treatment_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7b4701b8c7acd670133d5e0a24062a3c6b072432",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_044a1",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_baseline",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_baselineevent" ("analyte", "chosen", "clinic_id", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "result_id", "treatment_id") SELECT old_values."analyte", old_values."chosen", old_values."clinic_id", old_values."id", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."result_id", old_values."treatment_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="61994c09df3c3e892e521c0ae492ab032d767ad6",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_35e0c",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_baseline",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BaselineEvent",
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
                                to="labs.baseline",
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
                        ("analyte", models.CharField(max_length=40)),
                        (
                            "result",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        (
                            "chosen",
                            models.BooleanField(default=False, help_text="Picked by a clinician, not by the rule."),
                        ),
                        ("reason", models.TextField(blank=True, help_text="Why this one, or why there is none.")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="210d955f5ef328a4abae202ab54c67f38a4aa1d8",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_59b8a",
                                    table="labs_baselineevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CodeMapping",
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
                            "laboratory",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="labs.laboratory"
                            ),
                        ),
                        ("code", models.CharField(max_length=80)),
                        (
                            "analyte",
                            models.CharField(
                                blank=True, help_text="Blank: kept, but neither graded nor followed.", max_length=40
                            ),
                        ),
                        (
                            "unit",
                            models.CharField(
                                blank=True, help_text="The unit when the sender gives none.", max_length=40
                            ),
                        ),
                        (
                            "assay",
                            models.CharField(
                                blank=True, help_text="Values of different assays are never one trend.", max_length=80
                            ),
                        ),
                        ("specimen_type", models.CharField(blank=True, max_length=40)),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="False: taken back, as if it had never been said."
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("code",),
                        "constraints": [
                            models.UniqueConstraint(fields=("laboratory", "code"), name="code_mapped_once")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_codemappingevent" ("analyte", "assay", "clinic_id", "code", "id", "is_active", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "specimen_type", "unit") SELECT new_values."analyte", new_values."assay", new_values."clinic_id", new_values."code", new_values."id", new_values."is_active", new_values."laboratory_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."specimen_type", new_values."unit" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="629d901154394b71727ef62e55cd73253e8382e8",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_6f720",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_codemapping",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_codemappingevent" ("analyte", "assay", "clinic_id", "code", "id", "is_active", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "specimen_type", "unit") SELECT new_values."analyte", new_values."assay", new_values."clinic_id", new_values."code", new_values."id", new_values."is_active", new_values."laboratory_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."specimen_type", new_values."unit" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="81372dee4230abb7a7f5220607dd22fb232160f3",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_80e2e",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_codemapping",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_codemappingevent" ("analyte", "assay", "clinic_id", "code", "id", "is_active", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "specimen_type", "unit") SELECT old_values."analyte", old_values."assay", old_values."clinic_id", old_values."code", old_values."id", old_values."is_active", old_values."laboratory_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."specimen_type", old_values."unit" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="254fbf73dca1df1ae5dfbd604a2125866f70673c",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_4a24d",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_codemapping",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CodeMappingEvent",
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
                                to="labs.codemapping",
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
                            "laboratory",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        ("code", models.CharField(max_length=80)),
                        (
                            "analyte",
                            models.CharField(
                                blank=True, help_text="Blank: kept, but neither graded nor followed.", max_length=40
                            ),
                        ),
                        (
                            "unit",
                            models.CharField(
                                blank=True, help_text="The unit when the sender gives none.", max_length=40
                            ),
                        ),
                        (
                            "assay",
                            models.CharField(
                                blank=True, help_text="Values of different assays are never one trend.", max_length=80
                            ),
                        ),
                        ("specimen_type", models.CharField(blank=True, max_length=40)),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="False: taken back, as if it had never been said."
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
                                    hash="a7ff12d94061d949e1cf3cda2181dbf7eb13ad0b",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_5a98d",
                                    table="labs_codemappingevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabGrade",
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
                                related_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "result",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="grades",
                                to="labs.labresult",
                            ),
                        ),
                        ("ctcae", models.CharField(help_text="Version and edition of the criteria.", max_length=40)),
                        ("term", models.CharField(max_length=80)),
                        ("direction", models.CharField(choices=[("low", "Low"), ("high", "High")], max_length=4)),
                        (
                            "status",
                            models.CharField(
                                choices=[("graded", "Graded"), ("not_gradable", "Cannot grade")], max_length=12
                            ),
                        ),
                        ("grade", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("grade_if_symptomatic", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "baseline",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the unit system of the result.", null=True
                            ),
                        ),
                        (
                            "baseline_flag",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("low", "Below the range"),
                                    ("normal", "Within the range"),
                                    ("high", "Above the range"),
                                ],
                                max_length=6,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("term",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("result", "term", "direction", "ctcae"), name="one_grade_per_term"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("grade__isnull", False), ("status", "graded")),
                                    models.Q(("grade__isnull", True), ("status", "not_gradable")),
                                    _connector="OR",
                                ),
                                name="graded_has_a_grade",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("grade__isnull", True), ("grade__lte", 4), _connector="OR"),
                                name="grade_0_to_4",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("grade_if_symptomatic__isnull", True),
                                    ("grade_if_symptomatic__gt", models.F("grade")),
                                    _connector="OR",
                                ),
                                name="symptoms_make_it_worse",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labgradeevent" ("baseline", "baseline_flag", "clinic_id", "ctcae", "direction", "grade", "grade_if_symptomatic", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "result_id", "status", "term") SELECT new_values."baseline", new_values."baseline_flag", new_values."clinic_id", new_values."ctcae", new_values."direction", new_values."grade", new_values."grade_if_symptomatic", new_values."id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."result_id", new_values."status", new_values."term" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="39e4eb22609ea46c26d67153845b32498ae2a7ed",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_de3c1",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_labgrade",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labgradeevent" ("baseline", "baseline_flag", "clinic_id", "ctcae", "direction", "grade", "grade_if_symptomatic", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "result_id", "status", "term") SELECT new_values."baseline", new_values."baseline_flag", new_values."clinic_id", new_values."ctcae", new_values."direction", new_values."grade", new_values."grade_if_symptomatic", new_values."id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."result_id", new_values."status", new_values."term" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6fe2720bdc6d3ea6377124fafdcfb8f0d1e1aee4",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_011bb",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_labgrade",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labgradeevent" ("baseline", "baseline_flag", "clinic_id", "ctcae", "direction", "grade", "grade_if_symptomatic", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "result_id", "status", "term") SELECT old_values."baseline", old_values."baseline_flag", old_values."clinic_id", old_values."ctcae", old_values."direction", old_values."grade", old_values."grade_if_symptomatic", old_values."id", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."result_id", old_values."status", old_values."term" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ada34b931f19af6fcb09a788d933b2b8e37b322d",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e8381",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_labgrade",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabGradeEvent",
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
                                to="labs.labgrade",
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
                            "result",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        ("ctcae", models.CharField(help_text="Version and edition of the criteria.", max_length=40)),
                        ("term", models.CharField(max_length=80)),
                        ("direction", models.CharField(choices=[("low", "Low"), ("high", "High")], max_length=4)),
                        (
                            "status",
                            models.CharField(
                                choices=[("graded", "Graded"), ("not_gradable", "Cannot grade")], max_length=12
                            ),
                        ),
                        ("grade", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("grade_if_symptomatic", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "baseline",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the unit system of the result.", null=True
                            ),
                        ),
                        (
                            "baseline_flag",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("low", "Below the range"),
                                    ("normal", "Within the range"),
                                    ("high", "Above the range"),
                                ],
                                max_length=6,
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
                                    hash="c0afcb3d84eabe1d0a1ba63dcc8df8d9a6fb2109",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_95755",
                                    table="labs_labgradeevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabPolicy",
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
                                related_name="lab_policy",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "ctcae",
                            models.CharField(
                                choices=[("5.0", "CTCAE 5.0"), ("6.0", "CTCAE 6.0")], default="6.0", max_length=3
                            ),
                        ),
                        (
                            "rules_off",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "settings",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("signed_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "lab policies",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labpolicyevent" ("clinic_id", "ctcae", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_off", "settings", "signed_by_id", "signed_on") SELECT new_values."clinic_id", new_values."ctcae", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rules_off", new_values."settings", new_values."signed_by_id", new_values."signed_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e75b6d0b26df47f9bab604c1a979701f63a1ee64",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b62b8",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_labpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labpolicyevent" ("clinic_id", "ctcae", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_off", "settings", "signed_by_id", "signed_on") SELECT new_values."clinic_id", new_values."ctcae", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rules_off", new_values."settings", new_values."signed_by_id", new_values."signed_on" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="fa55c2f72737f94ac06051d2401e184196013ca2",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_90dd1",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_labpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_labpolicyevent" ("clinic_id", "ctcae", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_off", "settings", "signed_by_id", "signed_on") SELECT old_values."clinic_id", old_values."ctcae", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rules_off", old_values."settings", old_values."signed_by_id", old_values."signed_on" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6e854cbba7e029275632024289d57d3c4ad16491",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_432f7",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_labpolicy",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabPolicyEvent",
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
                                to="labs.labpolicy",
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
                            "ctcae",
                            models.CharField(
                                choices=[("5.0", "CTCAE 5.0"), ("6.0", "CTCAE 6.0")], default="6.0", max_length=3
                            ),
                        ),
                        (
                            "rules_off",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "settings",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "signed_by",
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
                        ("signed_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="ab0f62944f767268069fe2459cad96f90eff6f26",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_4ba87",
                                    table="labs_labpolicyevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabResultEvent",
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
                                to="labs.labresult",
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
                            "report",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.labreport",
                            ),
                        ),
                        (
                            "laboratory",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        ("identity", models.UUIDField()),
                        ("fingerprint", models.UUIDField()),
                        ("is_current", models.BooleanField(default=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("preliminary", "Preliminary"),
                                    ("final", "Final"),
                                    ("corrected", "Corrected"),
                                    ("cancelled", "Cancelled"),
                                    ("withdrawn", "Withdrawn (wrong patient)"),
                                ],
                                max_length=11,
                            ),
                        ),
                        (
                            "analyte",
                            models.CharField(
                                blank=True, help_text="Blank: kept, but neither graded nor followed.", max_length=40
                            ),
                        ),
                        ("code", models.CharField(help_text="As the sender wrote it.", max_length=80)),
                        ("name", models.CharField(blank=True, help_text="As the sender wrote it.", max_length=200)),
                        ("reported", models.CharField(help_text="The value as it was written.", max_length=200)),
                        (
                            "value",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the unit reported; blank for text.", null=True
                            ),
                        ),
                        ("comparator", models.CharField(blank=True, max_length=2)),
                        ("unit", models.CharField(blank=True, help_text="As the sender wrote it.", max_length=40)),
                        (
                            "system",
                            models.CharField(blank=True, choices=[("si", "SI"), ("us", "Conventional")], max_length=2),
                        ),
                        (
                            "graded_value",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the system's own unit of the analyte.", null=True
                            ),
                        ),
                        (
                            "si_value",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the analyte's SI unit.", null=True
                            ),
                        ),
                        (
                            "low",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the system's own unit.", null=True
                            ),
                        ),
                        (
                            "high",
                            iotrex_followup.columns.NumericField(
                                blank=True, help_text="In the system's own unit.", null=True
                            ),
                        ),
                        (
                            "range_source",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("report", "Printed on the report"),
                                    ("laboratory", "The laboratory's range"),
                                    ("clinic", "The clinic's range"),
                                    ("default", "Default range"),
                                    ("unverified", "Default range, not verified"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("accession", models.CharField(blank=True, max_length=80)),
                        ("assay", models.CharField(blank=True, max_length=80)),
                        ("specimen_type", models.CharField(blank=True, max_length=40)),
                        ("fasting", models.BooleanField(blank=True, null=True)),
                        ("collected_at", models.DateTimeField()),
                        ("collected_on", models.DateField(help_text="The clinic's calendar date of the specimen.")),
                        (
                            "time_known",
                            models.BooleanField(
                                default=True, help_text="False: only the day of the specimen is known."
                            ),
                        ),
                        (
                            "issued_at",
                            models.DateTimeField(
                                blank=True, help_text="When the laboratory says it issued this.", null=True
                            ),
                        ),
                        ("received_at", models.DateTimeField()),
                        (
                            "derived_from",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.UUIDField(),
                                blank=True,
                                help_text="The results it was computed from.",
                                null=True,
                                size=None,
                            ),
                        ),
                        (
                            "derivation",
                            models.CharField(blank=True, help_text="The formula, with its inputs.", max_length=200),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="8e9687f79c22a40d3e2a0b819917e2add57ae950",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_a50f4",
                                    table="labs_labresultevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LaboratoryEvent",
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
                                to="labs.laboratory",
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
                        ("name", models.CharField(max_length=200)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "decimal_comma",
                            models.BooleanField(default=False, help_text="Writes 4,5 for four and a half."),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="2267ae3e566e461ed75d610f4023c2dc1afd127c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_6a23c",
                                    table="labs_laboratoryevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuarantineItemEvent",
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
                                to="labs.quarantineitem",
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
                            "report",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.labreport",
                            ),
                        ),
                        (
                            "laboratory",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        ("fingerprint", models.UUIDField()),
                        ("position", models.CharField(help_text="Where it stood in what was sent.", max_length=80)),
                        (
                            "problem",
                            models.CharField(
                                choices=[
                                    ("patient_unknown", "Patient not found"),
                                    ("code_unknown", "Code not known"),
                                    ("unit_missing", "Unit missing"),
                                    ("unit_unknown", "Unit not understood"),
                                    ("unit_misfit", "Unit does not fit"),
                                    ("out_of_limits", "Value not possible"),
                                    ("value_unreadable", "Value not understood"),
                                    ("time_unreadable", "Specimen time not understood"),
                                    ("status_unknown", "Status not known"),
                                    ("conflict", "Two values for one result"),
                                    ("row_broken", "Row not understood"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("reason", models.TextField(help_text="What is wrong, in words.")),
                        ("remedy", models.TextField(help_text="What would help.")),
                        (
                            "row",
                            models.JSONField(
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="The fields as they came.",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("replayed", "Taken in"), ("dismissed", "Set aside")],
                                default="open",
                                max_length=9,
                            ),
                        ),
                        (
                            "owner",
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
                        ("due_on", models.DateField(help_text="One working day after it came.")),
                        (
                            "result",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.labresult",
                            ),
                        ),
                        ("outcome", models.TextField(blank=True, help_text="Why it was set aside, or what was done.")),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="9670ea48636e2e6fb73e1aa6d8facf00054cfed4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_1e419",
                                    table="labs_quarantineitemevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReferenceRange",
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
                            "laboratory",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ranges",
                                to="labs.laboratory",
                            ),
                        ),
                        ("analyte", models.CharField(max_length=40)),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("female", "Female"),
                                    ("male", "Male"),
                                    ("other", "Other"),
                                    ("unknown", "Unknown"),
                                ],
                                help_text="Blank: both.",
                                max_length=7,
                            ),
                        ),
                        ("age_from_days", models.PositiveIntegerField(default=0)),
                        (
                            "age_to_days",
                            models.PositiveIntegerField(blank=True, help_text="Exclusive; blank: no end.", null=True),
                        ),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("low", iotrex_followup.columns.NumericField(blank=True, null=True)),
                        ("high", iotrex_followup.columns.NumericField(blank=True, null=True)),
                        ("unit", models.CharField(max_length=40)),
                        ("source", models.CharField(blank=True, max_length=200)),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ("analyte", "age_from_days", "sex"),
                        "indexes": [
                            models.Index(fields=["clinic", "laboratory", "analyte"], name="range_of_laboratory")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("low__isnull", False), ("high__isnull", False), _connector="OR"),
                                name="range_has_a_limit",
                                violation_error_message="Give a lower or an upper limit.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("low__isnull", True),
                                    ("high__isnull", True),
                                    ("low__lte", models.F("high")),
                                    _connector="OR",
                                ),
                                name="range_low_below_high",
                                violation_error_message="The lower limit is above the upper one.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("age_to_days__isnull", True),
                                    ("age_to_days__gt", models.F("age_from_days")),
                                    _connector="OR",
                                ),
                                name="range_ages_in_order",
                                violation_error_message="The ages are not in order.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from__isnull", True),
                                    ("valid_to__isnull", True),
                                    ("valid_to__gte", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="range_dates_in_order",
                                violation_error_message="The last day is before the first.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_referencerangeevent" ("age_from_days", "age_to_days", "analyte", "clinic_id", "high", "id", "is_active", "laboratory_id", "low", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sex", "source", "unit", "valid_from", "valid_to") SELECT new_values."age_from_days", new_values."age_to_days", new_values."analyte", new_values."clinic_id", new_values."high", new_values."id", new_values."is_active", new_values."laboratory_id", new_values."low", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."sex", new_values."source", new_values."unit", new_values."valid_from", new_values."valid_to" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b4b8bdf6e3eac6635113e49adc408124553fa017",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_c786f",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_referencerange",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_referencerangeevent" ("age_from_days", "age_to_days", "analyte", "clinic_id", "high", "id", "is_active", "laboratory_id", "low", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sex", "source", "unit", "valid_from", "valid_to") SELECT new_values."age_from_days", new_values."age_to_days", new_values."analyte", new_values."clinic_id", new_values."high", new_values."id", new_values."is_active", new_values."laboratory_id", new_values."low", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."sex", new_values."source", new_values."unit", new_values."valid_from", new_values."valid_to" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="33c2faea99405eee7f49904463340d726fff8a68",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_04da5",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_referencerange",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_referencerangeevent" ("age_from_days", "age_to_days", "analyte", "clinic_id", "high", "id", "is_active", "laboratory_id", "low", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sex", "source", "unit", "valid_from", "valid_to") SELECT old_values."age_from_days", old_values."age_to_days", old_values."analyte", old_values."clinic_id", old_values."high", old_values."id", old_values."is_active", old_values."laboratory_id", old_values."low", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."sex", old_values."source", old_values."unit", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="9201e519f94d9b494dbafc17fd598294b9f690df",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_6d336",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_referencerange",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReferenceRangeEvent",
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
                                to="labs.referencerange",
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
                            "laboratory",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        ("analyte", models.CharField(max_length=40)),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("female", "Female"),
                                    ("male", "Male"),
                                    ("other", "Other"),
                                    ("unknown", "Unknown"),
                                ],
                                help_text="Blank: both.",
                                max_length=7,
                            ),
                        ),
                        ("age_from_days", models.PositiveIntegerField(default=0)),
                        (
                            "age_to_days",
                            models.PositiveIntegerField(blank=True, help_text="Exclusive; blank: no end.", null=True),
                        ),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("low", iotrex_followup.columns.NumericField(blank=True, null=True)),
                        ("high", iotrex_followup.columns.NumericField(blank=True, null=True)),
                        ("unit", models.CharField(max_length=40)),
                        ("source", models.CharField(blank=True, max_length=200)),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="ef2b09928ac0b84f40b1d9bb5620968a72df6df8",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_e8289",
                                    table="labs_referencerangeevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SpecimenMatch",
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
                                related_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "activity",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="matches",
                                to="schedules.plannedactivity",
                            ),
                        ),
                        ("specimen_on", models.DateField(help_text="The clinic's calendar date of the specimen.")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("fulfilled", "Fulfilled"),
                                    ("partly", "Partly done"),
                                    ("proposed", "Proposed"),
                                    ("released", "Released"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "missing",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                blank=True,
                                default=list,
                                help_text="Analytes not reported.",
                                size=None,
                            ),
                        ),
                        (
                            "confirmed",
                            models.BooleanField(
                                default=False, help_text="A person said so; the rule does not change it."
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "verbose_name_plural": "specimen matches",
                        "ordering": ("specimen_on",),
                        "indexes": [models.Index(fields=["patient", "specimen_on"], name="match_of_patient")],
                        "constraints": [
                            models.UniqueConstraint(fields=("activity", "specimen_on"), name="one_match_per_day"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "fulfilled")),
                                fields=("activity",),
                                name="fulfilled_by_one_specimen",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_specimenmatchevent" ("activity_id", "clinic_id", "confirmed", "id", "missing", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "specimen_on", "state") SELECT new_values."activity_id", new_values."clinic_id", new_values."confirmed", new_values."id", new_values."missing", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."specimen_on", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="dfedd1a87699658bc36ecea83e286b0f5a7ebede",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_5da84",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_specimenmatch",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_specimenmatchevent" ("activity_id", "clinic_id", "confirmed", "id", "missing", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "specimen_on", "state") SELECT new_values."activity_id", new_values."clinic_id", new_values."confirmed", new_values."id", new_values."missing", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."specimen_on", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f5963a05f09cf0fa0d9be56c354b4a65d8b0d6f6",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_f397c",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_specimenmatch",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_specimenmatchevent" ("activity_id", "clinic_id", "confirmed", "id", "missing", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "specimen_on", "state") SELECT old_values."activity_id", old_values."clinic_id", old_values."confirmed", old_values."id", old_values."missing", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."specimen_on", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b5bb51ed9d9b16b28138b1fdf04f92c795523047",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_d5ada",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_specimenmatch",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SpecimenMatchEvent",
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
                                to="labs.specimenmatch",
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
                            "activity",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plannedactivity",
                            ),
                        ),
                        ("specimen_on", models.DateField(help_text="The clinic's calendar date of the specimen.")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("fulfilled", "Fulfilled"),
                                    ("partly", "Partly done"),
                                    ("proposed", "Proposed"),
                                    ("released", "Released"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "missing",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                blank=True,
                                default=list,
                                help_text="Analytes not reported.",
                                size=None,
                            ),
                        ),
                        (
                            "confirmed",
                            models.BooleanField(
                                default=False, help_text="A person said so; the rule does not change it."
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="2ee6a155ee6579a1eeb58d47b53f8d3403da6e16",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f92b9",
                                    table="labs_specimenmatchevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitMapping",
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
                            "laboratory",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="units", to="labs.laboratory"
                            ),
                        ),
                        ("spelling", models.CharField(max_length=40)),
                        ("unit", models.CharField(help_text="UCUM.", max_length=40)),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="False: taken back, as if it had never been said."
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("spelling",),
                        "constraints": [
                            models.UniqueConstraint(fields=("laboratory", "spelling"), name="unit_mapped_once")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_unitmappingevent" ("clinic_id", "id", "is_active", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spelling", "unit") SELECT new_values."clinic_id", new_values."id", new_values."is_active", new_values."laboratory_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."spelling", new_values."unit" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="eb7a00c1d9469c4139724d7470a4654aa7c9a944",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_9c806",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="labs_unitmapping",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_unitmappingevent" ("clinic_id", "id", "is_active", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spelling", "unit") SELECT new_values."clinic_id", new_values."id", new_values."is_active", new_values."laboratory_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."spelling", new_values."unit" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="5e0952e252c9fb80e8f0d667fd31aa0002e88742",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_57e0f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="labs_unitmapping",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "labs_unitmappingevent" ("clinic_id", "id", "is_active", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spelling", "unit") SELECT old_values."clinic_id", old_values."id", old_values."is_active", old_values."laboratory_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."spelling", old_values."unit" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6d6c5bef39bbeb2cf6ccc2dfb1368444c506343b",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_906e7",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="labs_unitmapping",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitMappingEvent",
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
                                to="labs.unitmapping",
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
                            "laboratory",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="labs.laboratory",
                            ),
                        ),
                        ("spelling", models.CharField(max_length=40)),
                        ("unit", models.CharField(help_text="UCUM.", max_length=40)),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="False: taken back, as if it had never been said."
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
                                    hash="7b423ef94ec99b79c60c4490bd5359ead4689aed",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_785a8",
                                    table="labs_unitmappingevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        same_clinic("labs_codemapping", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_unitmapping", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_referencerange", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_labreport", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_labresult", "patient_id", "patients_patient"),
        same_clinic("labs_labresult", "report_id", "labs_labreport"),
        same_clinic("labs_baseline", "treatment_id", "patients_treatment"),
        same_clinic("labs_baseline", "patient_id", "patients_patient"),
        same_clinic("labs_labgrade", "result_id", "labs_labresult"),
        same_clinic("labs_specimenmatch", "patient_id", "patients_patient"),
        same_clinic("labs_quarantineitem", "report_id", "labs_labreport"),
        same_clinic("labs_quarantineitem", "patient_id", "patients_patient"),
        same_clinic("labs_alert", "patient_id", "patients_patient"),
        same_clinic("labs_alert", "quarantine_item_id", "labs_quarantineitem"),
        same_clinic("labs_alertfinding", "alert_id", "labs_alert"),
    ]
