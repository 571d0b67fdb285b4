"""Form controls shared by all pages."""

from django import forms


class DateInput(forms.DateInput):
    """The browser's own date control; it speaks ISO whatever the page's language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    """A day, as the browser's date control sends it; 03/04/2024 is refused, since it is two different days."""

    widget = DateInput
    input_formats = ("%Y-%m-%d",)
    default_error_messages = {"invalid": "Choose a day, or write it as 2024-03-27."}


class TimeInput(forms.TimeInput):
    """The browser's own time control, in hours and minutes."""

    input_type = "time"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs=attrs, format="%H:%M")
