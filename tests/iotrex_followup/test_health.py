from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_live_answers_without_a_database(client: Client) -> None:
    response = client.get("/live")
    assert (response.status_code, response.content) == (200, b"live\n")


@pytest.mark.django_db
@pytest.mark.services
def test_ready_when_the_database_has_every_migration(client: Client) -> None:
    response = client.get("/ready")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    response = client.get("/ready")
    assert (response.status_code, response.content) == (503, b"1 migrations missing\n")


@pytest.mark.django_db
def test_not_ready_while_the_database_does_not_answer(client: Client) -> None:
    # The driver is outside our code: a connection that fails as a stopped server makes it fail.
    with patch.object(connection, "cursor", side_effect=OperationalError):
        response = client.get("/ready")
    assert (response.status_code, response.content) == (503, b"the database does not answer\n")
