"""Who leaves a clinic with open work hands it over, all of it at once."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.actions import change_role, deactivate_staff
from accounts.models import Cover, LadderStep, Role
from events.models import Event
from iotrex_followup.errors import InputRefused, TransitionRefused
from labs.models import Alert, QuarantineItem
from patients.actions import set_care_team
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory, HeldBackFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def administrator(clinic):
    return MembershipFactory(clinic=clinic, role=Role.ADMINISTRATOR).staff


@pytest.fixture
def leaving(clinic):
    return MembershipFactory(clinic=clinic, staff__name="Old")


@pytest.fixture
def successor(clinic):
    return MembershipFactory(clinic=clinic, staff__name="New").staff


@pytest.fixture
def work(clinic, leaving, administrator):
    """One of everything a person can have open."""
    person = leaving.staff
    patient = PatientFactory(clinic=clinic, responsible_clinician=person)
    set_care_team(patient=patient, phase="weeks", fields={"staff": person}, by=person)
    AlertFactory(patient=patient, owner=person)
    AlertFactory(patient=patient, owner=person, rule="thyroid", state="resolved", resolved_at=NOW)
    HeldBackFactory(clinic=clinic, owner=person)
    LadderStep.objects.create(clinic=clinic, step=1, staff=person)
    away = MembershipFactory(clinic=clinic).staff
    Cover.objects.create(clinic=clinic, staff=away, substitute=person, starts_on=TODAY, ends_on=TODAY)
    Cover.objects.create(
        clinic=clinic, staff=away, substitute=person, starts_on=date(2024, 3, 1), ends_on=date(2024, 3, 5)
    )
    return patient


OPEN = [
    "1 patient they are responsible for",
    "1 care team they are named in",
    "1 alert they have",
    "1 held-back row they have",
    "1 step of the ladder they stand on",
    "1 absence of a colleague they stand in for",
]


def test_person_with_open_work_is_not_deactivated_before_somebody_takes_it(leaving, work, administrator):
    with pytest.raises(TransitionRefused) as refused:
        deactivate_staff(membership=leaving, by=administrator, today=TODAY)

    assert refused.value.message == f"Old has open work: {'; '.join(OPEN)}. Choose who takes it over."
    leaving.refresh_from_db()
    assert leaving.is_active


def test_successor_gets_everything_in_one_step(clinic, leaving, work, administrator, successor):
    deactivate_staff(membership=leaving, by=administrator, today=TODAY, reassign_to=successor)

    work.refresh_from_db()
    leaving.refresh_from_db()
    assert not leaving.is_active
    assert (work.responsible_clinician, work.care_teams.get().staff) == (successor, successor)
    assert set(Alert.objects.values_list("state", "owner__name")) == {("open", "New"), ("resolved", "Old")}
    assert clinic.ladder.get().staff == successor
    assert list(clinic.covers.order_by("starts_on").values_list("substitute__name", flat=True)) == ["Old", "New"]
    kinds = Event.objects.filter(by=administrator).values_list("kind", flat=True)
    assert set(kinds) == {
        *("patient.reassigned", "care_team.set", "alert.handed_over", "quarantine.claimed"),
        *("ladder.removed", "ladder.added", "cover.added"),
    }


def test_nobody_stands_in_for_themselves_afterwards(clinic, leaving, work, administrator):
    away = Cover.objects.latest("starts_on").staff

    deactivate_staff(membership=leaving, by=administrator, today=TODAY, reassign_to=away)

    assert Cover.objects.get(starts_on=TODAY).withdrawn


@pytest.mark.parametrize("who", ["coordinator", "stranger", "themselves", "left"])
def test_successor_must_work_here_and_be_able_to_do_it_all(clinic, leaving, work, administrator, who):
    others = {
        "coordinator": lambda: MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff,
        "stranger": lambda: MembershipFactory().staff,
        "themselves": lambda: leaving.staff,
        "left": lambda: MembershipFactory(clinic=clinic, is_active=False).staff,
    }

    with pytest.raises(InputRefused) as refused:
        deactivate_staff(membership=leaving, by=administrator, today=TODAY, reassign_to=others[who]())

    assert refused.value.field == "reassign_to"
    leaving.refresh_from_db()
    work.refresh_from_db()
    assert (leaving.is_active, work.responsible_clinician) == (True, leaving.staff)


def test_work_in_another_clinic_stays(leaving, administrator):
    elsewhere = PatientFactory(responsible_clinician=leaving.staff)

    deactivate_staff(membership=leaving, by=administrator, today=TODAY)

    elsewhere.refresh_from_db()
    assert elsewhere.responsible_clinician == leaving.staff


# Another role

DECIDED = [OPEN[0], OPEN[1], OPEN[4], OPEN[5]]


@pytest.mark.parametrize(
    ("role", "left"), [(Role.AUDITOR, OPEN), (Role.ADMINISTRATOR, OPEN), (Role.COORDINATOR, DECIDED)]
)
def test_role_that_may_not_do_what_is_open_is_refused_before_it_is_taken(leaving, work, administrator, role, left):
    with pytest.raises(TransitionRefused) as refused:
        change_role(membership=leaving, role=role, by=administrator, today=TODAY)

    assert refused.value.message == f"Old has open work: {'; '.join(left)}. Choose who takes it over."
    leaving.refresh_from_db()
    assert leaving.role == Role.CLINICIAN


def test_who_becomes_auditor_hands_over_everything(clinic, leaving, work, administrator, successor):
    change_role(membership=leaving, role=Role.AUDITOR, by=administrator, today=TODAY, reassign_to=successor)

    work.refresh_from_db()
    leaving.refresh_from_db()
    assert (leaving.role, leaving.is_active) == (Role.AUDITOR, True)
    assert (work.responsible_clinician, work.care_teams.get().staff) == (successor, successor)
    assert Alert.objects.get(state="open").owner == successor
    assert clinic.ladder.get().staff == successor
    assert Event.objects.get(kind="alert.handed_over").reason == "Old is now auditor"


def test_who_becomes_coordinator_keeps_alerts_and_held_back_rows(clinic, leaving, work, administrator, successor):
    change_role(membership=leaving, role=Role.COORDINATOR, by=administrator, today=TODAY, reassign_to=successor)

    work.refresh_from_db()
    assert (work.responsible_clinician, clinic.ladder.get().staff) == (successor, successor)
    assert Alert.objects.get(state="open").owner == QuarantineItem.objects.get().owner == leaving.staff


def test_role_that_may_do_all_of_it_is_changed_at_once(clinic, administrator):
    coordinator = MembershipFactory(clinic=clinic, role=Role.COORDINATOR)
    AlertFactory(patient=PatientFactory(clinic=clinic), owner=coordinator.staff)
    away = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff
    Cover.objects.create(clinic=clinic, staff=away, substitute=coordinator.staff, starts_on=TODAY, ends_on=TODAY)

    for role in (Role.COORDINATOR, Role.CLINICIAN):
        change_role(membership=coordinator, role=role, by=administrator, today=TODAY)

    coordinator.refresh_from_db()
    assert (coordinator.role, Alert.objects.get().owner) == (Role.CLINICIAN, coordinator.staff)


def test_successor_of_who_changes_role_must_be_able_to_do_it_all(clinic, leaving, work, administrator):
    desk = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff

    with pytest.raises(InputRefused) as refused:
        change_role(membership=leaving, role=Role.AUDITOR, by=administrator, today=TODAY, reassign_to=desk)

    assert refused.value.field == "reassign_to"
    leaving.refresh_from_db()
    assert leaving.role == Role.CLINICIAN


def test_page_of_another_role_counts_the_open_work_and_asks_who_takes_it(
    client, leaving, work, administrator, successor
):
    client.force_login(administrator)
    address = reverse("accounts:change_role", args=[leaving.pk])

    asked = client.post(address, {"role": "auditor"})
    page = asked.content.decode()
    refused = client.post(address, {"role": "auditor", "reassign_to": ""})
    changed = client.post(address, {"role": "auditor", "reassign_to": successor.pk})

    assert (asked.status_code, "Choose who takes it over" in page) == (200, False)
    assert (refused.status_code, "Choose who takes it over" in refused.content.decode()) == (422, True)
    assert '<input type="hidden" name="role" value="auditor">' in page
    assert [what in page for what in OPEN] == [True] * 5 + [False]  # the cover of today's real date has passed
    leaving.refresh_from_db()
    work.refresh_from_db()
    assert (changed.status_code, leaving.role, work.responsible_clinician) == (302, "auditor", successor)


def test_page_counts_the_open_work_and_asks_who_takes_it(client, leaving, work, administrator, successor):
    client.force_login(administrator)
    address = reverse("accounts:deactivate", args=[leaving.pk])

    page = client.get(address).content.decode()
    refused = client.post(address, {})
    client.post(address, {"reassign_to": successor.pk})

    # The cover of today's real date has passed.
    assert [what in page for what in OPEN] == [True] * 5 + [False]
    assert (refused.status_code, "Choose who takes it over" in refused.content.decode()) == (422, True)
    leaving.refresh_from_db()
    assert not leaving.is_active
