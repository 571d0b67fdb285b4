"""The pages of messages in a real browser: ledger, outbox, webhooks, reminders, texts, and what a patient sees."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Membership, Role
from events.models import CapturedMessage, Message, WebhookEndpoint
from schedules.actions import load_packaged_protocol
from schedules.reminding.kind import KIND, SUBJECT
from schedules.reminding.links import token_of
from tests.browser.barriers import barriers, too_wide, violations
from tests.browser.test_journeys import PASSWORD, sign_in
from tests.factories import ClinicFactory, MembershipFactory, StaffFactory, enrolled

LONG = "Immediate: nobody has answered an alert of which somebody at the other end of the town was told"


@pytest.fixture
def member(settings) -> Membership:
    settings.CAPTURE_MESSAGES = True
    load_packaged_protocol(by=None)
    staff = StaffFactory(name="Dr Test", email="dr@example.org")
    staff.set_password(PASSWORD)
    staff.save()
    clinic = ClinicFactory(time_zone="UTC", phone="020 7946 0100", emergency_phone="020 7946 0199")
    return MembershipFactory(clinic=clinic, staff=staff)


@pytest.fixture
def reminder(member: Membership) -> Message:
    """A reminder by SMS that failed, and an e-mail to one of us that was captured."""
    now, clinic = timezone.now(), member.clinic
    today = now.date()
    plan = enrolled(by=member.staff, clinic=clinic, started_on=today - timedelta(days=40), today=today)
    contact = plan.patient.contacts.create(
        clinic=clinic, phone="07700 900001", language="es", sms_consent="given", email_consent="given"
    )
    visit = plan.visits.filter(status="planned", opens__gt=today).order_by("opens")[0]
    window = [visit.opens.isoformat(), visit.closes.isoformat()]
    item = {"visit": str(visit.pk), "moment": "before_window", "days": 1, "booked": None, "window": window}
    told = Message.objects.create(
        clinic=clinic, patient=plan.patient, recipient=member.staff, channel="email", kind="alert.raised", subject=LONG,
        dedupe_key="told", not_before=now, sent_at=now, state="sent",
    )  # fmt: skip
    for channel, subject in (("email", LONG), ("sms", "")):
        key = told.pk if subject else Message.objects.create(
            clinic=clinic, patient=plan.patient, contact=contact, channel="sms", kind=KIND, subject=SUBJECT,
            dedupe_key="sms", not_before=now, state="sent", sent_at=now, details={"items": [item]},
        ).pk  # fmt: skip
        CapturedMessage.objects.create(
            channel=channel, key=key, to=f"{'long.' * 12}name@example.org", subject=subject, text="x" * 120, at=now
        )
    message: Message = Message.objects.create(
        clinic=clinic, patient=plan.patient, contact=contact, channel="sms", kind=KIND, subject=SUBJECT,
        dedupe_key="failed", not_before=now, state="dead", outcome="The number is not in use.",
        details={"items": [item]},
    )  # fmt: skip
    return message


def assert_fits_and_has_no_barriers(page: Page) -> None:
    assert barriers(page) == []
    assert violations(page) == []


PAGES = (
    "/messages/",
    "/patients/{patient}/messages/",
    "/outbox/",
    "/outbox/{captured}/",
    "/reminders/",
    "/reminders/texts/before_booked/email/en/",
    "/reminders/texts/before_window/sms/es/",
    "/patients/{patient}/reminders/",
)


@pytest.mark.parametrize("address", PAGES)
def test_page_fits_a_phone_and_has_no_barriers(page: Page, reminder: Message, address: str) -> None:
    sign_in(page)
    page.goto(address.format(patient=reminder.patient_id, captured=CapturedMessage.objects.latest("id").pk))
    assert_fits_and_has_no_barriers(page)


@pytest.mark.parametrize("address", ["/webhooks/", "/webhooks/add/", "/clinic/", "/reminders/"])
def test_page_of_an_administrator_fits_a_phone_and_has_no_barriers(
    page: Page, member: Membership, address: str
) -> None:
    Membership.objects.update(role=Role.ADMINISTRATOR)
    url = f"https://hooks.example.org/{'long' * 30}"
    WebhookEndpoint.objects.create(clinic=member.clinic, name="Pager", url=url, kinds=["alert.raised"], secret="x" * 40)
    sign_in(page)
    page.goto(address)
    assert_fits_and_has_no_barriers(page)


def test_patient_asks_for_a_call_in_their_language_without_signing_in(page: Page, reminder: Message) -> None:
    page.goto(f"/m/{token_of(reminder.pk)}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sus visitas")
    assert page.locator("html").get_attribute("lang") == "es"
    assert_fits_and_has_no_barriers(page)
    page.get_by_role("button", name="Llámenme, por favor").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert [*violations(page), *too_wide(page)] == []


def test_text_is_shown_filled_while_it_is_typed(page: Page, reminder: Message) -> None:
    sign_in(page)
    page.goto("/reminders/texts/before_window/sms/en/")
    page.get_by_label("Text", exact=True).fill("{clinic}: come on {when}. {link}")
    expect(page.locator("#preview")).to_contain_text("Your hospital: come on")
    page.get_by_label("Text", exact=True).fill("{clinic}: come on {when}.")
    expect(page.locator("#preview")).to_contain_text("{link}")
