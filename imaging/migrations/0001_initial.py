import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import iotrex_followup.columns
import iotrex_followup.ids
from iotrex_followup.clinic_keys import same_clinic
from iotrex_followup.creating import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_squashed_0002_working_hours_and_the_ladder"),
        ("events", "0001_squashed_0007_urgent_first_and_paced"),
        ("patients", "0010_patients_list_their_medicines"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("schedules", "0001_squashed_0012_reminder_rules_and_texts"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="ImagingPolicy",
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
                                related_name="imaging_policy",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "viewer_url",
                            models.CharField(
                                blank=True,
                                help_text="Address of a study in the clinic's viewer, with {study_uid} or {accession} in it.",
                                max_length=500,
                            ),
                        ),
                        (
                            "scheme",
                            models.CharField(
                                choices=[("Curie", "Curie score"), ("SIOPEN", "SIOPEN score")],
                                default="Curie",
                                max_length=6,
                            ),
                        ),
                        (
                            "two_readers",
                            models.BooleanField(default=False, help_text="A scan is scored by two readers."),
                        ),
                        (
                            "cut_offs_hidden",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "imaging policies",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_imagingpolicyevent" ("clinic_id", "cut_offs_hidden", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheme", "two_readers", "viewer_url") SELECT new_values."clinic_id", new_values."cut_offs_hidden", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."scheme", new_values."two_readers", new_values."viewer_url" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="118ad25195a061ddcbe9292baeac47b9ce3d6032",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_118f7",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_imagingpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_imagingpolicyevent" ("clinic_id", "cut_offs_hidden", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheme", "two_readers", "viewer_url") SELECT new_values."clinic_id", new_values."cut_offs_hidden", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."scheme", new_values."two_readers", new_values."viewer_url" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="98f73f866f527fcef17c42048ee268466376947c",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_d17ad",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_imagingpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_imagingpolicyevent" ("clinic_id", "cut_offs_hidden", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheme", "two_readers", "viewer_url") SELECT old_values."clinic_id", old_values."cut_offs_hidden", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."scheme", old_values."two_readers", old_values."viewer_url" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="95e552abcb141efdd88349613af54f1ba8c756e0",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e6c6c",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_imagingpolicy",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImagingPolicyEvent",
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
                                to="imaging.imagingpolicy",
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
                            "viewer_url",
                            models.CharField(
                                blank=True,
                                help_text="Address of a study in the clinic's viewer, with {study_uid} or {accession} in it.",
                                max_length=500,
                            ),
                        ),
                        (
                            "scheme",
                            models.CharField(
                                choices=[("Curie", "Curie score"), ("SIOPEN", "SIOPEN score")],
                                default="Curie",
                                max_length=6,
                            ),
                        ),
                        (
                            "two_readers",
                            models.BooleanField(default=False, help_text="A scan is scored by two readers."),
                        ),
                        (
                            "cut_offs_hidden",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), blank=True, default=list, size=None
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
                                    hash="383fadc928c75eaee8c60692069a91d5444cf2ff",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_82733",
                                    table="imaging_imagingpolicyevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImagingStudy",
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
                                related_name="imaging_studies",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("mibg_planar", "I-123 MIBG scan, planar"),
                                    ("mibg_spect_ct", "I-123 MIBG scan with SPECT/CT"),
                                    ("mibg_i131", "I-131 MIBG diagnostic scan"),
                                    ("post_therapy", "I-131 MIBG scan after therapy"),
                                    ("mfbg_pet", "F-18 MFBG-PET/CT"),
                                    ("ct", "CT"),
                                    ("mri", "MRI"),
                                    ("fdg_pet", "FDG-PET/CT"),
                                    ("sstr_pet", "Somatostatin-receptor PET/CT"),
                                    ("ultrasound", "Ultrasound"),
                                    ("other", "Other imaging"),
                                ],
                                max_length=13,
                            ),
                        ),
                        (
                            "tracer_product",
                            models.CharField(
                                blank=True, help_text="Such as Ga-68 DOTATATE.", max_length=80, verbose_name="product"
                            ),
                        ),
                        (
                            "activity_mbq",
                            iotrex_followup.columns.NumericField(blank=True, null=True, verbose_name="activity (MBq)"),
                        ),
                        (
                            "injected_on",
                            models.DateField(
                                blank=True, help_text="Where it is another day than that of the images.", null=True
                            ),
                        ),
                        ("imaged_on", models.DateField(help_text="The clinic's calendar date of the images.")),
                        (
                            "region",
                            models.CharField(
                                blank=True, help_text="Such as whole body, or chest and abdomen.", max_length=100
                            ),
                        ),
                        (
                            "slice_mm",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="thickness of slices (mm)"
                            ),
                        ),
                        ("accession", models.CharField(blank=True, max_length=80, verbose_name="accession number")),
                        ("study_uid", models.CharField(blank=True, max_length=64, verbose_name="Study Instance UID")),
                        ("elsewhere", models.BooleanField(default=False)),
                        (
                            "place",
                            models.CharField(
                                blank=True, help_text="Where, when it was done elsewhere.", max_length=200
                            ),
                        ),
                        (
                            "is_baseline",
                            models.BooleanField(default=False, help_text="What later studies are held against."),
                        ),
                        (
                            "activity",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="imaging_studies",
                                to="schedules.plannedactivity",
                            ),
                        ),
                        (
                            "report_status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Not reported"),
                                    ("preliminary", "Preliminary report"),
                                    ("final", "Reported"),
                                ],
                                default="",
                                max_length=11,
                            ),
                        ),
                        ("report_text", models.TextField(blank=True)),
                        (
                            "report_file",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        ("reported_on", models.DateField(blank=True, null=True)),
                        ("reader", models.CharField(blank=True, help_text="Who read it.", max_length=200)),
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
                        "verbose_name_plural": "imaging studies",
                        "ordering": ("-imaged_on", "-id"),
                        "indexes": [
                            models.Index(fields=["patient", "-imaged_on"], name="study_of_patient"),
                            models.Index(
                                condition=models.Q(("activity__isnull", False)),
                                fields=["activity"],
                                name="study_of_activity",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("withdrawn", False), models.Q(("report_status", "final"), _negated=True)
                                ),
                                fields=["clinic", "imaged_on"],
                                name="unreported_study",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="study_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(models.Q(("study_uid", ""), _negated=True), ("withdrawn", False)),
                                fields=("clinic", "study_uid"),
                                name="study_uid_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("injected_on__isnull", True),
                                    ("injected_on__lte", models.F("imaged_on")),
                                    _connector="OR",
                                ),
                                name="injected_before_imaged",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("report_status", "final"), _negated=True),
                                    ("reported_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="reported_has_a_date",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_imagingstudyevent" ("accession", "activity_id", "activity_mbq", "clinic_id", "elsewhere", "id", "imaged_on", "injected_on", "is_baseline", "kind", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "reader", "recorded_at", "recorded_by_id", "region", "report_file_id", "report_status", "report_text", "reported_on", "slice_mm", "study_uid", "tracer_product", "withdrawn") SELECT new_values."accession", new_values."activity_id", new_values."activity_mbq", new_values."clinic_id", new_values."elsewhere", new_values."id", new_values."imaged_on", new_values."injected_on", new_values."is_baseline", new_values."kind", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."reader", new_values."recorded_at", new_values."recorded_by_id", new_values."region", new_values."report_file_id", new_values."report_status", new_values."report_text", new_values."reported_on", new_values."slice_mm", new_values."study_uid", new_values."tracer_product", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="2bbc4493970b620fbcdfffda8774c37c5676935a",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_6d409",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_imagingstudy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_imagingstudyevent" ("accession", "activity_id", "activity_mbq", "clinic_id", "elsewhere", "id", "imaged_on", "injected_on", "is_baseline", "kind", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "reader", "recorded_at", "recorded_by_id", "region", "report_file_id", "report_status", "report_text", "reported_on", "slice_mm", "study_uid", "tracer_product", "withdrawn") SELECT new_values."accession", new_values."activity_id", new_values."activity_mbq", new_values."clinic_id", new_values."elsewhere", new_values."id", new_values."imaged_on", new_values."injected_on", new_values."is_baseline", new_values."kind", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."reader", new_values."recorded_at", new_values."recorded_by_id", new_values."region", new_values."report_file_id", new_values."report_status", new_values."report_text", new_values."reported_on", new_values."slice_mm", new_values."study_uid", new_values."tracer_product", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="71258ffd66ec68e7093289b0620e8652175c3740",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_6e49f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_imagingstudy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_imagingstudyevent" ("accession", "activity_id", "activity_mbq", "clinic_id", "elsewhere", "id", "imaged_on", "injected_on", "is_baseline", "kind", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "reader", "recorded_at", "recorded_by_id", "region", "report_file_id", "report_status", "report_text", "reported_on", "slice_mm", "study_uid", "tracer_product", "withdrawn") SELECT old_values."accession", old_values."activity_id", old_values."activity_mbq", old_values."clinic_id", old_values."elsewhere", old_values."id", old_values."imaged_on", old_values."injected_on", old_values."is_baseline", old_values."kind", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."reader", old_values."recorded_at", old_values."recorded_by_id", old_values."region", old_values."report_file_id", old_values."report_status", old_values."report_text", old_values."reported_on", old_values."slice_mm", old_values."study_uid", old_values."tracer_product", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="3b6776baf079dfd1eaccbe8ac1f95d265136028a",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_1942c",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_imagingstudy",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImagingStudyEvent",
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
                                to="imaging.imagingstudy",
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
                                    ("mibg_planar", "I-123 MIBG scan, planar"),
                                    ("mibg_spect_ct", "I-123 MIBG scan with SPECT/CT"),
                                    ("mibg_i131", "I-131 MIBG diagnostic scan"),
                                    ("post_therapy", "I-131 MIBG scan after therapy"),
                                    ("mfbg_pet", "F-18 MFBG-PET/CT"),
                                    ("ct", "CT"),
                                    ("mri", "MRI"),
                                    ("fdg_pet", "FDG-PET/CT"),
                                    ("sstr_pet", "Somatostatin-receptor PET/CT"),
                                    ("ultrasound", "Ultrasound"),
                                    ("other", "Other imaging"),
                                ],
                                max_length=13,
                            ),
                        ),
                        (
                            "tracer_product",
                            models.CharField(
                                blank=True, help_text="Such as Ga-68 DOTATATE.", max_length=80, verbose_name="product"
                            ),
                        ),
                        (
                            "activity_mbq",
                            iotrex_followup.columns.NumericField(blank=True, null=True, verbose_name="activity (MBq)"),
                        ),
                        (
                            "injected_on",
                            models.DateField(
                                blank=True, help_text="Where it is another day than that of the images.", null=True
                            ),
                        ),
                        ("imaged_on", models.DateField(help_text="The clinic's calendar date of the images.")),
                        (
                            "region",
                            models.CharField(
                                blank=True, help_text="Such as whole body, or chest and abdomen.", max_length=100
                            ),
                        ),
                        (
                            "slice_mm",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="thickness of slices (mm)"
                            ),
                        ),
                        ("accession", models.CharField(blank=True, max_length=80, verbose_name="accession number")),
                        ("study_uid", models.CharField(blank=True, max_length=64, verbose_name="Study Instance UID")),
                        ("elsewhere", models.BooleanField(default=False)),
                        (
                            "place",
                            models.CharField(
                                blank=True, help_text="Where, when it was done elsewhere.", max_length=200
                            ),
                        ),
                        (
                            "is_baseline",
                            models.BooleanField(default=False, help_text="What later studies are held against."),
                        ),
                        (
                            "activity",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plannedactivity",
                            ),
                        ),
                        (
                            "report_status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Not reported"),
                                    ("preliminary", "Preliminary report"),
                                    ("final", "Reported"),
                                ],
                                default="",
                                max_length=11,
                            ),
                        ),
                        ("report_text", models.TextField(blank=True)),
                        (
                            "report_file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        ("reported_on", models.DateField(blank=True, null=True)),
                        ("reader", models.CharField(blank=True, help_text="Who read it.", max_length=200)),
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
                                    hash="34c92075bebb7f7dd00db2fbe5caad44794c0a49",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_01b25",
                                    table="imaging_imagingstudyevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PreparationPolicy",
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
                                related_name="preparation_policy",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "days",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="By class and step, only what differs.",
                            ),
                        ),
                        (
                            "injection_days_before",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Days from the tracer to the day that is booked; blank: as shipped.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "preparation policies",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_preparationpolicyevent" ("clinic_id", "days", "id", "injection_days_before", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."clinic_id", new_values."days", new_values."id", new_values."injection_days_before", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="582b32b56165dba6a86283591a5cae07fbb3bd1f",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_aeb43",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_preparationpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_preparationpolicyevent" ("clinic_id", "days", "id", "injection_days_before", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."clinic_id", new_values."days", new_values."id", new_values."injection_days_before", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="28c5559c159bac4b2c2fe3df39dd2ae786ea870b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_e5293",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_preparationpolicy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_preparationpolicyevent" ("clinic_id", "days", "id", "injection_days_before", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."clinic_id", old_values."days", old_values."id", old_values."injection_days_before", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="2e04568ded1f95ef4c0a7d002d69bab76e83b3c6",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_530f3",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_preparationpolicy",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PreparationPolicyEvent",
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
                                to="imaging.preparationpolicy",
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
                            "days",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="By class and step, only what differs.",
                            ),
                        ),
                        (
                            "injection_days_before",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Days from the tracer to the day that is booked; blank: as shipped.",
                                null=True,
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
                                    hash="4e1775b44c4d32b9811f20b3c0fbd56f23cdc40f",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_2cbe6",
                                    table="imaging_preparationpolicyevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResponseAssessment",
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
                                related_name="assessments",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "baseline",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="time_points",
                                to="imaging.responseassessment",
                            ),
                        ),
                        ("on", models.DateField(help_text="The day of the images; of several, the last.")),
                        (
                            "marker_raised",
                            models.BooleanField(
                                default=False, help_text="Of a baseline: a tumour marker is above its limit."
                            ),
                        ),
                        (
                            "marker_normal",
                            models.BooleanField(
                                blank=True, help_text="Of a later one: that marker is normal again.", null=True
                            ),
                        ),
                        (
                            "marrow_percent",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="tumour in the marrow (%)"
                            ),
                        ),
                        (
                            "primary_uptake",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("none", "None"),
                                    ("less", "Less"),
                                    ("the same", "The same"),
                                    ("more", "More"),
                                    ("", "Not evaluated"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "soft_tissue_uptake",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("none", "None"),
                                    ("less", "Less"),
                                    ("the same", "The same"),
                                    ("more", "More"),
                                    ("", "Not evaluated"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "new_uptake",
                            models.BooleanField(
                                default=False, help_text="A site takes up MIBG that did not at the baseline."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Not signed"),
                                    ("signed", "Signed"),
                                    ("withdrawn", "Entered in error"),
                                ],
                                default="draft",
                                max_length=9,
                            ),
                        ),
                        (
                            "recist",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CR", "Complete response"),
                                    ("PR", "Partial response"),
                                    ("SD", "Stable disease"),
                                    ("Non-CR/Non-PD", "Neither complete response nor progression"),
                                    ("PD", "Progressive disease"),
                                    ("NE", "Not evaluable"),
                                ],
                                max_length=13,
                                verbose_name="by RECIST",
                            ),
                        ),
                        (
                            "mibg",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("complete", "No uptake left"),
                                    ("better", "Less uptake"),
                                    ("stable", "Unchanged"),
                                    ("worse", "More uptake, or new"),
                                    ("not_avid", "Tumour takes up no MIBG"),
                                    ("not_done", "No MIBG scan"),
                                ],
                                max_length=8,
                                verbose_name="by MIBG scan",
                            ),
                        ),
                        (
                            "markers",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("better", "Better"),
                                    ("stable", "Unchanged"),
                                    ("worse", "Worse"),
                                    ("", "Not known"),
                                ],
                                default="",
                                max_length=6,
                                verbose_name="tumour markers",
                            ),
                        ),
                        (
                            "symptoms",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("better", "Better"),
                                    ("stable", "Unchanged"),
                                    ("worse", "Worse"),
                                    ("", "Not known"),
                                ],
                                default="",
                                max_length=6,
                            ),
                        ),
                        ("comment", models.TextField(blank=True)),
                        ("differs", models.TextField(blank=True, help_text="Why the verdict is not the one computed.")),
                        (
                            "proposal",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "signed_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("signed_on", models.DateField(blank=True, null=True)),
                        (
                            "studies",
                            models.ManyToManyField(
                                related_name="assessments", through="imaging.AssessedStudy", to="imaging.imagingstudy"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("on", "id"),
                        "indexes": [
                            models.Index(fields=["patient", "on"], name="assessment_of_patient"),
                            models.Index(
                                condition=models.Q(("baseline__isnull", False)),
                                fields=["baseline"],
                                name="assessment_of_course",
                            ),
                            models.Index(
                                condition=models.Q(("state", "draft")),
                                fields=["clinic", "on"],
                                name="assessment_to_sign",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="assessment_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "withdrawn"), _negated=True),
                                fields=("baseline", "on"),
                                name="one_time_point_a_day",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("baseline__isnull", True), models.Q(("state", "withdrawn"), _negated=True)
                                ),
                                fields=("patient", "on"),
                                name="one_baseline_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "signed"), _negated=True),
                                    models.Q(("signed_by__isnull", False), ("signed_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="signed_by_somebody",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_responseassessmentevent" ("baseline_id", "clinic_id", "comment", "differs", "id", "marker_normal", "marker_raised", "markers", "marrow_percent", "mibg", "new_uptake", "on", "opened_at", "opened_by_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary_uptake", "proposal", "recist", "signed_by_id", "signed_on", "soft_tissue_uptake", "state", "symptoms") SELECT new_values."baseline_id", new_values."clinic_id", new_values."comment", new_values."differs", new_values."id", new_values."marker_normal", new_values."marker_raised", new_values."markers", new_values."marrow_percent", new_values."mibg", new_values."new_uptake", new_values."on", new_values."opened_at", new_values."opened_by_id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."primary_uptake", new_values."proposal", new_values."recist", new_values."signed_by_id", new_values."signed_on", new_values."soft_tissue_uptake", new_values."state", new_values."symptoms" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c8da4e59c80b1e79ea7f888181dffc872cd0d74b",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_45bc0",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_responseassessment",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_responseassessmentevent" ("baseline_id", "clinic_id", "comment", "differs", "id", "marker_normal", "marker_raised", "markers", "marrow_percent", "mibg", "new_uptake", "on", "opened_at", "opened_by_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary_uptake", "proposal", "recist", "signed_by_id", "signed_on", "soft_tissue_uptake", "state", "symptoms") SELECT new_values."baseline_id", new_values."clinic_id", new_values."comment", new_values."differs", new_values."id", new_values."marker_normal", new_values."marker_raised", new_values."markers", new_values."marrow_percent", new_values."mibg", new_values."new_uptake", new_values."on", new_values."opened_at", new_values."opened_by_id", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."primary_uptake", new_values."proposal", new_values."recist", new_values."signed_by_id", new_values."signed_on", new_values."soft_tissue_uptake", new_values."state", new_values."symptoms" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="933724b1e243090fad2e5e368f7156b60e091e8b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_f0444",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_responseassessment",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_responseassessmentevent" ("baseline_id", "clinic_id", "comment", "differs", "id", "marker_normal", "marker_raised", "markers", "marrow_percent", "mibg", "new_uptake", "on", "opened_at", "opened_by_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary_uptake", "proposal", "recist", "signed_by_id", "signed_on", "soft_tissue_uptake", "state", "symptoms") SELECT old_values."baseline_id", old_values."clinic_id", old_values."comment", old_values."differs", old_values."id", old_values."marker_normal", old_values."marker_raised", old_values."markers", old_values."marrow_percent", old_values."mibg", old_values."new_uptake", old_values."on", old_values."opened_at", old_values."opened_by_id", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."primary_uptake", old_values."proposal", old_values."recist", old_values."signed_by_id", old_values."signed_on", old_values."soft_tissue_uptake", old_values."state", old_values."symptoms" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="1416d11183c79b408d2bb6e953a8555b597771cc",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_45b0b",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_responseassessment",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssessedStudy",
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
                            "assessment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assessed",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "study",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assessed",
                                to="imaging.imagingstudy",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "assessed studies",
                        "indexes": [models.Index(fields=["study"], name="assessment_of_study")],
                        "constraints": [
                            models.UniqueConstraint(fields=("assessment", "study"), name="study_assessed_once")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_assessedstudyevent" ("assessment_id", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") SELECT new_values."assessment_id", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."study_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="db63c199e8b171c0f92d715d2464fea0a2fe4812",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_7fba0",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_assessedstudy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_assessedstudyevent" ("assessment_id", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") SELECT new_values."assessment_id", new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."study_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="df69ac231b380c1466f20668c266452a116faca0",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_b8ab8",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_assessedstudy",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_assessedstudyevent" ("assessment_id", "clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") SELECT old_values."assessment_id", old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."study_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="2e149dbb9f951b222ff3265e7956f2bb6eea9ce2",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_a2070",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_assessedstudy",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Lesion",
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
                                related_name="lesions",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "baseline",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lesions",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "first_seen",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("target", "Target"), ("non_target", "Non-target"), ("new", "New")],
                                max_length=10,
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="Its own among the patient's lesions, such as Liver 1.", max_length=60
                            ),
                        ),
                        (
                            "organ",
                            models.CharField(help_text="Paired organs are one: both lungs are lung.", max_length=60),
                        ),
                        ("is_node", models.BooleanField(default=False, verbose_name="lymph node")),
                        ("is_primary", models.BooleanField(default=False, verbose_name="primary tumour")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("ct", "CT"),
                                    ("mri", "MRI"),
                                    ("caliper", "Calipers"),
                                    ("chest_xray", "Chest x-ray"),
                                ],
                                default="ct",
                                max_length=10,
                            ),
                        ),
                        (
                            "nature",
                            models.CharField(
                                choices=[
                                    ("mass", "Mass"),
                                    ("bone_with_soft_tissue", "Bone with a soft-tissue part"),
                                    ("bone_alone", "Bone alone"),
                                    ("fluid", "Fluid"),
                                    ("leptomeningeal", "Leptomeningeal"),
                                    ("diffuse", "Diffuse"),
                                ],
                                default="mass",
                                max_length=21,
                            ),
                        ),
                        (
                            "irradiated",
                            models.BooleanField(default=False, verbose_name="irradiated, or treated otherwise, before"),
                        ),
                        ("progressed_since", models.BooleanField(default=False, verbose_name="has grown since that")),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                    ],
                    options={
                        "ordering": ("role", "name"),
                        "indexes": [models.Index(fields=["baseline"], name="lesion_of_course")],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "clinic"), name="lesion_clinic"),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn", False)),
                                fields=("baseline", "name"),
                                name="lesion_name_once",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_lesionevent" ("baseline_id", "clinic_id", "first_seen_id", "id", "irradiated", "is_node", "is_primary", "method", "name", "nature", "note", "organ", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progressed_since", "role", "withdrawn") SELECT new_values."baseline_id", new_values."clinic_id", new_values."first_seen_id", new_values."id", new_values."irradiated", new_values."is_node", new_values."is_primary", new_values."method", new_values."name", new_values."nature", new_values."note", new_values."organ", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."progressed_since", new_values."role", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f67b7410f1c0dfe865d9a34c4ffb10bf1fb3cf20",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_918c2",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_lesion",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_lesionevent" ("baseline_id", "clinic_id", "first_seen_id", "id", "irradiated", "is_node", "is_primary", "method", "name", "nature", "note", "organ", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progressed_since", "role", "withdrawn") SELECT new_values."baseline_id", new_values."clinic_id", new_values."first_seen_id", new_values."id", new_values."irradiated", new_values."is_node", new_values."is_primary", new_values."method", new_values."name", new_values."nature", new_values."note", new_values."organ", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."progressed_since", new_values."role", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ebc103a575d5d5f00de4faf6e511e26adf88030d",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_664d1",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_lesion",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_lesionevent" ("baseline_id", "clinic_id", "first_seen_id", "id", "irradiated", "is_node", "is_primary", "method", "name", "nature", "note", "organ", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progressed_since", "role", "withdrawn") SELECT old_values."baseline_id", old_values."clinic_id", old_values."first_seen_id", old_values."id", old_values."irradiated", old_values."is_node", old_values."is_primary", old_values."method", old_values."name", old_values."nature", old_values."note", old_values."organ", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."progressed_since", old_values."role", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="190234b478f4e2ebba4de9e6843b25c0a37bccba",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8c80c",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_lesion",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LesionMeasurement",
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
                            "lesion",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="measurements",
                                to="imaging.lesion",
                            ),
                        ),
                        (
                            "assessment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="measurements",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "study",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="imaging.imagingstudy",
                            ),
                        ),
                        (
                            "seen",
                            models.CharField(
                                choices=[
                                    ("measured", "Measured"),
                                    ("absent", "Gone"),
                                    ("too_small", "Too small to measure"),
                                    ("not_evaluated", "Not evaluated"),
                                    ("present", "Present"),
                                    ("progressed", "Unequivocal progression"),
                                    ("equivocal", "Perhaps new"),
                                    ("merged", "Merged with another"),
                                    ("split", "Split"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("diameter_mm", iotrex_followup.columns.NumericField(blank=True, null=True)),
                        (
                            "parts_mm",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=iotrex_followup.columns.NumericField(),
                                blank=True,
                                default=list,
                                help_text="Of a lesion that split.",
                                size=None,
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="imaging.lesion",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                    ],
                    options={
                        "indexes": [models.Index(fields=["assessment"], name="measurement_of_assessment")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn", False)),
                                fields=("lesion", "assessment"),
                                name="seen_once_a_time_point",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("seen", "measured"), _negated=True),
                                    ("diameter_mm__isnull", False),
                                    _connector="OR",
                                ),
                                name="measured_has_a_diameter",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_lesionmeasurementevent" ("assessment_id", "clinic_id", "diameter_mm", "id", "lesion_id", "merged_into_id", "note", "parts_mm", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen", "study_id", "withdrawn") SELECT new_values."assessment_id", new_values."clinic_id", new_values."diameter_mm", new_values."id", new_values."lesion_id", new_values."merged_into_id", new_values."note", new_values."parts_mm", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."seen", new_values."study_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="267fb3a1f4890cc4e8f1b78261ab8825a0f568cd",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_269fc",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_lesionmeasurement",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_lesionmeasurementevent" ("assessment_id", "clinic_id", "diameter_mm", "id", "lesion_id", "merged_into_id", "note", "parts_mm", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen", "study_id", "withdrawn") SELECT new_values."assessment_id", new_values."clinic_id", new_values."diameter_mm", new_values."id", new_values."lesion_id", new_values."merged_into_id", new_values."note", new_values."parts_mm", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."seen", new_values."study_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7d6b402525cb4f1f15a4aef71d161a98bb9c8085",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_9eb44",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_lesionmeasurement",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_lesionmeasurementevent" ("assessment_id", "clinic_id", "diameter_mm", "id", "lesion_id", "merged_into_id", "note", "parts_mm", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen", "study_id", "withdrawn") SELECT old_values."assessment_id", old_values."clinic_id", old_values."diameter_mm", old_values."id", old_values."lesion_id", old_values."merged_into_id", old_values."note", old_values."parts_mm", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."seen", old_values."study_id", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="460146c722ef11473e0b83b403d4e12b152c91c3",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_bb258",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_lesionmeasurement",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LesionMeasurementEvent",
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
                                to="imaging.lesionmeasurement",
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
                            "lesion",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.lesion",
                            ),
                        ),
                        (
                            "assessment",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "study",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.imagingstudy",
                            ),
                        ),
                        (
                            "seen",
                            models.CharField(
                                choices=[
                                    ("measured", "Measured"),
                                    ("absent", "Gone"),
                                    ("too_small", "Too small to measure"),
                                    ("not_evaluated", "Not evaluated"),
                                    ("present", "Present"),
                                    ("progressed", "Unequivocal progression"),
                                    ("equivocal", "Perhaps new"),
                                    ("merged", "Merged with another"),
                                    ("split", "Split"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("diameter_mm", iotrex_followup.columns.NumericField(blank=True, null=True)),
                        (
                            "parts_mm",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=iotrex_followup.columns.NumericField(),
                                blank=True,
                                default=list,
                                help_text="Of a lesion that split.",
                                size=None,
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
                                to="imaging.lesion",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="d440bf9a3be8733ef9d21805b445ec07136bdce3",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_461cf",
                                    table="imaging_lesionmeasurementevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LesionEvent",
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
                                to="imaging.lesion",
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
                            "baseline",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "first_seen",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("target", "Target"), ("non_target", "Non-target"), ("new", "New")],
                                max_length=10,
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="Its own among the patient's lesions, such as Liver 1.", max_length=60
                            ),
                        ),
                        (
                            "organ",
                            models.CharField(help_text="Paired organs are one: both lungs are lung.", max_length=60),
                        ),
                        ("is_node", models.BooleanField(default=False, verbose_name="lymph node")),
                        ("is_primary", models.BooleanField(default=False, verbose_name="primary tumour")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("ct", "CT"),
                                    ("mri", "MRI"),
                                    ("caliper", "Calipers"),
                                    ("chest_xray", "Chest x-ray"),
                                ],
                                default="ct",
                                max_length=10,
                            ),
                        ),
                        (
                            "nature",
                            models.CharField(
                                choices=[
                                    ("mass", "Mass"),
                                    ("bone_with_soft_tissue", "Bone with a soft-tissue part"),
                                    ("bone_alone", "Bone alone"),
                                    ("fluid", "Fluid"),
                                    ("leptomeningeal", "Leptomeningeal"),
                                    ("diffuse", "Diffuse"),
                                ],
                                default="mass",
                                max_length=21,
                            ),
                        ),
                        (
                            "irradiated",
                            models.BooleanField(default=False, verbose_name="irradiated, or treated otherwise, before"),
                        ),
                        ("progressed_since", models.BooleanField(default=False, verbose_name="has grown since that")),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="eb57e050a413d3e0bf1e51c51000a3d0758f004f",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_75f2a",
                                    table="imaging_lesionevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssessedStudyEvent",
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
                                to="imaging.assessedstudy",
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
                            "assessment",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.responseassessment",
                            ),
                        ),
                        (
                            "study",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.imagingstudy",
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
                                    hash="3e5b7d3eb83e51e02cd01d396cb8ff90e479ab04",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_48059",
                                    table="imaging_assessedstudyevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResponseAssessmentEvent",
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
                                to="imaging.responseassessment",
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
                            "baseline",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.responseassessment",
                            ),
                        ),
                        ("on", models.DateField(help_text="The day of the images; of several, the last.")),
                        (
                            "marker_raised",
                            models.BooleanField(
                                default=False, help_text="Of a baseline: a tumour marker is above its limit."
                            ),
                        ),
                        (
                            "marker_normal",
                            models.BooleanField(
                                blank=True, help_text="Of a later one: that marker is normal again.", null=True
                            ),
                        ),
                        (
                            "marrow_percent",
                            iotrex_followup.columns.NumericField(
                                blank=True, null=True, verbose_name="tumour in the marrow (%)"
                            ),
                        ),
                        (
                            "primary_uptake",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("none", "None"),
                                    ("less", "Less"),
                                    ("the same", "The same"),
                                    ("more", "More"),
                                    ("", "Not evaluated"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "soft_tissue_uptake",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("none", "None"),
                                    ("less", "Less"),
                                    ("the same", "The same"),
                                    ("more", "More"),
                                    ("", "Not evaluated"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "new_uptake",
                            models.BooleanField(
                                default=False, help_text="A site takes up MIBG that did not at the baseline."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Not signed"),
                                    ("signed", "Signed"),
                                    ("withdrawn", "Entered in error"),
                                ],
                                default="draft",
                                max_length=9,
                            ),
                        ),
                        (
                            "recist",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CR", "Complete response"),
                                    ("PR", "Partial response"),
                                    ("SD", "Stable disease"),
                                    ("Non-CR/Non-PD", "Neither complete response nor progression"),
                                    ("PD", "Progressive disease"),
                                    ("NE", "Not evaluable"),
                                ],
                                max_length=13,
                                verbose_name="by RECIST",
                            ),
                        ),
                        (
                            "mibg",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("complete", "No uptake left"),
                                    ("better", "Less uptake"),
                                    ("stable", "Unchanged"),
                                    ("worse", "More uptake, or new"),
                                    ("not_avid", "Tumour takes up no MIBG"),
                                    ("not_done", "No MIBG scan"),
                                ],
                                max_length=8,
                                verbose_name="by MIBG scan",
                            ),
                        ),
                        (
                            "markers",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("better", "Better"),
                                    ("stable", "Unchanged"),
                                    ("worse", "Worse"),
                                    ("", "Not known"),
                                ],
                                default="",
                                max_length=6,
                                verbose_name="tumour markers",
                            ),
                        ),
                        (
                            "symptoms",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("better", "Better"),
                                    ("stable", "Unchanged"),
                                    ("worse", "Worse"),
                                    ("", "Not known"),
                                ],
                                default="",
                                max_length=6,
                            ),
                        ),
                        ("comment", models.TextField(blank=True)),
                        ("differs", models.TextField(blank=True, help_text="Why the verdict is not the one computed.")),
                        (
                            "proposal",
                            models.JSONField(
                                blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                                    hash="0686d579b3377ad1cb2892d780617a0764a01bbd",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_1d7ae",
                                    table="imaging_responseassessmentevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreReading",
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
                                related_name="score_readings",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "study",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="readings",
                                to="imaging.imagingstudy",
                            ),
                        ),
                        (
                            "scheme",
                            models.CharField(
                                choices=[("Curie", "Curie score"), ("SIOPEN", "SIOPEN score")], max_length=6
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("reader", "Reader"), ("adjudication", "Adjudication")],
                                default="reader",
                                max_length=12,
                            ),
                        ),
                        (
                            "reader",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "values",
                            models.JSONField(
                                encoder=django.core.serializers.json.DjangoJSONEncoder, help_text="Region: value."
                            ),
                        ),
                        ("total", models.PositiveSmallIntegerField()),
                        ("note", models.TextField(blank=True)),
                        ("read_on", models.DateField(help_text="The clinic's calendar date.")),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                    ],
                    options={
                        "ordering": ("read_on", "id"),
                        "indexes": [
                            models.Index(fields=["study"], name="reading_of_study"),
                            models.Index(fields=["patient"], name="reading_of_patient"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("role", "reader"), ("withdrawn", False)),
                                fields=("study", "scheme", "reader"),
                                name="one_reading_per_reader",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("role", "adjudication"), ("withdrawn", False)),
                                fields=("study", "scheme"),
                                name="one_adjudication",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_scorereadingevent" ("clinic_id", "id", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reader_id", "role", "scheme", "study_id", "total", "values", "withdrawn") SELECT new_values."clinic_id", new_values."id", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."read_on", new_values."reader_id", new_values."role", new_values."scheme", new_values."study_id", new_values."total", new_values."values", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="606d27152247bffd2ad4c6d3e4b32a6687c32b6d",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_2e00e",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_scorereading",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_scorereadingevent" ("clinic_id", "id", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reader_id", "role", "scheme", "study_id", "total", "values", "withdrawn") SELECT new_values."clinic_id", new_values."id", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."read_on", new_values."reader_id", new_values."role", new_values."scheme", new_values."study_id", new_values."total", new_values."values", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ba087d8e434bf161e07bb1cac2017b60d9a83add",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_d0503",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_scorereading",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_scorereadingevent" ("clinic_id", "id", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reader_id", "role", "scheme", "study_id", "total", "values", "withdrawn") SELECT old_values."clinic_id", old_values."id", old_values."note", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."read_on", old_values."reader_id", old_values."role", old_values."scheme", old_values."study_id", old_values."total", old_values."values", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4f9660b84a1e0f817487d8447c3602ae549e8417",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_302d9",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_scorereading",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreReadingEvent",
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
                                to="imaging.scorereading",
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
                            "study",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="imaging.imagingstudy",
                            ),
                        ),
                        (
                            "scheme",
                            models.CharField(
                                choices=[("Curie", "Curie score"), ("SIOPEN", "SIOPEN score")], max_length=6
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("reader", "Reader"), ("adjudication", "Adjudication")],
                                default="reader",
                                max_length=12,
                            ),
                        ),
                        (
                            "reader",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "values",
                            models.JSONField(
                                encoder=django.core.serializers.json.DjangoJSONEncoder, help_text="Region: value."
                            ),
                        ),
                        ("total", models.PositiveSmallIntegerField()),
                        ("note", models.TextField(blank=True)),
                        ("read_on", models.DateField(help_text="The clinic's calendar date.")),
                        ("withdrawn", models.BooleanField(default=False, help_text="Entered in error.")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="76bc588980d42423e55b4bc8fbccbc53bb1c2c94",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_a3726",
                                    table="imaging_scorereadingevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThyroidBlockade",
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
                                related_name="blockades",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="blockades",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        (
                            "treatment",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="blockades",
                                to="patients.treatment",
                            ),
                        ),
                        ("product", models.CharField(max_length=120)),
                        ("dose_mg", iotrex_followup.columns.NumericField(verbose_name="dose a day (mg)")),
                        ("starts_on", models.DateField(verbose_name="first day")),
                        ("last_on", models.DateField(verbose_name="last day")),
                        (
                            "counted_from",
                            models.DateField(help_text="The day of the scan or infusion it was recorded for."),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
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
                        "ordering": ("starts_on", "id"),
                        "indexes": [models.Index(fields=["patient"], name="blockade_of_patient")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("treatment__isnull", True), ("visit__isnull", False)),
                                    models.Q(("treatment__isnull", False), ("visit__isnull", True)),
                                    _connector="OR",
                                ),
                                name="blockade_for_one_occasion",
                            ),
                            models.CheckConstraint(condition=models.Q(("dose_mg__gt", 0)), name="blockade_has_a_dose"),
                            models.CheckConstraint(
                                condition=models.Q(("last_on__gte", models.F("starts_on"))),
                                name="blockade_ends_after_it_begins",
                                violation_error_message="The last day is before the first.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn", False)),
                                fields=("visit",),
                                name="one_blockade_per_scan",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn", False)),
                                fields=("treatment",),
                                name="one_blockade_per_infusion",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_thyroidblockadeevent" ("clinic_id", "counted_from", "dose_mg", "id", "last_on", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product", "recorded_at", "recorded_by_id", "starts_on", "treatment_id", "visit_id", "withdrawn") SELECT new_values."clinic_id", new_values."counted_from", new_values."dose_mg", new_values."id", new_values."last_on", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."product", new_values."recorded_at", new_values."recorded_by_id", new_values."starts_on", new_values."treatment_id", new_values."visit_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="dfe0ee7e9d44d626ff3bfc011d00e9021c9009de",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_1677e",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_thyroidblockade",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_thyroidblockadeevent" ("clinic_id", "counted_from", "dose_mg", "id", "last_on", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product", "recorded_at", "recorded_by_id", "starts_on", "treatment_id", "visit_id", "withdrawn") SELECT new_values."clinic_id", new_values."counted_from", new_values."dose_mg", new_values."id", new_values."last_on", new_values."note", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."product", new_values."recorded_at", new_values."recorded_by_id", new_values."starts_on", new_values."treatment_id", new_values."visit_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="21597442609fae2814fd887d0c2a50fd9b2544aa",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_26abe",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_thyroidblockade",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_thyroidblockadeevent" ("clinic_id", "counted_from", "dose_mg", "id", "last_on", "note", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product", "recorded_at", "recorded_by_id", "starts_on", "treatment_id", "visit_id", "withdrawn") SELECT old_values."clinic_id", old_values."counted_from", old_values."dose_mg", old_values."id", old_values."last_on", old_values."note", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."product", old_values."recorded_at", old_values."recorded_by_id", old_values."starts_on", old_values."treatment_id", old_values."visit_id", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="de64594368ebeb01a67de206033f3d70bd94fbf7",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_43008",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_thyroidblockade",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThyroidBlockadeEvent",
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
                                to="imaging.thyroidblockade",
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
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plannedvisit",
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
                        ("product", models.CharField(max_length=120)),
                        ("dose_mg", iotrex_followup.columns.NumericField(verbose_name="dose a day (mg)")),
                        ("starts_on", models.DateField(verbose_name="first day")),
                        ("last_on", models.DateField(verbose_name="last day")),
                        (
                            "counted_from",
                            models.DateField(help_text="The day of the scan or infusion it was recorded for."),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
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
                                    hash="037630d11bd91c00210ee5282f2b3fd4cb0e67cc",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ca43f",
                                    table="imaging_thyroidblockadeevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Withdrawal",
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
                                related_name="withdrawals",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "medicine",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="withdrawals",
                                to="patients.medicine",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="withdrawals",
                                to="schedules.plannedvisit",
                            ),
                        ),
                        (
                            "treatment",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="withdrawals",
                                to="patients.treatment",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "To be confirmed"),
                                    ("confirmed", "Confirmed"),
                                    ("cannot", "Cannot be withdrawn"),
                                    ("restarted", "Taken again"),
                                    ("dropped", "Not withdrawn after all"),
                                ],
                                default="planned",
                                max_length=9,
                            ),
                        ),
                        (
                            "counted_from",
                            models.DateField(help_text="The day of the scan or infusion its dates were counted from."),
                        ),
                        (
                            "prescriber",
                            models.CharField(blank=True, help_text="Who prescribes the medicine.", max_length=120),
                        ),
                        (
                            "prescriber_staff",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("stop_on", models.DateField(blank=True, null=True, verbose_name="first day without it")),
                        (
                            "substitute",
                            models.CharField(
                                blank=True,
                                help_text="What is taken instead, or “none needed”. Blank: not said yet.",
                                max_length=200,
                            ),
                        ),
                        ("restart_on", models.DateField(blank=True, null=True, verbose_name="to be taken again on")),
                        (
                            "restart_owner",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="restarts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("restarted_on", models.DateField(blank=True, null=True, verbose_name="taken again on")),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("confirmed_on", models.DateField(blank=True, null=True)),
                        (
                            "reason",
                            models.TextField(blank=True, help_text="Why it cannot be withdrawn, or was not after all."),
                        ),
                        (
                            "decision",
                            models.TextField(
                                blank=True, help_text="What was decided of the scan or infusion all the same."
                            ),
                        ),
                        (
                            "moves",
                            models.PositiveSmallIntegerField(default=0, help_text="How often a move was told of."),
                        ),
                        (
                            "told_day",
                            models.DateField(
                                blank=True,
                                help_text="The day that was told of last; blank: that it is no longer planned.",
                                null=True,
                            ),
                        ),
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
                        "ordering": ("stop_on", "id"),
                        "indexes": [
                            models.Index(fields=["patient"], name="withdrawal_of_patient"),
                            models.Index(
                                condition=models.Q(("visit__isnull", False)),
                                fields=["visit"],
                                name="withdrawal_of_visit",
                            ),
                            models.Index(
                                condition=models.Q(("treatment__isnull", False)),
                                fields=["treatment"],
                                name="withdrawal_of_treatment",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("planned", "confirmed", "cannot"))),
                                fields=["clinic", "state"],
                                name="open_withdrawal_of_clinic",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("treatment__isnull", True), ("visit__isnull", False)),
                                    models.Q(("treatment__isnull", False), ("visit__isnull", True)),
                                    _connector="OR",
                                ),
                                name="withdrawal_for_one_occasion",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("stop_on__isnull", True),
                                    ("restart_on__isnull", True),
                                    ("restart_on__gt", models.F("stop_on")),
                                    _connector="OR",
                                ),
                                name="withdrawal_restarts_after_it_stops",
                                violation_error_message="It is taken again before it is stopped.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "confirmed"), _negated=True),
                                    models.Q(
                                        ("confirmed_by__isnull", False),
                                        ("confirmed_on__isnull", False),
                                        ("stop_on__isnull", False),
                                        ("restart_on__isnull", False),
                                        ("restart_owner__isnull", False),
                                        models.Q(("substitute", ""), _negated=True),
                                        models.Q(("prescriber", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="confirmed_withdrawal_is_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "restarted"), _negated=True),
                                    ("restarted_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="restarted_has_a_date",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("planned", "confirmed", "cannot"))),
                                fields=("medicine", "visit"),
                                name="one_open_withdrawal_per_scan",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("planned", "confirmed", "cannot"))),
                                fields=("medicine", "treatment"),
                                name="one_open_withdrawal_per_infusion",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_withdrawalevent" ("clinic_id", "confirmed_by_id", "confirmed_on", "counted_from", "decision", "id", "medicine_id", "moves", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prescriber", "prescriber_staff_id", "reason", "recorded_at", "recorded_by_id", "restart_on", "restart_owner_id", "restarted_on", "state", "stop_on", "substitute", "told_day", "treatment_id", "visit_id") SELECT new_values."clinic_id", new_values."confirmed_by_id", new_values."confirmed_on", new_values."counted_from", new_values."decision", new_values."id", new_values."medicine_id", new_values."moves", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."prescriber", new_values."prescriber_staff_id", new_values."reason", new_values."recorded_at", new_values."recorded_by_id", new_values."restart_on", new_values."restart_owner_id", new_values."restarted_on", new_values."state", new_values."stop_on", new_values."substitute", new_values."told_day", new_values."treatment_id", new_values."visit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4e228d65af08bc3baac285e393bf54a822aa8592",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_56d0f",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="imaging_withdrawal",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_withdrawalevent" ("clinic_id", "confirmed_by_id", "confirmed_on", "counted_from", "decision", "id", "medicine_id", "moves", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prescriber", "prescriber_staff_id", "reason", "recorded_at", "recorded_by_id", "restart_on", "restart_owner_id", "restarted_on", "state", "stop_on", "substitute", "told_day", "treatment_id", "visit_id") SELECT new_values."clinic_id", new_values."confirmed_by_id", new_values."confirmed_on", new_values."counted_from", new_values."decision", new_values."id", new_values."medicine_id", new_values."moves", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."prescriber", new_values."prescriber_staff_id", new_values."reason", new_values."recorded_at", new_values."recorded_by_id", new_values."restart_on", new_values."restart_owner_id", new_values."restarted_on", new_values."state", new_values."stop_on", new_values."substitute", new_values."told_day", new_values."treatment_id", new_values."visit_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f1da1c9a67b05f376d90405eb6d27836fde20d87",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_4a19f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="imaging_withdrawal",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "imaging_withdrawalevent" ("clinic_id", "confirmed_by_id", "confirmed_on", "counted_from", "decision", "id", "medicine_id", "moves", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prescriber", "prescriber_staff_id", "reason", "recorded_at", "recorded_by_id", "restart_on", "restart_owner_id", "restarted_on", "state", "stop_on", "substitute", "told_day", "treatment_id", "visit_id") SELECT old_values."clinic_id", old_values."confirmed_by_id", old_values."confirmed_on", old_values."counted_from", old_values."decision", old_values."id", old_values."medicine_id", old_values."moves", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."prescriber", old_values."prescriber_staff_id", old_values."reason", old_values."recorded_at", old_values."recorded_by_id", old_values."restart_on", old_values."restart_owner_id", old_values."restarted_on", old_values."state", old_values."stop_on", old_values."substitute", old_values."told_day", old_values."treatment_id", old_values."visit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="493b53a1bf78cf470c1ca73f068a79f610aba98d",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_00233",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="imaging_withdrawal",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WithdrawalEvent",
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
                                to="imaging.withdrawal",
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
                            "medicine",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.medicine",
                            ),
                        ),
                        (
                            "visit",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="schedules.plannedvisit",
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
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "To be confirmed"),
                                    ("confirmed", "Confirmed"),
                                    ("cannot", "Cannot be withdrawn"),
                                    ("restarted", "Taken again"),
                                    ("dropped", "Not withdrawn after all"),
                                ],
                                default="planned",
                                max_length=9,
                            ),
                        ),
                        (
                            "counted_from",
                            models.DateField(help_text="The day of the scan or infusion its dates were counted from."),
                        ),
                        (
                            "prescriber",
                            models.CharField(blank=True, help_text="Who prescribes the medicine.", max_length=120),
                        ),
                        (
                            "prescriber_staff",
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
                        ("stop_on", models.DateField(blank=True, null=True, verbose_name="first day without it")),
                        (
                            "substitute",
                            models.CharField(
                                blank=True,
                                help_text="What is taken instead, or “none needed”. Blank: not said yet.",
                                max_length=200,
                            ),
                        ),
                        ("restart_on", models.DateField(blank=True, null=True, verbose_name="to be taken again on")),
                        (
                            "restart_owner",
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
                        ("restarted_on", models.DateField(blank=True, null=True, verbose_name="taken again on")),
                        (
                            "confirmed_by",
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
                        ("confirmed_on", models.DateField(blank=True, null=True)),
                        (
                            "reason",
                            models.TextField(blank=True, help_text="Why it cannot be withdrawn, or was not after all."),
                        ),
                        (
                            "decision",
                            models.TextField(
                                blank=True, help_text="What was decided of the scan or infusion all the same."
                            ),
                        ),
                        (
                            "moves",
                            models.PositiveSmallIntegerField(default=0, help_text="How often a move was told of."),
                        ),
                        (
                            "told_day",
                            models.DateField(
                                blank=True,
                                help_text="The day that was told of last; blank: that it is no longer planned.",
                                null=True,
                            ),
                        ),
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
                                    hash="c974e95dc91ae38edba05c3a66a42192d98292b3",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_40f5b",
                                    table="imaging_withdrawalevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        same_clinic("imaging_imagingstudy", "patient_id", "patients_patient"),
        same_clinic("imaging_scorereading", "patient_id", "patients_patient"),
        same_clinic("imaging_scorereading", "study_id", "imaging_imagingstudy"),
        same_clinic("imaging_responseassessment", "patient_id", "patients_patient"),
        same_clinic("imaging_responseassessment", "baseline_id", "imaging_responseassessment"),
        same_clinic("imaging_assessedstudy", "assessment_id", "imaging_responseassessment"),
        same_clinic("imaging_assessedstudy", "study_id", "imaging_imagingstudy"),
        same_clinic("imaging_lesion", "patient_id", "patients_patient"),
        same_clinic("imaging_lesion", "baseline_id", "imaging_responseassessment"),
        same_clinic("imaging_lesionmeasurement", "lesion_id", "imaging_lesion"),
        same_clinic("imaging_lesionmeasurement", "assessment_id", "imaging_responseassessment"),
        same_clinic("imaging_withdrawal", "patient_id", "patients_patient"),
        same_clinic("imaging_withdrawal", "medicine_id", "patients_medicine"),
        same_clinic("imaging_withdrawal", "visit_id", "schedules_plannedvisit"),
        same_clinic("imaging_withdrawal", "treatment_id", "patients_treatment"),
        same_clinic("imaging_thyroidblockade", "patient_id", "patients_patient"),
        same_clinic("imaging_thyroidblockade", "visit_id", "schedules_plannedvisit"),
        same_clinic("imaging_thyroidblockade", "treatment_id", "patients_treatment"),
    ]
