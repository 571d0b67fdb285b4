"""The pages of scores: reading blind, what stands beside what, adjudicating, and over time."""

from datetime import UTC, date, datetime

import pytest
import time_machine
import vl_convert
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from imaging.models import ImagingPolicy, ScoreReading
from imaging.pages.score_picture import Point, score_picture
from imaging.response.curie import CURIE
from tests.factories import MembershipFactory, PatientFactory, enrolled
from tests.imaging.factories import ReadingFactory, StudyFactory, values_of

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 3, 27, 9, tzinfo=UTC)
TODAY = date(2024, 3, 27)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def study():
    return StudyFactory()


@pytest.fixture
def two_readers(study):
    return ImagingPolicy.objects.create(clinic=study.clinic, two_readers=True)


def signed_in(clinic, role=Role.CLINICIAN, name="Dr Test"):
    client = Client()
    client.member = MembershipFactory(clinic=clinic, role=role, staff__name=name)
    client.force_login(client.member.staff)
    return client


@pytest.fixture
def reader(study):
    return signed_in(study.clinic)


def entered(scheme="Curie", **given):
    return {**values_of(scheme, **given), "read_on": "2024-03-27", "note": ""}


def text(answer):
    return answer.content.decode()


def test_scan_is_read_changed_and_taken_back(reader, study):
    address = f"/imaging/studies/{study.pk}/scores/"
    asked = reader.get(f"{address}new/")
    answer = reader.post(f"{address}new/", entered(pelvis=2))
    reading = ScoreReading.objects.get()
    changed = {**entered(pelvis=3), "reason": "Diffuse."}

    assert (asked.context["scheme"], answer.headers["Location"]) == (CURIE, address)
    assert reader.post(f"/imaging/scores/{reading.pk}/change/", changed | {"reason": ""}).status_code == 422
    assert reader.post(f"/imaging/scores/{reading.pk}/change/", changed).status_code == 302
    reading.refresh_from_db()
    assert (reading.total, reading.values["pelvis"]) == (3, 3)
    assert reader.get(address).context["sections"][0].score.sentence == "Curie score 3, read by Dr Test."
    reader.post(f"/imaging/scores/{reading.pk}/entered-in-error/", {"reason": "Another patient."})
    assert "Not scored by Curie." in text(reader.get(address))
    assert reader.get(f"/imaging/scores/{reading.pk}/change/").status_code == 404


def test_form_without_a_region_comes_back_with_what_was_entered(reader, study):
    given = entered(pelvis=2)
    del given["head"]

    answer = reader.post(f"/imaging/studies/{study.pk}/scores/new/", given)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"head": ["Choose 0 to 3, 0 where there is no uptake."]}
    assert (answer.context["total"], answer.context["values"]["head"]) == (2, None)
    assert 'fill="url(#curie-2)"' in text(answer)


@pytest.mark.parametrize("given", ["²", "٢", "much", "4", "-1", "9" * 5000])
def test_value_that_is_none_of_the_scheme_is_refused_at_its_region(reader, study, given):
    answer = reader.post(f"/imaging/studies/{study.pk}/scores/new/", {**entered(head=1), "pelvis": given})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"pelvis": ["Choose 0 to 3, 0 where there is no uptake."]}
    assert (answer.context["total"], answer.context["values"]["pelvis"]) == (1, None)


def test_scheme_in_the_address_is_used_and_an_unknown_one_is_not_found(reader, study):
    address = f"/imaging/studies/{study.pk}/scores/new/"

    reader.post(f"{address}?scheme=SIOPEN", entered("SIOPEN", left_thigh=6))

    assert ScoreReading.objects.get().total == 6
    assert reader.get(f"{address}?scheme=Deauville").status_code == 404


@pytest.mark.parametrize("facts", [{"kind": "ct"}, {"withdrawn": True}])
def test_study_that_is_not_to_be_scored_has_no_form(study, facts):
    other = StudyFactory(patient=study.patient, **facts)

    assert signed_in(study.clinic).get(f"/imaging/studies/{other.pk}/scores/new/").status_code == 404


def test_who_has_read_comes_to_that_reading(reader, study):
    own = ReadingFactory(study=study, reader=reader.member.staff)

    answer = reader.get(f"/imaging/studies/{study.pk}/scores/new/")

    assert answer.headers["Location"] == f"/imaging/scores/{own.pk}/change/"


def test_first_reading_is_hidden_from_the_second_reader_until_both_have_read(reader, study, two_readers):
    first = ReadingFactory(study=study, given={"pelvis": 2}, note="Motion.", reader__name="Dr Oz")
    address = f"/imaging/studies/{study.pk}/scores/"

    before = reader.get(address)
    (section,) = before.context["sections"]
    assert (section.shown, section.hidden, section.picture) == ([], [first], None)
    assert "Motion." not in text(before)
    assert "Read by Dr Oz; awaits the second reader." in text(before)
    blind = reader.get(f"{address}new/")
    assert "hidden until you have saved yours" in text(blind)
    assert set(blind.context["values"].values()) == {None}
    assert reader.get(f"/imaging/scores/{first.pk}/change/").status_code == 404

    reader.post(f"{address}new/", entered(pelvis=3))

    after = reader.get(address)
    assert [[cell.value for cell in row.cells] for row in after.context["sections"][0].rows if row.differs] == [[2, 3]]
    assert "Motion." in text(after)


def test_reading_in_place_of_one_that_was_seen_is_shown_as_not_blind(reader, study, two_readers):
    taken_back = ReadingFactory(study=study, reader__name="Dr Ito")
    ReadingFactory(study=study, reader__name="Dr Oz")
    reader.post(f"/imaging/scores/{taken_back.pk}/entered-in-error/", {"reason": "Wrong scan."})
    address = f"/imaging/studies/{study.pk}/scores/"

    asked = reader.get(f"{address}new/")
    assert asked.context["form"]["note"].label == "What you knew of the earlier values"
    assert "this reading is shown as not blind" in text(asked)
    assert reader.post(f"{address}new/", entered(pelvis=2)).context["form"].errors.keys() == {"note"}
    reader.post(f"{address}new/", entered(pelvis=2) | {"note": "Both were visible."})

    page = text(reader.get(address))
    assert "read alike by Dr Oz and Dr Test, Dr Test not blind" in page
    assert [cell.whose for cell in reader.get(address).context["sections"][0].totals] == ["Dr Oz", "Dr Test, not blind"]


def test_history_tells_the_second_reader_no_value(reader, study, two_readers):
    other = signed_in(study.clinic, name="Dr Oz")
    other.post(f"/imaging/studies/{study.pk}/scores/new/", entered(pelvis=3, head=2))

    page = text(reader.get(f"/patients/{study.patient_id}/"))

    assert "Scan scored: Curie score of Wed 6 Mar 2024 (I-123 MIBG scan, planar), read by Dr Oz" in page


def test_reason_is_kept_from_the_second_reader_until_both_have_read(reader, study, two_readers):
    other = signed_in(study.clinic, name="Dr Oz")
    address, history = f"/imaging/studies/{study.pk}/scores/new/", f"/patients/{study.patient_id}/"
    other.post(address, entered(pelvis=3))
    change = f"/imaging/scores/{ScoreReading.objects.get().pk}/change/"
    other.post(change, entered(pelvis=2) | {"reason": "Pelvis is 2."})

    assert "Pelvis is 2." in text(other.get(history))
    before = text(reader.get(history))
    assert "Pelvis is 2." not in before
    assert "(its reason is hidden for now)" in before

    reader.post(address, entered(pelvis=3))

    assert "Pelvis is 2." in text(reader.get(history))


def test_first_reader_sees_the_own_reading(reader, study, two_readers):
    reader.post(f"/imaging/studies/{study.pk}/scores/new/", entered(pelvis=3))

    (section,) = reader.get(f"/imaging/studies/{study.pk}/scores/").context["sections"]

    assert (section.picture["pelvis"], section.score.counts) == (3, None)


@pytest.fixture
def differing(study):
    return [ReadingFactory(study=study, given=given) for given in ({"pelvis": 2, "head": 1}, {"pelvis": 3, "head": 1})]


def test_third_person_is_asked_only_what_differs(reader, study, differing):
    address = f"/imaging/studies/{study.pk}/scores/adjudicate/"
    asked = reader.get(f"{address}?scheme=Curie")
    assert [(row.region.key, row.first, row.second) for row in asked.context["rows"] if row.field] == [("pelvis", 2, 3)]

    reader.post(f"{address}?scheme=Curie", {"pelvis": "3", "read_on": "2024-03-27"})

    assert study.readings.get(role="adjudication").values == values_of(pelvis=3, head=1)
    assert "adjudicated by Dr Test" in text(reader.get(f"/imaging/studies/{study.pk}/scores/"))
    assert reader.get(f"{address}?scheme=Curie").status_code == 302


def test_adjudication_is_changed_and_those_it_stands_on_are_not(reader, study, differing):
    reader.post(f"/imaging/studies/{study.pk}/scores/adjudicate/", {"pelvis": "3", "read_on": "2024-03-27"})
    decided = study.readings.get(role="adjudication")

    asked = reader.get(f"/imaging/scores/{decided.pk}/change/")
    reader.post(
        f"/imaging/scores/{decided.pk}/change/", {"pelvis": "2", "read_on": "2024-03-27", "reason": "Looked again."}
    )
    refused = reader.post(f"/imaging/scores/{differing[0].pk}/entered-in-error/", {"reason": "x"})

    decided.refresh_from_db()
    assert [row.region.key for row in asked.context["rows"] if row.field] == ["pelvis"]
    assert (decided.total, refused.status_code) == (3, 422)


def test_reader_who_adjudicates_says_why(reader, study):
    ReadingFactory(study=study, reader=reader.member.staff, given={"pelvis": 2})
    ReadingFactory(study=study, given={"pelvis": 3})
    address = f"/imaging/studies/{study.pk}/scores/adjudicate/"

    refused = reader.post(address, {"pelvis": "3", "read_on": "2024-03-27"})
    reader.post(address, {"pelvis": "3", "read_on": "2024-03-27", "note": "Nobody else reads MIBG here."})

    assert refused.context["form"].errors.keys() == {"note"}
    assert study.readings.filter(role="adjudication").count() == 1


def test_scan_after_therapy_as_baseline_is_refused_on_the_page(reader, study):
    ReadingFactory(study=study)
    baseline = StudyFactory(patient=study.patient, kind="post_therapy", imaged_on=date(2023, 12, 1), is_baseline=True)
    ReadingFactory(study=baseline, given={"pelvis": 3})

    shown = text(reader.get(f"/imaging/studies/{study.pk}/scores/"))

    assert "<b>Refused.</b> The scan of 1 Dec 2023 was taken after a treatment with I-131 MIBG" in shown
    assert "relative score 0" not in shown


@pytest.mark.parametrize(
    ("indication", "said"),
    [("pheochromocytoma", "of which they say nothing"), ("neuroblastoma", "or at diagnosis</summary>")],
)
def test_cut_offs_say_whose_disease_they_are_of(indication, said):
    study = StudyFactory(patient__indication=indication)
    ReadingFactory(study=study)

    assert said in text(signed_in(study.clinic).get(f"/imaging/studies/{study.pk}/scores/"))


def test_panels_are_short(reader, study):
    ReadingFactory(study=study, reader__name="Dr Oz")

    of_study = text(reader.get(f"/imaging/studies/{study.pk}/scores/", headers={"HX-Request": "true"}))
    of_patient = text(reader.get(f"/patients/{study.patient_id}/scores/", headers={"HX-Request": "true"}))

    assert "<html" not in of_study + of_patient
    assert "Curie score 2, read by Dr Oz." in of_study
    assert "<b>2</b> of 30 on" in of_patient


def test_baseline_that_was_not_read_is_named_wherever_the_scan_is_shown(reader, study):
    ReadingFactory(study=study)
    StudyFactory(patient=study.patient, imaged_on=date(2024, 1, 1), is_baseline=True)
    address = f"/imaging/studies/{study.pk}/scores/"

    pages = [
        reader.get(address),
        reader.get(address, headers={"HX-Request": "true"}),
        reader.get(f"/patients/{study.patient_id}/scores/"),
    ]

    named = "The baseline of Mon 1 Jan 2024 (I-123 MIBG scan, planar) has no score that counts. Not scored by Curie."
    assert [text(each).count(named) for each in pages] == [1, 1, 1]


def test_schemes_are_never_in_one_picture(reader, study):
    ReadingFactory(study=study, given={"pelvis": 2})
    ReadingFactory(study=study, scheme="SIOPEN", given={"pelvis": 5})

    courses = reader.get(f"/patients/{study.patient_id}/scores/").context["courses"]

    assert {course["scheme"].kind: totals(course["picture"]) for course in courses} == {"Curie": [2], "SIOPEN": [5]}


def totals(picture):
    return [
        value["total"]
        for layer in picture["layer"]
        if layer["mark"]["type"] == "point"
        for value in layer["data"]["values"]
    ]


def test_picture_is_drawn_and_joins_only_what_was_taken_alike():
    points = [
        Point(date(2023, 12, 1), 12, "I-123 MIBG, planar"),
        Point(date(2024, 2, 4), 15, "I-131 MIBG, planar", after_therapy=True),
        Point(date(2024, 5, 1), 6, "I-123 MIBG, planar"),
        Point(date(2025, 5, 1), 3, "I-123 MIBG, SPECT/CT"),
    ]

    picture = score_picture(CURIE, points, [date(2024, 1, 31)])

    lines = [layer["data"]["values"] for layer in picture["layer"] if layer["mark"]["type"] == "line"]
    assert [[value["total"] for value in line] for line in lines] == [[12, 6]]
    shapes = [layer["mark"]["shape"] for layer in picture["layer"] if layer["mark"]["type"] == "point"]
    assert shapes == ["circle", "diamond"]
    drawn = vl_convert.vegalite_to_svg(picture)
    assert "Curie score 15, Sun 4 Feb 2024, I-131 MIBG, planar" in drawn
    assert "treatment" in drawn


def test_list_over_time_takes_as_many_queries_for_three_scans_as_for_one(reader, study):
    ReadingFactory(study=study)
    address = f"/patients/{study.patient_id}/scores/"
    reader.get(address)

    with CaptureQueriesContext(connection) as one:
        reader.get(address)
    for day in (1, 2):
        ReadingFactory(study=StudyFactory(patient=study.patient, imaged_on=date(2024, 1, day), is_baseline=True))
    with CaptureQueriesContext(connection) as three:
        reader.get(address)

    assert len(one) == len(three)


def test_patient_without_a_score_says_so(reader, study):
    other = PatientFactory(clinic=study.clinic)

    assert "No scan was scored" in text(reader.get(f"/patients/{other.pk}/scores/"))


def test_coordinator_sees_and_does_not_read(study):
    ReadingFactory(study=study)
    client = signed_in(study.clinic, Role.COORDINATOR)

    page = text(client.get(f"/imaging/studies/{study.pk}/scores/"))

    assert "/scores/new/" not in page
    assert client.get(f"/imaging/studies/{study.pk}/scores/new/").status_code == 403


def test_clinic_sets_how_scans_are_scored(reader, study):
    reader.post(
        "/settings/imaging/scores/change/",
        {"scheme": "SIOPEN", "two_readers": "on", "cut_offs": ["Curie.induction_2", "SIOPEN.response"]},
    )

    policy = ImagingPolicy.objects.get()
    assert (policy.scheme, policy.two_readers) == ("SIOPEN", True)
    assert policy.cut_offs_hidden == [
        *("Curie.diagnosis_12", "Curie.induction_0", "SIOPEN.diagnosis_4", "SIOPEN.induction_3")
    ]
    form = reader.get("/settings/imaging/scores/").context["form"]
    assert form["cut_offs"].value() == ["Curie.induction_2", "SIOPEN.response"]


def test_patients_page_loads_the_scores_over_time(client):
    member = MembershipFactory()
    plan = enrolled(by=member.staff, clinic=member.clinic, started_on=date(2024, 1, 31), today=TODAY)
    client.force_login(member.staff)

    assert f'hx-get="/patients/{plan.patient_id}/scores/"' in text(client.get(f"/patients/{plan.patient_id}/"))
