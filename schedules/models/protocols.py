"""Protocol versions and who approved them."""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Prefetch, Q

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from schedules import protocol as rules

# What of a published version never changes, whoever asks; the status only goes on to retired.
FINAL = (
    *("slug", "version", "title", "text", "sha256", "is_example", "clinic", "based_on"),
    *("written_by", "submitted_by", "submitted_at", "published_by", "published_at"),
)


@lru_cache(maxsize=64)
def parsed_protocol(text: str) -> rules.Protocol:
    """Return the protocol written in `text`; parsed once, since a published text never changes.

    A draft may still plan a timepoint twice; publishing it is refused.
    """
    return rules.read_protocol(text, source="stored protocol")


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    """Protocol versions; what was shipped belongs to everybody, a clinic's own to that clinic."""

    def of(self, *clinics: Clinic) -> Self:
        """Versions that `clinics` may see: the shipped ones and their own."""
        return self.filter(Q(clinic__isnull=True) | Q(clinic__in=clinics))

    def visible_to(self, staff: Staff) -> Self:
        """Versions that the clinics of `staff` may see."""
        return self.of(*Clinic.objects.visible_to(staff))

    def with_decisions_of(self, clinics: models.QuerySet[Clinic]) -> Self:
        """Versions with what `clinics` decided: `own_approvals`, and `own_defaults` where new plans follow them."""
        approvals = ProtocolApproval.objects.filter(clinic__in=clinics).order_by("approved_on", "id")
        defaults = DefaultProtocol.objects.filter(clinic__in=clinics).order_by("chosen_on", "id")
        return self.prefetch_related(
            Prefetch("approvals", queryset=approvals, to_attr="own_approvals"),
            Prefetch("default_of", queryset=defaults, to_attr="own_defaults"),
        )

    def offered(self, *clinics: Clinic) -> Self:
        """Versions that new plans of `clinics` can follow."""
        return self.of(*clinics).filter(status=Protocol.Status.ACTIVE)


@keep_history()
class Protocol(models.Model):
    """One version of a follow-up protocol. A published version never changes: the database refuses it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField()
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="The protocol as TOML.")
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=7, choices=Status, default=Status.DRAFT)
    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Blank: it was shipped.",
    )
    is_example = models.BooleanField(default=False, help_text="An example to be approved, not a recommendation.")
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ProtocolQuerySet] = ProtocolQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("slug", "version")
        constraints = (
            models.UniqueConstraint(fields=("slug", "version"), name="one_protocol_per_version"),
            models.CheckConstraint(
                condition=Q(status="draft")
                | Q(clinic__isnull=True)
                | (
                    Q(published_by__isnull=False, submitted_by__isnull=False, written_by__isnull=False)
                    & ~Q(published_by=F("submitted_by"))
                    & ~Q(published_by=F("written_by"))
                ),
                name="publishing_needs_a_second_person",
            ),
        )
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="published_text_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["active", "retired"])
                & reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in FINAL)),
            ),
            pgtrigger.Protect(
                name="published_stays_published",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["active", "retired"], new__status="draft")
                | pgtrigger.Q(old__status="retired", new__status="active"),
            ),
            pgtrigger.Protect(name="protocols_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def reference(self) -> str:
        """Its name and version, by which files and other systems call it."""
        return f"{self.slug} {self.version}"

    @property
    def definition(self) -> rules.Protocol:
        return parsed_protocol(self.text)


@keep_history()
class ProtocolApproval(models.Model):
    """A clinic's own decision to use a protocol version: who approved it, and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="protocol_approvals")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="approvals")
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    approved_on = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clinic", "protocol"), name="one_approval_per_version"),)

    def __str__(self) -> str:
        return f"{self.protocol} approved by {self.approved_by} on {self.approved_on}"


@keep_history()
class DefaultProtocol(models.Model):
    """A clinic's own choice of what new plans follow unless another version is chosen for the patient."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="default_protocol")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="default_of")
    chosen_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    chosen_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.protocol} chosen for {self.clinic} by {self.chosen_by} on {self.chosen_on}"
