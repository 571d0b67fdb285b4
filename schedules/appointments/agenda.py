"""The clinic's days with who comes, what stands against it, and which places are free."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts.models import Clinic
from events.models import Event
from patients.names import fold
from schedules.appointments.days import places_of
from schedules.calendars import working_calendar
from schedules.models import Absence, Appointment, PlannedVisit
from schedules.names import activity_name
from schedules.protocol import WorkingCalendar
from schedules.protocol.trace import words
from schedules.wording import said_link

WEEK = 7
SHOWN = (Appointment.State.BOOKED, Appointment.State.ATTENDED, Appointment.State.DID_NOT_ATTEND)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one activity on one day."""

    activity: str
    places: int
    taken: int

    @property
    def free(self) -> int:
        return max(0, self.places - self.taken)

    @property
    def over(self) -> int:
        """How many are booked beyond the places: the capacity was lowered since."""
        return max(0, self.taken - self.places)


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment of a day. `conflicts`: in words, what somebody has to look at; `reason`: why it stands so."""

    appointment: Appointment
    visits: Sequence[PlannedVisit]
    what: Sequence[str]
    conflicts: Sequence[str]

    @property
    def state(self) -> str:
        """How it stands, in a word or two; of a child that nobody came with it is said that it was not brought."""
        absent = self.appointment.state == Appointment.State.DID_NOT_ATTEND
        return "Was not brought" if absent and self.appointment.of_a_child else self.appointment.get_state_display()


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day of the clinic. `closed`: why it does not work."""

    on: date
    closed: str | None
    entries: Sequence[Entry]
    places: Sequence[Places]


@dataclass(frozen=True)
class Loaded:
    """What a span of days is judged by, read once for all its appointments."""

    calendar: WorkingCalendar
    absences: Mapping[UUID, Sequence[Absence]]
    patients: Counter[tuple[object, ...]]
    persons: Counter[tuple[object, ...]]
    names: Mapping[str, Sequence[str]]


def agenda(clinic: Clinic, first: date, last: date) -> list[AgendaDay]:
    """Return each day from `first` to `last`, both inclusive: the same few queries for any number of appointments."""
    rows = Appointment.objects.filter(clinic=clinic, on__range=(first, last), state__in=SHOWN)
    found = list(rows.select_related("patient").prefetch_related("visits__activities").order_by("on", "at", "id"))
    loaded = load(clinic, found, first, last)
    places, taken = places_of(clinic, first=first, last=last)
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for appointment in found:
        by_day[appointment.on].append(entry(appointment, loaded))
    return [
        AgendaDay(
            day,
            loaded.calendar.reason(day),
            by_day[day],
            [Places(name, places[name], taken[name, day]) for name in sorted(places, key=activity_name)],
        )
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    ]


def load(clinic: Clinic, appointments: Sequence[Appointment], first: date, last: date) -> Loaded:
    """Read what the appointments are judged by."""
    absences: dict[UUID, list[Absence]] = defaultdict(list)
    standing = Absence.objects.filter(clinic=clinic, withdrawn=False, first_day__lte=last, last_day__gte=first)
    for absence in standing.filter(patient__in={each.patient_id for each in appointments}):
        absences[absence.patient_id].append(absence)
    timed = [each for each in appointments if each.state == Appointment.State.BOOKED and each.at]
    return Loaded(
        working_calendar(clinic),
        absences,
        Counter((each.on, each.at, each.patient_id) for each in timed),
        Counter((each.on, each.at, fold(each.person)) for each in timed if fold(each.person)),
        names_of_not_attended(appointments),
    )


def names_of_not_attended(appointments: Iterable[Appointment]) -> dict[str, list[str]]:
    """Return what the appointments nobody came to were for, by their id: their visits wait for another date since."""
    missed = {str(each.pk): each.patient_id for each in appointments if each.state == Appointment.State.DID_NOT_ATTEND}
    if not missed:
        return {}
    events = Event.objects.filter(
        kind="appointment.not_attended", patient__in=set(missed.values()), facts__appointment__in=list(missed)
    )
    return {event.facts["appointment"]: event.facts["timepoints"] for event in events.order_by("at", "id")}


def entry(appointment: Appointment, loaded: Loaded) -> Entry:
    """Return one appointment as the calendar shows it."""
    visits = list(appointment.visits.all())
    links = [f"{visit.timepoint} {visit.kind}" for visit in visits] or loaded.names.get(str(appointment.pk), [])
    booked = appointment.state == Appointment.State.BOOKED
    conflicts = conflicts_of(appointment, visits, loaded) if booked else []
    return Entry(appointment, visits, [said_link(link) for link in links], conflicts)


def conflicts_of(appointment: Appointment, visits: Sequence[PlannedVisit], loaded: Loaded) -> list[str]:
    """Return in words what stands against a booked appointment, whether a reason was given for it or not."""
    found = [
        f"Outside the window of {said_link(f'{visit.timepoint} {visit.kind}')}"
        for visit in visits
        if visit.status == PlannedVisit.Status.PLANNED and not visit.opens <= appointment.on <= visit.closes
    ]
    if not any(visit.status == PlannedVisit.Status.PLANNED for visit in visits):
        found.append("Nothing is left to do at it")
    if closed := loaded.calendar.reason(appointment.on):
        found.append(f"The clinic does not work: {closed}")
    for absence in loaded.absences.get(appointment.patient_id, ()):
        if absence.first_day <= appointment.on <= absence.last_day:
            found.append(f"The patient is away until {words(absence.last_day)}")
    if loaded.patients[appointment.on, appointment.at, appointment.patient_id] > 1:
        found.append("The patient is booked twice at this time")
    if loaded.persons[appointment.on, appointment.at, fold(appointment.person)] > 1:
        found.append(f"{appointment.person} is booked twice at this time")
    return found


def monday_of(day: date) -> date:
    """Return the first day of the week that holds `day`."""
    return day - timedelta(days=day.weekday())


def booked_in(absences: Iterable[Absence]) -> list[tuple[Absence, list[Appointment]]]:
    """Return the absences of a patient, each with what is booked on its days: the same few queries for any number."""
    known = list(absences)
    if not known:
        return []
    span = min(each.first_day for each in known), max(each.last_day for each in known)
    booked = Appointment.objects.filter(
        patient=known[0].patient_id, state=Appointment.State.BOOKED, on__range=span
    ).prefetch_related("visits")
    found = list(booked.order_by("on", "at", "id"))
    return [(each, [a for a in found if each.first_day <= a.on <= each.last_day]) for each in known]
