"""From an infusion date to a follow-up plan: pure functions over frozen values. No Django, no clock."""

from schedules.protocol.activities import MARKERS, SPECIMENS, is_specimen
from schedules.protocol.calendar import CalendarError, WorkingCalendar, closed_days, closed_spans, suggested_day
from schedules.protocol.cost import miss_cost
from schedules.protocol.counts import CountClock, count_clock
from schedules.protocol.definition import Phase, Protocol, markers_for
from schedules.protocol.fulfilment import OpenActivity, fulfilled_besides, fulfilled_by
from schedules.protocol.loader import PackagedProtocol, load_protocol, packaged_protocol
from schedules.protocol.mistakes import Mistake, ProtocolError
from schedules.protocol.options import OptionError, Options
from schedules.protocol.status import Status, VisitFacts, reason_needed, shown_status, visit_status
from schedules.protocol.timeline import (
    Continuation,
    PlannedTimepoint,
    continues,
    stored_timeline,
    timeline,
)
from schedules.protocol.trace import Trace, explain
from schedules.protocol.warnings import warnings

__all__ = [
    "MARKERS",
    "SPECIMENS",
    "CalendarError",
    "Continuation",
    "CountClock",
    "Mistake",
    "OpenActivity",
    "OptionError",
    "Options",
    "PackagedProtocol",
    "Phase",
    "PlannedTimepoint",
    "Protocol",
    "ProtocolError",
    "Status",
    "Trace",
    "VisitFacts",
    "WorkingCalendar",
    "closed_days",
    "closed_spans",
    "continues",
    "count_clock",
    "explain",
    "fulfilled_besides",
    "fulfilled_by",
    "is_specimen",
    "load_protocol",
    "markers_for",
    "miss_cost",
    "packaged_protocol",
    "reason_needed",
    "shown_status",
    "stored_timeline",
    "suggested_day",
    "timeline",
    "visit_status",
    "warnings",
]
