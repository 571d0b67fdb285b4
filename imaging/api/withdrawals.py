"""Withdrawals of medicines for other systems: the same actions as on the pages."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Staff
from accounts.permissions import May
from imaging.actions import withdrawals as actions
from imaging.actions.withdrawing import WithdrawalFacts
from imaging.api.occasions import OfOneOccasion, occasion_named
from imaging.models import Withdrawal
from imaging.occasions import Occasion
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from iotrex_followup.errors import InputRefused
from patients.models import Medicine
from patients.serializers import ColleagueField

AGREED = ("stop_on", "restart_on", "prescriber", "prescriber_staff", "substitute", "restart_owner")


class WithdrawalSerializer(serializers.ModelSerializer[Withdrawal]):
    class Meta:
        model = Withdrawal
        fields = (
            *("id", "clinic", "patient", "medicine", "visit", "treatment", "state", "counted_from", *AGREED),
            *("restarted_on", "confirmed_by", "confirmed_on", "reason", "decision", "recorded_by", "recorded_at"),
        )
        read_only_fields = fields


class OfOneMedicine(OfOneOccasion):
    """A body that names a medicine, and the scan or infusion it is withheld for."""

    medicine = VisibleField(queryset=Medicine.objects.standing().select_related("clinic"))


class AgreedSerializer(ModelShape):
    """What is entered of a withdrawal."""

    stop_on = serializers.DateField(help_text="The first day without it.")
    restart_on = serializers.DateField(help_text="The day on which it is to be taken again.")
    prescriber_staff = ColleagueField(required=False, allow_null=True, queryset=Staff.objects.all())
    restart_owner = ColleagueField(required=False, allow_null=True, queryset=Staff.objects.all())

    class Meta:
        model = Withdrawal
        fields: ClassVar[tuple[str, ...]] = AGREED


class NewWithdrawalSerializer(OfOneMedicine, AgreedSerializer):
    class Meta(AgreedSerializer.Meta):
        fields = ("medicine", "visit", "treatment", *AGREED)


class ConfirmedSerializer(AgreedSerializer):
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Needed where the days are short of the table's."
    )

    class Meta(AgreedSerializer.Meta):
        fields = (*AGREED, "reason")


class RefusedWithdrawalSerializer(OfOneMedicine):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class WithdrawalDecisionSerializer(Shape):
    decision = serializers.CharField(allow_blank=True, default="", max_length=500)


class RestartSerializer(Shape):
    restarted_on = serializers.DateField()
    reason = serializers.CharField(
        allow_blank=True, default="", max_length=500, help_text="Needed where it is sooner than the table has it."
    )


class EndedWithdrawalSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class RestartOwnerSerializer(Shape):
    to = ColleagueField(queryset=Staff.objects.all())


class DropSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class WithdrawalFilter(filters.FilterSet):
    restart_to = DayFilter(field_name="restart_on", lookup_expr="lte")

    class Meta:
        model = Withdrawal
        fields = ("clinic", "patient", "medicine", "visit", "treatment", "state", "restart_owner")


class WithdrawalResource(Resource):
    """Medicines withheld for a planned MIBG scan or infusion, the first to be stopped first."""

    queryset = Withdrawal.objects.select_related("clinic", "patient__clinic")
    serializer_class = WithdrawalSerializer
    filterset_class = WithdrawalFilter
    ordering = ("counted_from", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
        "confirm": May.DECIDE,
        "refuse": May.DECIDE,
        "decide": May.DECIDE,
        "restart": May.RECORD,
        "end": May.DECIDE,
        "hand_over": May.RECORD,
        "drop": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewWithdrawalSerializer,
        "partial_update": AgreedSerializer,
        "confirm": ConfirmedSerializer,
        "refuse": RefusedWithdrawalSerializer,
        "decide": WithdrawalDecisionSerializer,
        "restart": RestartSerializer,
        "end": EndedWithdrawalSerializer,
        "hand_over": RestartOwnerSerializer,
        "drop": DropSerializer,
    }

    def create(self, request: Request) -> Response:
        """Plan that a medicine is withheld; the patient is told nothing of it until it is confirmed."""
        body: dict[str, Any] = self.body()
        medicine, occasion = self.about(body)
        facts = WithdrawalFacts(**body)
        today = self.today(medicine.clinic)
        return self.created(
            actions.plan_withdrawal(medicine=medicine, occasion=occasion, facts=facts, by=self.staff, today=today)
        )

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a withdrawal that is not confirmed yet."""
        body = self.body(partial=True)
        return self.change(
            lambda row: actions.change_withdrawal(withdrawal=row, facts=facts_of(row, body), by=self.staff)
        )

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Confirm it, with changes or as it stands; a clinician's decision. What is left out stays as it is."""
        body = self.body(partial=True)
        reason = body.pop("reason", "")
        return self.change(
            lambda row: actions.confirm_withdrawal(
                withdrawal=row, facts=facts_of(row, body), by=self.staff, today=self.today(row.clinic), reason=reason
            )
        )

    @action(detail=False, methods=["post"])
    def refuse(self, request: Request) -> Response:
        """Say that a medicine cannot be withheld; the scan or infusion then needs a decision."""
        body: dict[str, Any] = self.body()
        medicine, occasion = self.about(body)
        today = self.today(medicine.clinic)
        return self.created(
            actions.refuse_withdrawal(medicine=medicine, occasion=occasion, by=self.staff, today=today, **body)
        )

    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: UUID) -> Response:
        """Decide what becomes of the scan or infusion although the medicine cannot be withheld."""
        body = self.body()
        return self.change(lambda row: actions.decide_all_the_same(withdrawal=row, by=self.staff, **body))

    @action(detail=True, methods=["post"])
    def restart(self, request: Request, pk: UUID) -> Response:
        """Record the day on which it was taken again."""
        body = self.body()
        return self.change(
            lambda row: actions.record_restart(withdrawal=row, by=self.staff, today=self.today(row.clinic), **body)
        )

    @action(detail=True, methods=["post"], url_path="not-taken-again")
    def end(self, request: Request, pk: UUID) -> Response:
        """Record that it is not taken again since it ended for good; a clinician's decision."""
        body = self.body()
        return self.change(
            lambda row: actions.end_withdrawal(withdrawal=row, by=self.staff, today=self.today(row.clinic), **body)
        )

    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: UUID) -> Response:
        """Let somebody else see to it that it is taken again."""
        body = self.body()
        return self.change(lambda row: actions.hand_over_restart(withdrawal=row, by=self.staff, **body))

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: UUID) -> Response:
        """Record that it is not withheld after all."""
        body = self.body()
        return self.change(
            lambda row: actions.drop_withdrawal(withdrawal=row, by=self.staff, today=self.today(row.clinic), **body)
        )

    def about(self, body: dict[str, Any]) -> tuple[Medicine, Occasion]:
        """Take the medicine and its scan or infusion out of `body`.

        Raises   InputRefused: none or both of visit and treatment are named, or they are another patient's.
        """
        medicine = body.pop("medicine")
        self.require(medicine.clinic)
        occasion = occasion_named(body)
        if occasion.patient.pk != medicine.patient_id:
            raise InputRefused("It is another patient's.", field="visit" if occasion.visit else "treatment")
        return medicine, occasion


def facts_of(row: Withdrawal, body: dict[str, Any]) -> WithdrawalFacts:
    """Return what is known of a withdrawal with what `body` changes.

    Raises   InputRefused: a day is not known yet.
    """
    values = {name: body.get(name, getattr(row, name)) for name in AGREED}
    for name in ("stop_on", "restart_on"):
        if values[name] is None:
            raise InputRefused("Name the day.", field=name)
    return WithdrawalFacts(**values)
