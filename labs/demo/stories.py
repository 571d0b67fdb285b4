"""What stands out among the demo's patients: low counts, a fever, a thyroid that fails, rows nobody understands."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from labs.actions.supportive import SupportFacts, record_support
from labs.demo.laboratories import NEAR_HOME, OURS
from labs.demo.specimens import Follower
from labs.intake.incoming import Incoming
from schedules import actions
from schedules.actions.life import ClinicalFacts, record_clinical_event
from schedules.demo.clinic import Demo
from schedules.examination import Examination

Act = Callable[[datetime], object]
DAY = timedelta(days=1)
NADIR = range(26, 45)  # days since the infusion
TSH = (4.9, 7.6, 12.8)
CGA = (160.0, 270.0, 410.0)
FEVER = Examination(
    findings={"rigors": "present"},
    temperature_c=Decimal("38.7"),
    heart_rate_bpm=118,
    note="Telephoned at night, came at once.",
)


class Stories:
    """The courses that stand out, and what people do about them on which day."""

    def __init__(self, demo: Demo, found: Sequence[Follower]) -> None:
        self.demo, self.found = demo, found
        self.acts: dict[date, list[Act]] = defaultdict(list)
        self.nadir = [f for f in found if f.infusions and (demo.today - f.infusions[-1]).days in NADIR and f.specimens]
        self.shape()
        self.plan_acts()

    def shape(self) -> None:
        """Shape the courses, before any result is taken in."""
        for follower in self.nadir[:3]:
            follower.body = replace(follower.body, depth="severe")
        self.failing = self.latest_with("thyroid", len(TSH))
        if self.failing:
            for day, tsh in zip(self.failing[1], TSH, strict=True):
                self.failing[0].specimens[day].changed |= {"tsh": tsh, "ft4": 11.2 if tsh > 10 else 13.5}
        if rising := self.latest_with("chromogranin_a", len(CGA)):
            for day, cga in zip(rising[1], CGA, strict=True):
                rising[0].specimens[day].changed |= {"cga": cga}
        for follower in self.lately()[:1]:
            follower.specimens[max(follower.specimens)].status = "preliminary"

    def latest_with(self, panel: str, times: int) -> tuple[Follower, list[date]] | None:
        """Return who had a panel drawn so often since the infusion and most lately, with the days of the last draws."""
        drawn = (
            (follower, [d for d, s in sorted(follower.specimens.items()) if panel in s.panels and s.since_infusion])
            for follower in self.found
        )
        often = [(follower, days[-times:]) for follower, days in drawn if len(days) >= times]
        return max(often, key=lambda each: each[1][-1], default=None)

    def lately(self) -> list[Follower]:
        """Return those whose last blood was drawn in the last three weeks, but for the severe ones."""
        since = self.demo.today - 21 * DAY
        return [f for f in self.found if f not in self.nadir[:3] and f.specimens and max(f.specimens) >= since]

    def plan_acts(self) -> None:
        """Note what people do, by day."""
        for place, given in enumerate((self.transfused, self.stimulated, self.feverish) if self.nadir else ()):
            given(self.nadir[place % len(self.nadir)])
        if treated := next((f for f in self.found if f.infusions and f is not (self.failing or [None])[0]), None):
            self.on_levothyroxine(treated)

    def transfused(self, follower: Follower) -> None:
        """Platelets, two days before the last count."""
        facts = SupportFacts("platelets", max(follower.specimens) - 2 * DAY, units=1, place="Day unit")
        self.support(follower, facts)

    def stimulated(self, follower: Follower) -> None:
        """Filgrastim on three days before the last count."""
        for ago in (3, 2, 1):
            self.support(follower, SupportFacts("filgrastim", max(follower.specimens) - ago * DAY, note="300 ug"))

    def support(self, follower: Follower, facts: SupportFacts) -> None:
        by = self.demo.coordinator
        self.acts[facts.given_on].append(
            lambda now: record_support(patient=follower.patient, facts=facts, by=by, now=now)
        )

    def feverish(self, follower: Follower) -> None:
        """A fever in the nadir weeks, today."""
        today = self.demo.today
        self.acts[today].append(
            lambda now: actions.record_unscheduled_visit(
                patient=follower.patient,
                occurred_on=today,
                outcomes={},
                examination=FEVER,
                by=self.demo.clinicians[0],
                today=today,
            )
        )

    def on_levothyroxine(self, follower: Follower) -> None:
        """Levothyroxine with a target of its own, and contrast before the last scan."""
        since = self.demo.today - 60 * DAY
        for facts in (
            ClinicalFacts("levothyroxine", since, tsh_low=Decimal("0.5"), tsh_high=Decimal("2.5"), note="75 ug a day"),
            ClinicalFacts("iodine", since + 30 * DAY, note="CT with contrast"),
        ):
            self.acts[facts.started_on].append(
                lambda now, facts=facts: record_clinical_event(  # type: ignore[misc]  # bound now, called later
                    patient=follower.patient, facts=facts, by=self.demo.clinicians[0], now=now
                )
            )

    def corrected(self, rows: Sequence[Incoming], follower: Follower, day: date) -> list[Incoming]:
        """Return what the laboratory corrects the day after: the platelets of one patient, counted by hand."""
        if follower not in self.lately()[1:2] or day != max(follower.specimens):
            return []
        by_hand = [row for row in rows if row.analyte in ("PLT", "platelets")]
        return [row._replace(value=str(int(row.value) + 21), status="corrected") for row in by_hand]

    def held_back(self) -> Iterator[Incoming]:
        """Yield five rows of yesterday that nobody can understand as they are."""
        day = self.demo.today - DAY
        patients = [follower.patient.mrn for follower in self.found if follower.infusions][-4:]
        rows = (
            (OURS, 0, "RETHE", "31.2", "pg"),
            (NEAR_HOME, 1, "platelets", "62", ""),
            (NEAR_HOME, 2, "platelets", "150000", "10*9/L"),
            (OURS, None, "PLT", "88", "x10^9/L"),
            (OURS, 3, "PLT", "192", "x10^9/L"),
            (OURS, 3, "PLT", "129", "x10^9/L"),
        )
        for place, (laboratory, whose, code, value, unit) in enumerate(rows, start=1):
            mrn = "HL99999" if whose is None or whose >= len(patients) else patients[whose]
            yield Incoming(
                position=f"row {place}",
                mrn=mrn,
                collected_at=f"{day.isoformat()}T09:30",
                analyte=code,
                value=value,
                unit=unit,
                accession=f"{day:%y%j}-X{whose}",
                laboratory=laboratory,
                raw=f"{mrn},{day},{code},{value},{unit}",
            )
