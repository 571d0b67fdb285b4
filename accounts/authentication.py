"""Signing in to the API with a token."""

from django.utils import timezone
from knox.auth import TokenAuthentication

from accounts.actions import note_token_use
from accounts.models import ApiToken, Staff


class ApiTokenAuthentication(TokenAuthentication):
    """Accept `Authorization: Token ...`, and remember the day each token was last used."""

    def validate_user(self, auth_token: ApiToken) -> tuple[Staff, ApiToken]:
        staff, token = super().validate_user(auth_token)
        note_token_use(token=token, today=timezone.now().date())
        return staff, token
