"""From an infusion date to a follow-up plan: pure functions over frozen values. No Django, no clock."""

from schedules.protocol.activities import MARKERS, SPECIMENS, is_specimen
from schedules.protocol.additions import Declined, added_point, with_additions, without_declined
from schedules.protocol.calendar import CalendarError, WorkingCalendar, closed_days, closed_spans, suggested_day
from schedules.protocol.comparison import Difference, compare
from schedules.protocol.cost import miss_cost
from schedules.protocol.counts import CountClock, count_clock
from schedules.protocol.definition import Phase, Protocol, markers_for
from schedules.protocol.findings import Finding, Severity, errors_of, warnings_of
from schedules.protocol.fulfilment import OpenActivity, fulfilled_besides, fulfilled_by
from schedules.protocol.linter import lint, lint_text
from schedules.protocol.loader import (
    PackagedProtocol,
    load_protocol,
    packaged_protocol,
    packaged_protocols,
    read_protocol,
)
from schedules.protocol.mistakes import Mistake, ProtocolError
from schedules.protocol.options import OptionError, Options
from schedules.protocol.replanning import CANCELLED_DRAW, ENDED, Away, Change, Changes, Existing, replan
from schedules.protocol.status import Status, VisitFacts, reason_needed, shown_status, visit_status
from schedules.protocol.timeline import (
    ADDED,
    Continuation,
    PlannedTimepoint,
    continues,
    latest_to_extend,
    stored_timeline,
    timeline,
)
from schedules.protocol.trace import Days, Trace, explain
from schedules.protocol.warnings import warnings
from schedules.protocol.writer import content_of, dump_content, dump_protocol

__all__ = [
    "ADDED",
    "CANCELLED_DRAW",
    "ENDED",
    "MARKERS",
    "SPECIMENS",
    "Away",
    "CalendarError",
    "Change",
    "Changes",
    "Continuation",
    "CountClock",
    "Days",
    "Declined",
    "Difference",
    "Existing",
    "Finding",
    "Mistake",
    "OpenActivity",
    "OptionError",
    "Options",
    "PackagedProtocol",
    "Phase",
    "PlannedTimepoint",
    "Protocol",
    "ProtocolError",
    "Severity",
    "Status",
    "Trace",
    "VisitFacts",
    "WorkingCalendar",
    "added_point",
    "closed_days",
    "closed_spans",
    "compare",
    "content_of",
    "continues",
    "count_clock",
    "dump_content",
    "dump_protocol",
    "errors_of",
    "explain",
    "fulfilled_besides",
    "fulfilled_by",
    "is_specimen",
    "latest_to_extend",
    "lint",
    "lint_text",
    "load_protocol",
    "markers_for",
    "miss_cost",
    "packaged_protocol",
    "packaged_protocols",
    "read_protocol",
    "reason_needed",
    "replan",
    "shown_status",
    "stored_timeline",
    "suggested_day",
    "timeline",
    "visit_status",
    "warnings",
    "warnings_of",
    "with_additions",
    "without_declined",
]
