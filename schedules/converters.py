"""Values in addresses."""

from datetime import date


class DayConverter:
    """A day as 2024-03-27; one that does not exist is 404."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
