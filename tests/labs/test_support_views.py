"""The line that records a transfusion or growth factor, what changes how results are read, the list, the API."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Role
from labs.models import LabResult
from patients.models import ClinicalEvent, SupportiveCare
from schedules.models import Plan
from tests.api.conftest import ApiClient
from tests.factories import MembershipFactory, PatientFactory, enrolled
from tests.labs.arrivals import arrive

TODAY = date(2024, 3, 6)
HEADS = "mrn,given_on,product,units,place,note"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 6, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def treated(clinic, clinician, client) -> Plan:
    client.force_login(clinician)
    return enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)


def test_line_records_and_offers_undo_and_the_value_is_marked(client, treated):
    arrive(treated.patient, date(2024, 3, 5))
    told = {"product": "platelets", "given_on": "2024-03-04", "units": "2", "place": "Ward 3", "note": ""}

    answer = client.post(reverse("labs:support", args=[treated.patient_id]), told, follow=True)

    (message,) = answer.context["messages"]
    assert str(message) == "Platelets given on Mon 4 Mar 2024."
    assert message.extra_tags.endswith("/undo/")
    (platelets,) = [
        row for panel in answer.context["sheet"].panels for row in panel.rows if row.analyte.key == "platelets"
    ]
    assert [cell.shown.letters for cells in platelets.cells for cell in cells] == ["T"]


def test_line_that_cannot_be_says_why(client, treated):
    told = {"product": "platelets", "given_on": "2024-03-07"}

    answer = client.post(reverse("labs:support", args=[treated.patient_id]), told)

    assert answer.status_code == 422
    assert answer.context["support_form"].errors["given_on"] == ["This day lies ahead. Record it once it was given."]


def test_entered_in_error_asks_why(client, treated, clinic):
    given = SupportiveCare.objects.create(
        clinic=clinic, patient=treated.patient, product="platelets", given_on=date(2024, 3, 4)
    )
    url = reverse("labs:withdraw_support", args=[given.pk])

    refused = client.post(url, {"reason": ""})
    client.post(url, {"reason": "Another person's."})

    assert refused.status_code == 422
    assert SupportiveCare.objects.get().withdrawn


def test_clinical_events_are_recorded_changed_and_withdrawn(client, treated):
    told = {"kind": "levothyroxine", "started_on": "2024-02-01", "tsh_low": "0.5", "tsh_high": "2.5"}
    client.post(reverse("schedules:record_clinical_event", args=[treated.patient_id]), told)
    event = ClinicalEvent.objects.get()

    changed = {
        "started_on": "2024-02-01",
        "tsh_low": "0.5",
        "tsh_high": "4",
        "ended_on": "",
        "note": "After the visit.",
    }
    client.post(reverse("schedules:change_clinical_event", args=[event.pk]), changed)
    shown = client.get(
        reverse("schedules:clinical_events", args=[treated.patient_id]), headers={"hx-request": "true"}
    ).content.decode()
    client.post(reverse("schedules:withdraw_clinical_event", args=[event.pk]), {"reason": "Another person's."})

    event.refresh_from_db()
    assert (event.tsh_high, event.note, event.withdrawn) == (4, "After the visit.", True)
    assert ("TSH target 0.500" in shown or "TSH target 0.5" in shown, "<html" in shown) == (True, False)


def test_clinical_event_that_cannot_be_says_why_at_its_field(client, treated):
    told = {"kind": "levothyroxine", "started_on": "2024-02-01", "tsh_low": "5", "tsh_high": "2.5"}

    answer = client.post(reverse("schedules:record_clinical_event", args=[treated.patient_id]), told)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["tsh_low"])


def test_auditor_sees_the_events_and_no_button(client, treated, clinic):
    client.force_login(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)

    shown = client.get(reverse("schedules:clinical_events", args=[treated.patient_id])).content.decode()

    assert "Record what happened" not in shown


@pytest.fixture
def listed(tmp_path, treated, clinic):
    """Write a list and import it."""

    def run(*lines: str, **options: object) -> str:
        file = tmp_path / "support.csv"
        file.write_text("\n".join([HEADS, *lines]))
        out = StringIO()
        call_command("import_support", str(file), clinic=clinic.slug, stdout=out, **options)
        return out.getvalue()

    return run


def test_list_is_imported_once(listed, treated):
    lines = [f"{treated.patient.mrn},2024-03-04,Platelets,2,Ward 3,", f"{treated.patient.mrn},2024-03-05,filgrastim,,,"]

    said = [listed(*lines, dry_run=True), listed(*lines), listed(*lines)]

    assert said == [
        "Dry run: 2 rows without a mistake, nothing was stored.\n",
        "2 recorded, 0 on record already.\n",
        "0 recorded, 2 on record already.\n",
    ]
    assert set(SupportiveCare.objects.values_list("product", "units", "place")) == {
        ("platelets", 2, "Ward 3"),
        ("filgrastim", None, ""),
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nobody,2024-03-04,platelets,,,", "row 3, mrn: No patient in follow-up here has the MRN “nobody”."),
        ("{mrn},04/03/2024,platelets,,,", "row 3, given_on: “04/03/2024” is not a day. Write it as 2024-03-27."),
        ("{mrn},2024-03-07,platelets,,,", "row 3, given_on: This day lies ahead."),
        ("{mrn},2024-03-04,plasma,,,", "row 3, product: “plasma” is not known. Write one of platelets, red_cells"),
        ("{mrn},2024-03-04,platelets,0,,", "row 3, units: “0” is no number from 1 to 99."),
        ("{mrn},2024-03-04,platelets,²,,", "row 3, units: “²” is no number from 1 to 99."),
        (f"{{mrn}},2024-03-04,platelets,{'9' * 5000},,", "is no number from 1 to 99."),
    ],
)
def test_list_with_a_mistake_stores_nothing(listed, treated, line, told, capsys, tmp_path, clinic):
    good = f"{treated.patient.mrn},2024-03-01,platelets,,,"
    out = StringIO()
    file = tmp_path / "support.csv"
    file.write_text("\n".join([HEADS, good, line.format(mrn=treated.patient.mrn)]))

    with pytest.raises(CommandError, match="1 mistakes, nothing was stored"):
        call_command("import_support", str(file), clinic=clinic.slug, stdout=out)

    assert told in out.getvalue()
    assert not SupportiveCare.objects.exists()


def test_list_without_a_column_says_which(listed, tmp_path, clinic):
    file = tmp_path / "support.csv"
    file.write_text("mrn,product\nM1,platelets")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("import_support", str(file), clinic=clinic.slug, stdout=out)

    assert "given_on: There is no such column." in out.getvalue()


def test_api_records_and_withdraws_support(treated, clinician):
    api = ApiClient(clinician)
    body = {"patient": treated.patient_id, "product": "platelets", "given_on": "2024-03-04", "units": 2}

    made = api.post("supportive-care", body)
    again = api.post("supportive-care", body)
    gone = api.post(f"supportive-care/{made.json()['id']}/withdraw", {"reason": "Another person's."})

    assert (made.status_code, again.status_code, gone.json()["withdrawn"]) == (201, 422, True)
    assert [row["product"] for row in api.results("supportive-care?withdrawn=true")] == ["platelets"]


def test_api_records_changes_and_withdraws_clinical_events(treated, clinician):
    api = ApiClient(clinician)
    body = {"patient": treated.patient_id, "kind": "levothyroxine", "started_on": "2024-02-01"}

    made = api.post("clinical-events", body)
    path = f"clinical-events/{made.json()['id']}"
    changed = api.patch(path, {"tsh_low": "0.5", "tsh_high": "2.5"}, **{"If-Match": made["ETag"]})
    gone = api.post(f"{path}/withdraw", {"reason": "Another person's."})

    assert (made.status_code, changed.status_code, gone.json()["withdrawn"]) == (201, 200, True)
    assert float(changed.json()["tsh_high"]) == 2.5


def test_api_of_another_clinics_patient_is_refused(treated, clinician):
    stranger = PatientFactory()

    answer = ApiClient(clinician).post(
        "supportive-care", {"patient": stranger.pk, "product": "platelets", "given_on": "2024-03-04"}
    )

    assert answer.status_code == 400
    assert not SupportiveCare.objects.exists()
    assert not LabResult.objects.exists()
