"""The contact log, for other systems: read, written, and dealt with. An entry is taken back by undoing its event."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from events.models import Message
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from patients.contacting import COPIED, ContactFacts, log_contact, see_word
from patients.models import Contact, ContactEntry, Patient

LONGEST_NOTE = 2000
NOTES: dict[str, Any] = {"required": False, "allow_blank": True, "max_length": LONGEST_NOTE}


class ContactEntrySerializer(serializers.ModelSerializer[ContactEntry]):
    waits = serializers.BooleanField(
        source="is_unseen", read_only=True, help_text="It came in by itself, and nobody has dealt with it."
    )
    reached = serializers.BooleanField(source="attempt.has_reached", read_only=True, help_text="Somebody was reached.")

    class Meta:
        model = ContactEntry
        fields = (
            *("id", "clinic", "patient", "contact", "message", *COPIED),
            *("red_flags_asked", "red_flags", "reached", "waits", "seen_by", "seen_at"),
            *("withdrawn", "recorded_by", "recorded_at"),
        )
        read_only_fields = fields


class AnswersSerializer(Shape):
    """The red flags that were asked for; one that is left out was not."""

    fever = serializers.BooleanField(required=False)
    bleeding = serializers.BooleanField(required=False)
    breathlessness = serializers.BooleanField(required=False)
    drowsiness = serializers.BooleanField(required=False)


class NewContactEntrySerializer(ModelShape):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    messages = VisibleField(
        queryset=Message.objects.going_out(),
        many=True,
        required=False,
        help_text="Calls it carries out and failed messages it makes up for: done once somebody is reached.",
    )
    answers = AnswersSerializer(required=False, help_text="A red flag that was told opens an alert at once.")
    direction = serializers.ChoiceField(ContactEntry.Direction.choices, default=ContactEntry.Direction.OUT)
    means = serializers.ChoiceField(ContactEntry.Means.choices, default=ContactEntry.Means.PHONE)
    at = serializers.DateTimeField(required=False, help_text="Now, unless told.")
    said = serializers.CharField(**NOTES)
    advice = serializers.CharField(**NOTES)
    next_step = serializers.CharField(**NOTES)

    class Meta:
        model = ContactEntry
        fields: ClassVar[tuple[str, ...]] = ("patient", "contact", "messages", "answers", *COPIED)


class SeenBodySerializer(Shape):
    next_step = serializers.CharField(max_length=LONGEST_NOTE, help_text="If nothing follows, say so.")
    call_again_on = serializers.DateField(required=False, allow_null=True)
    red_flags = serializers.ListField(
        child=serializers.ChoiceField(ContactEntry.RedFlag.choices), required=False, help_text="That it tells of."
    )


class ContactEntryFilter(filters.FilterSet):
    waits = filters.BooleanFilter(method="waiting", label="Only what came in by itself and nobody has dealt with.")

    class Meta:
        model = ContactEntry
        fields = ("clinic", "patient", "direction", "outcome", "withdrawn")

    def waiting(self, rows: Any, name: str, value: bool) -> Any:
        return rows.unseen() if value else rows


class ContactEntryResource(Resource):
    """What was said with patients and their people, in and out."""

    queryset = ContactEntry.objects.select_related("clinic", "patient__clinic")
    serializer_class = ContactEntrySerializer
    filterset_class = ContactEntryFilter
    ordering = ("-at", "-id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "see": May.RECORD,
    }
    bodies: ClassVar = {"create": NewContactEntrySerializer, "see": SeenBodySerializer}

    def create(self, request: Request) -> Response:
        """Write down a contact; what it makes up for or carries out is done once somebody was reached."""
        body = self.body()
        patient, messages = body.pop("patient"), tuple(body.pop("messages", ()))
        self.require(patient.clinic)
        facts = ContactFacts(at=body.pop("at", self.now), messages=messages, **body)
        return self.created(log_contact(patient=patient, facts=facts, by=self.staff, now=self.now))

    @action(detail=True, methods=["post"])
    def see(self, request: Request, pk: UUID) -> Response:
        """Deal with a word that came in by itself."""
        body = self.body()
        return self.change(lambda entry: see_word(entry=entry, **body, by=self.staff, now=self.now))
