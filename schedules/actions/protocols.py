"""The protocol library: drafting, publishing with a second person and retiring a clinic's own versions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import QuerySet

from accounts.models import Clinic, Role, Staff
from events.actions import record_event
from events.models import Event
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from schedules import protocol as rules
from schedules.calendars import working_calendar
from schedules.models import DefaultProtocol, Protocol

LONGEST = {"slug": 50, "version": 20, "title": 200}  # as the columns of Protocol
WRITING = ("protocol.drafted", "protocol.changed")


class NewName(NamedTuple):
    """What a copied version is called."""

    slug: str
    version: str


def suggested_name(protocol: Protocol, clinic: Clinic) -> NewName:
    """Return what a copy of `protocol` in `clinic` may be called: the next version of its own, or a name of its own."""
    slug = protocol.slug if protocol.clinic_id == clinic.pk else f"{clinic.slug}-{protocol.slug}"[:50]
    taken = set(Protocol.objects.filter(slug=slug).values_list("version", flat=True))
    version = next(name for number in range(1, len(taken) + 3) if (name := f"{number}.0") not in taken)
    return NewName(slug, version)


@action
def copy_protocol(*, protocol: Protocol, clinic: Clinic, name: NewName, by: Staff) -> Protocol:
    """Store a copy of a version as the clinic's own draft; what is copied stays as it is.

    Raises   TransitionRefused: the version is another clinic's own.
    Raises   InputRefused: the name is taken or cannot be one.
    Records  protocol.drafted
    """
    refuse_foreign(protocol, clinic)
    copied = replace(protocol.definition, slug=name.slug, version=name.version, is_example=False)
    return draft_protocol(text=rules.dump_protocol(copied), clinic=clinic, based_on=protocol, by=by)


@action
def draft_protocol(*, text: str, clinic: Clinic, by: Staff, based_on: Protocol | None = None) -> Protocol:
    """Store a protocol file as the clinic's own draft; a file that says what a version does is a copy of that version.

    Raises   InputRefused: the file cannot be read, or its name is taken or cannot be one.
    Records  protocol.drafted
    """
    definition = readable(text)
    refuse_name(definition, clinic)
    based_on = based_on or original_of(definition, clinic)
    protocol = Protocol(clinic=clinic, written_by=by, based_on=based_on)
    set_text(protocol, text, definition)
    protocol.save()
    record_event(
        "protocol.drafted",
        clinic=clinic,
        by=by,
        protocol=protocol.reference,
        based_on=based_on.reference if based_on else "",
        protocol_id=protocol.pk,
    )
    return protocol


def original_of(definition: rules.Protocol, clinic: Clinic) -> Protocol | None:
    """Return the latest version `clinic` may see that says what `definition` does but for its name, if there is one."""
    versions = Protocol.objects.of(clinic).order_by("-pk")
    return next((each for each in versions if not rules.compare(each.definition, definition)), None)


@action
def change_draft(*, protocol: Protocol, text: str, by: Staff, seen: str = "") -> Protocol:
    """Store a draft anew; one that was submitted is to be submitted again.

    `seen`: the sha256 of the text that was changed, to be sure that nobody else changed it meanwhile.

    Raises   TransitionRefused: it is no draft of a clinic, or was changed since it was looked at.
    Raises   InputRefused: nothing changes, the file cannot be read, or its name is taken or cannot be one.
    Records  protocol.changed
    """
    protocol, clinic = own_draft(protocol)
    if seen and seen != protocol.sha256:
        raise TransitionRefused(
            f"{protocol.written_by} changed this draft while you did. Nothing of yours is saved: open it anew in "
            "another tab, and enter your changes there."
        )
    if text == protocol.text:
        raise InputRefused("This is what the draft says already.", field="text")
    definition = readable(text)
    if (definition.slug, definition.version) != (protocol.slug, protocol.version):
        refuse_name(definition, clinic)
    set_text(protocol, text, definition)
    protocol.written_by = by
    protocol.submitted_by = protocol.submitted_at = None
    protocol.save()
    record_event("protocol.changed", clinic=clinic, by=by, protocol=protocol.reference, protocol_id=protocol.pk)
    return protocol


@action
def submit_protocol(*, protocol: Protocol, by: Staff, now: datetime) -> Protocol:
    """Hand a draft to a second person, who may publish it.

    Raises   TransitionRefused: it is no draft of a clinic, is submitted already, or the linter finds errors in it.
    Records  protocol.submitted
    """
    protocol, clinic = own_draft(protocol)
    if protocol.submitted_at:
        raise TransitionRefused(f"{protocol.submitted_by} submitted this draft already.")
    refuse_errors(findings_about(protocol, clinic, today=clinic.local_date(now)))
    protocol.submitted_by, protocol.submitted_at = by, now
    protocol.save(update_fields=["submitted_by", "submitted_at"])
    record_event("protocol.submitted", clinic=clinic, by=by, protocol=protocol.reference, protocol_id=protocol.pk)
    return protocol


@action
def publish_protocol(*, protocol: Protocol, by: Staff, now: datetime, reason: str = "") -> Protocol:
    """Publish a submitted draft: new plans can follow it from now on, and it never changes again.

    Raises   TransitionRefused: it is not submitted, `by` wrote any of its text or submitted it, or the linter finds
             errors in it.
    Raises   ReasonNeeded: the linter warns of something.
    Records  protocol.published
    """
    protocol, clinic = own_draft(protocol)
    if not protocol.submitted_at:
        raise TransitionRefused("This draft is not submitted yet.")
    refuse_involved(protocol, by=by)
    findings = findings_about(protocol, clinic, today=clinic.local_date(now))
    refuse_errors(findings)
    warned = rules.warnings_of(findings)
    if warned and not reason:
        raise ReasonNeeded([finding.sentence for finding in warned], field="reason")
    protocol.status = Protocol.Status.ACTIVE
    protocol.published_by, protocol.published_at = by, now
    protocol.save(update_fields=["status", "published_by", "published_at"])
    record_event(
        "protocol.published",
        clinic=clinic,
        by=by,
        reason=reason,
        protocol=protocol.reference,
        sha256=protocol.sha256,
        warnings=[finding.sentence for finding in warned],
    )
    return protocol


@action
def retire_protocol(*, protocol: Protocol, reason: str, by: Staff) -> Protocol:
    """Offer a published version to no new plan any more; plans that follow it go on.

    Raises   TransitionRefused: it is not an active version of a clinic, or the clinic's new plans follow it.
    Raises   ReasonNeeded: no reason.
    Records  protocol.retired
    """
    protocol = Protocol.objects.select_for_update().get(pk=protocol.pk)
    if protocol.clinic is None:
        raise TransitionRefused("This version came with the product and is everybody's; a clinic retires its own.")
    if protocol.status != Protocol.Status.ACTIVE:
        raise TransitionRefused("Only an active protocol version can be retired.")
    if DefaultProtocol.objects.filter(protocol=protocol).exists():
        raise TransitionRefused(
            f"{protocol.reference} is what new plans follow. Make another version the default, then retire this one."
        )
    if not reason:
        raise ReasonNeeded(["No new plan can follow it any more."], field="reason")
    protocol.status = Protocol.Status.RETIRED
    protocol.save(update_fields=["status"])
    record_event("protocol.retired", clinic=protocol.clinic, by=by, reason=reason, protocol=protocol.reference)
    return protocol


def own_draft(protocol: Protocol) -> tuple[Protocol, Clinic]:
    """Return a clinic's own draft, locked and as it is stored now, and the clinic.

    Raises   TransitionRefused: it is something else.
    """
    protocol = Protocol.objects.select_for_update().get(pk=protocol.pk)
    if protocol.clinic is None:
        raise TransitionRefused("This version came with the product. Copy it, and work on the copy.")
    if protocol.status != Protocol.Status.DRAFT:
        raise TransitionRefused("A published version never changes. Copy it to a new draft.")
    return protocol, protocol.clinic


def refuse_foreign(protocol: Protocol, clinic: Clinic) -> None:
    """Raise TransitionRefused when a version is neither shipped nor `clinic`'s own; what it is called stays untold."""
    if protocol.clinic_id not in (None, clinic.pk):
        raise TransitionRefused(
            f"{clinic} uses versions that came with the product and its own. To use this one, save its file where it "
            f"belongs, import it at {clinic} and have it published there."
        )


def readable(text: str) -> rules.Protocol:
    """Return the protocol written in `text`.

    Raises   InputRefused: it cannot be read; the message lists every mistake.
    """
    try:
        return rules.read_protocol(text, source="")
    except rules.ProtocolError as error:
        raise InputRefused(str(error), field="text") from error


def refuse_name(definition: rules.Protocol, clinic: Clinic) -> None:
    """Raise InputRefused when a draft of `clinic` cannot be called as `definition` is, or cannot be an example."""
    try:
        validate_slug(definition.slug)
    except ValidationError as error:
        raise InputRefused("A short name holds letters, digits, hyphens and underscores.", field="slug") from error
    for field, longest in LONGEST.items():
        if len(getattr(definition, field)) > longest:
            raise InputRefused(f"This is longer than {longest} characters.", field=field)
    if definition.is_example:
        raise InputRefused("A clinic's own protocol is no example. Take “example” away.", field="text")
    if Protocol.objects.filter(slug=definition.slug).exclude(clinic=clinic).exists():
        own = f"{clinic.slug}-{definition.slug}"[:50]
        raise InputRefused(f"“{definition.slug}” cannot be used. Choose a short name such as “{own}”.", field="slug")
    if Protocol.objects.filter(slug=definition.slug, version=definition.version).exists():
        raise InputRefused(f"{definition.slug} {definition.version} exists already.", field="version")


def set_text(protocol: Protocol, text: str, definition: rules.Protocol) -> None:
    """Give a draft its text and what is kept of it beside, without saving it."""
    protocol.slug, protocol.version, protocol.title = definition.slug, definition.version, definition.title
    protocol.text, protocol.sha256 = text, sha256(text.encode()).hexdigest()


def lineage_of(protocol: Protocol) -> list[Protocol]:
    """Return a version and all it goes back to, the nearest first."""
    found = [protocol]
    while (earlier := found[-1].based_on) is not None:
        found.append(earlier)
    return found


def writers_of(protocol: Protocol) -> set[UUID]:
    """Return the ids of all who ever wrote at a version, or at one it goes back to: a copy is its writers' text too."""
    lineage = lineage_of(protocol)
    written = Event.objects.filter(kind__in=WRITING, facts__protocol_id__in=[str(each.pk) for each in lineage])
    ids = {*(each.written_by_id for each in lineage), *written.values_list("by", flat=True)}
    return {pk for pk in ids if pk is not None}


def publishers_of(protocol: Protocol) -> QuerySet[Staff]:
    """Return the clinicians of a draft's clinic who can publish it: who neither wrote at it nor submitted it."""
    clinicians = Staff.objects.filter(
        is_active=True,
        memberships__clinic=protocol.clinic,
        memberships__is_active=True,
        memberships__role=Role.CLINICIAN,
    )
    submitter = {protocol.submitted_by_id} if protocol.submitted_by_id else set()
    return clinicians.exclude(pk__in=writers_of(protocol) | submitter)


def refuse_involved(protocol: Protocol, *, by: Staff) -> None:
    """Raise TransitionRefused when `by` cannot publish a draft, since its text is theirs in part."""
    if by.pk == protocol.submitted_by_id:
        raise TransitionRefused("You submitted this draft. Another clinician publishes it.")
    if by.pk in writers_of(protocol):
        raise TransitionRefused(
            "You wrote at this draft, or at a version it goes back to. A clinician who wrote none of it publishes it."
        )


def findings_about(protocol: Protocol, clinic: Clinic, *, today: date) -> list[rules.Finding]:
    """Return what the linter finds in a protocol, held against the clinic's calendar."""
    return rules.lint(protocol.definition, working_calendar(clinic), today=today)


def refuse_errors(findings: Sequence[rules.Finding]) -> None:
    """Raise TransitionRefused when a finding stops publishing."""
    if errors := rules.errors_of(findings):
        listed = " ".join(f"{finding.sentence} {finding.remedy}" for finding in errors)
        raise TransitionRefused(f"This draft cannot be published as it is. {listed}")
