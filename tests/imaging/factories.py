"""Valid minimal studies; what a test asserts on stands in the test."""

from datetime import date

import factory

from imaging.models import ImagingStudy
from tests.factories import PatientFactory, StaffFactory


class StudyFactory(factory.django.DjangoModelFactory):
    """An I-123 MIBG scan, not reported."""

    class Meta:
        model = ImagingStudy

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    kind = "mibg_planar"
    imaged_on = date(2024, 5, 2)
    recorded_by = factory.SubFactory(StaffFactory)
