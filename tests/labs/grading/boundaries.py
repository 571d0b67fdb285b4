"""Tables of values and the grades the guideline gives them."""

from decimal import Decimal

from labs.grading.criteria import packaged
from labs.grading.grade import Observation, grade

NUMBERS = ("low", "high", "baseline", "baseline_low", "baseline_high")


def observation(analyte, value, system="si", **given):
    """Return an observation whose numbers may be written as texts."""
    numbers = {key: Decimal(value) for key, value in given.items() if key in NUMBERS}
    return Observation(analyte, Decimal(value), system, **(given | numbers))


def graded(version, term, *observed, **given):
    """Return the outcome of one term."""
    (outcome,) = [one for one in grade(observation(*observed, **given), packaged(version)) if one.term == term]
    return outcome


def read(table):
    """Yield one case per value of `table`: "79.9:3" is grade 3, "127:2/3" is 2, with symptoms 3, "130:-" is none.

    A line is: term | analyte | system or systems | given inputs | values. A line that starts with a bar goes on with
    the term of the line before it.
    """
    term = ""
    for line in filter(None, map(str.strip, table.splitlines())):
        name, analytes, systems, given, values = (cell.strip() for cell in line.split("|"))
        term = name or term
        inputs = dict(pair.split("=") for pair in given.split())
        if "fasting" in inputs:
            inputs["fasting"] = {"yes": True, "no": False}[inputs["fasting"]]
        for system in systems.split():
            for analyte in analytes.split():
                for entry in values.split():
                    value, _, answer = entry.partition(":")
                    mildest, _, symptomatic = answer.partition("/")
                    expected = (None if mildest == "-" else int(mildest), int(symptomatic) if symptomatic else None)
                    yield term, analyte, system, inputs, value, expected
