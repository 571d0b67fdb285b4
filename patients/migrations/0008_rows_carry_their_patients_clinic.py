from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("patients", "0007_consents_and_the_contact_log")]

    operations = [same_clinic("patients_contactentry", "patient_id", "patients_patient")]
