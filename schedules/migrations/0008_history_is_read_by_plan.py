from django.db import migrations

# What a plan looked like on a past day is read from the history of its rows.
INDEXES = {
    "history_of_plan": "schedules_planevent (id)",
    "history_of_visits": "schedules_plannedvisitevent (plan_id)",
    "history_of_activities": "schedules_plannedactivityevent (visit_id)",
    "history_of_appointments": "schedules_appointmentevent (id)",
}


class Migration(migrations.Migration):
    dependencies = [("schedules", "0007_published_protocols_are_final")]

    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON {columns}", f"DROP INDEX {name}")
        for name, columns in INDEXES.items()
    ]
