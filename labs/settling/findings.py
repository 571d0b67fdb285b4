"""What the rules beyond single values find in a patient's course."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from labs.rules.cytopenia import cytopenia
from labs.rules.eligibility import eligibility
from labs.rules.episodes import CYTOPENIA, Trigger, episode_rule
from labs.rules.fever import fever
from labs.rules.kidney import kidney
from labs.rules.loader import Rules
from labs.rules.markers import marker_rises
from labs.rules.names import spoken
from labs.rules.red_flag import red_flag
from labs.rules.thyroid import Exposure, ThyroidFacts, thyroid
from labs.rules.values import Course, Finding, Rule
from labs.settling.charts import Chart
from labs.settling.failing import AT_ONCE
from patients.models import ClinicalEvent

# A fever is told while it can still be acted on; one that is entered later is history, not an alert.
FRESH = timedelta(days=14)
THYROID = ("tsh", "ft4")
# Each fever and each red flag is news of its own, whatever is open already.
TRIGGERS = {"fever": Trigger.FEVER, "red_flag": Trigger.RED_FLAG}


class Beyond(NamedTuple):
    """A finding with the episode it belongs to."""

    finding: Finding
    episode: str
    about: str
    at: datetime
    trigger: Trigger = Trigger.VALUE


def found_beyond(
    chart: Chart, course: Course, recovered: Sequence[date | None], rules: Rules, zone: ZoneInfo
) -> Iterator[Beyond]:
    """Yield what the rules that are switched on find and somebody must be told."""
    now = datetime.combine(course.today, time(12), zone)
    for finding, episode in every_finding(chart, course, recovered, rules):
        if finding.tier is None:
            continue
        trigger = TRIGGERS.get(finding.rule, Trigger.VALUE)
        yield Beyond(finding, episode, f"{finding.rule} {finding.direction}".strip(), finding.at or now, trigger)


def every_finding(
    chart: Chart, course: Course, recovered: Sequence[date | None], rules: Rules
) -> Iterator[tuple[Finding, str]]:
    """Yield each finding of the rules that are switched on, with its episode; one without a tier is only shown."""
    yield from [(found._replace(direction="low"), CYTOPENIA) for found in _fevers(chart, course, recovered, rules)]
    yield from [(found, "red_flag") for found in _red_flags(chart, course, rules)]
    last = list(zip(course.infusions, recovered, strict=True))[-1:]
    creatinine = episode_rule("creatinine", "high")
    tries: tuple[tuple[Rule, str, Collection[str], Callable[[], Iterable[Finding | None]]], ...] = (
        (
            *(rules.cytopenia, "late_marrow", rules.cytopenia.limits),
            lambda: [each for of in last for each in cytopenia(rules.cytopenia, course, *of)],
        ),
        (rules.thyroid, "thyroid", THYROID, lambda: [thyroid(rules.thyroid, course, thyroid_facts(chart, course))]),
        (rules.kidney, creatinine, ("creatinine",), lambda: [kidney(rules.kidney, course)]),
        (rules.markers, "marker_rise", rules.markers.analytes, lambda: marker_rises(rules.markers, course)),
        (
            *(rules.eligibility, "eligibility", rules.eligibility.least),
            lambda: [each for day in chart.planned_on for each in eligibility(rules.eligibility, course, day)],
        ),
    )
    for rule, episode, analytes, find in tries:
        found: list[Finding] = []
        if rule.on:
            with chart.attempts.of(rule, analytes, chart.rows):
                found += [each for each in find() if each is not None]
        yield from [(each, episode) for each in found]


def _fevers(chart: Chart, course: Course, recovered: Sequence[date | None], rules: Rules) -> list[Finding]:
    """Return the fevers that are fresh; each visit is judged for itself."""
    found: list[Finding] = []
    for screen in chart.screens if rules.fever.on else ():
        if course.today - screen.day > FRESH:
            continue
        with chart.attempts.of(rules.fever, ("anc",), what=f"the visit of {spoken(screen.day)}", at=screen.at):
            told = [
                fever(rules.fever, course, infusion, recovered_on, screen)
                for infusion, recovered_on in zip(course.infusions, recovered, strict=True)
            ]
            found += [each for each in told if each is not None]
    return found


def _red_flags(chart: Chart, course: Course, rules: Rules) -> list[Finding]:
    """Return the red flags that were told and are fresh; each contact is judged for itself."""
    found: list[Finding] = []
    for word in chart.words if rules.red_flag.on else ():
        # No analyte is concerned, but what was told may be critical: whoever judges it instead must know at once.
        with chart.attempts.of(rules.red_flag, AT_ONCE, what=f"the contact of {spoken(word.day)}", at=word.at):
            told = red_flag(rules.red_flag, word, course.today)
            found += [told] if told else []
    return found


def thyroid_facts(chart: Chart, course: Course) -> ThyroidFacts:
    """Return what the reading of the thyroid values depends on, as of the last TSH or free T4."""
    last = max((values[-1].day for key in THYROID if (values := course.of(key))), default=course.today)
    kinds = ClinicalEvent.Kind
    on_it = [each for each in chart.events if each.kind == kinds.LEVOTHYROXINE and holds_on(each, last)]
    target = next(((each.tsh_low, each.tsh_high) for each in on_it if each.tsh_low and each.tsh_high), None)
    return ThyroidFacts(
        birth_date=chart.patient.birth_date,
        pregnant=any(each.kind == kinds.PREGNANCY and holds_on(each, last) for each in chart.events),
        levothyroxine=bool(on_it),
        target=target,
        exposures=tuple(exposures(chart.events)),
    )


def holds_on(event: ClinicalEvent, day: date) -> bool:
    """Say whether `event` lasts on `day`."""
    return event.started_on <= day and (event.ended_on is None or day <= event.ended_on)


def exposures(events: Iterable[ClinicalEvent]) -> Iterator[Exposure]:
    """Yield when the patient was given iodide or contrast."""
    for each in events:
        if each.kind == ClinicalEvent.Kind.IODINE:
            yield Exposure(each.note or "iodide or contrast", each.started_on, each.ended_on or each.started_on)
