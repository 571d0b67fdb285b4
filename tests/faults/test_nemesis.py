"""What is done in a round, and in an hour of rounds."""

from random import Random

from tests.faults.__main__ import MESSAGES_A_ROUND, SECONDS_OF_A_ROUND
from tests.faults.nemesis import TIMES, Fault, steps
from tests.faults.points import POINTS

ROUNDS_OF_AN_HOUR = 60 * 60 // SECONDS_OF_A_ROUND


def in_an_hour(*faults: Fault) -> int:
    return sum(TIMES[fault] for fault in faults) * ROUNDS_OF_AN_HOUR


def test_an_hour_does_enough():
    workers = in_an_hour(Fault.KILL_WORKER, Fault.KILL_PARENT)
    # Not each order for a point is obeyed: half of them would do.
    kills = workers + in_an_hour(Fault.KILL_CHILD) + in_an_hour(Fault.KILL_AT) // 2
    valkey = in_an_hour(Fault.FLUSH, Fault.VALKEY_AWAY)

    assert (kills >= 300, workers >= 20) == (True, True)
    assert (valkey >= 30, in_an_hour(Fault.POSTGRES) >= 10) == (True, True)
    assert ROUNDS_OF_AN_HOUR * MESSAGES_A_ROUND >= 10_000


def test_round_has_every_fault_and_kills_at_every_point():
    round_ = steps(Random(1))

    assert {step.fault for step in round_} == {*Fault}
    assert {step.point for step in round_ if step.fault == Fault.KILL_AT} == {*POINTS}


def test_same_seed_does_the_same():
    assert steps(Random(7)) == steps(Random(7)) != steps(Random(8))
