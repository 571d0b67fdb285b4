"""The e-mail that invites somebody into a clinic."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest

from accounts.models import Membership, Staff


def send_invitation(request: HttpRequest, member: Membership) -> None:
    """Tell a person about their new clinic; one who has no password yet gets a link to choose it.

    Raises OSError when the mail server cannot be reached or refuses.
    """
    link = "" if member.staff.has_usable_password() else _password_link(request, member.staff)
    words = {"member": member, "invited_by": request.user, "password_url": link}
    get_adapter(request).send_mail("account/email/invitation", member.staff.email, words)


def _password_link(request: HttpRequest, staff: Staff) -> str:
    key = f"{user_pk_to_url_str(staff)}-{default_token_generator.make_token(staff)}"
    link: str = get_adapter(request).get_reset_password_from_key_url(key)
    return link
