"""Filling the demo's clinic with results: the same for the same clinic, seed and day."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import transaction

from accounts.models import LadderStep, Role
from labs.actions.digests import write_digests
from labs.actions.duty import add_cover, add_to_ladder, answer_ladder_test, send_ladder_test
from labs.actions.receiving import Source, receive_results
from labs.demo.answering import answer, finish
from labs.demo.laboratories import open_laboratories
from labs.demo.specimens import followers
from labs.demo.stories import Act, Stories
from labs.intake.incoming import Incoming
from labs.models import LabReport
from patients.models import Patient
from schedules.demo.clinic import Demo
from schedules.demo.talking import let_leave

EVENING = time(17)
LATELY = timedelta(days=56)  # before that results are taken in by the week
DIGESTS = timedelta(days=5)  # behind today
TESTED = timedelta(days=20)
AWAY = timedelta(days=4), timedelta(days=10)  # from today
SOURCE = Source(LabReport.Source.FILE, "results of the day")


@transaction.atomic
def add_results(demo: Demo, *, seed: int) -> None:
    """Take in the results of the demo's patients, each day's in the evening, and let people act on them."""
    open_laboratories(demo)
    put_on_call(demo)
    patients = Patient.objects.in_follow_up().filter(clinic=demo.clinic).select_related("clinic").order_by("mrn")
    found = followers(list(patients), seed=seed, today=demo.today)
    stories = Stories(demo, found)
    arriving: dict[date, list[Incoming]] = defaultdict(list)
    for follower in found:
        for day, specimen in sorted(follower.specimens.items()):
            rows = follower.rows(specimen)
            arriving[day] += rows
            arriving[day + timedelta(days=1)] += stories.corrected(rows, follower, day)
    arriving[demo.today - timedelta(days=1)] += stories.held_back()
    for day, rows, acts in in_turn(arriving, stories.acts, demo.today):
        if demo.today - DIGESTS <= day < demo.today and demo.calendar.is_working(day):
            opens = datetime.combine(day, demo.clinic.opens_at, demo.clinic.zone)
            write_digests(clinic=demo.clinic, by=None, now=opens)
            let_leave(opens)
        now = datetime.combine(day, EVENING, demo.clinic.zone)
        receive_results(clinic=demo.clinic, rows=rows, source=SOURCE, by=None, now=now)
        for act in acts:
            act(now)
        if day < demo.today:
            let_leave(now)
        answer(demo, now=now)
    finish(demo, now=datetime.combine(demo.today, EVENING, demo.clinic.zone))


def put_on_call(demo: Demo) -> None:
    """Put the demo's clinicians on its ladder, one with a test that arrived; the other will be away for a week."""
    administrator = demo.clinic.memberships.get(role=Role.ADMINISTRATOR).staff
    lead, covering = demo.clinicians
    add_to_ladder(clinic=demo.clinic, step=LadderStep.Step.COVERING, staff=covering, by=administrator)
    leading = add_to_ladder(clinic=demo.clinic, step=LadderStep.Step.LEAD, staff=lead, by=administrator)
    tested = datetime.combine(demo.today, EVENING, demo.clinic.zone) - TESTED
    send_ladder_test(clinic=demo.clinic, by=administrator, now=tested)
    let_leave(tested)
    answer_ladder_test(row=leading, by=lead, now=tested + timedelta(minutes=9))
    first, last = (demo.today + days for days in AWAY)
    add_cover(
        clinic=demo.clinic,
        staff=covering,
        substitute=lead,
        starts_on=first,
        ends_on=last,
        by=covering,
        today=demo.today,
    )


def in_turn(
    arriving: dict[date, list[Incoming]], acts: dict[date, list[Act]], today: date
) -> list[tuple[date, list[Incoming], list[Act]]]:
    """Return what happens by its evening, in order: of long ago each week's on its last day."""
    evenings: dict[date, tuple[list[Incoming], list[Act]]] = defaultdict(lambda: ([], []))
    for day in sorted({*arriving, *acts}):
        evening = day if day > today - LATELY else day + timedelta(days=6 - day.weekday())
        evenings[min(evening, today)][0].extend(arriving.get(day, ()))
        evenings[min(evening, today)][1].extend(acts.get(day, ()))
    return [(day, *what) for day, what in sorted(evenings.items())]
