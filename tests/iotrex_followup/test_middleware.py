"""Idle sessions, caches and headers, through the whole stack of middleware."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client

from accounts.models import Staff
from iotrex_followup import settings as our_settings

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    staff = Staff.objects.create_user("nurse@example.org", name="N. Nurse")
    with time_machine.travel(NOON, tick=False):
        client.force_login(staff)
        client.get("/live")
    return client


def still_signed_in(client: Client) -> bool:
    return get_user(client).is_authenticated  # type: ignore[arg-type]


@pytest.mark.parametrize(("minutes", "stays"), [(14, True), (15, True), (16, False)])
def test_session_ends_after_fifteen_idle_minutes(signed_in: Client, minutes: int, stays: bool) -> None:
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        signed_in.get("/live")
        assert still_signed_in(signed_in) is stays


def test_use_keeps_a_session_alive(signed_in: Client) -> None:
    for minutes in (10, 20, 30):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            signed_in.get("/live")
            assert still_signed_in(signed_in)


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(signed_in: Client) -> None:
    for minutes, stays in ((10, True), (20, False)):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            signed_in.get("/live", headers={"X-Background": "1"})
            assert still_signed_in(signed_in) is stays


def test_session_ends_twelve_hours_after_sign_in() -> None:
    assert our_settings.SESSION_COOKIE_AGE == 12 * 60 * 60


def test_answers_to_a_person_are_not_kept_by_caches(signed_in: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        assert signed_in.get("/live").headers["Cache-Control"] == "no-store, private"


def test_content_security_policy_allows_nothing_from_elsewhere_and_nothing_inline(client: Client) -> None:
    policy = client.get("/live").headers["Content-Security-Policy"]
    assert sorted(part.strip() for part in policy.split(";")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]


@pytest.mark.parametrize("address", ["/api/v1/patients", "/api/v1/patients/"])
def test_address_of_the_api_may_end_with_a_slash(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 401
