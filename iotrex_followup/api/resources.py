"""What every route has: rows of the person's clinics only, a declared permission, versions, one shape per body."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.db import models, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.models import Clinic, Staff
from accounts.permissions import May, declared, may
from iotrex_followup.api.etags import etag_of, refuse_stale, unchanged
from iotrex_followup.api.shapes import Shape


class AsItIs(JSONRenderer):
    """Of an action that answers with a file: whatever type a client accepts, it gets the file as it is kept."""

    media_type = "*/*"
    format = "file"


class Route(GenericViewSet[Any]):
    """A route: the permission each of its actions needs, and the shape of each body.

    `now` is read once per request; actions get the clinic's date from it.
    """

    permissions_by_action: ClassVar[Mapping[str, May]] = {}
    bodies: ClassVar[Mapping[str, type[Shape]]] = {}
    parsed: BaseSerializer[Any] | None = None
    http_method_names = ["get", "head", "post", "patch", "delete"]

    @property
    def staff(self) -> Staff:
        """Who calls; the permission class lets nobody else in."""
        return self.request.user  # type: ignore[return-value]

    @property
    def is_described(self) -> bool:
        """Whether the schema is being read, so that nobody calls."""
        return getattr(self, "swagger_fake_view", False)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    def today(self, clinic: Clinic) -> date:
        """Return the date in `clinic` at the time of the request."""
        return clinic.local_date(self.now)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a method this address does not have before asking who may use it."""
        if self.action is None or (request.method or "").lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": self.now}

    def body(self, **options: Any) -> dict[str, Any]:
        """Return the request's body as the action's shape reads it.

        Raises   ValidationError: it has another shape.
        """
        shape = self.bodies[self.action or ""]
        self.parsed = shape(data=self.request.data, context=self.get_serializer_context(), **options)
        self.parsed.is_valid(raise_exception=True)
        return dict(self.parsed.validated_data)

    def require(self, clinic: Clinic, permission: May | None = None) -> None:
        """Raise PermissionDenied unless the person may do this (or `permission`) in `clinic`."""
        wanted = permission or declared(self)
        if wanted is None or not may(self.staff, wanted, clinic):
            raise PermissionDenied("Your role in this clinic does not include this.")


class Resource(mixins.ListModelMixin, Route):
    """Rows that can be listed and read, and changed by actions.

    `needs_version` names the actions that replace values, so that two people could overwrite each other: they need
    If-Match. The other actions honour it; what no longer fits is refused by the action itself.
    """

    lookup_value_converter = "uuid"
    ordering: ClassVar[tuple[str, ...]] = ("id",)
    needs_version: ClassVar[frozenset[str]] = frozenset({"partial_update"})

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the rows of the person's clinics; none while the schema is read without a person."""
        rows: Any = super().get_queryset()
        visible: models.QuerySet[Any] = rows.none() if self.is_described else rows.visible_to(self.staff)
        return visible

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say that a row does not exist, or is not theirs to change, before judging what was sent."""
        super().initial(request, *args, **kwargs)
        if self.detail and request.method not in SAFE_METHODS:
            self.get_object()

    def get_object(self) -> Any:
        """Return the row the address names: 404 when it is not of the person's clinics."""
        row = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, row)
        return row

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read one."""
        response = self.shown(self.get_object())
        if unchanged(request, response["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": response["ETag"]})
        return response

    def shown(self, row: Any, status: int = status.HTTP_200_OK) -> Response:
        """Return `row` with its version."""
        data = self.get_serializer(row).data
        return Response(data, status=status, headers={"ETag": etag_of(data)})

    def created(self, row: models.Model) -> Response:
        """Return a new row as it would be read, and where."""
        response = self.shown(self.get_queryset().get(pk=row.pk), status=status.HTTP_201_CREATED)
        response["Location"] = self.reverse_action("detail", args=[row.pk])
        return response

    def change(self, do: Callable[[Any], object]) -> Response:
        """Do something to the row the address names, if it still is the version the client read; return it anew."""
        with transaction.atomic():
            do(self.as_read())
            return self.shown(self.get_object())

    def as_read(self) -> Any:
        """Return the row the address names, locked until the transaction ends.

        Raises   PreconditionFailed, PreconditionRequired: it is not the version the client read.
        """
        self.lock()
        row = self.get_object()
        etag = etag_of(self.get_serializer(row).data)
        refuse_stale(self.request, etag, required=self.action in self.needs_version)
        return row

    def lock(self) -> None:
        """Wait for others who are changing the row; of a patient's row for the patient first, as every action does."""
        rows = self.get_queryset().select_related(None).prefetch_related(None).order_by().filter(pk=self.kwargs["pk"])
        if any(field.name == "patient" for field in rows.model._meta.fields):
            patients = rows.model._meta.get_field("patient").related_model._default_manager
            patients.select_for_update(no_key=True).filter(pk__in=rows.values("patient")).first()
        rows.select_for_update(of=("self",)).first()
