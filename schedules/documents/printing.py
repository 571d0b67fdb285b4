"""The visit plans of many patients, volume by volume, so that memory stays the same for ten patients and a thousand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.text import slugify

from events.models import Job, StoredFile
from iotrex_followup.documents import as_one_pdf
from iotrex_followup.errors import TransitionRefused
from patients.models import Patient
from schedules.actions.paper import PATIENTS_PER_VOLUME, PDF, count_printed, new_file
from schedules.calendars import working_calendar
from schedules.documents import visit_plan_pages

if TYPE_CHECKING:
    from weasyprint import Document

PDF_TYPE, ZIP_TYPE = "application/pdf", "application/zip"


def volumes_left(job: Job) -> Iterator[tuple[int, list[str]]]:
    """Yield place (from 0) and patients of each volume that is not printed yet."""
    patients = job.options["patients"]
    printed = len(job.result.get("volumes", []))
    for place in range(printed, -(-len(patients) // PATIENTS_PER_VOLUME)):
        yield place, patients[place * PATIENTS_PER_VOLUME :][:PATIENTS_PER_VOLUME]


def print_volume(job: Job, place: int, patients: list[str]) -> tuple[StoredFile, int]:
    """Return the unsaved file of one volume, and how many of its patients have no plan any more."""
    printed = list(typeset_plans(job, patients))
    name = f"visit-plans-{place + 1:03}"
    if job.options["output"] == PDF:
        # A volume without any plan stays as an empty file, which the assembly leaves out.
        content = as_one_pdf([pages for _, pages in printed]) if printed else b""
        file = new_file(job, f"{name}.pdf", PDF_TYPE, content)
    else:
        first = place * PATIENTS_PER_VOLUME + 1
        entries = (
            (f"{number:04}-{slugify(patient.mrn) or 'visit-plan'}.pdf", as_one_pdf([pages]))
            for number, (patient, pages) in enumerate(printed, first)
        )
        file = new_file(job, f"{name}.zip", ZIP_TYPE, zipped(entries, day_of(job)))
    return file, len(patients) - len(printed)


def typeset_plans(job: Job, ids: list[str]) -> Iterator[tuple[Patient, Document]]:
    """Yield each patient with the pages of the plan, in the order of `ids`; who lost the plan since is left out."""
    calendar = working_calendar(job.clinic)
    found = (
        Patient.objects.in_follow_up().select_related("clinic", "responsible_clinician").in_bulk(ids, field_name="pk")
    )
    for patient in sorted(found.values(), key=lambda patient: ids.index(str(patient.pk))):
        try:
            yield patient, visit_plan_pages(patient, calendar=calendar, today=day_of(job))
        except TransitionRefused:
            continue
        finally:
            count_printed(job)


def assemble(job: Job) -> StoredFile:
    """Return the unsaved file of the whole job: its one volume, or a zip of what its volumes hold."""
    volumes = [StoredFile.objects.get(pk=pk) for pk in job.result["volumes"]]
    stem = f"visit-plans-{day_of(job)}"
    if len(volumes) == 1:
        only = volumes[0]
        return new_file(job, f"{stem}.{only.name.rpartition('.')[2]}", only.content_type, bytes(only.content))
    return new_file(job, f"{stem}.zip", ZIP_TYPE, zipped(entries_of(volumes), day_of(job)))


def entries_of(volumes: Iterable[StoredFile]) -> Iterator[tuple[str, bytes]]:
    """Yield what `volumes` hold: a PDF as it is, of a zip its files."""
    for volume in volumes:
        if volume.content_type == PDF_TYPE:
            yield volume.name, bytes(volume.content)
        else:
            with zipfile.ZipFile(io.BytesIO(volume.content)) as inner:
                yield from ((name, inner.read(name)) for name in inner.namelist())


def zipped(entries: Iterable[tuple[str, bytes]], day: date) -> bytes:
    """Return a zip of `entries`, dated `day`, so that the same plans give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            if content:
                archive.writestr(zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0)), content)
    return buffer.getvalue()


def day_of(job: Job) -> date:
    """Return the clinic's day on which the job was ordered: all its plans are as of then."""
    return date.fromisoformat(job.options["today"])
