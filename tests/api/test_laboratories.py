"""Laboratories, their codes, units and ranges, and what is held back, over HTTP: the same acts as on the pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from events.models import Event
from labs.models import CodeMapping, LabResult, QuarantineItem, ReferenceRange, UnitMapping
from tests.api.conftest import ApiClient, member_of
from tests.factories import MembershipFactory, PatientFactory
from tests.labs.factories import LaboratoryFactory
from tests.labs.held_back import hold_back

pytestmark = pytest.mark.django_db
FOR_UPDATE = re.compile(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE')


@pytest.fixture
def north(clinic):
    return LaboratoryFactory(clinic=clinic, name="North")


@pytest.fixture
def patient(clinic):
    return PatientFactory(clinic=clinic, mrn="A1")


def test_laboratory_is_entered_changed_and_retired(api, clinic):
    made = api.post("laboratories", {"clinic": clinic.pk, "name": "CDISC pilot central laboratory"})
    assert (made.status_code, made.json()["decimal_comma"]) == (201, False)
    address = f"laboratories/{made.json()['id']}"
    changed = api.patch(address, {"decimal_comma": True}, If_Match=api.get(address)["ETag"])
    assert (changed.status_code, changed.json()["decimal_comma"]) == (200, True)
    assert api.post(f"{address}/retire").json()["is_active"] is False
    assert api.post(f"{address}/retire").status_code == 409
    assert api.post(f"{address}/reinstate").json()["is_active"] is True
    assert len(api.results(f"laboratory-codes?laboratory={made.json()['id']}&page_size=200")) == 46


def test_code_is_mapped_taken_back_and_takes_in_what_waits(api, north, patient):
    hold_back(patient, analyte="PLT2")
    made = api.post("laboratory-codes", {"laboratory": north.pk, "code": "PLT2", "analyte": "platelets"})
    assert (made.status_code, made.json()["code"], made.json()["analyte"]) == (201, "PLT2", "platelets")
    assert LabResult.objects.get().analyte == "platelets"
    assert api("DELETE", f"laboratory-codes/{made.json()['id']}").status_code == 204
    assert (api.results("laboratory-codes"), CodeMapping.objects.get().is_active) == ([], False)


def test_unusual_code_is_told_with_its_concern(api, north):
    answer = api.post("laboratory-codes", {"laboratory": north.pk, "code": "718-7", "analyte": "platelets"})
    assert (answer.status_code, answer.json()["concerns"]) == (
        422,
        ["718-7 stands for Hemoglobin everywhere else."],
    )


def test_unit_is_mapped_and_taken_back(api, north):
    made = api.post("laboratory-units", {"laboratory": north.pk, "spelling": "furlong", "unit": "10*9/L"})
    assert (made.status_code, made.json()["unit"]) == (201, "10*9/L")
    assert api("DELETE", f"laboratory-units/{made.json()['id']}").status_code == 204
    assert not UnitMapping.objects.get().is_active


def test_range_is_set_changed_and_taken_back(api, clinic, north):
    body = {"clinic": clinic.pk, "laboratory": north.pk, "analyte": "platelets", "low": "130.0", "unit": "10*9/L"}
    made = api.post("reference-ranges", body)
    assert (made.status_code, made.json()["low"], made.json()["high"]) == (201, "130.0", None)
    assert api.post("reference-ranges", body).json()["errors"][0]["field"] == "analyte"
    address = f"reference-ranges/{made.json()['id']}"
    changed = api.patch(address, {"high": "400"}, If_Match=api.get(address)["ETag"])
    assert (changed.status_code, changed.json()["low"], changed.json()["high"]) == (200, "130.0", "400")
    assert api("DELETE", address).status_code == 204
    assert not ReferenceRange.objects.get().is_active


def locked_by(change):
    """Return the tables in which `change` locks rows, in the order in which it first does."""
    with CaptureQueriesContext(connection) as queries:
        change()
    return list(dict.fromkeys(found[1] for each in queries if (found := FOR_UPDATE.search(each["sql"]))))


def test_laboratory_is_locked_before_its_row_as_on_the_pages(api, clinic, north):
    body = {"clinic": clinic.pk, "laboratory": north.pk, "analyte": "platelets", "low": "130.0", "unit": "10*9/L"}
    address = f"reference-ranges/{api.post('reference-ranges', body).json()['id']}"
    etag = api.get(address)["ETag"]
    locked = locked_by(lambda: api.patch(address, {"high": "400"}, If_Match=etag))
    assert locked[:2] == ["labs_laboratory", "labs_referencerange"]


def test_laboratory_of_another_clinic_does_not_exist(api):
    foreign = LaboratoryFactory()
    answer = api.post("laboratory-codes", {"laboratory": foreign.pk, "code": "PLT", "analyte": "platelets"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "laboratory")


def test_held_back_rows_are_read_and_filtered(api, patient):
    hold_back(patient, analyte="PLT2")
    hold_back(patient, unit="")
    [row] = api.results("quarantine?problem=code_unknown")
    assert (row["row"]["analyte"], row["row"]["raw"], row["state"]) == ("PLT2", "line", "open")
    assert len(api.results("quarantine?unowned=true&state=open")) == 2
    assert api.results("quarantine?due_before=2024-03-27") == []


ANSWERS = {
    "map-code": ({"analyte": "PLT2"}, {"analyte": "platelets"}),
    "map-unit": ({"unit": "furlong"}, {"unit": "10*9/L"}),
    "set-unit": ({"unit": ""}, {"unit": "10*9/L", "reason": "Printed so."}),
    "correct": ({"value": "see note"}, {"value": "210", "value_again": "210", "reason": "Told."}),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_takes_the_row_in(api, patient, answer):
    came, body = ANSWERS[answer]
    hold_back(patient, **came)
    item = QuarantineItem.objects.get()
    done = api.post(f"quarantine/{item.pk}/{answer}", body)
    assert (done.status_code, done.json()["state"]) == (200, "replayed")
    assert (LabResult.objects.get().analyte, done.json()["result"]) == ("platelets", str(LabResult.objects.get().pk))


def test_patient_is_chosen_for_all_alike(api, patient):
    hold_back(patient, mrn="0A1")
    hold_back(patient, mrn="0A1", value="190")
    item = QuarantineItem.objects.order_by("id").first()
    done = api.post(f"quarantine/{item.pk}/choose-patient", {"patient": patient.pk, "all_alike": True})
    assert (done.status_code, LabResult.objects.count()) == (200, 2)


def test_conflict_is_settled(api, patient):
    hold_back(patient, accession="S", value="210")
    hold_back(patient, accession="S", value="21")
    item, other = QuarantineItem.objects.get(), LabResult.objects.get(is_current=False)
    done = api.post(f"quarantine/{item.pk}/settle", {"holds": other.pk, "reason": "Told."})
    assert (done.status_code, LabResult.objects.current().get().reported) == (200, other.reported)


def test_patient_of_a_conflict_is_locked_before_the_question_as_by_arrivals(api, patient):
    hold_back(patient, accession="S", value="210")
    hold_back(patient, accession="S", value="21")
    item, other = QuarantineItem.objects.get(), LabResult.objects.get(is_current=False)
    locked = locked_by(lambda: api.post(f"quarantine/{item.pk}/settle", {"holds": other.pk, "reason": "Told."}))
    assert locked[:2] == ["patients_patient", "labs_quarantineitem"]


def test_laboratory_is_locked_before_what_waits_for_its_words(api, patient):
    hold_back(patient, analyte="PLT2")
    item = QuarantineItem.objects.get()
    locked = locked_by(lambda: api.post(f"quarantine/{item.pk}/map-code", {"analyte": "platelets"}))
    assert locked[:3] == ["labs_laboratory", "patients_patient", "labs_quarantineitem"]


def test_row_is_claimed_tried_again_and_set_aside(api, clinician, patient):
    hold_back(patient, analyte="PLT2")
    address = f"quarantine/{QuarantineItem.objects.get().pk}"
    assert api.post(f"{address}/claim").json()["owner"] == str(clinician.pk)
    assert api.post(f"{address}/again").json()["state"] == "open"
    assert api.post(f"{address}/set-aside").status_code == 422
    assert api.post(f"{address}/set-aside", {"reason": "A control."}).json()["state"] == "dismissed"
    assert api.post(f"{address}/set-aside", {"reason": "A control."}).status_code == 409


def test_coordinator_sets_a_unit_but_maps_no_code(clinic, patient):
    coordinator = ApiClient(member_of(clinic, Role.COORDINATOR))
    hold_back(patient, analyte="PLT2")
    address = f"quarantine/{QuarantineItem.objects.get().pk}"
    assert coordinator.post(f"{address}/map-code", {"analyte": "platelets"}).status_code == 403
    assert coordinator.post(f"{address}/claim").status_code == 200
    assert not Event.objects.filter(kind="laboratory.code_mapped").exists()


def test_held_back_rows_of_another_clinic_are_in_no_list(patient):
    hold_back(patient, analyte="PLT2")
    stranger = ApiClient(MembershipFactory().staff)
    lists = ("laboratories", "laboratory-codes", "laboratory-units", "reference-ranges", "quarantine")
    assert [stranger.results(path) for path in lists] == [[]] * 5


def test_range_of_a_laboratory_of_another_own_clinic_is_refused_at_its_field(api, clinic, clinician):
    other = LaboratoryFactory(clinic=MembershipFactory(staff=clinician).clinic, name="South")
    facts = {"analyte": "platelets", "low": "130", "unit": "10*9/L"}

    answer = api.post("reference-ranges", {"clinic": clinic.pk, "laboratory": other.pk, **facts})

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["laboratory"])
    assert not ReferenceRange.objects.exists()
