"""The choices of a plan carried over to a protocol version that may not offer all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from iotrex_followup.errors import InputRefused
from schedules import protocol as rules
from schedules.names import activity_name
from schedules.protocol.activities import MARKERS
from schedules.protocol.options import INTERVALS, one_of

# How an interval is called where it is asked for.
INTERVAL_NAMES = {
    "imaging_interval": "imaging",
    "annual_interval": "visits after year 5",
    "late_imaging_interval": "imaging after year 5",
}
LEAVE_OUT = "markers"


def not_offered(definition: rules.Protocol, options: rules.Options) -> tuple[str, ...]:
    """Return which of `options` the protocol does not offer: names of intervals, and LEAVE_OUT for markers."""
    intervals = [name for name in INTERVALS if getattr(options, name) not in definition.choices[name].choices]
    return (*intervals, LEAVE_OUT) if unknown_markers(definition, options) else tuple(intervals)


def unknown_markers(definition: rules.Protocol, options: rules.Options) -> list[str]:
    """Return the markers of `options` that the protocol does not have."""
    return [each for each in options.markers if each not in definition.activities or each not in MARKERS]


def fitted(
    definition: rules.Protocol, options: rules.Options, instead: Mapping[str, int] | None = None
) -> rules.Options:
    """Return `options` where the protocol offers them, in place of the others `instead`, else the protocol's default.

    Markers the protocol does not have are left out.
    """
    missing = not_offered(definition, options)
    if not missing:
        return options
    chosen = {
        name: (instead or {}).get(name) or definition.choices[name].default if name in missing else kept
        for name in INTERVALS
        if (kept := getattr(options, name))
    }
    unknown = unknown_markers(definition, options)
    return rules.Options(**chosen, markers=tuple(each for each in options.markers if each not in unknown))


def asked_words(definition: rules.Protocol, options: rules.Options) -> list[str]:
    """Return what has to be chosen anew before a plan can follow the protocol: "imaging every 11 months"."""
    said = [
        f"{INTERVAL_NAMES[name]} every {getattr(options, name)} months"
        for name in not_offered(definition, options)
        if name != LEAVE_OUT
    ]
    return [*said, *(activity_name(each) for each in unknown_markers(definition, options))]


@dataclass(frozen=True, slots=True)
class Instead:
    """What a person chose in place of what a version does not offer; None: nothing was chosen."""

    imaging_interval: int | None = None
    annual_interval: int | None = None
    late_imaging_interval: int | None = None
    leave_out_markers: bool = False

    @property
    def intervals(self) -> dict[str, int]:
        return {name: chosen for name in INTERVALS if (chosen := getattr(self, name))}


def chosen_options(definition: rules.Protocol, options: rules.Options, instead: Instead) -> rules.Options:
    """Return `options` as the protocol offers them, with what was chosen `instead` of the others.

    Raises   InputRefused: something is not offered and nothing that is was chosen in its place.
    """
    missing = not_offered(definition, options)
    for name in missing:
        if name == LEAVE_OUT:
            if not instead.leave_out_markers:
                unknown = ", ".join(activity_name(each) for each in unknown_markers(definition, options))
                said = f"The version does not have {unknown}. Say that it is left out."
                raise InputRefused(said, field="leave_out_markers")
        elif getattr(instead, name) not in (offered := definition.choices[name].choices):
            every = f"{INTERVAL_NAMES[name]} every {getattr(options, name)} months"
            raise InputRefused(f"The version does not offer {every}. Choose {one_of(offered)}.", field=name)
    return fitted(definition, options, instead.intervals)
