"""The patient sheet: the next twelve months in large type and plain words, for the patient or a guardian."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from dateutil.relativedelta import relativedelta

from iotrex_followup.documents import render_pdf
from patients.models import Patient
from schedules.documents.preparing import medicine_lines
from schedules.documents.source import current_plan, in_order, printed_visits
from schedules.documents.wording import LANGUAGES, Wording, wording
from schedules.models import Plan, PlannedVisit
from schedules.plans.planning import facts_of
from schedules.protocol import Status, shown_status

AHEAD = relativedelta(months=12)
TO_COME = (Status.PLANNED, Status.DUE_SOON, Status.DUE, Status.BOOKED)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to come, in words: when and where, which timepoints it is for, and what is done."""

    when: str
    place: str
    booked: bool
    timepoints: tuple[str, ...]
    activities: tuple[str, ...]


def patient_sheet_pdf(patient: Patient, *, language: str, today: date) -> bytes:
    """Return the sheet of the twelve months from `today` on, in `language` (one of LANGUAGES).

    Raises   TransitionRefused: the patient has no plan yet.
    """
    context = content(current_plan(patient), wording(language), today)
    return render_pdf("documents/patient_sheet.html", context, paper=patient.clinic.paper, language=language)


def language_of(patient: Patient) -> str:
    """Return the language of whoever is asked first for the patient; English when the sheet does not speak it."""
    contact = patient.contacts.filter(is_active=True).first()
    return contact.language if contact and contact.language in LANGUAGES else "en"


def content(plan: Plan, words: Wording, today: date) -> dict[str, object]:
    """Return what the template of the patient sheet shows."""
    with_status = [(visit, shown_status(facts_of(visit), today)) for visit in printed_visits(plan)]
    last = today + AHEAD
    coming = [visit for visit, status in with_status if status in TO_COME and soonest(visit, today) <= last]
    waiting = [visit for visit, status in with_status if status == Status.OVERDUE]
    precautions = plan.treatment.radiation_precautions_until
    return {
        "clinic": plan.patient.clinic,
        "patient": plan.patient,
        "plan": plan,
        "texts": words.texts,
        "born": words.write(plan.patient.birth_date, "day_month_year"),
        "treated": words.write(plan.anchor, "day_month_year"),
        "today": words.write(today, "day_month_year"),
        "items": [item_of(visits, words, plan, today) for visits in trips(coming, today)],
        "waiting": [item_of([visit], words, plan, today) for visit in waiting],
        "medicines": medicine_lines(plan.patient, still_to_do([*coming, *waiting]), words, today=today),
        "explained": explained([*coming, *waiting], words, plan),
        "precautions": words["precautions"].format(date=words.write(precautions, "day_month_year"))
        if precautions and precautions >= today
        else "",
    }


def soonest(visit: PlannedVisit, today: date) -> date:
    """Return the day by which a visit to come is placed in the sheet: the booked one, else its target."""
    return visit.appointment.on if is_booked(visit, today) and visit.appointment else visit.target


def is_booked(visit: PlannedVisit, today: date) -> bool:
    """Say whether the visit has an appointment that is not past."""
    return visit.appointment is not None and visit.appointment.on >= today


def trips(visits: Sequence[PlannedVisit], today: date) -> list[list[PlannedVisit]]:
    """Return `visits` by day, those of one appointment together."""

    def trip(visit: PlannedVisit) -> UUID:
        booked = visit.appointment_id if is_booked(visit, today) else None
        return booked or visit.pk

    ordered = sorted(visits, key=lambda visit: (soonest(visit, today), str(trip(visit))))
    return [list(group) for _, group in groupby(ordered, key=trip)]


def item_of(visits: Sequence[PlannedVisit], words: Wording, plan: Plan, today: date) -> Item:
    """Return the words for `visits`: several of one appointment, or one alone."""
    first = visits[0]
    appointment = first.appointment if is_booked(first, today) else None
    return Item(
        when=words.appointment(appointment.on, appointment.at)
        if appointment
        else words.window(first.opens, first.closes),
        place=appointment.place if appointment else "",
        booked=appointment is not None,
        timepoints=tuple(dict.fromkeys(words.timepoint(visit.timepoint) for visit in visits)),
        activities=tuple(activity_words(key, words, plan)[0] for key in still_to_do(visits)),
    )


def still_to_do(visits: Sequence[PlannedVisit]) -> list[str]:
    """Return the activities of `visits` that are not done yet, each once."""
    return in_order(a.activity for visit in visits for a in visit.activities.all() if a.is_open)


def activity_words(activity: str, words: Wording, plan: Plan) -> tuple[str, str]:
    """Return name and purpose of `activity`; one that the texts do not know has the protocol's name and no purpose."""
    known = words["activities"].get(activity)
    if known is None:
        return plan.protocol.definition.activities.get(activity, activity), ""
    return known["name"], known["why"]


def explained(visits: Sequence[PlannedVisit], words: Wording, plan: Plan) -> list[tuple[str, str]]:
    """Return name and purpose of everything the sheet names."""
    return [activity_words(activity, words, plan) for activity in still_to_do(visits)]
