"""The sign-off register for other systems: settings as they run, and signatures under them."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Resource, Route
from iotrex_followup.api.shapes import Shape, VisibleField
from schedules import actions
from schedules.api.bodies import ReasonSerializer
from schedules.models import SignOff
from schedules.sign_offs import Entry, Standing, register_of


class SettingSerializer(serializers.Serializer[Entry]):
    """One clinical setting as the clinic runs it; `signed_by` is null while nobody signed it as it stands."""

    key = serializers.CharField(source="setting.key", read_only=True)
    group = serializers.CharField(source="setting.group", read_only=True)
    title = serializers.CharField(source="setting.title", read_only=True)
    value = serializers.CharField(source="setting.value", read_only=True)
    source = serializers.CharField(  # type: ignore[assignment]  # the framework calls something else so
        source="setting.source", read_only=True, help_text="Where it comes from."
    )
    standing = serializers.ChoiceField(choices=[each.value for each in Standing], read_only=True)
    signed_by = serializers.CharField(source="signature.by", default=None, allow_null=True, read_only=True)
    signed_on = serializers.DateField(source="signature.on", default=None, allow_null=True, read_only=True)
    signed_where = serializers.CharField(
        source="signature.where",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="Where the signature is kept; blank: here.",
    )
    signed_source = serializers.CharField(read_only=True, help_text="What the signer relied on; blank: not said here.")
    sign_off = serializers.UUIDField(
        source="sign_off.pk",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The signature in `sign-offs`, also one whose value has changed since.",
    )


class SettingsRoute(Route):
    """Every clinical setting of one clinic that is not in the source of the schedule."""

    queryset = Clinic.objects.all()
    serializer_class = SettingSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(operation_id="clinics_settings_list", responses=SettingSerializer(many=True))
    def read(self, request: Request, pk: UUID) -> Response:
        """List the settings as they run, with their signatures."""
        clinic = get_object_or_404(Clinic.objects.visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, clinic)
        return Response(self.get_serializer(register_of(clinic), many=True).data)


class SignOffSerializer(serializers.ModelSerializer[SignOff]):
    class Meta:
        model = SignOff
        fields = ("id", "clinic", "setting", "value", "source", "signed_by", "signed_on", "withdrawn")
        read_only_fields = fields


class NewSignOffSerializer(Shape):
    clinic: Any = VisibleField(queryset=Clinic.objects.all())
    setting = serializers.CharField(max_length=100, help_text="The key of the setting.")
    source = serializers.CharField(  # type: ignore[assignment]  # the framework calls something else so
        max_length=1000, help_text="What you rely on."
    )
    seen = serializers.CharField(
        required=False, trim_whitespace=False, help_text="The value you read; refused when it is another by now."
    )


class SignOffFilter(filters.FilterSet):
    class Meta:
        model = SignOff
        fields = ("clinic", "setting", "withdrawn")


class SignOffResource(Resource):
    """Signatures under clinical settings, withdrawn ones too."""

    queryset = SignOff.objects.select_related("clinic", "signed_by")
    serializer_class = SignOffSerializer
    filterset_class = SignOffFilter
    ordering = ("signed_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "withdraw": May.DECIDE,
    }
    bodies: ClassVar = {"create": NewSignOffSerializer, "withdraw": ReasonSerializer}

    def create(self, request: Request) -> Response:
        """Sign a setting as it runs now."""
        body = self.body()
        self.require(body["clinic"])
        return self.created(actions.sign_setting(**body, by=self.staff, today=self.today(body["clinic"])))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take a signature back."""
        reason = self.body()["reason"]
        return self.change(lambda sign_off: actions.withdraw_sign_off(sign_off=sign_off, reason=reason, by=self.staff))
