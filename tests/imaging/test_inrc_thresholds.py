"""The thresholds of INRC as a clinic sets them: checked, computed by, undone, signed off, over page and API alike."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Role
from events.models import Event
from events.undo import undo
from imaging.actions.assessments import describe
from imaging.actions.inrc_policy import set_inrc
from imaging.actions.lesions import SeenFacts
from imaging.courses.inrc_rules import THRESHOLDS, rules_of
from imaging.courses.recist import course_of
from imaging.courses.verdicts import proposed
from imaging.models import ImagingPolicy, ResponseAssessment
from imaging.response.inrc import INRC_2017, SourcedNumber
from iotrex_followup.errors import InputRefused
from patients.models import Indication
from schedules.sign_offs import setting_of
from tests.api.conftest import ApiClient
from tests.factories import MembershipFactory, noon
from tests.imaging.conftest import TODAY
from tests.imaging.courses import baseline_of, mm, sign, time_point

pytestmark = pytest.mark.django_db

READ = "Park 2017, table 2"
MINIMAL = {"marrow_minimal_most_percent": SourcedNumber(Decimal("2.5"), READ, verified=True)}


def set_by(member, thresholds=MINIMAL, words=None):
    return set_inrc(clinic=member.clinic, thresholds=thresholds, words=words, by=member.staff)


@pytest.fixture
def neuroblastoma(patient, clinician):
    """A time point with 4 % tumour in the marrow, from 30 %."""
    patient.indication = Indication.NEUROBLASTOMA
    patient.save()
    baseline = baseline_of(patient, by=clinician)
    describe(assessment=baseline, fields={"marrow_percent": Decimal(30)}, by=clinician)
    sign(baseline, by=clinician)
    point = time_point(patient, {"Liver 1": mm(25), "Lung 1": mm(15), "Bone 1": SeenFacts("present")}, by=clinician)
    return describe(assessment=point, fields={"marrow_percent": Decimal(4)}, by=clinician)


def marrow_of(point):
    fresh = ResponseAssessment.objects.get(pk=point.pk)
    return str(proposed(course_of(fresh.baseline), fresh).inrc.components["Bone marrow"])


def test_every_number_of_the_rules_can_be_set():
    assert {name for name in INRC_2017.__dataclass_fields__ if not name.startswith("words")} == set(THRESHOLDS)


def test_nothing_set_is_as_shipped(member):
    assert rules_of(ImagingPolicy(clinic=member.clinic)) == INRC_2017


def test_what_is_set_is_computed_by_and_what_was_signed_stays(member, neuroblastoma, clinician):
    signed = sign(neuroblastoma, "PR", by=clinician)
    assert marrow_of(signed) == "MD"
    policy = set_by(member)
    assert rules_of(policy) == replace(INRC_2017, **MINIMAL)
    assert marrow_of(signed) == "SD"
    kept = ResponseAssessment.objects.get(pk=signed.pk).proposal["inrc"]
    assert kept["components"]["Bone marrow"] == "MD"


def test_words_can_be_said_to_be_read(member):
    rules = rules_of(set_by(member, {}, (READ, True)))
    assert (rules.words_source, rules.words_verified) == (READ, True)


@pytest.mark.parametrize(
    ("name", "value", "source", "field"),
    [
        ("marrow_minimal_most_percent", "0", READ, "marrow_minimal_most_percent"),
        ("marrow_minimal_most_percent", "100.1", READ, "marrow_minimal_most_percent"),
        ("marrow_minimal_most_percent", "2.555", READ, "marrow_minimal_most_percent"),
        ("marrow_minimal_most_percent", "2.5", " ", "marrow_minimal_most_percent.source"),
        ("marrow_maximal", "2.5", READ, "marrow_maximal"),
        ("bone_response_least", "0.51", READ, "bone_response_least"),
        ("bone_progression_least", "0.5", READ, "bone_progression_least"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(member, name, value, source, field):
    with pytest.raises(InputRefused) as refused:
        set_by(member, {name: SourcedNumber(Decimal(value), source)})
    assert refused.value.field == field
    assert not ImagingPolicy.objects.exists()


@pytest.mark.parametrize(("name", "value"), [("bone_response_least", "0.5"), ("bone_progression_least", "0.51")])
def test_bounds_of_bone_may_touch(member, name, value):
    assert set_by(member, {name: SourcedNumber(Decimal(value), READ)}).inrc[name]["value"] == value


def test_change_is_told_once_and_undone(member):
    set_by(member)
    set_by(member)
    event = Event.objects.get(kind="imaging_policy.inrc_changed")
    assert event.facts["fields"] == ["marrow_minimal_most_percent"]
    undo(event=event, by=member.staff, now=noon(TODAY))
    assert ImagingPolicy.objects.get().inrc == {}


def test_register_shows_what_is_set_and_what_is_not_verified(member):
    before = setting_of(member.clinic, "imaging.inrc").value
    set_by(member)
    lines = setting_of(member.clinic, "imaging.inrc").value.splitlines()
    assert "Marrow, minimal disease: tumour of at most 2.5 %" in lines
    assert "The rules in words: not verified" in lines
    assert sum("not verified" in line for line in lines) == before.count("not verified")


def test_page_sets_clears_and_keeps_what_was_not_taken(client, member):
    address, change = reverse("imaging:inrc"), reverse("imaging:change_inrc")
    asked = {"node_below_mm": "15", "node_below_mm.source": READ, "node_below_mm.verified": "on"}
    assert client.post(change, asked).status_code == 302
    assert ImagingPolicy.objects.get().inrc == {"node_below_mm": {"value": "15", "source": READ, "verified": True}}
    assert 'value="15"' in client.get(address).content.decode()
    refused = client.post(change, {"node_below_mm.source": READ})
    assert refused.status_code == 422
    assert "Enter the number that was read there, or clear its source." in refused.content.decode()
    assert client.post(change, {}).status_code == 302
    assert ImagingPolicy.objects.get().inrc == {}


def test_coordinator_sees_but_does_not_set(client, member):
    member.role = Role.COORDINATOR
    member.save()
    page = client.get(reverse("imaging:inrc"))
    assert page.status_code == 200
    assert "Save thresholds" not in page.content.decode()
    assert client.post(reverse("imaging:change_inrc"), {}).status_code == 403


def test_api_reads_sets_and_keeps_the_rest():
    member = MembershipFactory()
    api, address = ApiClient(member.staff), f"clinics/{member.clinic.pk}/inrc"
    read = api.get(address)
    assert (read.json()["own"], read.json()["thresholds"]["node_below_mm"]["value"]) == ([], "10")
    body = {"thresholds": {"node_below_mm": {"value": "15", "source": READ, "verified": True}}}
    changed = api.patch(address, body, If_Match=read["ETag"])
    assert changed.status_code == 200, changed.json()
    worded = api.patch(address, {"words": {"source": READ, "verified": True}}, If_Match="*")
    assert worded.json()["own"] == ["node_below_mm", "words"]
    shipped = api.patch(address, {"words": None, "thresholds": {}}, If_Match="*")
    assert shipped.json() == read.json()
    unknown = api.patch(address, {"thresholds": {"node": {"value": "15", "source": READ}}}, If_Match="*")
    assert unknown.status_code == 422
