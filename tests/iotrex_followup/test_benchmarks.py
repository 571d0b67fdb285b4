"""The benchmarks are not run by the tests; that a missed limit is told is."""

from pathlib import Path

import pytest

from tests.bench.measure import Figure, Ratio, at_least, at_most, report

BENCHMARKS = sorted(Path(__file__).parents[1].glob("bench/bench_*.py"))


def test_missed_limit_ends_the_benchmark_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [at_least(0.5, "speed", Ratio(0.6, 0.5, 0.7)), at_most(1.5, "growth", Ratio(1.6, 1.4, 1.7))]
    with pytest.raises(SystemExit, match="1"):
        report(figures)
    assert capsys.readouterr().out.splitlines() == [
        "speed: 0.60 (0.50 to 0.70), at least 0.50: kept",
        "growth: 1.60 (1.40 to 1.70), at most 1.50: MISSED",
    ]
    report([figures[0], Figure("for comparison", "7 ms")])


@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda file: file.stem)
def test_benchmark_reports_its_figures(file: Path) -> None:
    text = file.read_text()
    assert ("report(" in text, "MISSED" in text or "at_least(" in text or "at_most(" in text) == (True, True)
