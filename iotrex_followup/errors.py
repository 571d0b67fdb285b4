"""Refusals a user can meet. Pages, fragments and the API each translate them once."""

from collections.abc import Sequence


class DomainError(Exception):
    """A change that was refused; the message says what happened and what to do, in plain language."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class TransitionRefused(DomainError):
    """The row is not in a state that allows the change."""


class InputRefused(DomainError):
    """What was entered cannot be true, or is not what this product is for."""


class ReasonNeeded(DomainError):
    """What was entered is unusual: it is recorded once a person gives a reason."""

    def __init__(self, concerns: Sequence[str], *, field: str) -> None:
        super().__init__(" ".join(concerns) + " Give a reason to record it all the same.", field=field)
        self.concerns = tuple(concerns)


class ChangedSince(DomainError):
    """Somebody else changed the row after it was read."""
