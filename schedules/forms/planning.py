"""What the drift report is narrowed to."""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms

from accounts.models import Clinic
from iotrex_followup.fields import DateField
from schedules.models import Protocol
from schedules.reports.drift import Asked

USUAL_PERIOD = relativedelta(months=12)


def usual(today: date) -> Asked:
    """Return what is shown without a choice: the last twelve months."""
    return Asked(today - USUAL_PERIOD, today)


class DriftForm(forms.Form):
    first = DateField(label="Targets from", required=False)
    last = DateField(label="to", required=False)
    protocol = forms.ModelChoiceField(Protocol.objects.none(), required=False, empty_label="Every version")

    def __init__(self, data: Any, *, clinic: Clinic, today: date) -> None:
        self.usual = usual(today)
        super().__init__({"first": self.usual.first, "last": self.usual.last} | data)
        protocol = self.fields["protocol"]
        if isinstance(protocol, forms.ModelChoiceField):
            protocol.queryset = Protocol.objects.filter(plans__clinic=clinic).distinct().order_by("slug", "version")

    def clean(self) -> dict[str, Any]:
        entered = self.cleaned_data
        if entered.get("first") and entered.get("last") and entered["last"] < entered["first"]:
            self.add_error("last", "The last day is before the first.")
        return entered

    @property
    def asked(self) -> Asked:
        """What was chosen; with a mistake, the usual."""
        if not self.is_valid():
            return self.usual
        chosen = self.cleaned_data
        return Asked(chosen["first"] or self.usual.first, chosen["last"] or self.usual.last, chosen["protocol"])
