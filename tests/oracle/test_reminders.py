"""Which reminders must leave, when, to whom, by which way."""

from typing import Any

import pytest

from tests.oracle.compare import check_patient, end_of
from tests.oracle.log import read_log
from tests.oracle.moments import rules_of
from tests.oracle.reminders import Outages, Reminding
from tests.oracle.scribe import CLINIC, Scribe
from tests.oracle.standing import Standing
from tests.oracle.timeline import Plans

W1, W2, M1 = [1, "W1", "visit"], [1, "W2", "visit"], [1, "M1", "imaging"]


def reminded(scribe: Scribe) -> list[str]:
    """Return what must leave: the visit, the moment, the way and the earliest instant."""
    log = scribe.log()
    lines = log.patients["P0001"]
    outages = Outages()
    for line in log.everybody:
        outages.take(line)
    standing = Standing(lines[0], log.clinic, Plans(log.clinic["protocol"]), log.simulation["ends_on"])
    reminding = Reminding(standing, outages)
    list(reminding.run(lines, log.simulation["starts_on"], log.simulation["ends_on"]))
    return [
        f"{each.reminder.visit[1]} {each.reminder.moment[0]} {each.reminder.moment[1]}"
        f" {each.way.contact or 'nobody'} {each.way.channel} {each.earliest:%m-%dT%H:%M}"
        for each in reminding.expected
        if not each.may_be_missing
    ]


@pytest.fixture
def log() -> Scribe:
    scribe = Scribe()
    scribe.patient()
    scribe.treated()
    return scribe


UNBOOKED = [
    "W1 before_window 1 P0001a sms 01-04T09:00",
    "W2 before_window 1 P0001a sms 01-11T09:00",
    "W1 overdue 1 P0001a sms 01-13T09:00",
    "M1 before_window 7 P0001a sms 01-18T09:00",
    "W2 overdue 1 P0001a sms 01-20T09:00",
    "M1 before_window 1 P0001a sms 01-24T09:00",
    "M1 overdue 1 P0001a sms 02-10T09:00",
]


def booked(log: Scribe, visit: list[Any], on: str, at: str, name: str = "A1") -> None:
    log.say("booked", at, patient="P0001", appointment=name, visits=[visit], on=on, time=None)


def test_nothing_booked(log: Scribe) -> None:
    log.contact()
    assert reminded(log) == UNBOOKED


def test_rules_of_the_clinic() -> None:
    log = Scribe(reminders=[{"moment": "before_window", "days": [3]}])
    log.patient()
    log.contact()
    log.treated()
    assert reminded(log) == ["M1 before_window 3 P0001a sms 01-22T09:00"]


def test_rules_in_several_rows() -> None:
    assert rules_of([{"moment": "overdue", "days": 2}, {"moment": "overdue", "days": 5}])["overdue"] == (5, 2)


def test_a_booking_takes_the_place_of_the_window(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-30", "2024-01-10T10:00:00")
    assert [each for each in reminded(log) if each[:2] == "M1"] == [
        "M1 before_booked 7 P0001a sms 01-23T09:00",
        "M1 before_booked 1 P0001a sms 01-29T09:00",
        "M1 overdue 1 P0001a sms 02-10T09:00",
    ]


def test_a_booking_that_came_late_is_told_at_the_next_sweep(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-31", "2024-01-27T14:01:00")
    assert "M1 before_booked 7 P0001a sms 01-27T14:05" in reminded(log)


def test_a_booking_that_came_more_than_three_days_late_is_not(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-30", "2024-01-27T14:01:00")
    assert not any("M1 before_booked 7" in each for each in reminded(log))


@pytest.mark.parametrize("at", ["2024-01-26T21:01:00", "2024-01-27T07:30:00"])
def test_what_is_known_at_night_or_early_waits_for_the_hour(log: Scribe, at: str) -> None:
    log.contact()
    booked(log, M1, "2024-01-31", at)
    assert "M1 before_booked 7 P0001a sms 01-27T09:00" in reminded(log)


def test_nothing_before_a_visit_leaves_on_its_day(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-30", "2024-01-30T07:30:00")
    assert not any("before_booked" in each for each in reminded(log))


def test_a_second_message_of_a_day_waits_for_the_next(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-30", "2024-01-18T14:01:00")  # the 18th has its message already
    booked(log, W2, "2024-01-20", "2024-01-18T14:01:00", "A2")
    assert "W2 before_booked 1 P0001a sms 01-19T09:00" in reminded(log)
    assert "M1 before_booked 7 P0001a sms 01-23T09:00" in reminded(log)


@pytest.mark.parametrize(("at", "may_miss_it"), [("08:54:00", False), ("08:57:00", True)])
def test_what_is_known_with_the_sweep_of_the_hour_may_miss_that_hours_message(
    log: Scribe, at: str, may_miss_it: bool
) -> None:
    log.contact()
    booked(log, W2, "2024-01-19", f"2024-01-18T{at}")
    log.sent("2024-01-18T09:00:00", ("M1", "before_window", 7))
    assert differing(log, "before_window 7 of M1") == []
    assert (differing(log, "before_booked 1 of W2") == []) is may_miss_it


@pytest.mark.parametrize(("at", "may_have_left"), [("08:59:00", False), ("09:00:00", True)])
def test_what_becomes_untrue_as_it_leaves_may_have_left(log: Scribe, at: str, may_have_left: bool) -> None:
    log.contact()
    booked(log, W2, "2024-01-12", "2024-01-08T10:00:00")
    log.say("cancelled", f"2024-01-11T{at}", appointment="A1")
    assert [each.found for each in log.differences() if each.what.startswith("before_booked 1 of W2")] == []
    log.sent("2024-01-11T09:00:00", ("W2", "before_booked", 1))
    found = [each.found for each in log.differences() if each.what.startswith("before_booked 1 of W2")]
    assert (found == []) is may_have_left


def test_moved_cancelled_and_not_attended(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-30", "2024-01-10T10:00:00")
    log.say("moved", "2024-01-24T10:00:00", appointment="A1", on="2024-02-05", time=None)
    assert [each for each in reminded(log) if "before_booked" in each] == [
        "M1 before_booked 7 P0001a sms 01-23T09:00",
        "M1 before_booked 7 P0001a sms 01-29T09:00",
        "M1 before_booked 1 P0001a sms 02-04T09:00",
    ]
    log.say("cancelled", "2024-02-01T10:00:00", appointment="A1")
    assert "M1 before_booked 1 P0001a sms 02-04T09:00" not in reminded(log)


def test_a_past_appointment_without_a_record_counts_as_none(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-02-10", "2024-01-10T10:00:00")
    assert "M1 overdue 1 P0001a sms 02-11T09:00" in reminded(log)


def test_a_booked_day_is_over_once_it_is_at_the_clinic() -> None:
    """At nine in Auckland on the eleventh it is the tenth at the clinic, where the patient may still come."""
    log = Scribe()
    log.patient(zone="Pacific/Auckland")
    log.contact()
    log.treated()
    booked(log, M1, "2024-02-10", "2024-01-10T10:00:00")
    assert [each for each in reminded(log) if "M1 overdue" in each] == ["M1 overdue 1 P0001a sms 02-10T23:00"]


def test_a_booking_to_come_is_not_overdue(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-02-14", "2024-01-10T10:00:00")
    assert not any(each.startswith("M1 overdue") for each in reminded(log))


@pytest.mark.parametrize("kind", ["death", "declines_follow_up", "comfort_care", "pause", "lost", "declines_messages"])
def test_who_is_not_followed_or_wants_none_gets_none(log: Scribe, kind: str) -> None:
    log.contact()
    log.say("life", "2024-01-10T10:00:00", patient="P0001", event="E1", kind=kind, **{"from": "2024-01-10"})
    assert reminded(log) == UNBOOKED[:1]


def test_after_a_pause_what_is_late_is_told_while_it_is_useful(log: Scribe) -> None:
    log.contact()
    log.say("life", "2024-01-10T10:00:00", patient="P0001", event="E1", kind="pause", **{"from": "2024-01-10"})
    log.say("life.ended", "2024-01-20T10:02:00", event="E1", on="2024-01-20")
    assert reminded(log)[1:3] == ["M1 before_window 7 P0001a sms 01-20T10:05", "W2 overdue 1 P0001a sms 01-20T10:05"]
    assert not any(each.startswith("W1 overdue") for each in reminded(log))


def test_the_patient_s_zone_decides() -> None:
    log = Scribe()
    log.patient(zone="America/New_York")
    log.contact()
    log.treated()
    assert reminded(log)[0] == "W1 before_window 1 P0001a sms 01-04T15:00"


@pytest.mark.parametrize(("zone", "expected"), [
    ("Pacific/Auckland", "W1 before_window 1 P0001a sms 01-04T21:00"),  # the fifth there, the fourth at the clinic
    ("", "W2 before_window 1 P0001a sms 01-11T09:00"),
])  # fmt: skip
def test_what_is_known_in_the_evening_is_told_while_it_is_the_day_before_at_the_clinic(
    zone: str, expected: str
) -> None:
    log = Scribe()
    log.patient(zone=zone)
    log.contact()
    log.treated(at="2024-01-04T10:00:00" if zone else "2024-01-04T22:00:00")
    assert reminded(log)[0] == expected


def test_what_is_known_once_the_day_has_begun_at_the_clinic_is_not_told() -> None:
    """In the evening of the fifth in Auckland it is its morning at the clinic: the window is open."""
    log = Scribe()
    log.patient(zone="Pacific/Auckland")
    log.contact()
    log.treated(at="2024-01-05T06:30:00")
    assert not any(each.startswith("W1 before_window") for each in reminded(log))


# To whom


def way(scribe: Scribe) -> str:
    return " ".join(reminded(scribe)[0].split()[3:5])


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([{}], "P0001a sms"),
        ([{"sms_consent": ""}], "P0001a email"),
        ([{"sms_consent": "refused", "email_consent": "refused"}], "nobody void"),
        ([{"phone": False}], "P0001a email"),
        ([{"phone": False, "email": False}], "nobody void"),
        ([{"is_active": False}, {"relation": "partner"}], "nobody void"),
        ([{"is_active": False}, {"relation": "partner", "legal_authority": True}], "P0001b sms"),
        ([{"order": 2}, {"relation": "guardian", "order": 1, "legal_authority": True}], "P0001b sms"),
        ([{"is_active": False}, {"relation": "mother", "legal_authority": True}], "nobody void"),
        ([{"sms_consent": "", "email_consent": ""}, {"relation": "mother"}], "nobody void"),
        ([{"sms_consent": "", "email_consent": ""}, {"relation": "guardian"}], "nobody void"),
        ([{"sms_consent": "", "email_consent": ""}, {"relation": "guardian", "legal_authority": True}], "P0001b sms"),
        ([{"interpreter": True}], "P0001a call"),
        ([{"language": "other"}], "P0001a call"),
        ([{"language": "es"}], "P0001a sms"),
        ([], "nobody void"),
    ],
)
def test_whom_an_adult_s_reminder_goes_to(log: Scribe, contacts: list[dict[str, Any]], expected: str) -> None:
    for letter, fields in zip("ab", contacts, strict=False):
        log.contact(contact=f"P0001{letter}", **fields)
    assert way(log) == expected


@pytest.mark.parametrize(
    ("born", "contacts", "expected"),
    [
        ("2015-05-05", [{}], "nobody void"),
        ("2015-05-05", [{}, {"relation": "father", "order": 2}], "P0001b sms"),
        ("2015-05-05", [{}, {"relation": "guardian", "order": 2}], "P0001b sms"),
        ("2015-05-05", [{}, {"relation": "other", "order": 2}], "nobody void"),
        ("2015-05-05", [{}, {"relation": "other", "order": 2, "legal_authority": True}], "P0001b sms"),
        ("2006-01-04", [{}, {"relation": "mother", "order": 2}], "P0001a sms"),  # 18 on the day
        ("2006-01-05", [{}, {"relation": "mother", "order": 2}], "P0001b sms"),
    ],
)
def test_whom_a_child_s_reminder_goes_to(born: str, contacts: list[dict[str, Any]], expected: str) -> None:
    log = Scribe()
    log.patient(born=born)
    log.treated()
    for letter, fields in zip("ab", contacts, strict=False):
        log.contact(contact=f"P0001{letter}", **fields)
    assert way(log) == expected


def test_a_refused_address_gives_way_to_the_next(log: Scribe) -> None:
    log.contact()
    log.say("refuses", "2024-01-02T10:00:00", contact="P0001a", channel="sms")
    assert [each.split()[4] for each in reminded(log)] == ["sms"] + ["email"] * (len(UNBOOKED) - 1)


def test_what_is_refused_stands_in_the_ledger(log: Scribe) -> None:
    log.contact()
    log.say("refuses", "2024-01-02T10:00:00", contact="P0001a", channel="sms")
    assert differing(log, "before_window 1 of W1") == ["a refused message to P0001a on 2024-01-04"]
    failed(log, "before_window", 1)
    assert differing(log, "before_window 1 of W1") == []


# While a channel takes nothing


def test_what_an_outage_held_up_leaves_after_it(log: Scribe) -> None:
    log.contact()
    log.say("away", "2024-01-04T06:00:00", channel="sms", until="2024-01-04T12:30:00Z")
    assert reminded(log)[0] == "W1 before_window 1 P0001a sms 01-04T12:30"


def test_what_an_outage_made_useless_is_not_sent(log: Scribe) -> None:
    log.contact()
    log.say("away", "2024-01-04T06:00:00", channel="sms", until="2024-01-05T12:30:00Z")
    assert not any(each.startswith("W1 before") for each in reminded(log))


@pytest.mark.parametrize(
    ("sent", "differs"), [("12:29:00", True), ("12:30:10", False), ("13:00:30", False), ("13:10:00", True)]
)
def test_how_long_after_an_outage(log: Scribe, sent: str, differs: bool) -> None:
    log.contact()
    log.say("away", "2024-01-04T06:00:00", channel="sms", until="2024-01-04T12:30:00Z")
    log.sent(f"2024-01-04T{sent}", ("W1", "before_window", 1))
    assert any(what.startswith("before_window 1 of W1") for what, _ in log.findings()) is differs


def test_what_an_outage_held_up_until_night_leaves_the_next_day(log: Scribe) -> None:
    log.contact()
    booked(log, M1, "2024-01-30", "2024-01-10T10:00:00")
    log.say("away", "2024-01-23T06:00:00", channel="sms", until="2024-01-23T20:30:00Z")
    assert "M1 before_booked 7 P0001a sms 01-24T09:00" in reminded(log)


def differing(log: Scribe, what: str) -> list[str]:
    return [each.expected for each in log.differences() if each.what.startswith(what)]


def failed(log: Scribe, *item: Any) -> None:
    log.say("message", patient="P0001", kind="reminder", channel="sms", to="P0001a", day="2024-01-04",
            items=[[W1, list(item)]], state="dead")  # fmt: skip


def test_what_used_up_its_tries_in_an_outage_stands_in_the_ledger(log: Scribe) -> None:
    log.contact()
    log.say("away", "2024-01-04T06:00:00", channel="sms", until="2024-01-04T18:30:00Z")
    assert len(differing(log, "before_window 1 of W1")) == 1
    failed(log, "before_window", 1)
    assert differing(log, "before_window 1 of W1") == []


def test_what_used_up_its_tries_is_not_the_one_that_left_for_another_day(log: Scribe) -> None:
    log.contact()
    log.say("away", "2024-01-18T06:00:00", channel="sms", until="2024-01-18T18:30:00Z")
    booked(log, M1, "2024-01-25", "2024-01-10T10:00:00")
    log.say("moved", "2024-01-22T10:00:00", appointment="A1", on="2024-01-29", time=None)
    log.sent("2024-01-22T10:04:00", ("M1", "before_booked", 7))
    log.say("message", patient="P0001", kind="reminder", channel="sms", to="P0001a", day="2024-01-18",
            items=[[M1, ["before_booked", 7]]], state="dead")  # fmt: skip
    assert differing(log, "before_booked 7 of M1") == []


def test_who_refuses_after_an_outage_may_not_be_known_to_until_the_next_message(log: Scribe) -> None:
    log.contact(email_consent="refused")
    log.say("refuses", "2024-01-03T10:00:00", contact="P0001a", channel="sms")
    assert [each.split()[3] for each in reminded(log)[:3]] == ["P0001a", "nobody", "nobody"]
    log.say("away", "2024-01-04T06:00:00", channel="sms", until="2024-01-04T18:30:00Z")
    assert [each[:11] for each in reminded(log)[:2]] == ["W1 before_w", "W1 overdue "]  # that of W2 may be another


def test_what_was_not_held_up_does_not_end_in_the_ledger(log: Scribe) -> None:
    log.contact()
    failed(log, "before_window", 1)
    assert len(differing(log, "before_window 1 of W1")) == 1


# What must be found


def test_a_message_to_the_dead(log: Scribe) -> None:
    log.contact()
    log.say("life", "2024-01-03T10:00:00", patient="P0001", event="E1", kind="death", **{"from": "2024-01-03"})
    log.sent("2024-01-04T09:00:05", ("W1", "before_window", 1))
    assert ("sent to P0001a by sms at 2024-01-04T09:00:05Z", "a message to somebody who died") in log.findings()


def test_a_message_to_a_child() -> None:
    log = Scribe()
    log.patient(born="2015-05-05")
    log.contact()
    log.contact(contact="P0001b", relation="mother", order=2)
    log.treated()
    log.sent("2024-01-04T09:00:05", ("W1", "before_window", 1))
    findings = log.findings()
    assert ("sent to P0001a by sms at 2024-01-04T09:00:05Z", "a message to a child") in findings
    assert ("before_window 1 of W1 visit of treatment 1", "P0001a by sms at 2024-01-04T09:00:05Z") in findings


def test_two_messages_of_one_day(log: Scribe) -> None:
    log.contact()
    log.sent("2024-01-12T09:00:05", ("W1", "overdue", 1))
    log.sent("2024-01-12T09:00:06", ("W2", "before_window", 1))
    assert ("sent to P0001a by sms at 2024-01-12T09:00:06Z", "a second message of 2024-01-12") in log.findings()


def test_a_call_and_a_message_to_nobody_are_looked_for(log: Scribe) -> None:
    log.contact(interpreter=True)
    expected = [difference.expected for difference in log.differences() if "before_window 1 of W1" in difference.what]
    assert expected == ["a call to P0001a on 2024-01-04"]
    log.say("message", patient="P0001", kind="reminder", channel="call", to="P0001a", day="2024-01-04",
            items=[[W1, ["before_window", 1]]], state="due")  # fmt: skip
    assert not [difference for difference in log.differences() if "before_window 1 of W1" in difference.what]


@pytest.mark.parametrize(("before", "differs"), [([], False), (["void"], False), (["void", "due"], True)])
def test_a_call_that_was_taken_back_is_asked_for_anew(log: Scribe, before: list[str], differs: bool) -> None:
    log.contact(interpreter=True)
    for state in [*before, "due"]:
        log.say("message", patient="P0001", kind="reminder", channel="call", to="P0001a", day="2024-01-04",
                items=[[W1, ["before_window", 1]]], state=state)  # fmt: skip
    assert any("before_window 1 of W1" in difference.what for difference in log.differences()) is differs


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2024-01-18T08:30:00", ["P0001a sms 01-18T09:00"]),
        ("2024-01-20T10:30:00", ["nobody void 01-18T09:00", "P0001a sms 01-20T10:30"]),
        ("2024-01-23T10:30:00", ["nobody void 01-18T09:00"]),
    ],
)
def test_what_nobody_could_be_told_is_told_while_of_use_once_somebody_can_be(
    log: Scribe, at: str, told: list[str]
) -> None:
    log.contact(sms_consent="refused", email_consent="refused")
    log.contact(at, sms_consent="given", email_consent="refused")
    assert [each.split(" ", 3)[3] for each in reminded(log) if each.startswith("M1 before_window 7")] == told


def test_what_is_compared_is_counted() -> None:
    log = Scribe(**CLINIC)
    log.patient()
    log.contact()
    log.treated()
    read = read_log(log.written())
    checked = check_patient(read, read.patients["P0001"], Plans(read.clinic["protocol"]), Outages(), end_of(read))
    assert checked.compared["reminders expected"] == len(UNBOOKED)
    assert checked.compared["reminders sent"] == 0


@pytest.mark.parametrize(
    ("at", "channel"),
    [("2024-01-02T08:50:00", "sms"), ("2024-01-02T10:00:00", "email"), ("2024-01-04T08:50:00", "email")],
)
def test_what_is_written_keeps_its_way_when_one_that_goes_first_opens_meanwhile(
    log: Scribe, at: str, channel: str
) -> None:
    log.contact(sms_consent="refused", email_consent="given")
    log.contact(at, sms_consent="given", email_consent="given")
    assert reminded(log)[0] == f"W1 before_window 1 P0001a {channel} 01-04T09:00"


def test_what_is_written_goes_another_way_when_its_own_is_closed(log: Scribe) -> None:
    log.contact(sms_consent="refused", email_consent="given")
    log.contact("2024-01-03T10:00:00", sms_consent="given", email_consent="refused")
    assert reminded(log)[0] == "W1 before_window 1 P0001a sms 01-04T09:00"
