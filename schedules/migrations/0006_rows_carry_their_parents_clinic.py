from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("schedules", "0005_plans_that_change")]

    operations = [
        same_clinic("schedules_absence", "patient_id", "patients_patient"),
        same_clinic("schedules_proposal", "plan_id", "schedules_plan"),
        same_clinic("schedules_place", "appointment_id", "schedules_appointment"),
        same_clinic("schedules_plannedactivity", "proposal_id", "schedules_proposal"),
    ]
