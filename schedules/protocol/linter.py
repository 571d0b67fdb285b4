"""What a second person should look at before a protocol is published. Pure: the calendar and its days are handed in."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise, product

from schedules.protocol.activities import MARKERS
from schedules.protocol.calendar import WorkingCalendar
from schedules.protocol.definition import Phase, Protocol
from schedules.protocol.findings import Finding, Severity
from schedules.protocol.grid import phase_numbers, timepoint_words
from schedules.protocol.lint_dates import DAYS_OF_A_MONTH, gaps, month_ends, overlaps, without_working_day
from schedules.protocol.loader import PROVED_MONTHS, planned_twice, read_protocol
from schedules.protocol.mistakes import Mistake, ProtocolError
from schedules.protocol.options import ALLOWED, INTERVALS, Options

FEW = 4  # timepoints named one by one
LATER = {"annual_interval": "between visits after year 5", "late_imaging_interval": "between scans after year 5"}


def lint_text(text: str, calendar: WorkingCalendar, *, today: date) -> list[Finding]:
    """Return the findings about a protocol file; of one that cannot be read, its mistakes as errors."""
    try:
        return lint(read_protocol(text, source=""), calendar, today=today)
    except ProtocolError as error:
        return [unreadable(mistake) for mistake in error.mistakes]


def unreadable(mistake: Mistake) -> Finding:
    """Return a mistake of the file as an error."""
    sentence = f"{mistake.path or 'The file'}: {mistake.what}."
    return Finding(
        "unreadable", Severity.ERROR, mistake.path, sentence, f"{mistake.remedy[:1].upper()}{mistake.remedy[1:]}."
    )


def lint(protocol: Protocol, calendar: WorkingCalendar, *, today: date) -> list[Finding]:
    """Return everything found, errors first.

    Windows are held against the working days of `calendar` in the three years from `today`.
    """
    found = [
        *twice(protocol),
        *nadir_unobserved(protocol),
        *overlaps(protocol),
        *gaps(protocol),
        *without_working_day(protocol, calendar, today),
        *month_ends(protocol),
        *last_not_reached(protocol),
        *never_planned(protocol),
        *markers_nobody_gets(protocol),
        *costs_out_of_order(protocol),
        *intervals_nobody_gets(protocol),
    ]
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def all_options(protocol: Protocol) -> Iterator[Options]:
    """Yield every combination of intervals the protocol offers."""
    for imaging, annual, late in product(*(protocol.choices[name].choices for name in INTERVALS)):
        yield Options(imaging, annual, late)


def twice(protocol: Protocol) -> Iterator[Finding]:
    """Find pairs of phases of one kind that plan the same timepoints."""
    clashes = {clash for options in all_options(protocol) for clash in planned_twice(protocol, options)}
    pairs: dict[tuple[str, str], list[str]] = {}
    for earlier, later, timepoint in sorted(clashes, key=lambda clash: (*clash[:2], int(clash[2][1:]))):
        pairs.setdefault((earlier, later), []).append(timepoint_words(timepoint))
    for (earlier, later), timepoints in pairs.items():
        *most, last = [*timepoints[:FEW], f"{len(timepoints) - FEW} more"] if len(timepoints) > FEW + 1 else timepoints
        which = f"{', '.join(most)} and {last} are" if most else f"{last} is"
        yield Finding(
            "twice",
            Severity.ERROR,
            f"phases.{later}",
            f"{which[0].upper()}{which[1:]} planned twice: by “{named(protocol, earlier)}” and by "
            f"“{named(protocol, later)}”.",
            "Let one phase end before the other begins.",
        )


def named(protocol: Protocol, key: str) -> str:
    """Return the name of the phase `key`."""
    return next(phase.name for phase in protocol.phases if phase.key == key)


def nadir_unobserved(protocol: Protocol) -> Iterator[Finding]:
    """Find weeks of the deepest counts without a blood count."""
    nadir, options = protocol.nadir, protocol.default_options()
    counted = {
        number
        for phase in protocol.phases
        if phase.unit == "weeks" and phase.counts_blood
        for number in phase_numbers(phase, options, PROVED_MONTHS)
    }
    missing = [week for week in range(nadir.first_week, nadir.last_week + 1) if week not in counted]
    if not missing:
        return
    all_of_them = len(missing) == nadir.last_week - nadir.first_week + 1
    weeks = ", ".join(map(str, missing))
    yield Finding(
        "nadir",
        Severity.ERROR if all_of_them else Severity.WARNING,
        "nadir",
        f"Counts are lowest in weeks {nadir.first_week} to {nadir.last_week}, and no blood count is planned in "
        f"{'week' if len(missing) == 1 else 'weeks'} {weeks}.",
        "Plan a weekly count there, or correct the weeks of the nadir.",
    )


def last_not_reached(protocol: Protocol) -> Iterator[Finding]:
    """Find phases whose steps pass over their last timepoint."""
    for phase in protocol.phases:
        if phase.last is None or phase.closing is not None:
            continue
        for options in all_options(protocol):
            numbers = phase_numbers(phase, options, PROVED_MONTHS)
            if numbers and numbers[-1] != phase.last:
                yield Finding(
                    "last_not_reached",
                    Severity.WARNING,
                    f"phases.{phase.key}.last",
                    f"“{phase.name}” is to end with {phase.unit[:-1]} {phase.last}, but its steps of "
                    f"{phase.step(options)} end with {phase.unit[:-1]} {numbers[-1]}.",
                    f"Let it end with {numbers[-1]}, or change the first one or the step.",
                )
                break
            if not numbers:
                yield Finding(
                    "last_not_reached",
                    Severity.ERROR,
                    f"phases.{phase.key}.last",
                    f"“{phase.name}” plans nothing: its first timepoint lies after its last.",
                    "Give a later last, or an earlier first.",
                )
                break


def never_planned(protocol: Protocol) -> Iterator[Finding]:
    """Find activities that no phase plans."""
    planned = {activity for phase in protocol.phases for activity in phase.activities}
    planned |= {activity for phase in protocol.phases if phase.between for activity in phase.between.activities}
    for activity in protocol.activities:
        if activity not in planned and activity not in MARKERS:
            yield Finding(
                "never_planned",
                Severity.WARNING,
                f"activities.{activity}",
                f"“{protocol.activities[activity]}” is named, but no phase plans it.",
                "Add it to a phase, or take it away.",
            )


def markers_nobody_gets(protocol: Protocol) -> Iterator[Finding]:
    """Find markers of no indication, and phases whose markers no timepoint carries."""
    given = {marker for markers in protocol.indications.values() for marker in markers}
    for marker in protocol.activities:
        if marker in MARKERS and marker not in given:
            yield Finding(
                "marker",
                Severity.WARNING,
                f"activities.{marker}",
                f"“{protocol.activities[marker]}” is a marker of no indication, so nobody gets it.",
                "Give it to an indication, or take it away.",
            )
    carrying = [phase for phase in protocol.phases if phase.markers_every]
    if given and not carrying:
        yield Finding(
            "marker",
            Severity.WARNING,
            "indications",
            "Secreting tumours have markers, but no phase plans them.",
            "Say at a phase how often its timepoints carry markers.",
        )
    for phase in carrying:
        numbers = phase_numbers(phase, protocol.default_options(), PROVED_MONTHS)
        if numbers and all(number % (phase.markers_every or 1) for number in numbers):
            yield Finding(
                "marker",
                Severity.WARNING,
                f"phases.{phase.key}.markers_every",
                f"“{phase.name}” is to carry markers at multiples of {phase.markers_every}, but plans none.",
                "Choose a number that divides one of its timepoints.",
            )


def costs_out_of_order(protocol: Protocol) -> Iterator[Finding]:
    """Find ranks of a miss that would put the less urgent first on a worklist."""
    options = protocol.default_options()
    for kind in ("visit", "imaging"):
        in_order = sorted(
            (phase for phase in protocol.phases if phase.kind == kind),
            key=lambda phase: phase.start(options) * (7 if phase.unit == "weeks" else DAYS_OF_A_MONTH),
        )
        for earlier, later in pairwise(in_order):
            if later.cost > earlier.cost:
                yield costs(later, f"ranks higher ({later.cost}) than “{earlier.name}” before it ({earlier.cost})")
    for phase in protocol.phases:
        if phase.unit == "weeks" and phase.counts_blood and phase.cost > protocol.nadir.cost:
            yield costs(phase, f"ranks higher ({phase.cost}) than the weeks of the nadir ({protocol.nadir.cost})")
        if phase.first_cost is not None and phase.first_cost < phase.cost:
            yield costs(phase, f"ranks its first timepoint lower ({phase.first_cost}) than the others ({phase.cost})")
        if phase.between and phase.between.cost > phase.cost:
            yield costs(phase, f"ranks laboratory-only years higher ({phase.between.cost}) than visits ({phase.cost})")


def intervals_nobody_gets(protocol: Protocol) -> Iterator[Finding]:
    """Find intervals of the years after month 60 that cannot be what nobody chose: longer ones are a clinician's."""
    for name in LATER:
        offer = protocol.choices[name]
        if offer.default != min(ALLOWED[name]):
            yield Finding(
                "interval",
                Severity.ERROR,
                f"options.{name}.default",
                f"{offer.default} months {LATER[name]} are a clinician's choice for one patient, with a reason, and "
                "cannot be the default.",
                f"Give {min(ALLOWED[name])} as default; {offer.default} can be offered as a choice.",
            )


def costs(phase: Phase, what: str) -> Finding:
    """Return the finding that a phase's ranks are out of order."""
    return Finding(
        "cost",
        Severity.WARNING,
        f"phases.{phase.key}.cost",
        f"“{phase.name}” {what}.",
        "The earlier and the nearer to the nadir, the higher the rank.",
    )
