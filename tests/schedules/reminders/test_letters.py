"""At most one message to a person on a day, at an hour that suits, never too late, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.delivery.wall_clock import instant
from schedules.reminders.addressing import Reach
from schedules.reminders.letters import ANOTHER_WENT, Hours, LeftOut, Letter, Person, Standing, letters_of
from schedules.reminders.rules import Moment, Rule, shipped_rules
from schedules.reminders.wanted import Booked, VisitFacts, slots_of

PATIENT, CONTACT = UUID(int=7), UUID(int=8)
ME = Reach(CONTACT, "self", False, 1, "en", False, "07700 900001", frozenset({"sms", "email"}))


def hours(zone="Europe/Madrid", clinic=None, at=time(10), quiet=(time(20), time(8))):
    return Hours(at, *quiet, ZoneInfo(zone), ZoneInfo(clinic or zone), instant)


def person(zone="Europe/Madrid", clinic=None, standing=(), reaches=(ME,), **how):
    return Person(PATIENT, date(1961, 3, 3), reaches, hours(zone, clinic, **how), standing)


def visit(number, opens, closes=None, on=None):
    booked = Booked(on, "09:30", 0) if on else None
    return VisitFacts(UUID(int=number), frozenset({"cbc"}), opens, closes or opens + timedelta(days=14), booked)


def written(who, visits, now, rules=None, channels=("sms", "email"), horizon=timedelta(hours=48)):
    today = now.astimezone(who.hours.clinic_zone).date()
    slots = [slot for each in visits for slot in slots_of(each, rules or shipped_rules(), today=today)]
    return letters_of(who, slots, channels=channels, now=now, horizon=horizon)


def utc(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


# Each rule around both changes of the clocks: the appointment, the first day of the window, or the last one.
CHANGES = {
    "America/New_York": (date(2024, 3, 10), date(2024, 11, 3)),
    "Europe/Berlin": (date(2024, 3, 31), date(2024, 10, 27)),
    "Australia/Lord_Howe": (date(2024, 4, 7), date(2024, 10, 6)),  # by half an hour
    "Pacific/Apia": (date(2011, 4, 2), date(2011, 9, 24)),
    "Asia/Tokyo": (date(2024, 3, 31), date(2024, 10, 27)),
    "UTC": (date(2024, 3, 31), date(2024, 10, 27)),
}
# The instant of 10:00 on the day before, on and after each change, written down by hand.
TEN_O_CLOCK = {
    "America/New_York": (("15:00", "14:00", "14:00"), ("14:00", "15:00", "15:00")),
    "Europe/Berlin": (("09:00", "08:00", "08:00"), ("08:00", "09:00", "09:00")),
    "Australia/Lord_Howe": (("23:00", "23:30", "23:30"), ("23:30", "23:00", "23:00")),
    "Pacific/Apia": (("20:00", "21:00", "21:00"), ("21:00", "20:00", "20:00")),
    "Asia/Tokyo": (("01:00", "01:00", "01:00"), ("01:00", "01:00", "01:00")),
    "UTC": (("10:00", "10:00", "10:00"), ("10:00", "10:00", "10:00")),
}
RULES = [*shipped_rules()]


def about(rule, day):
    """A visit of which `rule` reminds on `day`."""
    if rule.moment == Moment.BEFORE_BOOKED:
        on = day + timedelta(days=rule.days)
        return visit(1, on - timedelta(days=7), on=on)
    if rule.moment == Moment.BEFORE_WINDOW:
        return visit(1, day + timedelta(days=rule.days))
    closes = day - timedelta(days=1 + rule.days)
    return visit(1, closes - timedelta(days=14), closes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.moment} {rule.days}")
@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_reminder_leaves_at_ten_by_the_wall_clock_around_each_change(zone, which, offset, rule):
    day = CHANGES[zone][which] + timedelta(days=offset)
    who = person(zone)
    now = who.hours.instant(day - timedelta(days=1), time(9), who.hours.zone)
    letters = written(who, [about(rule, day)], now, rules=[rule])
    (letter,) = letters
    local = letter.not_before.astimezone(who.hours.zone)
    assert (letter.day, local.date(), local.time()) == (day, day, time(10))
    assert f"{letter.not_before:%H:%M}" == TEN_O_CLOCK[zone][which][offset + 1]
    assert letter.not_before < letter.expires_at <= who.hours.instant(day, time(20), who.hours.zone)


@pytest.mark.parametrize(
    ("zone", "day", "at", "leaves"),
    [
        ("Europe/Berlin", date(2024, 3, 31), time(2, 30), utc(2024, 3, 31, 1, 0)),  # left out: the first after, 03:00
        ("Europe/Berlin", date(2024, 10, 27), time(2, 30), utc(2024, 10, 27, 0, 30)),  # twice: the first
        ("America/New_York", date(2024, 3, 10), time(2, 30), utc(2024, 3, 10, 7, 0)),
        ("America/New_York", date(2024, 11, 3), time(1, 30), utc(2024, 11, 3, 5, 30)),
        ("Australia/Lord_Howe", date(2024, 10, 6), time(2, 15), utc(2024, 10, 5, 15, 30)),
        ("Australia/Lord_Howe", date(2024, 4, 7), time(1, 45), utc(2024, 4, 6, 14, 45)),
    ],
)
def test_hour_that_the_clocks_leave_out_or_repeat(zone, day, at, leaves):
    who = person(zone, at=at, quiet=(time(0), time(0)))
    now = who.hours.instant(day - timedelta(days=1), time(9), who.hours.zone)
    (letter,) = written(who, [visit(1, day + timedelta(days=1))], now)
    assert letter.not_before == leaves


def test_day_that_the_calendar_left_out_is_told_of_on_the_day_before():
    # Samoa had no 30 December 2011.
    (letter,) = written(person("Pacific/Apia"), [visit(1, date(2011, 12, 31))], utc(2011, 12, 29))
    assert letter.day == date(2011, 12, 29)
    assert letter.not_before == utc(2011, 12, 29, 20)


def test_where_the_patient_lives_behind_the_clinic_the_day_before_is_early_enough():
    # Ten o'clock of the day before in Honolulu is the day of the visit in Auckland.
    who = person("Pacific/Honolulu", "Pacific/Auckland")
    (letter,) = written(who, [visit(1, date(2024, 6, 1), on=date(2024, 6, 10))], utc(2024, 6, 7, 12))
    assert letter.day == date(2024, 6, 8)
    assert letter.expires_at <= utc(2024, 6, 9, 12)


def test_hour_within_the_quiet_hours_waits_for_their_end():
    (letter,) = written(person(at=time(6)), [visit(1, date(2024, 6, 10))], utc(2024, 6, 8))
    assert letter.not_before == utc(2024, 6, 9, 6)  # 08:00 in Madrid


def test_reminders_of_one_day_are_one_message():
    visits = [visit(1, date(2024, 6, 10)), visit(2, date(2024, 5, 30), on=date(2024, 6, 10))]
    (letter,) = written(person(), visits, utc(2024, 6, 8))
    assert [item["moment"] for item in letter.items] == ["before_window", "before_booked"]


def test_where_a_message_waits_it_tells_the_rest():
    waits = Standing(UUID(int=5), CONTACT, date(2024, 6, 9), "email", True)
    (letter,) = written(person(standing=[waits]), [visit(1, date(2024, 6, 10))], utc(2024, 6, 8))
    assert (letter.message, letter.channel) == (UUID(int=5), "email")


def test_where_one_went_that_day_the_next_one_tells_it():
    went = Standing(UUID(int=5), CONTACT, date(2024, 6, 8), "sms", False)
    late = visit(1, date(2024, 5, 30), on=date(2024, 6, 15))
    (letter,) = written(person(standing=[went]), [late], utc(2024, 6, 8, 10))
    assert letter.day == date(2024, 6, 9)


def test_where_the_next_day_is_too_late_it_is_left_out_and_says_so():
    went = Standing(UUID(int=5), CONTACT, date(2024, 6, 9), "sms", False)
    (left,) = written(person(standing=[went]), [visit(1, date(2024, 6, 10))], utc(2024, 6, 9, 10))
    assert (left.why, left.day) == (ANOTHER_WENT, date(2024, 6, 9))


def test_late_in_the_evening_the_next_day_is_the_first():
    (letter,) = written(person(), [visit(1, date(2024, 6, 15))], utc(2024, 6, 8, 21))  # 23:00, a day of 7 before
    assert letter.day == date(2024, 6, 9)


def test_what_is_further_ahead_is_left_for_later():
    assert written(person(), [visit(1, date(2024, 6, 20))], utc(2024, 6, 8)) == []


def test_reminder_that_reaches_nobody_says_why():
    nobody = replace(ME, ways=frozenset(), agreed=False)
    (left,) = written(person(reaches=[nobody]), [visit(1, date(2024, 6, 10))], utc(2024, 6, 8))
    assert isinstance(left, LeftOut)
    assert left.why == "No consent for any channel."


ZONES = st.sampled_from([*CHANGES, "Pacific/Honolulu", "Pacific/Kiritimati", "Asia/Kathmandu", "Africa/Casablanca"])
RULES_DRAWN = st.lists(
    st.builds(Rule, st.just(""), st.sampled_from(Moment), st.integers(1, 10), st.booleans()), min_size=1, max_size=5
)
VISITS = st.lists(
    st.builds(
        visit,
        st.integers(1, 4),
        st.dates(date(2024, 3, 1), date(2024, 4, 20)),
        st.none(),
        st.none() | st.dates(date(2024, 3, 10), date(2024, 4, 20)),
    ),
    max_size=6,
    unique_by=lambda each: each.visit,
)
WENT = st.lists(
    st.builds(Standing, st.just(UUID(int=5)), st.just(CONTACT), st.dates(date(2024, 3, 20), date(2024, 4, 5)),
              st.just("sms"), st.booleans()),
    max_size=3,
    unique_by=lambda each: each.day,
)  # fmt: skip
NOWS = st.datetimes(datetime(2024, 3, 20), datetime(2024, 4, 5), timezones=st.just(UTC))  # noqa: DTZ001
CLOCKS = st.sampled_from([(time(20), time(8)), (time(0), time(7)), (time(0), time(0)), (time(13), time(15))])


@given(ZONES, ZONES, VISITS, WENT, NOWS, RULES_DRAWN, CLOCKS, st.times())
def test_whatever_the_zones_rules_and_visits(zone, clinic, visits, went, now, rules, quiet, at):
    who = person(zone, clinic, standing=went, at=at.replace(microsecond=0), quiet=quiet)
    found = [each for each in written(who, visits, now, rules=rules) if isinstance(each, Letter)]
    days = [each.not_before.astimezone(who.hours.zone).date() for each in found]
    taken = {each.day for each in went if not each.open}
    assert len(set(days)) == len(days)  # at most one message on a day
    assert not taken & set(days)
    assert [each.day for each in found] == days
    by_pk = {str(each.visit): each for each in visits}
    for letter in found:
        assert max(letter.not_before, now) < letter.expires_at
        assert not who.hours.is_quiet(letter.not_before.astimezone(who.hours.zone).time())
        for item in letter.items:
            told = by_pk[item["visit"]]
            came = {"before_booked": told.booked and told.booked.on, "before_window": told.opens}.get(item["moment"])
            if came:  # never after its visit, by the clinic's day
                assert letter.expires_at <= who.hours.begins(came)
