"""The sign-off register: every clinical setting as it runs, who signed it, and what changed since."""

import csv
import io
from datetime import date

import pytest
from django.test import Client

from accounts.models import Clinic, Role, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.policy import set_policy, sign_policy
from labs.rules.loader import KINDS
from schedules import actions
from schedules.models import Plan, SignOff
from schedules.sign_offs import Entry, Standing, register_of
from tests.api.conftest import ApiClient
from tests.factories import ClinicFactory, MembershipFactory, noon

TODAY = date(2024, 3, 6)
SEVERE = "labs.rule.provisional"


def entry(clinic: Clinic, key: str) -> Entry:
    return next(each for each in register_of(clinic) if each.setting.key == key)


def signed(clinic: Clinic, by: Staff, key: str = SEVERE) -> SignOff:
    return actions.sign_setting(clinic=clinic, setting=key, source="Label, 2.3.", by=by, today=TODAY)


def test_register_holds_every_rule_and_setting_once_and_nothing_is_signed_at_first(plan: Plan, clinic: Clinic) -> None:
    entries = register_of(clinic)

    keys = [each.setting.key for each in entries]
    assert len(keys) == len(set(keys))
    assert {f"labs.rule.{key}" for key in KINDS} < set(keys)
    assert {
        *("protocol.iotrex.1.0", "counts.clock", "labs.ctcae", "labs.alerting.deadlines", "texts.en", "texts.es"),
        *("treatments.interval.default", "treatments.plausible", "holds.pregnancy", "holds.pause", "holds.ending"),
    } < set(keys)
    assert {each.standing for each in entries} == {Standing.UNSIGNED}
    assert [each.setting.key for each in entries if not each.setting.value or not each.setting.source] == []


def test_values_are_those_that_run(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    set_policy(clinic=clinic, ctcae="5.0", rules_off=["earlier"], settings={}, by=clinician)
    assert entry(clinic, "labs.ctcae").setting.value == "5.0"
    assert entry(clinic, "labs.rule.earlier").setting.value.startswith("Switched off.\n")
    assert "planned so many days ahead: 14" in entry(clinic, SEVERE).setting.value
    assert "weekly blood counts: weeks from 1 to 8, every 1, -3/+3 days: CBC" in (
        entry(clinic, "protocol.iotrex.1.0").setting.value
    )


def test_signed_setting_names_signer_day_and_source_until_it_changes(clinic: Clinic, clinician: Staff) -> None:
    signed(clinic, clinician)
    found = entry(clinic, SEVERE)
    assert (found.standing, found.signature, found.signed_source) == (
        *(Standing.SIGNED, (str(clinician), TODAY, ""), "Label, 2.3."),
    )

    set_policy(clinic=clinic, ctcae="6.0", rules_off=[], settings={"provisional": {"ahead_days": 21}}, by=clinician)

    changed = entry(clinic, SEVERE)
    assert (changed.standing, changed.signature) == (Standing.CHANGED, None)
    signed(clinic, clinician)
    assert entry(clinic, SEVERE).standing == Standing.SIGNED


def test_what_is_signed_elsewhere_is_shown_and_not_stored_twice(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    actions.approve_protocol(protocol=plan.protocol, clinic=clinic, approved_on=TODAY, by=clinician)
    sign_policy(clinic=clinic, by=clinician, today=TODAY)

    assert entry(clinic, "protocol.iotrex.1.0").signature == (str(clinician), TODAY, "Protocols")
    assert entry(clinic, "labs.rule.urgency").signature == (str(clinician), TODAY, "Judging results")
    assert entry(clinic, "counts.clock").standing == Standing.UNSIGNED
    assert not SignOff.objects.exists()


def test_withdrawn_signature_leaves_the_setting_unsigned_and_can_be_undone(clinic: Clinic, clinician: Staff) -> None:
    sign_off = signed(clinic, clinician)
    with pytest.raises(ReasonNeeded):
        actions.withdraw_sign_off(sign_off=sign_off, reason="", by=clinician)

    actions.withdraw_sign_off(sign_off=sign_off, reason="Wrong label.", by=clinician)

    assert entry(clinic, SEVERE).standing == Standing.UNSIGNED
    undo(event=Event.objects.get(kind="setting.sign_off_withdrawn"), by=clinician, now=noon(TODAY))
    assert entry(clinic, SEVERE).standing == Standing.SIGNED
    undo(event=Event.objects.get(kind="setting.signed"), by=clinician, now=noon(TODAY))
    assert entry(clinic, SEVERE).standing == Standing.UNSIGNED


def test_signing_is_refused_twice_unseen_unknown_or_without_a_source(clinic: Clinic, clinician: Staff) -> None:
    asked = {"clinic": clinic, "by": clinician, "today": TODAY, "source": "Label."}
    with pytest.raises(InputRefused):
        actions.sign_setting(setting="nothing", **asked)
    with pytest.raises(ReasonNeeded):
        actions.sign_setting(setting=SEVERE, **asked | {"source": ""})
    with pytest.raises(TransitionRefused, match="changed since"):
        actions.sign_setting(setting=SEVERE, seen="planned so many days ahead: 7", **asked)
    signed(clinic, clinician)
    with pytest.raises(TransitionRefused, match="signed this"):
        actions.sign_setting(setting=SEVERE, **asked)
    assert SignOff.objects.count() == 1


def test_each_clinic_signs_for_itself(clinic: Clinic, clinician: Staff) -> None:
    signed(clinic, clinician)
    assert entry(ClinicFactory(), SEVERE).standing == Standing.UNSIGNED


def test_page_signs_what_was_read_and_file_says_the_same(client: Client, clinic: Clinic, clinician: Staff) -> None:
    client.force_login(clinician)
    address = f"/sign-offs/sign/?setting={SEVERE}"
    shown = client.get(address)
    seen = shown.context["form"].initial["seen"]
    assert client.post(address, {"source": "", "seen": seen}).status_code == 422

    answer = client.post(address, {"source": "Label, 2.3.", "seen": seen.replace("\n", "\r\n")}, follow=True)

    assert "Signed." in answer.content.decode()
    lines = csv.DictReader(io.StringIO(client.get("/sign-offs/register.csv").content.decode("utf-8-sig")))
    line = next(each for each in lines if each["setting"] == SEVERE)
    assert (line["standing"], line["signed by"], line["relied on"]) == ("Signed", str(clinician), "Label, 2.3.")


def test_coordinator_reads_and_does_not_sign(client: Client, clinic: Clinic) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    page = client.get("/sign-offs/").content.decode()
    assert "Example, not signed off" in page
    assert "/sign-offs/sign/" not in page
    assert client.get(f"/sign-offs/sign/?setting={SEVERE}").status_code == 403


def test_api_lists_signs_and_withdraws(clinic: Clinic, clinician: Staff) -> None:
    api = ApiClient(clinician)
    listed = {each["key"]: each for each in api.get(f"clinics/{clinic.pk}/settings").json()}
    assert (listed[SEVERE]["standing"], listed[SEVERE]["signed_by"]) == ("Example, not signed off", None)

    body = {"clinic": str(clinic.pk), "setting": SEVERE, "source": "Label.", "seen": listed[SEVERE]["value"]}
    made = api.post("sign-offs", body)

    assert (made.status_code, made.json()["value"]) == (201, listed[SEVERE]["value"])
    again = next(each for each in api.get(f"clinics/{clinic.pk}/settings").json() if each["key"] == SEVERE)
    assert (again["signed_source"], again["sign_off"]) == ("Label.", made.json()["id"])
    assert api.post(f"sign-offs/{made.json()['id']}/withdraw", {"reason": "Slip."}).json()["withdrawn"] is True
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)
    assert stranger.get(f"clinics/{clinic.pk}/settings").status_code == 404


def test_api_undoes_what_one_signed_oneself(clinic: Clinic, clinician: Staff) -> None:
    sign_off = signed(clinic, clinician)
    api, other = ApiClient(clinician), ApiClient(MembershipFactory(clinic=clinic).staff)

    (event,) = api.get(f"events?by={clinician.pk}&kind=setting.signed").json()["results"]
    assert other.get(f"events?by={clinician.pk}").status_code == 403
    assert api.post(f"events/{event['id']}/undo", {"reason": "Slip."}).status_code == 200

    sign_off.refresh_from_db()
    assert sign_off.withdrawn is True


def test_paper_holds_what_the_screen_folds(client: Client, clinic: Clinic, clinician: Staff) -> None:
    client.force_login(clinician)
    page = client.get("/sign-offs/").content.decode()
    (_, on_paper) = page.split('<div class="print-only">', 1)
    assert "weekly from day: 63<br>weekly to day: 84<br>" in on_paper
