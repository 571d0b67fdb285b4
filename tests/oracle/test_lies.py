"""An honest log differs in nothing; one lie in it is found, and found alone."""

from collections.abc import Callable

import pytest

from tests.oracle.scribe import Scribe

W1, W2, M1 = [1, "W1", "visit"], [1, "W2", "visit"], [1, "M1", "imaging"]


def honest() -> Scribe:
    """A patient who came once as booked, once unasked, and not to the scan; one low haemoglobin."""
    log = Scribe()
    log.patient()
    log.contact()
    log.treated()
    log.say(
        "booked", "2024-01-02T10:00:00", patient="P0001", appointment="A1", visits=[W1], on="2024-01-08", time="10:00"
    )
    log.sent("2024-01-07T09:00:05", ("W1", "before_booked", 1))
    log.say("done", "2024-01-08T09:00:00", patient="P0001", visit=W1, on="2024-01-08", outcomes={"cbc": "drawn"},
            elsewhere=False)  # fmt: skip
    log.results("2024-01-08T15:00:00", "2024-01-08T09:30", "R1", hgb="75")
    log.say(
        "raised", "2024-01-08T15:00:00", alert="L1", patient="P0001", rule="cytopenia", tier="same_day", again=False
    )
    log.say("told", "2024-01-08T15:00:05", alert="L1", to="C1", channel="email", step=0)
    log.say("acknowledged", "2024-01-08T15:30:00", alert="L1", by="C1", next_step="repeat_cbc", by_when="2024-01-15")
    log.sent("2024-01-11T09:00:05", ("W2", "before_window", 1))
    log.results("2024-01-13T15:00:00", "2024-01-13T09:30", "R2", hgb="110")
    log.sent("2024-01-18T09:00:05", ("M1", "before_window", 7))
    log.say("booked", "2024-01-20T10:00:00", patient="P0001", appointment="A2", visits=[M1], on="2024-01-30", time=None)
    log.sent("2024-01-23T09:00:05", ("M1", "before_booked", 7))
    log.sent("2024-01-29T09:00:05", ("M1", "before_booked", 1))
    log.say("not_attended", "2024-01-30T16:00:00", appointment="A2")
    log.say("resolved", "2024-02-01T10:00:00", alert="L1", by="C1")
    log.sent("2024-02-10T09:00:05", ("M1", "overdue", 1))
    log.say("missed", "2024-02-12T10:00:00", patient="P0001", visit=M1)
    log.visit("W1", ("2024-01-05", "2024-01-08", "2024-01-11"), "done")
    log.visit("W2", ("2024-01-12", "2024-01-15", "2024-01-18"), "done")
    log.visit("M1", ("2024-01-25", "2024-02-01", "2024-02-08"), "missed")
    log.say("alert", alert="L1", patient="P0001", rule="cytopenia", tier="same_day", state="resolved")
    return log


def test_an_honest_log_differs_in_nothing() -> None:
    assert honest().differences() == []


def reminder_missing(log: Scribe) -> None:
    log.without("sent", day="2024-01-07").without("message", day="2024-01-07")


def reminder_twice(log: Scribe) -> None:
    log.sent("2024-01-08T07:05:05", ("W1", "before_booked", 1))


def reminder_a_day_late(log: Scribe) -> None:
    log.changed("sent", {"day": "2024-01-23"}, at="2024-01-24T09:00:05Z")


def reminder_an_hour_early(log: Scribe) -> None:
    log.changed("sent", {"day": "2024-01-23"}, at="2024-01-23T08:00:05Z")


def reminder_at_night(log: Scribe) -> None:
    log.changed("sent", {"day": "2024-01-23"}, at="2024-01-23T19:30:00Z")


def reminder_by_another_way(log: Scribe) -> None:
    for what in ("sent", "message"):
        log.changed(what, {"day": "2024-01-23"}, channel="email")


def reminder_of_a_visit_that_was_done(log: Scribe) -> None:
    log.sent("2024-01-19T09:00:05", ("W2", "overdue", 1))


def reminder_that_the_ledger_lacks(log: Scribe) -> None:
    log.without("message", day="2024-01-23")


def visit_a_day_off(log: Scribe) -> None:
    log.changed("visit", {"visit": W2}, closes="2024-01-19")


def visit_missing(log: Scribe) -> None:
    log.without("visit", visit=W2)


def visit_too_many(log: Scribe) -> None:
    log.visit("W3", ("2024-01-19", "2024-01-22", "2024-01-25"))


def visit_still_open(log: Scribe) -> None:
    log.changed("visit", {"visit": W2}, status="planned", activities={"cbc": "planned"})


def alert_missing(log: Scribe) -> None:
    for what in ("raised", "told", "acknowledged", "resolved", "alert"):
        log.without(what)


def alert_late(log: Scribe) -> None:
    log.changed("raised", {"alert": "L1"}, at="2024-01-08T15:04:00Z")
    log.changed("told", {"alert": "L1"}, at="2024-01-08T15:04:05Z")


def alert_not_urgent_enough(log: Scribe) -> None:
    log.changed("raised", {"alert": "L1"}, tier="next_working_day")


def alert_for_nothing(log: Scribe) -> None:
    log.say("raised", "2024-01-13T15:00:00", alert="L1", patient="P0001", rule="cytopenia", tier="same_day", again=True)
    log.say("told", "2024-01-13T15:00:05", alert="L1", to="C1", channel="email", step=0)
    log.say("acknowledged", "2024-01-13T16:00:00", alert="L1", by="C1", next_step="no_action", by_when=None)


def alert_told_to_nobody(log: Scribe) -> None:
    log.without("told")


def alert_told_to_another(log: Scribe) -> None:
    log.changed("told", {"alert": "L1"}, to="C2")


def alert_told_after_it_was_answered(log: Scribe) -> None:
    log.say("told", "2024-01-08T17:00:00", alert="L1", to="C1", channel="email", step=0)


def alert_not_back_when_nothing_happened(log: Scribe) -> None:
    log.changed("acknowledged", {"alert": "L1"}, by_when="2024-01-12")


def alert_that_closed_by_itself(log: Scribe) -> None:
    log.without("resolved")


@pytest.mark.parametrize(
    ("lie", "what"),
    [
        (reminder_missing, ["before_booked 1 of W1 visit of treatment 1"]),
        (reminder_twice, ["before_booked 1 of W1 visit of treatment 1"]),
        (reminder_a_day_late, ["before_booked 7 of M1 imaging of treatment 1"]),
        (reminder_an_hour_early, ["before_booked 7 of M1 imaging of treatment 1"]),
        (reminder_at_night, ["before_booked 7 of M1 imaging of treatment 1",
                             "sent to P0001a by sms at 2024-01-23T19:30:00Z"]),
        (reminder_by_another_way, ["before_booked 7 of M1 imaging of treatment 1"]),
        (reminder_of_a_visit_that_was_done, ["overdue 1 of W2 visit of treatment 1"]),
        (reminder_that_the_ledger_lacks, ["message to P0001a by sms of 2024-01-23"]),
        (visit_a_day_off, ["closes of W2 visit of treatment 1"]),
        (visit_missing, ["W2 visit of treatment 1"]),
        (visit_too_many, ["W3 visit of treatment 1"]),
        (visit_still_open, ["activities of W2 visit of treatment 1", "status of W2 visit of treatment 1"]),
        (alert_missing, ["counts alert"]),
        (alert_late, ["counts alert L1"]),
        (alert_not_urgent_enough, ["counts alert L1"]),
        (alert_for_nothing, ["cytopenia alert L1"]),
        (alert_told_to_nobody, ["alert L1"]),
        (alert_told_to_another, ["alert L1"]),
        (alert_told_after_it_was_answered, ["alert L1"]),
        (alert_not_back_when_nothing_happened, ["counts alert"]),
        (alert_that_closed_by_itself, ["alert L1"]),
    ],
)  # fmt: skip
def test_a_lie_is_found(lie: Callable[[Scribe], None], what: list[str]) -> None:
    log = honest()
    lie(log)
    assert sorted({found for found, _ in log.findings()}) == what
