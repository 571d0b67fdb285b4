"""The demo's clinic: its people, its calendar, and the protocol it approved."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from accounts.models import Clinic, Membership, Role, Staff
from iotrex_followup.history import action
from schedules.actions import approve_protocol, load_packaged_protocol
from schedules.calendars import working_calendar
from schedules.models import ClinicClosure
from schedules.protocol import WorkingCalendar

SLUG = "demo"
PASSWORD = "iotrex-demo"  # noqa: S105 (printed for everybody who runs the demo)


class SignIn(NamedTuple):
    """One person of the demo who can sign in."""

    email: str
    name: str
    role: Role


SIGN_INS = (
    SignIn("clinician@example.org", "Dr Imogen Fairbrook", Role.CLINICIAN),
    SignIn("coordinator@example.org", "Teo Valdeluna", Role.COORDINATOR),
    SignIn("administrator@example.org", "Halina Złotowąs", Role.ADMINISTRATOR),
    SignIn("auditor@example.org", "Owen Thistlegate", Role.AUDITOR),
)
COLLEAGUE = SignIn("second.clinician@example.org", "Dr Sigrún Bláfjell", Role.CLINICIAN)


@dataclass(frozen=True)
class Demo:
    """The clinic with those who enter data in it, its working days and the day around which everything happens."""

    clinic: Clinic
    clinicians: tuple[Staff, ...]
    coordinator: Staff
    calendar: WorkingCalendar
    today: date

    @property
    def follows_since(self) -> date:
        """The day the clinic began to use the product: what was treated before was entered then."""
        return self.today - timedelta(days=430)


def is_seeded() -> bool:
    """Say whether the demo clinic is stored."""
    return Clinic.objects.filter(slug=SLUG).exists()


def open_clinic(*, today: date) -> Demo:
    """Store the demo's clinic with its people, closures and approved protocol."""
    clinic, staff = found_clinic(by=None)
    close_days(clinic=clinic, today=today, by=staff["administrator@example.org"])
    clinicians = staff["clinician@example.org"], staff[COLLEAGUE.email]
    demo = Demo(clinic, clinicians, staff["coordinator@example.org"], working_calendar(clinic), today)
    protocol = load_packaged_protocol(by=None)
    approve_protocol(protocol=protocol, clinic=clinic, approved_on=demo.follows_since, by=clinicians[0])
    return demo


@action
def found_clinic(*, by: None) -> tuple[Clinic, dict[str, Staff]]:
    """Store the clinic and its staff, who sign in with the demo's password, and return both."""
    clinic = Clinic.objects.create(
        slug=SLUG,
        name="Harbour Lane Nuclear Medicine (demo)",
        time_zone="Europe/London",
        country="GB",
        region="ENG",
        address="1 Harbour Lane\nExampleton EX1 1AA",
        phone="020 7946 0100",
        emergency_phone="020 7946 0199",
        email="follow-up@example.org",
        name_in_messages="Harbour Lane Hospital",
    )
    staff = {}
    for person in (*SIGN_INS, COLLEAGUE):
        password = PASSWORD if person in SIGN_INS else None
        staff[person.email] = Staff.objects.create_user(person.email, password, name=person.name)
        Membership.objects.create(clinic=clinic, staff=staff[person.email], role=person.role)
    return clinic, staff


@action
def close_days(*, clinic: Clinic, today: date, by: Staff) -> None:
    """Close the clinic for a training day behind and a move of rooms ahead of `today`."""
    for days, length, reason in ((-40, 1, "staff training"), (26, 2, "move of the scanner rooms")):
        first = today + timedelta(days=days)
        last = first + timedelta(days=length - 1)
        ClinicClosure.objects.create(clinic=clinic, first_day=first, last_day=last, reason=reason)
