from dataclasses import fields

import pytest

from labs.grading.analytes import Analyte, CatalogueUnsound, catalogue, load

ANALYTES = catalogue()
SOUND = """
[sources]
book = { text = "A book", verified = true }
[protocol.potassium]
name = "Potassium"
short = "K"
panel = "chemistry"
order = 1
loinc = { "substance concentration" = ["2823-3"] }
si = "mmol/L"
conventional = "mmol/L"
hard = { min = 0.8, max = 15 }
ranges = [{ from = "18 y", low = 3.5, high = 5.0, source = "book" }]
"""


def mistakes_of(text):
    with pytest.raises(CatalogueUnsound) as refused:
        load(text)
    return list(refused.value.mistakes)


def changed(*replacements):
    text = SOUND
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def as_written(analyte):
    return [getattr(analyte, field.name) for field in fields(Analyte)]


def test_an_analyte_is_found_by_key_and_by_loinc_code_but_not_by_name():
    platelets = ANALYTES["platelets"]
    assert [ANALYTES.find(text) for text in ("platelets", " 777-3 ", "26515-7")] == [platelets] * 3
    assert [ANALYTES.find(text) for text in ("", "PLT", "Platelets", "777-4")] == [None] * 4
    assert (ANALYTES.by_loinc("777-3"), ANALYTES.by_loinc("platelets")) == (platelets, None)


def test_the_shared_code_of_urea_and_urea_nitrogen_is_urea():
    codes = ("22664-7", "3091-6", "3094-0", "6299-2", "14937-7")
    assert [ANALYTES.by_loinc(code).key for code in codes] == ["urea", "urea", "bun", "bun", "bun"]


def test_a_panel_lists_its_analytes_in_the_order_of_the_page():
    assert [analyte.short for analyte in ANALYTES.panel("cbc")[:8]] == [
        "Hgb", "WBC", "ANC", "ALC", "Mono", "Eos", "Baso", "PLT",
    ]  # fmt: skip
    assert [analyte.key for analyte in ANALYTES.panel("thyroid")] == ["tsh", "ft4", "ft3"]
    assert ANALYTES.panel("imaging") == ()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("PLT", ["platelets"]),
        ("platelet  count", ["platelets"]),
        ("Blood Urea Nitrogen", ["bun"]),
        ("lymle", ["lymphocytes_percent"]),
        ("Metanephrine free", ["mn_free_plasma"]),
        ("unheard of", []),
        ("", []),
    ],
)
def test_a_senders_name_only_suggests(text, keys):
    assert [analyte.key for analyte in ANALYTES.suggestions(text)] == keys


def test_the_catalogue_is_read_once():
    assert catalogue() is ANALYTES


def test_a_sound_file_loads_as_it_is_written():
    (analyte,) = load(SOUND).values()
    assert as_written(analyte) == as_written(load(SOUND)["potassium"])
    assert (analyte.key, analyte.loinc, analyte.in_protocol, analyte.convertible) == (
        "potassium",
        ("2823-3",),
        True,
        True,
    )


def test_what_is_not_toml_is_one_mistake():
    assert mistakes_of("x = ") == ["analytes.toml: is not TOML: Invalid value (at end of document)"]


def test_an_empty_entry_lists_all_that_is_missing():
    assert mistakes_of("[beyond.x]") == [
        "analytes.toml: beyond.x: name is missing",
        "analytes.toml: beyond.x: short is missing",
        "analytes.toml: beyond.x: panel is missing",
        "analytes.toml: beyond.x: order is missing",
        "analytes.toml: beyond.x: si is missing",
        "analytes.toml: beyond.x: conventional is missing",
        "analytes.toml: beyond.x.hard: min is missing",
        "analytes.toml: beyond.x.hard: max is missing",
        "analytes.toml: beyond.x: hard: min 0 is not below max 0",
    ]


def test_every_mistake_is_listed_at_once():
    text = changed(
        ("[sources]", 'version = "1"\n[sources]'),
        ("verified = true", 'verified = "yes"'),
        ('"Potassium"', "7"),
        ('"chemistry"', '"blood"'),
        ("order = 1", "order = true"),
        ('"substance concentration" = ["2823-3"]', '"substance concentration" = ["2823-4", 7], colour = []'),
        ('si = "mmol/L"', 'si = "mmol/l"'),
        ('conventional = "mmol/L"', 'conventional = "mEq"\nfactor = nan\nvalence = 1.5'),
        ("max = 15", "max = 0.5, most = 1"),
        ('from = "18 y", low = 3.5, high = 5.0', 'from = "18", low = 5, high = 3, sex = "f"'),
    )
    assert mistakes_of(text) == [
        "analytes.toml: version is not a known key; use sources, protocol, beyond",
        "analytes.toml: sources.book: verified: 'yes' is not true or false",
        "analytes.toml: protocol.potassium.hard: most is not a known key; use min, max",
        "analytes.toml: protocol.potassium: name: 7 is not a text",
        "analytes.toml: protocol.potassium: panel: 'blood' is unknown; use cbc, chemistry, thyroid, markers",
        "analytes.toml: protocol.potassium: order: True is not a whole number",
        "analytes.toml: protocol.potassium.loinc: '2823-4' is not a LOINC code",
        "analytes.toml: protocol.potassium.loinc: 7 is not a LOINC code",
        "analytes.toml: protocol.potassium.loinc: 'colour' is not a dimension of units, nor any",
        "analytes.toml: protocol.potassium: si: 'mmol/l' is not read as UCUM; write 'mmol/L'",
        "analytes.toml: protocol.potassium: conventional: 'mEq' is not read as UCUM",
        "analytes.toml: protocol.potassium: factor: 'NaN' is not a number",
        "analytes.toml: protocol.potassium: valence: Decimal('1.5') is not a whole number",
        "analytes.toml: protocol.potassium: range 1: sex: 'f' is unknown; use female, male",
        "analytes.toml: protocol.potassium: range 1: from: '18' is not an age such as 15 d, 3 mo or 5 y",
        "analytes.toml: protocol.potassium: hard: min 0.8 is not below max 0.5",
        "analytes.toml: protocol.potassium: factor: 0 is not above 0",
        "analytes.toml: protocol.potassium: range 1: is for children and adults; end it at 18 y",
        "analytes.toml: protocol.potassium: range 1: low 5 is not below high 3",
        "analytes.toml: protocol.potassium: range 1: 5 is outside the hard limits",
        "analytes.toml: protocol.potassium: range 1: 3 is outside the hard limits",
    ]


def test_two_analytes_never_share_a_key_a_place_or_a_code():
    text = SOUND + SOUND.partition("\n[protocol")[2].replace(".potassium]", "[beyond.potassium]")
    assert mistakes_of(text) == [
        "analytes.toml: key potassium stands at 2 analytes",
        "analytes.toml: order 1 stands at 2 analytes",
        "analytes.toml: LOINC code 2823-3 stands at 2 analytes",
    ]


def test_a_mistake_in_a_range_names_the_range():
    ranges = """[
  { from = "18 y", source = "book" },
  { low = 3.5, source = "book" },
  { from = "5 y", to = "5 y", low = 3.5, source = "book" },
  { from = "1 y", to = "3 y", low = 35, source = "book" },
  { from = "20 y", to = "40 y", sex = "male", low = 3.5, source = "leaflet" },
  "18 y",
]"""
    text = changed(('[{ from = "18 y", low = 3.5, high = 5.0, source = "book" }]', ranges))
    assert mistakes_of(text) == [
        f"analytes.toml: protocol.potassium: {mistake}"
        for mistake in (
            "range 5: source: 'leaflet' is unknown; use book",
            "range 6: source is missing",
            "range 1: has neither low nor high",
            "range 2: is for children and adults; end it at 18 y",
            "range 3: ends before it begins",
            "range 4: 35 is outside the hard limits",
            "range 6: is for children and adults; end it at 18 y",
            "range 6: has neither low nor high",
        )
    ]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ('from = "18 y"', 'from = "30 y", sex = "male"', True),
        ('from = "18 y", sex = "female"', 'from = "30 y", sex = "male"', False),
        ('from = "18 y", to = "30 y"', 'from = "30 y"', False),
        ('from = "18 y", to = "30 y"', 'from = "29 y"', True),
        ('from = "1 y", to = "2 y"', 'from = "23 mo", to = "3 y"', True),
    ],
)
def test_two_ranges_are_never_for_the_same_people(first, second, overlap):
    rest = 'low = 3.5, source = "book" }'
    ranges = f"[{{ {first}, {rest}, {{ {second}, {rest}]"
    text = changed(('[{ from = "18 y", low = 3.5, high = 5.0, source = "book" }]', ranges))
    if overlap:
        assert mistakes_of(text) == ["analytes.toml: protocol.potassium: ranges 1 and 2 are for the same people"]
    else:
        assert len(load(text)["potassium"].ranges) == 2


@pytest.mark.parametrize(
    ("conventional", "factor", "mistakes"),
    [
        ("mEq/L", "1", ["conventional: 'mEq/L' is not read as UCUM; write 'meq/L'"]),
        ("mol/L", "1000", []),
        ("mol/L", "100", ["factor: mol/L is 1000 mmol/L, not 100"]),
        ("mg/dL", "0.2558", []),
        ("mg/dL", "0", ["factor: 0 is not above 0"]),
    ],
)
def test_a_factor_that_the_units_contradict_is_a_mistake(conventional, factor, mistakes):
    text = changed(('conventional = "mmol/L"', f'conventional = "{conventional}"\nfactor = {factor}'))
    if mistakes:
        assert mistakes_of(text) == [f"analytes.toml: protocol.potassium: {mistake}" for mistake in mistakes]
    else:
        assert load(text)["potassium"].conventional.code == conventional
