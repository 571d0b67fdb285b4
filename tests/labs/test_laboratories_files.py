from decimal import Decimal

import pytest

from events.models import Event
from iotrex_followup.errors import InputRefused, ReasonNeeded
from labs.actions.laboratories import add_laboratory
from labs.actions.laboratory_files import FileOutcome, import_laboratory_file
from labs.intake.laboratory_files import FileRefused, codes_file, ranges_file, units_file
from labs.models import CodeMapping, Laboratory, ReferenceRange, UnitMapping
from tests.factories import MembershipFactory
from tests.snapshot import stored

CODES = b"code,analyte,unit,assay,specimen_type\nPLT,platelets,10*9/L,optical,blood\nCOL,,,,urine\n"
UNITS = "spelling,unit\nGpt/l,10*9/L\nµmol/l,umol/L\n".encode()
RANGES = (
    b"analyte,sex,age_from,age_to,valid_from,valid_to,low,high,unit\n"
    b"creatinine,female,18y,,2024-01-01,,45,84,umol/L\n"
    b"creatinine,male,18y,,2024-01-01,,59,104,umol/L\n"
    b"creatinine,,6mo,18y,,,20,,umol/L\n"
)


@pytest.fixture
def take(db):
    """What takes a file over for one laboratory (or, without one, the clinic), by one person."""
    member = MembershipFactory()
    north = add_laboratory(clinic=member.clinic, name="North", by=member.staff)

    def take(content, *, laboratory=north, reason=""):
        return import_laboratory_file(
            clinic=member.clinic, laboratory=laboratory, content=content, by=member.staff, reason=reason
        )

    return take


def rows():
    return stored(Laboratory, CodeMapping, UnitMapping, ReferenceRange, Event)


@pytest.mark.parametrize(
    ("content", "holds", "count"), [(CODES, "codes", 2), (UNITS, "units", 2), (RANGES, "ranges", 3)]
)
def test_file_is_taken_over_once(take, content, holds, count):
    assert take(content) == FileOutcome(holds, count, 0, 0)
    before = rows()
    assert take(content) == FileOutcome(holds, 0, 0, count)
    assert rows() == before


def test_file_written_is_read_back(take):
    for content in (CODES, UNITS, RANGES):
        take(content)
    written = [
        codes_file(CodeMapping.objects.all()),
        units_file(UnitMapping.objects.all()),
        ranges_file(ReferenceRange.objects.all()),
    ]
    assert [take(content).unchanged for content in written] == [2, 2, 3]


def test_code_that_looks_like_a_formula_is_written_harmless_and_read_back(take):
    take(b"code,analyte\n=CMD(),hgb\n")
    written = codes_file(CodeMapping.objects.all())
    assert written == b"\xef\xbb\xbfcode,analyte,unit,assay,specimen_type\r\n'=CMD(),hgb,,,\r\n"
    assert take(written) == FileOutcome("codes", 0, 0, 1)


def test_range_for_the_same_takes_the_other_limits(take):
    take(RANGES)
    assert take(
        b"analyte,sex,age_from,valid_from,low,high,unit\ncreatinine,f,18y,2024-01-01,0.5,0.9,mg/dL\n"
    ) == FileOutcome("ranges", 0, 1, 0)
    changed = ReferenceRange.objects.get(sex="female")
    assert (changed.low, changed.high, changed.unit) == (Decimal("0.5"), Decimal("0.9"), "mg/dL")


def test_ranges_without_a_laboratory_are_the_clinics(take):
    assert take(RANGES, laboratory=None) == FileOutcome("ranges", 3, 0, 0)
    assert ReferenceRange.objects.filter(laboratory=None).count() == 3


def test_codes_without_a_laboratory_are_refused(take):
    with pytest.raises(InputRefused, match="belong to a laboratory"):
        take(CODES, laboratory=None)


def test_unusual_code_needs_a_reason(take):
    with pytest.raises(ReasonNeeded) as refused:
        take(b"code,analyte\nHB,hgb\nPLT,\n")
    assert refused.value.concerns == (
        "Row 3: PLT is a usual name of Platelets, which would neither be graded nor followed.",
    )
    assert take(b"code,analyte\nPLT,\n", reason="Counted by eye.").added == 1


MISTAKES = [
    (
        b"code,analyt\nPLT,platelets\n",
        ["row 1, analyte: This column is missing.", "row 1, analyt: This column is not known."],
    ),
    (b"code,analyte,code\nPLT,platelets,X\n", ["row 1, code: Two columns have this head."]),
    (
        b"code,analyte,unit\nPLT,plt,\nHB,hgb,thou\nHB,hgb,\n,hgb,\nX,,thou\n",
        [
            "row 2, analyte: “plt” is not an analyte. If it is platelets, write that.",
            "row 3, unit: Hemoglobin: the unit 'thou' is not known; accepted for Hemoglobin: g/L, g/dL.",
            "row 4, code: Row 3 has the same. Delete one of the rows.",
            "row 5, code: There is no code. Write it as the laboratory sends it.",
            "row 6, unit: “thou” is not a unit.",
        ],
    ),
    (
        b"code,analyte\nPLT,platelets,x\n",
        ["row 2: The row has more cells than the header. Look for a stray separator."],
    ),
    ("code,analyte\nP\u200bLT,platelets\n".encode(), ["row 2, code: It holds a character that cannot be shown."]),
    (
        b"spelling,unit\nk,10*3/uL\nk,10*3/uL\nz,zz\n",
        ["row 3, spelling: Row 2 has the same. Delete one of the rows.", "row 4, unit: “zz” is not a unit."],
    ),
    (
        b"analyte,sex,age_from,age_to,valid_from,valid_to,low,high,unit\n"
        b"wbc,x,18,1y,3/4/24,2024-13-01,4.,<9,10*9/L\n"
        b"wbc,,,,,,,,10*9/L\n"
        b"wbc,,2y,1y,2024-02-01,2024-01-01,9,4,10*9/L\n"
        b"wbc,,,,,,4,11,10*9/L\n"
        b"wbc,,6mo,,,,5,12,10*9/L\n",
        [
            "row 2, sex: “x” is not known. Write female or male, or leave it blank.",
            "row 2, age_from: “18” cannot be read. Write it like 0d, 6mo or 18y.",
            "row 2, valid_from: “3/4/24” cannot be read. Write it like 2024-04-03.",
            "row 2, valid_to: “2024-13-01” cannot be read. Write it like 2024-04-03.",
            "row 2, high: “<9” cannot be read. Write only the number, with a point.",
            "row 3, low: There is no limit. Give a lower or an upper limit.",
            "row 4, low: The lower limit is above the upper one. Correct one of them.",
            "row 4, age_to: It is not above the age from. The age to is the first beyond it.",
            "row 4, valid_to: The last day is before the first. Correct one of the dates.",
            "row 6, analyte: Row 5 holds for the same. Let one end where the other begins, or delete one.",
        ],
    ),
]


@pytest.mark.parametrize(("content", "mistakes"), MISTAKES)
def test_file_with_mistakes_is_refused_whole_and_each_is_named(take, content, mistakes):
    before = rows()
    with pytest.raises(FileRefused) as refused:
        take(content)
    found = [str(finding) for finding in refused.value.findings]
    assert [text.startswith(said) for text, said in zip(found, mistakes, strict=True)] == [True] * len(mistakes), found
    assert rows() == before


def test_range_that_clashes_with_a_stored_one_is_named(take):
    take(RANGES)
    with pytest.raises(FileRefused) as refused:
        take(b"analyte,sex,age_from,low,high,unit\ncreatinine,female,20y,45,84,umol/L\n")
    assert [str(finding) for finding in refused.value.findings] == [
        "row 2, analyte: Creatinine, female, from 18y, from 2024-01-01 is set already, and would hold for the same."
        " Take that one back first, or change the ages or dates."
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "It needs a header and one row per code, unit or range."),
        (b"mrn,name\nA1,Ana\n", "The header is none of those that are known"),
        (b"PK\x03\x04", "Excel"),
    ],
)
def test_file_of_another_kind_is_refused(take, content, words):
    with pytest.raises(InputRefused, match=words):
        take(content)
