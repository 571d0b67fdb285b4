"""Who changed what: every action runs in one transaction that carries its author and reason into the row history."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import pghistory
from django.db import connection, models, transaction

Model = TypeVar("Model", bound=models.Model)
P = ParamSpec("P")
R = TypeVar("R")
# The patients the running action is about; None: no action runs.
_concerned: ContextVar[set[UUID] | None] = ContextVar("concerned", default=None)
# Those of them the running action has entered itself: nothing hangs on them yet.
_entered: ContextVar[set[UUID] | None] = ContextVar("entered", default=None)
# What follows from a whole change, in its transaction, for the patients it was about; registered in AppConfig.ready.
AT_THE_END: list[Callable[[set[UUID]], None]] = []


def keep_history(*, exclude: list[str] | None = None) -> Callable[[type[Model]], type[Model]]:
    """Record every insert, update and delete of a model's rows, but for the columns in `exclude`.

    Kept by triggers, so bulk writes, COPY and raw SQL are recorded too. The trackers are made anew for each model:
    those of PGHISTORY_DEFAULT_TRACKERS are deep copies, which the library's statement-level triggers do not recognise.
    """
    trackers = pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()
    decorate: Callable[[type[Model]], type[Model]] = pghistory.track(*trackers, exclude=exclude)
    return decorate


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run a keyword-only `function` with `by=` (and perhaps `reason=`) atomically, its author in the row history."""

    @wraps(function)
    def recorded(*args: P.args, **kwargs: P.kwargs) -> R:
        # An action within an action needs no savepoint: a refusal undoes the whole change. Its rows are by whoever
        # began: one context is kept a transaction, and what follows by rule has no author of its own.
        if _concerned.get() is not None:
            with transaction.atomic(savepoint=False):
                return function(*args, **kwargs)
        patients: set[UUID] = set()
        token, entered = _concerned.set(patients), _entered.set(set())
        try:
            with transaction.atomic(), pghistory.context(**authorship(kwargs)):
                returned = function(*args, **kwargs)
                for follow in AT_THE_END if patients else ():
                    follow(patients)
                return returned
        finally:
            _concerned.reset(token)
            _entered.reset(entered)

    return recorded


def concern(patient: UUID | None) -> None:
    """Note that the running action is about a patient, so that what hangs on them follows at its end."""
    if patient is not None and (patients := _concerned.get()) is not None:
        patients.add(patient)


def note_entered(patient: UUID) -> None:
    """Note that the running action has entered a patient."""
    if (entered := _entered.get()) is not None:
        entered.add(patient)


def is_entered(patient: UUID) -> bool:
    """Say whether the running action has entered the patient itself, so that nothing can hang on them yet."""
    return patient in (_entered.get() or ())


def authorship(kwargs: dict[str, Any]) -> dict[str, str]:
    """Return what the row history keeps of a change: the author's id (none: the system itself) and the reason."""
    by = kwargs.get("by")
    return {"by": str(by.pk) if by else "", "reason": kwargs.get("reason") or ""}


def carry_authorship_into_copy() -> None:
    """Hand the running action's author to statements that bypass Django's cursor, such as COPY.

    The library adds it to statements that go through `cursor.execute`; `copy_expert` does not.
    """
    with connection.cursor() as cursor:
        cursor.execute("DO 'BEGIN END'")  # does nothing but make the library set its transaction-local variables
