import csv
import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.core.management import ManagementUtility

ROOT = Path(__file__).parents[2]
HEAD = "timepoint,kind,target,opens,closes,activities"


@pytest.fixture
def run(capsys):
    """Run the command as the shell would; return exit code, stdout and stderr."""

    def run(*arguments):
        code = 0
        try:
            ManagementUtility(["manage.py", "timeline", *map(str, arguments)]).execute()
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_of_three_months_is_exact(run):
    code, out, err = run("2024-01-31", "--until", "2024-04-30", "--format", "csv", "--secreting", "neuroendocrine")
    assert (code, err) == (0, "")
    assert out == (
        f"{HEAD}\n"
        "W1,visit,2024-02-07,2024-02-04,2024-02-10,cbc\n"
        "W2,visit,2024-02-14,2024-02-11,2024-02-17,cbc\n"
        "W3,visit,2024-02-21,2024-02-18,2024-02-24,cbc\n"
        "W4,visit,2024-02-28,2024-02-25,2024-03-02,cbc\n"
        "W5,visit,2024-03-06,2024-03-03,2024-03-09,cbc\n"
        "W6,visit,2024-03-13,2024-03-10,2024-03-16,cbc\n"
        "W7,visit,2024-03-20,2024-03-17,2024-03-23,cbc\n"
        "W8,visit,2024-03-27,2024-03-24,2024-03-30,cbc\n"
        "M2,visit,2024-03-31,2024-03-24,2024-04-07,cbc;chemistry;physician_visit;thyroid\n"
        "M3,imaging,2024-04-30,2024-04-16,2024-05-14,anatomical_imaging;mibg_scan\n"
        "M3,visit,2024-04-30,2024-04-23,2024-05-07,"
        "5_hiaa;cbc;chemistry;chromogranin_a;physician_visit;thyroid\n"
    )


def test_without_until_ten_years_are_printed_inclusive(run):
    _, out, _ = run("2024-02-29", "--format", "csv")
    last = rows_of(out)[-1]
    assert (last["timepoint"], last["kind"], last["target"]) == ("M120", "visit", "2034-02-28")


def test_until_the_anchor_prints_the_head_alone(run):
    assert run("2024-01-31", "--until", "2024-01-31", "--format", "csv") == (0, f"{HEAD}\n", "")
    assert run("2024-01-31", "--until", "2024-01-31", "--format", "json") == (0, "[]\n", "")


def test_json_says_the_same_as_csv(run):
    _, as_csv, _ = run("2024-01-31", "--format", "csv")
    _, as_json, _ = run("2024-01-31", "--format", "json")
    assert [{**row, "activities": ";".join(row["activities"])} for row in json.loads(as_json)] == rows_of(as_csv)


def test_table_says_the_same_as_csv(run):
    _, as_csv, _ = run("2024-01-31", "--format", "csv")
    _, as_table, _ = run("2024-01-31")
    assert [line.split() for line in as_table.splitlines()] == [line.split(",") for line in as_csv.splitlines()]


def test_secreting_other_adds_nothing(run):
    assert run("2024-01-31", "--secreting", "other") == run("2024-01-31")


def test_intervals_are_passed_on(run):
    _, out, err = run(
        *("2024-01-31", "--format", "csv", "--imaging-interval", "12"),
        *("--annual-interval", "24", "--late-imaging-interval", "24"),
    )
    rows = rows_of(out)
    scans = ["M3", "M15", "M27", "M39", "M51", "M60", "M84", "M108"]
    visits = {row["timepoint"]: row["activities"] for row in rows if row["kind"] == "visit"}
    assert [row["timepoint"] for row in rows if row["kind"] == "imaging"] == scans
    assert visits["M72"] == "cbc;thyroid"
    assert visits["M84"] == "cbc;chemistry;physician_visit;thyroid"
    assert err == ""


def test_warnings_go_to_stderr_once_and_exit_0(run, tmp_path):
    anchors = tmp_path / "anchors.txt"
    anchors.write_text("2024-01-31\n2023-01-31\n")
    code, out, err = run("--anchors", anchors, "--imaging-interval", "11", "--format", "csv")
    assert code == 0
    assert out.splitlines()[0] == f"anchor,{HEAD}"
    assert err.splitlines() == [
        "Imaging every 11 months leaves 13 months without a scan, more than 12: month 47 to month 60.",
        "Imaging every 11 months puts scans on months without a visit: 14, 25, 47.",
    ]


def test_a_file_of_anchors_is_sorted_and_keeps_a_date_given_twice(run, tmp_path):
    anchors = tmp_path / "anchors.txt"
    anchors.write_bytes(b"\xef\xbb\xbf2024-01-31\r\n2023-01-31\r\n\r\n2024-01-31\r\n")
    _, one, _ = run("2024-01-31", "--format", "csv")
    code, out, err = run("--anchors", anchors, "--format", "csv")
    rows = rows_of(out)
    keys = [(row["anchor"], row["target"], row["kind"], row["timepoint"]) for row in rows]
    assert (code, err) == (0, "")
    assert keys == sorted(keys)
    assert len(rows) == 3 * len(rows_of(one))
    assert {row["anchor"] for row in rows} == {"2023-01-31", "2024-01-31"}


def test_a_file_of_anchors_as_json_carries_the_anchor(run, tmp_path):
    anchors = tmp_path / "anchors.txt"
    anchors.write_text("2024-01-31\n")
    _, out, _ = run("--anchors", anchors, "--format", "json", "--until", "2024-02-07")
    assert json.loads(out) == [
        {
            "anchor": "2024-01-31",
            "timepoint": "W1",
            "kind": "visit",
            "target": "2024-02-07",
            "opens": "2024-02-04",
            "closes": "2024-02-10",
            "activities": ["cbc"],
        }
    ]


@pytest.mark.parametrize("anchor", ["1900-01-01", "2199-12-31", "2100-02-28"])
def test_the_whole_range_of_anchors_is_computed(run, anchor):
    code, out, err = run(anchor, "--format", "csv")
    year = date.fromisoformat(anchor).year
    assert (code, err) == (0, "")
    assert rows_of(out)[-1]["target"] == anchor.replace(str(year), str(year + 10))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2024-02-30"], "2024-02-30 is not a date: the calendar has no such day"),
        (["20240131"], "'20240131' is not a date; write it as 2024-01-31"),
        (["2024-W05-3"], "'2024-W05-3' is not a date; write it as 2024-01-31"),
        (["31/01/2024"], "'31/01/2024' is not a date; write it as 2024-01-31"),
        (["two\nlines"], r"'two\nlines' is not a date; write it as 2024-01-31"),
        (["9990-01-01"], "9990-01-01 is out of range; give 1900-01-01 to 2199-12-31"),
        (["1899-12-31"], "1899-12-31 is out of range; give 1900-01-01 to 2199-12-31"),
        (["2200-01-01"], "2200-01-01 is out of range; give 1900-01-01 to 2199-12-31"),
        ([], "an anchor is missing; give a date such as 2024-01-31 or --anchors FILE"),
        (["2024-01-31", "--anchors", "x"], "give one anchor or --anchors FILE, not both"),
        (["--anchors", "no-such-file"], "no-such-file cannot be read: No such file or directory"),
        (
            ["2024-01-31", "--imaging-interval", "5"],
            "imaging interval: 5 is not offered; choose 6, 7, 8, 9, 10, 11 or 12 months",
        ),
        (
            ["2024-01-31", "--annual-interval", "18"],
            "annual interval: 18 is not offered; choose 12 or 24 months",
        ),
        (
            ["2024-01-31", "--late-imaging-interval", "6"],
            "late imaging interval: 6 is not offered; choose 12 or 24 months",
        ),
        (
            ["2024-01-31", "--secreting", "glioma"],
            "indication: 'glioma' is unknown; choose from pheochromocytoma, paraganglioma, neuroblastoma, "
            "neuroendocrine, medullary_thyroid, other",
        ),
        (
            ["2024-01-31", "--until", "2024-01-30"],
            "--until 2024-01-30 is before the anchor 2024-01-31; give a later one",
        ),
        (["2024-01-31", "--until", "soon"], "--until 'soon' is not a date; write it as 2024-01-31"),
        (
            ["2024-01-31", "--until", "9999-12-31"],
            "--until 9999-12-31 is too late; give a date up to 2299-12-31",
        ),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_2(run, arguments, message):
    assert run(*arguments) == (2, "", f"CommandError: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["2024-01-31", "--imaging-interval", "six"],
            "argument --imaging-interval: invalid int value: 'six'",
        ),
        (["2024-01-31", "2024-02-28"], "unrecognized arguments: 2024-02-28"),
        (["2024-01-31", "--bogus"], "unrecognized arguments: --bogus"),
        (["2024-01-31", "--until"], "argument --until: expected one argument"),
    ],
)
def test_a_misspelt_call_is_one_line_without_usage(run, arguments, message):
    assert run(*arguments) == (2, "", f"manage.py timeline: error: {message}\n")


def test_an_unknown_format_is_one_line_without_usage(run):
    code, out, err = run("2024-01-31", "--format", "xml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("manage.py timeline: error: argument --format: invalid choice: 'xml'")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"2024-01-31\n2024-02-30\n",
            "{path} line 2: 2024-02-30 is not a date: the calendar has no such day",
        ),
        (b"2024-01-31\n\nsoon\n", "{path} line 3: 'soon' is not a date; write it as 2024-01-31"),
        (b"2300-01-31\n", "{path} line 1: 2300-01-31 is out of range; give 1900-01-01 to 2199-12-31"),
        (
            b"2024-01-31\n2026-01-31\n",
            "{path} line 2: --until 2025-01-01 is before the anchor 2026-01-31; give a later one",
        ),
        (b"\n", "{path} holds no date; write one a line, such as 2024-01-31"),
        (b"\xff\xfe2\x000\x00", "{path} is not text in UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_printed(run, tmp_path, content, message):
    path = tmp_path / "anchors.txt"
    path.write_bytes(content)
    expected = message.format(path=path)
    assert run("--anchors", path, "--until", "2025-01-01") == (2, "", f"CommandError: {expected}\n")


def test_no_database_is_needed():
    unreachable = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "timeline", "2024-01-31", "--format", "csv"],
        env=unreachable,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == [HEAD, "W1,visit,2024-02-07,2024-02-04,2024-02-10,cbc"]
