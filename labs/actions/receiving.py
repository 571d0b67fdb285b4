"""Taking results in: stored as they came, understood or held back, graded and raised, in one transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Clinic, Staff
from events.models import Event, StoredFile
from iotrex_followup.copying import copy_lines, line
from iotrex_followup.history import action
from iotrex_followup.ids import uuid7_texts
from labs.actions.contradictions import close_overtaken_questions, unasked_questions
from labs.actions.stored_since import close_stored_rows
from labs.alerting.deadlines import answer_times
from labs.intake.book import Book, LaboratoryBook
from labs.intake.held_back import alert_if_perhaps_critical, close_what_is_judged
from labs.intake.incoming import Incoming
from labs.intake.understanding import Held, Reader, Understood, digest
from labs.intake.versions import Stored, holding, stored_versions, version_of
from labs.models import LabReport, LabResult, QuarantineItem
from labs.settling import settle
from patients.models import Patient

REPORT_COLUMNS = (
    *("id", "clinic_id", "laboratory_id", "source", "origin", "accession", "raw", "caller", "read_back"),
    *("attachment_id", "received_at", "received_by_id"),
)
RESULT_COLUMNS = (
    *("id", "clinic_id", "patient_id", "report_id", "laboratory_id", "identity", "fingerprint", "is_current", "status"),
    *("analyte", "code", "name", "reported", "value", "comparator", "unit", "system", "graded_value", "si_value"),
    *("low", "high", "range_source", "accession", "assay", "specimen_type", "fasting", "collected_at", "collected_on"),
    *("time_known", "issued_at", "received_at", "derivation"),
)
LONGEST_POSITION = 80  # the column's
LOCKS = 4215  # first key of the advisory locks of quarantines; the second is made of the clinic's id


@dataclass(frozen=True, slots=True)
class Source:
    """What brought results, and who telephoned them or typed them in."""

    kind: str
    origin: str = ""
    caller: str = ""
    read_back: bool = False
    attachment: StoredFile | None = None


@dataclass
class Received:
    """What came of an arrival, row by row; every row is exactly one of the four."""

    stored: int = 0
    duplicate: int = 0
    corrected: int = 0
    quarantined: list[tuple[str, str]] = field(default_factory=list)  # position, reason
    outcomes: dict[str, str] = field(default_factory=dict)  # stored, duplicate, corrected or quarantined, by position
    alerts: int = 0

    @property
    def rows(self) -> int:
        return self.stored + self.duplicate + self.corrected + len(self.quarantined)


ReportKey = tuple[str, str, str, str]


class New(NamedTuple):
    """A row that was understood, with its patient and laboratory."""

    row: Incoming
    read: Understood
    patient: Patient
    book: LaboratoryBook


@action
def receive_results(
    *,
    clinic: Clinic,
    rows: Sequence[Incoming],
    source: Source,
    by: Staff | None,
    now: datetime,
    taking_in: Collection[UUID] = (),
) -> Received:
    """Store `rows` as they came, grade what is understood, and raise what somebody must know.

    The same rows again change nothing, and the order in which versions of a result come does not matter. What is held
    back and stored by now is closed, but for `taking_in`: the items the rows are of, which the caller closes.

    Records  results.received, and quarantine.stored when anything is closed, for each patient
    """
    received = Received()
    arrival = Arrival(clinic, source, by, now, received, taking_in)
    arrival.read(rows)
    arrival.store()
    received.alerts = arrival.settle()
    close_what_is_judged(arrival.closed, clinic=clinic, now=now)
    return received


class Arrival:
    """Rows on their way in."""

    def __init__(
        self,
        clinic: Clinic,
        source: Source,
        by: Staff | None,
        now: datetime,
        received: Received,
        taking_in: Collection[UUID],
    ) -> None:
        self.clinic, self.source, self.by, self.now, self.received = clinic, source, by, now, received
        self.taking_in = taking_in
        self.book = Book(clinic, by)
        self.reader = Reader(self.book, clinic.zone, now)
        self.new: list[New] = []
        self.held: list[tuple[Incoming, Held, LaboratoryBook, Patient | None]] = []
        self.changed: set[str] = set()
        self.closed: list[QuarantineItem] = []

    def read(self, rows: Sequence[Incoming]) -> None:
        """Read every row; the patients concerned stay locked, so that two arrivals do not cross."""
        rows = [row.storable() for row in rows]
        self.mrns = {row.mrn for row in rows}
        self.patients = patients_by_mrn(self.clinic, self.mrns)
        for name in sorted({row.laboratory for row in rows}, key=str.casefold):
            self.book.of(name)  # new ones in one order, so that two arrivals do not wait for each other
        for row in rows:
            book, addressed = self.book.of(row.laboratory), self.patients.get(row.mrn)
            read = self.reader.read(row, book, addressed)
            patient = addressed and (addressed.merged_into or addressed)
            if isinstance(read, Held):
                self.held.append((row, read, book, patient))
            elif patient is not None:
                self.new.append(New(row, read, patient, book))

    def store(self) -> None:
        """Write what is new, and note what is not."""
        self.fresh = fresh = self._without_copies()
        items = self._held_without_copies()
        reports = self._write_reports([*(each.row for each in fresh), *(row for row, *_ in items)])
        self._write_results(fresh, reports)
        close_overtaken_questions(self.clinic, self._versions_of(fresh))
        waiting = self._write_quarantine(items, list(self._contradictions(fresh)), reports)
        self.closed = self._close_stored_rows()
        closed = {item.pk for item in self.closed}
        perhaps = [(item, held) for item, held in waiting if item.pk not in closed]
        self.received.alerts += alert_if_perhaps_critical(perhaps, clinic=self.clinic, now=self.now)
        self._write_events(fresh)

    def _without_copies(self) -> list[New]:
        """Return the rows that are not stored yet, each once; copies are counted."""
        self.versions = stored_versions({each.read.identity for each in self.new})
        fresh = []
        for each in self.new:
            versions, read = self.versions[each.read.identity], each.read
            mark = str(read.fingerprint)
            if mark in versions:
                self.received.duplicate += 1
                self.received.outcomes[each.row.position] = "duplicate"
                continue
            if versions:
                self.received.corrected += 1
            else:
                self.received.stored += 1
            self.received.outcomes[each.row.position] = "corrected" if versions else "stored"
            version, value = version_of(read.issued_at, read.status, mark), read.value
            versions[mark] = Stored("", version, False, read.si_value, value.comparator, value.text)
            fresh.append(each)
        return fresh

    def _write_reports(self, rows: Sequence[Incoming]) -> dict[ReportKey, str]:
        """Store the rows of each specimen as they came, and return the reports' ids by what their rows share."""
        raw: dict[ReportKey, list[str]] = {}
        for row in rows:
            raw.setdefault(report_key(row), []).append(row.raw)
        ids = dict(zip(raw, uuid7_texts(len(raw)), strict=True))
        source = self.source
        copy_lines(
            LabReport,
            REPORT_COLUMNS,
            (
                line(
                    (
                        ids[key],
                        self.clinic.pk,
                        self.book.of(key[0]).laboratory.pk,
                        source.kind,
                        source.origin[:200],
                        key[2][:80],
                        "\n".join(dict.fromkeys(texts)),  # rows of one text carry all of it
                        source.caller,
                        source.read_back,
                        source.attachment and source.attachment.pk,
                        self.now,
                        self.by and self.by.pk,
                    )
                )
                for key, texts in raw.items()
            ),
        )
        return ids

    def _write_results(self, fresh: Sequence[New], reports: Mapping[ReportKey, str]) -> None:
        """Store the new versions; of each result the one that holds is marked, an older one no longer."""
        ids = uuid7_texts(len(fresh))
        for pk, each in zip(ids, fresh, strict=True):
            versions, fingerprint = self.versions[each.read.identity], str(each.read.fingerprint)
            versions[fingerprint] = versions[fingerprint]._replace(id=pk)
        touched = {each.read.identity for each in fresh}
        holds = {identity: holding(self.versions[identity].values()).id for identity in touched}
        overtaken = [
            stored.id
            for identity in touched
            for stored in self.versions[identity].values()
            if stored.is_current and stored.id != holds[identity]
        ]
        if overtaken:
            LabResult.objects.filter(pk__in=overtaken).update(is_current=False)
        clinic, now = str(self.clinic.pk), str(self.now)
        copy_lines(
            LabResult,
            RESULT_COLUMNS,
            (
                result_line(pk, clinic, now, each, reports[report_key(each.row)], pk == holds[each.read.identity])
                for pk, each in zip(ids, fresh, strict=True)
            ),
        )
        self.changed = set(holds.values()) & set(ids)

    def _contradictions(self, fresh: Sequence[New]) -> Iterator[tuple[New, Held, UUID]]:
        """Yield the results of which two versions contradict each other: a person says which holds.

        Of two that came together the one that does not hold is put before the person: the other is judged as a result.
        """
        came: dict[UUID, dict[str, New]] = {}
        for each in fresh:
            came.setdefault(each.read.identity, {})[str(each.read.fingerprint)] = each
        for question in unasked_questions(self.clinic, self._versions_of(fresh)):
            new, rival, holds = came[question.identity], question.rival.version, question.holds.version
            each = new.get(rival.fingerprint) or new.get(holds.fingerprint) or next(iter(new.values()))
            what = f"{each.row.analyte} of {each.read.when.day}"
            problem, remedy = QuarantineItem.Problem.CONFLICT, "Say which value holds."
            is_judged = each is not new.get(rival.fingerprint) and question.rival.is_current  # both are, as results
            value = None if is_judged else each.read.value
            held = Held(problem, question.reason(what), remedy, each.read.meaning.analyte, value)
            yield each, held, question.mark

    def _versions_of(self, fresh: Sequence[New]) -> dict[UUID, dict[str, Stored]]:
        """Return all versions of the results of which there is a new one."""
        return {identity: self.versions[identity] for identity in {each.read.identity for each in fresh}}

    def _held_without_copies(self) -> list[tuple[Incoming, Held, LaboratoryBook, Patient | None]]:
        """Return the held-back rows that do not wait already, each once; copies are counted."""
        if self.held:
            lock_quarantine(self.clinic)
        marks = [held_mark(self.clinic, row) for row, *_ in self.held]
        known = set(QuarantineItem.objects.filter(fingerprint__in=marks).values_list("fingerprint", flat=True))
        items = []
        for mark, item in zip(marks, self.held, strict=True):
            if mark in known:
                self.received.duplicate += 1
                self.received.outcomes[item[0].position] = "duplicate"
                continue
            known.add(mark)
            items.append(item)
            self.received.outcomes[item[0].position] = "quarantined"
            self.received.quarantined.append((item[0].position, item[1].reason))
        return items

    def _write_quarantine(
        self,
        items: Sequence[tuple[Incoming, Held, LaboratoryBook, Patient | None]],
        contradictions: Sequence[tuple[New, Held, UUID]],
        reports: Mapping[ReportKey, str],
    ) -> list[tuple[QuarantineItem, Held]]:
        """Put before a person what is held back, and what contradicts itself: one question for each."""
        waiting = [(*item, held_mark(self.clinic, item[0])) for item in items]
        waiting += [(new.row, held, new.book, new.patient, mark) for new, held, mark in contradictions]
        if not waiting:
            return []
        due_on = answer_times(self.now, self.clinic)["next_working_day"].date()
        rows = [
            QuarantineItem(
                clinic=self.clinic,
                report_id=UUID(reports[report_key(row)]),
                laboratory=book.laboratory,
                patient=patient,
                fingerprint=mark,
                position=row.position[:LONGEST_POSITION],
                problem=held.problem,
                reason=held.reason,
                remedy=held.remedy,
                row=row._asdict(),
                due_on=due_on,
                received_at=self.now,
            )
            for row, held, book, patient, mark in waiting
        ]
        QuarantineItem.objects.bulk_create(rows, batch_size=2000)
        return [(item, held) for item, (_, held, *_) in zip(rows, waiting, strict=True)]

    def _close_stored_rows(self) -> list[QuarantineItem]:
        """Close what waits of the people concerned and is stored by now, and return the items."""
        return close_stored_rows(
            self.clinic,
            self.patients,
            mrns=self.mrns,
            reader=self.reader,
            versions=self.versions,
            but=self.taking_in,
            by=self.by,
        )

    def _write_events(self, fresh: Sequence[New]) -> None:
        """Write down for each patient how many results came, and of which days."""
        days: dict[Patient, list[date]] = {}
        for each in fresh:
            days.setdefault(each.patient, []).append(each.read.when.day)
        events = [
            Event(
                clinic=self.clinic,
                patient=patient,
                kind="results.received",
                facts={"results": len(of), "first_day": min(of), "last_day": max(of), "origin": self.source.origin},
                by=self.by,
            )
            for patient, of in days.items()
        ]
        Event.objects.bulk_create(events)

    def settle(self) -> int:
        """Let what follows from the new results follow, and return how many alerts were raised."""
        patients = {each.patient.pk: each.patient for each in self.fresh if self.changed}
        raised = settle(
            list(patients.values()),
            clinic=self.clinic,
            changed=self.changed,
            book=self.book,
            by=self.by,
            now=self.now,
        )
        return self.received.alerts + raised


def patients_by_mrn(clinic: Clinic, mrns: Iterable[str]) -> dict[str, Patient]:
    """Return the clinic's records by MRN, locked; a merged one leads to the record it was merged into.

    What tells results apart is made of the record addressed, so that what was sent before a merge is known after it.
    """
    addressed = Patient.objects.filter(clinic=clinic, mrn__in=mrns)
    concerned = Q(pk__in=addressed.values("pk")) | Q(pk__in=addressed.values("merged_into"))
    locked = {each.pk: each for each in Patient.objects.filter(concerned).order_by("pk").select_for_update(no_key=True)}
    for each in locked.values():
        if each.merged_into_id in locked:
            each.merged_into = locked[each.merged_into_id]
    return {each.mrn: each for each in locked.values()}


def report_key(row: Incoming) -> ReportKey:
    """Return what rows of one report share: laboratory, patient, accession, and without one the specimen."""
    return row.laboratory, row.mrn, row.accession, "" if row.accession else row.specimen or row.collected_at


def held_mark(clinic: Clinic, row: Incoming) -> UUID:
    """Return the digest by which a held-back row is known again, wherever in a file it stands."""
    return digest(clinic.pk, *row._replace(position="", raw=row.raw if row.broken else ""))


def lock_quarantine(clinic: Clinic) -> None:
    """Let arrivals that hold rows back follow each other, so that the same row is held back once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, str(clinic.pk)])


def result_line(pk: str, clinic: str, now: str, each: New, report: str, is_current: bool) -> str:
    """Return a result as a line of COPY, in the order of RESULT_COLUMNS."""
    row, read, meaning, when = each.row, each.read, each.read.meaning, each.read.when
    return line(
        (
            pk,
            clinic,
            each.patient.pk,
            report,
            each.book.laboratory.pk,
            read.identity,
            read.fingerprint,
            is_current,
            read.status,
            meaning.analyte.key if meaning.analyte else "",
            row.analyte.strip()[:80],
            row.name[:200],
            read.value.text,
            read.value.number,
            read.value.comparator,
            read.unit,
            read.system,
            read.graded_value,
            read.si_value,
            read.limits.low,
            read.limits.high,
            read.limits.source,
            row.accession[:80],
            meaning.assay,
            row.specimen_type or meaning.specimen_type,
            read.fasting,
            when.at,
            when.day,
            when.timed,
            read.issued_at,
            now,
            "",
        )
    )
