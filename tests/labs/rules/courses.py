"""A synthetic patient's values, by day after an infusion on 31 January 2024."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from labs.rules.loader import packaged_rules
from labs.rules.values import Course, Infusion, Sample

RULES = packaged_rules()
ANCHOR = date(2024, 1, 31)
FIRST = Infusion(1, ANCHOR)
LOW = {"anc": Decimal("1.8"), "platelets": Decimal(150), "hgb": Decimal(120), "tsh": Decimal("0.4"), "ft4": Decimal(10)}
HIGH = {"tsh": Decimal("4.5"), "ft4": Decimal(23), "mcv": Decimal(100), "creatinine": Decimal(110), "cga": Decimal(100)}
LIMITS = object()


def on(number):
    return ANCHOR + timedelta(days=number)


def sample(analyte, number, value, comparator="", *, hour=9, low=LIMITS, high=LIMITS, **given):
    day = on(number)
    return Sample(
        datetime.combine(day, time(hour), UTC),
        day,
        analyte,
        Decimal(str(value)),
        comparator,
        LOW.get(analyte) if low is LIMITS else low,
        HIGH.get(analyte) if high is LIMITS else high,
        id=given.pop("id", f"{analyte} {number}"),
        **given,
    )


def count(number, anc, platelets, **given):
    return [sample("anc", number, anc, **given), sample("platelets", number, platelets, **given)]


def course(*samples, today=100, infusions=(FIRST,), baselines=()):
    flat = [each for given in samples for each in (given if isinstance(given, list) else [given])]
    return Course(flat, today=on(today), infusions=infusions, baselines={each.analyte: each for each in baselines})
