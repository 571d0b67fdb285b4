"""Numbers for a monitoring system, for who brings the token."""

from datetime import timedelta

import pytest
import time_machine

from events.models import ChannelHealth
from tests.events.conftest import NOW

TOKEN = {"Authorization": "Bearer s3cret"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def token(settings):
    settings.METRICS_TOKEN = "s3cret"


def test_without_the_setting_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("brought", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Token s3cret"}])
def test_without_the_token_nothing_is_told(client, token, brought):
    answer = client.get("/metrics", headers=brought)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"followup" not in answer.content


def test_metrics_say_how_each_way_out_stands(client, token, write):
    write(not_before=NOW - timedelta(minutes=5))
    write(kind="other", not_before=NOW - timedelta(minutes=2))
    write(not_before=NOW + timedelta(days=1))
    write(state="dead")
    write(state="unknown", channel="sms")
    write(state="claimed", lease_until=NOW)
    write(channel="call")
    ChannelHealth.objects.create(channel="email", failures=5, closed_until=NOW + timedelta(minutes=1))
    ChannelHealth.objects.create(channel="sms", failures=5, closed_until=NOW)

    answer = client.get("/metrics", headers=TOKEN)

    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    assert [line.removeprefix("followup_messages_") for line in found if not line.endswith(" 0")] == [
        'due{channel="email"} 2',
        'oldest_due_seconds{channel="email"} 300',
        'claimed{channel="email"} 1',
        'unknown{channel="sms"} 1',
        'dead{channel="email"} 1',
        'failures{channel="email"} 5',
        'failures{channel="sms"} 5',
        'closed{channel="email"} 1',
    ]
    assert len(found) == 7 * 3 + 1
    assert found[-1] == "followup_alerts_overdue_seconds 0"
