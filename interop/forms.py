"""What people choose when they import a list; actions make it so."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile

from interop.csv.columns import COLUMNS, Column, Matching
from iotrex_followup.csv_reading import Sheet

LARGEST_UPLOAD = 20 * 1024 * 1024
CONSTANT = "="  # a choice that begins with it is a value for all rows, the others are positions of columns


def file_field(label: str, *, row_is: str) -> forms.FileField:
    """Return the choice of a CSV file; `row_is` says what each row is about."""
    return forms.FileField(
        label=label,
        help_text=(
            f"A CSV file with a header and one row per {row_is}. Nothing is stored before you have seen a check."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"empty": f"The file is empty. It needs a header and one row per {row_is}."},
    )


class FileForm(forms.Form):
    """A file to upload, in the field `file`."""

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_UPLOAD:
            raise forms.ValidationError("The file is larger than 20 MB. Split it.")
        return file


class UploadForm(FileForm):
    file = file_field("List of patients", row_is="treatment")


class ResultsForm(FileForm):
    file = file_field("File of results", row_is="result")


class MatchForm(forms.Form):
    """Where each of our columns is in a stranger's file."""

    def __init__(self, *args: object, sheet: Sheet, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        positions = [(str(position), sample(sheet, position)) for position in range(len(sheet.heads))]
        for column in COLUMNS:
            self.fields[column.name] = match_field(column, positions)

    @property
    def matching(self) -> Matching:
        """What was chosen, without the columns that are not in the file."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return {
            name: value.removeprefix(CONSTANT) if value.startswith(CONSTANT) else int(value)
            for name, value in chosen.items()
        }


def match_field(column: Column, positions: list[tuple[str, str]]) -> forms.ChoiceField:
    """Return the choice among the file's columns, and among values that hold for all rows where that makes sense."""
    constants = [(f"{CONSTANT}{value}", label) for value, label in column.constants]
    groups = [("Column of the file", positions), *([("The same for all rows", constants)] if constants else [])]
    blank = "Choose…" if column.required else "Not in the file"
    return forms.ChoiceField(
        label=column.label,
        required=column.required,
        choices=[("", blank), *groups],
        help_text=column.hint,
        error_messages={"required": "Choose where this is in the file."},
    )


def sample(sheet: Sheet, position: int) -> str:
    """Return a column's head with its first value that is not blank."""
    values = (row[position].strip() for _, row in sheet.rows[:50] if position < len(row))
    value = next((value for value in values if value), "")
    return f"{sheet.heads[position] or f'Column {position + 1}'}{f' ({value[:24]})' if value else ''}"


def as_choices(matching: Matching) -> dict[str, str]:
    """Return a matching as the form's data."""
    return {name: f"{CONSTANT}{value}" if isinstance(value, str) else str(value) for name, value in matching.items()}
