"""Publishing and approving protocol versions."""

from datetime import date

from accounts.models import Clinic, Staff
from events.actions import record_event
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from schedules.models import Protocol, ProtocolApproval
from schedules.protocol import packaged_protocol


@action
def load_packaged_protocol(*, by: Staff | None) -> Protocol:
    """Store the protocol version that comes with the product, unless it is stored already.

    Raises   InputRefused: the stored version has another text; a published version never changes.
    """
    packaged = packaged_protocol()
    definition = packaged.protocol
    protocol, _ = Protocol.objects.get_or_create(
        slug=definition.slug,
        version=definition.version,
        defaults={
            "title": definition.title,
            "text": packaged.text,
            "sha256": packaged.sha256,
            "status": Protocol.Status.ACTIVE,
        },
    )
    if protocol.sha256 != packaged.sha256:
        raise InputRefused(
            f"{definition.slug} {definition.version} is published with another text. Give the new text a new version."
        )
    return protocol


@action
def approve_protocol(*, protocol: Protocol, clinic: Clinic, approved_on: date, by: Staff) -> ProtocolApproval:
    """Record that the clinic approves a protocol version for its patients.

    Raises   TransitionRefused: it is approved already, or is not active.
    Records  protocol.approved
    """
    if protocol.status != Protocol.Status.ACTIVE:
        raise TransitionRefused("Only an active protocol version can be approved.")
    approval, created = ProtocolApproval.objects.get_or_create(
        protocol=protocol, clinic=clinic, defaults={"approved_by": by, "approved_on": approved_on}
    )
    if not created:
        raise TransitionRefused(f"{approval.approved_by} approved this version on {approval.approved_on}.")
    record_event("protocol.approved", clinic=clinic, by=by, protocol=str(protocol), approved_on=approved_on)
    return approval
