"""A simulated clinic: the same for the same seed, and everything in it happens."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Clinic
from interop.management.commands.simulate import play_and_keep
from interop.simulation.play import play
from patients.models import Patient
from schedules.demo.clinic import PASSWORD
from tests.factories import ClinicFactory


@pytest.fixture
def played(db):
    """Play a small clinic and return what came of it, and its log."""

    def run(**how):
        out = io.StringIO()
        return play(out=out, **how), [json.loads(line) for line in out.getvalue().splitlines()]

    return run


def test_log_begins_with_what_was_asked_for_and_ends_with_how_everything_stands(played):
    result, lines = played(patients=2, years=0.1, seed=7)

    assert lines[0] | {"starts_on": "", "ends_on": ""} == {
        "what": "simulation", "seed": 7, "patients": 2, "years": 0.1, "starts_on": "", "ends_on": "",
    }  # fmt: skip
    assert (lines[1]["what"], lines[-1]["what"] in ("alert", "message", "visit")) == ("clinic", True)
    times = [line["at"] for line in lines if "at" in line]
    assert times == sorted(times)
    assert sum(result.lines.values()) == len(lines)


@pytest.mark.django_db
def test_a_clinic_that_is_kept_ends_today_and_its_people_sign_in(client) -> None:
    play_and_keep(patients=1, years=0.05, seed=1, out=None)
    assert Patient.objects.get().treatments.get().started_on >= timezone.now().date() - timedelta(days=20)
    assert client.login(username="c1@example.org", password=PASSWORD)
    out = io.StringIO()
    call_command("seed_demo", "--sign-ins", stdout=out)
    assert f"c1@example.org             {PASSWORD}" in out.getvalue().split("In the simulated clinic:")[1]


@pytest.mark.django_db
def test_a_clinic_that_is_kept_stays_as_it_is(settings) -> None:
    settings.DEMO = True
    ClinicFactory(slug="simulated")
    out = io.StringIO()
    call_command("simulate", keep=True, stdout=out)
    assert (out.getvalue(), Clinic.objects.count()) == ("A simulated clinic is stored already.\n", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("is_demo", "clinics"), [(False, 0), (True, 1)])
def test_a_clinic_is_kept_in_an_empty_demo_alone(settings, tmp_path, is_demo: bool, clinics: int) -> None:
    settings.DEMO = is_demo
    ClinicFactory.create_batch(clinics)
    report = tmp_path / "earlier.log"
    report.write_text("an earlier report")
    with pytest.raises(CommandError, match="holds no clinic yet"):
        call_command("simulate", keep=True, report=report)
    assert (Clinic.objects.count(), report.read_text()) == (clinics, "an earlier report")
