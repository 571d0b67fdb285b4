"""Taking held-back rows in again, once what stood in their way is settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from accounts.models import Clinic, Staff
from iotrex_followup.errors import InputRefused, TransitionRefused
from labs.actions.receiving import Source, patients_by_mrn, receive_results
from labs.intake.book import Book
from labs.intake.held_back import close_what_is_judged
from labs.intake.incoming import Incoming
from labs.intake.understanding import Held, Reader, Understood
from labs.models import LabReport, LabResult, QuarantineItem
from patients.models import Patient


@dataclass
class Replay:
    """What became of the items that were taken in again, and why those that still wait do."""

    taken_in: list[QuarantineItem] = field(default_factory=list)
    still_held: list[tuple[QuarantineItem, Held]] = field(default_factory=list)
    alerts: int = 0


class _Ready(NamedTuple):
    item: QuarantineItem
    row: Incoming
    read: Understood


def locked(items: Sequence[QuarantineItem]) -> list[QuarantineItem]:
    """Return the items that still wait, locked.

    Raises   TransitionRefused: none does.
    """
    waiting = QuarantineItem.objects.filter(pk__in=[item.pk for item in items], state=QuarantineItem.State.OPEN)
    found = list(waiting.select_related("clinic", "report", "patient", "laboratory").select_for_update(of=("self",)))
    if not found:
        raise TransitionRefused("This is dealt with already.")
    return found


def replay_items(
    items: Sequence[QuarantineItem],
    *,
    by: Staff,
    now: datetime,
    instead: Mapping[str, str] | None = None,
    patient: Patient | None = None,
    outcome: str = "Taken in",
) -> Replay:
    """Take in what can be read now of `items`, all of one clinic; what came stays as it came.

    `instead` holds fields a person read otherwise than they came, `patient` whom they chose. Such results count as
    typed in. `outcome` is written at what is taken in; what still cannot be read says why, unless it was read with
    something else instead.

    Raises   InputRefused: an item asks which of two values holds, which reading it again does not answer.
    """
    if any(item.problem == QuarantineItem.Problem.CONFLICT for item in items):
        raise InputRefused("Say which value holds.")
    clinic = items[0].clinic
    replay, ready = Replay(), []
    for item, row, read in read_again(clinic, items, instead or {}, patient, by=by, now=now):
        if isinstance(read, Held):
            replay.still_held.append((item, read))
        else:
            ready.append(_Ready(item, row, read))
    taking_in = [each.item.pk for each in ready]
    for source, group in by_source(ready, typed=bool(instead)).items():
        received = receive_results(
            clinic=clinic, rows=[each.row for each in group], source=source, by=by, now=now, taking_in=taking_in
        )
        replay.alerts += received.alerts
    close(ready, patient, outcome)
    replay.taken_in = [each.item for each in ready]
    if not instead:
        explain(replay.still_held, patient)
    close_what_is_judged(replay.taken_in, clinic=clinic, now=now)
    return replay


def read_again(
    clinic: Clinic,
    items: Sequence[QuarantineItem],
    instead: Mapping[str, str],
    patient: Patient | None,
    *,
    by: Staff,
    now: datetime,
) -> list[tuple[QuarantineItem, Incoming, Understood | Held]]:
    """Read the rows of `items` with what is known now."""
    book = Book(clinic, by)
    reader = Reader(book, clinic.zone, now)
    chosen = [patient.mrn] if patient else []
    patients = patients_by_mrn(clinic, {*chosen, *(item.row["mrn"] for item in items), *mrns_known(items)})
    readings = []
    for item in items:
        row = Incoming(**item.row)._replace(**instead)
        known = patient or (item.patient if row.mrn not in patients else None)
        if known:
            row = row._replace(mrn=known.mrn)
        readings.append((item, row, reader.read(row, book.of(row.laboratory), patients.get(row.mrn))))
    return readings


def mrns_known(items: Sequence[QuarantineItem]) -> list[str]:
    """Return the MRNs of the patients that people chose before."""
    return [item.patient.mrn for item in items if item.patient]


def by_source(ready: Sequence[_Ready], *, typed: bool) -> dict[Source, list[_Ready]]:
    """Return the rows by what brought them; what a person read otherwise was typed in."""
    groups: dict[Source, list[_Ready]] = {}
    for each in ready:
        report = each.item.report
        kind = LabReport.Source.ENTRY.value if typed else report.source
        groups.setdefault(Source(kind, report.origin), []).append(each)
    return groups


def close(ready: Sequence[_Ready], patient: Patient | None, outcome: str) -> None:
    """Mark the items whose rows were taken in, with the result each became."""
    results = LabResult.objects.filter(identity__in={each.read.identity for each in ready})
    pks = {(identity, mark): pk for identity, mark, pk in results.values_list("identity", "fingerprint", "pk")}
    for item, _, read in ready:
        item.state, item.outcome = QuarantineItem.State.REPLAYED, outcome
        item.result_id = pks[read.identity, read.fingerprint]
        item.patient = patient or item.patient
    fields = ["state", "outcome", "result", "patient"]
    QuarantineItem.objects.bulk_update([each.item for each in ready], fields, batch_size=1000)


def explain(still_held: Sequence[tuple[QuarantineItem, Held]], patient: Patient | None) -> None:
    """Write at the items that still wait what stands in their way now."""
    for item, held in still_held:
        item.problem, item.reason, item.remedy = held.problem, held.reason, held.remedy
        item.patient = patient or item.patient
    fields = ["problem", "reason", "remedy", "patient"]
    QuarantineItem.objects.bulk_update([item for item, _ in still_held], fields, batch_size=1000)
