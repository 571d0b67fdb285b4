from datetime import date

import pytest

from labs.rules.matching import Completion, Planned, Proposal, completions, proposals
from tests.labs.rules.courses import RULES, on

RULE = RULES.matching
CBC = ("hgb", "wbc", "platelets", "anc")


def found(*final, preliminary=()):
    return completions(RULE, {**dict.fromkeys(final, True), **dict.fromkeys(preliminary, False)})


@pytest.mark.parametrize(
    ("analytes", "activity"),
    [
        (CBC, "cbc"),
        (("creatinine", "bun", "alt", "ast", "bili_total"), "chemistry"),
        (("creatinine", "urea", "alt", "ast", "bili_total"), "chemistry"),
        (("tsh", "ft4"), "thyroid"),
        (("nmn_free_plasma", "mn_free_plasma"), "metanephrines"),
        (("nmn_urine_24h", "mn_urine_24h"), "metanephrines"),
        (("hva_creat_urine", "vma_creat_urine"), "hva_vma"),
        (("hva_urine_24h", "vma_urine_24h"), "hva_vma"),
        (("cga",), "chromogranin_a"),
        (("hiaa_urine_24h",), "5_hiaa"),
        (("calcitonin", "cea"), "calcitonin_cea"),
    ],
)
def test_a_whole_panel_completes_its_activity(analytes, activity):
    assert found(*analytes) == [Completion(activity)]
    assert found(*analytes)[0].complete


@pytest.mark.parametrize(
    ("final", "preliminary", "sentence"),
    [
        (("hgb", "wbc", "platelets"), (), "ANC not reported"),
        (("hgb",), (), "ANC, Platelets and WBC not reported"),
        (("hgb", "wbc", "platelets"), ("anc",), "ANC not final"),
        (("hgb", "wbc"), ("platelets",), "ANC not reported; Platelets not final"),
        (("creatinine", "alt", "ast", "bili_total"), (), "BUN/urea not reported"),
        (("nmn_urine_24h",), (), "Urinary metanephrine not reported"),
        (("nmn_free_plasma", "mn_urine_24h"), (), "Free metanephrine not reported"),
    ],
)
def test_a_partial_panel_names_what_is_lacking(final, preliminary, sentence):
    (completion,) = found(*final, preliminary=preliminary)
    assert (completion.sentence, completion.complete) == (sentence, False)


def test_one_draw_completes_several_activities():
    assert [each.activity for each in found(*CBC, "tsh", "ft4") if each.complete] == ["cbc", "thyroid"]


def test_what_belongs_to_no_panel_completes_nothing():
    assert found("sodium", "ldh") == []


def planned(key, opens, closes, activity="cbc"):
    return Planned(key, activity, on(opens), on(closes))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (20, []),  # the window of W3 holds it
        (25, [Proposal("W3", 1), Proposal("M2", -14)]),
        (38, [Proposal("M2", -1), Proposal("W3", 14)]),
        (54, [Proposal("M2", 1)]),
        (200, []),
    ],
)
def test_a_specimen_outside_every_window_is_proposed_to_the_nearest(day, expected):
    windows = [planned("W1", 4, 10), planned("W3", 18, 24), planned("M2", 39, 53), planned("tsh", 25, 40, "thyroid")]
    assert proposals(RULE, "cbc", on(day), windows) == expected


def test_a_missed_window_is_not_proposed_while_another_holds_the_date():
    assert proposals(RULE, "cbc", date(2024, 2, 14), [planned("W1", 4, 10), planned("W2", 11, 17)]) == []
