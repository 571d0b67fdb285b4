"""How long a message waits before its next try."""

from datetime import timedelta

import pytest

from events.delivery.backoff import wait_before_next


@pytest.mark.parametrize(
    ("tries", "longest"),
    [
        (1, timedelta(seconds=45)),
        (2, timedelta(seconds=135)),  # 15 x 3 x 3
        (3, timedelta(seconds=405)),
        (4, timedelta(seconds=1215)),
        (5, timedelta(minutes=30)),  # the bound; 3645 s without it
        (40, timedelta(minutes=30)),
    ],
)
def test_wait_grows_threefold_up_to_half_an_hour(tries, longest):
    assert wait_before_next(tries, lambda low, high: high) == longest


def test_wait_is_never_shorter_than_the_first():
    assert wait_before_next(7, lambda low, high: low) == timedelta(seconds=15)
