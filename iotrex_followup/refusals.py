"""How a refused change is told to the person at a page: at the field of a form, or above the page they came from."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import reswap, retarget

from iotrex_followup.errors import DomainError

T = TypeVar("T")


def attempt(form: forms.BaseForm, change: Callable[[], T]) -> T | None:
    """Return what `change` returns; a refusal becomes the form's error, at its field if it has one."""
    try:
        return change()
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


def accepted(form: forms.BaseForm, change: Callable[[], object]) -> bool:
    """Say whether `form` is valid and its `change` was made; a refusal becomes the form's error."""
    return form.is_valid() and attempt(form, change) is not None


class RefusalMiddleware:
    """Turn a DomainError that a view let pass into words: a message on the page the person came from.

    An htmx request gets them as a 409 fragment into `#messages`. The API has its own translation.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.headers.get("HX-Request") == "true":
            words = {"level": "error", "text": exception.message}
            fragment = render(request, "components/message.html", words, status=409)
            return reswap(retarget(fragment, "#messages"), "innerHTML")
        messages.error(request, exception.message)
        return redirect(_page_before(request))


def _page_before(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    same_site = url_has_allowed_host_and_scheme(referer, request.get_host(), require_https=request.is_secure())
    return referer if same_site else "/"
