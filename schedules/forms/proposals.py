"""What a person enters to decide about an addition, or to offer one."""

from datetime import date
from typing import Any

from django import forms

from iotrex_followup.fields import DateField
from schedules.forms.treatments import SHORT_TEXT
from schedules.models import Plan, Proposal
from schedules.names import activity_name
from schedules.plans.additions import OFFERED_BY_HAND, SSTR_INDICATIONS


class AcceptForm(forms.Form):
    """For which day an offer is accepted, where it has one of its own, and a note."""

    on = DateField(required=False, label="Planned for", help_text="The target; the window lies around it.")
    reason = forms.CharField(required=False, widget=SHORT_TEXT, label="Note")

    def __init__(self, *args: Any, proposal: Proposal, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(proposal.adds) == 1:
            self.fields["on"].initial = max(date.fromisoformat(proposal.adds[0]["target"]), today)
        else:
            del self.fields["on"]


class DeclineForm(forms.Form):
    """Why an addition is not wanted."""

    reason = forms.CharField(
        widget=SHORT_TEXT,
        label="Reason",
        help_text="It is not proposed again for the same cause.",
    )


class OfferForm(forms.Form):
    """One activity beyond the plan, the day it is for, and why."""

    activity = forms.ChoiceField(label="What")
    on = DateField(label="Around")
    reason = forms.CharField(
        widget=SHORT_TEXT,
        label="Why",
        help_text="For a PET: recurrence without MIBG uptake, or MIBG better while CT, markers or symptoms are worse.",
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [key for key in OFFERED_BY_HAND if key != "sstr_pet" or plan.patient.indication in SSTR_INDICATIONS]
        self.fields["activity"].choices = [(key, activity_name(key)) for key in offered]  # type: ignore[attr-defined]
