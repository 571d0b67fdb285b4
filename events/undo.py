"""Undoing a change by a new event: the rows are put back as they were, the old event stays.

An event that can be undone holds, per row it touched, the columns before and after. Undoing is refused when one of
those rows was changed since, so that nothing later is lost: the later change is undone first. What the product itself
notes on a row, the columns a model names in NOT_UNDONE, is nobody's change: it is neither asked about nor put back.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction

from accounts.models import Staff
from events.actions import follow_up
from events.models import Event
from iotrex_followup.errors import TransitionRefused
from iotrex_followup.history import action

Columns = dict[str, Any]
Row = TypeVar("Row", bound=models.Model)

# What is asked before an event of this kind is undone: it raises what stands in the way; registered likewise.
BEFORE_UNDO: defaultdict[str, list[Callable[[Event, Staff], None]]] = defaultdict(list)

# What else follows when an event of this kind is undone; the owning app registers it in AppConfig.ready.
AFTER_UNDO: dict[str, Callable[[Event, datetime], None]] = {}


class Changes:
    """The rows one action touches, with their columns before and after.

    Watch rows before changing them, note new ones after creating them, and hand `facts()` to the event.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], tuple[models.Model, Columns | None]] = {}

    def watch(self, *rows: models.Model) -> None:
        """Remember how `rows` stand now, before they are changed."""
        for row in rows:
            self._rows.setdefault(row_key(row), (row, columns(row)))

    def watched(self, row: Row) -> Row:
        """Return the object that is watched for `row`, which is the one to change; watch `row` when none is."""
        self.watch(row)
        found: Row = self._rows[row_key(row)][0]  # type: ignore[assignment]  # of the same model: its key says so
        return found

    def created(self, row: models.Model, *, undone: Columns) -> None:
        """Remember a new row; undoing sets the columns `undone` on it, since nothing is deleted."""
        self._rows[row_key(row)] = (row, undone)

    def facts(self) -> list[dict[str, Any]]:
        """Return what changed, row by row, as the event stores it; rows that did not change are left out."""
        changed = []
        for (label, pk), (row, before) in self._rows.items():
            after = columns(row)
            names = sorted(name for name, value in (before or {}).items() if after[name] != value)
            if names:
                changed.append(
                    {
                        "row": label,
                        "id": pk,
                        "before": {name: (before or {})[name] for name in names},
                        "after": {name: after[name] for name in names},
                    }
                )
        return changed


def row_key(row: models.Model) -> tuple[str, str]:
    """Return the model's label and the row's id, as text."""
    return row._meta.label_lower, str(row.pk)


def columns(row: models.Model) -> Columns:
    """Return the row's columns as JSON values, by attribute name (`plan_id`, not `plan`)."""
    values = {field.attname: as_stored(field, row) for field in row._meta.concrete_fields if not field.primary_key}
    plain: Columns = json.loads(json.dumps(values, cls=DjangoJSONEncoder, default=str))
    return plain


def as_stored(field: models.Field[Any, Any], row: models.Model) -> Any:
    """Return the row's value as the database gives it back: a number with the places of its column."""
    value = getattr(row, field.attname)
    if isinstance(field, models.DecimalField) and field.decimal_places is not None and value is not None:
        return Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places), ROUND_HALF_UP)
    return value


def can_be_undone(event: Event) -> bool:
    """Say whether `event` holds the rows it changed and was not undone yet."""
    return bool(event.facts.get("rows")) and not hasattr(event, "undone_by")


@action
def undo(*, event: Event, by: Staff, now: datetime, reason: str = "") -> Event:
    """Put the rows of `event` back as they were before it.

    Raises   TransitionRefused: it cannot be undone, was undone already, or one of its rows was changed since.
    Raises   what `BEFORE_UNDO` has for its kind, such as PermissionDenied.
    Records  <kind>.undone
    """
    if not can_be_undone(event):
        raise TransitionRefused("This cannot be undone (any more).")
    for refuse in BEFORE_UNDO.get(event.kind, ()):
        refuse(event, by)
    try:
        with transaction.atomic():
            for change in event.facts["rows"]:
                restore(change)
    except IntegrityError as error:
        raise TransitionRefused("What was entered since stands in the way. Correct that first.") from error
    if follow := AFTER_UNDO.get(event.kind):
        follow(event, now)
    undone = Event.objects.create(
        clinic=event.clinic,
        patient=event.patient,
        kind=f"{event.kind}.undone",
        facts={key: value for key, value in event.facts.items() if key != "rows"},
        reason=reason,
        undoes=event,
        by=by,
    )
    follow_up(undone)
    return undone


def restore(change: Mapping[str, Any]) -> None:
    """Set the columns of one row back to `before`, unless they are no longer as `after` says.

    Raises   TransitionRefused: the row was changed since.
    """
    model = apps.get_model(change["row"])
    row = model._default_manager.select_for_update(of=("self",)).get(pk=change["id"])
    now, noted = columns(row), getattr(model, "NOT_UNDONE", ())
    if any(now[name] != value for name, value in change["after"].items() if name not in noted):
        raise TransitionRefused("Something else happened to it since. Undo the later change first.")
    fields, before = attribute_fields(model), {n: v for n, v in change["before"].items() if n not in noted}
    for name, value in before.items():
        setattr(row, name, fields[name].to_python(value))
    row.save(update_fields=list(before))


def attribute_fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return the model's columns by attribute name."""
    return {field.attname: field for field in model._meta.concrete_fields}
