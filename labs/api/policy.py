"""How a clinic has its results judged, for other systems."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape
from iotrex_followup.errors import InputRefused
from labs.actions.policy import set_policy
from labs.models import LabPolicy
from labs.policy_settings import changed, texts_of
from labs.rules.loader import KINDS
from labs.rules.values import Rule
from labs.settling.charts import policy_of, rules_of

LONGEST_SETTING = 2_000  # the longest list of analytes is a tenth of it
SETTINGS_HELP = (
    "Numbers and lists by their path, as they stand in `labs/rules/defaults.toml`: "
    '`{"monitoring.green_days": "9", "nadir.analytes": "anc, platelets"}`. Numbers in SI units, as texts; the words of '
    "a list between commas, lists of lists one a line."
)


class PolicyShown(NamedTuple):
    """The policy of a clinic as it is read; of one that never changed it, as it is shipped."""

    clinic: UUID
    ctcae: str
    rules_off: list[str]
    settings: Mapping[str, str]
    rules: list[Rule]
    signed_by: UUID | None
    signed_on: date | None


def policy_shown(clinic: Clinic) -> PolicyShown:
    """Return the policy of `clinic` as it is read."""
    policy = policy_of(clinic)
    return PolicyShown(
        clinic=clinic.pk,
        ctcae=policy.ctcae,
        rules_off=policy.rules_off,
        settings=texts_of(policy.settings),
        rules=list(rules_of(policy)),
        signed_by=policy.signed_by_id,
        signed_on=policy.signed_on,
    )


class RuleSerializer(serializers.Serializer[Rule]):
    """One rule as the clinic runs it; other numbers make another version."""

    key = serializers.CharField()
    title = serializers.CharField()
    reference = serializers.CharField(source="source", help_text="Where the rule and its numbers come from.")
    version = serializers.CharField()
    on = serializers.BooleanField()
    signed = serializers.BooleanField()


class LabPolicySerializer(serializers.Serializer[PolicyShown]):
    clinic = serializers.UUIDField()
    ctcae = serializers.CharField(help_text="The version of CTCAE by which results are graded from now on.")
    rules_off = serializers.ListField(child=serializers.CharField(), help_text="The rules that are switched off.")
    settings = serializers.DictField(child=serializers.CharField(), help_text=SETTINGS_HELP)
    rules = RuleSerializer(many=True)
    signed_by = serializers.UUIDField(allow_null=True, help_text="Null: not signed since the last change.")
    signed_on = serializers.DateField(allow_null=True)


class LabPolicyChangeSerializer(Shape):
    ctcae = serializers.CharField(
        required=False, max_length=10, help_text=f"One of {', '.join(LabPolicy.Ctcae.values)}."
    )
    rules_off = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        help_text=f"All rules that are switched off from now on, of {', '.join(KINDS)}.",
    )
    settings = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=LONGEST_SETTING),
        required=False,
        help_text=f"{SETTINGS_HELP} Those that are not named stay as they are.",
    )

    def validate_settings(self, given: dict[str, str]) -> dict[str, str]:
        """Refuse a path that names no setting: a misspelt one would change nothing without a word."""
        if unknown := given.keys() - texts_of({}).keys():
            raise serializers.ValidationError(
                dict.fromkeys(sorted(unknown), "There is no such setting; reading the policy lists all.")
            )
        return given


class LabPolicyResource(Resource):
    """How a clinic has its results judged: CTCAE version, rules that run, and their numbers."""

    queryset = Clinic.objects.all()
    serializer_class = LabPolicySerializer
    permissions_by_action: ClassVar = {"retrieve": May.VIEW, "partial_update": May.DECIDE}
    bodies: ClassVar = {"partial_update": LabPolicyChangeSerializer}

    def get_object(self) -> PolicyShown:
        """Return the policy of the clinic the address names: 404 when the person does not belong to it."""
        return policy_shown(super().get_object())

    def lock(self) -> None:
        """Wait for others who are changing the policy; a clinic that never changed it has no row of its own to lock."""
        list(Clinic.objects.select_for_update(no_key=True).filter(pk=self.kwargs["pk"]))
        list(LabPolicy.objects.select_for_update().filter(clinic=self.kwargs["pk"]))

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read how the clinic's results are judged."""
        return super().retrieve(request, pk)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Set how results are judged from now on. A signature does not outlive a change; grades given before stay."""
        body = self.body()

        def change(shown: PolicyShown) -> LabPolicy:
            return set_policy(
                clinic=Clinic.objects.get(pk=shown.clinic),
                ctcae=body.get("ctcae", shown.ctcae),
                rules_off=body.get("rules_off", shown.rules_off),
                settings=changed({**shown.settings, **body.get("settings", {})}),
                by=self.staff,
            )

        try:
            return self.change(change)
        except InputRefused as refusal:
            raise InputRefused(refusal.message, field=field_in(refusal.field or "", body)) from refusal


def field_in(field: str, body: Mapping[str, Any]) -> str:
    """Return where in `body` stands what was refused: rules and settings are refused by their own names."""
    if field == "ctcae":
        return field
    return "rules_off" if field in body.get("rules_off", ()) else f"settings.{field}"
