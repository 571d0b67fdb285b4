"""Sign-in rules on top of allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up: an administrator invites, the invited person sets a password by the link they get."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
