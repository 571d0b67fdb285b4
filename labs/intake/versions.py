"""Which version of a result holds: told by what was sent, never by the order in which it came."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from accounts.models import Clinic
from iotrex_followup.copying import among
from labs.intake.understanding import digest
from labs.models import LabResult, QuarantineItem

STATUSES = tuple(LabResult.Status.values)
RANKS: Mapping[str, int] = {status: rank for rank, status in enumerate(STATUSES)}
PRELIMINARY, CORRECTED, CANCELLED = (
    RANKS[status] for status in (LabResult.Status.PRELIMINARY, LabResult.Status.CORRECTED, LabResult.Status.CANCELLED)
)
UNDATED = 0.0
A_MOMENT = timedelta(microseconds=1)
NO_VALUE = "no value"


class Version(NamedTuple):
    """What decides which version of a result holds: none that is preliminary over one that is not, then the one issued
    later, then the status; the digest breaks ties.
    """

    is_final: bool
    issued: float
    rank: int
    fingerprint: str

    @property
    def is_dated(self) -> bool:
        return self.issued != UNDATED

    def is_after(self, other: "Version") -> bool:
        """Say whether what was sent tells that this version came after the other; then it holds over it.

        Two times of issue tell, unless the later version is preliminary. Else the status does: preliminary, final, and
        what changes a result, in whatever way. It does not tell that a change without a time of issue came after a
        final version that has one: the laboratory may have issued that anew.
        """
        if self.is_dated and other.is_dated and self.issued != other.issued:
            return self.issued > other.issued and self.is_final >= other.is_final
        if self.is_final != other.is_final:
            return self.is_final
        return min(self.rank, CORRECTED) > min(other.rank, CORRECTED) and self.is_dated >= other.is_dated


class Stored(NamedTuple):
    """A version in the database, or about to be, with what it says."""

    id: str
    version: Version
    is_current: bool
    si_value: Decimal | None
    comparator: str
    reported: str

    @property
    def said(self) -> str:
        """What it says: its number however it is written, or its text; of what was taken back no value counts."""
        if self.version.rank >= CANCELLED:
            return NO_VALUE
        return self.reported if self.si_value is None else f"{self.comparator}{self.si_value.normalize():f}"

    @property
    def status(self) -> str:
        return STATUSES[self.version.rank]

    def contradicts(self, other: "Stored") -> bool:
        """Say whether they say different things and nothing tells which of the two came later."""
        told = self.version.is_after(other.version) or other.version.is_after(self.version)
        return self.said != other.said and not told


class Question(NamedTuple):
    """Which of two versions of a result holds, to be decided by a person; `holds` does until then."""

    identity: UUID
    holds: Stored
    rival: Stored
    mark: UUID

    def reason(self, what: str) -> str:
        """Return the question in words; `what` came twice."""
        pair = (self.holds, self.rival)
        if self.holds.status == self.rival.status:
            values = " and ".join(sorted(each.said for each in pair))
            return f"{what} came as {self.holds.status} with two values: {values}."
        ways = sorted(f"as {each.status}" + ("" if each.said == NO_VALUE else f" with {each.said}") for each in pair)
        return f"{what} came {' and '.join(ways)}, and nothing says which is later."


def version_of(issued_at: datetime | None, status: str, fingerprint: UUID | str) -> Version:
    """Return what decides whether this version holds."""
    rank, issued = RANKS[status], issued_at.timestamp() if issued_at else UNDATED
    return Version(rank > PRELIMINARY, issued, rank, str(fingerprint))


def stored_versions(identities: Iterable[UUID]) -> dict[UUID, dict[str, Stored]]:
    """Return all stored versions of these results by fingerprint; none for a result that is not known."""
    versions: dict[UUID, dict[str, Stored]] = {identity: {} for identity in identities}
    known = LabResult.objects.filter(identity__in=among(versions)).values_list(
        "identity", "fingerprint", "id", "issued_at", "status", "is_current", "si_value", "comparator", "reported"
    )
    for identity, fingerprint, pk, issued_at, status, is_current, si, comparator, text in known.iterator(5000):
        version = version_of(issued_at, status, fingerprint)
        versions[identity][str(fingerprint)] = Stored(str(pk), version, is_current, si, comparator, text)
    return versions


def issue_after(issued_at: datetime | None, now: datetime) -> datetime:
    """Return when a version entered `now` is issued, so that it holds over one of `issued_at`, which may lie ahead."""
    return max(now, issued_at + A_MOMENT) if issued_at else now


def holding(versions: Iterable[Stored]) -> Stored:
    """Return the version that holds."""
    return max(versions, key=lambda stored: stored.version)


def questions(clinic: Clinic, identity: UUID, versions: Iterable[Stored]) -> list[Question]:
    """Return what a person has to decide about a result: once for each thing said against the version that holds."""
    ranked = sorted(versions, key=lambda stored: stored.version, reverse=True)
    rivals: dict[str, Stored] = {}
    undated = [each.version for each in ranked if not each.version.is_dated]
    for each in ranked[1:]:
        overtaken = not each.version.is_dated and any(other.is_after(each.version) for other in undated)
        if ranked[0].contradicts(each) and not overtaken:
            rivals.setdefault(each.said, each)
    holds = ranked[0]
    return [Question(identity, holds, each, conflict_mark(clinic, identity, holds, each)) for each in rivals.values()]


def conflict_mark(clinic: Clinic, identity: UUID, one: Stored, other: Stored) -> UUID:
    """Return the digest by which the question is known which of two versions holds."""
    both = sorted((one.version.fingerprint, other.version.fingerprint))
    return digest(clinic.pk, QuarantineItem.Problem.CONFLICT, identity, *both)
