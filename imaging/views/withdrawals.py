"""Withholding a medicine for a scan or infusion, step by step."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from imaging.actions import withdrawals as actions
from imaging.actions.withdrawing import WithdrawalFacts
from imaging.forms.preparation import (
    ConfirmForm,
    DecisionForm,
    HandOverForm,
    RestartForm,
    WithdrawalForm,
)
from imaging.models import Withdrawal
from imaging.occasions import Occasion, occasion_of, of_treatment, of_visit, table_of
from imaging.pages.preparation import MedicineRow, medicine_row
from imaging.views.medicines import find_medicine
from imaging.views.preparation import back_to, find_treatment, find_visit, preparation_form
from iotrex_followup.refusals import accepted
from patients.models import Medicine
from schedules.forms.treatments import ReasonForm
from schedules.protocol.trace import words


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def plan_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Plan that a medicine is withheld for the scan or infusion the address names; its days stand in the form."""
    medicine = find_medicine(request, pk)
    occasion = occasion_asked(request, medicine)
    today = request.clinic.local_date(timezone.now())
    row = row_of(request, medicine, occasion)
    initial = by_table(row) | {"prescriber": medicine.prescriber, "restart_owner": request.user.pk}
    form = WithdrawalForm(request.POST or None, initial=initial, clinic=request.clinic)
    if accepted(
        form,
        lambda: actions.plan_withdrawal(
            medicine=medicine, occasion=occasion, facts=form.facts, by=request.user, today=today
        ),
    ):
        return back_to(request, occasion)
    return withdrawal_form(request, form, row, title=f"Withdraw {medicine.name}", button="Plan withdrawal")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def refuse_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say that a medicine cannot be withheld for the scan or infusion the address names."""
    medicine = find_medicine(request, pk)
    occasion = occasion_asked(request, medicine)
    today = request.clinic.local_date(timezone.now())
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.refuse_withdrawal(
            medicine=medicine,
            occasion=occasion,
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=today,
        ),
    ):
        return back_to(request, occasion)
    row = row_of(request, medicine, occasion)
    title = f"{medicine.name} cannot be withdrawn"
    return withdrawal_form(request, form, row, title=title, button="Record that it cannot be withdrawn")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change a withdrawal that is not confirmed yet."""
    withdrawal = find_withdrawal(request, pk)
    form = WithdrawalForm(request.POST or None, initial=known(withdrawal), clinic=request.clinic)
    if accepted(
        form,
        lambda: actions.change_withdrawal(withdrawal=withdrawal, facts=form.facts, by=request.user),
    ):
        return back_to(request, occasion_of(withdrawal))
    title = f"Change the withdrawal of {withdrawal.medicine.name}"
    return withdrawal_form(request, form, row_for(request, withdrawal), title=title, button="Save change")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def confirm_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Confirm a withdrawal as it stands in the form; where the scan or infusion moved, its days are counted anew."""
    withdrawal = find_withdrawal(request, pk)
    today = request.clinic.local_date(timezone.now())
    row = row_for(request, withdrawal)
    initial = known(withdrawal)
    if withdrawal.counted_from != row.occasion.day or withdrawal.stop_on is None:
        counted = by_table(row)
        # A medicine that is stopped already stays so: only the restart is counted anew.
        if row.has_begun:
            counted.pop("stop_on", None)
        initial |= counted
    form = ConfirmForm(request.POST or None, initial=initial, clinic=request.clinic)
    if accepted(
        form,
        lambda: actions.confirm_withdrawal(
            withdrawal=withdrawal,
            facts=form.facts,
            by=request.user,
            today=today,
            reason=form.cleaned_data["reason"],
        ),
    ):
        return back_to(request, row.occasion)
    title = f"Confirm the withdrawal of {withdrawal.medicine.name}"
    return withdrawal_form(request, form, row, title=title, button="Confirm withdrawal")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def decide_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Decide what becomes of a scan or infusion although a medicine cannot be withheld."""
    withdrawal = find_withdrawal(request, pk)
    form = DecisionForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.decide_all_the_same(
            withdrawal=withdrawal, decision=form.cleaned_data["decision"], by=request.user
        ),
    ):
        return back_to(request, occasion_of(withdrawal))
    title = f"Decide, though {withdrawal.medicine.name} cannot be withdrawn"
    return withdrawal_form(request, form, row_for(request, withdrawal), title=title, button="Record decision")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def restart_medicine(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record the day on which a medicine was taken again."""
    withdrawal = find_withdrawal(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = RestartForm(request.POST or None, initial={"restarted_on": today})
    if accepted(
        form,
        lambda: actions.record_restart(withdrawal=withdrawal, by=request.user, today=today, **form.cleaned_data),
    ):
        return back_to(request, occasion_of(withdrawal))
    title = f"{withdrawal.medicine.name} is taken again"
    return withdrawal_form(request, form, row_for(request, withdrawal), title=title, button="Record restart")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def end_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that a medicine that was withheld is not taken again."""
    withdrawal = find_withdrawal(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.end_withdrawal(
            withdrawal=withdrawal, reason=form.cleaned_data["reason"], by=request.user, today=today
        ),
    ):
        return back_to(request, occasion_of(withdrawal))
    title = f"{withdrawal.medicine.name} is not taken again"
    button = "Record that it is not taken again"
    return withdrawal_form(request, form, row_for(request, withdrawal), title=title, button=button)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def hand_over_restart(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Let somebody else see to it that a medicine is taken again."""
    withdrawal = find_withdrawal(request, pk)
    form = HandOverForm(request.POST or None, clinic=request.clinic)
    if accepted(
        form,
        lambda: actions.hand_over_restart(withdrawal=withdrawal, to=form.cleaned_data["to"], by=request.user),
    ):
        return back_to(request, occasion_of(withdrawal))
    title = f"Hand over the restart of {withdrawal.medicine.name}"
    return withdrawal_form(request, form, row_for(request, withdrawal), title=title, button="Hand over")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def drop_withdrawal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that a medicine is not withheld after all."""
    withdrawal = find_withdrawal(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.drop_withdrawal(
            withdrawal=withdrawal, reason=form.cleaned_data["reason"], by=request.user, today=today
        ),
    ):
        return back_to(request, occasion_of(withdrawal))
    title = f"{withdrawal.medicine.name} is not withdrawn after all"
    return withdrawal_form(request, form, row_for(request, withdrawal), title=title, button="Take the withdrawal back")


def find_withdrawal(request: ClinicRequest, pk: UUID) -> Withdrawal:
    related = ("patient__clinic", "clinic", "medicine", "visit__appointment", "visit__patient__clinic")
    rows = Withdrawal.objects.select_related(*related, "treatment__patient__clinic")
    found: Withdrawal = visible_or_404(request, rows, pk=pk)
    return found


def occasion_asked(request: ClinicRequest, medicine: Medicine) -> Occasion:
    """Return the scan or infusion of the medicine's patient the address names: `?visit=` or `?treatment=`."""
    try:
        visit, treatment = (UUID(request.GET[name]) if name in request.GET else None for name in ("visit", "treatment"))
    except ValueError:
        raise Http404 from None
    if visit:
        found = of_visit(find_visit(request, visit))
    elif treatment:
        found = of_treatment(find_treatment(request, treatment))
    else:
        raise Http404
    if found.patient != medicine.patient:
        raise Http404
    return found


def row_of(request: ClinicRequest, medicine: Medicine, occasion: Occasion) -> MedicineRow:
    today = request.clinic.local_date(timezone.now())
    return medicine_row(medicine, occasion, table_of(request.clinic), None, today)


def row_for(request: ClinicRequest, withdrawal: Withdrawal) -> MedicineRow:
    today = request.clinic.local_date(timezone.now())
    occasion = occasion_of(withdrawal)
    return medicine_row(withdrawal.medicine, occasion, table_of(request.clinic), withdrawal, today)


def known(withdrawal: Withdrawal) -> dict[str, Any]:
    """Return what is known of a withdrawal, as a form takes it."""
    return {each.name: getattr(withdrawal, each.name) for each in fields(WithdrawalFacts)}


def by_table(row: MedicineRow) -> dict[str, Any]:
    """Return the days of the table, as a form takes them; what it does not know is left to the person."""
    if row.days is None:
        return {}
    found = {"stop_on": row.days.stop_on, "restart_on": row.days.restart_on}
    return {name: day for name, day in found.items() if day}


def withdrawal_form(request: ClinicRequest, form: Any, row: MedicineRow, *, title: str, button: str) -> HttpResponse:
    """Show a form about one medicine, with what the table says of it."""
    return preparation_form(request, form, row.occasion, title=title, button=button, told=told(row))


def told(row: MedicineRow) -> str:
    """Return what stands above the form: which medicine for what, and what the table says."""
    for_what = f" ({row.medicine.taken_for})" if row.medicine.taken_for else ""
    day = f" of {words(row.occasion.day)}" if row.occasion.day else ", which is not planned any more"
    about = f"{row.medicine}{for_what}, for the {row.occasion.in_words}{day}."
    if row.found is None:
        return f"{about} It is not in the table: that does not mean that it is harmless."
    if row.days is None or row.days.last_taken_on is None or row.before is None:
        return f"{about} {row.found.group.no_days or 'No number of days is on file.'}"
    again = f", to be taken again from {words(row.days.restart_on)} on" if row.days.restart_on else ""
    return (
        f"{about} By the table its last day is {words(row.days.last_taken_on)}{again}: {row.before.days} days, "
        f"{row.standing} ({row.before.source})."
    )
