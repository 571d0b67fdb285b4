import csv
from pathlib import Path

import pytest

from labs.grading.analytes import Placed, catalogue, place
from labs.grading.values import read_value
from labs.senders import SenderUnsound, known_sender, load_sender, shipped_senders

PILOT = Path(__file__).parents[4] / "shared" / "data" / "cdisc" / "labs.csv"
NAME = "CDISC pilot central laboratory"
SOUND = 'name = "North"\nsource = "Its handbook."\n'


def test_every_shipped_sender_is_sound():
    assert [sender.name for sender in shipped_senders().values()] == [NAME]


def test_known_sender_is_found_whatever_the_case_and_spaces():
    assert known_sender("  cdisc PILOT central\tlaboratory ") is known_sender(NAME)


def test_unknown_sender_is_none():
    assert known_sender("CDISC pilot") is None


def test_codes_of_the_pilot_laboratory_follow_37_and_keep_9_unread():
    codes = known_sender(NAME).codes
    assert sorted(code for code, said in codes.items() if not said.analyte) == sorted(
        ["ANISO", "MACROCY", "POIKILO", "POLYCHR", "COLOR", "KETONES", "PH", "SPGRAV", "UROBIL"]
    )
    assert len(codes) == 46


def test_sender_says_more_of_a_code_in_a_table():
    sender = load_sender(SOUND + '[codes]\nPLT = { analyte = "platelets", unit = "10*9/L", assay = "optical" }', "x")
    assert sender.codes["PLT"] == ("platelets", "10*9/L", "optical", "")


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("name = ", ["x.toml: is not TOML: Invalid value (at end of document)"]),
        ("", ["x.toml: name: is missing", "x.toml: source: is missing", "x.toml: codes: is missing"]),
        (
            SOUND + 'code = 1\n[codes]\nPLT = "plt"',
            ["x.toml: code: is not known", "x.toml: codes.PLT: 'plt' is not an analyte"],
        ),
        (
            SOUND + '[codes]\nPLT = { unit = "K/" }',
            ["x.toml: codes.PLT: None is not an analyte", "x.toml: codes.PLT: 'K/' is not a unit"],
        ),
        (SOUND + '[codes]\nPLT = { analyte = "", loinc = "" }', ["x.toml: codes.PLT: loinc is not known"]),
        (SOUND + '[units]\nthou = "thou"\n[codes]\nPLT = "platelets"', ["x.toml: units.thou: 'thou' is not a unit"]),
    ],
)
def test_unsound_sender_is_refused_with_every_mistake(text, mistakes):
    with pytest.raises(SenderUnsound) as refused:
        load_sender(text, "x.toml")
    assert list(refused.value.mistakes) == mistakes


@pytest.mark.skipif(not PILOT.exists(), reason="the pilot's results are not here")
def test_mapping_of_the_pilot_laboratory_places_every_number_it_sent():
    sender = known_sender(NAME)
    with PILOT.open(encoding="utf-8") as lines:
        sent = {(row["analyte"], row["unit"], row["value"], row["low"], row["high"]) for row in csv.DictReader(lines)}
    assert {code for code, *_ in sent} == set(sender.codes)
    misplaced = [
        (code, unit, text)
        for code, unit, *texts in sent
        if (key := sender.codes[code].analyte)
        for text in texts
        if text
        and (value := read_value(text))
        and not isinstance(place(catalogue()[key], value.number, sender.units.get(unit, unit)), Placed)
    ]
    assert misplaced == []
