"""Valid minimal rows of imaging; what a test asserts on stands in the test."""

from datetime import date

import factory

from imaging.models import ImagingStudy, Lesion, ResponseAssessment, ScoreReading
from imaging.response.siopen import SIOPEN
from imaging.scoring.schemes import SCHEMES
from tests.factories import PatientFactory, StaffFactory


class StudyFactory(factory.django.DjangoModelFactory):
    """A planar I-123 MIBG scan of 6 March 2024."""

    class Meta:
        model = ImagingStudy

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    kind = "mibg_planar"
    imaged_on = date(2024, 3, 6)
    recorded_by = factory.SubFactory(StaffFactory)


class ReadingFactory(factory.django.DjangoModelFactory):
    """A reading by Curie without uptake but in the pelvis, which has 2; other values go by `given`."""

    class Meta:
        model = ScoreReading

    class Params:
        given = {"pelvis": 2}

    study = factory.SubFactory(StudyFactory)
    patient = factory.SelfAttribute("study.patient")
    clinic = factory.SelfAttribute("study.clinic")
    reader = factory.SubFactory(StaffFactory)
    scheme = "Curie"
    values = factory.LazyAttribute(lambda row: values_of(row.scheme, **row.given))
    total = factory.LazyAttribute(lambda row: sum(row.values.values()))
    read_on = factory.SelfAttribute("study.imaged_on")


class BaselineFactory(factory.django.DjangoModelFactory):
    """A baseline of 6 March 2024 without studies or lesions, not signed."""

    class Meta:
        model = ResponseAssessment

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    on = date(2024, 3, 6)
    opened_by = factory.SubFactory(StaffFactory)


class LesionFactory(factory.django.DjangoModelFactory):
    """A target lesion of the liver, of which nothing is told yet."""

    class Meta:
        model = Lesion

    baseline = factory.SubFactory(BaselineFactory)
    first_seen = factory.SelfAttribute("baseline")
    patient = factory.SelfAttribute("baseline.patient")
    clinic = factory.SelfAttribute("baseline.clinic")
    role = "target"
    name = factory.Sequence(lambda n: f"Liver {n}")
    organ = "liver"


def values_of(scheme: str = "Curie", **given: int) -> dict[str, int]:
    """Return a value for each region of a scheme, 0 where not given."""
    return {region.key: 0 for region in SCHEMES[scheme].regions} | given


MOST = {region.key: SIOPEN.worst for region in SIOPEN.regions}
