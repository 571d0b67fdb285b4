import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import accounts.models.clinics
import iotrex_followup.ids
from iotrex_followup.creating import CreateModels


class Migration(migrations.Migration):
    replaces = [("accounts", "0001_initial"), ("accounts", "0002_working_hours_and_the_ladder")]

    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Staff",
                    fields=[
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("es", "Español")], default="en", max_length=5
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "verbose_name_plural": "staff",
                        "ordering": ("name",),
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_staffevent" ("email", "id", "is_active", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") SELECT new_values."email", new_values."id", new_values."is_active", new_values."language", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="598657353ce4edaa20c24b3d2f29c1d93df3357c",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_f4643",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="accounts_staff",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_staffevent" ("email", "id", "is_active", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") SELECT new_values."email", new_values."id", new_values."is_active", new_values."language", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."phone" IS DISTINCT FROM (new_values."phone")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e121e7a2e0166a88ea8999c6d27f3348c0c6e571",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_bc7e2",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="accounts_staff",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_staffevent" ("email", "id", "is_active", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") SELECT old_values."email", old_values."id", old_values."is_active", old_values."language", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="36f17d85e0de25bcf023b2ed5d4334fafd523972",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e93bc",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="accounts_staff",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        ("digest", models.CharField(max_length=128, primary_key=True, serialize=False)),
                        ("token_key", models.CharField(db_index=True, max_length=25)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="auth_token_set",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created", models.DateTimeField(auto_now_add=True)),
                        ("expiry", models.DateTimeField(blank=True, null=True)),
                        ("name", models.CharField(max_length=100)),
                        ("last_used_on", models.DateField(help_text="UTC day; written once a day.", null=True)),
                    ],
                    options={
                        "ordering": ("-created",),
                    },
                ),
                migrations.CreateModel(
                    name="Clinic",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("slug", models.SlugField(unique=True)),
                        ("name", models.CharField(max_length=200)),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", max_length=64, validators=[accounts.models.clinics.validate_time_zone]
                            ),
                        ),
                        (
                            "country",
                            models.CharField(help_text="ISO 3166 code; decides the public holidays.", max_length=2),
                        ),
                        (
                            "region",
                            models.CharField(
                                blank=True, help_text="State or region of the country, as in ISO 3166-2.", max_length=10
                            ),
                        ),
                        (
                            "working_weekdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(),
                                default=accounts.models.clinics.working_week,
                                size=None,
                            ),
                        ),
                        ("address", models.TextField(blank=True)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "emergency_phone",
                            models.CharField(blank=True, help_text="Answered day and night.", max_length=40),
                        ),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        (
                            "paper",
                            models.CharField(choices=[("A4", "A4"), ("Letter", "Letter")], default="A4", max_length=6),
                        ),
                        (
                            "opens_at",
                            models.TimeField(
                                default=datetime.time(8, 0), help_text="Working hours, by the clinic's wall clock."
                            ),
                        ),
                        ("closes_at", models.TimeField(default=datetime.time(17, 0))),
                        (
                            "quiet_from",
                            models.TimeField(
                                default=datetime.time(20, 0), help_text="No message reaches a patient from here on…"
                            ),
                        ),
                        (
                            "quiet_until",
                            models.TimeField(
                                default=datetime.time(8, 0), help_text="…until here, by the patient's wall clock."
                            ),
                        ),
                        (
                            "remind_at",
                            models.TimeField(
                                default=datetime.time(10, 0),
                                help_text="When reminders leave, by the patient's wall clock.",
                            ),
                        ),
                        (
                            "name_in_messages",
                            models.CharField(
                                blank=True,
                                help_text="How messages to patients call the clinic; blank: without a name that says what it treats.",
                                max_length=60,
                            ),
                        ),
                        (
                            "attempts_before_lost",
                            models.PositiveSmallIntegerField(
                                default=3,
                                help_text="Attempts to reach a patient before “lost to follow-up” is proposed.",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("name",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("opens_at__lt", models.F("closes_at"))),
                                name="clinic_opens_before_it_closes",
                                violation_error_message="The clinic closes before it opens.",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_clinicevent" ("address", "attempts_before_lost", "closes_at", "country", "email", "emergency_phone", "id", "name", "name_in_messages", "opens_at", "paper", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "quiet_from", "quiet_until", "region", "remind_at", "slug", "time_zone", "working_weekdays") SELECT new_values."address", new_values."attempts_before_lost", new_values."closes_at", new_values."country", new_values."email", new_values."emergency_phone", new_values."id", new_values."name", new_values."name_in_messages", new_values."opens_at", new_values."paper", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."quiet_from", new_values."quiet_until", new_values."region", new_values."remind_at", new_values."slug", new_values."time_zone", new_values."working_weekdays" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4c8eb3145d862bcf87e70590dd3104aaf4a7cb99",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_e9c0c",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="accounts_clinic",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_clinicevent" ("address", "attempts_before_lost", "closes_at", "country", "email", "emergency_phone", "id", "name", "name_in_messages", "opens_at", "paper", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "quiet_from", "quiet_until", "region", "remind_at", "slug", "time_zone", "working_weekdays") SELECT new_values."address", new_values."attempts_before_lost", new_values."closes_at", new_values."country", new_values."email", new_values."emergency_phone", new_values."id", new_values."name", new_values."name_in_messages", new_values."opens_at", new_values."paper", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."quiet_from", new_values."quiet_until", new_values."region", new_values."remind_at", new_values."slug", new_values."time_zone", new_values."working_weekdays" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="91b16632901e0b44c604997c143a349dd9805a84",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_d9a44",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="accounts_clinic",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_clinicevent" ("address", "attempts_before_lost", "closes_at", "country", "email", "emergency_phone", "id", "name", "name_in_messages", "opens_at", "paper", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "quiet_from", "quiet_until", "region", "remind_at", "slug", "time_zone", "working_weekdays") SELECT old_values."address", old_values."attempts_before_lost", old_values."closes_at", old_values."country", old_values."email", old_values."emergency_phone", old_values."id", old_values."name", old_values."name_in_messages", old_values."opens_at", old_values."paper", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."quiet_from", old_values."quiet_until", old_values."region", old_values."remind_at", old_values."slug", old_values."time_zone", old_values."working_weekdays" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="183f476c012495aeb23e3b63e865932a7ae50677",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_4e933",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="accounts_clinic",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClinicEvent",
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
                                to="accounts.clinic",
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
                        ("name", models.CharField(max_length=200)),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", max_length=64, validators=[accounts.models.clinics.validate_time_zone]
                            ),
                        ),
                        (
                            "country",
                            models.CharField(help_text="ISO 3166 code; decides the public holidays.", max_length=2),
                        ),
                        (
                            "region",
                            models.CharField(
                                blank=True, help_text="State or region of the country, as in ISO 3166-2.", max_length=10
                            ),
                        ),
                        (
                            "working_weekdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(),
                                default=accounts.models.clinics.working_week,
                                size=None,
                            ),
                        ),
                        ("address", models.TextField(blank=True)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "emergency_phone",
                            models.CharField(blank=True, help_text="Answered day and night.", max_length=40),
                        ),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        (
                            "paper",
                            models.CharField(choices=[("A4", "A4"), ("Letter", "Letter")], default="A4", max_length=6),
                        ),
                        (
                            "opens_at",
                            models.TimeField(
                                default=datetime.time(8, 0), help_text="Working hours, by the clinic's wall clock."
                            ),
                        ),
                        ("closes_at", models.TimeField(default=datetime.time(17, 0))),
                        (
                            "quiet_from",
                            models.TimeField(
                                default=datetime.time(20, 0), help_text="No message reaches a patient from here on…"
                            ),
                        ),
                        (
                            "quiet_until",
                            models.TimeField(
                                default=datetime.time(8, 0), help_text="…until here, by the patient's wall clock."
                            ),
                        ),
                        (
                            "remind_at",
                            models.TimeField(
                                default=datetime.time(10, 0),
                                help_text="When reminders leave, by the patient's wall clock.",
                            ),
                        ),
                        (
                            "name_in_messages",
                            models.CharField(
                                blank=True,
                                help_text="How messages to patients call the clinic; blank: without a name that says what it treats.",
                                max_length=60,
                            ),
                        ),
                        (
                            "attempts_before_lost",
                            models.PositiveSmallIntegerField(
                                default=3,
                                help_text="Attempts to reach a patient before “lost to follow-up” is proposed.",
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
                                    hash="ccb603c95b910f382cb1c2e7874503bd8aac3d96",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_21fd6",
                                    table="accounts_clinicevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Cover",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="covers", to="accounts.clinic"
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "substitute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("starts_on", models.DateField(help_text="First day away, the clinic's calendar date.")),
                        ("ends_on", models.DateField(help_text="Last day away, inclusive.")),
                        ("withdrawn", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ("starts_on", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="cover_ends_after_it_begins",
                                violation_error_message="The last day is before the first.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("staff", models.F("substitute")), _negated=True),
                                name="nobody_covers_themselves",
                                violation_error_message="Choose somebody else to stand in.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_coverevent" ("clinic_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_id", "starts_on", "substitute_id", "withdrawn") SELECT new_values."clinic_id", new_values."ends_on", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."staff_id", new_values."starts_on", new_values."substitute_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="13847bbcab53829949c61a7146162650b2c70cd5",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b08b3",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="accounts_cover",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_coverevent" ("clinic_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_id", "starts_on", "substitute_id", "withdrawn") SELECT new_values."clinic_id", new_values."ends_on", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."staff_id", new_values."starts_on", new_values."substitute_id", new_values."withdrawn" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="250db5f72b2be013491b8642e313ed2cea7bd326",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_9f31e",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="accounts_cover",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_coverevent" ("clinic_id", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_id", "starts_on", "substitute_id", "withdrawn") SELECT old_values."clinic_id", old_values."ends_on", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."staff_id", old_values."starts_on", old_values."substitute_id", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ddb50f8959c89ac23d1619e7b76917d2dca3190f",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_33d76",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="accounts_cover",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CoverEvent",
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
                                to="accounts.cover",
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
                            "staff",
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
                            "substitute",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("starts_on", models.DateField(help_text="First day away, the clinic's calendar date.")),
                        ("ends_on", models.DateField(help_text="Last day away, inclusive.")),
                        ("withdrawn", models.BooleanField(default=False)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="4e0d15e5ea10679eea6d76d8f050f18c20356557",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_2cf5a",
                                    table="accounts_coverevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LadderStep",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="ladder", to="accounts.clinic"
                            ),
                        ),
                        (
                            "step",
                            models.PositiveSmallIntegerField(choices=[(1, "Covering clinician"), (2, "Clinic lead")]),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("test_sent_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "test_answered_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the person last said that a test had reached them.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("step", "id"),
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "step", "staff"), name="once_per_step")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_ladderstepevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_id", "step", "test_answered_at", "test_sent_at") SELECT new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."staff_id", new_values."step", new_values."test_answered_at", new_values."test_sent_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b71a29fb2ff4b7f296feb75a099a917006eeca18",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_d5a73",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="accounts_ladderstep",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_ladderstepevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_id", "step", "test_answered_at", "test_sent_at") SELECT new_values."clinic_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."staff_id", new_values."step", new_values."test_answered_at", new_values."test_sent_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="fcef8d97448dffa9b5fdb222e94213135161c663",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_99884",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="accounts_ladderstep",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_ladderstepevent" ("clinic_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_id", "step", "test_answered_at", "test_sent_at") SELECT old_values."clinic_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."staff_id", old_values."step", old_values."test_answered_at", old_values."test_sent_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="44e6828cf25e53327ba64779c18bf8bb89b18db8",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_72798",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="accounts_ladderstep",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LadderStepEvent",
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
                                to="accounts.ladderstep",
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
                            "step",
                            models.PositiveSmallIntegerField(choices=[(1, "Covering clinician"), (2, "Clinic lead")]),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("test_sent_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "test_answered_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the person last said that a test had reached them.",
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
                                    hash="bc141916b6e3a5ed4646b41f1efebf2409a822ed",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_5d048",
                                    table="accounts_ladderstepevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
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
                                related_name="memberships",
                                to="accounts.clinic",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("clinician", "Clinician"),
                                    ("coordinator", "Coordinator"),
                                    ("administrator", "Administrator"),
                                    ("auditor", "Auditor"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "staff"), name="one_membership_per_clinic")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_membershipevent" ("clinic_id", "id", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "staff_id") SELECT new_values."clinic_id", new_values."id", new_values."is_active", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."role", new_values."staff_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="fcad6d377c4c0edb240be493cee8a3999506f6cd",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_fc05a",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="accounts_membership",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_membershipevent" ("clinic_id", "id", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "staff_id") SELECT new_values."clinic_id", new_values."id", new_values."is_active", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."role", new_values."staff_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ef436bd5c97fc1d78a99574e1abdab4ea7f9c54d",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_20ab5",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="accounts_membership",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_membershipevent" ("clinic_id", "id", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "staff_id") SELECT old_values."clinic_id", old_values."id", old_values."is_active", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."role", old_values."staff_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="359aa3383e2b1d9e1054911981970121087c12d6",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_19a8f",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="accounts_membership",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MembershipEvent",
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
                                to="accounts.membership",
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
                            "staff",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("clinician", "Clinician"),
                                    ("coordinator", "Coordinator"),
                                    ("administrator", "Administrator"),
                                    ("auditor", "Auditor"),
                                ],
                                max_length=13,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="e1f05704110766345bef638c18be4307af995a77",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9ee6c",
                                    table="accounts_membershipevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StaffEvent",
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
                                to=settings.AUTH_USER_MODEL,
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
                        ("email", models.EmailField(max_length=254)),
                        ("name", models.CharField(max_length=200)),
                        ("phone", models.CharField(blank=True, max_length=40)),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("es", "Español")], default="en", max_length=5
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="7216126d5cd14966fc19515cd0e402b847cb71e5",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_3645e",
                                    table="accounts_staffevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
