from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_squashed_0007_urgent_first_and_paced"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "due"), ("tries__gt", 0)),
                fields=["channel", "kind", "not_before", "id"],
                name="tried_message_of_kind",
            ),
        ),
    ]
