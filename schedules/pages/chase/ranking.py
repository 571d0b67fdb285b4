"""Whom a clinic chases, in which order: paged by key, whatever the number of patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import Staff
from schedules.pages.chase.reasons import REASONS, TITLES, ChaseDay

PAGE = 25


class Filters(NamedTuple):
    """What the chase list is narrowed to; empty and None mean everything."""

    reason: str = ""
    clinician: Staff | None = None


class Chased(NamedTuple):
    """One patient of the list: why, since when, and what a miss would cost. What nobody has read comes first."""

    patient: UUID
    unread: bool
    cost: int
    since: date
    reasons: frozenset[str]

    @property
    def key(self) -> str:
        """The place in the list, from which the next page starts."""
        return f"{int(self.unread)}_{self.cost}_{self.since}_{self.patient}"


@dataclass(frozen=True, slots=True)
class Key:
    """A place in the list.

    Raises   ValueError: the text is none.
    """

    read: bool
    cheaper: int
    since: date
    patient: UUID

    @classmethod
    def parse(cls, text: str) -> Key:
        unread, cost, since, patient = text.split("_")
        return cls(unread == "0", -int(cost), date.fromisoformat(since), UUID(patient))


# The reasons are asked by the querysets; what they have no words for is to rank the patients of several at once.
CHASED = """
WITH reason AS ({reasons}),
chased AS (
    SELECT patient_id, bool_or(name = 'word') AS unread, max(miss) AS cost, min(since) AS since,
           array_agg(name) AS reasons
    FROM reason GROUP BY patient_id
)
"""
RANKED = """
SELECT patient_id, unread, cost, since, reasons FROM chased
WHERE (%s = '' OR %s = ANY(reasons)) AND {after}
ORDER BY NOT unread, -cost, since, patient_id LIMIT %s
"""
AFTER = "(NOT unread, -cost, since, patient_id) > (%s, %s, %s, %s)"
COUNTED = "SELECT name, count(*) FROM (SELECT name FROM reason UNION ALL SELECT '' FROM chased) AS named GROUP BY name"


def chased(day: ChaseDay, filters: Filters, *, after: str = "", size: int = PAGE) -> tuple[list[Chased], str]:
    """Return a page of the list in one query, and the key of the next page; empty when nothing follows.

    Raises   ValueError: `after` is not a key.
    """
    key = Key.parse(after) if after else None
    beyond = [key.read, key.cheaper, key.since, key.patient] if key else []
    ranked = RANKED.format(after=AFTER if key else "TRUE")
    rows = run(day, filters, ranked, [filters.reason, filters.reason, *beyond, size + 1])
    found = [Chased(patient, unread, cost, since, frozenset(names)) for patient, unread, cost, since, names in rows]
    return found[:size], found[size - 1].key if len(found) > size else ""


def counts(day: ChaseDay, filters: Filters) -> Mapping[str, int]:
    """Return how many patients there are for each reason, and under the empty name altogether, in one query."""
    found = dict(run(day, filters, COUNTED, []))
    return {name: found.get(name, 0) for name in ("", *TITLES)}


def run(day: ChaseDay, filters: Filters, query: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Run `query` over the reasons for which the patients of a clinic are chased."""
    parts: list[str] = []
    given: list[Any] = []
    for name, of in REASONS.items():
        rows = of(day)
        if filters.clinician:
            rows = rows.filter(patient__responsible_clinician=filters.clinician)
        sql, own = rows.query.sql_with_params()
        parts.append(f"SELECT patient_id, since, miss, '{name}' AS name FROM ({sql}) AS of_{name}")  # noqa: S608
        given += own
    with connection.cursor() as cursor:
        cursor.execute(CHASED.format(reasons=" UNION ALL ".join(parts)) + query, [*given, *params])
        return list(cursor.fetchall())
