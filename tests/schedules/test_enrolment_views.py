from datetime import date

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import Role
from patients.models import Contact, Patient
from schedules.actions import load_packaged_protocol
from tests.factories import MembershipFactory, PatientFactory

pytestmark = pytest.mark.django_db

ENROL = reverse("schedules:enrol")
ENTERED = {
    "mrn": "A1",
    "family_name": "Prueba",
    "given_name": "Ana",
    "birth_date": "1961-03-03",
    "sex": "female",
    "indication": "pheochromocytoma",
    "secreting": "on",
    "phone": "600 000 000",
    "language": "es",
    "state": "given",
    "kind": "therapeutic",
    "started_on": "2026-11-01",
    "activity": "18.5",
    "activity_unit": "GBq",
    "weight_kg": "70",
    "product": "iobenguane I-131 (131I-MIBG)",
    "imaging_interval": "6",
    "annual_interval": "12",
    "late_imaging_interval": "12",
}


@pytest.fixture
def clinician(client, time_machine):
    time_machine.move_to("2026-11-20 12:00 +0000", tick=False)
    load_packaged_protocol(by=None)
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


def enrol(client, step, **changed):
    return client.post(ENROL, ENTERED | changed | {"step": step})


def rows_stored():
    """How many rows each table holds, history of rows and events included; sessions apart."""
    tables = [model for model in apps.get_models() if model._meta.managed and model._meta.app_label != "sessions"]
    return {model._meta.label: model._default_manager.count() for model in tables}


def test_preview_shows_the_whole_timeline_and_saves_nothing(client, clinician):
    before = rows_stored()

    seen = enrol(client, "preview").context["preview"]

    assert (seen.stored, seen.visits, seen.scans, seen.before_enrolment) == (47, 36, 11, 2)
    assert seen.plan.rows[0].visit.timepoint == "W1"
    assert seen.plan.continues == "continues every 12 months"
    assert rows_stored() == before


def test_button_says_what_it_saves_and_saving_does_it(client, clinician):
    assert "Enrol and store 47 timepoints" in enrol(client, "preview").content.decode()

    response = enrol(client, "save")

    patient = Patient.objects.get()
    assert response.url == reverse("schedules:patient", args=[patient.pk])
    assert patient.planned_visits.count() == 47
    assert patient.plans.get().markers == ["metanephrines", "chromogranin_a"]
    assert patient.treatments.get().activity_mbq == 18500
    contact = Contact.objects.get()
    assert (contact.relation, contact.phone, contact.language) == ("self", "600 000 000", "es")


def test_preview_carries_the_form_to_the_save(client, clinician):
    form = enrol(client, "preview", imaging_interval="11", followed_from="2026-11-01").context["form"]
    hidden = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in hidden.items() if value not in (None, False)}

    client.post(ENROL, sent | {"step": "save"})

    plan = Patient.objects.get().plans.get()
    assert (plan.imaging_interval, plan.followed_from, plan.patient.secreting) == (11, date(2026, 11, 1), True)


def test_preview_warns_of_long_gaps(client, clinician):
    seen = enrol(client, "preview", imaging_interval="11").context["preview"]

    assert seen.warnings == [
        "Imaging every 11 months leaves 13 months without a scan, more than 12: month 47 to month 60.",
        "Imaging every 11 months puts scans on months without a visit: 14, 25, 47.",
    ]


def test_going_back_keeps_what_was_entered(client, clinician):
    response = enrol(client, "edit", family_name="Otra")

    assert response.status_code == 200
    assert response.context["form"]["family_name"].value() == "Otra"
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    ("value", "unit", "mbq"), [("18.5", "GBq", "18500.0"), ("500", "mCi", "18500.0"), ("18500", "MBq", "18500.0")]
)
def test_activity_is_stored_in_mbq_whatever_the_unit(client, clinician, value, unit, mbq):
    enrol(client, "save", activity=value, activity_unit=unit)

    assert str(Patient.objects.get().treatments.get().activity_mbq) == mbq


def test_planned_treatment_is_enrolled_without_a_plan(client, clinician):
    planned = {"state": "planned", "started_on": "2026-12-10", "activity": "", "weight_kg": ""}

    assert "Enrol without a plan" in enrol(client, "preview", **planned).content.decode()
    enrol(client, "save", **planned)

    patient = Patient.objects.get()
    assert (patient.plans.count(), patient.treatments.get().state) == (0, "planned")


@pytest.mark.parametrize("step", ["preview", "save"])
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"mrn": ""}, "mrn"),
        ({"mrn": "TAKEN"}, "mrn"),
        ({"birth_date": "2027-01-01"}, "birth_date"),
        ({"birth_date": "03/04/1961"}, "birth_date"),
        ({"indication": "measles"}, "indication"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"started_on": "2026-11-21"}, "started_on"),
        ({"started_on": "1950-01-01"}, "started_on"),
        ({"product": "I-125"}, "product"),
        ({"activity": "0"}, "activity"),
        ({"activity": "1850"}, "override_reason"),
        ({"weight_kg": "2"}, "override_reason"),
        ({"imaging_interval": "5"}, "imaging_interval"),
        ({"annual_interval": "24"}, "annual_reason"),
        ({"late_imaging_interval": "24"}, "late_imaging_reason"),
        ({"responsible_clinician": "01a20478-6da2-7d08-b055-d9928a019c35"}, "responsible_clinician"),
    ],
)
def test_refusal_stands_at_its_field_and_nothing_is_saved(client, clinician, changed, field, step):
    PatientFactory(clinic=clinician.clinic, mrn="TAKEN")

    response = enrol(client, step, **changed)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Patient.objects.count() == 1


def test_unusual_activity_is_recorded_with_a_reason(client, clinician):
    enrol(client, "save", activity="100", activity_unit="MBq", override_reason="Stopped after a reaction")

    assert Patient.objects.get().treatments.get().override_reason == "Stopped after a reaction"


@pytest.mark.parametrize("interval", ["annual_interval", "late_imaging_interval"])
def test_24_months_are_a_clinicians_choice(client, clinician, interval):
    coordinator = MembershipFactory(clinic=clinician.clinic, role=Role.COORDINATOR)
    client.force_login(coordinator.staff)
    reasons = {"annual_reason": "Stable", "late_imaging_reason": "Stable"}

    response = enrol(client, "save", **{interval: "24"}, **reasons)

    assert list(response.context["form"].errors) == [interval]
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_those_who_do_not_record_cannot_enrol(client, clinician, role):
    client.force_login(MembershipFactory(clinic=clinician.clinic, role=role).staff)

    assert enrol(client, "save").status_code == 403
    assert Patient.objects.count() == 0
