from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial"), ("events", "0002_initial")]

    operations = [
        same_clinic("patients_contact", "patient_id", "patients_patient"),
        same_clinic("patients_careteam", "patient_id", "patients_patient"),
        same_clinic("patients_treatment", "patient_id", "patients_patient"),
        same_clinic("events_event", "patient_id", "patients_patient"),
    ]
