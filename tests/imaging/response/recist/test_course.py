"""Non-target lesions, new lesions and the tables: the overall response of a time point, and what comes of a course."""

from datetime import date
from itertools import product

import pytest

from imaging.response.recist import Response, overall_response
from tests.imaging.response.recist.courses import course, read

OVERALL = """
L1=50 / L1=absent -> CR None
    Target lesions CR, no non-target lesions, no new lesion: CR, complete response.
L1=50 Bone / L1=absent Bone=absent -> CR CR
    Target lesions CR, non-target lesions CR, no new lesion: CR, complete response.
    All non-target lesions are gone: complete response.
L1=50 Bone / L1=absent Bone=present -> PR Non-CR/Non-PD
    Target lesions CR, non-target lesions Non-CR/Non-PD, no new lesion: PR, partial response.
    Non-target lesions still there: Bone (present): neither complete response nor progression.
L1=50 Bone / L1=absent Bone=ne -> PR NE
    Target lesions CR, non-target lesions NE, no new lesion: PR, partial response.
    Non-target lesions: Bone (not evaluated): not evaluable.
L1=50 Bone / L1=35 Bone=absent -> PR CR
    Target lesions PR, non-target lesions CR, no new lesion: PR, partial response.
L1=50 Bone / L1=35 Bone=ne -> PR NE
    Target lesions PR, non-target lesions NE, no new lesion: PR, partial response.
L1=50 Bone / L1=50 Bone=absent -> SD CR
    Target lesions SD, non-target lesions CR, no new lesion: SD, stable disease.
L1=50 Bone / L1=50 Bone=ne -> SD NE
    Target lesions SD, non-target lesions NE, no new lesion: SD, stable disease.
L1=50 Bone / L1=ne Bone=absent -> NE CR
    Target lesions NE, non-target lesions CR, no new lesion: NE, not evaluable.
L1=50 Bone / L1=ne Bone=progressed -> PD PD
    Target lesions NE, non-target lesions PD, no new lesion: PD, progression.
    Non-target lesions: Bone (unequivocal progression): progression.
L1=50 Bone / L1=absent Bone=progressed -> PD PD
    Target lesions CR, non-target lesions PD, no new lesion: PD, progression.
L1=50 Bone Ascites / L1=30 Bone=progressed Ascites=ne -> PD PD
    Non-target lesions: Bone (unequivocal progression): progression.
L1=50 Bone Ascites / L1=absent Bone=present Ascites=ne -> PR NE
    Non-target lesions: Ascites (not evaluated): not evaluable.
L1=50 / L1=60 -> PD None
    Target lesions PD, no non-target lesions, no new lesion: PD, progression.
    Sum 60.0 mm, nadir 50.0 mm on 1 Jan 2024: +20.0 % and +10.0 mm: progression.
L1=50 / L1=absent +Liver -> PD None
    Target lesions CR, no non-target lesions, a new lesion: PD, progression.
    New: Liver: progression.
L1=50 Bone / L1=ne Bone=ne +Liver -> PD NE
    Target lesions NE, non-target lesions NE, a new lesion: PD, progression.
L1=50 / L1=30 ?Liver -> PR None
    Target lesions PR, no non-target lesions, no new lesion: PR, partial response.
    May be new: Liver. Look again; once it is certain, progression counts from 26 Feb 2024.
L1=50 / L1=30 ?Liver +Lung -> PD None
    New: Lung: progression.
    May be new: Liver. Look again; once it is certain, progression counts from 26 Feb 2024.
L1=50 Nx / L1=absent Nx=9.9 -> CR CR
    Target lesions CR, non-target lesions CR, no new lesion: CR, complete response.
L1=50 Nx / L1=absent Nx=10.0 -> PR Non-CR/Non-PD
    Non-target lesions still there: Nx (10.0 mm): neither complete response nor progression.
L1=50 marker / L1=absent marker=normal -> CR CR
    No non-target lesions, and the marker is normal again: complete response.
L1=50 marker / L1=absent marker=raised -> PR Non-CR/Non-PD
    No non-target lesions, but the marker is still above its limit: neither complete response nor progression.
L1=50 marker / L1=absent -> PR NE
    No non-target lesions, but the marker raised at baseline was not measured: not evaluable.
L1=50 / L1=absent marker=raised -> CR None
    Target lesions CR, no non-target lesions, no new lesion: CR, complete response.
L1=50 Bone marker / L1=absent Bone=absent marker=raised -> PR Non-CR/Non-PD
    All non-target lesions are gone, but the marker is still above its limit: neither complete response nor progression.
Bone / Bone=absent -> CR CR
    No measurable disease (no target lesions), non-target lesions CR, no new lesion: CR, complete response.
Bone / Bone=present -> Non-CR/Non-PD Non-CR/Non-PD
    Non-target lesions still there: Bone (present): neither complete response nor progression.
Bone / Bone=ne -> NE NE
    No measurable disease (no target lesions), non-target lesions NE, no new lesion: NE, not evaluable.
Bone / Bone=progressed -> PD PD
    No measurable disease (no target lesions), non-target lesions PD, no new lesion: PD, progression.
Bone / Bone=absent +Liver -> PD CR
    No measurable disease (no target lesions), non-target lesions CR, a new lesion: PD, progression.
 / -> NE None
    No measurable disease (no target lesions), no non-target lesions, no new lesion: NE, not evaluable.
 / +Liver -> PD None
    No measurable disease (no target lesions), no non-target lesions, a new lesion: PD, progression.
"""

AFTER_COMPLETE_RESPONSE = """
L1=50 N1=20 / L1=absent N1=8 / L1=4 N1=4 -> PD None
    Target lesions PR, no non-target lesions, a lesion back after complete response: PD, progression.
    Back after the complete response of 26 Feb 2024: L1: progression.
    If it was there all along, correct what was entered as gone on 26 Feb 2024.
L1=50 / L1=absent / L1=absent -> CR None
    Target lesions CR, no non-target lesions, no new lesion: CR, complete response.
L1=50 Bone / L1=absent Bone=present / L1=absent Bone=present -> PR Non-CR/Non-PD
    Target lesions CR, non-target lesions Non-CR/Non-PD, no new lesion: PR, partial response.
L1=50 Bone / L1=absent Bone=absent / L1=absent Bone=present -> PD Non-CR/Non-PD
    Back after the complete response of 26 Feb 2024: Bone: progression.
L1=50 Bone / L1=absent Bone=absent / L1=ne Bone=absent -> NE CR
    Target lesions NE, non-target lesions CR, no new lesion: NE, not evaluable.
N1=20 / N1=9.9 / N1=10.0 -> PR None
    Target lesions PR, no non-target lesions, no new lesion: PR, partial response.
    Nodes of 10 mm or more after the complete response of 26 Feb 2024: N1. Image again.
N1=20 / N1=8 / N1=13.0 -> PD None
    Sum 13.0 mm, nadir 8.0 mm on 26 Feb 2024: +62.5 % and +5.0 mm: progression.
L1=50 Nx / L1=absent Nx=9.9 / L1=absent Nx=12 -> PR Non-CR/Non-PD
    Nodes of 10 mm or more after the complete response of 26 Feb 2024: Nx. Image again.
L1=50 L2=50 / L1=absent L2=absent / L1=small L2>L1 -> PD None
    Back after the complete response of 26 Feb 2024: L1, L2: progression.
L1=100 / L1=70 / L1=80 -> SD None
    Without progression since the partial response of 26 Feb 2024, the EORTC reads this as its going on.
L1=50 / L1=60 / L1=30 -> PR None
    After the progression of 26 Feb 2024: not counted for the best overall response.
"""
CASES = [*read(OVERALL), *read(AFTER_COMPLETE_RESPONSE)]


@pytest.mark.parametrize(("text", "verdict", "sentences"), CASES)
def test_overall_response_is_that_of_the_tables_with_its_reasons(text, verdict, sentences):
    found = course(text).responses[-1]
    assert f"{found.response} {found.non_target and found.non_target.response}" == verdict
    told = [reason.sentence for reason in (*found.reasons, *(found.target.reasons if found.target else ()))]
    told += [found.non_target.reason.sentence] if found.non_target else []
    assert [each for each in (*told, *found.notes) if each in sentences] == sentences
    assert all(each in found.explanation for each in (*told, *found.notes))


NOTES = [
    ("L1=100 / L1=70 / L1=70", ()),
    ("L1=100 / L1=80 / L1=80", ()),
    ("N1=20 Nx / N1=9 Nx=9 / N1=9.5 Nx=9.5", ()),
    ("L1=20 N1=20 / L1=absent N1=9 / L1=ne N1=ne", ()),
    (
        "L1=20 N1=20 / L1=absent N1=9 / L1=ne N1=12",
        ("Nodes of 10 mm or more after the complete response of 26 Feb 2024: N1. Image again.",),
    ),
]


@pytest.mark.parametrize(("text", "notes"), NOTES)
def test_a_note_stands_only_where_there_is_something_to_note(text, notes):
    assert course(text).responses[-1].notes == notes


CR, PR, SD, NON, PD, NE = Response
# Rows: target lesions; columns: non-target lesions none, CR, Non-CR/Non-PD, NE, PD. Without a new lesion.
TABLE = {
    CR: (CR, CR, PR, PR, PD),
    PR: (PR, PR, PR, PR, PD),
    SD: (SD, SD, SD, SD, PD),
    NE: (NE, NE, NE, NE, PD),
    PD: (PD, PD, PD, PD, PD),
    None: (NE, CR, NON, NE, PD),
}
COLUMNS = (None, CR, NON, NE, PD)


@pytest.mark.parametrize(("target", "non_target"), list(product(TABLE, COLUMNS)))
def test_overall_response_is_that_of_the_whole_table(target, non_target):
    expected = TABLE[target][COLUMNS.index(non_target)]
    assert overall_response(target, non_target, new_lesion=False) is expected
    assert overall_response(target, non_target, new_lesion=True) is PD


PROGRESSIONS = [
    ("L1=50 / L1=30 / L1=50", date(2024, 4, 22)),
    ("L1=50 / L1=30 / L1=30", None),
    ("L1=50 / L1=30 ?Liver / L1=30 +Liver", date(2024, 2, 26)),
    ("L1=50 / L1=30 ?Liver / L1=30 ?Liver / L1=30 +Liver", date(2024, 2, 26)),
    ("L1=50 / L1=30 ?Liver / L1=30 +Lung", date(2024, 4, 22)),
    ("L1=50 / L1=30 ?Liver / L1=50 ?Liver", date(2024, 4, 22)),
    ("L1=50 / L1=30 ?Liver / L1=50 / L1=50 +Liver", date(2024, 2, 26)),
    ("L1=50 / L1=50 / L1=30 ?Liver / L1=50", date(2024, 6, 17)),
]


@pytest.mark.parametrize(("text", "expected"), PROGRESSIONS)
def test_progression_counts_from_the_scan_that_first_showed_it(text, expected):
    assert course(text).progression_on == expected


def test_a_course_says_that_a_later_scan_moved_its_progression():
    notes = ["What may have been new on 26 Feb 2024 was later certain (Liver): progression from then on."]
    moved = course("L1=50 / L1=30 ?Liver ?Lung / L1=30 +Liver", started_on=date(2024, 1, 1))
    assert (list(moved.notes), course("L1=50 / L1=50 +Liver", started_on=date(2024, 1, 1)).notes) == (notes, ())


def test_a_course_keeps_the_version_and_where_it_counts_from():
    found = course("L1=50 / L1=30", started_on=date(2024, 1, 29))
    assert (found.version, {each.version for each in found.responses}) == ("1.1", {"1.1"})
    assert (found.counted_from, found.notes) == (date(2024, 1, 29), ())
    assert found.baseline.mm == 50


STARTS = [
    (None, ("The start of treatment is not known: durations count from the baseline.",)),
    (date(2024, 1, 1), ()),
    (date(2024, 1, 29), ()),
    (date(2024, 1, 30), ("The baseline is 29 days before the start of treatment, more than 28.",)),
    (date(2023, 12, 31), ("The baseline of 1 Jan 2024 is after the start of treatment on 31 Dec 2023.",)),
]


@pytest.mark.parametrize(("started_on", "notes"), STARTS)
def test_a_baseline_is_at_most_four_weeks_before_the_start(started_on, notes):
    assert course("L1=50 / L1=30", started_on=started_on).notes == notes
