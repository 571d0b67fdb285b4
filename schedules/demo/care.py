"""One patient's visits since the clinic follows them: attended, missed, booked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

from schedules import actions
from schedules.demo.clinic import Demo
from schedules.demo.courses import Course
from schedules.examination import FINDINGS, Examination
from schedules.models import Appointment, Plan, PlannedVisit
from schedules.protocol import suggested_day

DAY = timedelta(days=1)
RECENT = timedelta(days=21)  # who did not come lately has not been given up yet
COUNTS_RECOVER = timedelta(days=49)
COUNTS_MATTER = timedelta(days=90)
BOOKED_AHEAD = timedelta(days=45)
TIMES = (time(8, 30), time(9, 0), time(10, 15), time(11, 30), time(14, 0))
LATE = (("patient_request", ""), ("illness", ""), ("travel", ""), ("other", "The car broke down on the way."))
MISSED = (
    ("Did not attend, not reached by telephone.", "Ask again at the next visit."),
    ("In hospital elsewhere for another reason.", "Ask for the discharge letter."),
    ("Away on a family visit.", "Come on return."),
)
# Signs of infection while the counts are low are an emergency; who has them is told elsewhere.
HARMLESS = sorted(FINDINGS.keys() - {"infection", "rigors"})
NOTES = ("", "", "Feels well.", "Works part time again.", "Sleeps badly since the last scan.", "Good appetite.")


@dataclass(frozen=True)
class Care:
    """What decides how the visits of one patient went."""

    demo: Demo
    course: Course
    chance: Random
    weight_kg: int

    def follow(self, plan: Plan, *, until: date | None) -> None:
        """Record what happened of `plan` up to today, or up to the next infusion on `until`, and book what comes."""
        last = until or self.demo.today
        visits = plan.visits.filter(before_enrolment=False, opens__lte=last + BOOKED_AHEAD).order_by("target", "kind")
        attended, coming = [], defaultdict(list)
        for visit in visits:
            day = self.day_of(visit, not_before=plan.followed_from, until=until)
            if day < self.demo.today and (until is None or visit.target < until):
                attended.append((day, visit))
            elif until is None:
                coming[day].append(visit)
        closed = [pair for pair in attended if pair[1].closes < last]
        if self.course.behind and closed:
            attended.remove(max(closed, key=lambda pair: pair[1].closes))
        for day, visit in sorted(attended, key=lambda pair: pair[0]):
            self.attend(visit, plan, day)
        for day, chosen in coming.items():
            self.book(chosen, day)

    def day_of(self, visit: PlannedVisit, *, not_before: date, until: date | None) -> date:
        """Return the day the patient comes: on a working day near the target, now and then after the window."""
        is_working = self.demo.calendar.is_working
        day = suggested_day(visit.opens, visit.target, visit.closes, is_working) or visit.target
        if visit.closes < self.demo.today - RECENT and self.chance.random() < 0.05:
            day = next_working_day(visit.closes + self.chance.randint(2, 6) * DAY, self.demo)
        return max(not_before, min(day, until - DAY) if until else day)

    def attend(self, visit: PlannedVisit, plan: Plan, day: date) -> None:
        """Record the visit on `day`, or that nobody came, unless an earlier specimen has fulfilled it."""
        visit.refresh_from_db()
        if visit.status != PlannedVisit.Status.PLANNED:
            return
        if visit.closes < self.demo.today - RECENT and self.chance.random() < 0.03:
            self.miss(visit)
            return
        self.record(visit, day)
        recovers = plan.anchor + COUNTS_RECOVER <= day <= plan.anchor + COUNTS_MATTER
        if recovers and plan.counts_recovered_on is None:
            actions.record_count_recovery(plan=plan, recovered_on=day, by=self.demo.clinicians[0], today=day)

    def record(self, visit: PlannedVisit, day: date) -> None:
        """Record what was open of the visit as done; a count of the last weeks as drawn, its results come later."""
        names = [activity.activity for activity in visit.activities.all() if activity.is_open]
        elsewhere = self.course.outside_team and names == ["cbc"] and self.chance.random() < 0.6
        drawn = names == ["cbc"] and not elsewhere and day >= self.demo.today - RECENT and self.chance.random() < 0.7
        reason, text = self.chance.choice(LATE) if day > visit.closes + DAY else ("", "")
        actions.record_visit(
            visit=visit,
            occurred_on=day,
            outcomes=dict.fromkeys(names, "drawn" if drawn else "done"),
            examination=self.examine() if "physician_visit" in names else None,
            elsewhere=elsewhere,
            place="Health centre near home" if elsewhere else "",
            timing_reason=reason,
            timing_text=text,
            by=self.demo.clinicians[0] if "physician_visit" in names else self.demo.coordinator,
            today=day,
        )

    def miss(self, visit: PlannedVisit) -> None:
        reason, next_step = self.chance.choice(MISSED)
        if reason.startswith("Did not attend"):
            self.wait_in_vain(visit)
        actions.mark_missed(
            visit=visit, reason=reason, next_step=next_step, by=self.demo.coordinator, today=visit.closes + DAY
        )

    def wait_in_vain(self, visit: PlannedVisit) -> None:
        """Book the visit within its window, and record that nobody came."""
        by, booked_on = self.demo.coordinator, visit.opens - DAY
        day = suggested_day(visit.opens, visit.target, visit.closes, self.demo.calendar.is_working)
        if day:
            booked = actions.book_visits(visits=[visit], on=day, at=TIMES[0], by=by, today=booked_on)
            actions.mark_not_attended(appointment=booked, reason="Not reached by telephone.", by=by, today=day)
            visit.refresh_from_db()

    def examine(self) -> Examination:
        """Return what a physician finds at a visit: mostly nothing."""
        present = self.chance.sample(HARMLESS, self.chance.choice((0, 0, 0, 1, 1, 2)))
        child = self.course.child
        return Examination(
            findings={name: "present" if name in present else "absent" for name in FINDINGS},
            temperature_c=Decimal(self.chance.randint(361, 373)) / 10,
            systolic_mmhg=self.chance.randint(88, 112) if child else self.chance.randint(104, 148),
            diastolic_mmhg=self.chance.randint(52, 70) if child else self.chance.randint(62, 92),
            heart_rate_bpm=self.chance.randint(78, 118) if child else self.chance.randint(56, 92),
            weight_kg=Decimal(self.weight_kg * 10 + self.chance.randint(-15, 15)) / 10,
            note=self.chance.choice(NOTES),
        )

    def book(self, visits: list[PlannedVisit], day: date) -> None:
        """Book some of what comes; now and then move the appointment by a day, or cancel it."""
        if not self.demo.calendar.is_working(day) or self.chance.random() < 0.5:
            return
        by, today = self.demo.coordinator, self.demo.today
        at = self.chance.choice(TIMES)
        # Each clinician sees one patient at a time: who is free then, in the order of the names.
        seeing = [str(each) for each in self.demo.clinicians]
        busy = Appointment.objects.filter(clinic=self.demo.clinic, on=day, at=at).values_list("person", flat=True)
        booked = actions.book_visits(
            visits=visits,
            on=day,
            at=at,
            place="Nuclear medicine, level 1",
            person=next((name for name in seeing if name not in busy), ""),
            by=by,
            today=today,
        )
        what_follows = self.chance.random()
        moved_to = next_working_day(day + DAY, self.demo)
        if what_follows < 0.1 and all(moved_to <= visit.closes for visit in visits):
            actions.move_appointment(
                appointment=booked,
                on=moved_to,
                at=booked.at,
                place=booked.place,
                reason="Two patients at once for a short time.",
                by=by,
                today=today,
            )
        elif what_follows > 0.93:
            actions.cancel_appointment(
                appointment=booked, reason="Asked for another day.", cancelled_by="patient", by=by
            )


def next_working_day(day: date, demo: Demo) -> date:
    """Return `day` or the first working day after it."""
    while not demo.calendar.is_working(day):
        day += DAY
    return day
