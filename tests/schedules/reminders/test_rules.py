"""Rules of reminders: what is shipped, and what is refused with its row."""

import pytest

from schedules.reminders.rules import MOST_RULES, Moment, RulesUnsound, read_rules, shipped_rules

RULE = {"activity": "", "moment": "overdue", "days": 1, "weekly": True, "active": True}


def test_shipped_rules_are_those_of_the_documentation():
    assert [(rule.moment, rule.days, rule.weekly) for rule in shipped_rules()] == [
        (Moment.BEFORE_BOOKED, 7, False),
        (Moment.BEFORE_BOOKED, 1, True),
        (Moment.BEFORE_WINDOW, 7, False),
        (Moment.BEFORE_WINDOW, 1, True),
        (Moment.OVERDUE, 1, True),
    ]


def test_rules_are_stored_as_they_were_read():
    assert read_rules([rule.content for rule in shipped_rules()]) == shipped_rules()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"activity": "blood"}, "Rule 2, activity: there is no activity “blood”. Leave it empty for any."),
        ({"moment": "after"}, "Rule 2, moment: choose one of before_booked, before_window, overdue."),
        ({"days": "1"}, "Rule 2, days: write a whole number from 0 to 60."),
        ({"days": True}, "Rule 2, days: write a whole number from 0 to 60."),
        ({"days": 61}, "Rule 2, days: write a whole number from 0 to 60."),
        ({"moment": "before_booked", "days": 0}, "Rule 2, days: write a whole number from 1 to 60."),
        ({"weekly": "yes"}, "Rule 2, weekly: write true or false."),
        ({"hour": 3}, "Rule 2, hour: is not known. Known are activity, moment, days, weekly and active."),
        ({"days": 1}, "Rule 2, days: rule 1 says this already. Take one of the two away."),
    ],
)
def test_mistake_names_its_row(change, says):
    with pytest.raises(RulesUnsound) as refused:
        read_rules([RULE, RULE | {"days": 2} | change], {"cbc"})

    assert [str(mistake) for mistake in refused.value.mistakes] == [says]


def test_rule_that_is_no_table_is_named():
    with pytest.raises(RulesUnsound, match="Rule 1, rule: is no table"):
        read_rules(["tomorrow"])


def test_too_many_rules_are_refused():
    with pytest.raises(RulesUnsound, match=f"at most {MOST_RULES} rules"):
        read_rules([RULE | {"days": 3}] * (MOST_RULES + 1))
