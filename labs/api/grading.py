"""Grading for other systems, of results that are not stored."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Route
from labs.grading.criteria import DEFAULT_VERSION, VERSIONS, packaged
from labs.grading.rows import COLUMNS, grade_row

MOST_ROWS = 5_000


class CellField(serializers.CharField):
    """A cell of a row: a text, a number, or yes and no; blank where it is not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_blank=True, allow_null=True, max_length=200, **options)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data).lower() if isinstance(data, bool) else data)


class GradeRowSerializer(serializers.Serializer[Any]):
    """A result with what grading needs, in the columns of `grade_labs`; other fields are passed over."""

    row_id = CellField(help_text="Comes back with each line; the row's place in the list when blank.")
    analyte = CellField(help_text="Our key, or a LOINC code.")
    value = CellField(help_text="As reported, with its comparator.")
    unit = CellField()
    low = CellField(help_text="Limits and baseline are in the unit of the value.")
    high = CellField()
    baseline = CellField()
    baseline_low = CellField()
    baseline_high = CellField()
    baseline_flag = CellField(help_text="`low`, `normal` or `high`; told from the baseline's limits when blank.")
    sex = CellField()
    age = CellField(help_text="In years.")
    fasting = CellField(help_text="`yes` or `no`.")


class GradeLineSerializer(serializers.Serializer[Any]):
    """The grade of one row by one term, or why there is none."""

    row_id = serializers.CharField()
    analyte = serializers.CharField()
    term = serializers.CharField()
    direction = serializers.CharField()
    grade = serializers.IntegerField(allow_null=True)
    grade_if_symptomatic = serializers.IntegerField(allow_null=True)
    status = serializers.CharField(help_text="`graded`, `not_gradable` or `quarantined`.")
    reason = serializers.CharField()
    ctcae = serializers.CharField()


class GradeRoute(Route):
    """Grades of results, without storing anything."""

    serializer_class = GradeLineSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"grade": May.VIEW}

    @extend_schema(
        parameters=[OpenApiParameter("ctcae", str, enum=VERSIONS, default=DEFAULT_VERSION)],
        request=GradeRowSerializer(many=True),
        responses=GradeLineSerializer(many=True),
    )
    def grade(self, request: Request) -> Response:
        """Grade a list of at most 5,000 results by CTCAE, one line per result and term; nothing is stored."""
        criteria = packaged(version_in(request))
        rows = GradeRowSerializer(data=limited(request.data), many=True)
        rows.is_valid(raise_exception=True)
        numbered = enumerate(rows.validated_data, start=1)
        return Response([line for place, row in numbered for line in grade_row(row, criteria, row_id=str(place))])


def version_in(request: Request) -> str:
    """Return the version of CTCAE that the query names.

    Raises   ValidationError: there is no such version, or another parameter.
    """
    if unknown := set(request.query_params) - {"ctcae"}:
        raise ValidationError(dict.fromkeys(sorted(unknown), "There is no such parameter here. Known: ctcae."))
    version = request.query_params.get("ctcae", DEFAULT_VERSION)
    if version not in VERSIONS:
        raise ValidationError({"ctcae": f"Choose {' or '.join(VERSIONS)}."})
    return version


def limited(rows: Any) -> list[Any]:
    """Return the list that was sent.

    Raises   ValidationError: it is none, or too long for one request.
    """
    if not isinstance(rows, list):
        raise ValidationError(f"Send a list of results, each with some of: {', '.join(COLUMNS)}.")
    if len(rows) > MOST_ROWS:
        raise ValidationError(f"{len(rows):,} results are too many for one request. Send at most {MOST_ROWS:,}.")
    return rows
