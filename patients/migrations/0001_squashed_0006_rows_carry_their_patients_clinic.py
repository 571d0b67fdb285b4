import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import accounts.models.clinics
import iotrex_followup.columns
import iotrex_followup.ids
from iotrex_followup.clinic_keys import same_clinic
from iotrex_followup.creating import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("patients", "0001_initial"),
        ("patients", "0002_rows_carry_their_patients_clinic"),
        ("patients", "0003_supportive_care_and_adverse_events"),
        ("patients", "0004_rows_carry_their_patients_clinic"),
        ("patients", "0005_events_of_life"),
        ("patients", "0006_rows_carry_their_patients_clinic"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0002_working_hours_and_the_ladder"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Patient",
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
                                related_name="patients",
                                to="accounts.clinic",
                            ),
                        ),
                        ("mrn", models.CharField(max_length=64, verbose_name="MRN")),
                        ("given_name", models.CharField(max_length=100)),
                        ("family_name", models.CharField(max_length=100)),
                        (
                            "search_name",
                            models.CharField(
                                editable=False, help_text="Family and given name, folded.", max_length=210
                            ),
                        ),
                        ("birth_date", models.DateField()),
                        (
                            "sex",
                            models.CharField(
                                choices=[
                                    ("female", "Female"),
                                    ("male", "Male"),
                                    ("other", "Other"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=7,
                            ),
                        ),
                        (
                            "indication",
                            models.CharField(
                                choices=[
                                    ("pheochromocytoma", "Pheochromocytoma"),
                                    ("paraganglioma", "Paraganglioma"),
                                    ("neuroblastoma", "Neuroblastoma"),
                                    ("neuroendocrine", "Carcinoid or other neuroendocrine tumour"),
                                    ("medullary_thyroid", "Medullary thyroid carcinoma"),
                                    ("other", "Other"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("secreting", models.BooleanField(default=False, verbose_name="secreting tumour")),
                        (
                            "responsible_clinician",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="patients",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                blank=True,
                                help_text="Blank means the clinic's.",
                                max_length=64,
                                validators=[accounts.models.clinics.validate_time_zone],
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("merged", "Merged into another record"),
                                    ("entered_in_error", "Entered in error"),
                                ],
                                default="active",
                                max_length=16,
                            ),
                        ),
                        (
                            "care",
                            models.CharField(
                                choices=[
                                    ("followed", "In follow-up"),
                                    ("paused", "Follow-up paused"),
                                    ("lost", "Lost to follow-up"),
                                    ("comfort", "Comfort care"),
                                    ("transferred", "Followed up elsewhere"),
                                    ("declined", "Declined follow-up here"),
                                    ("deceased", "Died"),
                                ],
                                default="followed",
                                editable=False,
                                max_length=11,
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="patients.patient",
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("search_name", "id"),
                        "indexes": [
                            models.Index(fields=["clinic", "search_name", "id"], name="patient_by_name"),
                            models.Index(fields=["clinic", "birth_date"], name="patient_by_birth_date"),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.search.SearchVector("search_name", config="simple"),
                                name="patient_name_words",
                            ),
                            models.Index(
                                models.F("clinic"),
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("mrn"), name="text_pattern_ops"
                                ),
                                name="patient_by_mrn",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "mrn"), name="mrn_unique_in_clinic"),
                            models.UniqueConstraint(fields=("id", "clinic"), name="patient_clinic"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("merged_into__isnull", False), ("status", "merged")),
                                    models.Q(
                                        models.Q(("status", "merged"), _negated=True), ("merged_into__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="merged_names_survivor",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patientevent" ("birth_date", "care", "clinic_id", "created_at", "family_name", "given_name", "id", "indication", "merged_into_id", "mrn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible_clinician_id", "search_name", "secreting", "sex", "status", "time_zone") SELECT new_values."birth_date", new_values."care", new_values."clinic_id", new_values."created_at", new_values."family_name", new_values."given_name", new_values."id", new_values."indication", new_values."merged_into_id", new_values."mrn", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."responsible_clinician_id", new_values."search_name", new_values."secreting", new_values."sex", new_values."status", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ceddc1d0f6988654161c77556f8ffba4ea3c99df",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_62165",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_patient",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patientevent" ("birth_date", "care", "clinic_id", "created_at", "family_name", "given_name", "id", "indication", "merged_into_id", "mrn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible_clinician_id", "search_name", "secreting", "sex", "status", "time_zone") SELECT new_values."birth_date", new_values."care", new_values."clinic_id", new_values."created_at", new_values."family_name", new_values."given_name", new_values."id", new_values."indication", new_values."merged_into_id", new_values."mrn", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."responsible_clinician_id", new_values."search_name", new_values."secreting", new_values."sex", new_values."status", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="52df2a495862c9de53b7eb7342a3bd029ad93c10",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_546ce",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_patient",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patientevent" ("birth_date", "care", "clinic_id", "created_at", "family_name", "given_name", "id", "indication", "merged_into_id", "mrn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible_clinician_id", "search_name", "secreting", "sex", "status", "time_zone") SELECT old_values."birth_date", old_values."care", old_values."clinic_id", old_values."created_at", old_values."family_name", old_values."given_name", old_values."id", old_values."indication", old_values."merged_into_id", old_values."mrn", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."responsible_clinician_id", old_values."search_name", old_values."secreting", old_values."sex", old_values."status", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="58e5a736af2785a33d33f03e404a9654a33619bd",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_9898d",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_patient",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Treatment",
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
                                related_name="treatments",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("therapeutic", "Therapeutic"), ("dosimetric", "Dosimetric")],
                                default="therapeutic",
                                max_length=11,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("planned", "Planned"), ("given", "Given"), ("withdrawn", "Entered in error")],
                                max_length=9,
                            ),
                        ),
                        (
                            "number",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Therapeutic treatments given, in order of their dates.",
                                null=True,
                            ),
                        ),
                        (
                            "started_on",
                            models.DateField(
                                help_text="The clinic's calendar date on which the infusion began (or is planned)."
                            ),
                        ),
                        ("product", models.CharField(default="iobenguane I-131 (131I-MIBG)", max_length=100)),
                        (
                            "activity_mbq",
                            models.DecimalField(
                                blank=True,
                                decimal_places=1,
                                max_digits=9,
                                null=True,
                                verbose_name="administered activity (MBq)",
                            ),
                        ),
                        (
                            "weight_kg",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="weight (kg)"
                            ),
                        ),
                        ("stem_cell_support", models.BooleanField(default=False)),
                        (
                            "tandem_with",
                            models.ForeignKey(
                                blank=True,
                                help_text="The first infusion of the planned tandem course this one completes.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tandem",
                                to="patients.treatment",
                            ),
                        ),
                        ("radiation_precautions_until", models.DateField(blank=True, null=True)),
                        (
                            "override_reason",
                            models.TextField(blank=True, help_text="Why something unusual was recorded all the same."),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("started_on", "id"),
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="treatment_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "withdrawn"), _negated=True),
                                fields=("patient", "kind", "started_on"),
                                name="one_treatment_of_a_kind_per_day",
                                violation_error_message="This patient already has a treatment of this kind on that date.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("activity_mbq__isnull", True), ("activity_mbq__gt", 0), _connector="OR"
                                ),
                                name="activity_positive",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("weight_kg__isnull", True), ("weight_kg__gt", 0), _connector="OR"),
                                name="weight_positive",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_treatmentevent" ("activity_mbq", "clinic_id", "created_at", "id", "kind", "number", "override_reason", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product", "radiation_precautions_until", "started_on", "state", "stem_cell_support", "tandem_with_id", "weight_kg") SELECT new_values."activity_mbq", new_values."clinic_id", new_values."created_at", new_values."id", new_values."kind", new_values."number", new_values."override_reason", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."product", new_values."radiation_precautions_until", new_values."started_on", new_values."state", new_values."stem_cell_support", new_values."tandem_with_id", new_values."weight_kg" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="8dd22a532b84f1901f3bbfd71316d095d7bf8f7d",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b637b",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_treatment",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_treatmentevent" ("activity_mbq", "clinic_id", "created_at", "id", "kind", "number", "override_reason", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product", "radiation_precautions_until", "started_on", "state", "stem_cell_support", "tandem_with_id", "weight_kg") SELECT new_values."activity_mbq", new_values."clinic_id", new_values."created_at", new_values."id", new_values."kind", new_values."number", new_values."override_reason", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."product", new_values."radiation_precautions_until", new_values."started_on", new_values."state", new_values."stem_cell_support", new_values."tandem_with_id", new_values."weight_kg" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e5b899752056bd648806d6078e37dcefd6075bea",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_85722",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_treatment",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_treatmentevent" ("activity_mbq", "clinic_id", "created_at", "id", "kind", "number", "override_reason", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product", "radiation_precautions_until", "started_on", "state", "stem_cell_support", "tandem_with_id", "weight_kg") SELECT old_values."activity_mbq", old_values."clinic_id", old_values."created_at", old_values."id", old_values."kind", old_values."number", old_values."override_reason", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."product", old_values."radiation_precautions_until", old_values."started_on", old_values."state", old_values."stem_cell_support", old_values."tandem_with_id", old_values."weight_kg" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7acc113432352982dafbde61f6a1537c9e611a53",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_09eeb",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_treatment",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AdverseEvent",
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
                                related_name="adverse_events",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "treatment",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="patients.treatment",
                            ),
                        ),
                        ("ctcae", models.CharField(help_text="Version of the criteria.", max_length=3)),
                        ("term", models.CharField(max_length=80)),
                        ("grade", models.PositiveSmallIntegerField()),
                        ("onset_on", models.DateField()),
                        ("ended_on", models.DateField(blank=True, null=True)),
                        (
                            "attribution",
                            models.CharField(
                                choices=[
                                    ("unrelated", "Unrelated"),
                                    ("unlikely", "Unlikely"),
                                    ("possible", "Possible"),
                                    ("probable", "Probable"),
                                    ("definite", "Definite"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("note", models.TextField(blank=True)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
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
                        "ordering": ("-onset_on", "-id"),
                        "indexes": [models.Index(fields=["patient", "-onset_on"], name="adverse_event_of_patient")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("grade__range", (1, 5))), name="adverse_event_grade_1_to_5"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_on__isnull", True), ("ended_on__gte", models.F("onset_on")), _connector="OR"
                                ),
                                name="adverse_event_ends_after_onset",
                                violation_error_message="The end is before the onset.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_adverseeventevent" ("attribution", "clinic_id", "ctcae", "ended_on", "grade", "id", "note", "onset_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "term", "treatment_id", "withdrawn") SELECT new_values."attribution", new_values."clinic_id", new_values."ctcae", new_values."ended_on", new_values."grade", new_values."id", new_values."note", new_values."onset_on", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."recorded_at", new_values."recorded_by_id", new_values."term", new_values."treatment_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="22fc8ec463f2666c13348f65f256b72ecc0a99c3",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_3a893",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_adverseevent",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_adverseeventevent" ("attribution", "clinic_id", "ctcae", "ended_on", "grade", "id", "note", "onset_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "term", "treatment_id", "withdrawn") SELECT new_values."attribution", new_values."clinic_id", new_values."ctcae", new_values."ended_on", new_values."grade", new_values."id", new_values."note", new_values."onset_on", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."recorded_at", new_values."recorded_by_id", new_values."term", new_values."treatment_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4faf824063c0de0a0def743717ca99c8134fd2e6",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_1fd58",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_adverseevent",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_adverseeventevent" ("attribution", "clinic_id", "ctcae", "ended_on", "grade", "id", "note", "onset_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "term", "treatment_id", "withdrawn") SELECT old_values."attribution", old_values."clinic_id", old_values."ctcae", old_values."ended_on", old_values."grade", old_values."id", old_values."note", old_values."onset_on", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."recorded_by_id", old_values."term", old_values."treatment_id", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="19477a78ebd43dc353c67dfe5e7a434a4a376632",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_7be2e",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_adverseevent",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AdverseEventEvent",
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
                                to="patients.adverseevent",
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
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.treatment",
                            ),
                        ),
                        ("ctcae", models.CharField(help_text="Version of the criteria.", max_length=3)),
                        ("term", models.CharField(max_length=80)),
                        ("grade", models.PositiveSmallIntegerField()),
                        ("onset_on", models.DateField()),
                        ("ended_on", models.DateField(blank=True, null=True)),
                        (
                            "attribution",
                            models.CharField(
                                choices=[
                                    ("unrelated", "Unrelated"),
                                    ("unlikely", "Unlikely"),
                                    ("possible", "Possible"),
                                    ("probable", "Probable"),
                                    ("definite", "Definite"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("note", models.TextField(blank=True)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
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
                                    hash="fd8df38dc7dab3a2883f5db862f8586e57ad83d1",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_21feb",
                                    table="patients_adverseeventevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CareTeam",
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
                                related_name="care_teams",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "phase",
                            models.CharField(
                                choices=[
                                    ("weeks", "Weeks 1-8"),
                                    ("months", "Months 2-12"),
                                    ("quarters", "Years 1-5"),
                                    ("years", "Year 5 and beyond"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("outside_team", models.CharField(blank=True, max_length=200)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        ("accepted_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ("patient", "phase"),
                        "constraints": [
                            models.UniqueConstraint(fields=("patient", "phase"), name="one_care_team_per_phase"),
                            models.CheckConstraint(
                                condition=models.Q(("staff__isnull", True), ("outside_team", ""), _connector="OR"),
                                name="care_team_is_ours_or_outside",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_careteamevent" ("accepted_on", "clinic_id", "id", "outside_team", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "phone", "staff_id") SELECT new_values."accepted_on", new_values."clinic_id", new_values."id", new_values."outside_team", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phase", new_values."phone", new_values."staff_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="1caf6d69f2b07eb4b3a802a6d3f2af947a0f81e7",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b41b1",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_careteam",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_careteamevent" ("accepted_on", "clinic_id", "id", "outside_team", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "phone", "staff_id") SELECT new_values."accepted_on", new_values."clinic_id", new_values."id", new_values."outside_team", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phase", new_values."phone", new_values."staff_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e53d8b97c066e3d4a18dc1130dcbf8e148977c0f",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_786bc",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_careteam",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_careteamevent" ("accepted_on", "clinic_id", "id", "outside_team", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "phone", "staff_id") SELECT old_values."accepted_on", old_values."clinic_id", old_values."id", old_values."outside_team", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phase", old_values."phone", old_values."staff_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d70d2e916b2c0fcdf33e486993276b33e17b4c3e",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_2c680",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_careteam",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CareTeamEvent",
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
                                to="patients.careteam",
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
                            "phase",
                            models.CharField(
                                choices=[
                                    ("weeks", "Weeks 1-8"),
                                    ("months", "Months 2-12"),
                                    ("quarters", "Years 1-5"),
                                    ("years", "Year 5 and beyond"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "staff",
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
                        ("outside_team", models.CharField(blank=True, max_length=200)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        ("accepted_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="fed385c4bc949c2ebdaa067f3d3907f332d1546d",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_c0c54",
                                    table="patients_careteamevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClinicalEvent",
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
                                related_name="clinical_events",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("levothyroxine", "On levothyroxine"),
                                    ("pregnancy", "Pregnancy"),
                                    ("iodine", "Iodide or iodinated contrast"),
                                    ("thyroidectomy", "Thyroidectomy"),
                                    ("death", "Death"),
                                    ("transfer", "Transfer of care"),
                                    ("declines_messages", "Declines messages"),
                                    ("withdraws_research", "Withdraws from registry or research"),
                                    ("declines_follow_up", "Declines follow-up here"),
                                    ("declines_item", "Declines one item"),
                                    ("lost", "Lost to follow-up"),
                                    ("relapse", "Relapse or progression"),
                                    ("new_therapy", "New anti-cancer therapy"),
                                    ("admission", "Admission to hospital"),
                                    ("comfort_care", "Comfort care"),
                                    ("pause", "Follow-up paused"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("started_on", models.DateField()),
                        ("ended_on", models.DateField(blank=True, null=True)),
                        (
                            "tsh_low",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="TSH target from (mIU/L)"
                            ),
                        ),
                        (
                            "tsh_high",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="TSH target to (mIU/L)"
                            ),
                        ),
                        (
                            "accepted_on",
                            models.DateField(
                                blank=True,
                                help_text="Of a transfer: the day the receiving clinician accepted it.",
                                null=True,
                            ),
                        ),
                        (
                            "activities",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24),
                                blank=True,
                                default=list,
                                help_text="Of an item declined: which.",
                                size=None,
                            ),
                        ),
                        (
                            "details",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="What else this kind of event asks for, by name.",
                            ),
                        ),
                        (
                            "reversal_asked_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                help_text="Of a death: who says it is not so; a second person confirms.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("started_on", "id"),
                        "indexes": [models.Index(fields=["patient", "started_on"], name="clinical_event_of_patient")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_on__isnull", True),
                                    ("ended_on__gte", models.F("started_on")),
                                    _connector="OR",
                                ),
                                name="clinical_event_ends_after_it_begins",
                                violation_error_message="The end is before the beginning.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("tsh_low__isnull", True),
                                    ("tsh_high__isnull", True),
                                    ("tsh_low__lte", models.F("tsh_high")),
                                    _connector="OR",
                                ),
                                name="tsh_target_in_order",
                                violation_error_message="The lower end of the target is above the upper one.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_clinicaleventevent" ("accepted_on", "activities", "clinic_id", "created_at", "details", "ended_on", "id", "kind", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reversal_asked_by_id", "started_on", "tsh_high", "tsh_low", "withdrawn") SELECT new_values."accepted_on", new_values."activities", new_values."clinic_id", new_values."created_at", new_values."details", new_values."ended_on", new_values."id", new_values."kind", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reversal_asked_by_id", new_values."started_on", new_values."tsh_high", new_values."tsh_low", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b84974edd3286ed8578fcc6b6303de39ee9cbb68",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_13ee6",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_clinicalevent",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_clinicaleventevent" ("accepted_on", "activities", "clinic_id", "created_at", "details", "ended_on", "id", "kind", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reversal_asked_by_id", "started_on", "tsh_high", "tsh_low", "withdrawn") SELECT new_values."accepted_on", new_values."activities", new_values."clinic_id", new_values."created_at", new_values."details", new_values."ended_on", new_values."id", new_values."kind", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reversal_asked_by_id", new_values."started_on", new_values."tsh_high", new_values."tsh_low", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="9e9bde294842ccd371433c18d8db4e00df133abb",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_815b5",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_clinicalevent",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_clinicaleventevent" ("accepted_on", "activities", "clinic_id", "created_at", "details", "ended_on", "id", "kind", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reversal_asked_by_id", "started_on", "tsh_high", "tsh_low", "withdrawn") SELECT old_values."accepted_on", old_values."activities", old_values."clinic_id", old_values."created_at", old_values."details", old_values."ended_on", old_values."id", old_values."kind", old_values."note", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reversal_asked_by_id", old_values."started_on", old_values."tsh_high", old_values."tsh_low", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="1a92c496a70d8bdf59938147d6fb8e08c245fc11",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_7d493",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_clinicalevent",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClinicalEventEvent",
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
                                to="patients.clinicalevent",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("levothyroxine", "On levothyroxine"),
                                    ("pregnancy", "Pregnancy"),
                                    ("iodine", "Iodide or iodinated contrast"),
                                    ("thyroidectomy", "Thyroidectomy"),
                                    ("death", "Death"),
                                    ("transfer", "Transfer of care"),
                                    ("declines_messages", "Declines messages"),
                                    ("withdraws_research", "Withdraws from registry or research"),
                                    ("declines_follow_up", "Declines follow-up here"),
                                    ("declines_item", "Declines one item"),
                                    ("lost", "Lost to follow-up"),
                                    ("relapse", "Relapse or progression"),
                                    ("new_therapy", "New anti-cancer therapy"),
                                    ("admission", "Admission to hospital"),
                                    ("comfort_care", "Comfort care"),
                                    ("pause", "Follow-up paused"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("started_on", models.DateField()),
                        ("ended_on", models.DateField(blank=True, null=True)),
                        (
                            "tsh_low",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="TSH target from (mIU/L)"
                            ),
                        ),
                        (
                            "tsh_high",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="TSH target to (mIU/L)"
                            ),
                        ),
                        (
                            "accepted_on",
                            models.DateField(
                                blank=True,
                                help_text="Of a transfer: the day the receiving clinician accepted it.",
                                null=True,
                            ),
                        ),
                        (
                            "activities",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24),
                                blank=True,
                                default=list,
                                help_text="Of an item declined: which.",
                                size=None,
                            ),
                        ),
                        (
                            "details",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="What else this kind of event asks for, by name.",
                            ),
                        ),
                        (
                            "reversal_asked_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="Of a death: who says it is not so; a second person confirms.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="7833d8cb6b9c6c0d788f3563541661082e819db0",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9379d",
                                    table="patients_clinicaleventevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contact",
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
                                related_name="contacts",
                                to="patients.patient",
                            ),
                        ),
                        ("name", models.CharField(blank=True, help_text="Blank for the patient.", max_length=200)),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("self", "Patient"),
                                    ("mother", "Mother"),
                                    ("father", "Father"),
                                    ("guardian", "Guardian"),
                                    ("partner", "Partner"),
                                    ("child", "Son or daughter"),
                                    ("sibling", "Brother or sister"),
                                    ("carer", "Carer"),
                                    ("other", "Other"),
                                ],
                                default="self",
                                max_length=8,
                            ),
                        ),
                        (
                            "legal_authority",
                            models.BooleanField(default=False, help_text="May decide for the patient."),
                        ),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                        (
                            "sms_consent",
                            models.CharField(
                                blank=True,
                                choices=[("given", "Agreed"), ("refused", "Refused")],
                                max_length=7,
                                verbose_name="messages by SMS",
                            ),
                        ),
                        (
                            "email_consent",
                            models.CharField(
                                blank=True,
                                choices=[("given", "Agreed"), ("refused", "Refused")],
                                max_length=7,
                                verbose_name="messages by e-mail",
                            ),
                        ),
                        (
                            "phone_fault",
                            models.CharField(blank=True, help_text="Why no SMS reaches this number.", max_length=200),
                        ),
                        (
                            "email_fault",
                            models.CharField(
                                blank=True, help_text="Why no e-mail reaches this address.", max_length=200
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("es", "Spanish"), ("other", "Another language")],
                                default="en",
                                max_length=5,
                            ),
                        ),
                        ("interpreter", models.BooleanField(default=False, verbose_name="needs an interpreter")),
                        ("order", models.PositiveSmallIntegerField(default=1, help_text="1 is asked first.")),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ("order", "id"),
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_contactevent" ("clinic_id", "email", "email_consent", "email_fault", "id", "interpreter", "is_active", "language", "legal_authority", "name", "order", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_fault", "relation", "sms_consent") SELECT new_values."clinic_id", new_values."email", new_values."email_consent", new_values."email_fault", new_values."id", new_values."interpreter", new_values."is_active", new_values."language", new_values."legal_authority", new_values."name", new_values."order", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."phone_fault", new_values."relation", new_values."sms_consent" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="56bf3ca2af2a208d965f735c465bedef8f6f63e8",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_bd922",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_contact",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_contactevent" ("clinic_id", "email", "email_consent", "email_fault", "id", "interpreter", "is_active", "language", "legal_authority", "name", "order", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_fault", "relation", "sms_consent") SELECT new_values."clinic_id", new_values."email", new_values."email_consent", new_values."email_fault", new_values."id", new_values."interpreter", new_values."is_active", new_values."language", new_values."legal_authority", new_values."name", new_values."order", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."phone_fault", new_values."relation", new_values."sms_consent" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="33851f120a3b766503bce14b14b586122f604caa",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_5208d",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_contact",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_contactevent" ("clinic_id", "email", "email_consent", "email_fault", "id", "interpreter", "is_active", "language", "legal_authority", "name", "order", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_fault", "relation", "sms_consent") SELECT old_values."clinic_id", old_values."email", old_values."email_consent", old_values."email_fault", old_values."id", old_values."interpreter", old_values."is_active", old_values."language", old_values."legal_authority", old_values."name", old_values."order", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."phone_fault", old_values."relation", old_values."sms_consent" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="3b6a2d84bdec5f2eaef588285b4b6961abb87453",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_447f9",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_contact",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactEvent",
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
                                to="patients.contact",
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
                        ("name", models.CharField(blank=True, help_text="Blank for the patient.", max_length=200)),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("self", "Patient"),
                                    ("mother", "Mother"),
                                    ("father", "Father"),
                                    ("guardian", "Guardian"),
                                    ("partner", "Partner"),
                                    ("child", "Son or daughter"),
                                    ("sibling", "Brother or sister"),
                                    ("carer", "Carer"),
                                    ("other", "Other"),
                                ],
                                default="self",
                                max_length=8,
                            ),
                        ),
                        (
                            "legal_authority",
                            models.BooleanField(default=False, help_text="May decide for the patient."),
                        ),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                        (
                            "sms_consent",
                            models.CharField(
                                blank=True,
                                choices=[("given", "Agreed"), ("refused", "Refused")],
                                max_length=7,
                                verbose_name="messages by SMS",
                            ),
                        ),
                        (
                            "email_consent",
                            models.CharField(
                                blank=True,
                                choices=[("given", "Agreed"), ("refused", "Refused")],
                                max_length=7,
                                verbose_name="messages by e-mail",
                            ),
                        ),
                        (
                            "phone_fault",
                            models.CharField(blank=True, help_text="Why no SMS reaches this number.", max_length=200),
                        ),
                        (
                            "email_fault",
                            models.CharField(
                                blank=True, help_text="Why no e-mail reaches this address.", max_length=200
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("es", "Spanish"), ("other", "Another language")],
                                default="en",
                                max_length=5,
                            ),
                        ),
                        ("interpreter", models.BooleanField(default=False, verbose_name="needs an interpreter")),
                        ("order", models.PositiveSmallIntegerField(default=1, help_text="1 is asked first.")),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="af6438bfa586ab665dfae47d8f8d57cd637b6f28",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f2985",
                                    table="patients_contactevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PatientEvent",
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
                                to="patients.patient",
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
                        ("mrn", models.CharField(max_length=64, verbose_name="MRN")),
                        ("given_name", models.CharField(max_length=100)),
                        ("family_name", models.CharField(max_length=100)),
                        (
                            "search_name",
                            models.CharField(
                                editable=False, help_text="Family and given name, folded.", max_length=210
                            ),
                        ),
                        ("birth_date", models.DateField()),
                        (
                            "sex",
                            models.CharField(
                                choices=[
                                    ("female", "Female"),
                                    ("male", "Male"),
                                    ("other", "Other"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=7,
                            ),
                        ),
                        (
                            "indication",
                            models.CharField(
                                choices=[
                                    ("pheochromocytoma", "Pheochromocytoma"),
                                    ("paraganglioma", "Paraganglioma"),
                                    ("neuroblastoma", "Neuroblastoma"),
                                    ("neuroendocrine", "Carcinoid or other neuroendocrine tumour"),
                                    ("medullary_thyroid", "Medullary thyroid carcinoma"),
                                    ("other", "Other"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("secreting", models.BooleanField(default=False, verbose_name="secreting tumour")),
                        (
                            "responsible_clinician",
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
                            "time_zone",
                            models.CharField(
                                blank=True,
                                help_text="Blank means the clinic's.",
                                max_length=64,
                                validators=[accounts.models.clinics.validate_time_zone],
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("merged", "Merged into another record"),
                                    ("entered_in_error", "Entered in error"),
                                ],
                                default="active",
                                max_length=16,
                            ),
                        ),
                        (
                            "care",
                            models.CharField(
                                choices=[
                                    ("followed", "In follow-up"),
                                    ("paused", "Follow-up paused"),
                                    ("lost", "Lost to follow-up"),
                                    ("comfort", "Comfort care"),
                                    ("transferred", "Followed up elsewhere"),
                                    ("declined", "Declined follow-up here"),
                                    ("deceased", "Died"),
                                ],
                                default="followed",
                                editable=False,
                                max_length=11,
                            ),
                        ),
                        (
                            "merged_into",
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
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="d56fc44e91ee8df71d41dd0265710731967b921c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ade9e",
                                    table="patients_patientevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SupportiveCare",
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
                                related_name="supportive_care",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "product",
                            models.CharField(
                                choices=[
                                    ("platelets", "Platelets"),
                                    ("red_cells", "Red cells"),
                                    ("filgrastim", "Filgrastim"),
                                    ("pegfilgrastim", "Pegfilgrastim"),
                                    ("stem_cells", "Autologous stem cells"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("given_on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "units",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="Number of units or doses.", null=True
                            ),
                        ),
                        (
                            "cd34_e6_per_kg",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="CD34+ cells (10⁶ per kg)"
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=200)),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name_plural": "supportive care",
                        "ordering": ("given_on", "id"),
                        "indexes": [models.Index(fields=["patient", "given_on"], name="support_of_patient")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn", False)),
                                fields=("patient", "product", "given_on"),
                                name="product_once_a_day",
                                violation_error_message="This was entered for that day already.",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_supportivecareevent" ("cd34_e6_per_kg", "clinic_id", "created_at", "given_on", "id", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "product", "units", "withdrawn") SELECT new_values."cd34_e6_per_kg", new_values."clinic_id", new_values."created_at", new_values."given_on", new_values."id", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."product", new_values."units", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b2c5cf3471f4b3862a7471ba66194aef7579f04f",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_7eb04",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="patients_supportivecare",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_supportivecareevent" ("cd34_e6_per_kg", "clinic_id", "created_at", "given_on", "id", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "product", "units", "withdrawn") SELECT new_values."cd34_e6_per_kg", new_values."clinic_id", new_values."created_at", new_values."given_on", new_values."id", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."product", new_values."units", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6f026e70fdfccc7d976c24b9f553c95a193d0e3f",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_6d0ae",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="patients_supportivecare",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_supportivecareevent" ("cd34_e6_per_kg", "clinic_id", "created_at", "given_on", "id", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "product", "units", "withdrawn") SELECT old_values."cd34_e6_per_kg", old_values."clinic_id", old_values."created_at", old_values."given_on", old_values."id", old_values."note", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."product", old_values."units", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c2149bc20fc8d122befad509558fefb7dc09b91b",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_611fa",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="patients_supportivecare",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SupportiveCareEvent",
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
                                to="patients.supportivecare",
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
                            "product",
                            models.CharField(
                                choices=[
                                    ("platelets", "Platelets"),
                                    ("red_cells", "Red cells"),
                                    ("filgrastim", "Filgrastim"),
                                    ("pegfilgrastim", "Pegfilgrastim"),
                                    ("stem_cells", "Autologous stem cells"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("given_on", models.DateField(help_text="The clinic's calendar date.")),
                        (
                            "units",
                            models.PositiveSmallIntegerField(
                                blank=True, help_text="Number of units or doses.", null=True
                            ),
                        ),
                        (
                            "cd34_e6_per_kg",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="CD34+ cells (10⁶ per kg)"
                            ),
                        ),
                        ("place", models.CharField(blank=True, max_length=200)),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="7e760f236f02465a28317d9c8648f3f47c476309",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_251b6",
                                    table="patients_supportivecareevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TreatmentEvent",
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
                                to="patients.treatment",
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
                            "kind",
                            models.CharField(
                                choices=[("therapeutic", "Therapeutic"), ("dosimetric", "Dosimetric")],
                                default="therapeutic",
                                max_length=11,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("planned", "Planned"), ("given", "Given"), ("withdrawn", "Entered in error")],
                                max_length=9,
                            ),
                        ),
                        (
                            "number",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Therapeutic treatments given, in order of their dates.",
                                null=True,
                            ),
                        ),
                        (
                            "started_on",
                            models.DateField(
                                help_text="The clinic's calendar date on which the infusion began (or is planned)."
                            ),
                        ),
                        ("product", models.CharField(default="iobenguane I-131 (131I-MIBG)", max_length=100)),
                        (
                            "activity_mbq",
                            models.DecimalField(
                                blank=True,
                                decimal_places=1,
                                max_digits=9,
                                null=True,
                                verbose_name="administered activity (MBq)",
                            ),
                        ),
                        (
                            "weight_kg",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="weight (kg)"
                            ),
                        ),
                        ("stem_cell_support", models.BooleanField(default=False)),
                        (
                            "tandem_with",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                help_text="The first infusion of the planned tandem course this one completes.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.treatment",
                            ),
                        ),
                        ("radiation_precautions_until", models.DateField(blank=True, null=True)),
                        (
                            "override_reason",
                            models.TextField(blank=True, help_text="Why something unusual was recorded all the same."),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="4695e4e7dd88835b88374cbcddaf2fb024786b3e",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_72a2e",
                                    table="patients_treatmentevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        same_clinic("patients_contact", "patient_id", "patients_patient"),
        same_clinic("patients_careteam", "patient_id", "patients_patient"),
        same_clinic("patients_treatment", "patient_id", "patients_patient"),
        same_clinic("patients_supportivecare", "patient_id", "patients_patient"),
        same_clinic("patients_clinicalevent", "patient_id", "patients_patient"),
        same_clinic("patients_adverseevent", "patient_id", "patients_patient"),
        same_clinic("patients_adverseevent", "treatment_id", "patients_treatment"),
        same_clinic("patients_treatment", "tandem_with_id", "patients_treatment"),
    ]
