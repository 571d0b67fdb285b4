"""What one row says, or why it is held back: times that are read, refused, or beyond the calendar."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Clinic, Staff
from labs.intake.book import Book
from labs.intake.incoming import Incoming
from labs.intake.understanding import Held, Reader, Understood, When
from patients.models import Patient
from tests.factories import PatientFactory

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
ROW = Incoming("row 1", "P1", "2024-03-05T09:00", "platelets", "200", "10*9/L")


@pytest.fixture
def patient(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="P1")


def read(patient: Patient, **fields: str) -> Understood | Held:
    book = Book(patient.clinic, None)
    return Reader(book, patient.clinic.zone, NOW).read(ROW._replace(**fields), book.of(""), patient)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-03-05", When(datetime(2024, 3, 5, 11, tzinfo=UTC), date(2024, 3, 5), False)),
        ("2024-03-05T09:00", When(datetime(2024, 3, 5, 8, tzinfo=UTC), date(2024, 3, 5), True)),
        (" 2024-03-05 09:00 ", When(datetime(2024, 3, 5, 8, tzinfo=UTC), date(2024, 3, 5), True)),
        ("2024-03-05T23:30Z", When(datetime(2024, 3, 5, 23, 30, tzinfo=UTC), date(2024, 3, 6), True)),
        ("20240305T0900", When(datetime(2024, 3, 5, 8, tzinfo=UTC), date(2024, 3, 5), True)),
    ],
)
def test_time_is_read_in_the_clinics_zone(patient: Patient, text: str, at: When) -> None:
    understood = read(patient, collected_at=text)

    assert isinstance(understood, Understood)
    assert understood.when == at


UNREADABLE = (
    *("20240305", "2024-3-5", "2024-W10", "2024-W10-2", "2024-W10T09:00", "05.03.2024", "2024-13-01", "noon"),
    *("0001-01-01T00:00+05:00", "9999-12-31T23:00-05:00", "2024-03-05T25:00", "２０２４-０３-０５"),
)


@pytest.mark.parametrize("text", UNREADABLE)
def test_specimen_time_that_is_not_read_is_held_back_with_what_it_says(patient: Patient, text: str) -> None:
    held = read(patient, collected_at=text, value="8")

    assert isinstance(held, Held)
    assert (held.problem, held.reason) == ("time_unreadable", f"The specimen time “{text}” is not understood.")
    assert (held.analyte.key, held.value.text, held.unit) == ("platelets", "8", "10*9/L"), "to tell if it is critical"


@pytest.mark.parametrize("text", UNREADABLE)
def test_time_of_issue_that_is_not_read_is_held_back(patient: Patient, text: str) -> None:
    held = read(patient, issued_at=text)

    assert isinstance(held, Held)
    assert (held.problem, held.reason) == ("time_unreadable", f"The time of issue “{text}” is not understood.")


def test_time_of_issue_in_the_future_is_held_back_or_no_later_version_would_hold(patient: Patient) -> None:
    held = read(patient, issued_at="2042-03-05T10:00")
    tomorrow = read(patient, issued_at="2024-03-07T10:00")

    assert isinstance(held, Held)
    assert (held.problem, held.reason) == ("time_unreadable", "The time of issue, 2042-03-05, lies in the future.")
    assert isinstance(tomorrow, Understood), "the sender's clock may be ahead"


@pytest.mark.parametrize("text", ["", " "])
def test_blank_time_of_issue_is_none(patient: Patient, text: str) -> None:
    understood = read(patient, issued_at=text)

    assert isinstance(understood, Understood)
    assert understood.issued_at is None


@pytest.mark.parametrize("sign", ["\0", "\udc80"])
def test_sign_that_cannot_be_stored_is_named_with_its_field(patient: Patient, sign: str) -> None:
    held = read(patient, specimen_type=f"BLD{sign}")

    assert isinstance(held, Held)
    assert (held.problem, held.reason) == (
        "row_broken",
        "The specimen type came with a sign that is no text (NUL).",
    )


@pytest.mark.parametrize(("text", "fasting"), [("Y", True), ("n", False), ("Yes", True), ("", None), ("since 8", None)])
def test_fasting_is_read_in_the_words_of_the_grading_command(patient: Patient, text: str, fasting: bool | None) -> None:
    understood = read(patient, analyte="glucose", value="9.0", unit="mmol/L", fasting=text)

    assert isinstance(understood, Understood)
    assert understood.fasting is fasting
