"""Which score of a scan counts: its reader's, that of two readers who agree in every region, or an adjudication."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from accounts.models import Staff
from imaging.models import ImagingPolicy, ImagingStudy, ScoreReading
from imaging.response import scores
from imaging.response.scores import Agreement, Scheme, Score
from imaging.scoring import blinding
from imaging.scoring.blinding import MOST_READERS, Seen, seen_among
from imaging.scoring.schemes import SCHEMES


class Standing(StrEnum):
    """How the scoring of a scan stands."""

    UNREAD = "unread"
    COUNTS = "counts"
    AWAITS_SECOND = "awaits_second_reader"
    AWAITS_ADJUDICATION = "awaits_adjudication"


@dataclass(frozen=True)
class StudyScore:
    """A scan by one scheme: its readers' readings in the order they were entered, and the adjudication, if any.

    `two_readers`: the clinic has scans scored by two, who do not see each other's values before both have read.
    `was_seen` says of such a scan that everybody could see two readings of it at some time, `not_blind` which of its
    readings were entered after that.
    """

    study: ImagingStudy
    scheme: Scheme
    two_readers: bool
    readings: Sequence[ScoreReading] = ()
    adjudication: ScoreReading | None = None
    was_seen: bool = False
    not_blind: Set[UUID] = frozenset()

    @cached_property
    def agreement(self) -> Agreement | None:
        """What two readers gave, region by region; None before there are two."""
        if len(self.readings) < MOST_READERS:
            return None
        first, second = (score_of(each) for each in self.readings[:MOST_READERS])
        return scores.compare_readers(self.scheme, first, second)

    @property
    def standing(self) -> Standing:
        """How the scoring stands."""
        if not self.readings:
            return Standing.UNREAD
        if self.agreement is None:
            return Standing.AWAITS_SECOND if self.awaits_second else Standing.COUNTS
        settled = self.adjudication or not self.agreement.differing
        return Standing.COUNTS if settled else Standing.AWAITS_ADJUDICATION

    @property
    def counting(self) -> ScoreReading | None:
        """The reading whose values count; None while none does. Of two that agree it is the first."""
        if self.standing is not Standing.COUNTS:
            return None
        return self.adjudication or self.readings[0]

    @property
    def counts(self) -> Score | None:
        """The score that counts; None while none does."""
        return score_of(self.counting) if self.counting else None

    @property
    def readers(self) -> list[Staff]:
        """Whose score counts, or who has read it so far, by name."""
        readings = [self.adjudication] if self.adjudication else self.readings
        return sorted((each.reader for each in readings), key=str)

    @property
    def read_by(self) -> str:
        """The readers' names."""
        return " and ".join(map(str, self.readers))

    @property
    def awaits_second(self) -> bool:
        """Whether two are asked and not both have read."""
        return blinding.awaits_second(two_readers=self.two_readers, readers=len(self.readings))

    def hides(self, reading: ScoreReading, viewer: Staff) -> bool:
        """Say whether the values of `reading` are kept from `viewer`."""
        return blinding.hides(reading, viewer, two_readers=self.two_readers, readers=len(self.readings))

    def has_read(self, person: Staff) -> bool:
        """Say whether `person` is one of its readers."""
        return any(each.reader_id == person.pk for each in self.readings)

    @property
    def sentence(self) -> str:
        """Return what counts, or what is awaited, as a sentence."""
        match self.standing:
            case Standing.UNREAD:
                return f"Not scored by {self.scheme.kind}."
            case Standing.AWAITS_SECOND:
                return f"Read by {self.read_by}; awaits the second reader."
            case Standing.AWAITS_ADJUDICATION:
                count = len(self.agreement.differing) if self.agreement else 0
                return f"The readers differ in {count} region{'s' * (count != 1)}; awaits adjudication."
        return f"{self.scheme.kind} score {self.counting.total if self.counting else 0}, {self.how}."

    @property
    def how(self) -> str:
        """Return how the score that counts came about: "read alike by Dr Ito and Dr Oz, Dr Oz not blind"."""
        how = "adjudicated by" if self.adjudication else "read alike by" if self.agreement else "read by"
        unblinded = " and ".join(str(each.reader) for each in self.readings if each.pk in self.not_blind)
        return f"{how} {self.read_by}{f', {unblinded} not blind' if unblinded else ''}"


@dataclass
class Rows:
    """The readings of one scan by one scheme, as they are gathered; `entered` with those entered in error."""

    readings: list[ScoreReading] = field(default_factory=list)
    adjudication: ScoreReading | None = None
    entered: list[ScoreReading] = field(default_factory=list)

    @property
    def replaceable(self) -> list[ScoreReading]:
        """What was entered, where one of two readings or more was taken back; else nothing."""
        replaced = len(self.entered) >= MOST_READERS and len(self.entered) > len(self.readings)
        return self.entered if replaced else []


def score_of(reading: ScoreReading) -> Score:
    """Return a stored reading as a score."""
    return scores.score(SCHEMES[reading.scheme], reading.values)


def study_score(study: ImagingStudy, scheme: Scheme, policy: ImagingPolicy) -> StudyScore:
    """Return how `study` is scored by `scheme`."""
    return scores_by(scheme, [study], policy)[0]


def scores_by(scheme: Scheme, studies: Iterable[ImagingStudy], policy: ImagingPolicy) -> list[StudyScore]:
    """Return how each of `studies` is scored by `scheme`, in their order; readings entered in error left out."""
    studies = list(studies)
    found: dict[UUID, Rows] = {study.pk: Rows() for study in studies}
    rows = ScoreReading.objects.filter(study__in=found.keys(), scheme=scheme.kind)
    for row in rows.select_related("reader").order_by("id"):
        of_scan = found[row.study_id]
        if row.role == ScoreReading.Role.READER:
            of_scan.entered.append(row)
        if row.withdrawn:
            continue
        if row.role == ScoreReading.Role.ADJUDICATION:
            of_scan.adjudication = row
        else:
            of_scan.readings.append(row)
    taken_back = [each for of_scan in found.values() for each in of_scan.replaceable]
    seen = seen_among(taken_back) if policy.two_readers else Seen()
    return [
        StudyScore(
            study,
            scheme,
            policy.two_readers,
            found[study.pk].readings,
            found[study.pk].adjudication,
            was_seen=study.pk in seen.studies,
            not_blind=seen.not_blind,
        )
        for study in studies
    ]
