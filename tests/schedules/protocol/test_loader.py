import hashlib
import tomllib

import pytest

from schedules.protocol import ProtocolError, load_protocol, packaged_protocol

TEXT = packaged_protocol().text


def mistakes_of(text):
    with pytest.raises(ProtocolError) as refused:
        load_protocol(text, source="trial.toml")
    return [str(mistake) for mistake in refused.value.mistakes]


def changed(*replacements):
    text = TEXT
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_packaged_protocol_loads_with_its_fingerprint():
    packaged = packaged_protocol()
    assert (packaged.protocol.slug, packaged.protocol.version) == ("iotrex", "1.0")
    assert packaged.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert load_protocol(TEXT, source="again.toml") == packaged.protocol


def test_what_is_not_toml_is_one_mistake():
    assert mistakes_of("slug = ") == ["trial.toml: is not TOML: Invalid value (at end of document); correct the syntax"]


def test_an_empty_file_lists_everything_that_is_missing():
    assert mistakes_of("") == [
        "trial.toml: activities: is missing; add a table",
        "trial.toml: indications: is missing; add a table",
        "trial.toml: phases: is missing; add a table",
        "trial.toml: slug: is missing; add a text",
        "trial.toml: version: is missing; add a text",
        "trial.toml: title: is missing; add a text",
        "trial.toml: options: is missing; add a table",
        "trial.toml: nadir: is missing; add a table",
    ]


def test_every_mistake_is_listed_at_once():
    text = changed(
        ('version = "1.0"', "version = 1.0"),
        ('slug = "iotrex"', 'slug = "  "\nauthor = "me"'),
        ('neuroblastoma = ["hva_vma"]', 'neuroblastoma = ["hva", "cbc"]'),
        ("choices = [6, 7, 8, 9, 10, 11, 12]", "choices = [3, 6]"),
        ("last_week = 6", "last_week = 2"),
        ("cost = 900", "cost = 1000"),
        ("window = { before = 3, after = 3 }", "window = { before = -3, after = true }"),
        ('every = "late_imaging_interval"', 'every = "sometimes"'),
        ('visits_every = "annual_interval"\nactivities = ["cbc", "thyroid"]', "activities = []"),
        ("first = 15", "first = 75"),
        ("replace_under = 6", 'replace_under = "six"'),
    )
    intervals = "imaging_interval, annual_interval, late_imaging_interval"
    assert mistakes_of(text) == [
        "trial.toml: author: is not a known key; use slug, version, title, example, activities, indications, options, "
        "nadir, phases",
        "trial.toml: slug: is empty; write a text",
        "trial.toml: version: 1.0 is not a text; write a text",
        "trial.toml: indications.neuroblastoma: 'hva' is not a known marker; use 5_hiaa, calcitonin_cea, "
        "chromogranin_a, hva_vma, metanephrines",
        "trial.toml: indications.neuroblastoma: 'cbc' is not a known marker; use 5_hiaa, calcitonin_cea, "
        "chromogranin_a, hva_vma, metanephrines",
        "trial.toml: options.imaging_interval.choices: 3 is not possible; use 6, 7, 8, 9, 10, 11, 12",
        "trial.toml: nadir.last_week: 2 is before first_week 4; give a later week",
        "trial.toml: nadir.cost: 1000 is too high; give 999 or less",
        "trial.toml: phases.weeks.window.before: -3 is too small; give 0 or more",
        "trial.toml: phases.weeks.window.after: True is not a whole number; write a whole number",
        "trial.toml: phases.quarters.last: 60 is before first 75; give a later one",
        "trial.toml: phases.years.between.visits_every: is missing; add a text",
        "trial.toml: phases.years.between.activities: is empty; name at least one activity",
        "trial.toml: phases.imaging.closing.replace_under: 'six' is not a whole number; write a whole number",
        f"trial.toml: phases.late_imaging.every: 'sometimes' is unknown; use {intervals}",
    ]


@pytest.mark.parametrize(
    ("old", "new", "mistakes"),
    [
        (
            "first = 15",
            "first = 12",
            ["phases.quarters: plans month 12 again, as months does; let the phases not overlap"],
        ),
        (
            "first = 15",
            "",
            ["phases.quarters.first: and after: exactly one says where the phase begins; keep one of the two"],
        ),
        ("last = 8", "", ["phases.weeks.last: is missing; say with which week the phase ends"]),
        (
            "default = 6",
            "default = 5",
            ["options.imaging_interval.default: 5 is not offered; use 6, 7, 8, 9, 10, 11, 12"],
        ),
        (
            'activities = ["cbc"]',
            'activities = ["cbc", "cbc", "ecg"]',
            [
                "phases.weeks.activities: 'ecg' is not a known activity; use 5_hiaa, anatomical_imaging, "
                "calcitonin_cea, cbc, chemistry, chromogranin_a, hva_vma, metanephrines, mibg_scan, "
                "physician_visit, thyroid",
                "phases.weeks.activities: names one activity twice; name each once",
            ],
        ),
        ("last = 8", "last = 8\nformula = '7 * n'", None),
    ],
)
def test_one_mistake_is_named_by_its_key(old, new, mistakes):
    found = mistakes_of(changed((old, new)))
    if mistakes is None:
        assert [mistake.split(";")[0] for mistake in found] == ["trial.toml: phases.weeks.formula: is not a known key"]
    else:
        assert found == [f"trial.toml: {mistake}" for mistake in mistakes]


HOSTILE = {
    "a huge file": ("x" * 200_001, "has more than 200000 characters"),
    "a deep file": ("a = " + "[" * 20_000, "is nested too deeply"),
    "a number of thousands of digits": ("a = " + "9" * 5000, "is not TOML: Exceeds the limit"),
    "markup": ("<protocol slug='iotrex'/>", "is not TOML: Invalid statement"),
    "a duplicated key": ('slug = "a"\nslug = "b"', "is not TOML: Cannot overwrite a value"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_protocol_file_at_all_is_one_mistake(case):
    text, expected = HOSTILE[case]
    with pytest.raises(ProtocolError) as refused:
        load_protocol(text, source="")
    (mistake,) = refused.value.mistakes
    assert mistake.what.startswith(expected)
    assert (mistake.source, mistake.path) == ("", "")


def test_thousands_of_mistakes_are_not_all_told():
    mistakes = mistakes_of("\n".join(f"key_{number} = 1" for number in range(5000)))
    assert (len(mistakes), mistakes[-1]) == (101, "trial.toml: has 4908 mistakes more; correct these first")


WRONG = {
    "a grid without end": ("last = 8\n", "last = 1000000000000\n", "phases.weeks.last: 1000000000000 is too high"),
    "a number too large to say": (
        "last = 8\n",
        f"last = {'9' * 4000}\n",
        f"phases.weeks.last: {'9' * 18}...{'9' * 19} is too high",
    ),
    "a window of centuries": ("before = 3,", "before = 99999999,", "phases.weeks.window.before: 99999999 is too high"),
    "a nadir without end": ("last_week = 6", "last_week = 99999999", "nadir.last_week: 99999999 is too high"),
    "a list in a list": ('activities = ["cbc"]', "activities = [[1]]", "phases.weeks.activities: [1] is not a known"),
    "a table for a key": ('"hva_vma"]\n', "{ a = 1 }]\n", "indications.neuroblastoma: {'a': 1} is not a known marker"),
    "no choice at all": (
        "choices = [6, 7, 8, 9, 10, 11, 12]\ndefault = 6",
        "choices = []\ndefault = 99",
        "options.imaging_interval.choices: is empty",
    ),
    "a choice twice": (
        "choices = [6, 7, 8, 9, 10, 11, 12]",
        "choices = [6, 6, 7]",
        "options.imaging_interval.choices: names one number twice",
    ),
    "a name of several lines": (
        '"weekly blood counts"',
        '"weekly\\nblood counts"',
        "phases.weeks.name: 'weekly\\nblood counts'",
    ),
    "a NUL": ('"weekly blood counts"', '"weekly\\u0000"', "phases.weeks.name: 'weekly\\x00' is not one line"),
    "a key with a tab": ("[phases.weeks]", '[phases."we\\teks"]', "phases: 'we\\teks' cannot be a key"),
    "a key longer than its column": (
        "[phases.weeks]",
        "[phases.weekly_blood_counts_x]",
        "phases: 'weekly_blood_counts_x' cannot be a key",
    ),
    "weeks as chosen in months": (
        "every = 1\nwindow = { before = 3",
        'every = "annual_interval"\nwindow = { before = 3',
        "phases.weeks.every: is chosen in months",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_hostile_entry_is_named_by_its_key(case):
    old, new, mistake = WRONG[case]
    found = mistakes_of(changed((old, new)))
    assert [each for each in found if each.startswith(f"trial.toml: {mistake}")], found


def test_more_phases_than_any_protocol_has_are_refused():
    phase = TEXT[TEXT.index("[phases.weeks]") : TEXT.index("[phases.months]")]
    many = "\n".join(phase.replace("phases.weeks", f"phases.w{number}") for number in range(40))
    assert "trial.toml: phases: has 46 entries; give 40 or fewer" in mistakes_of(f"{TEXT}\n{many}")


def test_activities_of_the_file_are_all_used():
    content = tomllib.loads(TEXT)
    used = {key for phase in content["phases"].values() for key in phase["activities"]}
    used |= {key for markers in content["indications"].values() for key in markers}
    assert used == set(content["activities"])
