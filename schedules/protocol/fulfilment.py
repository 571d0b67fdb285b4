"""Which open activities one specimen fulfils: PROTOCOL.md 8."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from schedules.protocol.activities import is_specimen

Key = TypeVar("Key", bound=Hashable)
KEPT_APART = "cbc"  # a month's is fulfilled together with a week's only once the counts have recovered


@dataclass(frozen=True, slots=True)
class OpenActivity(Generic[Key]):
    """An activity still to be done, with its timepoint and the window (inclusive) of that."""

    key: Key
    activity: str
    timepoint: str
    target: date
    opens: date
    closes: date

    @property
    def is_weekly(self) -> bool:
        """Whether it is a week's, whatever its phase is called; those that were added to the plan too."""
        return self.timepoint.startswith("W")

    @property
    def waits_for_recovery(self) -> bool:
        """Whether it is a month's blood count."""
        return self.activity == KEPT_APART and self.timepoint.startswith("M")


def fulfilled_by(
    specimen_on: date, activity: str, candidates: Iterable[OpenActivity[Key]], *, recovered: bool
) -> list[Key]:
    """Return the keys of the open activities that a specimen of `specimen_on` fulfils, by target.

    Those of the same kind whose window holds the date, but of week timepoints only the nearest (the earlier
    of two), and the CBC of a month together with a week's only when the counts have `recovered`.

    Raises   ValueError: `activity` is not done by a specimen.
    """
    if not is_specimen(activity):
        raise ValueError(f"{activity!r} is not done by a specimen")
    held = sorted(
        (c for c in candidates if c.activity == activity and c.opens <= specimen_on <= c.closes),
        key=lambda c: (c.target, c.timepoint),
    )
    weeks = [c for c in held if c.is_weekly]
    nearest = min(weeks, key=lambda c: abs(c.target - specimen_on), default=None)
    apart = nearest is not None and not recovered
    return [c.key for c in held if c is nearest or not (c.is_weekly or (apart and c.waits_for_recovery))]


def fulfilled_besides(
    own: OpenActivity[Key], specimen_on: date, candidates: Iterable[OpenActivity[Key]], *, recovered: bool
) -> list[Key]:
    """Return what a specimen fulfils besides `own`, the activity a person recorded it for.

    The person's word stands for `own`, whatever its window; the rest follows `fulfilled_by`, so that a week's count
    still serves one week only, and one of week and month stays open until the counts have `recovered`.
    """
    apart = [c for c in candidates if not _excludes(own, c, recovered) and not _excludes(c, own, recovered)]
    return fulfilled_by(specimen_on, own.activity, apart, recovered=recovered)


def _excludes(one: OpenActivity[Key], other: OpenActivity[Key], recovered: bool) -> bool:
    """Say whether `one`, a week's activity, leaves none of the same specimen for `other`."""
    return one.is_weekly and (other.is_weekly or (not recovered and other.waits_for_recovery))
