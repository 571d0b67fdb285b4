"""Which activities the results of a specimen's day complete, partly or wholly."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

from labs.rules.names import name
from labs.rules.values import Rule

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingRule(Rule):
    """Panels: by activity the sets of analytes of which any one, whole, completes it; how far a proposal reaches."""

    early_days: int
    late_days: int
    panels: Mapping[str, tuple[frozenset[str], ...]]


class Completion(NamedTuple):
    """What a day's results are to one activity: complete, or what is `missing` and what still `awaits` its final."""

    activity: str
    missing: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether nothing is missing and everything final."""
        return not self.missing and not self.awaits

    @property
    def sentence(self) -> str:
        """Return what is lacking, as people read it; empty when complete."""
        said = []
        if self.missing:
            said.append(f"{_listed(self.missing)} not reported")
        if self.awaits:
            said.append(f"{_listed(self.awaits)} not final")
        return "; ".join(said)


def completions(rule: MatchingRule, reported: Mapping[str, bool]) -> list[Completion]:
    """Return each activity that `reported`, a day's analytes with whether final, completes at least partly.

    Of several sets the one that lacks least counts, the first of equals. A bound (ANC from WBC) is not a report: the
    caller leaves it out; an absolute count from a percentage is one.
    """
    found = []
    for activity, panel in rule.panels.items():
        if any(analyte in reported for whole in panel for analyte in whole):
            found.append(min((_against(activity, whole, reported) for whole in panel), key=_lack))
    return found


def _against(activity: str, whole: frozenset[str], reported: Mapping[str, bool]) -> Completion:
    missing = sorted(analyte for analyte in whole if analyte not in reported)
    awaits = sorted(analyte for analyte in whole if not reported.get(analyte, True))
    return Completion(activity, tuple(missing), tuple(awaits))


def _lack(completion: Completion) -> tuple[int, int]:
    return len(completion.missing), len(completion.awaits)


def _listed(analytes: Iterable[str]) -> str:
    *others, last = map(name, analytes)
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True, slots=True)
class Planned(Generic[Key]):
    """An open activity with the window (inclusive) of its timepoint."""

    key: Key
    activity: str
    opens: date
    closes: date


class Proposal(NamedTuple, Generic[Key]):
    """An open activity that a specimen outside its window may stand for, once a person confirms it.

    `days` outside the window: negative before it opens, positive after it closes.
    """

    key: Key
    days: int


def proposals(
    rule: MatchingRule, activity: str, specimen_on: date, planned: Iterable[Planned[Key]]
) -> list[Proposal[Key]]:
    """Return what a complete specimen of `specimen_on` may stand for, the nearest window first.

    Nothing when an open window holds the date, for then the specimen is not early or late; otherwise at most the last
    window before and the next one after it, within the reach of the rule.
    """
    of_kind = [each for each in planned if each.activity == activity]
    if any(each.opens <= specimen_on <= each.closes for each in of_kind):
        return []
    late = [each for each in of_kind if specimen_on - timedelta(rule.late_days) <= each.closes < specimen_on]
    early = [each for each in of_kind if specimen_on < each.opens <= specimen_on + timedelta(rule.early_days)]
    found = []
    if late:
        last = max(late, key=lambda each: each.closes)
        found.append(Proposal(last.key, (specimen_on - last.closes).days))
    if early:
        following = min(early, key=lambda each: each.opens)
        found.append(Proposal(following.key, (specimen_on - following.opens).days))
    return sorted(found, key=lambda proposal: abs(proposal.days))
