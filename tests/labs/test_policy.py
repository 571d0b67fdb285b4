from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, TransitionRefused
from labs.actions.policy import set_policy, sign_policy
from labs.models import LabPolicy
from labs.policy_settings import as_run, changed, settings_of, shipped
from labs.rules.loader import KINDS, adapted_rules, packaged_rules
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, noon

TODAY = date(2024, 3, 6)
OFFERED = {setting.path: setting for rule in shipped() for setting in settings_of(rule, shipped())}
NUMBERS = sorted(path for path, setting in OFFERED.items() if not setting.lines)


def texts(**instead):
    return {path: setting.text for path, setting in OFFERED.items()} | instead


def test_rules_as_they_are_shipped_change_nothing():
    assert changed(texts()) == {}


@pytest.mark.parametrize(
    ("path", "text", "stored"),
    [
        ("monitoring.green_days", "9", {"monitoring": {"green_days": 9}}),
        ("monitoring.severe.anc", "0.8", {"monitoring": {"severe": {"anc": "0.8"}}}),
        ("monitoring.severe.anc", "1.00", {}),
        ("matching.panels.cbc", "hgb wbc\n\nanc", {"matching": {"panels": {"cbc": [["hgb", "wbc"], ["anc"]]}}}),
        ("nadir.analytes", "anc, hgb", {"nadir": {"analytes": ["anc", "hgb"]}}),
        ("fever.anc", "one", {"fever": {"anc": "one"}}),
    ],
)
def test_setting_changed_is_stored_alone(path, text, stored):
    assert changed(texts(**{path: text})) == stored


def test_step_changed_keeps_the_other_steps():
    found = changed(texts(**{"urgency.steps.anc[0].below": "0.7"}))
    steps = adapted_rules(found).urgency.steps
    assert [str(step.below) for step in steps["anc"]] == ["0.7", "1.0", "1.5"]
    assert steps["platelets"] == packaged_rules().urgency.steps["platelets"]


@given(st.sampled_from(NUMBERS), st.decimals(0, 1000, places=2))
def test_setting_changed_is_shown_as_it_was_entered(path, number):
    rule = path.partition(".")[0]
    content = as_run(changed(texts(**{path: str(number)})))
    [shown] = [setting.text for setting in settings_of(rule, content) if setting.path == path]
    assert float(shown) == float(number)


@pytest.fixture
def member(db):
    return MembershipFactory()


def set_here(member, **given):
    asked = {"ctcae": "6.0", "rules_off": [], "settings": {}} | given
    return set_policy(clinic=member.clinic, by=member.staff, **asked)


def test_policy_set_runs_with_its_numbers_and_says_what_changed(member):
    policy = set_here(member, ctcae="5.0", rules_off=["fever"], settings={"monitoring": {"green_days": 9}})
    rules = adapted_rules(policy.settings, off=policy.rules_off)
    assert (policy.ctcae, rules.fever.on, rules.monitoring.green_days) == ("5.0", False, 9)
    assert event_sentence(Event.objects.get()) == ("Judging of results changed: ctcae, rule fever, monitoring numbers")


def test_policy_set_as_it_is_writes_no_event(member):
    set_here(member)
    assert not Event.objects.exists()


def test_policy_undone_is_as_it_was(member):
    set_here(member, ctcae="5.0", settings={"monitoring": {"green_days": 9}})
    undo(event=Event.objects.get(), by=member.staff, now=noon(TODAY))
    policy = LabPolicy.objects.get()
    assert (policy.ctcae, policy.rules_off, policy.settings) == ("6.0", [], {})


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"ctcae": "4.0"}, "ctcae", "There is no such version of CTCAE here."),
        ({"rules_off": ["weather"]}, "weather", "weather is not a known rule."),
        (
            {"settings": {"fever": {"anc": "one"}}},
            "fever.anc",
            "fever.anc 'one' is not a decimal number, in JSON as a text.",
        ),
        (
            {"settings": {"monitoring": {"green_days": 20}}},
            "monitoring.amber_days",
            "monitoring.amber_days is not more than monitoring.green_days.",
        ),
    ],
)
def test_policy_that_cannot_be_is_refused_at_its_field(member, given, field, words):
    with pytest.raises(InputRefused) as refused:
        set_here(member, **given)
    assert (refused.value.field, str(refused.value)) == (field, words)
    assert not LabPolicy.objects.exists()


def test_policy_signed_marks_every_rule_and_keeps_its_version(member):
    set_here(member, settings={"monitoring": {"green_days": 9}})
    before = adapted_rules(LabPolicy.objects.get().settings)
    policy = sign_policy(clinic=member.clinic, by=member.staff, today=TODAY)
    rules = adapted_rules(policy.settings)
    assert {rule.key for rule in rules if rule.signed} == set(KINDS)
    assert [rule.version for rule in rules] == [rule.version for rule in before]
    assert (policy.signed_by, policy.signed_on) == (member.staff, TODAY)
    with pytest.raises(TransitionRefused):
        sign_policy(clinic=member.clinic, by=member.staff, today=TODAY)


def test_policy_changed_after_it_was_signed_needs_a_new_signature(member):
    sign_policy(clinic=member.clinic, by=member.staff, today=TODAY)
    policy = set_here(member, ctcae="5.0")
    assert (policy.signed_by, policy.settings) == (None, {})


def test_policy_set_as_it_is_stays_signed(member):
    sign_policy(clinic=member.clinic, by=member.staff, today=TODAY)
    assert set_here(member).signed_by == member.staff


@pytest.fixture
def entered():
    on = {f"on.{rule}": "on" for rule in KINDS}
    return {**texts(), **on, "ctcae": "6.0"}


def test_page_saves_what_differs(client, member, entered):
    client.force_login(member.staff)
    del entered["on.fever"]
    client.post(reverse("labs:change_policy"), entered | {"ctcae": "5.0", "monitoring.green_days": "9"})
    policy = LabPolicy.objects.get()
    assert (policy.ctcae, policy.rules_off, policy.settings) == ("5.0", ["fever"], {"monitoring": {"green_days": 9}})


def test_page_shows_a_number_that_cannot_be_at_its_field(client, member, entered):
    client.force_login(member.staff)
    answer = client.post(reverse("labs:change_policy"), entered | {"monitoring.green_days": "20"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["monitoring.amber_days"])


def test_page_is_signed_by_a_clinician(client, member):
    client.force_login(member.staff)
    assert "Example, not signed off" in client.get(reverse("labs:policy")).content.decode()
    client.post(reverse("labs:sign_policy"))
    assert f"Signed by <b>{member.staff}</b>" in client.get(reverse("labs:policy")).content.decode()


def test_page_is_read_only_for_those_who_do_not_decide(client, member, entered):
    client.force_login(MembershipFactory(clinic=member.clinic, role=Role.COORDINATOR).staff)
    fields = client.get(reverse("labs:policy")).context["form"].fields.values()
    assert {field.disabled for field in fields} == {True}
    assert client.post(reverse("labs:change_policy"), entered).status_code == 403
