"""The pages on which a date or a plan's choices are changed: looked at first, made only as looked at."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from events.models import Event
from patients.actions import update_patient
from schedules.actions import book_visits
from schedules.models import Plan
from tests.factories import MembershipFactory, enrolled, visit_of
from tests.snapshot import everything

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
REDATE = {"started_on": "2026-11-03", "reason": "Misread."}
CHOICES = {"imaging_interval": "9", "annual_interval": "12", "late_imaging_interval": "12"}


@pytest.fixture
def clinician(client, time_machine):
    time_machine.move_to("2026-11-20 12:00 +0000", tick=False)
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


@pytest.fixture
def plan(clinician):
    return enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=date(2026, 11, 1), today=TODAY)


def redate_url(plan):
    return reverse("schedules:redate_treatment", args=[plan.treatment_id])


def change_url(plan):
    return reverse("schedules:change_plan", args=[plan.pk])


def test_date_is_shown_before_it_is_saved(client, plan):
    before = everything()

    page = client.post(redate_url(plan), REDATE)

    assert everything() == before
    text = page.content.decode()
    assert "Nothing is saved yet" in text
    assert "Week 4" in text
    assert "+2 days" in text


def test_date_is_saved_as_it_was_looked_at_and_undone_by_a_click(client, plan):
    seen = client.post(redate_url(plan), REDATE).context["difference"].fingerprint

    saved = client.post(redate_url(plan), REDATE | {"step": "save", "seen": seen}, follow=True)

    plan.refresh_from_db()
    assert plan.anchor == date(2026, 11, 3)
    undo_url = reverse("schedules:undo", args=[Event.objects.get(kind="treatment.redated").pk])
    assert undo_url in saved.content.decode()
    client.post(undo_url)
    plan.refresh_from_db()
    assert plan.anchor == date(2026, 11, 1)


def test_what_changed_since_the_look_is_shown_again_instead_of_saved(client, clinician, plan):
    seen = client.post(redate_url(plan), REDATE).context["difference"].fingerprint
    visit = visit_of(plan, "W4")
    book_visits(visits=[visit], on=visit.target, by=clinician.staff, today=TODAY, reason="Only day.")

    again = client.post(redate_url(plan), REDATE | {"step": "save", "seen": seen})

    assert again.status_code == 409
    assert "The plan changed since you looked" in again.content.decode()
    assert not Event.objects.filter(kind="treatment.redated").exists()


def test_refusal_stands_at_its_field(client, plan):
    page = client.post(redate_url(plan), REDATE | {"started_on": "2026-11-01"})

    assert page.status_code == 422
    assert page.context["form"].errors["started_on"] == ["That is the date of the treatment already."]


def test_entered_values_can_be_changed_after_the_look(client, plan):
    page = client.post(redate_url(plan), REDATE | {"step": "edit"})

    assert "Show what changes" in page.content.decode()
    assert page.context["form"]["started_on"].value() == "2026-11-03"


def test_interval_is_changed_with_its_warnings_shown(client, plan):
    page = client.post(change_url(plan), CHOICES | {"imaging_interval": "11"})
    assert "Imaging every 11 months leaves 13 months without a scan" in page.content.decode()

    seen = page.context["difference"].fingerprint
    client.post(change_url(plan), CHOICES | {"imaging_interval": "11", "step": "save", "seen": seen})

    assert Plan.objects.get(pk=plan.pk).imaging_interval == 11


def test_coordinator_is_not_offered_a_clinicians_choices(client, clinician, plan):
    client.force_login(MembershipFactory(clinic=clinician.clinic, role=Role.COORDINATOR).staff)

    form = client.get(change_url(plan)).context["form"]

    assert sorted(form.fields) == ["imaging_interval", "markers", "reason"]
    seen = client.post(change_url(plan), {"imaging_interval": "9"}).context["difference"].fingerprint
    client.post(change_url(plan), {"imaging_interval": "9", "step": "save", "seen": seen})
    assert Plan.objects.get(pk=plan.pk).imaging_interval == 9


def test_changed_indication_offers_its_markers_and_changes_nothing_by_itself(client, clinician, plan):
    page = reverse("schedules:patient", args=[plan.patient_id])
    offered = f"{change_url(plan)}?markers=indication"
    assert offered not in client.get(page).content.decode()

    update_patient(patient=plan.patient, fields={"secreting": True}, reason="Raised.", by=clinician.staff, today=TODAY)

    assert Plan.objects.get(pk=plan.pk).markers == []
    assert offered in client.get(page).content.decode()
    assert client.get(offered).context["form"]["markers"].value() == ["metanephrines", "chromogranin_a"]


def test_offer_of_markers_ends_once_they_are_chosen(client, clinician, plan):
    update_patient(patient=plan.patient, fields={"secreting": True}, reason="Raised.", by=clinician.staff, today=TODAY)
    chosen = CHOICES | {"imaging_interval": "6", "markers": ["metanephrines"]}

    seen = client.post(change_url(plan), chosen).context["difference"].fingerprint
    client.post(change_url(plan), chosen | {"step": "save", "seen": seen})

    assert Plan.objects.get(pk=plan.pk).markers == ["metanephrines"]
    page = client.get(reverse("schedules:patient", args=[plan.patient_id])).content.decode()
    assert f"{change_url(plan)}?markers=indication" not in page
