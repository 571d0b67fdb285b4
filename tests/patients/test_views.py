from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from patients.actions import search_name
from patients.models import Patient
from patients.names import typed_date
from schedules.pages.patient_list import PAGE
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, StaffFactory, enrolled

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
LIST = reverse("patients:list")


@pytest.fixture
def clinician(client, time_machine):
    time_machine.move_to("2026-11-20 12:00 +0000", tick=False)
    member = MembershipFactory()
    client.force_login(member.staff)
    client.get(LIST)  # the first page after sign-in notes the time in the session
    return member


def named(clinic, *names, **fields):
    for name in names:
        family, given = name.split(", ")
        PatientFactory(
            clinic=clinic, family_name=family, given_name=given, search_name=search_name(family, given), **fields
        )


def listed(client, **filters):
    rows = client.get(LIST, filters).context["rows"]
    return [f"{row.patient.family_name}, {row.patient.given_name}" for row in rows]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("garcía", ["García Luz, Ana"]),
        ("luz ana", ["García Luz, Ana"]),
        ("ana gar", ["García Luz, Ana"]),
        ("GARCIA", ["García Luz, Ana"]),
        ("arcia", []),
        ("ana", ["Brun, Ana", "García Luz, Ana"]),
        ("M7", ["O'Neil, Søren"]),
        ("m70", ["O'Neil, Søren"]),
        ("0010", []),
        ("1961-03-03", ["Brun, Ana"]),
        ("3 Mar 1961", ["Brun, Ana"]),
        ("3 march 1961", ["Brun, Ana"]),
        ("31 Feb 1961", []),
        ("' | !", ["Brun, Ana", "García Luz, Ana", "O'Neil, Søren"]),
        ("", ["Brun, Ana", "García Luz, Ana", "O'Neil, Søren"]),
    ],
)
def test_search_finds_names_numbers_and_birth_dates(client, clinician, q, found):
    named(clinician.clinic, "García Luz, Ana", birth_date=date(2001, 1, 2), mrn="A1")
    named(clinician.clinic, "Brun, Ana", birth_date=date(1961, 3, 3), mrn="A2")
    named(clinician.clinic, "O'Neil, Søren", birth_date=date(1970, 1, 1), mrn="M70010")

    assert listed(client, q=q) == found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1961-03-03", date(1961, 3, 3)),
        ("19610303", None),
        ("3 Mar 1961", date(1961, 3, 3)),
        ("3. March 1961", date(1961, 3, 3)),
        ("03/04/1961", None),
        ("3 Foo 1961", None),
        ("30 Feb 1961", None),
        ("Mar 1961", None),
    ],
)
def test_typed_date_never_guesses(text, day):
    assert typed_date(text) == day


@pytest.mark.parametrize(
    ("treated_on", "phase"),
    [
        (TODAY, "weeks"),
        (date(2026, 9, 21), "weeks"),
        (date(2026, 9, 20), "months"),
        (date(2025, 11, 21), "months"),
        (date(2025, 11, 20), "quarters"),
        (date(2021, 11, 21), "quarters"),
        (date(2021, 11, 20), "years"),
        (date(2001, 1, 1), "years"),
        (None, "none"),
    ],
)
def test_phase_follows_from_the_latest_treatment(client, clinician, treated_on, phase):
    if treated_on:
        enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=treated_on, today=TODAY)
    else:
        PatientFactory(clinic=clinician.clinic)

    phases = ["weeks", "months", "quarters", "years", "none"]

    assert [key for key in phases if listed(client, phase=key)] == [phase]


def test_filters_narrow_together(client, clinician):
    other = MembershipFactory(clinic=clinician.clinic).staff
    named(clinician.clinic, "A, A", indication="neuroblastoma", responsible_clinician=clinician.staff)
    named(clinician.clinic, "B, B", indication="neuroblastoma", responsible_clinician=other)
    named(clinician.clinic, "C, C", indication="other", responsible_clinician=other)

    assert listed(client, indication="neuroblastoma") == ["A, A", "B, B"]
    assert listed(client, clinician=other.pk) == ["B, B", "C, C"]
    assert listed(client, clinician=other.pk, indication="neuroblastoma", q="b") == ["B, B"]


def test_closed_records_are_listed_when_asked_for(client, clinician):
    named(clinician.clinic, "A, Active")
    named(clinician.clinic, "B, Wrong", status=Patient.Status.ENTERED_IN_ERROR)

    assert listed(client) == ["A, Active"]
    assert listed(client, status="entered_in_error") == ["B, Wrong"]
    assert listed(client, status="all") == ["A, Active", "B, Wrong"]


def test_unknown_filter_is_told_at_its_field_and_left_out(client, clinician):
    named(clinician.clinic, "A, A")

    response = client.get(LIST, {"indication": "measles", "clinician": StaffFactory().pk, "after": "nonsense"})

    assert sorted(response.context["form"].errors) == ["clinician", "indication"]
    assert len(response.context["rows"]) == 1


def test_pages_show_every_patient_once_in_order_namesakes_included(client, clinician):
    PatientFactory.create_batch(PAGE + 7, clinic=clinician.clinic)
    named(clinician.clinic, "Alba, Ana", "Zuil, Ana")
    named(ClinicFactory(), "Foreign, Ana")

    url, pages = LIST, []
    while url:
        context = client.get(url).context
        pages.append([row.patient for row in context["rows"]])
        url = context["next_url"]

    assert [len(page) for page in pages] == [PAGE, 9]
    assert [*pages[0], *pages[1]] == list(Patient.objects.filter(clinic=clinician.clinic).order_by("search_name", "id"))


def test_next_page_keeps_the_filters(client, clinician):
    PatientFactory.create_batch(PAGE + 1, clinic=clinician.clinic, indication="other")

    url = client.get(LIST, {"indication": "other"}).context["next_url"]

    assert url.startswith(f"{LIST}?indication=other&after=")


def test_row_shows_treatment_next_and_overdue(client, clinician):
    plan = enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=date(2026, 10, 23), today=TODAY)

    (row,) = client.get(LIST).context["rows"]

    assert (row.patient.treated_on, row.patient.overdue) == (date(2026, 10, 23), 3)
    assert row.next_visit == plan.visits.get(timepoint="W4")


@pytest.mark.parametrize("patients", [1, 100])
def test_list_takes_the_same_queries_for_any_number(client, clinician, patients, django_assert_num_queries):
    enrolled(
        by=clinician.staff, clinic=clinician.clinic, started_on=date(2026, 10, 23), today=TODAY, family_name="Alba"
    )
    PatientFactory.create_batch(patients - 1, clinic=clinician.clinic, responsible_clinician=clinician.staff)

    with django_assert_num_queries(
        7
    ):  # session, person, memberships, open alerts, clinicians to choose from, list, next visits
        client.get(LIST)


def test_empty_clinic_says_what_to_do_first(client, clinician):
    assert "No patients yet" in client.get(LIST).content.decode()
    assert "No patient matches" not in client.get(LIST).content.decode()


def test_search_without_a_match_says_so(client, clinician):
    PatientFactory(clinic=clinician.clinic)

    assert "No patient matches" in client.get(LIST, {"q": "nobody"}).content.decode()


@pytest.mark.parametrize(("role", "offered"), [(Role.COORDINATOR, True), (Role.AUDITOR, False)])
def test_enrolment_is_offered_to_those_who_may(client, role, offered):
    client.force_login(MembershipFactory(role=role).staff)

    assert ("Enrol patient" in client.get(LIST).content.decode()) is offered


IDENTITY = {
    "mrn": "A1",
    "family_name": "Prueba",
    "given_name": "Ana",
    "birth_date": "1961-03-03",
    "sex": "female",
    "indication": "pheochromocytoma",
}
REACHED = {"relation": "mother", "name": "Luz Prueba", "phone": "600 000 000", "language": "es", "order": "1"}


@pytest.fixture
def patient(clinician):
    return PatientFactory(clinic=clinician.clinic, mrn="A1", search_name="prueba ana")


def send(client, page, /, *args, **data):
    return client.post(reverse(f"patients:{page}", args=args), data)


def test_edit_shows_what_is_known(client, patient):
    form = client.get(reverse("patients:edit", args=[patient.pk])).context["form"]

    assert {name: str(form[name].value()) for name in IDENTITY} == IDENTITY


def test_change_of_identity_asks_for_a_reason_at_its_field(client, patient):
    refused = send(client, "edit", patient.pk, **IDENTITY | {"family_name": "Nueva"})
    saved = send(client, "edit", patient.pk, **IDENTITY | {"family_name": "Nueva", "reason": "Married"})

    patient.refresh_from_db()
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    assert (saved.status_code, patient.family_name, patient.search_name) == (302, "Nueva", "nueva ana")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"mrn": "TAKEN", "reason": "Typing error"}, "mrn"),
        ({"birth_date": "03/04/1961"}, "birth_date"),
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"indication": ""}, "indication"),
    ],
)
def test_refused_details_stand_at_their_field(client, patient, changed, field):
    PatientFactory(clinic=patient.clinic, mrn="TAKEN")

    response = send(client, "edit", patient.pk, **IDENTITY | changed)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_saving_without_a_change_says_so_and_writes_no_event(client, patient):
    response = send(client, "edit", patient.pk, **IDENTITY)

    said = [str(message) for message in client.get(response.url).context["messages"]]
    assert (said, patient.events.count()) == (["Nothing was changed."], 0)


def test_contact_is_added_changed_removed_and_each_can_be_undone(client, patient):
    send(client, "add_contact", patient.pk, **REACHED)
    contact = patient.contacts.get()
    send(client, "change_contact", contact.pk, **REACHED | {"phone": "700"})
    send(client, "remove_contact", contact.pk)

    def stands():
        contact.refresh_from_db()
        return contact.phone, contact.is_active

    assert stands() == ("700", False)
    for expected in (("700", True), ("600 000 000", True), ("600 000 000", False)):
        event = patient.events.filter(undoes=None, undone_by=None).latest("at")
        client.post(reverse("schedules:undo", args=[event.pk]))
        assert stands() == expected


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": ""}, "name"), ({"phone": ""}, "phone"), ({"email": "nobody"}, "email"), ({"order": "0"}, "order")],
)
def test_refused_contact_stands_at_its_field(client, patient, changed, field):
    response = send(client, "add_contact", patient.pk, **REACHED | changed)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_care_team_of_a_phase_is_set_and_changed(client, patient):
    send(client, "care_team", patient.pk, "weeks", outside_team="North Practice")
    send(client, "care_team", patient.pk, "weeks", outside_team="North Practice", accepted_on="2026-11-01")

    team = patient.care_teams.get()
    assert (team.outside_team, team.accepted_on, team.is_ours) == ("North Practice", date(2026, 11, 1), False)


def test_care_team_cannot_be_both_ours_and_outside(client, clinician, patient):
    response = send(client, "care_team", patient.pk, "weeks", staff=clinician.staff_id, outside_team="North")

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["outside_team"])


def test_care_team_of_an_unknown_phase_is_404(client, patient):
    assert send(client, "care_team", patient.pk, "decades").status_code == 404


@pytest.mark.parametrize(("role", "elsewhere", "status"), [(Role.AUDITOR, False, 403), (Role.CLINICIAN, True, 404)])
@pytest.mark.parametrize("name", ["edit", "add_contact", "care_team"])
def test_auditor_cannot_write_and_a_foreign_patient_is_404(client, patient, name, role, elsewhere, status):
    clinic = ClinicFactory() if elsewhere else patient.clinic
    client.force_login(MembershipFactory(clinic=clinic, role=role).staff)

    arguments = [patient.pk, "weeks"] if name == "care_team" else [patient.pk]

    assert send(client, name, *arguments).status_code == status
