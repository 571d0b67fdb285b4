"""What a clinic decides about a protocol version: that it suits its patients, and that new plans follow it."""

from datetime import date

from accounts.models import Clinic, Staff
from events.actions import record_event
from iotrex_followup.errors import TransitionRefused
from iotrex_followup.history import action
from schedules.actions.protocols import refuse_foreign
from schedules.models import DefaultProtocol, Protocol, ProtocolApproval


@action
def approve_protocol(*, protocol: Protocol, clinic: Clinic, approved_on: date, by: Staff) -> ProtocolApproval:
    """Record that the clinic approves a protocol version for its patients.

    New plans follow it from now on when the clinic has no default yet, or an earlier version of the same protocol is
    the default; another protocol stays the default until `choose_default_protocol`.

    Raises   TransitionRefused: it is approved already, is not active, or is another clinic's own.
    Records  protocol.approved, and protocol.made_default when new plans follow it from now on
    """
    protocol = active_version(protocol, clinic)
    approval, created = ProtocolApproval.objects.get_or_create(
        protocol=protocol, clinic=clinic, defaults={"approved_by": by, "approved_on": approved_on}
    )
    if not created:
        raise TransitionRefused(f"{approval.approved_by} approved this version on {approval.approved_on}.")
    record_event("protocol.approved", clinic=clinic, by=by, protocol=str(protocol), approved_on=approved_on)
    default, is_first = default_or_new(protocol, clinic, chosen_on=approved_on, by=by)
    if is_first:
        tell_default(default, by=by)
    elif default.protocol.slug == protocol.slug:
        change_default(default, protocol, chosen_on=approved_on, by=by)
    return approval


@action
def choose_default_protocol(*, protocol: Protocol, clinic: Clinic, chosen_on: date, by: Staff) -> DefaultProtocol:
    """Record that the clinic's new plans follow a version unless another is chosen; plans there are stay as they are.

    Raises   TransitionRefused: it is the default already, is not approved or not active, or is another clinic's own.
    Records  protocol.made_default
    """
    protocol = active_version(protocol, clinic)
    if not ProtocolApproval.objects.filter(protocol=protocol, clinic=clinic).exists():
        raise TransitionRefused(f"{clinic} has not approved {protocol.reference} yet. Approve it first.")
    default, is_first = default_or_new(protocol, clinic, chosen_on=chosen_on, by=by)
    if is_first:
        tell_default(default, by=by)
    elif default.protocol_id == protocol.pk:
        raise TransitionRefused(f"{protocol.reference} is the default already, chosen by {default.chosen_by}.")
    else:
        change_default(default, protocol, chosen_on=chosen_on, by=by)
    return default


def active_version(protocol: Protocol, clinic: Clinic) -> Protocol:
    """Return a version that `clinic` may decide about, locked so that nobody retires it meanwhile.

    Raises   TransitionRefused: it is not active, or is another clinic's own.
    """
    refuse_foreign(protocol, clinic)
    protocol = Protocol.objects.select_for_update().get(pk=protocol.pk)
    if protocol.status != Protocol.Status.ACTIVE:
        state = protocol.get_status_display().lower()
        raise TransitionRefused(f"{protocol.reference} is {state}. Only an active version can be approved or followed.")
    return protocol


def default_or_new(protocol: Protocol, clinic: Clinic, *, chosen_on: date, by: Staff) -> tuple[DefaultProtocol, bool]:
    """Return what the clinic's new plans follow, locked, and whether it is `protocol` since nothing was chosen yet."""
    return (
        DefaultProtocol.objects.select_for_update(of=("self",))
        .select_related("protocol", "chosen_by")
        .get_or_create(clinic=clinic, defaults={"protocol": protocol, "chosen_by": by, "chosen_on": chosen_on})
    )


def change_default(default: DefaultProtocol, protocol: Protocol, *, chosen_on: date, by: Staff) -> None:
    """Let new plans of the default's clinic follow `protocol` instead."""
    was = default.protocol.reference
    default.protocol, default.chosen_by, default.chosen_on = protocol, by, chosen_on
    default.save()
    tell_default(default, by=by, was=was)


def tell_default(default: DefaultProtocol, *, by: Staff, was: str = "") -> None:
    """Write the event that new plans follow a version from now on, and which one they followed so far."""
    record_event(
        "protocol.made_default",
        clinic=default.clinic,
        by=by,
        protocol=default.protocol.reference,
        was=was,
        chosen_on=default.chosen_on,
    )
