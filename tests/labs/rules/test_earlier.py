import pytest

from labs.rules.earlier import crossing
from tests.labs.rules.courses import FIRST, RULES, course, on, sample


def crosses(*samples, today=25, next_draw=40):
    found = crossing(
        RULES.earlier, course(*samples, today=today), FIRST, next_draw_on=None if next_draw is None else on(next_draw)
    )
    return found and (found.on - FIRST.day).days


FALLING = [sample("anc", 20, "4.0"), sample("anc", 23, "2.0")]  # halves every 3 days: 1.0 on day 26, below on day 27


@pytest.mark.parametrize(
    ("samples", "asked", "day"),
    [
        (FALLING, {}, 27),
        (FALLING, {"next_draw": 28}, 27),
        (FALLING, {"next_draw": 27}, None),  # drawn that day anyway
        (FALLING, {"next_draw": None}, 27),
        (FALLING, {"today": 37}, 27),
        (FALLING, {"today": 38}, None),  # too old
        ([sample("platelets", 20, 200), sample("platelets", 24, 100)], {}, 29),  # 50 on day 28
        ([sample("platelets", 10, 200), sample("platelets", 24, 100)], {"today": 26}, 39),  # 14 days after the last
        ([sample("platelets", 9, 200), sample("platelets", 24, 100)], {"today": 26}, None),  # 15: too far ahead
        ([*FALLING, sample("platelets", 20, 200), sample("platelets", 23, 60)], {}, 24),  # the earlier of the two
        ([sample("anc", 20, "4.0"), sample("anc", 22, "2.0")], {}, None),  # 2 days apart
        ([sample("anc", 19, "4.0"), sample("anc", 22, "4.0"), sample("anc", 23, "2.0")], {}, 28),  # from day 19
        ([sample("anc", 20, "2.0"), sample("anc", 23, "2.0")], {}, None),
        ([sample("anc", 20, "2.0"), sample("anc", 23, "0.9")], {}, None),  # below already
        ([sample("anc", 20, "2.0"), sample("anc", 23, "1.0")], {}, 24),
        ([*FALLING[:1], sample("anc", 23, "2.0", affected=("filgrastim",))], {}, None),
        ([*FALLING[:1], sample("anc", 23, "2.0", "<")], {}, None),
        ([*FALLING[:1], sample("anc", 23, "2.0", bound=True)], {}, None),
        ([*FALLING[:1], sample("anc", 23, "2.0", final=False)], {}, None),
        ([*FALLING[:1], sample("anc", 23, "0")], {}, None),
        ([], {}, None),
    ],
)
def test_the_first_day_below_the_limit_is_told_when_it_comes_before_the_next_draw(samples, asked, day):
    assert crosses(*samples, **asked) == day


def test_it_says_from_which_counts_and_until_when():
    found = crossing(RULES.earlier, course(*FALLING, today=24), FIRST, next_draw_on=on(28))
    assert found.about == f"anc of {on(23)}"
    assert found.finding.sentence == (
        "ANC 4.0 on Tue 20 Feb 2024 and 2.0 on Fri 23 Feb 2024: falling on like this, it is below 1.0 on "
        "Tue 27 Feb 2024, before the next draw of Wed 28 Feb 2024."
    )
    assert (found.finding.samples, found.finding.direction) == (("anc 20", "anc 23"), "low")
