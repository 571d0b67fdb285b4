"""docs/protocol.md and the code say the same."""

import re
from datetime import date
from pathlib import Path

from schedules.protocol import Options, Status, packaged_protocol, timeline

DOCUMENT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")


def cells_of(heading):
    """Return the body of the first table under `heading`, row by row."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def ranks_of(markers):
    points = timeline(
        packaged_protocol().protocol,
        date(2024, 1, 31),
        Options(annual_interval=24, markers=markers),
        until=date(2034, 1, 31),
    )
    return {point.cost for point in points}


def test_the_documented_ranks_are_those_of_the_protocol():
    rows = cells_of("What a miss would cost")
    plain = [int(rank) for _, rank, _ in rows]
    with_markers = {int(rank) for _, _, rank in rows if rank}
    assert plain == sorted(ranks_of(()), reverse=True)
    assert with_markers == ranks_of(("hva_vma",)) - ranks_of(())


def test_the_documented_statuses_are_all_there_are():
    words = [word for names, _ in cells_of("Status") for word in re.split(", ", names)]
    assert sorted(words) == sorted(Status)
