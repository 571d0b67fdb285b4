"""The ladder and who stands in, for other systems."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic, Cover, LadderStep, Membership, Staff
from accounts.permissions import May
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from labs.actions import duty as actions


class LadderStepSerializer(serializers.ModelSerializer[LadderStep]):
    name = serializers.CharField(source="staff.name", read_only=True)

    class Meta:
        model = LadderStep
        fields = ("id", "clinic", "step", "staff", "name", "test_sent_at", "test_answered_at")
        read_only_fields = fields


class ColleagueField(serializers.PrimaryKeyRelatedField[Staff]):
    """The id of somebody who works in one of the person's clinics; others do not exist."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Staff.objects.all(), **options)

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        here = Membership.objects.filter(is_active=True)
        if request:
            here = here.filter(clinic__in=Clinic.objects.visible_to(request.user))
        return Staff.objects.filter(pk__in=here.values("staff"))


class NewLadderStepSerializer(ModelShape):
    clinic: Any = VisibleField(queryset=Clinic.objects.all())
    staff: Any = ColleagueField(help_text="A clinician of the clinic.")

    class Meta:
        model = LadderStep
        fields: ClassVar[tuple[str, ...]] = ("clinic", "step", "staff")


class TestedClinicSerializer(Shape):
    clinic: Any = VisibleField(queryset=Clinic.objects.all())


class SentSerializer(serializers.Serializer[Any]):
    sent = serializers.IntegerField(help_text="To how many people.")


class LadderFilter(filters.FilterSet):
    class Meta:
        model = LadderStep
        fields = ("clinic", "step", "staff")


class LadderResource(Resource):
    """Whom an alert reaches when those responsible do not answer: covering clinicians (1), then clinic leads (2)."""

    queryset = LadderStep.objects.select_related("clinic", "staff")
    serializer_class = LadderStepSerializer
    filterset_class = LadderFilter
    ordering = ("clinic", "step", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.ADMINISTER,
        "destroy": May.ADMINISTER,
        "test": May.ADMINISTER,
        "answer": May.SIGN_IN,
    }
    bodies: ClassVar[Any] = {"create": NewLadderStepSerializer, "test": TestedClinicSerializer, "answer": Shape}

    def create(self, request: Request) -> Response:
        """Let a clinician be told at a step, after whoever stands on it."""
        body = self.body()
        self.require(body["clinic"])
        return self.created(actions.add_to_ladder(by=self.staff, **body))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Let a person no longer be told at a step."""
        actions.remove_from_ladder(row=self.as_read(), by=self.staff)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=SentSerializer)
    @action(detail=False, methods=["post"])
    def test(self, request: Request) -> Response:
        """Write to everybody on a clinic's ladder; each says that it arrived."""
        clinic = self.body()["clinic"]
        self.require(clinic)
        return Response({"sent": actions.send_ladder_test(clinic=clinic, by=self.staff, now=self.now)})

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: UUID) -> Response:
        """Say that a test has reached you."""
        self.body()
        return self.change(lambda row: actions.answer_ladder_test(row=row, by=self.staff, now=self.now))


class CoverSerializer(serializers.ModelSerializer[Cover]):
    class Meta:
        model = Cover
        fields = ("id", "clinic", "staff", "substitute", "starts_on", "ends_on", "withdrawn")
        read_only_fields = fields


class NewCoverSerializer(ModelShape):
    clinic: Any = VisibleField(queryset=Clinic.objects.all())
    staff: Any = ColleagueField(help_text="Who is away: yourself, or for administrators anybody of the clinic.")
    substitute: Any = ColleagueField(help_text="Who is told of alerts in their place.")

    class Meta:
        model = Cover
        fields: ClassVar[tuple[str, ...]] = ("clinic", "staff", "substitute", "starts_on", "ends_on")


class CoverFilter(filters.FilterSet):
    on_from = DayFilter(field_name="ends_on", lookup_expr="gte", label="Still away on or after.")
    on_to = DayFilter(field_name="starts_on", lookup_expr="lte", label="Away on or before.")

    class Meta:
        model = Cover
        fields = ("clinic", "staff", "substitute", "withdrawn")


class CoverResource(Resource):
    """Who is away and who stands in: what would be told to the one is told to the other."""

    queryset = Cover.objects.select_related("clinic", "staff", "substitute")
    serializer_class = CoverSerializer
    filterset_class = CoverFilter
    ordering = ("starts_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.SIGN_IN,
        "withdraw": May.SIGN_IN,
    }
    bodies: ClassVar[Any] = {"create": NewCoverSerializer, "withdraw": Shape}

    def create(self, request: Request) -> Response:
        """Note that you are away and who stands in; administrators do so for others too."""
        body = self.body()
        self.require(body["clinic"])
        return self.created(actions.add_cover(by=self.staff, today=self.today(body["clinic"]), **body))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take an absence back: the person is told again themselves."""
        self.body()
        return self.change(lambda cover: actions.withdraw_cover(cover=cover, by=self.staff))
