"""Each finding of the linter, on the shipped protocol with one thing changed."""

from datetime import date, timedelta

import pytest

from schedules.protocol import Severity, WorkingCalendar, lint, lint_text, packaged_protocols, read_protocol

TODAY = date(2026, 3, 2)
WEEKDAYS = WorkingCalendar("GB", "ENG")
TEXT = packaged_protocols()[0].text
WEEKS = "first = 1\nlast = 8\nevery = 1\nwindow = { before = 3, after = 3 }"
QUARTERS = "first = 15\nlast = 60\nevery = 3\nwindow = { before = 14, after = 14 }"
BROKEN = (
    TEXT.replace("first = 15\n", "first = 9\n")  # months 9 and 12 twice
    .replace("last = 8\n", "last = 3\n")  # nobody counts in weeks 4 to 6
    .replace("window = { before = 30, after = 30 }", "window = { before = 0, after = 0 }")
)


def found(text, calendar=WEEKDAYS):
    return lint(read_protocol(text, source="trial"), calendar, today=TODAY)


def changed(*replacements):
    text = TEXT
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def rules(text, *severities, calendar=WEEKDAYS):
    return [(each.rule, each.where) for each in found(text, calendar) if each.severity in severities]


@pytest.mark.parametrize("shipped", packaged_protocols(), ids=lambda shipped: shipped.protocol.slug)
def test_what_is_shipped_has_neither_error_nor_warning(shipped):
    assert {each.severity for each in found(shipped.text)} == {Severity.NOTE}


CASES = {
    "a timepoint twice": (
        [("first = 15", "first = 12")],
        ("twice", Severity.ERROR, "phases.quarters"),
        "Month 12 is planned twice: by “monthly visits of the first year” and by “quarterly visits to year 5”.",
    ),
    "no count in the nadir": (
        [("last = 8", "last = 3")],
        ("nadir", Severity.ERROR, "nadir"),
        "Counts are lowest in weeks 4 to 6, and no blood count is planned in weeks 4, 5, 6.",
    ),
    "one week of the nadir without a count": (
        [("last = 8", "last = 5")],
        ("nadir", Severity.WARNING, "nadir"),
        "Counts are lowest in weeks 4 to 6, and no blood count is planned in week 6.",
    ),
    "windows that overlap": (
        [("window = { before = 3, after = 3 }", "window = { before = 3, after = 4 }")],
        ("overlap", Severity.WARNING, "phases.weeks.window"),
        "The windows of week 1 and week 2 overlap (Complete blood count with differential and platelets).",
    ),
    "a gap between phases": (
        [("first = 15", "first = 18")],
        ("gap", Severity.WARNING, "phases.quarters"),
        "From month 12 to month 18 are 181 days without a planned visit, more than the 93 days between two timepoints "
        "of either phase.",
    ),
    "windows of weekend days": (
        [("window = { before = 3, after = 3 }", "window = { before = 0, after = 1 }")],
        ("no_working_day", Severity.WARNING, "phases.weeks.window"),
        "“weekly blood counts”: in the next three years 180 of 1097 target days have no working day in their window, "
        "first with the clinic closed from Sat 7 Mar 2026 to Sun 8 Mar 2026.",
    ),
    "a window narrower than a month's end": (
        [("window = { before = 7, after = 7 }", "window = { before = 2, after = 7 }")],
        ("month_end", Severity.WARNING, "phases.months.window"),
        "After an infusion on the 29th to 31st, a target in a shorter month is that month's last day, up to 3 days "
        "sooner: more than the window of “monthly visits of the first year” leaves.",
    ),
    "a last that is not reached": (
        [("last = 60\nevery = 3", "last = 61\nevery = 3")],
        ("last_not_reached", Severity.WARNING, "phases.quarters.last"),
        "“quarterly visits to year 5” is to end with month 61, but its steps of 3 end with month 60.",
    ),
    "a phase that plans nothing": (
        [("after = 60\nevery = 12", "after = 60\nlast = 60\nevery = 12")],
        ("last_not_reached", Severity.ERROR, "phases.years.last"),
        "“annual visits after year 5” plans nothing: its first timepoint lies after its last.",
    ),
    "an activity never planned": (
        [("[activities]\n", '[activities]\necg = "Electrocardiogram"\n')],
        ("never_planned", Severity.WARNING, "activities.ecg"),
        "“Electrocardiogram” is named, but no phase plans it.",
    ),
    "a marker nobody gets": (
        [('medullary_thyroid = ["calcitonin_cea"]', "medullary_thyroid = []")],
        ("marker", Severity.WARNING, "activities.calcitonin_cea"),
        "“Calcitonin and CEA” is a marker of no indication, so nobody gets it.",
    ),
    "markers at no timepoint": (
        [("markers_every = 12", "markers_every = 500")],
        ("marker", Severity.WARNING, "phases.years.markers_every"),
        "“annual visits after year 5” is to carry markers at multiples of 500, but plans none.",
    ),
    "ranks out of order": (
        [("cost = 500", "cost = 650")],
        ("cost", Severity.WARNING, "phases.quarters.cost"),
        "“quarterly visits to year 5” ranks higher (650) than “monthly visits of the first year” before it (600).",
    ),
    "a longer interval for everybody": (
        [
            (
                "[options.annual_interval]\nchoices = [12, 24]\ndefault = 12",
                "[options.annual_interval]\nchoices = [12, 24]\ndefault = 24",
            )
        ],
        ("interval", Severity.ERROR, "options.annual_interval.default"),
        "24 months between visits after year 5 are a clinician's choice for one patient, with a reason, and cannot be "
        "the default.",
    ),
    "a week above the nadir": (
        [("cost = 800", "cost = 950")],
        ("cost", Severity.WARNING, "phases.weeks.cost"),
        "“weekly blood counts” ranks higher (950) than the weeks of the nadir (900).",
    ),
}


BESIDES = {("no count in the nadir", "gap")}  # week 3 to month 2 is a gap too


@pytest.mark.parametrize("case", CASES)
def test_one_change_gives_one_finding_beside_the_notes(case):
    replacements, head, sentence = CASES[case]
    text = changed(*replacements)
    serious = [each for each in found(text) if each.severity != Severity.NOTE and (case, each.rule) not in BESIDES]
    assert [(each.rule, each.severity, each.where, each.sentence) for each in serious] == [(*head, sentence)]
    assert serious[0].remedy


def test_timepoints_that_two_phases_plan_are_told_together():
    (few,) = [each for each in found(BROKEN) if each.rule == "twice"]
    assert few.sentence.startswith("Month 9 and month 12 are planned twice: by “monthly visits")
    (many,) = [
        each for each in found(changed(("first = 15", "first = 3"), ("last = 12", "last = 60"))) if each.rule == "twice"
    ]
    assert many.sentence.startswith("Month 3, month 6, month 9, month 12 and 16 more are planned twice")


def test_days_without_a_working_day_are_counted_right():
    last = date(2029, 3, 2)
    days = [TODAY + timedelta(days=n) for n in range((last - TODAY).days + 1)]
    neither = [day for day in days[:-1] if not any(map(WEEKDAYS.is_working, (day, day + timedelta(days=1))))]
    assert (len(neither), len(days)) == (180, 1097)


def test_weeks_that_meet_a_month_are_a_note():
    meeting = [each for each in found(TEXT) if each.rule == "overlap"]
    assert [(each.severity, each.where) for each in meeting] == [(Severity.NOTE, "phases.months.window")]
    assert meeting[0].sentence.startswith("The windows of week 8 and month 2 overlap (Complete blood count")


def test_a_rare_closure_is_a_note_and_a_common_one_a_warning():
    closed = WorkingCalendar(closures={date(2026, 12, day): "Holidays" for day in range(20, 32)})
    holidays = [each for each in found(TEXT, closed) if each.rule == "no_working_day"]
    assert [(each.severity, each.where) for each in holidays] == [
        (Severity.NOTE, "phases.weeks.window"),
    ]


def test_what_cannot_be_read_is_an_error_for_each_mistake():
    findings = lint_text("slug = 1", WEEKDAYS, today=TODAY)
    assert {each.severity for each in findings} == {Severity.ERROR}
    assert ("slug", "slug: 1 is not a text.", "Write a text.") in [(e.where, e.sentence, e.remedy) for e in findings]


def test_a_broken_protocol_gives_every_finding_at_once_errors_first():
    assert rules(BROKEN, Severity.ERROR) == [
        ("twice", "phases.quarters"),
        ("nadir", "nadir"),
    ]
    severities = [each.severity for each in found(BROKEN)]
    assert severities == sorted(severities, key=list(Severity).index)
    assert ("no_working_day", "phases.years.window") in rules(BROKEN, Severity.WARNING)
