import pytest

from labs.rules.eligibility import eligibility
from tests.labs.rules.courses import RULES, count, course, on, sample


def sentences(*samples):
    return [each.sentence for each in eligibility(RULES.eligibility, course(*samples), on(120))]


@pytest.mark.parametrize(
    ("anc", "platelets", "against"),
    [
        ("1.2", 80, []),
        ("1.19", 80, ["ANC 1.19 x10^9/L on Tue 30 Apr 2024 is below 1.2; treatment planned for Thu 30 May 2024."]),
        ("1.2", 79, ["Platelets 79 x10^9/L on Tue 30 Apr 2024 is below 80; treatment planned for Thu 30 May 2024."]),
    ],
)
def test_counts_below_the_label_stand_against_a_further_treatment(anc, platelets, against):
    assert sentences(count(90, anc, platelets)) == against


def test_the_last_unaffected_final_count_decides():
    samples = [count(80, "2.0", 60), count(90, "2.0", 200, affected=("platelet transfusion",))]
    assert sentences(*samples) == [
        "Platelets 60 x10^9/L on Sat 20 Apr 2024 is below 80; treatment planned for Thu 30 May 2024."
    ]
    assert sentences(count(80, "2.0", 160), count(90, "1.0", 60, final=False)) == []


def test_no_count_since_the_last_infusion_is_a_finding():
    assert sentences(count(-3, "2.0", 160), sample("anc", 90, "2.0")) == [
        "No unaffected Platelets since the last infusion; treatment planned for Thu 30 May 2024."
    ]
