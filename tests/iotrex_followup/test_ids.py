"""Identifiers: valid, and in the order in which they were made."""

from uuid import RFC_4122

from iotrex_followup import ids


def test_identifiers_of_one_process_ascend():
    made = [ids.uuid7() for _ in range(5000)]

    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}


def test_those_of_one_millisecond_count_on(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_700_000_000_000_000_000)
    made = [ids.uuid7() for _ in range(100)]

    assert made == sorted(set(made))
    assert {each.int >> 80 for each in made} == {1_700_000_000_000}
