"""Identifiers: valid, in the order in which they were made, on any clock."""

from uuid import RFC_4122

from iotrex_followup import ids


def test_identifiers_of_one_process_ascend():
    made = [ids.uuid7() for _ in range(5000)]

    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}


def test_clock_that_goes_back_changes_no_order(monkeypatch):
    first = ids.uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)

    assert ids.uuid7() > first
