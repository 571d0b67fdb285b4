"""Readings of scans over HTTP: the same acts and refusals as on the pages, and a second reader who stays blind."""

from datetime import date

import pytest

from accounts.models import Role
from imaging.models import ImagingPolicy, ScoreReading
from tests.api.conftest import ApiClient, member_of
from tests.factories import PatientFactory
from tests.imaging.factories import ReadingFactory, StudyFactory, values_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(clinic):
    return StudyFactory(patient=PatientFactory(clinic=clinic))


def test_reading_is_recorded_changed_and_withdrawn(api, study, clinician):
    created = api.post("score-readings", {"study": study.pk, "values": values_of(pelvis=2)})
    address = f"score-readings/{created.json()['id']}"
    changed = api.patch(address, {"values": values_of(pelvis=3), "reason": "Diffuse."}, If_Match=created["ETag"])
    withdrawn = api.post(f"{address}/withdraw", {"reason": "Another patient."})

    assert created.status_code == 201
    assert {name: created.json()[name] for name in ("scheme", "role", "total", "read_on", "reader", "hidden")} == {
        "scheme": "Curie",
        "role": "reader",
        "total": 2,
        "read_on": "2024-03-27",
        "reader": str(clinician.pk),
        "hidden": False,
    }
    assert [changed.json()["total"], withdrawn.json()["withdrawn"]] == [3, True]
    assert api.results("score-readings?withdrawn=false") == []


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"values": values_of(pelvis=4)}, 422, "values"),
        ({"values": {"pelvis": 1}}, 422, "values"),
        ({"values": values_of(brain=1)}, 422, "values"),
        ({"values": {"pelvis": "much"}}, 400, "values.pelvis"),
        ({"scheme": "Deauville"}, 400, "scheme"),
        ({"read_on": "2024-03-28"}, 422, "read_on"),
    ],
)
def test_reading_that_cannot_be_names_its_field(api, study, changed, status, field):
    answer = api.post("score-readings", {"study": study.pk, "values": values_of()} | changed)

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (status, [field])
    assert ScoreReading.objects.count() == 0


def test_reading_of_a_scan_read_already_is_refused(api, study):
    body = {"study": study.pk, "values": values_of()}
    api.post("score-readings", body)

    assert api.post("score-readings", body).status_code == 409


def test_first_reading_is_hidden_until_both_have_read(api, clinic, study):
    ImagingPolicy.objects.create(clinic=clinic, two_readers=True)
    first = ReadingFactory(study=study, note="Motion.")
    names = ("hidden", "values", "total", "note")

    (before,) = api.results("score-readings")
    assert [before[name] for name in names] == [True, None, None, None]
    assert [api.get(f"score-readings/{first.pk}").json()[name] for name in names] == [True, None, None, None]
    api.post("score-readings", {"study": study.pk, "values": values_of(pelvis=2)})

    after = api.get(f"score-readings/{first.pk}").json()
    assert [after[name] for name in names] == [False, values_of(pelvis=2), 2, "Motion."]


def test_reading_in_place_of_one_that_was_seen_is_told_as_not_blind(api, clinic, study):
    ImagingPolicy.objects.create(clinic=clinic, two_readers=True)
    taken_back, other = ReadingFactory.create_batch(2, study=study)
    api.post(f"score-readings/{taken_back.pk}/withdraw", {"reason": "Wrong scan."})
    body = {"study": study.pk, "values": values_of(pelvis=2)}

    refused = api.post("score-readings", body)
    created = api.post("score-readings", body | {"note": "Both were visible."})

    assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (422, ["note"])
    assert {each["id"]: each["not_blind"] for each in api.results("score-readings")} == {
        str(taken_back.pk): False,
        str(other.pk): False,
        created.json()["id"]: True,
    }
    assert api.get(f"imaging-studies/{study.pk}/score").json()["sentence"].endswith(" not blind.")


def test_own_reading_is_not_hidden(api, clinic, clinician, study):
    ImagingPolicy.objects.create(clinic=clinic, two_readers=True)
    ReadingFactory(study=study, reader=clinician)

    assert api.results("score-readings")[0]["total"] == 2


def test_events_tell_no_value(api, clinic, study):
    ImagingPolicy.objects.create(clinic=clinic, two_readers=True)
    ApiClient(member_of(clinic, Role.CLINICIAN)).post(
        "score-readings", {"study": study.pk, "values": values_of(pelvis=3)}
    )

    (event,) = api.results(f"events?patient={study.patient_id}")

    assert event["facts"].keys() == {"reading", "study", "what"}


def test_reason_of_a_hidden_reading_is_kept_from_others_until_both_have_read(api, clinic, clinician, study):
    ImagingPolicy.objects.create(clinic=clinic, two_readers=True)
    first = ApiClient(member_of(clinic, Role.CLINICIAN))
    body = {"study": study.pk, "values": values_of(pelvis=3)}
    address = f"score-readings/{first.post('score-readings', body).json()['id']}"
    first.patch(address, {"values": values_of(pelvis=2), "reason": "Pelvis is 2."}, If_Match="*")
    undone = first.results(f"events?patient={study.patient_id}&kind=score.changed")[0]["id"]
    first.post(f"events/{undone}/undo", {"reason": "Pelvis is 3."})
    api.post(f"{address}/withdraw", {"reason": "Another scan."})

    def reasons(client):
        return [each["reason"] for each in client.results(f"events?patient={study.patient_id}")]

    assert reasons(first) == ["Another scan.", "Pelvis is 3.", "Pelvis is 2.", ""]
    assert reasons(api) == ["Another scan.", None, None, ""]  # what one has given oneself is not kept from one
    assert api.get(f"events/{undone}").json()["reason"] is None

    for client in (first, api):
        client.post("score-readings", body)

    assert reasons(api)[2:] == ["Another scan.", "Pelvis is 3.", "Pelvis is 2.", ""]


def test_differing_readings_are_adjudicated(api, study):
    for pelvis in (2, 3):
        ReadingFactory(study=study, given={"pelvis": pelvis})

    decided = api.post("score-readings/adjudicate", {"study": study.pk, "values": {"pelvis": 3}})

    assert (decided.status_code, decided.json()["role"], decided.json()["total"]) == (201, "adjudication", 3)
    assert api.post("score-readings/adjudicate", {"study": study.pk, "values": {"pelvis": 3}}).status_code == 409


def test_score_of_a_scan_is_computed_with_its_baseline(api, study):
    reading = ReadingFactory(study=study, given={"pelvis": 2})
    baseline = StudyFactory(patient=study.patient, imaged_on=date(2023, 12, 1), is_baseline=True)
    ReadingFactory(study=baseline, given={"pelvis": 3, "soft_tissue": 1}, reader=reading.reader)

    score = api.get(f"imaging-studies/{study.pk}/score").json()

    assert {name: score[name] for name in ("state", "total", "reading", "baseline", "obstacles")} == {
        "state": "counts",
        "total": 2,
        "reading": str(reading.pk),
        "baseline": str(baseline.pk),
        "obstacles": [],
    }
    assert (score["relative"]["value"], score["relative_of_bone"]["regions"]) == ("0.5", "bone")
    assert [each["above"] for each in score["cut_offs"]] == ["12", "2", "0"]
    assert score["cut_offs"][0]["verified"] is False


def test_score_over_a_scan_after_therapy_is_refused(api, study):
    reading = ReadingFactory(study=study)
    after = StudyFactory(patient=study.patient, kind="post_therapy", imaged_on=date(2023, 12, 1), is_baseline=True)
    ReadingFactory(study=after, reader=reading.reader)

    score = api.get(f"imaging-studies/{study.pk}/score").json()

    assert (score["relative"], score["relative_of_bone"]) == (None, None)
    assert [(each["rule"], each["refused"]) for each in score["obstacles"]] == [
        ("post_therapy_baseline", True),
        ("tracer", False),
    ]


@pytest.mark.parametrize(("scheme", "status"), [("SIOPEN", 200), ("Deauville", 400)])
def test_score_is_asked_by_scheme(api, study, scheme, status):
    answer = api.get(f"imaging-studies/{study.pk}/score?scheme={scheme}")

    assert answer.status_code == status
    if status == 200:
        assert (answer.json()["state"], answer.json()["total"], answer.json()["differing"]) == ("unread", None, [])


def test_clinic_sets_how_scans_are_scored(api, clinic):
    read = api.get(f"clinics/{clinic.pk}/scoring")
    changed = api.patch(
        f"clinics/{clinic.pk}/scoring",
        {"two_readers": True, "cut_offs_hidden": ["Curie.diagnosis_12"]},
        If_Match=read["ETag"],
    )

    assert read.json() == {
        "clinic": str(clinic.pk),
        "scheme": "Curie",
        "two_readers": False,
        "cut_offs_hidden": [],
        "viewer_url": "",
    }
    assert (changed.json()["two_readers"], changed.json()["cut_offs_hidden"]) == (True, ["Curie.diagnosis_12"])
    for refused in ({"cut_offs_hidden": ["x"]}, {"viewer_url": "https://pacs.example/"}):
        assert api.patch(f"clinics/{clinic.pk}/scoring", refused, If_Match="*").status_code == 422


def test_other_clinics_scans_are_not_there(api):
    reading = ReadingFactory()

    assert api.get(f"score-readings/{reading.pk}").status_code == 404
    assert api.get(f"imaging-studies/{reading.study_id}/score").status_code == 404
    assert api.post("score-readings", {"study": reading.study_id, "values": values_of()}).status_code == 400
