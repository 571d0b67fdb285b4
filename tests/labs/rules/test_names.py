"""Sentences call an analyte what the catalogue calls it."""

from labs.grading.analytes import catalogue
from labs.rules.names import NAMES

# A sentence has no room for the catalogue's name with its specimen.
SHORTENED = {
    "bun": "BUN/urea",
    "nmn_free_plasma": "Free normetanephrine",
    "mn_free_plasma": "Free metanephrine",
    "nmn_urine_24h": "Urinary normetanephrine",
    "mn_urine_24h": "Urinary metanephrine",
    "hiaa_urine_24h": "5-HIAA",
}


def test_sentences_name_analytes_as_the_catalogue_does():
    known = {key: {catalogue()[key].name, catalogue()[key].short} for key in NAMES}

    assert {key: said for key, (said, _) in NAMES.items() if said not in known[key]} == SHORTENED
