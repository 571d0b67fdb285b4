from decimal import Decimal

import pytest

from labs.rules.loader import KINDS, PACKAGED, RulesUnsound, adapted_rules, load_rules, packaged_rules
from labs.rules.urgency import urgency

TEXT = PACKAGED.read_text(encoding="utf-8")


def mistakes_of(read, *given, **named):
    with pytest.raises(RulesUnsound) as refused:
        read(*given, **named)
    return [f"{mistake.path}: {mistake.what}" for mistake in refused.value.mistakes]


def changed(*replacements):
    text = TEXT
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return mistakes_of(load_rules, text, source="trial.toml")


def test_every_packaged_rule_says_where_it_comes_from_and_is_unsigned():
    rules = list(packaged_rules())
    assert [rule.key for rule in rules] == list(KINDS)
    assert [rule.key for rule in rules if not rule.source or not rule.title or rule.signed or not rule.on] == []


def test_what_is_not_toml_is_one_mistake():
    assert mistakes_of(load_rules, "version = ", source="x") == [
        "the file: is not TOML: Invalid value (at end of document)"
    ]


def test_an_empty_file_lists_every_rule_that_is_missing():
    expected = sorted([*(f"{key}: is missing" for key in KINDS), "version: is empty"])
    assert mistakes_of(load_rules, "", source="x") == expected


def test_every_mistake_is_listed_at_once():
    assert changed(
        ("max_age_days = 28", 'max_age_days = "28"'),
        ("days_apart = 3\n", "days_apart = -3\n"),
        ("schwartz_from_years = 1\n", "schwartz_from_years = true\n"),
        ("early_days = 14 # before the window opens\n", "later_days = 14\n"),
        ('{ tier = "same_day", below = 50 }', '{ tier = "soon", below = 50 }'),
        ('title = "Nadir so far"', 'title = " "'),
        ('analytes = ["platelets"], days = 7', 'analytes = "platelets", days = 7'),
        ("grade_one = { anc = 1.5, platelets = 75 }", "grade_one = 1"),
    ) == [
        "baseline.max_age_days: '28' is not a whole number",
        "derive.schwartz_from_years: True is not a whole number",
        "effects.effects.platelets.analytes: is not a list",
        "matching.early_days: is missing",
        "matching.later_days: is not a known key",
        "nadir.title: is empty",
        "recovery.days_apart: -3 is not zero or more",
        "recovery.grade_one: is not a table",
        "urgency.steps.platelets[1].tier: 'soon' is unknown, use immediate, same_day, next_working_day",
    ]


@pytest.mark.parametrize(
    ("replacement", "mistake"),
    [
        (
            ('{ tier = "same_day", below = 50 }', '{ tier = "same_day", below = 20 }'),
            "urgency.steps.platelets: has limits below that are not ordered, the worst first",
        ),
        (
            ('{ tier = "same_day", below = 80 }', '{ tier = "immediate", below = 80, above = 200 }'),
            "urgency.steps.hgb[1]: needs exactly one of below, above, times_baseline",
        ),
        (
            ('{ tier = "immediate", below = 20 }', '{ tier = "next_working_day", below = 20 }'),
            "urgency.steps.platelets: is not ordered by urgency, the most urgent first",
        ),
        (
            ('thyroid = [["tsh", "ft4"]]', "thyroid = [[]]"),
            "matching.panels.thyroid: has an empty set, which any result would complete",
        ),
        (
            ("severe = { anc = 1.0, platelets = 50 }", "severe = { anc = 1.0 }"),
            "monitoring.severe.platelets: is missing",
        ),
        (("amber_days = 10", "amber_days = 8"), "monitoring.amber_days: is not more than monitoring.green_days"),
        (
            ("workup_months = 6", "workup_months = 4"),
            "cytopenia.workup_months: is not more than cytopenia.alert_months",
        ),
    ],
)
def test_values_that_do_not_fit_together_are_a_mistake(replacement, mistake):
    assert changed(replacement) == [mistake]


def test_a_clinics_numbers_change_the_rule_and_its_version():
    rules = adapted_rules({"recovery": {"days_apart": 4, "grade_one": {"anc": "1.0"}}})
    assert (rules.recovery.days_apart, rules.recovery.grade_one) == (4, {"anc": Decimal("1.0"), "platelets": 75})
    assert rules.recovery.version.startswith("1.0+")
    assert (
        rules.recovery.version
        == adapted_rules({"recovery": {"grade_one": {"anc": "1.0"}, "days_apart": 4}}).recovery.version
    )
    assert rules.recovery.version != adapted_rules({"recovery": {"days_apart": 5}}).recovery.version
    assert rules.baseline == packaged_rules().baseline


def test_signing_or_switching_off_is_not_another_version():
    rules = adapted_rules({"fever": {"signed": True}}, off=["kidney"])
    assert (rules.fever.signed, rules.fever.version) == (True, "1.1")
    assert (rules.kidney.on, rules.kidney.version) == (False, "1.0")


def test_a_clinics_table_of_urgency_decides():
    steps = [{"tier": "immediate", "below": "30"}, {"tier": "same_day", "below": "60"}]
    rules = adapted_rules({"urgency": {"steps": {"platelets": steps}}})
    assert urgency(rules.urgency, "platelets", Decimal(25)).tier == "immediate"
    assert rules.urgency.steps["anc"] == packaged_rules().urgency.steps["anc"]


def test_a_clinics_mistakes_are_listed_at_once():
    assert mistakes_of(
        adapted_rules, {"recovery": {"days_apart": 1.5, "version": "9", "speed": 1}, "luck": {}}, off=["fate"]
    ) == [
        "fate: is not a known rule",
        "luck: is not a known rule",
        "recovery.days_apart: 1.5 is not a whole number",
        "recovery.speed: is not a known key",
        "recovery.version: cannot be changed",
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", 0.4, True, "much"])
def test_only_a_finite_decimal_is_a_number(number):
    (mistake,) = mistakes_of(adapted_rules, {"derive": {"schwartz_factor": number}})
    assert mistake.startswith(f"derive.schwartz_factor: {number!r} is not ")
