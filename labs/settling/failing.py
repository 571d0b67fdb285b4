"""What a rule that fails leaves behind: the arrival is stored all the same, and somebody is told to look themselves."""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django import db

from labs.grading.analytes import catalogue
from labs.readings import written_unit
from labs.rules.names import NAMES, name, spoken
from labs.rules.values import Rule, Urgency
from labs.settling.rows import Row

AT_ONCE = frozenset({"anc", "platelets", "hgb", "potassium", "creatinine"})
logger = logging.getLogger(__name__)


class Failure(NamedTuple):
    """A rule that failed, with what it failed on; `at` None: nothing dates it."""

    rule: str
    version: str
    tier: Urgency
    sentence: str
    result: UUID | None = None
    at: datetime | None = None


class Attempts:
    """What is evaluated for one patient, one rule at a time, so that one that fails loses nothing of the others."""

    def __init__(self) -> None:
        self.failed: list[Failure] = []

    @contextmanager
    def of(
        self,
        rule: Rule,
        concerns: Collection[str],
        rows: Sequence[Row] = (),
        *,
        what: str = "what is on record",
        at: datetime | None = None,
    ) -> Iterator[None]:
        """Run one rule, which `concerns` these analytes; a failure is logged, noted, and what it left undone stays so.

        It is dated by the newest of `rows` it concerns, else it is about `what`, of `at`. An error of the database
        goes on: nothing may be stored after it.
        """
        try:
            yield
        except db.Error:
            raise
        except Exception:  # whatever it is, the result must be stored and somebody must look at it
            logger.exception("The rule %s could not be evaluated", rule.key)
            self.failed.append(failure(rule, concerns, rows, what, at))


def failure(rule: Rule, concerns: Collection[str], rows: Sequence[Row], what: str, at: datetime | None) -> Failure:
    """Return what is told of `rule` that failed: at once where it concerns what may be critical."""
    tier = Urgency.NEXT_WORKING_DAY if AT_ONCE.isdisjoint(concerns) else Urgency.IMMEDIATE
    newest = next((row for row in reversed(rows) if row.analyte in concerns), None)
    if newest is not None:
        called = name(newest.analyte) if newest.analyte in NAMES else catalogue()[newest.analyte].short
        what = f"{called} {newest.reported} {written_unit(newest.unit)}".strip() + f" on {spoken(newest.day)}"
    sentence = f"Could not be evaluated by the rule “{rule.title}”: {what}. Judge it yourself."
    result = newest.id if newest else None
    return Failure(rule.key, rule.version, tier, sentence, result, newest.at if newest else at)
