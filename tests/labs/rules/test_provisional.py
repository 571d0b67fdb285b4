import pytest

from labs.rules.provisional import Followed, planned_counts
from tests.labs.rules.courses import FIRST, RULES, count, course, on, sample

GOOD, LOW, SEVERE = ("2.4", 180), ("1.5", 90), ("0.9", 180)


def planned(*samples, today, recovered=None, stem_cells=None, **given):
    followed = Followed(
        recovered_on=None if recovered is None else on(recovered),
        stem_cells_on=None if stem_cells is None else on(stem_cells),
        **given,
    )
    return planned_counts(RULES.provisional, RULES.monitoring, course(*samples, today=today), FIRST, followed)


def wanted(*samples, **given):
    return [want.finding for want in planned(*samples, **given)]


@pytest.mark.parametrize(
    ("samples", "today", "recovered", "weekly"),
    [
        ([count(50, *LOW)], 55, None, False),
        ([count(50, *LOW)], 56, None, True),
        ([count(50, *LOW)], 84, None, True),
        ([count(50, *LOW)], 85, None, False),
        ([], 56, None, True),
        ([count(45, *GOOD)], 56, 45, True),  # no count after day 45
        ([count(46, *GOOD)], 56, 46, False),
        ([count(45, *GOOD), count(58, *GOOD)], 60, 45, False),
        ([count(84, *GOOD)], 84, 84, False),  # recovered on the last day
        ([count(83, *LOW)], 84, None, True),
    ],
)
def test_weekly_counts_go_on_to_week_12_until_recovery(samples, today, recovered, weekly):
    assert [want.wants for want in wanted(*samples, today=today, recovered=recovered)] == ["weekly_counts"] * weekly


def test_a_want_says_when_and_why():
    (want,) = wanted(count(50, *LOW), today=56)
    assert (want.wanted_from, want.wanted_until) == (on(63), on(84))
    assert want.sentence == (
        "Weekly counts from Wed 3 Apr 2024 to Wed 24 Apr 2024: the counts have not recovered, "
        "the last is of Thu 21 Mar 2024."
    )
    assert (
        wanted(today=56)[0].sentence == "Weekly counts from Wed 3 Apr 2024 to Wed 24 Apr 2024: no count after day 45."
    )


def test_a_severe_count_wants_two_a_week_until_one_is_not():
    (want,) = wanted(count(28, *SEVERE), today=30)
    assert (want.wants, want.wanted_from, want.wanted_until) == ("twice_weekly_counts", on(30), None)
    assert wanted(count(28, *SEVERE), count(31, *LOW), today=31) == []


@pytest.mark.parametrize(
    ("samples", "engrafted"),
    [
        ([count(25, "0.5", 20), count(28, "0.5", 20)], True),
        ([count(25, "0.5", 20), count(27, "0.5", 20)], False),  # 2 days
        ([count(25, "0.5", 20), count(27, "0.4", 20), count(28, "0.5", 20)], False),
        ([count(25, "0.5", 20), count(28, "0.5", 19)], False),
        ([count(25, "0.5", 60), count(28, "0.5", 60, affected=("platelet transfusion",))], False),  # given since
        ([count(25, "0.5", 20), count(28, "0.5", 20, final=False)], False),  # preliminary
        ([count(25, "0.5", 20), count(28, "0.5", 20), sample("anc", 29, "0.4", final=False)], False),
        ([count(25, "0.5", 60, affected=("platelet transfusion",)), sample("anc", 28, "0.5")], False),
        ([count(18, "0.5", 20), count(20, "0.5", 20)], False),
        ([], False),
    ],
)
def test_after_stem_cells_two_a_week_until_engraftment(samples, engrafted):
    wants = [want for want in wanted(*samples, today=30, stem_cells=19) if "stem cells" in want.sentence]
    assert (wants == []) is engrafted


def test_what_engraftment_still_lacks_is_said():
    sentences = [want.sentence for want in wanted(today=25, stem_cells=19)]
    assert sentences == [
        "Counts twice a week after the stem cells of Mon 19 Feb 2024, until ANC 0.5 or more for 3 days "
        "and platelets 20 or more without transfusion for 7 days."
    ]


def test_stem_cells_before_the_infusion_or_to_come_want_nothing():
    assert wanted(today=25, stem_cells=-5) == []
    assert wanted(today=25, stem_cells=26) == []


def test_weekly_counts_go_on_when_counts_fell_again_after_an_early_recovery():
    fallen = {"recovered": 20, "low_again": on(50)}
    (want,) = planned(count(50, *LOW), today=56, **fallen)
    assert (want.key, want.about) == ("weekly_counts", "low again since 2024-03-21")
    assert want.finding.sentence.endswith("low again since Thu 21 Mar 2024, after the recovery of Tue 20 Feb 2024.")
    assert planned(count(55, *GOOD), today=56, recovered=20) == []
    assert planned(count(57, *LOW), today=57, recovered=46, low_again=on(57)) == []  # another rule's


@pytest.mark.parametrize("alone", [sample("anc", 31, "0.4", "<", bound=True), sample("platelets", 31, 49)])
def test_value_that_came_alone_can_be_severe(alone):
    (want,) = planned(count(28, *LOW), alone, today=31)
    assert (want.key, want.about) == ("severe_counts", "severe since 2024-03-02")
    assert planned(count(28, *LOW), alone, count(32, *LOW), today=32) == []


@pytest.mark.parametrize("alone", [sample("anc", 31, "2.0", "<", bound=True), sample("platelets", 31, 60)])
def test_value_that_came_alone_and_may_be_severe_says_nothing(alone):
    assert planned(count(28, *LOW), alone, today=31) == []
    assert [want.key for want in planned(count(28, *SEVERE), alone, today=31)] == ["severe_counts"]


def test_severe_count_that_arrives_late_moves_nothing_that_is_planned():
    known = planned(count(28, *SEVERE), today=28)[0].days
    assert known == (on(31), on(35), on(38), on(42))

    (want,) = planned(count(26, *SEVERE), count(28, *SEVERE), today=31, in_force={"severe_counts": known})

    assert (want.about, want.days) == ("severe since 2024-02-26", (*known, on(45)))


def test_severe_count_that_arrives_late_does_not_ask_again_what_was_declined():
    decided = {"severe since 2024-02-28"}
    (want,) = planned(count(26, *SEVERE), count(28, *SEVERE), today=28, decided=decided)
    assert want.about == "severe since 2024-02-28"


def test_platelets_given_since_the_last_count_are_not_engraftment():
    drawn = [count(35, "1.5", 60), count(38, "1.5", 60)]
    assert planned(*drawn, today=40, stem_cells=19, transfusions=[on(31)]) == []
    (want,) = planned(*drawn, today=40, stem_cells=19, transfusions=[on(39)])
    assert "platelets 20 or more without transfusion for 7 days" in want.finding.sentence


def test_weekly_counts_in_force_go_on_after_week_12_until_recovery():
    in_force = {"weekly_counts": (on(63), on(70), on(77), on(84))}
    assert [want.days for want in planned(count(83, *LOW), today=85, in_force=in_force)] == [in_force["weekly_counts"]]
    assert planned(count(83, *LOW), count(90, *GOOD), today=90, recovered=90, in_force=in_force) == []
