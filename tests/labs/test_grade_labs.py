import csv
import io
import json
import sys
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

HEAD = "row_id,analyte,value,unit,low,high,baseline,baseline_low,baseline_high,baseline_flag,sex,age,fasting"
ANSWER = "row_id,analyte,term,direction,grade,grade_if_symptomatic,status,reason,ctcae"


@pytest.fixture
def run(tmp_path):
    """Return a function that grades `text` and answers standard output and standard error."""

    def run(text, *options, encoding="utf-8"):
        path = tmp_path / "results.csv"
        path.write_bytes(text.encode(encoding))
        out, err = StringIO(), StringIO()
        call_command("grade_labs", str(path), *options, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    return run


def test_csv_in_gives_csv_out_in_order(run):
    out, err = run(
        f"{HEAD}\na,potassium,3.2,mmol/L,3.5,5.0,,,,,f,44,\nb,anc,0.4,10*9/L,1.8,7.5,,,,,m,7,\n", "--ctcae", "5.0"
    )
    assert out.splitlines() == [
        ANSWER,
        "a,potassium,Hyperkalemia,high,0,,graded,no threshold reached,5.0",
        "a,potassium,Hypokalemia,low,1,2,graded,below the lower limit,5.0",
        "b,anc,Neutrophil count decreased,low,4,,graded,below 0.5 10*9/L,5.0",
    ]
    assert err == "2 rows by CTCAE 5.0; lines: 3 graded, 0 not gradable, 0 quarantined\n"


def test_json_out_is_a_list_with_numbers_and_null(run):
    out, _ = run("analyte,value,unit\nanc,0.4,10*9/L\nzzz,1,g/L\n", "--format", "json")
    graded, unknown = json.loads(out)
    assert (graded["row_id"], graded["grade"], graded["grade_if_symptomatic"], graded["ctcae"]) == ("2", 3, None, "6.0")
    assert (unknown["row_id"], unknown["grade"], unknown["status"]) == ("3", None, "quarantined")
    assert json.loads(run("analyte,value,unit\n", "--format", "json")[0]) == []


def test_columns_come_in_any_order_and_unknown_ones_are_passed_over(run):
    out, _ = run('Note,UNIT, value ,analyte,low\n"a, b",g/dL,7.9,hgb,12\n')
    assert out.splitlines()[1] == "2,hgb,Anemia,low,3,,graded,below 8.0 g/dL,6.0"


def test_a_byte_order_mark_is_no_part_of_the_header(run):
    out, _ = run("analyte,value,unit\nanc,0.4,10*9/L\n", encoding="utf-8-sig")
    assert out.splitlines()[1] == "2,anc,Neutrophil count decreased,low,3,,graded,below 0.5 10*9/L,6.0"


def test_standard_input_is_read_where_no_file_is_named(monkeypatch):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"analyte,value,unit\nanc,0.4,10*9/L\n")))
    out = StringIO()
    call_command("grade_labs", stdout=out, stderr=StringIO())
    assert [row["grade"] for row in csv.DictReader(io.StringIO(out.getvalue()))] == ["3"]


def test_rows_of_analytes_without_terms_have_no_line_and_are_counted(run):
    out, err = run("analyte,value,unit\ncea,3,ug/L\ncea,4,ug/L\n")
    assert out == f"{ANSWER}\n"
    assert err.splitlines()[-1] == "2 rows of analytes that no CTCAE term grades have no line"


def test_a_row_with_more_cells_than_the_header_is_quarantined(run):
    out, _ = run("analyte,value,unit\nanc,1,5,10*9/L\nanc,0.4,10*9/L,,\n")
    assert [row["status"] for row in csv.DictReader(io.StringIO(out))] == ["quarantined", "graded"]


def test_a_row_with_fewer_cells_is_no_crash(run):
    out, _ = run("analyte,value,unit\nanc\n")
    assert [row["status"] for row in csv.DictReader(io.StringIO(out))] == ["quarantined"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the first line does not name analyte, value, unit; name the columns, with commas between"),
        (
            "analyte;value;unit\n",
            "the first line does not name analyte, value, unit; name the columns, with commas between",
        ),
        ("analyte,value\n", "the first line does not name unit; name the columns, with commas between"),
        ("analyte,value,unit,Value\n", "the first line names value twice; name each column once"),
    ],
)
def test_a_wrong_header_ends_with_two_and_says_why(run, text, complaint):
    with pytest.raises(CommandError) as raised:
        run(text)
    assert str(raised.value).endswith(f": {complaint}")
    assert raised.value.returncode == 2


def test_a_file_that_cannot_be_read_ends_with_two(run, tmp_path):
    with pytest.raises(CommandError, match="No such file") as missing:
        call_command("grade_labs", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="is not text in UTF-8") as latin:
        run("analyte,value,unit\nanc,1,µ\n", encoding="latin-1")
    assert (missing.value.returncode, latin.value.returncode) == (2, 2)


def test_the_command_asks_nothing_of_a_database(run, monkeypatch):
    monkeypatch.setattr(connection, "ensure_connection", lambda: pytest.fail("a database was asked"))
    run("analyte,value,unit\nanc,0.4,10*9/L\n")
