"""Held-back rows whose result is stored all the same: sent once more as it can be read, whichever came first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Clinic, Staff
from events.models import Event
from labs.grading.values import read_value
from labs.intake.incoming import Incoming
from labs.intake.quarantine import about, open_items
from labs.intake.understanding import NOTHING_SAID, STATUSES, Reader
from labs.intake.versions import Stored, stored_versions, version_of
from labs.models import QuarantineItem
from patients.models import Patient

NAMED = 20  # items and results in the facts of an event
TOLD = 3  # results in its words


class Answered(NamedTuple):
    """A held-back row, and the stored version that says the same or holds over it."""

    item: QuarantineItem
    stored: Stored


def close_stored_rows(
    clinic: Clinic,
    patients: Mapping[str, Patient],
    *,
    mrns: Collection[str],
    reader: Reader,
    versions: Mapping[UUID, Mapping[str, Stored]],
    but: Collection[UUID],
    by: Staff | None,
) -> list[QuarantineItem]:
    """Close what waits of `mrns` and `patients` and is stored, and return the items.

    `versions` are those of results that were looked up already. Items in `but` are left alone.

    Records  quarantine.stored for each patient
    """
    waiting = list(with_identity(waiting_items(clinic, mrns, patients).exclude(pk__in=but), patients, reader))
    if not waiting:
        return []
    missing = {identity for _, identity in waiting} - versions.keys()
    known = {**versions, **(stored_versions(missing) if missing else {})}
    answers = ((item, answer_to(item, reader, known[identity].values())) for item, identity in waiting)
    closed = [Answered(item, stored) for item, stored in answers if stored]
    for item, stored in closed:
        item.state, item.result_id = QuarantineItem.State.REPLAYED, UUID(stored.id)
        item.outcome = f"Its result is stored: {words_of(stored)}."
    fields = ["state", "result", "outcome", "patient"]
    QuarantineItem.objects.bulk_update([item for item, _ in closed], fields, batch_size=1000)
    write_events(clinic, closed, by)
    return [item for item, _ in closed]


def waiting_items(clinic: Clinic, mrns: Collection[str], patients: Mapping[str, Patient]) -> QuerySet[QuarantineItem]:
    """Return what waits of these people, locked; what a person is dealing with at this moment is left to them."""
    theirs = Q(row__mrn__in=list(mrns)) | Q(patient__in=[each.pk for each in patients.values()])
    waiting = open_items(clinic).filter(theirs).exclude(problem=QuarantineItem.Problem.CONFLICT)
    return waiting.select_related("laboratory").select_for_update(of=("self",), skip_locked=True)


def with_identity(
    items: Iterable[QuarantineItem], patients: Mapping[str, Patient], reader: Reader
) -> Iterator[tuple[QuarantineItem, UUID]]:
    """Yield the items of which it is clear by now whose and what result they are of."""
    chosen: dict[UUID | None, Patient] = {each.pk: each for each in patients.values()}
    for item in items:
        row, patient = Incoming(**item.row), patients.get(item.row["mrn"]) or chosen.get(item.patient_id)
        if patient is None or row.broken or item.laboratory_id is None:
            continue
        if identity := reader.identity(row, reader.book.by_id(item.laboratory_id), patient):
            item.patient = patient.merged_into or patient
            yield item, identity


def answer_to(item: QuarantineItem, reader: Reader, versions: Iterable[Stored]) -> Stored | None:
    """Return the version that makes a held-back one unnecessary: it says the same, or it holds over it.

    What says something else and is not told to be later answers nothing: it may be the held-back row that is right.
    """
    row = Incoming(**item.row)
    status = STATUSES.get(row.status.strip().casefold())
    issued = reader.when(row.issued_at) if row.issued_at.strip() else None
    if status is None or (issued is None and row.issued_at.strip()):
        return None
    held = version_of(issued and issued.at, status, "")
    comma = item.laboratory is not None and item.laboratory.decimal_comma
    for stored in sorted(versions, key=lambda each: each.version, reverse=True):
        if stored.version.is_after(held):
            return stored
        if not held.is_after(stored.version) and says_the_same(row.value, status, stored, comma=comma):
            return stored
    return None


def says_the_same(value: str, status: str, stored: Stored, *, comma: bool) -> bool:
    """Say whether a held-back value of this status is what is stored; of what was taken back no value counts."""
    if status in NOTHING_SAID or stored.status in NOTHING_SAID:
        return status in NOTHING_SAID and stored.status in NOTHING_SAID
    return same_value(value, stored.reported, comma=comma)


def same_value(one: str, other: str, *, comma: bool) -> bool:
    """Say whether two texts are the same value: the same number however it is written, or the same text."""
    values = [read_value(text, "," if comma else None) for text in (one, other)]
    said = [value and (value.comparator, value.text if value.number is None else value.number) for value in values]
    return said[0] == said[1]


def write_events(clinic: Clinic, closed: Sequence[Answered], by: Staff | None) -> None:
    """Write down for each patient what was closed, and which results it is."""
    of: dict[UUID | None, list[Answered]] = {}
    for each in closed:
        of.setdefault(each.item.patient_id, []).append(each)
    Event.objects.bulk_create(
        Event(
            clinic=clinic,
            patient_id=patient,
            kind="quarantine.stored",
            facts={
                "what": about([item for item, _ in answered]),
                "said": ", ".join(f"{item.row['analyte']} {words_of(stored)}" for item, stored in answered[:TOLD])
                + (", …" if len(answered) > TOLD else ""),
                "count": len(answered),
                "items": [str(item.pk) for item, _ in answered[:NAMED]],
                "results": [stored.id for _, stored in answered[:NAMED]],
            },
            by=by,
        )
        for patient, answered in of.items()
    )


def words_of(stored: Stored) -> str:
    """Return what is stored: "210", or that it was taken back."""
    return stored.status if stored.status in NOTHING_SAID else stored.reported
