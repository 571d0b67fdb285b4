from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_supportive_care_and_adverse_events"), ("events", "0003_messages")]

    operations = [
        same_clinic("patients_supportivecare", "patient_id", "patients_patient"),
        same_clinic("patients_clinicalevent", "patient_id", "patients_patient"),
        same_clinic("patients_adverseevent", "patient_id", "patients_patient"),
        same_clinic("patients_adverseevent", "treatment_id", "patients_treatment"),
        same_clinic("events_message", "patient_id", "patients_patient"),
    ]
