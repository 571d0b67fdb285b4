"""Results of one specimen as a person types them; the same rules that hold rows back speak here at the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.urls import reverse

from iotrex_followup.errors import DomainError
from labs.actions.entering import Origin, refuse_hearsay
from labs.forms.entry_fields import fields_of, unit_code
from labs.forms.specimen import SpecimenForm, usual_laboratory
from labs.grading.analytes import Analyte
from labs.intake.desk import Assessed, Desk, agree, desk_of
from labs.intake.incoming import Incoming
from labs.intake.pasting import Found
from labs.intake.understanding import Held, Understood
from labs.intake.versions import version_of
from labs.models import LabReport, LabResult, QuarantineItem
from patients.models import Patient

Problem = QuarantineItem.Problem
# At which field a person is told why a row would be held back; at the value where nothing else is named.
FIELDS: Mapping[str, str] = {
    Problem.UNIT_MISSING: "unit_",
    Problem.UNIT_UNKNOWN: "unit_",
    Problem.UNIT_MISFIT: "unit_",
    Problem.ROW_BROKEN: "low_",
    Problem.TIME_UNREADABLE: "collected_on",
}
PARTS = ("value", "unit", "low", "high", "again")


class EntryRow(NamedTuple):
    """One analyte of the form."""

    analyte: Analyte
    value: forms.BoundField
    unit: forms.BoundField
    low: forms.BoundField
    high: forms.BoundField
    again: forms.BoundField
    said: Assessed | None
    twice: str
    errors: Sequence[str]


class EntryForm(SpecimenForm):
    """A specimen with one row per analyte. `said` holds what each typed value would be, also before it is sent.

    `found` is what was read from the text `raw`: what was not changed by hand is not typed twice.
    """

    def __init__(
        self,
        *args: Any,
        patient: Patient,
        analytes: Iterable[Analyte],
        now: datetime,
        found: Mapping[str, Found] | None = None,
        raw: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.patient, self.analytes, self.found, self.raw = patient, list(analytes), found or {}, raw
        self.today = patient.clinic.local_date(now)
        self.offer_laboratories(patient.clinic)
        self.fields["collected_on"].widget.attrs["max"] = self.today.isoformat()
        self.initial.setdefault("collected_on", self.today)
        if "laboratory" not in self.initial:
            self.initial["laboratory"] = usual_laboratory(patient)
        self.desk: Desk = desk_of(patient, self.laboratory_name, now=now)
        grade_url = reverse("labs:grade_typed", args=[patient.pk])
        for analyte in self.analytes:
            read = self.found.get(analyte.key)
            self.fields |= fields_of(self.desk, analyte, self.today, grade_url=grade_url, found=read)
            if read:
                self._fill_in(analyte.key, read)
        self.said: dict[str, Assessed] = {}
        self.incoming: list[Incoming] = []

    def _fill_in(self, key: str, read: Found) -> None:
        """Begin with what was read from text."""
        values = (read.value, unit_code(self.desk, read.unit), read.low, read.high)
        for part, value in zip(PARTS, values, strict=False):
            self.initial.setdefault(f"{part}_{key}", value)

    def typed(self, name: str) -> str:
        """Return what stands in a field, as text, whether or not the form is sent."""
        return str((self.data if self.is_bound else self.initial).get(name) or "").strip()

    def row_of(self, analyte: Analyte) -> Incoming:
        """Return the row of `analyte` as it stands in the form."""
        value, unit, low, high, _ = (self.typed(f"{part}_{analyte.key}") for part in PARTS)
        limits = f" ({low}–{high})" if low or high else ""
        time = self.typed("collected_time")
        return Incoming(
            position=analyte.name,
            mrn=self.patient.mrn,
            collected_at=self.typed("collected_on") + (f"T{time}" if time else ""),
            analyte=analyte.key,
            value=value,
            unit=unit,
            low=low,
            high=high,
            status=self.typed("status") or "final",
            accession=self.typed("accession"),
            laboratory=self.laboratory_name,
            name=analyte.name,
            fasting=self.typed("fasting"),
            raw=self.raw or f"{analyte.name} {value} {unit}{limits}",
        )

    def assess(self, analyte: Analyte) -> Assessed:
        """Return what the value in the row of `analyte` would be."""
        row = self.row_of(analyte)
        day = row.collected_at or self.today.isoformat()
        self.said[analyte.key] = found = self.desk.assess(row._replace(collected_at=day))
        return found

    def assess_all(self) -> None:
        """Say of every value that stands in the form what it would be."""
        for analyte in self.analytes:
            if self.typed(f"value_{analyte.key}"):
                self.assess(analyte)

    def must_repeat(self, analyte: Analyte) -> str:
        """Return why the value is typed twice; empty when it need not be."""
        read = self.found.get(analyte.key)
        if read and read.value == self.typed(f"value_{analyte.key}"):
            return ""
        return self.said[analyte.key].twice if analyte.key in self.said else ""

    def rows(self, analytes: Iterable[Analyte] | None = None) -> list[EntryRow]:
        """Return the rows of `analytes` (None: all) with their fields, as a template shows them."""
        return [self.row(analyte) for analyte in (self.analytes if analytes is None else analytes)]

    def row(self, analyte: Analyte) -> EntryRow:
        """Return one row."""
        value, unit, low, high, again = (self[f"{part}_{analyte.key}"] for part in PARTS)
        fields = (value, unit, low, high, again)
        errors = [str(error) for field in fields for error in field.errors] if self.is_bound else []
        return EntryRow(analyte, *fields, self.said.get(analyte.key), self.must_repeat(analyte), errors)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        self._check_telephone(entered)
        filled = [each for each in self.analytes if self.typed(f"value_{each.key}")]
        for analyte in self.analytes:
            if analyte not in filled and (self.typed(f"low_{analyte.key}") or self.typed(f"high_{analyte.key}")):
                self.add_error(f"value_{analyte.key}", f"{analyte.name}: enter the value too, or clear its range.")
        if not filled and not self.errors:
            raise forms.ValidationError("Enter at least one value.")
        if "collected_on" in entered:
            self._check_rows(filled)
        return entered

    def _check_telephone(self, entered: Mapping[str, Any]) -> None:
        if entered.get("telephoned"):
            try:
                refuse_hearsay(self._origin(entered))
            except DomainError as error:
                self.add_error(error.field, error.message)

    def _check_rows(self, filled: Iterable[Analyte]) -> None:
        """Say at its field what would be held back, what must be typed twice, and what contradicts a stored result."""
        for analyte in filled:
            said = self.assess(analyte)
            if said.held:
                self._tell_held(analyte, said.held)
            elif why := self.must_repeat(analyte):
                self._check_again(analyte, why)
        self._check_versions()
        self.incoming = [self.row_of(analyte) for analyte in filled]

    def _tell_held(self, analyte: Analyte, held: Held) -> None:
        field = FIELDS.get(held.problem, "value_")
        field += analyte.key if field.endswith("_") else ""
        self.add_error(field, f"{held.reason} {held.remedy}")

    def _check_again(self, analyte: Analyte, why: str) -> None:
        again, value = self.typed(f"again_{analyte.key}"), self.typed(f"value_{analyte.key}")
        if not again:
            self.add_error(f"again_{analyte.key}", f"{why}. Type it a second time.")
        elif not agree(value, again, decimal_comma=self.desk.own.laboratory.decimal_comma):
            self.add_error(f"again_{analyte.key}", f"{analyte.name}: {value} and {again} are not the same. Look again.")

    def _check_versions(self) -> None:
        """Refuse a value that contradicts the version of that result that holds, or would come before it."""
        read = {said.read.identity: (key, said.read) for key, said in self.said.items() if said.read}
        for stored in LabResult.objects.current().filter(identity__in=read):
            key, new = read[stored.identity]
            if not follows(new, stored):
                known = f"{stored.reported} {stored.unit}".strip()
                is_corrected = new.status == LabResult.Status.CORRECTED
                remedy = "Correct that one on its own page" if is_corrected else "Enter it as corrected"
                self.add_error(
                    f"value_{key}",
                    f"{known} ({stored.get_status_display().lower()}) is on record for this specimen. "
                    f"{remedy}, or give another laboratory number or time.",
                )

    def _origin(self, entered: Mapping[str, Any]) -> Origin:
        if entered.get("telephoned"):
            kind = LabReport.Source.TELEPHONE
            return Origin(kind, entered.get("caller", ""), bool(entered.get("read_back")))
        return Origin(LabReport.Source.PASTE if self.found else LabReport.Source.ENTRY)

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes of it."""
        entered = self.cleaned_data
        return {"rows": self.incoming, "origin": self._origin(entered), "attached": entered.get("attachment")}


def follows(new: Understood, stored: LabResult) -> bool:
    """Say whether `new` is the stored version once more, or a later one."""
    later, holds = (version_of(each.issued_at, each.status, each.fingerprint) for each in (new, stored))
    return new.fingerprint == stored.fingerprint or later.is_after(holds)
