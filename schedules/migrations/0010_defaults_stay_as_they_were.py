from django.db import migrations


def choose_what_was_followed(apps, schema_editor):
    """Make the active version each clinic approved last, which its new plans followed so far, its default."""
    approvals = apps.get_model("schedules", "ProtocolApproval").objects.filter(protocol__status="active")
    for approval in approvals.order_by("clinic_id", "-approved_on", "-pk").distinct("clinic_id"):
        apps.get_model("schedules", "DefaultProtocol").objects.create(
            clinic_id=approval.clinic_id,
            protocol_id=approval.protocol_id,
            chosen_by_id=approval.approved_by_id,
            chosen_on=approval.approved_on,
        )


class Migration(migrations.Migration):
    dependencies = [("schedules", "0009_clinics_choose_their_default_protocol")]

    operations = [migrations.RunPython(choose_what_was_followed, migrations.RunPython.noop)]
