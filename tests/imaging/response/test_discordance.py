"""What is to be decided when findings show progression or contradict each other."""

import pytest

from imaging.response.discordance import Course, Findings, Uptake, questions
from imaging.response.recist import Response

PD, PR, SD = Response.PD, Response.PR, Response.SD
COMPLETE, BETTER, STABLE, WORSE, NOT_AVID = Uptake


def rules(**found):
    return [each.rule for each in questions(Findings(**found))]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, []),
        ({"recist": PR, "mibg": BETTER, "markers": Course.BETTER}, []),
        ({"recist": SD, "mibg": STABLE, "markers": Course.WORSE}, []),
        ({"recist": PD}, ["progression"]),
        ({"recist": PD, "mibg": STABLE}, ["progression"]),
        ({"recist": PD, "mibg": WORSE}, ["progression"]),
        ({"recist": SD, "mibg": WORSE}, ["progression"]),
        ({"recist": PD, "mibg": COMPLETE}, ["progression", "mibg_negative"]),
        ({"recist": PD, "mibg": NOT_AVID}, ["progression", "mibg_negative"]),
        ({"recist": SD, "mibg": NOT_AVID}, []),
        ({"recist": SD, "mibg": NOT_AVID, "back": True}, ["mibg_negative"]),
        ({"recist": SD, "mibg": NOT_AVID, "markers": Course.WORSE}, []),
        ({"recist": PD, "mibg": BETTER}, ["progression", "discordance"]),
        ({"recist": PR, "mibg": BETTER, "markers": Course.WORSE}, ["discordance"]),
        ({"recist": PR, "mibg": BETTER, "symptoms": Course.WORSE}, ["discordance"]),
        ({"mibg": COMPLETE, "markers": Course.WORSE}, ["discordance"]),
        ({"mibg": WORSE, "markers": Course.WORSE}, ["progression"]),
    ],
)
def test_findings_ask_what_they_ask(found, expected):
    assert rules(**found) == expected


def test_sentence_names_everything_that_is_worse():
    found = Findings(recist=PD, mibg=BETTER, markers=Course.WORSE, symptoms=Course.WORSE)

    assert questions(found)[1].sentence == (
        "The MIBG scan is better while CT or MRI shows progression and tumour markers rise and symptoms are worse: "
        "the tumour may have lost its uptake."
    )


def test_only_a_question_of_uptake_asks_for_another_tracer():
    found = Findings(recist=PD, mibg=COMPLETE)

    assert [each.asks_for_pet for each in questions(found)] == [False, True]
