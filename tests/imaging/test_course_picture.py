"""The picture of a course: sums and verdicts, what decides about them, and the totals of one scheme below."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from imaging.pages.course_picture import Drawn, Scored, SumPoint, course_picture, limits_of
from imaging.pages.score_picture import Point
from imaging.pages.words_apart import ASIDE, Word, box_of, set_apart
from imaging.response.curie import CURIE
from iotrex_followup.paper_pictures import paper_svg

BASELINE = SumPoint(date(2024, 1, 20), Decimal(60), "baseline", "Baseline, sum 60.0 mm")
PARTIAL = SumPoint(date(2024, 5, 2), Decimal(40), "PR", "PR by RECIST 1.1")
UNKNOWN = SumPoint(date(2024, 8, 1), None, "NE", "NE by RECIST 1.1")
GROWN = SumPoint(date(2025, 2, 1), Decimal(52), "PD", "PD by RECIST 1.1", signed=False)
SCORED = Scored(
    CURIE, [Point(date(2024, 1, 19), 12, "I-123 MIBG, planar"), Point(date(2024, 5, 3), 4, "I-123 MIBG, planar")]
)
INFUSION = date(2024, 1, 31)


def marks(part, kind):
    return [layer for layer in part["layer"] if layer["mark"]["type"] == kind]


def values(layers, field):
    return [value[field] for layer in layers for value in layer["data"]["values"] if field in value]


def test_verdicts_stand_at_the_marks_as_words():
    sums, _ = course_picture(Drawn([BASELINE, PARTIAL, UNKNOWN, GROWN], SCORED, [INFUSION]))["vconcat"]

    assert values(marks(sums, "text"), "word") == [
        "treatment",
        "baseline 60.0",
        "PR 40.0",
        "PD 52.0, not signed",
        "NE",
    ]
    assert {(layer["mark"]["shape"], layer["mark"]["filled"]) for layer in marks(sums, "point")} == {
        ("circle", True),
        ("circle", False),
        ("cross", True),
    }


def test_sum_that_is_not_known_is_joined_to_none():
    sums = course_picture(Drawn([BASELINE, PARTIAL, UNKNOWN, GROWN]))["vconcat"][0]

    joined = [layer for layer in marks(sums, "line") if layer["mark"]["style"] == "line"]
    assert values(joined, "mm") == [60, 40, 52]


def test_both_parts_have_the_same_days_and_the_scores_are_of_one_scheme():
    sums, scores = course_picture(Drawn([BASELINE, PARTIAL], SCORED, [INFUSION]))["vconcat"]

    def domains(part):
        return {str(layer["encoding"]["x"]["scale"]) for layer in part["layer"] if "scale" in layer["encoding"]["x"]}

    assert domains(sums) == domains(scores)
    assert len(domains(sums)) == 1
    assert values(marks(scores, "point"), "total") == [12, 4]


def test_progression_counts_from_the_smallest_sum_by_per_cent_and_by_mm():
    small = [SumPoint(date(2024, day, 1), Decimal(mm), "", "") for day, mm in ((1, 60), (2, 40), (3, 20), (4, 30))]

    response, steps = limits_of(small)

    assert response == 42
    assert [mm for _, mm in steps] == [72, 48, 25, 25]  # 20 + 5 mm is more than 20 + 20 %


def test_what_was_gone_and_is_back_is_progression():
    gone = [SumPoint(date(2024, day, 1), Decimal(mm), "", "") for day, mm in ((1, 60), (2, 0))]

    assert [mm for _, mm in limits_of(gone)[1]] == [72, 0]


def test_course_without_target_lesions_shows_its_verdicts_alone():
    baseline = SumPoint(date(2024, 1, 20), None, "baseline", "Baseline")

    (part,) = course_picture(Drawn([baseline, UNKNOWN]))["vconcat"]

    assert values(marks(part, "text"), "word") == ["baseline", "NE"]
    assert marks(part, "line") == []


def test_picture_is_drawn_for_the_page_and_in_black_for_paper():
    spec = course_picture(Drawn([BASELINE, PARTIAL, UNKNOWN, GROWN], SCORED, [INFUSION]))

    paper = paper_svg(spec, says="Course of <PRUEBA>")

    assert vl_convert.vegalite_to_svg(spec).startswith("<svg")
    assert "<title>Course of &lt;PRUEBA&gt;</title>" in paper
    assert "PD 52.0, not signed" in paper
    assert "#4c78a8" not in paper  # the library's blue


def test_words_of_time_points_days_apart_stand_on_no_other():
    close = [
        SumPoint(date(2024, 5, 2) + timedelta(days), mm, word, word)
        for days, mm, word in ((0, Decimal(40), "PR"), (3, Decimal(41), "PR"), (5, None, "NE"), (6, None, "NE"))
    ]
    scored = Scored(CURIE, [Point(date(2024, 2, 4) + timedelta(day), 15, "I-123 MIBG, planar") for day in (0, 1)])

    sums, scores = course_picture(Drawn([BASELINE, *close], scored))["vconcat"]

    def asides(part, *words):
        return [
            layer["mark"]["dy"]
            for layer in marks(part, "text")
            for value in layer["data"]["values"]
            if value.get("word", value.get("total")) in words
        ]

    assert asides(sums, "baseline 60.0", "PR 40.0", "PR 41.0") == [-13, 17, -13]
    assert asides(sums, "NE") == [-13, -27]
    assert asides(scores, 15) == [-13, 17]


@given(st.lists(st.tuples(st.floats(0, 800), st.floats(100, 200)), max_size=6))
def test_words_are_set_apart_where_there_is_room(places):
    words = [Word(x, y, "PR 40.0") for x, y in places]

    found = set_apart(words, 300)

    boxes = [box_of(word, dy) for word, dy in zip(words, found, strict=True)]
    assert all(not one.meets(other) for one, other in combinations(boxes, 2)) or ASIDE[0] in found
