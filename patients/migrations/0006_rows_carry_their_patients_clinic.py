from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("patients", "0005_events_of_life")]

    operations = [same_clinic("patients_treatment", "tandem_with_id", "patients_treatment")]
