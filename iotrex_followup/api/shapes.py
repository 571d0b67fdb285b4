"""Shapes of request bodies: they check form, never rules, and refuse a field they do not know by its name."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from iotrex_followup.columns import NumericField

# More than anything measured has; PostgreSQL stores no number of unlimited places.
MOST_PLACES = 30


class NumberField(serializers.DecimalField):
    """A number with the places it was written with, as a text."""

    def __init__(self, max_digits: int | None = None, decimal_places: int | None = None, **options: Any) -> None:
        super().__init__(max_digits, decimal_places, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the number; one that could not be stored is refused."""
        number: Decimal = super().to_internal_value(data)
        if number.adjusted() > MOST_PLACES or -int(number.as_tuple().exponent) > MOST_PLACES:
            raise serializers.ValidationError(f"Enter a number of up to {MOST_PLACES} places.")
        return number


# The framework knows columns of a fixed scale only.
serializers.ModelSerializer.serializer_field_mapping[NumericField] = NumberField


class Shape(serializers.Serializer[Any]):
    """A body of which every field is known and may be set."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = [name for name, field in self.fields.items() if not field.read_only]
            unknown = [name for name in data if name not in writable]
            if unknown:
                remedy = f"There is no such field here. Known: {', '.join(writable)}."
                raise serializers.ValidationError(dict.fromkeys(unknown, remedy))
        return super().to_internal_value(data)


class ModelShape(Shape, serializers.ModelSerializer[Any]):
    """A body whose fields have the lengths, digits and choices of a model's columns.

    What must be unique is a rule, so the action says it, at the field and with its remedy.
    """

    def get_validators(self) -> list[Any]:
        return []


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a row of the person's own clinics; another clinic's row does not exist."""

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        request = self.context.get("request")
        return queryset.visible_to(request.user) if request else queryset
