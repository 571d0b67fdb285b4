from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("schedules", "0001_initial"), ("patients", "0002_rows_carry_their_patients_clinic")]

    operations = [
        same_clinic("schedules_plan", "treatment_id", "patients_treatment"),
        same_clinic("schedules_plan", "patient_id", "patients_patient"),
        same_clinic("schedules_appointment", "patient_id", "patients_patient"),
        same_clinic("schedules_plannedvisit", "plan_id", "schedules_plan"),
        same_clinic("schedules_plannedvisit", "appointment_id", "schedules_appointment"),
        same_clinic("schedules_visitrecord", "patient_id", "patients_patient"),
        same_clinic("schedules_plannedactivity", "visit_id", "schedules_plannedvisit"),
        same_clinic("schedules_plannedactivity", "record_id", "schedules_visitrecord"),
    ]
