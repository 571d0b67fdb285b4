from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.criteria import VERSIONS, CriteriaUnsound, dump, load, packaged
from labs.grading.terms import ClinicalTerm

SOUND = """
version = "1.0"
edition = "1.0"
source = "made up"
clinical_terms = [{ name = "Dry mouth", soc = "Gastrointestinal disorders", grades = [1, 2, 3] }]

[[terms]]
name = "Anemia"
soc = "Blood"
analytes = ["hgb"]
direction = "low"
units = { si = "g/L", us = "g/dL" }
needs = ["low"]
steps = [
    { grade = 3, below = { si = 80, us = 8.0 }, text = "severe" },
    { grade = 2, below = { si = 100, us = 10.0 }, text = "moderate" },
    { grade = 1, below = "LLN", text = "mild" },
]
clinical = [{ grade = 4, text = "life-threatening" }]
"""
ANEMIA, STEPS = "terms 1 (Anemia)", "Anemia: steps"


def mistakes(*changes):
    text = SOUND
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    with pytest.raises(CriteriaUnsound) as raised:
        load(text, source="made-up.toml")
    return list(raised.value.mistakes)


def test_the_packaged_versions_load_and_carry_their_edition():
    editions = [(packaged(version).version, packaged(version).edition) for version in VERSIONS]
    assert editions == [("5.0", "5.0"), ("6.0", "6.0 + errata 2026-01-20")]


def test_the_versions_name_the_terms_that_changed_each_in_their_own_way():
    terms = {version: {term.name for term in packaged(version).terms} for version in VERSIONS}
    assert terms["5.0"] - terms["6.0"] == {"Platelet count decreased", "Lymphocyte count decreased"}
    assert terms["6.0"] - terms["5.0"] == {"Thrombocytopenia", "Lymphopenia", "Hyperglycemia"}


def test_only_the_wording_that_could_not_be_had_is_marked_as_our_own():
    own = {
        (version, term.name)
        for version in VERSIONS
        for term in packaged(version).terms
        for step in term.steps + term.steps_if_baseline_high
        if step.own_words
    }
    assert own == {("6.0", "Chronic kidney disease")}


@pytest.mark.parametrize("version", VERSIONS)
def test_clinical_terms_offer_only_the_grades_that_exist(version):
    grades = {term.name: term.grades for term in packaged(version).clinical_terms}
    assert grades["Myelodysplastic syndrome"] == (4, 5)
    assert grades["Treatment related secondary malignancy"] == (3, 4, 5)
    assert grades["Febrile neutropenia"] == (3, 4, 5)
    assert grades["Dry mouth"] == (1, 2, 3)
    assert grades["Hypertension"] == {"5.0": (1, 2, 3, 4, 5), "6.0": (2, 3, 4, 5)}[version]


@pytest.mark.parametrize("version", VERSIONS)
def test_dumped_criteria_load_as_the_same(version):
    assert load(dump(packaged(version)), source="dumped") == packaged(version)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_criteria_with_any_text_are_dumped_and_load_as_the_same(text):
    criteria = load(SOUND, source="made up")
    (term,) = criteria.terms
    steps = (replace(term.steps[0], text=text), *term.steps[1:])
    terms = (replace(term, note=text, soc=text, steps=steps, cautions={"hgb": text}),)
    clinical_terms = (ClinicalTerm("Dry mouth", text, (1, 3), verified=False),)
    changed = replace(criteria, source=text, terms=terms, clinical_terms=clinical_terms)
    assert load(dump(changed), source="dumped") == changed


JOINED = "or_above, and_above and only_if_fasting belong to terms of direction high with one list of steps"
ONE_LIMIT = "beside plain numbers, and below LLN, there is one step of the limit itself"
CHANGES = [
    ('text = "mild"', 'only_if_fasting = true, text = "mild"', f"Anemia: {JOINED}"),
    ('text = "mild"', 'or_above = "baseline", text = "mild"', f"Anemia: {JOINED}"),
    ('text = "mild"', 'or_above = "LLN", text = "mild"', f"{STEPS} 3: LLN does not belong here"),
    ('below = "LLN"', "below = { times_lln = 0.9 }", f"Anemia: {ONE_LIMIT}"),
    ('below = "LLN"', 'below = "baseline"', f"{STEPS} 3: baseline does not belong here"),
    (
        "clinical = [{",
        'steps_if_baseline_high = [{ grade = 1, below = "baseline", text = "x" }]\nclinical = [{',
        "Anemia: beside steps_if_baseline_high all steps are multiples of ULN",
    ),
    (
        "grade = 3, below = { si = 80, us = 8.0 }",
        "grade = 2, below = { si = 80, us = 8.0 }",
        f"{STEPS} 2: grade 2 stands there twice",
    ),
    ("grade = 3, below", "grade = 1, below", f"{STEPS} 2: grade 2 stands after grade 1; write the worst first"),
    (
        "si = 100, us = 10.0",
        "si = 100, us = 8.0",
        f"{STEPS} 2: its threshold is not milder than that of the step before",
    ),
    (
        "si = 100, us = 10.0",
        "si = 70, us = 10.0",
        f"{STEPS} 2: its threshold is not milder than that of the step before",
    ),
    (
        "si = 100, us = 10.0",
        "si = 100",
        f"{ANEMIA}: steps 2: below: write si and us, or one of times_lln, times_uln, times_baseline, over_uln",
    ),
    ("grade = 3, below", "grade = 5, below", f"{STEPS} 1: grade 5 is not from 1 to 4"),
    ("grade = 4, text", "grade = 3, text", "Anemia: clinical grade 3 is one of the steps already, or not from 1 to 5"),
    ('below = "LLN"', 'below = "ULN"', f"{STEPS} 3: ULN does not belong here"),
    ('below = "LLN"', 'below = "LL"', f"{ANEMIA}: steps 3: below: 'LL' is unknown; use LLN, ULN, baseline, or a table"),
    (
        'below = "LLN"',
        'above = "LLN"',
        f"{ANEMIA}: steps 3: use below in a term of direction low, above in one of direction high",
    ),
    ('below = "LLN"', "below = { times_lln = 1.5 }", f"{STEPS} 3: 1.5 x LLN lies on the healthy side of it"),
    ('below = "LLN", text', "text", f"{ANEMIA}: steps 3: write exactly one of below, above, at_least"),
    ("si = 80, us = 8.0", "si = 80, us = 0", f"{STEPS} 1: a threshold is above 0 in both systems"),
    ("si = 80, us = 8.0", 'si = "80", us = 8.0', f"{ANEMIA}: steps 1: below: si: '80' is not a number"),
    ("si = 80, us = 8.0", "si = nan, us = 8.0", f"{ANEMIA}: steps 1: below: si: Decimal('NaN') is not a number"),
    ('needs = ["low"]', "needs = []", "Anemia: needs [], but its steps look at ['low']"),
    ('"g/dL"', '"mg/dL"', "Anemia: units si g/L, us mg/dL are not those hgb is graded in: si g/L, us g/dL"),
    ('["hgb"]', '["hb"]', "Anemia: 'hb' is not an analyte"),
    ('["hgb"]', "[]", "Anemia: analytes are missing"),
    ('["hgb"]', '["hgb", "hgb"]', "Anemia: grades hgb twice"),
    ('"low"\n', '"down"\n', f"{ANEMIA}: steps 1: use below in a term of direction low, above in one of direction high"),
    ('text = "mild"', 'text = " "', f"{STEPS} 3: text is empty"),
    ('text = "mild"', 'text = "mild", if_symptomatic = 1', f"{STEPS} 3: if_symptomatic 1 is not worse than grade 1"),
    (
        'text = "mild"',
        'text = "mild", if_symptomatic = 2',
        f"{STEPS} 3: text_if_symptomatic and if_symptomatic go together",
    ),
    (
        'text = "mild"',
        'text = "mild", baseline_up_to_uln = 5',
        f"{STEPS} 3: baseline_up_to_uln belongs to a step of the baseline",
    ),
    ('text = "mild"', 'text = "mild", gradee = 1', None),
    ("grades = [1, 2, 3]", "grades = [3, 2]", "Dry mouth: grades [3, 2] are not ascending numbers from 1 to 5"),
    (
        "grades = [1, 2, 3]",
        "grades = [1.5]",
        "clinical_terms 1 (Dry mouth): grades: [Decimal('1.5')] is not a list of whole numbers",
    ),
    ('version = "1.0"', "version = 1", "version: 1 is not a text"),
    ('version = "1.0"', "", "version is missing"),
    (
        "clinical = [{",
        'unknown_baseline = "as high"\nclinical = [{',
        "Anemia: unknown_baseline 'as high' is unknown; use as normal, or leave it out",
    ),
    (
        "clinical = [{",
        'baseline_counts = "never"\nclinical = [{',
        "Anemia: baseline_counts 'never' is unknown; use always or if below LLN",
    ),
]


@pytest.mark.parametrize(("before", "after", "mistake"), CHANGES)
def test_a_mistake_is_named_with_file_place_and_remedy(before, after, mistake):
    found = mistakes((before, after))
    if mistake is None:
        assert [each.partition(" is not a known key")[0] for each in found] == [
            f"made-up.toml: {ANEMIA}: steps 3: gradee"
        ]
    else:
        assert f"made-up.toml: {mistake}" in found


def test_all_mistakes_of_a_file_are_told_at_once():
    assert mistakes(('["hgb"]', '["hb"]'), ('needs = ["low"]', "needs = []"), ('text = "mild"', 'text = ""')) == [
        "made-up.toml: Anemia: needs [], but its steps look at ['low']",
        "made-up.toml: Anemia: 'hb' is not an analyte",
        "made-up.toml: Anemia: steps 3: text is empty",
    ]


def test_a_file_that_is_not_toml_is_one_mistake():
    with pytest.raises(CriteriaUnsound) as raised:
        load("version =", source="made-up.toml")
    assert len(raised.value.mistakes) == 1
    assert str(raised.value).startswith("made-up.toml: is not TOML: ")
