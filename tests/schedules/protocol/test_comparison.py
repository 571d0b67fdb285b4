"""What one version says otherwise than another."""

import pytest

from schedules.protocol import compare, packaged_protocols, read_protocol

TEXT = packaged_protocols()[0].text
NONE = None

CASES = {
    "nothing": ([], []),
    "only the name": ([('version = "1.0"', 'version = "2.0"'), ('slug = "iotrex"', 'slug = "ours"')], []),
    "a window": (
        [("window = { before = 3, after = 3 }", "window = { before = 3, after = 2 }")],
        [("phases.weeks.window.after", "3", "2")],
    ),
    "activities": (
        [('activities = ["cbc"]', 'activities = ["cbc", "chemistry"]')],
        [("phases.weeks.activities", "cbc", "cbc, chemistry")],
    ),
    "an end taken away": ([("last = 60\nevery = 3", "every = 3")], [("phases.quarters.last", "60", NONE)]),
    "markers taken from an indication": (
        [('neuroblastoma = ["hva_vma"]', "neuroblastoma = []")],
        [("indications.neuroblastoma", "hva_vma", "none")],
    ),
    "a choice": (
        [("choices = [6, 7, 8, 9, 10, 11, 12]", "choices = [6, 12]")],
        [("options.imaging_interval.choices", "6, 7, 8, 9, 10, 11, 12", "6, 12")],
    ),
    "an option for a number": (
        [('every = "late_imaging_interval"', "every = 12")],
        [("phases.late_imaging.every", "late_imaging_interval", "12")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_entry_that_differs_is_told_by_its_key(case):
    replacements, differences = CASES[case]
    text = TEXT
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    one, other = (read_protocol(each, source="trial") for each in (TEXT, text))
    assert [tuple(each) for each in compare(one, other)] == differences
    assert [(where, after, before) for where, before, after in differences] == [
        tuple(each) for each in compare(other, one)
    ]


def test_a_phase_more_is_told_with_all_it_says_and_another_order_too():
    phase = TEXT[TEXT.index("[phases.weeks]") : TEXT.index("[phases.months]")]
    one, more = (
        read_protocol(TEXT, source=""),
        read_protocol(
            TEXT
            + "\n"
            + phase.replace("phases.weeks", "phases.later").replace("first = 1\nlast = 8", "first = 9\nlast = 12"),
            source="",
        ),
    )
    told = {each.where: each.after for each in compare(one, more)}
    assert (told["phases.later.first"], told["phases.later.activities"]) == ("9", "cbc")
    moved = read_protocol(TEXT.replace(phase, "") + "\n" + phase, source="")
    (difference,) = compare(one, moved)
    assert difference.where == "phases"
    assert (difference.before or "").startswith("weeks, months")
    assert (difference.after or "").endswith("late_imaging, weeks")
