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


class Migration(migrations.Migration):
    replaces = [
        ("events", "0001_initial"),
        ("events", "0002_initial"),
        ("events", "0003_messages"),
        ("events", "0004_simulation_and_migration_jobs"),
        ("events", "0005_outbox"),
        ("events", "0006_ways_out_and_whom_they_reach"),
        ("events", "0007_urgent_first_and_paced"),
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
                    name="CapturedMessage",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=iotrex_followup.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("channel", models.CharField(max_length=8)),
                        (
                            "key",
                            models.UUIDField(
                                help_text="Of the message: like a provider that honours it, kept once.", unique=True
                            ),
                        ),
                        ("to", models.CharField(max_length=500)),
                        ("subject", models.CharField(blank=True, max_length=200)),
                        ("text", models.TextField()),
                        ("html", models.TextField(blank=True)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ("-id",),
                    },
                ),
                migrations.CreateModel(
                    name="ChannelHealth",
                    fields=[
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
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("failures", models.PositiveIntegerField(default=0, help_text="In a row.")),
                        ("closed_until", models.DateTimeField(null=True)),
                        (
                            "paced_until",
                            models.DateTimeField(help_text="Until when what was claimed uses up its rate.", null=True),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="StoredFile",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.clinic"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("content_type", models.CharField(max_length=100)),
                        ("content", models.BinaryField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Job",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.clinic"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("patient_import", "Import of patients"),
                                    ("visit_plans", "Visit plans of many patients"),
                                    ("lab_import", "Import of laboratory results"),
                                    ("simulation", "What another protocol version would change"),
                                    ("migration", "Patients taken to another protocol version"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("running", "Running"),
                                    ("finished", "Finished"),
                                    ("failed", "Failed"),
                                ],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        (
                            "options",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        (
                            "result",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        ("error", models.TextField(blank=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "ordering": ("-created_at",),
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_jobevent" ("clinic_id", "created_at", "created_by_id", "error", "file_id", "finished_at", "id", "kind", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "source_id", "state", "total") SELECT new_values."clinic_id", new_values."created_at", new_values."created_by_id", new_values."error", new_values."file_id", new_values."finished_at", new_values."id", new_values."kind", new_values."options", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."result", new_values."source_id", new_values."state", new_values."total" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7adc50cbe9517807dbc7589ea4e1fd45ef5cd257",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_32bdc",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="events_job",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_jobevent" ("clinic_id", "created_at", "created_by_id", "error", "file_id", "finished_at", "id", "kind", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "source_id", "state", "total") SELECT new_values."clinic_id", new_values."created_at", new_values."created_by_id", new_values."error", new_values."file_id", new_values."finished_at", new_values."id", new_values."kind", new_values."options", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."result", new_values."source_id", new_values."state", new_values."total" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."clinic_id" IS DISTINCT FROM (new_values."clinic_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."error" IS DISTINCT FROM (new_values."error") OR old_values."file_id" IS DISTINCT FROM (new_values."file_id") OR old_values."finished_at" IS DISTINCT FROM (new_values."finished_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."options" IS DISTINCT FROM (new_values."options") OR old_values."result" IS DISTINCT FROM (new_values."result") OR old_values."source_id" IS DISTINCT FROM (new_values."source_id") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."total" IS DISTINCT FROM (new_values."total")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="709165993a6c7e0441dafcbd734945bfe662809d",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_6e3aa",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="events_job",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_jobevent" ("clinic_id", "created_at", "created_by_id", "error", "file_id", "finished_at", "id", "kind", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "source_id", "state", "total") SELECT old_values."clinic_id", old_values."created_at", old_values."created_by_id", old_values."error", old_values."file_id", old_values."finished_at", old_values."id", old_values."kind", old_values."options", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."result", old_values."source_id", old_values."state", old_values."total" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="a7247cb1018282fe572021efafbd619b23763719",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_06a72",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="events_job",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="JobEvent",
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
                                to="events.job",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("patient_import", "Import of patients"),
                                    ("visit_plans", "Visit plans of many patients"),
                                    ("lab_import", "Import of laboratory results"),
                                    ("simulation", "What another protocol version would change"),
                                    ("migration", "Patients taken to another protocol version"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("running", "Running"),
                                    ("finished", "Finished"),
                                    ("failed", "Failed"),
                                ],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("total", models.PositiveIntegerField(default=0)),
                        (
                            "options",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        (
                            "result",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="events.storedfile",
                            ),
                        ),
                        ("error", models.TextField(blank=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="4fabdab975822144a741ae7545708aea8db4f464",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b7ed6",
                                    table="events_jobevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpoint",
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
                                related_name="webhooks",
                                to="accounts.clinic",
                            ),
                        ),
                        ("name", models.CharField(max_length=100)),
                        ("url", models.URLField(max_length=500)),
                        ("secret", models.CharField(max_length=100)),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60),
                                help_text="The kinds of message it is told of.",
                                size=None,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ("name", "id"),
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_webhookendpointevent" ("clinic_id", "id", "is_active", "kinds", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") SELECT new_values."clinic_id", new_values."id", new_values."is_active", new_values."kinds", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."url" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="113be4f94f14dadee3006e177024e38a7aece154",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_75313",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="events_webhookendpoint",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_webhookendpointevent" ("clinic_id", "id", "is_active", "kinds", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") SELECT new_values."clinic_id", new_values."id", new_values."is_active", new_values."kinds", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."url" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."clinic_id" IS DISTINCT FROM (new_values."clinic_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."kinds" IS DISTINCT FROM (new_values."kinds") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."url" IS DISTINCT FROM (new_values."url")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="271f77b783ec55f94cba43460f2c4c54efc71617",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_0f11f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="events_webhookendpoint",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_webhookendpointevent" ("clinic_id", "id", "is_active", "kinds", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") SELECT old_values."clinic_id", old_values."id", old_values."is_active", old_values."kinds", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."url" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e0dea532b6d745e329d902aa1a9da0650fb63096",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8f626",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="events_webhookendpoint",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "recipient",
                            models.ForeignKey(
                                db_index=False,
                                help_text="One of ours.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                db_index=False,
                                help_text="The patient, or somebody of theirs.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="patients.contact",
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="events.webhookendpoint",
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
                        ("kind", models.CharField(max_length=60)),
                        (
                            "subject",
                            models.CharField(help_text="One line; the page it leads to says the rest.", max_length=200),
                        ),
                        ("path", models.CharField(blank=True, help_text="The page it leads to.", max_length=200)),
                        (
                            "about",
                            models.UUIDField(
                                help_text="The id of what it tells of; which table, its kind knows.", null=True
                            ),
                        ),
                        (
                            "details",
                            models.JSONField(
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="What else its kind keeps.",
                            ),
                        ),
                        (
                            "local_day",
                            models.DateField(help_text="With a wall-clock time of its own: the day,", null=True),
                        ),
                        ("local_at", models.TimeField(help_text="the time,", null=True)),
                        (
                            "zone",
                            models.CharField(blank=True, help_text="and the IANA time zone of both.", max_length=64),
                        ),
                        ("dedupe_key", models.CharField(max_length=200, unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("due", "Due"),
                                    ("claimed", "Being sent"),
                                    ("sent", "Sent"),
                                    ("unknown", "Unknown whether it arrived"),
                                    ("dead", "Could not be sent"),
                                    ("void", "No longer wanted"),
                                    ("expired", "Too late to be sent"),
                                ],
                                default="due",
                                max_length=7,
                            ),
                        ),
                        ("not_before", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("lease_until", models.DateTimeField(null=True)),
                        (
                            "token",
                            models.UUIDField(
                                help_text="Of the claim: who comes back late with another one changes nothing.",
                                null=True,
                            ),
                        ),
                        (
                            "sending_since",
                            models.DateTimeField(
                                help_text="Of this claim; without it nothing has left yet.", null=True
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(blank=True, help_text="Why it was not sent, or not yet.", max_length=200),
                        ),
                        ("provider_reference", models.CharField(blank=True, max_length=200)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("read_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(fields=["recipient", "-id"], name="message_of_recipient"),
                            models.Index(
                                condition=models.Q(("channel", "inbox"), ("read_at__isnull", True), ("state", "sent")),
                                fields=["recipient"],
                                name="unread_message",
                            ),
                            models.Index(
                                condition=models.Q(("state", "due")),
                                fields=["channel", "kind", "not_before", "id"],
                                name="due_message_of_kind",
                            ),
                            models.Index(
                                condition=models.Q(("state", "claimed")), fields=["lease_until"], name="claimed_message"
                            ),
                            models.Index(
                                condition=models.Q(("channel", "inbox"), _negated=True),
                                fields=["clinic", "-id"],
                                name="message_going_out_of_clinic",
                            ),
                            models.Index(
                                condition=models.Q(("channel", "inbox"), _negated=True),
                                fields=["patient", "-id"],
                                name="message_about_patient",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("dead", "unknown"))),
                                fields=["clinic", "patient"],
                                name="failed_message",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("contact__isnull", False), ("recipient__isnull", False), _negated=True),
                                    models.Q(("endpoint__isnull", False), ("recipient__isnull", False), _negated=True),
                                    models.Q(("contact__isnull", False), ("endpoint__isnull", False), _negated=True),
                                ),
                                name="message_has_one_address",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("local_at__isnull", True), ("local_day__isnull", True), ("zone", "")),
                                    models.Q(
                                        ("local_at__isnull", False),
                                        ("local_day__isnull", False),
                                        models.Q(("zone", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="wall_clock_is_whole",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("contact__isnull", False),
                                    models.Q(("state__in", ("void", "expired", "dead")), _negated=True),
                                ),
                                fields=("contact", "local_day"),
                                name="one_message_per_contact_and_day",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_messageevent" ("about", "channel", "clinic_id", "contact_id", "created_at", "dedupe_key", "details", "endpoint_id", "expires_at", "id", "kind", "local_at", "local_day", "not_before", "outcome", "path", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_reference", "read_at", "recipient_id", "sent_at", "state", "subject", "zone") SELECT new_values."about", new_values."channel", new_values."clinic_id", new_values."contact_id", new_values."created_at", new_values."dedupe_key", new_values."details", new_values."endpoint_id", new_values."expires_at", new_values."id", new_values."kind", new_values."local_at", new_values."local_day", new_values."not_before", new_values."outcome", new_values."path", new_values."patient_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."provider_reference", new_values."read_at", new_values."recipient_id", new_values."sent_at", new_values."state", new_values."subject", new_values."zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="3d194c36c4fa6033096d9b6257171bf208f26ea0",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_b870a",
                                    referencing="REFERENCING NEW TABLE AS new_values ",
                                    table="events_message",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_messageevent" ("about", "channel", "clinic_id", "contact_id", "created_at", "dedupe_key", "details", "endpoint_id", "expires_at", "id", "kind", "local_at", "local_day", "not_before", "outcome", "path", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_reference", "read_at", "recipient_id", "sent_at", "state", "subject", "zone") SELECT new_values."about", new_values."channel", new_values."clinic_id", new_values."contact_id", new_values."created_at", new_values."dedupe_key", new_values."details", new_values."endpoint_id", new_values."expires_at", new_values."id", new_values."kind", new_values."local_at", new_values."local_day", new_values."not_before", new_values."outcome", new_values."path", new_values."patient_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."provider_reference", new_values."read_at", new_values."recipient_id", new_values."sent_at", new_values."state", new_values."subject", new_values."zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."about" IS DISTINCT FROM (new_values."about") OR old_values."channel" IS DISTINCT FROM (new_values."channel") OR old_values."clinic_id" IS DISTINCT FROM (new_values."clinic_id") OR old_values."contact_id" IS DISTINCT FROM (new_values."contact_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."dedupe_key" IS DISTINCT FROM (new_values."dedupe_key") OR old_values."details" IS DISTINCT FROM (new_values."details") OR old_values."endpoint_id" IS DISTINCT FROM (new_values."endpoint_id") OR old_values."expires_at" IS DISTINCT FROM (new_values."expires_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."local_at" IS DISTINCT FROM (new_values."local_at") OR old_values."local_day" IS DISTINCT FROM (new_values."local_day") OR old_values."not_before" IS DISTINCT FROM (new_values."not_before") OR old_values."outcome" IS DISTINCT FROM (new_values."outcome") OR old_values."path" IS DISTINCT FROM (new_values."path") OR old_values."patient_id" IS DISTINCT FROM (new_values."patient_id") OR old_values."provider_reference" IS DISTINCT FROM (new_values."provider_reference") OR old_values."read_at" IS DISTINCT FROM (new_values."read_at") OR old_values."recipient_id" IS DISTINCT FROM (new_values."recipient_id") OR old_values."sent_at" IS DISTINCT FROM (new_values."sent_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."subject" IS DISTINCT FROM (new_values."subject") OR old_values."zone" IS DISTINCT FROM (new_values."zone")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                                    hash="14d07460a9abf4765490b200fc117e9ebe5577c9",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_983de",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="events_message",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "events_messageevent" ("about", "channel", "clinic_id", "contact_id", "created_at", "dedupe_key", "details", "endpoint_id", "expires_at", "id", "kind", "local_at", "local_day", "not_before", "outcome", "path", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_reference", "read_at", "recipient_id", "sent_at", "state", "subject", "zone") SELECT old_values."about", old_values."channel", old_values."clinic_id", old_values."contact_id", old_values."created_at", old_values."dedupe_key", old_values."details", old_values."endpoint_id", old_values."expires_at", old_values."id", old_values."kind", old_values."local_at", old_values."local_day", old_values."not_before", old_values."outcome", old_values."path", old_values."patient_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."provider_reference", old_values."read_at", old_values."recipient_id", old_values."sent_at", old_values."state", old_values."subject", old_values."zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="189484026800bf7f37fde20435b14fab85cc65d9",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8e885",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="events_message",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessageEvent",
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
                                to="events.message",
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
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.patient",
                            ),
                        ),
                        (
                            "recipient",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                help_text="One of ours.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                help_text="The patient, or somebody of theirs.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="patients.contact",
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="events.webhookendpoint",
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
                        ("kind", models.CharField(max_length=60)),
                        (
                            "subject",
                            models.CharField(help_text="One line; the page it leads to says the rest.", max_length=200),
                        ),
                        ("path", models.CharField(blank=True, help_text="The page it leads to.", max_length=200)),
                        (
                            "about",
                            models.UUIDField(
                                help_text="The id of what it tells of; which table, its kind knows.", null=True
                            ),
                        ),
                        (
                            "details",
                            models.JSONField(
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                help_text="What else its kind keeps.",
                            ),
                        ),
                        (
                            "local_day",
                            models.DateField(help_text="With a wall-clock time of its own: the day,", null=True),
                        ),
                        ("local_at", models.TimeField(help_text="the time,", null=True)),
                        (
                            "zone",
                            models.CharField(blank=True, help_text="and the IANA time zone of both.", max_length=64),
                        ),
                        ("dedupe_key", models.CharField(max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("due", "Due"),
                                    ("claimed", "Being sent"),
                                    ("sent", "Sent"),
                                    ("unknown", "Unknown whether it arrived"),
                                    ("dead", "Could not be sent"),
                                    ("void", "No longer wanted"),
                                    ("expired", "Too late to be sent"),
                                ],
                                default="due",
                                max_length=7,
                            ),
                        ),
                        ("not_before", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(null=True)),
                        (
                            "outcome",
                            models.CharField(blank=True, help_text="Why it was not sent, or not yet.", max_length=200),
                        ),
                        ("provider_reference", models.CharField(blank=True, max_length=200)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("read_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="d2b4706f98798d74621b21ecb621f00a36655c20",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_5a027",
                                    table="events_messageevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpointEvent",
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
                                to="events.webhookendpoint",
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
                        ("name", models.CharField(max_length=100)),
                        ("url", models.URLField(max_length=500)),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60),
                                help_text="The kinds of message it is told of.",
                                size=None,
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
                                    hash="1df55a271ec469ab9a23cd1538da0928e1fca914",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9296d",
                                    table="events_webhookendpointevent",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="patients.patient",
                            ),
                        ),
                        ("kind", models.CharField(max_length=60)),
                        (
                            "facts",
                            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                        ),
                        ("reason", models.TextField(blank=True)),
                        (
                            "undoes",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="undone_by",
                                to="events.event",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ("-at", "-id"),
                        "indexes": [
                            models.Index(fields=["patient", "-at", "-id"], name="event_of_patient"),
                            models.Index(fields=["clinic", "-at", "-id"], name="event_of_clinic"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="4b1eecde6236a8a8cd8d356baf3b85df512e684a",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_affb7",
                                    table="events_event",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ],
        ),
        same_clinic("events_event", "patient_id", "patients_patient"),
        same_clinic("events_message", "patient_id", "patients_patient"),
    ]
