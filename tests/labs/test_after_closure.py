"""No closure switches evaluation off: a result that arrives later is graded and reaches a person."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from events.models import Event, Message
from iotrex_followup.errors import InputRefused
from labs.actions.supportive import SupportFacts, record_support
from labs.models import Alert, LabGrade
from patients.models import Care, Patient, SupportiveCare
from schedules.actions.life import ClinicalFacts, accept_transfer, record_clinical_event
from schedules.wording import event_sentence
from tests.labs.arrivals import NORMAL, arrive

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
LOST = ClinicalFacts("lost", TODAY, details={"attempts": "Letters"})
DECLINED = ClinicalFacts("declines_follow_up", TODAY, details={"explained_by": "Dr Roca", "taken_over_by": "GP Sanz"})
TRANSFER = ClinicalFacts("transfer", TODAY, details={"to_whom": "Dr Aliaga"})
CLOSURES = {
    Care.DECEASED: ClinicalFacts("death", date(2024, 3, 5)),
    Care.TRANSFERRED: TRANSFER,
    Care.DECLINED: DECLINED,
    Care.LOST: LOST,
}


@pytest.mark.parametrize("care", CLOSURES)
def test_result_after_a_closure_is_graded_and_told(plan, clinician, care):
    patient = plan.patient
    Patient.objects.filter(pk=patient.pk).update(responsible_clinician=clinician)
    event = record_clinical_event(patient=patient, facts=CLOSURES[care], by=clinician, now=NOW)
    if care == Care.TRANSFERRED:
        accept_transfer(event=event, accepted_on=TODAY, accepted_by="Dr Aliaga", by=clinician, now=NOW)
    assert Patient.objects.get(pk=patient.pk).care == care

    arrive(Patient.objects.get(pk=patient.pk), TODAY, **NORMAL | {"platelets": "8"})

    assert LabGrade.objects.filter(result__patient=patient, grade=4).exists()
    assert Alert.objects.unresolved().filter(patient=patient).exists()
    assert Message.objects.in_app().filter(recipient=clinician).exists()


def test_stem_cell_infusion_keeps_its_cd34_dose(plan, clinician):
    facts = SupportFacts("stem_cells", date(2024, 3, 1), cd34_e6_per_kg=Decimal("4.2"))

    record_support(patient=plan.patient, facts=facts, by=clinician, now=NOW)

    assert SupportiveCare.objects.get().cd34_e6_per_kg == Decimal("4.2")
    assert "CD34+ 4.2 x 10^6/kg" in event_sentence(Event.objects.get(kind="support.recorded"))


@pytest.mark.parametrize(("product", "dose"), [("platelets", "4.2"), ("stem_cells", "0"), ("stem_cells", "101")])
def test_cd34_dose_that_cannot_be_is_refused(plan, clinician, product, dose):
    facts = SupportFacts(product, date(2024, 3, 1), cd34_e6_per_kg=Decimal(dose))

    with pytest.raises(InputRefused) as refused:
        record_support(patient=plan.patient, facts=facts, by=clinician, now=NOW)

    assert refused.value.field == "cd34_e6_per_kg"
