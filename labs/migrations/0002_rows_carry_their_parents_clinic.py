from django.db import migrations

from iotrex_followup.clinic_keys import same_clinic


class Migration(migrations.Migration):
    dependencies = [("labs", "0001_initial"), ("patients", "0004_rows_carry_their_patients_clinic")]

    operations = [
        same_clinic("labs_codemapping", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_unitmapping", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_referencerange", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_labreport", "laboratory_id", "labs_laboratory"),
        same_clinic("labs_labresult", "patient_id", "patients_patient"),
        same_clinic("labs_labresult", "report_id", "labs_labreport"),
        same_clinic("labs_baseline", "treatment_id", "patients_treatment"),
        same_clinic("labs_baseline", "patient_id", "patients_patient"),
        same_clinic("labs_labgrade", "result_id", "labs_labresult"),
        same_clinic("labs_specimenmatch", "patient_id", "patients_patient"),
        same_clinic("labs_quarantineitem", "report_id", "labs_labreport"),
        same_clinic("labs_quarantineitem", "patient_id", "patients_patient"),
        same_clinic("labs_alert", "patient_id", "patients_patient"),
        same_clinic("labs_alert", "quarantine_item_id", "labs_quarantineitem"),
        same_clinic("labs_alertfinding", "alert_id", "labs_alert"),
    ]
