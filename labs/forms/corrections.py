"""What a stored result should have said, and why."""

from datetime import datetime
from typing import Any

from django import forms

from labs.actions.corrections import Correction, version_of_result
from labs.forms.entry import EntryForm
from labs.forms.entry_fields import unit_code
from labs.grading.analytes import Analyte
from labs.intake.incoming import Incoming
from labs.models import LabResult

OF_SPECIMEN = ("collected_on", "collected_time")
SHORT_TEXT = forms.Textarea(attrs={"rows": 2})


class ReasonForm(forms.Form):
    """Why a result is taken back."""

    reason = forms.CharField(label="Why?", max_length=500, widget=SHORT_TEXT)


class CorrectionForm(EntryForm):
    """One analyte of an entry form, filled with what is stored: the same checks, and a reason."""

    reason = forms.CharField(
        label="Why is it corrected?",
        max_length=500,
        widget=SHORT_TEXT,
        help_text="For example “corrected report of Wed 6 Mar” or “typed 83 for 38”.",
    )

    def __init__(self, *args: Any, result: LabResult, analyte: Analyte, now: datetime, **kwargs: Any) -> None:
        self.result, self.analyte, self.now = result, analyte, now
        super().__init__(*args, patient=result.patient, analytes=[analyte], now=now, **kwargs)
        for name in set(self.fields) - {*OF_SPECIMEN, "reason"}:
            if "_" not in name or not name.endswith(f"_{analyte.key}"):
                del self.fields[name]
        self._fill()

    @property
    def laboratory_name(self) -> str:
        return self.result.laboratory.name

    def _fill(self) -> None:
        """Begin with what is stored."""
        result, key, unit = self.result, self.analyte.key, unit_code(self.desk, self.result.unit)
        at = result.collected_at.astimezone(result.clinic.zone)
        printed = result.range_source == LabResult.RangeSource.REPORT
        limits = [self.desk.limit_words(self.analyte, unit, each) for each in (result.low, result.high) if printed]
        low, high = limits if printed else ("", "")
        known: dict[str, object] = {
            f"value_{key}": result.reported,
            f"unit_{key}": unit,
            f"low_{key}": low,
            f"high_{key}": high,
            "collected_on": result.collected_on,
        }
        self.initial.update(known)
        if result.time_known:
            self.initial["collected_time"] = at.time()

    def row_of(self, analyte: Analyte) -> Incoming:
        """Return the corrected version as it stands in the form."""
        typed = super().row_of(analyte)
        before = version_of_result(self.result, now=self.now, reason=self.typed("reason"))
        return before._replace(**self._correction(typed)._asdict())

    def _correction(self, typed: Incoming) -> Correction:
        return Correction(typed.value, typed.unit, typed.collected_at, typed.low, typed.high)

    @property
    def facts(self) -> dict[str, Any]:
        correction = self._correction(self.row_of(self.analyte))
        return {"correction": correction, "reason": self.cleaned_data["reason"]}
