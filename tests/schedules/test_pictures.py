from datetime import date

import pytest
import vl_convert

from patients.models import Patient
from schedules.actions import mark_missed, record_visit
from schedules.pages.patient_page import shown_plans
from schedules.pages.plan_picture import LANES, LOOKS, Happened, Panel, plan_picture
from schedules.protocol import Status
from tests.factories import MembershipFactory, enrolled, visit_of

pytestmark = pytest.mark.django_db

ANCHOR, TODAY = date(2026, 10, 1), date(2026, 11, 22)
WEEKS, MONTHS, YEARS = range(3)


@pytest.fixture
def plan():
    member = MembershipFactory()
    return enrolled(by=member.staff, clinic=member.clinic, started_on=ANCHOR, today=TODAY)


def picture(plan, today=TODAY):
    (shown,) = shown_plans(Patient.objects.get(), today=today)
    nadir = plan.protocol.definition.nadir
    happened = [Happened(ANCHOR, "treatment 1")]
    return plan_picture(shown.rows, anchor=ANCHOR, nadir=nadir, happened=happened, today=today)


def marks(spec, style):
    """Where and what, of each mark of a style that is seen: (panel, lane, place, sentence)."""
    return [
        (number, value["lane"], value["on"], value["says"])
        for number, panel in enumerate(spec["hconcat"])
        for layer in panel["layer"]
        if layer["mark"]["type"] == "point" and layer["mark"]["style"] == style
        for value in layer["data"]["values"]
    ]


def texts(spec):
    return [
        layer["mark"].get("text") or layer["encoding"]["text"].get("value") or layer["data"]["values"][0]["word"]
        for panel in spec["hconcat"]
        for layer in panel["layer"]
        if layer["mark"]["type"] == "text"
    ]


def test_done_stands_at_its_real_date_and_missed_is_crossed(plan):
    by = plan.patient.clinic.memberships.get().staff
    record_visit(
        visit=visit_of(plan, "W1"), occurred_on=date(2026, 10, 9), outcomes={"cbc": "done"}, by=by, today=TODAY
    )
    mark_missed(visit=visit_of(plan, "W2"), reason="Not seen", next_step="", by=by, today=TODAY)

    spec = picture(plan)

    assert marks(spec, "done") == [
        (WEEKS, "Blood counts", 1.143, "Week 1: done, Fri 9 Oct 2026, window 5–11 Oct"),
        (WEEKS, "Treatment, events", 0.0, "treatment 1, Thu 1 Oct 2026"),
    ]
    assert marks(spec, "missed") == [
        (WEEKS, "Blood counts", 2.0, "Week 2: missed, target Thu 15 Oct 2026, window 12–18 Oct")
    ]


def test_overdue_has_a_word_and_says_since_when(plan):
    spec = picture(plan)

    assert marks(spec, "overdue")[0] == (
        WEEKS,
        "Blood counts",
        1.0,
        "Week 1: overdue, target Thu 8 Oct 2026, window 5–11 Oct, 42 days overdue",
    )
    assert texts(spec) == ["lowest counts, weeks 4–6", "overdue", "treatment 1", "today, Sun 22 Nov 2026"]


def test_today_stands_in_the_panel_that_holds_it(plan):
    def panels_with_today(today):
        spec = picture(plan, today)
        rules = [[layer["mark"]["type"] == "rule" for layer in panel["layer"]] for panel in spec["hconcat"]]
        return [any(found) for found in rules]

    assert panels_with_today(date(2026, 12, 23)) == [True, False, False]
    assert panels_with_today(date(2026, 12, 24)) == [False, True, False]
    assert panels_with_today(date(2028, 1, 1)) == [False, False, True]
    assert panels_with_today(date(2045, 1, 1)) == [False, False, True]


def test_every_timepoint_of_the_table_is_in_the_picture_once_a_lane(plan):
    spec = picture(plan)
    styles = {look.mark for look in LOOKS.values()}
    drawn = {(lane, says) for style in styles for _, lane, _, says in marks(spec, style) if lane != LANES[-1]}

    with_cbc = plan.visits.filter(activities__activity="cbc").count()
    with_physician = plan.visits.filter(activities__activity="physician_visit").count()

    assert len(drawn) == with_cbc + with_physician + plan.visits.filter(kind="imaging").count()


@pytest.mark.parametrize(
    ("unit", "day", "place"),
    [
        ("W", date(2024, 2, 7), 1.0),
        ("M", date(2024, 2, 29), 1.0),
        ("M", date(2024, 4, 30), 3.0),
        ("M", date(2024, 4, 15), 2.5),
        ("Y", date(2025, 1, 31), 1.0),
        ("Y", date(2025, 7, 31), 1.5),
    ],
)
def test_place_counts_from_the_anchor_in_calendar_months(unit, day, place):
    panel = Panel(unit, "", date(2024, 1, 31), date(2030, 1, 31), 100)

    assert panel.place(day, date(2024, 1, 31)) == place


def test_every_status_has_a_look():
    assert set(LOOKS) == set(Status)


def test_specification_is_drawn_without_complaint(plan):
    svg = vl_convert.vegalite_to_svg(picture(plan))

    assert svg.count("lowest counts") == 1
