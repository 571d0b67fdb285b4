"""How results are written in templates."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

from labs.readings import name_of, value_words, written_unit
from labs.rules.names import name

register = template.Library()
register.filter(name_of)
register.filter("brief", name)
register.filter(value_words)
register.filter(written_unit)


@register.filter
def clock(at: datetime, zone: ZoneInfo) -> str:
    """Write the time of day of an instant in the clinic's zone: "08:15"."""
    return at.astimezone(zone).strftime("%H:%M")
