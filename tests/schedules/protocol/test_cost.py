from datetime import date

from schedules.protocol import Options, packaged_protocol, timeline


def costs(options):
    points = timeline(packaged_protocol().protocol, date(2024, 1, 31), options, until=date(2034, 1, 31))
    table = {}
    for point in points:
        table.setdefault(point.cost, []).append(f"{point.timepoint} {point.kind}")
    return table


def test_a_miss_costs_most_in_the_nadir_and_least_in_a_laboratory_only_year():
    table = costs(Options(annual_interval=24))
    assert sorted(table, reverse=True) == [900, 800, 700, 600, 500, 400, 350, 300, 200]
    assert table[900] == ["W4 visit", "W5 visit", "W6 visit"]
    assert table[800] == ["W1 visit", "W2 visit", "W3 visit", "W7 visit", "W8 visit"]
    assert table[700] == ["M3 imaging"]
    assert table[600] == [f"M{month} visit" for month in range(2, 13)]
    assert table[500] == [f"M{month} visit" for month in range(15, 61, 3)]
    assert table[400] == [f"M{month} imaging" for month in (9, 15, 21, 27, 33, 39, 45, 51, 60)]
    assert table[350] == [f"M{month} imaging" for month in (72, 84, 96, 108, 120)]
    assert table[300] == ["M84 visit", "M108 visit"]
    assert table[200] == ["M72 visit", "M96 visit", "M120 visit"]


def test_a_visit_with_markers_ranks_a_little_higher():
    table = costs(Options(markers=("hva_vma",)))
    assert table[620] == ["M3 visit", "M6 visit", "M9 visit", "M12 visit"]
    assert table[320] == [f"M{month} visit" for month in (72, 84, 96, 108, 120)]
