"""Results from other systems, a few at a time, answered row by row. Files of them are imported in the background."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape, VisibleField
from labs.actions.receiving import Received, Source, receive_results
from labs.api.grading import limited
from labs.intake.incoming import Incoming
from labs.models import LabReport

LONGEST = 1_000  # signs of one field; what is longer than its column is held back


class TextField(serializers.CharField):
    """A text or a number as the sender wrote it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_blank=True, max_length=LONGEST, **options)


class ArrivingSerializer(Shape):
    """One analyte of one specimen; what is not understood is held back for a person, never refused."""

    mrn = TextField()
    collected_at = TextField(help_text="An ISO day or instant; without an offset in the clinic's time zone.")
    analyte = TextField(help_text="The laboratory's code, a LOINC code, or our key.")
    value = TextField(help_text='As reported, with its comparator. Send it as a text to keep its places: "5.0".')
    unit = TextField()
    low = TextField(help_text="The limits printed on the report, in the unit of the value.")
    high = TextField()
    status = TextField(help_text="`preliminary`, `final` (when blank), `corrected`, `cancelled` or `withdrawn`.")
    accession = TextField()
    laboratory = TextField(help_text="Its name; a new one is entered.")
    name = TextField(help_text="What the laboratory calls the analyte.")
    specimen = TextField(help_text="The laboratory's number of the specimen.")
    specimen_type = TextField()
    issued_at = TextField(help_text="When the laboratory issued this version; the later one holds.")
    fasting = TextField(help_text="`yes` or `no`.")


class ArrivalRequestSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    origin = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="What sent them.")
    results = ArrivingSerializer(many=True, allow_empty=False)

    def to_internal_value(self, data: Any) -> Any:
        rows = data.get("results") if isinstance(data, Mapping) else None
        if isinstance(rows, list):
            try:
                limited(rows)
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"results": error.detail}) from error
        return super().to_internal_value(data)


class AnswerSerializer(serializers.Serializer[Any]):
    outcome = serializers.CharField(help_text="`stored`, `duplicate`, `corrected` or `quarantined`.")
    reason = serializers.CharField(help_text="Why it is held back; blank otherwise.")


class ArrivalSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    corrected = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    alerts = serializers.IntegerField(help_text="How many were opened or raised.")
    results = AnswerSerializer(many=True, help_text="What came of each result, in the order they were sent.")


class ArrivalRoute(Route):
    """Results on their way in."""

    serializer_class = ArrivalSerializer
    pagination_class = None
    permissions_by_action: ClassVar = {"receive": May.RECORD}
    bodies: ClassVar = {"receive": ArrivalRequestSerializer}

    @extend_schema(responses=ArrivalSerializer)
    def receive(self, request: Request) -> Response:
        """Take in at most 5,000 results in one transaction: the same ones again change nothing."""
        body = self.body()
        self.require(body["clinic"])
        source = Source(LabReport.Source.API, body.get("origin", ""))
        rows = [
            Incoming(**(blank() | row | {"position": position_of(place), "raw": json.dumps(row, ensure_ascii=False)}))
            for place, row in enumerate(body["results"])
        ]
        received = receive_results(clinic=body["clinic"], rows=rows, source=source, by=self.staff, now=self.now)
        return Response(self.get_serializer(answer(received, len(rows))).data)


def blank() -> dict[str, str]:
    """Return the fields that must be there, blank."""
    return dict.fromkeys(("mrn", "collected_at", "analyte", "value"), "")


def position_of(place: int) -> str:
    """Return how a row of the body is called."""
    return f"results[{place}]"


def answer(received: Received, rows: int) -> dict[str, Any]:
    """Return what came of the rows, as a whole and one by one."""
    reasons = dict(received.quarantined)
    return {
        "stored": received.stored,
        "duplicate": received.duplicate,
        "corrected": received.corrected,
        "quarantined": len(received.quarantined),
        "alerts": received.alerts,
        "results": [
            {"outcome": received.outcomes[position], "reason": reasons.get(position, "")}
            for position in map(position_of, range(rows))
        ],
    }
