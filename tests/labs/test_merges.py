"""A merge that is undone: what came since goes to the record it was sent for, or stands in the way by name."""

from datetime import date, timedelta

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import TransitionRefused
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, LabGrade, LabResult
from patients.models import Patient
from schedules.actions import merge_patients
from tests.factories import PatientFactory
from tests.labs.arrivals import arrive
from tests.labs.factories import NOW
from tests.labs.held_back import hold_back
from tests.snapshot import stored

DAY = date(2024, 3, 5)


@pytest.fixture
def duplicate(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="TWICE")


@pytest.fixture
def survivor(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="ONCE")


@pytest.fixture
def merged(duplicate: Patient, survivor: Patient, clinician: Staff) -> Event:
    arrive(duplicate, DAY - timedelta(7), platelets="200")
    arrive(survivor, DAY - timedelta(7), hgb="140")
    merge_patients(duplicate=duplicate, into=survivor, reason="The same person.", by=clinician, today=NOW.date())
    return Event.objects.get(kind="patient.merged")


def whose() -> dict[str, str]:
    """The value of each result, and the MRN of the record it is in."""
    return dict(LabResult.objects.values_list("reported", "patient__mrn"))


def sent(mrn: str, clinic: Clinic, value: str, raw: str, **more: str) -> None:
    """A platelet count of a laboratory that numbers its specimens."""
    row = Incoming("", mrn, DAY.isoformat(), "platelets", value, "10*9/L", laboratory="North", raw=raw, **more)
    receive_results(clinic=clinic, rows=[row], source=Source("file", ""), by=None, now=NOW)


def test_results_that_came_since_go_to_the_record_they_were_sent_for(
    merged: Event, duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    arrive(duplicate, DAY, platelets="8")
    arrive(survivor, DAY, hgb="70")
    assert whose() == dict.fromkeys(["200", "140", "8", "70"], "ONCE")

    undo(event=merged, by=clinician, now=NOW)

    assert whose() == {"200": "TWICE", "140": "ONCE", "8": "TWICE", "70": "ONCE"}
    assert set(LabGrade.objects.filter(result__reported="8").values_list("patient", flat=True)) == {duplicate.pk}
    own = Alert.objects.unresolved().get(patient=duplicate)
    assert (own.tier, own.findings.get().result.reported) == ("immediate", "8")
    left = Alert.objects.unresolved().get(patient=survivor).findings
    assert {finding.result.reported: finding.holds for finding in left.all()} == {"8": False, "70": True}


def test_what_went_back_is_known_when_it_is_sent_again(
    merged: Event, duplicate: Patient, survivor: Patient, clinician: Staff
) -> None:
    arrive(duplicate, DAY, platelets="8")
    undo(event=merged, by=clinician, now=NOW)

    assert arrive(duplicate, DAY, platelets="8").duplicate == 1
    assert whose()["8"] == "TWICE"


@pytest.mark.parametrize(("mrn", "goes_to"), [("TWICE", "TWICE"), ("ONCE", "ONCE")])
def test_result_of_a_numbered_specimen_goes_where_its_text_says(
    merged: Event, clinic: Clinic, clinician: Staff, mrn: str, goes_to: str
) -> None:
    sent(mrn, clinic, "90", f"{mrn};90", specimen="S1")

    undo(event=merged, by=clinician, now=NOW)

    assert whose()["90"] == goes_to


def test_result_that_may_be_of_either_stands_in_the_way(merged: Event, clinic: Clinic, clinician: Staff) -> None:
    sent("TWICE", clinic, "90", "90", specimen="S1")
    before = stored(LabResult, Patient)

    with pytest.raises(TransitionRefused, match=r"either record, .*: platelets 90 10\*9/L on 2024-03-05"):
        undo(event=merged, by=clinician, now=NOW)

    assert stored(LabResult, Patient) == before


def test_new_version_of_what_was_merged_stands_in_the_way(merged: Event, duplicate: Patient, clinician: Staff) -> None:
    arrive(duplicate, DAY - timedelta(7), platelets="20")

    with pytest.raises(TransitionRefused, match="corrects what was merged: platelets 20"):
        undo(event=merged, by=clinician, now=NOW)


def test_row_that_is_held_back_stands_in_the_way(merged: Event, duplicate: Patient, clinician: Staff) -> None:
    hold_back(duplicate, value="8", status="odd")

    with pytest.raises(TransitionRefused, match="1 row for MRN TWICE came since the merge and wait"):
        undo(event=merged, by=clinician, now=NOW)
