"""What a line of the log may hold, by what it is, and how each field is read (docs/simulation.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

VisitKey = tuple[int, str, str]  # treatment, timepoint, kind
Item = tuple[VisitKey, tuple[str, int]]  # a visit and the moment at which it is reminded of


def anything(value: Any) -> Any:
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a text")
    return value


def perhaps_text(value: Any) -> str:
    return "" if value is None else text(value)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is not a whole number")
    return value


def day(value: Any) -> date:
    return date.fromisoformat(text(value))


def perhaps_day(value: Any) -> date | None:
    return None if value in (None, "") else day(value)


def instant(value: Any) -> datetime:
    if not text(value).endswith("Z"):
        raise ValueError("is not an instant in UTC")
    return datetime.fromisoformat(value)


def clock(value: Any) -> time:
    return time.fromisoformat(text(value))


def perhaps_clock(value: Any) -> time | None:
    return None if value in (None, "") else clock(value)


def wall_clock(value: Any) -> datetime:
    """Read the clinic's wall clock, which has no zone; a day alone is its first minute."""
    read = datetime.fromisoformat(text(value))
    if read.tzinfo is not None:
        raise ValueError("is an instant, not a wall clock")
    return read


def visit(value: Any) -> VisitKey:
    treatment, timepoint, kind = value
    return number(treatment), text(timepoint), text(kind)


def visits(value: Any) -> tuple[VisitKey, ...]:
    return tuple(visit(each) for each in value)


def item(value: Any) -> Item:
    key, (moment, days) = value
    return visit(key), (text(moment), number(days))


def items(value: Any) -> tuple[Item, ...]:
    return tuple(item(each) for each in value or ())


def closures(value: Any) -> tuple[tuple[date, date], ...]:
    return tuple((day(first), day(last)) for first, last in value)


def values(value: Any) -> dict[str, tuple[str, str, str, str]]:
    """Read each analyte's value as it was sent, its unit, and the limits printed beside it, if any."""
    return {analyte: sent_value(*sent) for analyte, sent in value.items()}


def sent_value(value: Any, unit: str, low: Any = "", high: Any = "") -> tuple[str, str, str, str]:
    return str(value), text(unit), str(low or ""), str(high or "")


def outcomes(value: Any) -> dict[str, str]:
    for activity, outcome in value.items():
        if outcome not in ("done", "drawn"):
            raise ValueError(f"says {outcome!r} of {activity}, neither done nor drawn")
    return dict(value)


Reader = Callable[[Any], Any]
# What a line holds beside `what` and `at`. A name with "?" may be left out.
FIELDS: dict[str, dict[str, Reader]] = {
    "simulation": {"seed": anything, "patients": number, "years": anything, "starts_on": day, "ends_on": day},
    "clinic": {
        "zone": text,
        "country": text,
        "region": text,
        "working_weekdays": list,
        "closures": closures,
        "opens_at": clock,
        "closes_at": clock,
        "quiet_from": clock,
        "quiet_until": clock,
        "remind_at": clock,
        "staff": list,
        "ladder": list,
        "protocol": dict,
        "reminders": anything,
        "urgency": dict,
    },
    "patient": {
        "patient": text,
        "born": day,
        "sex": text,
        "indication": text,
        "secreting": flag,
        "zone": text,
        "clinician": perhaps_text,
    },
    "contact": {
        "patient": text,
        "contact": text,
        "relation": text,
        "order": number,
        "language": text,
        "interpreter": flag,
        "legal_authority": flag,
        "phone": flag,
        "email": flag,
        "sms_consent": text,
        "email_consent": text,
        "is_active": flag,
    },
    "treatment": {"patient": text, "treatment": number, "on": day, "imaging_interval": number, "secreting": flag},
    "treatment.redated": {"patient": text, "treatment": number, "on": day},
    "booked": {"patient": text, "appointment": text, "visits": visits, "on": day, "time": perhaps_clock},
    "moved": {"appointment": text, "on": day, "time": perhaps_clock},
    "cancelled": {"appointment": text},
    "not_attended": {"appointment": text},
    "done": {"patient": text, "visit": visit, "on": day, "outcomes": outcomes, "elsewhere": flag},
    "missed": {"patient": text, "visit": visit},
    "results": {
        "patient": text,
        "collected_at": wall_clock,
        "accession": text,
        "status": text,
        "values": values,
    },
    "life": {"patient": text, "event": text, "kind": text, "from": day, "*": anything},
    "life.accepted": {"event": text, "on": day},
    "life.ended": {"event": text, "on": day},
    "away": {"channel": text, "until": instant},
    "refuses": {"contact": text, "channel": text},
    "acknowledged": {"alert": text, "by": text, "next_step": perhaps_text, "by_when": perhaps_day},
    "resolved": {"alert": text, "by": text, "next_step?": perhaps_text, "by_when?": perhaps_day},
    "raised": {"alert": text, "patient": text, "rule": text, "tier": text, "again": flag},
    "told": {"alert": text, "to": text, "channel": text, "step?": anything, "kind?": text},
    "sent": {"kind": text, "channel": text, "to": text, "day?": perhaps_day, "items?": items},
    "visit": {
        "patient": text,
        "visit": visit,
        "target": day,
        "opens": day,
        "closes": day,
        "status": text,
        "activities": dict,
        "before_enrolment?": flag,
        "on_hold?": anything,
        "done_on?": perhaps_day,
    },
    "message": {
        "patient": perhaps_text,
        "kind": text,
        "channel": text,
        "to": perhaps_text,
        "day": perhaps_day,
        "items?": items,
        "state": text,
        "outcome?": perhaps_text,
        "sent_at?": anything,
    },
    "alert": {"alert": text, "patient": text, "rule": text, "tier": text, "state": text},
}
AT_THE_END = ("visit", "message", "alert")
WITHOUT_AN_INSTANT = ("simulation", "clinic", *AT_THE_END)
CHANNELS = ("email", "sms", "inbox", "webhook", "call")
KINDS_OF_LIFE = (
    "levothyroxine", "pregnancy", "iodine", "thyroidectomy", "death", "transfer", "declines_messages",
    "withdraws_research", "declines_follow_up", "declines_item", "lost", "relapse", "new_therapy", "admission",
    "comfort_care", "pause",
)  # fmt: skip
CHOICES = {
    ("life", "kind"): KINDS_OF_LIFE,
    ("results", "status"): ("final", "corrected", "preliminary"),
    ("away", "channel"): CHANNELS,
    ("refuses", "channel"): CHANNELS,
    ("sent", "channel"): CHANNELS,
    ("told", "channel"): CHANNELS,
    ("message", "channel"): CHANNELS,
    ("contact", "sms_consent"): ("given", "refused", ""),
    ("contact", "email_consent"): ("given", "refused", ""),
    ("raised", "tier"): ("immediate", "same_day", "next_working_day"),
}
