"""Two systems change the same row at the same time: one of them is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from schedules.models import VisitRecord
from tests.factories import visit_of

# Naming the apps lets the clearing afterwards reach the tables that belong to none of their models.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


def at_once(*requests):
    """The status codes of `requests`, sent at the same time."""

    def send(request):
        try:
            return request().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return sorted(pool.map(send, requests))


def test_two_changes_of_one_version_make_one_change(api, plan):
    address = f"patients/{plan.patient_id}"
    etag = api.get(address)["ETag"]

    statuses = at_once(
        *(lambda name=name: api.patch(address, {"given_name": name, "reason": "x"}, If_Match=etag) for name in "ABCD")
    )

    assert statuses == [200, 412, 412, 412]


def test_visit_recorded_twice_at_once_has_one_record(api, plan):
    body = {"occurred_on": "2024-03-20", "outcomes": {"cbc": "done"}}
    address = f"visits/{visit_of(plan, 'W7').pk}/record"

    statuses = at_once(*(lambda: api.post(address, body) for _ in range(4)))

    assert (statuses, VisitRecord.objects.count()) == ([200, 409, 409, 409], 1)
