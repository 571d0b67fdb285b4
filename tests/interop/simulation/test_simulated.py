"""How patients are spread over the clinics that `bin/test simulation` plays."""

import sys
from pathlib import Path

import pytest

from tests import simulated
from tests.simulated import Clinic, clinics


@pytest.mark.parametrize(
    ("patients", "processors", "shares"),
    [
        (1000, 2, [50] * 20),
        (60, 2, [30, 30]),
        (101, 2, [34, 34, 33]),
        (60, 8, [8, 8, 8, 8, 7, 7, 7, 7]),
        (1, 8, [1]),
    ],
)
def test_patients_are_spread_over_as_few_clinics_as_hold_them_but_one_a_processor(
    monkeypatch, patients, processors, shares
):
    monkeypatch.setattr("os.cpu_count", lambda: processors)

    found = list(clinics(patients, 2, 7, Path("logs")))

    assert [clinic.patients for clinic in found] == shares
    assert [clinic.seed for clinic in found] == [7000 + place for place in range(len(shares))]


@pytest.mark.parametrize(("ends", "sound"), [((0, 0), True), ((0, 1), False), ((1, 0), False)])
def test_a_clinic_that_breaks_or_differs_is_named(monkeypatch, capsys, ends, sound):
    """`ends` are how the playing and the check end."""
    scripts = iter([f"print('said'); raise SystemExit({end})" for end in ends])
    ran = simulated.subprocess.run
    monkeypatch.setattr(
        simulated.subprocess, "run", lambda command, **how: ran([sys.executable, "-c", next(scripts)], **how)
    )

    assert simulated.check([Clinic(1, 1, 7000, Path("clinic.log"))]) == (0 if sound else 1)

    said = capsys.readouterr().out
    assert ("[7000]" not in said) is sound
    assert "said" in said
