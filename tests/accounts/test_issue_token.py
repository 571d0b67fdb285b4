from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiToken
from tests.accounts.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_token_issued_on_the_command_line_signs_in_as_the_person():
    staff = MembershipFactory().staff
    printed = StringIO()

    call_command("issue_token", staff.email.upper(), "--name", "Laboratory", "--days", "30", stdout=printed)

    me = Client().get("/api/v1/me", headers={"Authorization": f"Token {printed.getvalue().strip()}"})
    token = ApiToken.objects.get()
    assert me.json()["email"] == staff.email
    assert (token.name, token.expiry - token.created < timedelta(days=30, minutes=1)) == ("Laboratory", True)


@pytest.mark.parametrize("arguments", [["nobody@example.org"], ["--days", "0"]])
def test_token_that_cannot_be_issued_is_refused(arguments):
    staff = MembershipFactory().staff

    with pytest.raises(CommandError):
        call_command("issue_token", *(arguments if "@" in arguments[0] else [staff.email, *arguments]))

    assert ApiToken.objects.count() == 0
