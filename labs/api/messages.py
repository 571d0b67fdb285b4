"""The inbox of the person who calls."""

from typing import ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from events.actions import mark_read
from events.models import Message
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape


class MessageSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        fields = ("id", "clinic", "patient", "kind", "subject", "path", "sent_at", "read_at")
        read_only_fields = fields


class MessageFilter(filters.FilterSet):
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Message
        fields = ("clinic", "patient", "kind")


class MessageResource(Resource):
    """What you were told, the newest first: your own messages only."""

    queryset = Message.objects.in_app().select_related("clinic")
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    ordering = ("-id",)
    permissions_by_action: ClassVar = {"list": May.SIGN_IN, "retrieve": May.SIGN_IN, "read": May.SIGN_IN}
    bodies: ClassVar = {"read": Shape}

    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: UUID) -> Response:
        """Mark it as read."""
        self.body()
        return self.change(lambda message: mark_read(messages=[message], by=self.staff, now=self.now))
