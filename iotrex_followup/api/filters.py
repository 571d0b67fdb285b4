"""Filters that refuse what they do not know: a misspelt filter would silently return every row."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django_filters.rest_framework import DateFilter, DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from iotrex_followup.api.pagination import PARAMETERS


class DayFilter(DateFilter):
    """A day in ISO form only: 03/04/24 means two days to two people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


class StrictFilterBackend(DjangoFilterBackend):
    """Apply the view's `filterset_class`, and refuse any other query parameter by name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filters = self.get_filterset_class(view, queryset)
        known = PARAMETERS | set(filters.base_filters if filters else ())
        if unknown := set(request.query_params) - known:
            remedy = f"There is no such parameter here. Known: {', '.join(sorted(known))}."
            raise ValidationError(dict.fromkeys(sorted(unknown), remedy))
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


def any_of(conditions: Iterable[Q]) -> Q:
    """Return the condition that at least one of `conditions` holds."""
    either = Q(pk__in=[])
    for condition in conditions:
        either |= condition
    return either
