"""Valid minimal rows of laboratories; what a test asserts on stands in the test."""

from datetime import UTC, datetime
from uuid import uuid4

import factory

from labs.models import Alert, AlertFinding, Laboratory, LabReport, LabResult, QuarantineItem
from tests.factories import ClinicFactory, PatientFactory

NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)  # 10 o'clock on a Wednesday in Madrid


class LaboratoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Laboratory
        django_get_or_create = ("clinic", "name")

    clinic = factory.SubFactory(ClinicFactory)
    name = "Central laboratory"


class ReportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LabReport

    clinic = factory.SubFactory(ClinicFactory)
    laboratory = factory.SubFactory(LaboratoryFactory, clinic=factory.SelfAttribute("..clinic"))
    source = LabReport.Source.FILE
    raw = "platelets;38;10*9/L"
    received_at = NOW


class ResultFactory(factory.django.DjangoModelFactory):
    """A final platelet count of 38 x10^9/L, drawn on `collected_at`."""

    class Meta:
        model = LabResult

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    report = factory.SubFactory(ReportFactory, clinic=factory.SelfAttribute("..clinic"))
    laboratory = factory.SelfAttribute("report.laboratory")
    identity = factory.LazyFunction(uuid4)
    fingerprint = factory.LazyFunction(uuid4)
    status = LabResult.Status.FINAL
    analyte = "platelets"
    code = "PLT"
    reported = "38"
    value = 38
    unit = "10*9/L"
    system = "si"
    graded_value = factory.SelfAttribute("value")
    si_value = factory.SelfAttribute("value")
    collected_at = NOW
    collected_on = factory.LazyAttribute(lambda row: row.patient.clinic.local_date(row.collected_at))
    received_at = factory.SelfAttribute("collected_at")


class AlertFactory(factory.django.DjangoModelFactory):
    """A same-day alert about low counts, raised at `opened_at`."""

    class Meta:
        model = Alert

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    rule = "cytopenia"
    rule_version = "1.0"
    direction = "low"
    tier = Alert.Tier.SAME_DAY
    sentence = "Platelets 38 x10^9/L: below 50; told the same day."
    context = "Week 5, next count planned Wed 13 Mar 2024."
    opened_at = NOW
    raised_at = factory.SelfAttribute("opened_at")
    answer_by = factory.SelfAttribute("opened_at")


class FindingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AlertFinding

    alert = factory.SubFactory(AlertFactory)
    clinic = factory.SelfAttribute("alert.clinic")
    rule = "urgency"
    rule_version = "1.0"
    result = factory.SubFactory(ResultFactory, patient=factory.SelfAttribute("..alert.patient"))
    tier = factory.SelfAttribute("alert.tier")
    sentence = factory.SelfAttribute("alert.sentence")
    found_at = factory.SelfAttribute("alert.opened_at")


class HeldBackFactory(factory.django.DjangoModelFactory):
    """A row of a patient nobody knows."""

    class Meta:
        model = QuarantineItem

    clinic = factory.SubFactory(ClinicFactory)
    report = factory.SubFactory(ReportFactory, clinic=factory.SelfAttribute("..clinic"))
    laboratory = factory.SelfAttribute("report.laboratory")
    fingerprint = factory.LazyFunction(uuid4)
    position = "row 17"
    problem = QuarantineItem.Problem.PATIENT_UNKNOWN
    reason = "There is no patient with MRN X1."
    remedy = "Choose the patient."
    row = factory.LazyFunction(lambda: {"mrn": "X1", "analyte": "platelets", "value": "15", "unit": "10*9/L"})
    due_on = factory.LazyFunction(lambda: NOW.date())
    received_at = NOW
