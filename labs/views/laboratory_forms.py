"""The form about a laboratory, saved only if what it changes is as the person saw it."""

from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from accounts.middleware import ClinicRequest
from iotrex_followup.errors import ChangedSince
from iotrex_followup.refusals import accepted
from labs.actions.as_seen import Row, version_of


def form_page(
    request: ClinicRequest, form: forms.Form, title: str, button: str, back: str, told: str = "", seen: str = ""
) -> HttpResponse:
    """Show a form about a laboratory, with the version of what it changes that is `seen`; 422 with its mistakes."""
    context = {"form": form, "title": title, "button": button, "back": back, "told": told, "seen": seen}
    return render(request, "labs/laboratory_form.html", context, status=422 if form.is_bound else 200)


def saved_as_seen(
    request: ClinicRequest, form: forms.Form, row: Row | None, change: Callable[[str], object]
) -> tuple[bool, str]:
    """Say whether `change` was made to `row` as the person saw it, and which version of it the form is about to show.

    One that somebody else changed meanwhile is refused once, with how it is now.
    """
    seen = request.POST.get("seen", "") if form.is_bound else version_of(row) if row else ""

    def change_seen() -> object:
        nonlocal seen
        try:
            return change(seen)
        except ChangedSince:
            if row:
                row.refresh_from_db()
                seen = version_of(row)
            raise

    return accepted(form, change_seen), seen
