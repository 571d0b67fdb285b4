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
        "trial.toml: author: is not a known key; use slug, version, title, activities, indications, options, "
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
            ["phases.quarters: plans M12 again, as months does; let the phases not overlap"],
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


def test_activities_of_the_file_are_all_used():
    content = tomllib.loads(TEXT)
    used = {key for phase in content["phases"].values() for key in phase["activities"]}
    used |= {key for markers in content["indications"].values() for key in markers}
    assert used == set(content["activities"])
