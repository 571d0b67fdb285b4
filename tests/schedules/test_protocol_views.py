"""The protocol library's pages: from a copy over the editor to publication by a second person."""

import json

import pytest
from django.urls import reverse

from accounts.models import Role
from schedules.actions import copy_protocol, load_packaged_protocols
from schedules.actions.protocols import NewName, publishers_of
from schedules.forms.protocols import Phases, ProtocolForm, initial_phases, text_of
from schedules.models import Protocol
from schedules.protocol import read_protocol
from tests.factories import ClinicFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped():
    return load_packaged_protocols(by=None)


@pytest.fixture
def draft(shipped, clinic, clinician):
    return copy_protocol(protocol=shipped[1], clinic=clinic, name=NewName("children", "1.0"), by=clinician)


@pytest.fixture
def signed_in(client, clinician):
    client.force_login(clinician)
    return client


def page(name, protocol):
    return reverse(f"schedules:{name}", args=[protocol.pk])


def entered(protocol, **other):
    """What the editor would send for `protocol`, with `other` entries in their place."""
    phases = initial_phases(protocol.definition)
    sent = {f"phases-{n}-{name}": value for n, phase in enumerate(phases) for name, value in phase.items()}
    sent |= {"phases-TOTAL_FORMS": len(phases), "phases-INITIAL_FORMS": 0}
    sent |= ProtocolForm.initial_of(protocol.definition) | other
    return {name: value for name, value in sent.items() if value is not None}


def test_editor_gives_the_file_back_that_it_shows(shipped):
    for protocol in shipped:
        sent = entered(protocol)
        text = read_back(sent)
        expected = protocol.definition
        again = read_protocol(text, source="editor")
        assert (again.phases, again.choices, again.nadir) == (expected.phases, expected.choices, expected.nadir)
        assert (again.activities, again.indications) == (expected.activities, expected.indications)


def read_back(sent):
    head, phases = ProtocolForm(sent), Phases(sent, prefix="phases")
    assert (head.is_valid(), phases.is_valid()) == (True, True), (head.errors, phases.errors)
    return text_of(head, phases)


def test_a_version_is_copied_edited_submitted_and_published_by_another(client, signed_in, shipped, clinic):
    assert signed_in.get(page("copy_protocol", shipped[0])).context["form"]["slug"].value() == f"{clinic.slug}-iotrex"
    answer = signed_in.post(page("copy_protocol", shipped[0]), {"slug": "ours", "version": "1.0"})
    draft = Protocol.objects.get(slug="ours")
    assert answer.url == page("edit_protocol", draft)
    saved = signed_in.post(answer.url, entered(draft, **{"phases-0-last": 9, "step": "save"}))
    assert saved.url == page("protocol", draft)
    draft.refresh_from_db()
    assert draft.definition.phases[0].last == 9
    signed_in.post(page("submit_protocol", draft))
    assert "Publish ours 1.0" not in signed_in.get(page("protocol", draft)).content.decode()
    client.force_login(MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff)
    assert "Publish ours 1.0" in client.get(page("protocol", draft)).content.decode()
    client.post(page("publish_protocol", draft), {"reason": ""})
    draft.refresh_from_db()
    assert draft.status == "active"


def test_findings_follow_what_stands_in_the_form_without_saving(signed_in, draft):
    sent = entered(draft, **{"phases-0-last": 3, "step": "check"})
    answer = signed_in.post(page("edit_protocol", draft), sent, headers={"HX-Request": "true"})
    shown = answer.content.decode()
    assert "no blood count is planned in weeks 4, 5, 6" in shown
    assert "<html" not in shown
    draft.refresh_from_db()
    assert draft.definition.phases[0].last == 12
    unreadable = entered(draft, **{"phases-0-activities": "cbc, ecg", "step": "check"})
    answer = signed_in.post(page("edit_protocol", draft), unreadable, headers={"HX-Request": "true"})
    assert "is not a known activity" in answer.content.decode()
    missing = entered(draft, **{"phases-0-before": "", "step": "check"})
    answer = signed_in.post(page("edit_protocol", draft), missing, headers={"HX-Request": "true"})
    assert "<b>Weekly blood counts, Window: days before:</b> This field is required." in answer.content.decode()


def test_a_phase_is_added_and_left_out(signed_in, draft):
    count = len(draft.definition.phases)
    added = signed_in.post(page("edit_protocol", draft), entered(draft, step="add"))
    assert len(added.context["phases"].forms) == count + 1
    signed_in.post(page("edit_protocol", draft), entered(draft, **{"phases-4-leave_out": "on", "step": "save"}))
    draft.refresh_from_db()
    keys = [phase.key for phase in draft.definition.phases]
    assert keys == ["weeks", "months", "quarters", "years", "imaging", "late_imaging"]


@pytest.mark.parametrize("sent", ["", "²", "9" * 5000])
def test_a_phase_is_added_whatever_number_was_sent(signed_in, draft, sent):
    added = signed_in.post(page("edit_protocol", draft), entered(draft, **{"phases-TOTAL_FORMS": sent, "step": "add"}))

    assert "phases-0-kind" in added.content.decode()


def test_choices_of_more_digits_than_can_be_read_are_refused_at_their_field(signed_in, draft):
    sent = entered(draft, imaging_interval_choices="9" * 5000, step="check")

    answer = signed_in.post(page("edit_protocol", draft), sent)

    assert answer.context["form"].errors.keys() == {"imaging_interval_choices"}


def test_two_people_do_not_overwrite_each_other(client, signed_in, draft, clinic):
    read = signed_in.get(page("edit_protocol", draft)).context["seen_text"]
    client.force_login(MembershipFactory(clinic=clinic, role=Role.CLINICIAN, staff__name="Dr Second").staff)
    client.post(page("edit_protocol", draft), entered(draft, **{"phases-0-before": 2, "seen": read, "step": "save"}))
    answer = signed_in.post(
        page("edit_protocol", draft), entered(draft, **{"phases-0-after": 2, "seen": read, "step": "save"})
    )
    assert answer.status_code == 422
    assert "Dr Second changed this draft while you did" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.definition.phases[0].window_before, draft.definition.phases[0].window_after) == (2, 3)


def test_saving_what_is_there_makes_nobody_a_writer(client, signed_in, draft, clinic):
    signed_in.post(page("submit_protocol", draft))
    reader = MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff
    client.force_login(reader)
    assert client.post(page("edit_protocol", draft), entered(draft, step="save")).url == page("protocol", draft)
    draft.refresh_from_db()
    assert draft.submitted_at
    assert reader in publishers_of(draft)


def test_a_published_version_is_not_opened_in_the_editor(client, signed_in, draft, clinic):
    signed_in.post(page("submit_protocol", draft))
    client.force_login(MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff)
    client.post(page("publish_protocol", draft))
    assert client.get(page("edit_protocol", draft)).status_code == 302


@pytest.mark.parametrize("total", ["", "many", "-1", "99999999"])
def test_a_phase_is_added_whatever_count_was_sent(signed_in, draft, total):
    sent = entered(draft, step="add") | {"phases-TOTAL_FORMS": total}
    assert signed_in.post(page("edit_protocol", draft), sent).status_code in (200, 422)


def test_a_version_is_compared_with_what_it_was_copied_from_or_another(signed_in, draft, shipped):
    signed_in.post(page("edit_protocol", draft), entered(draft, **{"phases-0-last": 10, "step": "save"}))
    shown = signed_in.get(page("protocol", draft)).context
    assert [tuple(each) for each in shown["differences"]] == [("phases.weeks.last", "12", "10")]
    asked = signed_in.get(page("protocol", draft), {"with": shipped[0].pk}).context
    assert ("phases.weeks.last", "8", "10") in [tuple(each) for each in asked["differences"]]
    assert signed_in.get(page("protocol", draft), {"with": "x"}).status_code == 404
    assert "differences" not in signed_in.get(page("protocol", shipped[0])).context


def test_the_default_is_chosen_and_told_on_the_page(client, signed_in, draft, shipped, clinic):
    signed_in.post(page("submit_protocol", draft))
    client.force_login(MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff)
    client.post(page("publish_protocol", draft))
    for protocol in (shipped[0], draft):
        client.post(page("approve_protocol", protocol))
    listed = client.get(reverse("schedules:protocols"))
    assert listed.context["current"] == shipped[0]
    assert "Make children 1.0 the default" in listed.content.decode()
    client.post(page("make_default_protocol", draft))
    listed = client.get(reverse("schedules:protocols"))
    assert listed.context["current"] == draft
    assert "New plans follow this version." in client.get(page("protocol", draft)).content.decode()
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    assert client.post(page("make_default_protocol", shipped[0])).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"phases-0-before": ""}, {"title": ""}, {"phases-1-key": "weeks"}, {"phases-0-activities": "ecg"}]
)
def test_what_cannot_be_saved_is_said_and_kept_in_the_form(signed_in, draft, wrong):
    answer = signed_in.post(page("edit_protocol", draft), entered(draft, **wrong, step="save"))
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.definition.phases[0].activities == ("cbc",)


def test_example_is_marked_and_drafts_of_others_are_not_there(signed_in, draft, shipped):
    assert "An example to be approved" in signed_in.get(page("protocol", shipped[1])).content.decode()
    stranger = MembershipFactory(clinic=ClinicFactory()).staff
    signed_in.force_login(stranger)
    listed = signed_in.get(reverse("schedules:protocols"))
    assert [found.slug for found, _, _ in listed.context["protocols"]] == ["iotrex", "paediatric-neuroblastoma"]
    for name in ("protocol", "edit_protocol", "copy_protocol", "protocol_file"):
        assert signed_in.get(page(name, draft)).status_code == 404


def test_files_go_out_and_come_in_again(signed_in, draft, clinic):
    file = signed_in.get(page("protocol_file", draft))
    assert file.content.decode() == draft.text
    resource = signed_in.get(reverse("interop:plan_definition", args=[draft.pk])).json()
    address = reverse("interop:import_protocol")
    answer = signed_in.post(address, {"text": json.dumps(resource), "slug": "again", "version": "1.0"})
    again = Protocol.objects.get(slug="again")
    assert (answer.url, again.clinic) == (page("edit_protocol", again), clinic)
    assert again.definition.phases == draft.definition.phases


@pytest.mark.parametrize("text", ["", "slug = 1", "{}", "{", '{"resourceType": "PlanDefinition"}'])
def test_what_is_no_protocol_is_not_imported(signed_in, text):
    answer = signed_in.post(reverse("interop:import_protocol"), {"text": text})
    assert (answer.status_code, Protocol.objects.count()) == (422, 0)


def test_each_mistake_of_an_imported_file_is_told_by_itself(signed_in, shipped):
    text = shipped[0].text.replace("last = 8", "last = 9999").replace("cost = 900", 'cost = "high"')
    answer = signed_in.post(reverse("interop:import_protocol"), {"text": text})
    assert answer.context["form"].non_field_errors() == [
        "nadir.cost: 'high' is not a whole number; write a whole number.",
        "phases.weeks.last: 9999 is too high; give 600 or less.",
    ]
    xml = signed_in.post(reverse("interop:import_protocol"), {"text": "<PlanDefinition/>"})
    assert xml.context["form"].non_field_errors()[0].startswith("This is XML")


def test_a_file_is_imported_under_another_name(signed_in, shipped, clinic):
    signed_in.post(reverse("interop:import_protocol"), {"text": shipped[0].text, "slug": "ours"})
    ours = Protocol.objects.get(slug="ours")
    assert (ours.version, ours.clinic, ours.definition.phases) == ("1.0", clinic, shipped[0].definition.phases)
