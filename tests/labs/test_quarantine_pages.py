from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from labs.models import LabResult, QuarantineItem
from tests.factories import MembershipFactory, PatientFactory
from tests.labs.held_back import hold_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 6, 9, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def member(client):
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


@pytest.fixture
def patient(member):
    return PatientFactory(clinic=member.clinic, mrn="A1")


def page(name, *args):
    return reverse(f"labs:{name}", args=args)


def first():
    return QuarantineItem.objects.order_by("id").first()


def test_list_shows_one_line_per_cause_with_its_count(client, patient):
    for value in ("210", "190"):
        hold_back(patient, analyte="PLT2", value=value)
    hold_back(patient, unit="")
    answer = client.get(page("quarantine"))
    assert [(problem, cause.words, cause.rows) for cause, problem, _ in answer.context["causes"]] == [
        ("Code not known", "“PLT2”", 2),
        ("Unit missing", "“platelets” without a unit", 1),
    ]
    assert answer.context["counts"] == {"rows": 3, "overdue": 0, "unowned": 3}


def test_list_is_narrowed_and_paged(client, member, patient, monkeypatch):
    monkeypatch.setattr("labs.views.quarantine.CAUSES_A_PAGE", 1)
    hold_back(patient, analyte="P1")
    hold_back(patient, analyte="P2")
    hold_back(patient, unit="")
    client.post(page("claim_item", first().pk))
    mine = client.get(page("quarantine"), {"whose": "mine"}).context["causes"]
    assert [(cause.words, owners) for cause, _, owners in mine] == [("“P1”", member.staff.name)]
    seen, address = [], page("quarantine") + "?problem=code_unknown"
    while address:
        answer = client.get(address)
        seen += [cause.words for cause, _, _ in answer.context["causes"]]
        address = answer.context["next_url"]
    assert seen == ["“P1”", "“P2”"]
    assert client.get(page("quarantine"), {"after": "nonsense"}).status_code == 404


@pytest.mark.parametrize(
    ("position", "words"), [("row 2", "File “list.csv”, row 2"), ("list.csv row 2", "File, list.csv row 2")]
)
def test_page_of_a_row_names_its_file_once(client, patient, position, words):
    hold_back(patient, analyte="P1", position=position)
    assert words in client.get(page("quarantine_item", first().pk)).content.decode()


def test_overdue_rows_stand_first_and_say_so(client, member, patient, clock):
    hold_back(patient, analyte="P1")
    clock.move_to(datetime(2024, 3, 11, 9, tzinfo=UTC))
    client.force_login(member.staff)
    hold_back(patient, analyte="P2")
    answer = client.get(page("quarantine"))
    assert [cause.words for cause, _, _ in answer.context["causes"]] == ["“P1”", "“P2”"]
    assert (answer.context["counts"]["overdue"], "4 days overdue" in answer.content.decode()) == (1, True)


def test_list_asks_as_much_for_three_causes_as_for_one(client, patient):
    hold_back(patient, analyte="P1")
    client.get(page("quarantine"))  # the first page of a session asks more
    with CaptureQueriesContext(connection) as few:
        client.get(page("quarantine"))
    hold_back(patient, analyte="P2")
    hold_back(patient, analyte="P3")
    with CaptureQueriesContext(connection) as many:
        client.get(page("quarantine"))
    assert len(many) == len(few)


ANSWERS = {
    "map_item_code": ({"analyte": "PLT2"}, {"code-analyte": "platelets"}),
    "set_item_unit": ({"unit": ""}, {"unit-unit": "10*9/L", "unit-holds_for": "these", "unit-reason": "Printed so."}),
    "choose_item_patient": ({"mrn": "0A1"}, {"patient-mrn": "a1", "patient-confirmed": "on"}),
    "correct_item": (
        {"value": "see note"},
        {"row-value": "210", "row-value_again": "210", "row-status": "final", "row-reason": "Told.",
         "row-unit": "10*9/L", "row-collected_at": "2024-03-05T08:00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_takes_in_the_row_and_says_so(client, patient, name):
    came, entered = ANSWERS[name]
    hold_back(patient, **came)
    answer = client.post(page(name, first().pk), entered, follow=True)
    assert answer.redirect_chain == [(page("quarantine"), 302)]
    assert (LabResult.objects.get().analyte, first().state) == ("platelets", "replayed")
    assert [str(message)[:9] for message in answer.context["messages"]] == ["Held back"]


MISTAKES = {
    "map_item_code": ({"analyte": "PLT2"}, {}, {"analyte"}),
    "set_item_unit": ({"unit": ""}, {"unit-unit": "10*9/L", "unit-holds_for": "these"}, {"reason"}),
    "choose_item_patient": ({"mrn": "0A1"}, {"patient-mrn": "B7"}, {"mrn", "confirmed"}),
    "correct_item": ({"value": "see note"}, {"row-value": "21", "row-value_again": "2"}, {"reason"}),
    "set_item_aside": ({"analyte": "PLT2"}, {}, {"reason"}),
    "settle_item": ({"analyte": "PLT2"}, {}, {"holds", "reason"}),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_answer_with_a_mistake_shows_it_at_its_field_and_takes_in_nothing(client, patient, name):
    came, entered, fields = MISTAKES[name]
    hold_back(patient, **came)
    answer = client.post(page(name, first().pk), entered)
    found = [set(form.errors) for form in answer.context["forms"].values() if form.errors]
    assert (answer.status_code, found, first().state) == (422, [fields], "open")


def test_unit_is_set_for_whatever_the_laboratory_sends(client, patient):
    hold_back(patient, unit="furlong")
    client.post(page("set_item_unit", first().pk), {"unit-unit": "10*9/L", "unit-holds_for": "laboratory"})
    hold_back(patient, unit="furlong", value="190")
    assert LabResult.objects.count() == 2


def test_unit_is_set_by_a_coordinator_for_these_rows_alone(client, member, patient):
    client.force_login(MembershipFactory(clinic=member.clinic, role=Role.COORDINATOR).staff)
    hold_back(patient, unit="furlong")
    entered = {"unit-unit": "10*9/L", "unit-holds_for": "laboratory", "unit-reason": "Printed so."}
    client.post(page("set_item_unit", first().pk), entered)
    hold_back(patient, unit="furlong", value="190")
    assert LabResult.objects.count() == 1


def test_coordinator_reads_that_a_clinician_maps_codes(client, member, patient):
    client.force_login(MembershipFactory(clinic=member.clinic, role=Role.COORDINATOR).staff)
    hold_back(patient, analyte="PLAT2", name="Platelets")
    shown = client.get(page("quarantine_item", first().pk)).content.decode()
    assert "What a code stands for is decided by a clinician. It may be Platelets." in shown
    assert client.post(page("map_item_code", first().pk), {"code-analyte": "platelets"}).status_code == 403


def test_rows_that_still_wait_are_opened_with_the_reason(client, patient):
    hold_back(patient, analyte="PLT2", unit="")
    answer = client.post(page("map_item_code", first().pk), {"code-analyte": "platelets"}, follow=True)
    assert answer.redirect_chain == [(page("quarantine_item", first().pk), 302)]
    assert "1 still held back: Platelets: no unit is reported" in answer.content.decode()


def test_rows_are_tried_again_once_the_patient_is_entered(client, member, patient):
    hold_back(patient, mrn="B2")
    PatientFactory(clinic=member.clinic, mrn="B2")
    client.post(page("take_item_in_again", first().pk))
    assert first().state == "replayed"


def test_conflict_is_settled_on_the_page(client, patient):
    hold_back(patient, accession="S", value="210")
    hold_back(patient, accession="S", value="21")
    other = LabResult.objects.get(is_current=False)
    entered = {"settle-holds": other.pk, "settle-reason": "Telephoned."}
    client.post(page("settle_item", first().pk), entered)
    assert LabResult.objects.current().get().reported == other.reported


def test_rows_set_aside_can_be_taken_back_by_undo(client, patient):
    for value in ("210", "190"):
        hold_back(patient, analyte="PLT2", value=value)
    answer = client.post(page("set_item_aside", first().pk), {"aside-reason": "Controls."}, follow=True)
    assert [item.state for item in QuarantineItem.objects.all()] == ["dismissed"] * 2
    [message] = answer.context["messages"]
    client.post(message.extra_tags)
    assert [item.state for item in QuarantineItem.objects.all()] == ["open"] * 2


def test_row_that_is_dealt_with_shows_what_was_done_and_no_forms(client, patient):
    hold_back(patient, analyte="PLT2")
    client.post(page("set_item_aside", first().pk), {"aside-reason": "A control."})
    answer = client.get(page("quarantine_item", first().pk))
    assert (answer.context["forms"], "Set aside: A control." in answer.content.decode()) == ({}, True)
