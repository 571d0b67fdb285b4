"""What the checks say of one message, where a round seldom brings it about."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.faults.checks import Harm, Row, violations
from tests.faults.ledger import Ledger, Written


@pytest.mark.parametrize(
    ("tries", "interruptions", "said"),
    [
        (4, 0, []),  # three that killed, and the claim that found them used up
        (5, 0, ["poison (fault.poison): tried 5 times and offered 0 times, of 3"]),
        (5, 1, []),  # who found them used up was stopped before saying so
        (6, 1, ["poison (fault.poison): tried 6 times and offered 0 times, of 3"]),
    ],
)
def test_claim_in_which_somebody_was_stopped_is_one_try_more(tries, interruptions, said):
    ledger = Ledger()
    ledger.asks(Written("poison", "fault.poison", datetime(2024, 3, 6, tzinfo=UTC), poison=True))
    row = Row(UUID(int=1), "poison", "dead", tries, (*("due", "claimed") * tries, "dead"))
    assert violations(ledger, [row], Harm(interruptions, poison_tries=3)) == said
