"""Results on their way into a record that is closed at the same time: what came first goes where the record goes."""

from datetime import date

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Clinic, Staff
from labs.models import Alert, LabResult
from patients.models import Patient
from schedules.actions import merge_patients
from tests.at_once import while_open
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.arrivals import arrive

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

DAY = date(2024, 3, 5)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ClinicFactory()


@pytest.fixture
def clinician(clinic: Clinic) -> Staff:
    return MembershipFactory(clinic=clinic).staff


def test_result_that_arrives_during_a_merge_goes_with_the_duplicate(clinic: Clinic, clinician: Staff) -> None:
    duplicate, into = PatientFactory(clinic=clinic, mrn="TWICE"), PatientFactory(clinic=clinic, mrn="ONCE")
    read = Patient.objects.get(pk=duplicate.pk)

    merged = while_open(
        lambda: arrive(duplicate, DAY, platelets="8"),
        lambda: merge_patients(
            duplicate=read, into=into, reason="The same person.", by=clinician, today=timezone.now().date()
        ),
    )

    assert merged.result() == into
    assert list(LabResult.objects.values_list("patient", "reported")) == [(into.pk, "8")]
    assert list(Alert.objects.unresolved().values_list("patient", "tier")) == [(into.pk, "immediate")]
