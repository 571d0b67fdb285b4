"""When a clinic reminds its patients and in which words, for other systems."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Resource, Route
from iotrex_followup.api.shapes import Shape
from iotrex_followup.errors import InputRefused
from schedules.actions.reminders import reset_reminder_text, save_reminder_text, set_reminder_rules
from schedules.models import ReminderPolicy
from schedules.reminders.rules import LONGEST_DAYS, Moment, Rule
from schedules.reminders.texts import (
    CHANNELS,
    LANGUAGES,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    PLACEHOLDERS,
    Name,
    Text,
    shipped_texts,
)
from schedules.reminding.facts import rules_of
from schedules.reminding.preview import preview
from schedules.reminding.wording import Words

BODY_HELP = f"Placeholders: {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}; {{link}} must stand in it."


class ReminderRuleSerializer(Shape):
    """One rule: `days` before the appointment or the window, or after the first day overdue."""

    activity = serializers.CharField(
        allow_blank=True, default="", max_length=24, help_text="Only with this still to be done; empty for any."
    )
    moment = serializers.ChoiceField(choices=[moment.value for moment in Moment])
    days = serializers.IntegerField(min_value=0, max_value=LONGEST_DAYS)
    weekly = serializers.BooleanField(default=True, help_text="Also for what comes about every week.")
    active = serializers.BooleanField(default=True)


class RulesShown(NamedTuple):
    """The rules of a clinic as they are read."""

    clinic: UUID
    own: bool
    rules: Sequence[Rule]


class ReminderRulesSerializer(serializers.Serializer[RulesShown]):
    clinic = serializers.UUIDField()
    own = serializers.BooleanField(help_text="False: the shipped rules hold.")
    rules = ReminderRuleSerializer(many=True)


class ReminderRulesChangeSerializer(Shape):
    rules = ReminderRuleSerializer(many=True, help_text="All rules from now on.")


class ReminderRulesResource(Resource):
    """When a clinic reminds its patients."""

    queryset = Clinic.objects.all()
    serializer_class = ReminderRulesSerializer
    permissions_by_action: ClassVar = {"retrieve": May.VIEW, "partial_update": May.DECIDE}
    bodies: ClassVar = {"partial_update": ReminderRulesChangeSerializer}

    def get_object(self) -> RulesShown:
        """Return the rules of the clinic the address names: 404 when the person does not belong to it."""
        clinic = super().get_object()
        return RulesShown(clinic.pk, ReminderPolicy.objects.filter(clinic=clinic).exists(), rules_of(clinic))

    def lock(self) -> None:
        """Wait for others who are changing the rules; a clinic that never changed them has no row of its own."""
        list(Clinic.objects.select_for_update(no_key=True).filter(pk=self.kwargs["pk"]))

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read when the clinic's patients are reminded."""
        return super().retrieve(request, pk)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Set when patients are reminded from now on; what waits is written anew."""
        body = self.body()

        def change(shown: RulesShown) -> ReminderPolicy:
            if "rules" not in body:
                raise InputRefused("Give the rules.", field="rules")
            clinic = Clinic.objects.get(pk=shown.clinic)
            return set_reminder_rules(clinic=clinic, rules=[dict(each) for each in body["rules"]], by=self.staff)

        return self.change(change)


class ReminderTextNameSerializer(Shape):
    """Which text."""

    name = serializers.CharField(max_length=40, help_text="Such as `before_booked` or `prepare.chemistry`.")
    channel = serializers.ChoiceField(choices=CHANNELS)
    language = serializers.ChoiceField(choices=LANGUAGES)


class ReminderTextBodySerializer(ReminderTextNameSerializer):
    subject = serializers.CharField(
        max_length=LONGEST_SUBJECT, allow_blank=True, default="", help_text="Of an e-mail; empty otherwise."
    )
    body = serializers.CharField(max_length=LONGEST_BODY, allow_blank=True, help_text=BODY_HELP)


class ReminderTextSerializer(ReminderTextBodySerializer):
    own = serializers.BooleanField(read_only=True, help_text="Whether the clinic wrote or confirmed it itself.")


class MistakeSerializer(Shape):
    field = serializers.CharField()
    what = serializers.CharField()


class TextPreviewSerializer(serializers.Serializer[Any]):
    """A text filled with days as they usually are, and what is wrong with it."""

    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    places = serializers.IntegerField(help_text="Of an SMS's 160; 0 of an e-mail.")
    mistakes = MistakeSerializer(many=True)


class ReminderTextsRoute(Route):
    """The words in which a clinic reminds its patients."""

    queryset = Clinic.objects.all()
    serializer_class = ReminderTextSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {
        "read": May.VIEW,
        "save": May.DECIDE,
        "reset": May.DECIDE,
        "preview": May.VIEW,
    }
    bodies: ClassVar = {
        "save": ReminderTextBodySerializer,
        "reset": ReminderTextNameSerializer,
        "preview": ReminderTextBodySerializer,
    }

    def clinic(self) -> Clinic:
        """Return the clinic the address names: 404 when the person does not belong to it."""
        clinic: Clinic = get_object_or_404(Clinic.objects.visible_to(self.staff), pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, clinic)
        return clinic

    def shown(self, clinic: Clinic) -> Response:
        """Return every text of the clinic."""
        words = Words.of(clinic)
        texts = [name._asdict() | asdict(words.text(name)) | {"own": name in words.own} for name in shipped_texts()]
        return Response(self.get_serializer(texts, many=True).data)

    @extend_schema(operation_id="clinics_reminder_texts_list", responses=ReminderTextSerializer(many=True))
    def read(self, request: Request, pk: UUID) -> Response:
        """List the texts as they go out."""
        return self.shown(self.clinic())

    @extend_schema(
        operation_id="clinics_reminder_texts_save",
        request=ReminderTextBodySerializer,
        responses=ReminderTextSerializer(many=True),
    )
    def save(self, request: Request, pk: UUID) -> Response:
        """Set the clinic's own words for one text; saving a text of preparation confirms it. Returns all texts."""
        clinic, body = self.clinic(), self.body()
        save_reminder_text(clinic=clinic, name=name_of(body), text=text_of(body), by=self.staff)
        return self.shown(clinic)

    @extend_schema(
        operation_id="clinics_reminder_texts_reset",
        request=ReminderTextNameSerializer,
        responses=ReminderTextSerializer(many=True),
    )
    def reset(self, request: Request, pk: UUID) -> Response:
        """Let the shipped words of one text hold again. Returns all texts."""
        clinic, body = self.clinic(), self.body()
        reset_reminder_text(clinic=clinic, name=name_of(body), by=self.staff)
        return self.shown(clinic)

    @extend_schema(
        operation_id="clinics_reminder_texts_preview",
        request=ReminderTextBodySerializer,
        responses=TextPreviewSerializer,
    )
    def preview(self, request: Request, pk: UUID) -> Response:
        """Look at a text before it is saved: filled, with its mistakes. Saves nothing."""
        clinic, body = self.clinic(), self.body()
        if name_of(body) not in shipped_texts():
            raise InputRefused("There is no such text; the list of texts names all.", field="name")
        found = preview(clinic, name_of(body), text_of(body), today=self.today(clinic))
        shown = {
            "subject": found.content.subject if found.content else "",
            "text": found.content.text if found.content else "",
            "html": found.content.html if found.content else "",
            "places": found.places,
            "mistakes": [mistake._asdict() for mistake in found.mistakes],
        }
        return Response(TextPreviewSerializer(shown).data)


def name_of(body: dict[str, Any]) -> Name:
    """Return which text a body names."""
    return Name(body["name"], body["channel"], body["language"])


def text_of(body: dict[str, Any]) -> Text:
    """Return the words of a body."""
    return Text(body["subject"], body["body"])
