"""Values in addresses."""

from labs.grading.analytes import catalogue


class AnalyteConverter:
    """The key of an analyte that is followed; another one is 404."""

    regex = r"[a-z0-9_]+"

    def to_python(self, value: str) -> str:
        if value not in catalogue():
            raise ValueError
        return value

    def to_url(self, value: str) -> str:
        return value
