"""The working days of a stored clinic."""

from accounts.models import Clinic
from schedules.models import ClinicClosure
from schedules.protocol import WorkingCalendar, closed_days


def working_calendar(clinic: Clinic) -> WorkingCalendar:
    """Return the clinic's working days: its weekdays less public holidays and closures."""
    closures = ClinicClosure.objects.filter(clinic=clinic).values_list("first_day", "last_day", "reason")
    return WorkingCalendar(
        country=clinic.country,
        subdivision=clinic.region,
        weekdays=frozenset(clinic.working_weekdays),
        closures=closed_days(closures),
    )
