"""Messages for other systems: one's own inbox, what left a clinic and what became of it; and who is told by webhook."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from events import endpoints
from events.actions import mark_read, send_again, settle_message
from events.delivery.returned import note_returned
from events.models import Message, WebhookEndpoint
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField


class MessageSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        fields = (
            *("id", "clinic", "patient", "recipient", "contact", "endpoint", "channel", "kind", "subject", "path"),
            *("state", "outcome", "tries", "not_before", "expires_at", "sent_at", "read_at", "created_at"),
        )
        read_only_fields = fields


class SettleSerializer(Shape):
    reason = serializers.CharField(max_length=200, help_text="How it was settled without the message.")


class ReturnedSerializer(Shape):
    reason = serializers.CharField(max_length=200, help_text="What the other side said.")
    for_good = serializers.BooleanField(help_text="True: nothing arrives at this address any more.")


class MessageFilter(filters.FilterSet):
    unread = filters.BooleanFilter(method="only_unread", help_text="True: of your inbox, what you have not read.")

    class Meta:
        model = Message
        fields = ("clinic", "patient", "channel", "kind", "state")

    def only_unread(self, rows: Any, name: str, value: bool) -> Any:
        """Narrow to what of the inbox is unread, or to all else."""
        unread = Q(channel=Message.Channel.INBOX, read_at__isnull=True)
        return rows.filter(unread if value else ~unread)


class MessageResource(Resource):
    """Your own inbox (`channel=inbox`), and whatever left or is to leave your clinics, the newest first."""

    queryset = Message.objects.select_related("clinic")
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    ordering = ("-id",)
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "read": May.SIGN_IN,
        "send_again": May.RECORD,
        "settle": May.RECORD,
        "returned": May.RECORD,
    }
    bodies: ClassVar[Any] = {
        "read": Shape,
        "send_again": Shape,
        "settle": SettleSerializer,
        "returned": ReturnedSerializer,
    }

    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: UUID) -> Response:
        """Mark one of your inbox as read."""
        self.body()
        return self.change(lambda message: mark_read(messages=[message], by=self.staff, now=self.now))

    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Request, pk: UUID) -> Response:
        """Let one that failed be sent again at once."""
        self.body()
        return self.change(lambda message: send_again(message=message, by=self.staff, now=self.now))

    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: UUID) -> Response:
        """Say how the matter of one that failed was settled otherwise."""
        reason = self.body()["reason"]
        return self.change(lambda message: settle_message(message=message, reason=reason, by=self.staff))

    @action(detail=True, methods=["post"])
    def returned(self, request: Request, pk: UUID) -> Response:
        """Say that an e-mail or SMS that was taken did not arrive after all, such as by a report of the gateway."""
        body = self.body()
        return self.change(lambda message: note_returned(message=message, **body, by=self.staff, now=self.now))


class WebhookSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    class Meta:
        model = WebhookEndpoint
        fields = ("id", "clinic", "name", "url", "kinds", "is_active")
        read_only_fields = fields


class AddedWebhookSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    class Meta:
        model = WebhookEndpoint
        fields = (*WebhookSerializer.Meta.fields, "secret")
        read_only_fields = fields
        extra_kwargs: ClassVar = {"secret": {"help_text": "Signs each body; told this once."}}


class WebhookKindsSerializer(ModelShape):
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60), help_text="The kinds of message it is told of."
    )

    class Meta:
        model = WebhookEndpoint
        fields: ClassVar[tuple[str, ...]] = ("kinds",)


class NewWebhookSerializer(WebhookKindsSerializer):
    clinic = VisibleField(queryset=Clinic.objects.all())

    class Meta:
        model = WebhookEndpoint
        fields: ClassVar[tuple[str, ...]] = ("clinic", "name", "url", "kinds")


class WebhookFilter(filters.FilterSet):
    class Meta:
        model = WebhookEndpoint
        fields = ("clinic", "is_active")


class WebhookResource(Resource):
    """Systems that are told over HTTP when something happens; administrators alone see and change them."""

    queryset = WebhookEndpoint.objects.select_related("clinic")
    serializer_class = WebhookSerializer
    filterset_class = WebhookFilter
    ordering = ("name", "id")
    permissions_by_action: ClassVar = dict.fromkeys(
        ("list", "retrieve", "create", "partial_update", "deactivate", "test"), May.ADMINISTER
    )
    bodies: ClassVar[Any] = {
        "create": NewWebhookSerializer,
        "partial_update": WebhookKindsSerializer,
        "deactivate": Shape,
        "test": Shape,
    }

    @extend_schema(responses={201: AddedWebhookSerializer})
    def create(self, request: Request) -> Response:
        """Add a system; the answer holds the secret that signs what it is told, this once."""
        body = self.body()
        self.require(body["clinic"])
        added = endpoints.add_endpoint(by=self.staff, **body)
        answer = self.created(added)
        return Response(
            AddedWebhookSerializer(added).data,
            status=status.HTTP_201_CREATED,
            headers={"ETag": answer["ETag"], "Location": answer["Location"]},
        )

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Say anew what it is told of."""
        body = self.body(partial=True)
        return self.change(
            lambda row: endpoints.change_endpoint(endpoint=row, kinds=body.get("kinds", row.kinds), by=self.staff)
        )

    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: UUID) -> Response:
        """Tell it nothing any more."""
        self.body()
        return self.change(lambda row: endpoints.deactivate_endpoint(endpoint=row, by=self.staff))

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: UUID) -> Response:
        """Send it a test; what became of it stands in `messages` (`kind=webhook.test`)."""
        self.body()
        return self.change(lambda row: endpoints.send_test(endpoint=row, by=self.staff, now=self.now))
