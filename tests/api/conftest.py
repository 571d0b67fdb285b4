"""A clinic with people of each role, and a client that speaks JSON at a fixed time."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.actions import create_api_token
from accounts.models import Clinic, Membership, Role, Staff
from schedules.models import Plan
from tests.factories import ClinicFactory, MembershipFactory, enrolled

TODAY = date(2024, 3, 27)
TREATED = date(2024, 1, 31)


class ApiClient:
    """Sends and reads JSON as one member of staff, by token."""

    def __init__(self, staff: Staff | None) -> None:
        self._client = Client(raise_request_exception=False)
        self._headers = {}
        if staff:
            _, secret = create_api_token(staff=staff, name="test", valid_for=None)
            self._headers = {"Authorization": f"Token {secret}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, str) else json.dumps(body, default=str)
        return self._client.generic(
            method,
            path if path.startswith(("/", "http")) else f"/api/v1/{path}",
            "" if body is None else content,
            content_type="application/json",
            headers=self._headers | sent,
        )

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self("PATCH", path, body, **headers)

    def results(self, path: str) -> list[Any]:
        response = self.get(path)
        assert response.status_code == 200, response.content
        return response.json()["results"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 27, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def clinic(db) -> Clinic:
    return ClinicFactory()


def member_of(clinic: Clinic, role: str) -> Staff:
    member: Membership = MembershipFactory(clinic=clinic, role=role)
    return member.staff


@pytest.fixture
def clinician(clinic) -> Staff:
    return member_of(clinic, Role.CLINICIAN)


@pytest.fixture
def api(clinician) -> ApiClient:
    return ApiClient(clinician)


@pytest.fixture
def plan(clinic, clinician) -> Plan:
    """Follow-up of a treatment eight weeks ago."""
    return enrolled(by=clinician, clinic=clinic, started_on=TREATED, today=TODAY)
