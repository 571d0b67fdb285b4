from datetime import date

import pytest
import time_machine

from tests.factories import MembershipFactory, enrolled, noon

TODAY = date(2024, 5, 20)


@pytest.fixture(autouse=True)
def clock(request):
    """The clinic's noon of TODAY, where a test reads the clock; the pure tests read none."""
    if "django_db" not in {mark.name for mark in request.node.iter_markers()}:
        yield
        return
    with time_machine.travel(noon(TODAY), tick=False):
        yield


@pytest.fixture
def member(client):
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


@pytest.fixture
def clinician(member):
    return member.staff


@pytest.fixture
def plan(member, clinician):
    """A patient infused on 31 January 2024: the first imaging is due from 16 April to 14 May."""
    return enrolled(by=clinician, clinic=member.clinic, started_on=date(2024, 1, 31), today=date(2024, 2, 1))


@pytest.fixture
def patient(plan):
    return plan.patient
