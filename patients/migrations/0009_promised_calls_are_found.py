from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0008_rows_carry_their_patients_clinic")]

    operations = [
        migrations.AddIndex(
            model_name="contactentry",
            index=models.Index(
                fields=["clinic", "call_again_on"],
                condition=models.Q(("call_again_on__isnull", False), ("withdrawn", False)),
                name="promised_call",
            ),
        ),
    ]
