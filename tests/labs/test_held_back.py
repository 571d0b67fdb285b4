"""Held-back values that may be critical raise an alert, whatever keeps them back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import count

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Clinic, Staff
from events.models import Message
from labs.actions.alerts import acknowledge
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, CodeMapping, Laboratory, QuarantineItem, UnitMapping
from patients.models import Patient
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.labs.arrivals import arrive

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
NUMBERS = count(1)
OURS = ("position", "raw", "broken", "corrects")  # not read, or not what was sent


@pytest.fixture
def patient(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="P1")


def hold_back(clinic: Clinic, **fields: str) -> Received:
    """Take in one row of P1, each of a specimen of its own."""
    row = {
        "position": "row 1",
        "mrn": "P1",
        "collected_at": "2024-03-05T09:00",
        "analyte": "anc",
        "value": "0.3",
        "accession": f"A{next(NUMBERS)}",
        "laboratory": "North",
    }
    return receive_results(clinic=clinic, rows=[Incoming(**(row | fields))], source=Source("file"), by=None, now=NOW)


def tiers() -> list[str]:
    return list(Alert.objects.filter(rule="possible_critical").values_list("tier", flat=True))


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "raised"),
    [
        # One number, several ways to write it.
        ("potassium", "7,2", "mmol/L", ["immediate"]),
        ("potassium", "4,2", "mmol/L", []),
        ("anc", "0.3 (manual)", "10*9/L", ["immediate"]),
        ("anc", "0.3, manual", "10*9/L", ["immediate"]),
        ("anc", "about 0.3", "10*9/L", ["immediate"]),
        ("anc", "<0.5 (manual)", "10*9/L", ["immediate"]),
        ("anc", ">3.0 (manual)", "10*9/L", []),
        # A range is as bad as its worse end.
        ("potassium", "5.0 - 7.2", "mmol/L", ["immediate"]),
        ("platelets", "60-40", "10*9/L", ["same_day"]),
        # A day is no value.
        ("potassium", "pending 2024-03-05", "mmol/L", []),
        ("potassium", "pending", "mmol/L", []),
        # Beyond what is possible: the unit may be wrong, or the patient in danger.
        ("hgb", "9", "g/L", ["immediate"]),
        ("hgb", "65", "g/dL", ["immediate"]),
        ("hgb", "140", "g/dL", []),
        ("platelets", "210000", "10*9/L", []),
    ],
)
def test_held_back_number_is_judged_by_all_it_may_mean(
    clinic: Clinic, patient: Patient, analyte: str, value: str, unit: str, raised: list[str]
) -> None:
    hold_back(clinic, analyte=analyte, value=value, unit=unit)

    assert (tiers(), QuarantineItem.objects.count()) == (raised, 1)


@pytest.mark.parametrize(("value", "raised"), [("65", ["immediate"]), ("9", ["immediate"]), ("14", [])])
def test_value_that_is_impossible_is_judged_so_where_something_else_holds_it_back_too(
    clinic: Clinic, patient: Patient, value: str, raised: list[str]
) -> None:
    unit = "g/dL" if value == "65" else "g/L" if value == "9" else "g/dL"

    hold_back(clinic, mrn="NOBODY", analyte="hgb", value=value, unit=unit)

    assert tiers() == raised


def test_held_back_value_is_judged_in_the_unit_the_laboratory_means(clinic: Clinic, patient: Patient) -> None:
    laboratory = Laboratory.objects.create(clinic=clinic, name="North")
    UnitMapping.objects.create(clinic=clinic, laboratory=laboratory, spelling="Gramm", unit="g/L")
    CodeMapping.objects.create(clinic=clinic, laboratory=laboratory, code="Hb", analyte="hgb", unit="g/L")

    hold_back(clinic, analyte="hgb", value="9", unit="Gramm")
    assert tiers() == ["immediate"], "9 g/L, as the laboratory spells it"

    Alert.objects.all().delete()
    hold_back(clinic, analyte="Hb", value="9")
    assert tiers() == ["immediate"], "9 g/L, the unit of the code"


def test_mrn_nobody_is_found_for_has_one_alert_that_a_worse_or_later_answered_value_raises_again(
    clinic: Clinic, clinician: Staff
) -> None:
    raised = [hold_back(clinic, mrn="NOBODY", value=value, unit="10*9/L").alerts for value in ("0.8", "0.7", "0.3")]
    assert (raised, tiers()) == ([1, 0, 1], ["immediate"])

    alert = Alert.objects.get()
    acknowledge(alert=alert, next_step="patient_called", by_when=NOW.date(), by=clinician, now=NOW)
    assert hold_back(clinic, mrn="NOBODY", value="0.2", unit="10*9/L").alerts == 1
    alert.refresh_from_db()
    assert (alert.state, alert.quarantine_item.row["value"]) == ("open", "0.2")
    assert alert.sentence.startswith("Possible critical result, not verified: anc 0.2 10*9/L of MRN NOBODY on")


@pytest.mark.parametrize(
    ("row", "raised"),
    [
        ({"value": "900"}, ["immediate"]),  # 10 x the upper limit
        ({"value": "271", "high": "110"}, []),
        ({"value": "271", "high": "90"}, ["immediate"]),  # the limit that is printed
        ({"value": "271", "mrn": "nobody"}, ["immediate"]),  # the lower one of men and women
        ({"value": "270", "mrn": "nobody"}, []),
    ],
)
def test_held_back_creatinine_is_measured_against_the_limit(
    clinic: Clinic, patient: Patient, row: dict[str, str], raised: list[str]
) -> None:
    hold_back(clinic, analyte="creatinine", unit="" if "high" not in row else "umol/l ?", **row)

    assert tiers() == raised


def test_held_back_creatinine_is_measured_against_the_baseline(clinic: Clinic, clinician: Staff) -> None:
    patient = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31)).patient
    arrive(patient, date(2024, 1, 29), creatinine="60")

    hold_back(clinic, mrn=patient.mrn, analyte="creatinine", value="181")

    assert tiers() == ["immediate"]


def test_two_mrns_nobody_is_found_for_have_an_alert_each(clinic: Clinic, clinician: Staff) -> None:
    for mrn in ("NOBODY", "NOBODY ELSE", "NOBODY"):
        hold_back(clinic, mrn=mrn, unit="10*9/L")

    assert tiers() == ["immediate"] * 2


def test_rows_without_an_mrn_share_an_alert_only_within_a_specimen(clinic: Clinic, clinician: Staff) -> None:
    hold_back(clinic, mrn="", accession="S1", unit="10*9/L")
    hold_back(clinic, mrn="", accession="S1", analyte="platelets", value="8", unit="10*9/L")
    hold_back(clinic, mrn="", accession="S2", unit="10*9/L")

    assert tiers() == ["immediate"] * 2


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
@pytest.mark.parametrize("field", [name for name in Incoming._fields if name not in OURS])
def test_sign_that_cannot_be_stored_holds_back_its_row_alone(
    clinic: Clinic, patient: Patient, field: str, sign: str
) -> None:
    good = Incoming("row 1", "P1", "2024-03-05T09:00", "platelets", "200", "10*9/L")
    bad = Incoming(f"row 2{sign}", "P1", "2024-03-05T09:00", "anc", "0.3", "10*9/L", raw=f"line{sign}")
    bad = bad._replace(**{field: getattr(bad, field) + sign})

    received = receive_results(clinic=clinic, rows=[good, bad], source=Source("file"), by=None, now=NOW)

    assert (received.stored, len(received.quarantined)) == (1, 1)
    item = QuarantineItem.objects.get()
    assert item.reason == f"The {field.replace('_', ' ')} came with a sign that is no text (NUL)."
    assert tiers() == ["immediate"], "0.3 is read beside the sign"


def test_sign_that_cannot_be_stored_in_the_raw_text_alone_holds_nothing_back(clinic: Clinic, patient: Patient) -> None:
    received = hold_back(clinic, unit="10*9/L", raw="anc\x000.3", value="3.0")

    assert (received.stored, QuarantineItem.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_arrivals_at_once_for_one_unknown_mrn_open_one_alert() -> None:
    clinic = ClinicFactory()
    MembershipFactory(clinic=clinic)
    Laboratory.objects.create(clinic=clinic, name="North")

    def take_in(value: str) -> int:
        try:
            return hold_back(clinic, mrn="NOBODY", value=value, unit="10*9/L").alerts
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        raised = list(pool.map(take_in, ["0.1", "0.2", "0.3", "0.4"]))

    assert sorted(raised) == [0, 0, 0, 1]
    assert (Alert.objects.count(), QuarantineItem.objects.count(), Message.objects.in_app().count()) == (1, 4, 1)


def test_values_of_one_arrival_are_all_named_the_most_urgent_first(clinic: Clinic, patient: Patient) -> None:
    rows = [
        Incoming("row", "P1", "2024-03-05T09:00", analyte, value, unit, status="odd")
        for analyte, value, unit in (("anc", "0.8", "10*9/L"), ("potassium", "7.2", "mmol/L"), ("hgb", "150", "g/L"))
    ]

    receive_results(clinic=clinic, rows=rows, source=Source("file"), by=None, now=NOW)

    alert = Alert.objects.get()
    assert (alert.tier, alert.quarantine_item.row["analyte"]) == ("immediate", "potassium")
    assert alert.sentence == (
        "Possible critical result, not verified: potassium 7.2 mmol/L on Tue 5 Mar 2024. "
        "The status “odd” is not known. Also held back: anc 0.8 10*9/L."
    )


@pytest.mark.parametrize(
    ("first", "then"), [("anc", "potassium"), ("potassium", "anc")], ids=["more urgent", "less urgent"]
)
def test_another_analyte_raises_an_alert_that_waits_again_and_both_are_named(
    clinic: Clinic, patient: Patient, first: str, then: str
) -> None:
    values = {"anc": ("0.8", "10*9/L"), "potassium": ("7.2", "mmol/L")}
    raised = [
        hold_back(clinic, analyte=analyte, value=values[analyte][0], unit=values[analyte][1], status="odd").alerts
        for analyte in (first, then, first)
    ]

    alert = Alert.objects.get()
    assert raised == [1, 1, 0]
    assert (alert.tier, alert.quarantine_item.row["analyte"]) == ("immediate", "potassium")
    assert alert.sentence.endswith("Also held back: anc 0.8 10*9/L.")
    assert Message.objects.in_app().filter(kind="alert.raised_again").count() == 1


def test_held_back_value_that_cannot_be_judged_counts_as_critical(
    clinic: Clinic, patient: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> None:
        raise ZeroDivisionError("An error of the rule.")

    monkeypatch.setattr("labs.intake.held_back.critical_in", fail)

    hold_back(clinic, analyte="potassium", value="4.0", unit="mmol/L", status="odd")

    assert (tiers(), QuarantineItem.objects.count()) == (["immediate"], 1)
    assert "ZeroDivisionError" in caplog.text
