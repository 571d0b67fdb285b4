"""What may be chosen per patient within a protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

INTERVALS = ("imaging_interval", "annual_interval", "late_imaging_interval")
ALLOWED: dict[str, tuple[int, ...]] = {
    "imaging_interval": tuple(range(6, 13)),
    "annual_interval": (12, 24),
    "late_imaging_interval": (12, 24),
}


class OptionError(ValueError):
    """A choice the protocol does not offer; `field` is the option, `remedy` what would be accepted."""

    def __init__(self, field: str, what: str, remedy: str) -> None:
        self.field, self.remedy = field, remedy
        super().__init__(f"{field.replace('_', ' ')}: {what}; {remedy}")


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one plan: intervals in months, and the marker activities of a secreting tumour.

    Raises   OptionError: an interval outside what any protocol may offer, or a marker named twice.
    """

    imaging_interval: int = 6
    annual_interval: int = 12
    late_imaging_interval: int = 12
    markers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in INTERVALS:
            require_choice(field, getattr(self, field), ALLOWED[field])
        if len(set(self.markers)) != len(self.markers):
            raise OptionError("markers", f"{', '.join(self.markers)} names one twice", "name each marker once")


def require_choice(field: str, value: object, choices: tuple[int, ...]) -> None:
    """Refuse a `value` of option `field` that is not one of `choices`.

    Raises   OptionError
    """
    if type(value) is not int or value not in choices:
        raise OptionError(field, f"{value!r} is not offered", f"choose {one_of(choices)} months")


def one_of(choices: Sequence[object]) -> str:
    """Return `choices` as words: "6, 7 or 8"."""
    *most, last = map(str, choices)
    return f"{', '.join(most)} or {last}" if most else last
