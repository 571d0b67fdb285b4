"""The words of the product: how a date, a window, an age and an activity are written everywhere.

Names of days and months follow the active language, so that pages and patient documents share these filters.
`today` is always passed in: a template never reads the clock.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta
from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

register = template.Library()

EN_DASH = "\N{EN DASH}"
MBQ_PER_MCI = Decimal(37)
CHILD_YEARS = 12
LAST_WEEK_COUNTED = 12


@register.filter
def nice_date(day: date | None) -> str:
    """Write a day as "Wed 27 Mar 2024"; None as nothing."""
    return date_format(day, "D j M Y") if day else ""


@register.filter
def relative_days(day: date, today: date) -> str:
    """Say how far `day` is from `today`: "in 3 days", "2 weeks ago"."""
    days = (day - today).days
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}
    if days in near:
        return near[days]
    span = _span(min(day, today), max(day, today))
    return gettext("in %(span)s") % {"span": span} if days > 0 else gettext("%(span)s ago") % {"span": span}


@register.filter
def days_overdue(closes: date, today: date) -> str:
    """Say how many days have passed since a window closed: "5 days overdue"; nothing while it is open."""
    days = (today - closes).days
    if days <= 0:
        return ""
    return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}


@register.filter
def window(opens: date, closes: date) -> str:
    """Write a window, both days included, with its year: "24–30 Mar 2024", "28 Mar–4 Apr 2024"."""
    if opens == closes:
        return date_format(closes, "j M Y")
    return _range_start(opens, closes) + EN_DASH + date_format(closes, "j M Y")


@register.filter
def short_window(opens: date, closes: date) -> str:
    """Write a window without the year where a full date stands beside it: "24–30 Mar"."""
    if opens.year != closes.year:
        return window(opens, closes)
    if opens == closes:
        return date_format(closes, "j M")
    return _range_start(opens, closes) + EN_DASH + date_format(closes, "j M")


@register.filter
def age(birth_date: date, today: date) -> str:
    """Write an age in completed years, "63 y"; with months below 12 years, "3 y 4 m"; with days below a month."""
    lived = relativedelta(today, birth_date)
    if lived.years >= CHILD_YEARS:
        return f"{lived.years} y"
    if lived.years:
        return f"{lived.years} y {lived.months} m"
    return f"{lived.months} m" if lived.months else f"{lived.days} d"


@register.filter
def day_and_week(anchor: date, today: date) -> str:
    """Place `today` after a treatment (day 0): "day 38, week 6", from week 13 on "day 200, 6 months"."""
    days = (today - anchor).days
    week = days // 7 + 1
    if week <= LAST_WEEK_COUNTED:
        return f"day {days}, week {week}"
    passed = relativedelta(today, anchor)
    return f"day {days}, {_years_and_months(passed)}"


@register.filter
def activity(mbq: Decimal | None) -> str:
    """Write an administered activity given in MBq: "7.40 GBq (200 mCi)", below 1 GBq "185 MBq (5.0 mCi)"."""
    if mbq is None:
        return ""
    mci = mbq / MBQ_PER_MCI
    if mbq < 1000:
        return f"{_rounded(mbq, '1')} MBq ({_rounded(mci, '0.1')} mCi)"
    return f"{_rounded(mbq / 1000, '0.01')} GBq ({_rounded(mci, '1')} mCi)"


def _range_start(opens: date, closes: date) -> str:
    if opens.year != closes.year:
        return date_format(opens, "j M Y")
    return date_format(opens, "j" if opens.month == closes.month else "j M")


def _span(first: date, last: date) -> str:
    """Write a distance in the unit people would use: days to 4 weeks, weeks to 12 weeks, then months."""
    days = (last - first).days
    if days < 28:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if days < 84:
        return ngettext("%(n)s week", "%(n)s weeks", days // 7) % {"n": days // 7}
    return _years_and_months(relativedelta(last, first))


def _years_and_months(passed: relativedelta) -> str:
    years = ngettext("%(n)s year", "%(n)s years", passed.years) % {"n": passed.years}
    months = ngettext("%(n)s month", "%(n)s months", passed.months) % {"n": passed.months}
    parts = [text for text, count in ((years, passed.years), (months, passed.months)) if count]
    return " ".join(parts)


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)
