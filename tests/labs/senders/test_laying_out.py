import pytest
from django.utils import timezone

from events.models import Event
from events.undo import undo
from labs.models import Laboratory
from labs.senders import lay_out_laboratory
from tests.factories import ClinicFactory, MembershipFactory


@pytest.mark.django_db
def test_laboratory_of_a_known_sender_gets_its_codes_and_units():
    clinic = ClinicFactory()
    laboratory = lay_out_laboratory(clinic=clinic, name="CDISC pilot central laboratory", by=None)
    assert laboratory.codes.get(code="PLAT").analyte == "platelets"
    assert laboratory.units.get(spelling="THOU/uL").unit == "10*3/uL"
    assert laboratory.codes.count() == 46
    event = Event.objects.get()
    assert (event.kind, event.by, event.facts["codes"]) == ("laboratory.added", None, 46)


@pytest.mark.django_db
def test_laboratory_nobody_knows_is_entered_without_codes():
    laboratory = lay_out_laboratory(clinic=ClinicFactory(), name=" North \n lab ", by=None)
    assert (laboratory.name, laboratory.codes.count()) == ("North lab", 0)


@pytest.mark.django_db
def test_laboratory_is_laid_out_once_whatever_its_case():
    clinic = ClinicFactory()
    first = lay_out_laboratory(clinic=clinic, name="North", by=None)
    assert lay_out_laboratory(clinic=clinic, name="NORTH", by=None) == first
    assert lay_out_laboratory(clinic=ClinicFactory(), name="North", by=None) != first
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_name_longer_than_a_name_can_be_is_cut():
    assert lay_out_laboratory(clinic=ClinicFactory(), name="N" * 300, by=None).name == "N" * 200


@pytest.mark.django_db
def test_undone_laboratory_is_retired():
    member = MembershipFactory()
    lay_out_laboratory(clinic=member.clinic, name="North", by=member.staff)
    undo(event=Event.objects.get(), by=member.staff, now=timezone.now())
    assert not Laboratory.objects.get().is_active
