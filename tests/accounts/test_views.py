import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.authentication import ApiTokenAuthentication
from accounts.forms import SECTIONS, ClinicForm
from accounts.models import ApiToken, Membership, Role, Staff
from tests.accounts.factories import PASSWORD, ClinicFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    member = MembershipFactory(role=Role.ADMINISTRATOR)
    client.force_login(member.staff)
    return member


def words(response):
    """The messages the next page shows."""
    return [str(message) for message in response.context["messages"]]


def test_sign_in_with_e_mail_and_password_reaches_the_first_page(client):
    staff = MembershipFactory().staff

    response = client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})

    assert (response.status_code, response.url) == (302, "/")


def test_sign_up_is_closed(client):
    response = client.get(reverse("account_signup"))

    assert response.templates[0].name == "account/signup_closed.html"


def test_switch_clinic_makes_it_the_clinic_of_the_next_page(client):
    first = MembershipFactory(clinic__name="A")
    second = MembershipFactory(clinic__name="B", staff=first.staff)
    client.force_login(first.staff)

    client.post(reverse("accounts:switch_clinic"), {"clinic": second.clinic_id})

    assert client.get(reverse("accounts:profile")).wsgi_request.clinic == second.clinic


@pytest.mark.parametrize("clinic", ["foreign", "not-an-id", ""])
def test_switch_to_a_clinic_of_others_is_404(client, administrator, clinic):
    value = ClinicFactory().pk if clinic == "foreign" else clinic

    assert client.post(reverse("accounts:switch_clinic"), {"clinic": value}).status_code == 404


def test_staff_of_other_clinics_are_not_listed(client, administrator):
    colleague = MembershipFactory(clinic=administrator.clinic)
    MembershipFactory()

    listed = client.get(reverse("accounts:staff")).context["members"]

    assert {member for member, _ in listed} == {administrator, colleague}


@pytest.mark.parametrize("colleagues", [1, 3])
def test_staff_list_takes_the_same_queries_for_any_number(client, administrator, colleagues, django_assert_num_queries):
    MembershipFactory.create_batch(colleagues, clinic=administrator.clinic)

    client.get(reverse("accounts:staff"))  # the first page after sign-in notes the time in the session

    with django_assert_num_queries(6):  # session, person, memberships, list, failed messages, open alerts
        client.get(reverse("accounts:staff"))


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COORDINATOR, Role.AUDITOR])
def test_staff_page_is_for_administrators(client, role):
    client.force_login(MembershipFactory(role=role).staff)

    assert client.get(reverse("accounts:staff")).status_code == 403


def test_invitation_leads_to_a_password_and_a_sign_in(client, administrator, mailoutbox):
    entered = {"email": "New@example.org", "name": "Noor New", "role": "clinician"}
    client.post(reverse("accounts:invite"), entered)
    client.logout()
    link = re.search(r"http\S+", mailoutbox[0].body).group()

    form_url = client.get(link).url
    chosen = "quite a long password"
    client.post(form_url, {"password1": chosen, "password2": chosen})
    client.post(reverse("account_login"), {"login": "new@example.org", "password": chosen})

    assert (mailoutbox[0].subject, mailoutbox[0].to) == (
        f"Iotrex Follow-up: Invitation to {administrator.clinic.name}",
        ["new@example.org"],
    )
    assert client.get(reverse("accounts:profile")).wsgi_request.user == Staff.objects.get(name="Noor New")


def test_invitation_of_a_colleague_who_has_a_password_carries_no_link(client, administrator, mailoutbox):
    known = MembershipFactory().staff

    client.post(reverse("accounts:invite"), {"email": known.email, "name": "Other", "role": "auditor"})

    assert Membership.objects.filter(staff=known, clinic=administrator.clinic, role="auditor").count() == 1
    assert re.findall(r"http\S+", mailoutbox[0].body) == []


def test_invitation_of_somebody_already_here_is_a_mistake_of_the_form(client, administrator, mailoutbox):
    email = administrator.staff.email

    response = client.post(reverse("accounts:invite"), {"email": email, "name": "X", "role": "auditor"})

    assert (response.status_code, list(response.context["form"].errors), mailoutbox) == (422, ["email"], [])


def test_invitation_without_a_mail_server_stands_and_says_so(client, administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    entered = {"email": "new@example.org", "name": "Noor New", "role": "clinician"}
    response = client.post(reverse("accounts:invite"), entered, follow=True)

    assert words(response) == [
        "Noor New may work here now, but the e-mail could not be sent. Send it again later.",
    ]


def test_invite_again_sends_a_fresh_link(client, administrator, mailoutbox):
    member = MembershipFactory(clinic=administrator.clinic)

    client.post(reverse("accounts:invite_again", args=[member.pk]))

    assert mailoutbox[0].to == [member.staff.email]


def test_change_role_of_a_colleague(client, administrator):
    member = MembershipFactory(clinic=administrator.clinic)

    response = client.post(reverse("accounts:change_role", args=[member.pk]), {"role": "auditor"}, follow=True)

    member.refresh_from_db()
    assert (member.role, words(response)) == ("auditor", [f"{member.staff.name} is now auditor."])


def test_change_role_of_the_last_administrator_is_refused_in_words(client, administrator):
    address = reverse("accounts:change_role", args=[administrator.pk])

    response = client.post(
        address, {"role": "auditor"}, follow=True, headers={"referer": "http://testserver" + reverse("accounts:staff")}
    )

    administrator.refresh_from_db()
    assert (administrator.role, words(response)) == (
        "administrator",
        ["A clinic needs an administrator. Name another one first."],
    )


def test_refusal_of_an_htmx_request_is_a_409_into_the_messages(client, administrator):
    address = reverse("accounts:change_role", args=[administrator.pk])

    response = client.post(address, {"role": "auditor"}, headers={"hx-request": "true"})

    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (409, "#messages", "innerHTML")


def test_refusal_never_redirects_to_another_site(client, administrator):
    address = reverse("accounts:change_role", args=[administrator.pk])

    response = client.post(address, {"role": "auditor"}, headers={"referer": "https://elsewhere.example/"})

    assert response.url == "/"


@pytest.mark.parametrize("name", ["change_role", "deactivate", "reactivate", "invite_again"])
def test_members_of_other_clinics_are_404(client, administrator, name):
    member = MembershipFactory()

    assert client.post(reverse(f"accounts:{name}", args=[member.pk]), {"role": "auditor"}).status_code == 404


def test_deactivate_and_reactivate_a_colleague(client, administrator):
    member = MembershipFactory(clinic=administrator.clinic)

    client.post(reverse("accounts:deactivate", args=[member.pk]))
    member.refresh_from_db()
    after_deactivation = member.is_active
    client.post(reverse("accounts:reactivate", args=[member.pk]))
    member.refresh_from_db()

    assert (after_deactivation, member.is_active) == (False, True)


def test_profile_is_saved(client, administrator):
    client.post(reverse("accounts:profile"), {"name": "Dr Ada", "phone": "+44 20", "language": "es"})

    staff = Staff.objects.get(pk=administrator.staff_id)
    assert (staff.name, staff.phone, staff.language) == ("Dr Ada", "+44 20", "es")


def test_profile_without_a_name_is_refused(client, administrator):
    response = client.post(reverse("accounts:profile"), {"name": "", "phone": "", "language": "en"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name"])


def test_token_is_shown_once_and_kept_as_a_digest(client, administrator):
    response = client.post(reverse("accounts:create_token"), {"name": "Laboratory", "days": "30"})

    token = ApiToken.objects.get()
    secret = response.context["secret"]
    days = round((token.expiry - token.created) / timedelta(days=1))
    assert (token.name, days, response.content.decode().count(secret)) == (
        "Laboratory",
        30,
        1,
    )
    assert secret not in client.get(reverse("accounts:profile")).content.decode()


def test_token_of_somebody_else_cannot_be_revoked(client, administrator):
    token, _ = ApiToken.objects.create(user=MembershipFactory().staff, name="Theirs")

    response = client.post(reverse("accounts:revoke_token"), {"token": token.digest})

    assert (response.status_code, ApiToken.objects.count()) == (404, 1)


def test_token_is_revoked(client, administrator):
    token, _ = ApiToken.objects.create(user=administrator.staff, name="Mine")

    client.post(reverse("accounts:revoke_token"), {"token": token.digest})

    assert ApiToken.objects.count() == 0


def test_token_use_is_remembered_by_day(rf, administrator):
    token, secret = ApiToken.objects.create(user=administrator.staff, name="Mine")
    ApiToken.objects.update(last_used_on=date(2024, 1, 1))

    staff, _ = ApiTokenAuthentication().authenticate(rf.get("/", headers={"authorization": f"Token {secret}"}))

    token.refresh_from_db()
    assert (staff, token.last_used_on > date(2024, 1, 1)) == (administrator.staff, True)


def settings_of(clinic):
    """What the settings page posts back unchanged."""
    form = ClinicForm(instance=clinic)
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def test_clinic_sets_its_hours_and_how_it_reaches_patients(client, administrator):
    entered = {
        "opens_at": "07:30",
        "closes_at": "16:00",
        "quiet_from": "21:00",
        "quiet_until": "07:00",
        "remind_at": "09:15",
        "name_in_messages": "Harbour Hospital",
        "attempts_before_lost": "4",
    }

    response = client.post(reverse("accounts:clinic"), settings_of(administrator.clinic) | entered)

    assert (response.status_code, words(client.get(response.url))) == (302, ["The clinic’s settings were saved."])
    page = client.get(reverse("accounts:clinic")).content.decode()
    assert [name for name, value in entered.items() if f'name="{name}" value="{value}"' not in page] == []
    assert [page.index(f"<h2>{title}</h2>") for title in SECTIONS] == sorted(
        page.index(f"<h2>{title}</h2>") for title in SECTIONS
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("closes_at", "07:00", "The clinic closes before it opens."),
        ("attempts_before_lost", "0", "At least one attempt comes before a patient is lost."),
        ("quiet_from", "later", "Enter a valid time."),
        ("name_in_messages", "x" * 61, "Ensure this value has at most 60 characters (it has 61)."),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_field(client, administrator, field, value, said):
    response = client.post(reverse("accounts:clinic"), settings_of(administrator.clinic) | {field: value})

    assert (response.status_code, said in response.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("/messages/", "Messages"),
        ("/outbox/", "Messages"),
        ("/chase/", "Chase"),
        ("/chase/words/", "Chase"),
        ("/reminders/", "Reminders"),
        ("/ladder/", "On call"),
        ("/away/", "On call"),
        ("/handover/", "Hand-over"),
        ("/clinic/", "Settings"),
        ("/webhooks/", "Settings"),
        ("/", "Today"),
    ],
)
def test_navigation_marks_the_page_one_is_on(client, administrator, settings, page, entry):
    settings.CAPTURE_MESSAGES = True

    text = client.get(page).content.decode()

    marked = re.findall(r'class="nav-link" href="[^"]*" aria-current="page"><svg.*?</svg>([^<]+)</a>', text, re.DOTALL)
    assert {name.strip() for name in marked} == {entry}
