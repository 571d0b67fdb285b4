"""A clinic's laboratory policy for other systems."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import Role
from events.models import Event
from labs.actions.policy import sign_policy
from labs.models import LabPolicy
from labs.rules.loader import KINDS, packaged_rules
from tests.api.conftest import ApiClient
from tests.factories import ClinicFactory, MembershipFactory


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 27, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def api(clinician):
    return ApiClient(clinician)


@pytest.fixture
def address(clinic):
    return f"clinics/{clinic.pk}/lab-policy"


def change(api, address, body):
    return api.patch(address, body, If_Match=api.get(address)["ETag"])


def test_policy_that_was_never_changed_reads_as_it_is_shipped(api, address, clinic):
    policy = api.get(address).json()

    assert {name: policy[name] for name in ("clinic", "ctcae", "rules_off", "signed_by", "signed_on")} == {
        "clinic": str(clinic.pk),
        "ctcae": "6.0",
        "rules_off": [],
        "signed_by": None,
        "signed_on": None,
    }
    assert policy["settings"]["monitoring.severe.anc"] == str(packaged_rules().monitoring.severe["anc"])
    assert [(rule["key"], rule["version"], rule["on"]) for rule in policy["rules"]] == [
        (rule.key, rule.version, True) for rule in packaged_rules()
    ]
    assert not LabPolicy.objects.exists()


def test_change_sets_what_is_named_and_leaves_the_rest(api, address, clinician):
    change(api, address, {"ctcae": "5.0", "settings": {"monitoring.green_days": "9"}})

    answer = change(api, address, {"rules_off": ["fever"], "settings": {"monitoring.severe.anc": "0.8"}})

    assert answer.status_code == 200
    policy = answer.json()
    assert (policy["ctcae"], policy["rules_off"]) == ("5.0", ["fever"])
    assert [policy["settings"][f"monitoring.{name}"] for name in ("green_days", "severe.anc")] == ["9", "0.8"]
    assert LabPolicy.objects.get().settings == {"monitoring": {"green_days": 9, "severe": {"anc": "0.8"}}}
    assert list(Event.objects.filter(kind="lab_policy.changed").values_list("by", flat=True)) == [clinician.pk] * 2
    rules = {rule["key"]: rule for rule in policy["rules"]}
    assert rules["fever"]["on"] is False
    assert rules["monitoring"]["version"].startswith(f"{packaged_rules().monitoring.version}+")


def test_change_takes_the_signature_away(api, address, clinic, clinician):
    sign_policy(clinic=clinic, by=clinician, today=date(2024, 3, 27))
    signed = api.get(address).json()
    assert (signed["signed_by"], signed["signed_on"]) == (str(clinician.pk), "2024-03-27")
    assert {rule["key"] for rule in signed["rules"] if rule["signed"]} == set(KINDS)

    policy = change(api, address, {"ctcae": "5.0"}).json()

    assert (policy["signed_by"], policy["signed_on"]) == (None, None)
    assert not any(rule["signed"] for rule in policy["rules"])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"ctcae": "4.03"}, 422, "ctcae"),
        ({"rules_off": ["phlogiston"]}, 422, "rules_off"),
        ({"settings": {"monitoring.amber_days": "1"}}, 422, "settings.monitoring.amber_days"),
        ({"settings": {"fever.anc": "one"}}, 422, "settings.fever.anc"),
        ({"settings": {"fever.anc": "NaN"}}, 422, "settings.fever.anc"),
        ({"settings": {"fever.signed": "true"}}, 400, "settings.fever.signed"),
        ({"settings": {"fever.version": "2.0"}}, 400, "settings.fever.version"),
        ({"signed_by": None}, 400, "signed_by"),
    ],
)
def test_what_cannot_hold_is_refused_at_its_field(api, address, body, status, field):
    answer = change(api, address, body)

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (status, [field])
    assert not LabPolicy.objects.exists()


def test_change_needs_the_version_that_was_read(api, address):
    read = api.get(address)["ETag"]
    change(api, address, {"ctcae": "5.0"})

    assert api.patch(address, {"rules_off": ["fever"]}).status_code == 428
    assert api.patch(address, {"rules_off": ["fever"]}, If_Match=read).status_code == 412
    assert LabPolicy.objects.get().rules_off == []


@pytest.mark.parametrize(
    ("role", "status"), [(Role.CLINICIAN, 200), (Role.COORDINATOR, 403), (Role.ADMINISTRATOR, 403), (Role.AUDITOR, 403)]
)
def test_everybody_reads_and_clinicians_change(clinic, address, role, status):
    api = ApiClient(MembershipFactory(clinic=clinic, role=role).staff)

    assert change(api, address, {"ctcae": "5.0"}).status_code == status
    assert LabPolicy.objects.exists() == (status == 200)


def test_another_clinics_policy_does_not_exist(address, clinic):
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)

    assert stranger.get(address).status_code == stranger.patch(address, {"ctcae": "5.0"}).status_code == 404


def test_clinician_of_another_clinic_does_not_change_the_policy_here(clinic, address):
    member = MembershipFactory(clinic=ClinicFactory())
    MembershipFactory(staff=member.staff, clinic=clinic, role=Role.AUDITOR)

    assert change(ApiClient(member.staff), address, {"ctcae": "5.0"}).status_code == 403
