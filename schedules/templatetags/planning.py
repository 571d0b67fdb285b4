"""How days from a target and phases are written."""

from collections.abc import Mapping

from django import template

register = template.Library()

MINUS = "\N{MINUS SIGN}"


@register.filter
def signed_days(days: int | None) -> str:
    """Write days from a target: "+3", "−2", "0"; nothing known as a dash."""
    if days is None:
        return "\N{EN DASH}"
    return f"+{days}" if days > 0 else f"{MINUS}{-days}" if days else "0"


@register.filter
def phase_name(phase: str, names: Mapping[str, str]) -> str:
    """Write a phase by its name in the protocol: "Weekly blood counts"; one no protocol has any more by its key."""
    name = names.get(phase, phase)
    return name[:1].upper() + name[1:]
