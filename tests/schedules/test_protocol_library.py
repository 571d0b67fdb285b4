"""Drafting, publishing with a second person, retiring; what a clinic's new plans follow."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Role
from events.models import Event
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from schedules import actions
from schedules.actions.enrolment import current_protocol
from schedules.actions.protocols import NewName, publishers_of, suggested_name, writers_of
from schedules.models import DefaultProtocol, Plan, Protocol
from schedules.plans.planning import PlanChoices, options_for
from tests.factories import ClinicFactory, MembershipFactory, enrolled
from tests.schedules.protocol.test_linter import BROKEN

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def shipped():
    standard, example = actions.load_packaged_protocols(by=None)
    return {"standard": standard, "example": example}


@pytest.fixture
def colleague(clinic):
    return MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff


@pytest.fixture
def draft(shipped, clinic, clinician):
    """The clinic's own copy of the shipped example."""
    return actions.copy_protocol(
        protocol=shipped["example"], clinic=clinic, name=NewName("children", "1.0"), by=clinician
    )


@pytest.fixture
def published(draft, clinician, colleague):
    actions.submit_protocol(protocol=draft, by=clinician, now=NOW)
    return actions.publish_protocol(protocol=draft, by=colleague, now=NOW)


def refused(change, error, words):
    before = list(Protocol.objects.order_by("pk").values()), Event.objects.count()
    with pytest.raises(error, match=words):
        change()
    assert (list(Protocol.objects.order_by("pk").values()), Event.objects.count()) == before


def test_shipped_example_is_a_draft_of_nobody_that_no_new_plan_can_follow(shipped, clinic, clinician):
    example = shipped["example"]
    assert (example.status, example.is_example, example.clinic) == ("draft", True, None)
    assert current_protocol(clinic) == shipped["standard"]
    with pytest.raises(InputRefused, match="is draft: no new plan can follow it"):
        enrolled(by=clinician, clinic=clinic, started_on=TODAY, today=TODAY, choices=PlanChoices(protocol=example))
    refused(lambda: actions.change_draft(protocol=example, text=example.text, by=clinician), TransitionRefused, "Copy")
    refused(lambda: actions.submit_protocol(protocol=example, by=clinician, now=NOW), TransitionRefused, "Copy")


def test_a_copy_says_the_same_under_its_own_name_and_is_no_example(draft, shipped, clinic, clinician):
    original, copied = shipped["example"].definition, draft.definition
    assert (draft.status, draft.clinic, draft.based_on, draft.is_example) == (
        "draft",
        clinic,
        shipped["example"],
        False,
    )
    assert (copied.slug, copied.version, copied.is_example) == ("children", "1.0", False)
    assert (copied.phases, copied.choices, copied.nadir) == (original.phases, original.choices, original.nadir)
    assert draft.written_by == clinician


def test_next_version_of_an_own_protocol_is_suggested(draft, shipped, clinic):
    assert suggested_name(draft, clinic) == ("children", "2.0")
    assert suggested_name(shipped["standard"], clinic) == (f"{clinic.slug}-iotrex", "1.0")


def test_a_name_is_taken_once_and_never_from_others(draft, shipped, clinician, clinic):
    def copy(slug, version, where=clinic):
        return lambda: actions.copy_protocol(
            protocol=shipped["standard"], clinic=where, name=NewName(slug, version), by=clinician
        )

    refused(copy("children", "1.0"), InputRefused, "exists already")
    refused(copy("iotrex", "9.0"), InputRefused, "cannot be used. Choose a short name such as")
    refused(copy("children", "2.0", ClinicFactory()), InputRefused, "cannot be used. Choose a short name such as")
    refused(copy("two words", "1.0"), InputRefused, "letters, digits")
    refused(copy("x" * 51, "1.0"), InputRefused, "longer than 50")


def test_publishing_needs_a_second_person_who_wrote_nothing(draft, clinician, colleague, clinic):
    third = MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff
    refused(lambda: actions.publish_protocol(protocol=draft, by=colleague, now=NOW), TransitionRefused, "not submitted")
    actions.change_draft(protocol=draft, text=draft.text + "# checked\n", by=colleague)
    actions.submit_protocol(protocol=draft, by=colleague, now=NOW)
    assert list(publishers_of(Protocol.objects.get(pk=draft.pk))) == [third]
    for involved, words in ((clinician, "You wrote at this draft"), (colleague, "You submitted this draft")):
        refused(
            lambda by=involved: actions.publish_protocol(protocol=draft, by=by, now=NOW),
            TransitionRefused,
            words,
        )
    actions.publish_protocol(protocol=draft, by=third, now=NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.submitted_by, draft.published_by, draft.published_at) == (
        "active",
        colleague,
        third,
        NOW,
    )
    assert Event.objects.latest("at").kind == "protocol.published"


@pytest.mark.parametrize("between", [0, 1, 2])
def test_own_text_is_not_published_through_a_colleagues_copy(draft, clinician, colleague, clinic, between):
    copied = draft
    for number in range(between + 1):
        name = NewName(f"copy-{number}", "1.0")
        copied = actions.copy_protocol(protocol=copied, clinic=clinic, name=name, by=colleague)
    actions.submit_protocol(protocol=copied, by=colleague, now=NOW)
    refused(
        lambda: actions.publish_protocol(protocol=copied, by=clinician, now=NOW),
        TransitionRefused,
        "or at a version it goes back to",
    )
    assert not publishers_of(copied).exists()
    third = MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff
    MembershipFactory(clinic=clinic, role=Role.COORDINATOR)
    assert list(publishers_of(copied)) == [third]
    assert actions.publish_protocol(protocol=copied, by=third, now=NOW).status == "active"


def test_own_text_is_not_published_through_an_imported_file_either(draft, shipped, clinician, colleague, clinic):
    actions.change_draft(
        protocol=draft, text=draft.text.replace("last = 12\nevery = 1", "last = 10\nevery = 1", 1), by=clinician
    )
    draft.refresh_from_db()
    text = draft.text.replace('slug = "children"', 'slug = "imported"') + "# by a file\n"
    imported = actions.draft_protocol(text=text, clinic=clinic, by=colleague)
    assert imported.based_on == draft
    assert writers_of(imported) == {clinician.pk, colleague.pk}
    other = actions.draft_protocol(
        text=text.replace('"imported"', '"other"').replace("last_week = 6", "last_week = 5"),
        clinic=clinic,
        by=colleague,
    )
    assert (other.based_on, writers_of(other)) == (None, {colleague.pk})


def test_who_once_changed_the_copied_draft_does_not_publish_its_copy(draft, clinician, colleague, clinic):
    third = MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff
    actions.change_draft(protocol=draft, text=draft.text + "# a word\n", by=third)
    copied = actions.copy_protocol(protocol=draft, clinic=clinic, name=NewName("copied", "1.0"), by=colleague)
    assert writers_of(copied) == {clinician.pk, colleague.pk, third.pk}


def test_a_change_after_submission_needs_another_submission(draft, clinician, colleague):
    actions.submit_protocol(protocol=draft, by=clinician, now=NOW)
    actions.change_draft(protocol=draft, text=draft.text + "# more\n", by=clinician)
    refused(lambda: actions.publish_protocol(protocol=draft, by=colleague, now=NOW), TransitionRefused, "not submitted")


def test_a_broken_draft_is_kept_and_never_published(draft, clinician, colleague, clinic):
    broken = BROKEN.replace('slug = "iotrex"', 'slug = "children"')
    actions.change_draft(protocol=draft, text=broken, by=clinician)
    refused(
        lambda: actions.submit_protocol(protocol=draft, by=clinician, now=NOW),
        TransitionRefused,
        "Month 9 and month 12 are planned twice.*weeks 4, 5, 6",
    )
    # Even a submission that went past the linter is held against it again.
    Protocol.objects.filter(pk=draft.pk).update(submitted_by=clinician, submitted_at=NOW)
    refused(
        lambda: actions.publish_protocol(protocol=draft, by=colleague, now=NOW),
        TransitionRefused,
        "cannot be published",
    )


def test_a_draft_that_cannot_be_read_is_refused_with_every_mistake(draft, clinician):
    refused(
        lambda: actions.change_draft(protocol=draft, text='slug = "children"', by=clinician),
        InputRefused,
        r"version: is missing; add a text\ntitle: is missing; add a text",
    )


def test_warnings_ask_for_a_reason(draft, clinician, colleague):
    text = draft.text.replace("cost = 500", "cost = 650")
    actions.change_draft(protocol=draft, text=text, by=clinician)
    actions.submit_protocol(protocol=draft, by=clinician, now=NOW)
    refused(lambda: actions.publish_protocol(protocol=draft, by=colleague, now=NOW), ReasonNeeded, "ranks higher")
    actions.publish_protocol(protocol=draft, by=colleague, now=NOW, reason="Quarters are hard to rebook here.")
    event = Event.objects.get(kind="protocol.published")
    assert event.reason == "Quarters are hard to rebook here."
    assert len(event.facts["warnings"]) == 1


def test_a_published_version_is_offered_to_its_clinic_alone(published, shipped, clinic, clinician):
    elsewhere = ClinicFactory()
    assert set(Protocol.objects.offered(clinic)) == {published, shipped["standard"]}
    assert set(Protocol.objects.offered(elsewhere)) == {shipped["standard"]}
    stranger = MembershipFactory(clinic=elsewhere).staff
    with pytest.raises(InputRefused) as error:
        enrolled(by=stranger, clinic=elsewhere, started_on=TODAY, today=TODAY, choices=PlanChoices(protocol=published))
    said = f"{elsewhere} has no such version. Choose iotrex 1.0; left out, it is iotrex 1.0."
    assert (error.value.message, error.value.field) == (said, "protocol")


def test_another_clinics_version_is_not_taken_over_and_its_name_not_told(published, clinician):
    elsewhere = ClinicFactory(name="Hill Road")
    for take in (
        lambda: actions.copy_protocol(protocol=published, clinic=elsewhere, name=NewName("x", "1"), by=clinician),
        lambda: actions.approve_protocol(protocol=published, clinic=elsewhere, approved_on=TODAY, by=clinician),
        lambda: actions.choose_default_protocol(protocol=published, clinic=elsewhere, chosen_on=TODAY, by=clinician),
    ):
        with pytest.raises(TransitionRefused, match="save its file where it belongs, import it at Hill Road") as error:
            take()
        assert "children" not in str(error.value)


def test_a_plan_follows_what_was_chosen_or_the_clinics_default(published, shipped, clinic, clinician):
    def plan(**choices):
        return enrolled(by=clinician, clinic=clinic, started_on=TODAY, today=TODAY, choices=PlanChoices(**choices))

    children = plan(protocol=published)
    assert children.protocol == published
    assert children.visits.filter(timepoint="W12").exists()
    assert children.visits.get(timepoint="W7", kind="imaging").opens == date(2026, 4, 13)
    assert plan().protocol == shipped["standard"]
    approve(shipped["standard"], clinic, clinician)
    approve(published, clinic, clinician)
    assert plan().protocol == shipped["standard"]
    actions.choose_default_protocol(protocol=published, clinic=clinic, chosen_on=TODAY, by=clinician)
    assert (plan().protocol, current_protocol(ClinicFactory())) == (published, shipped["standard"])


def approve(protocol, clinic, by):
    return actions.approve_protocol(protocol=protocol, clinic=clinic, approved_on=TODAY, by=by)


def defaults_told():
    return [
        (event.facts["was"], event.facts["protocol"], event.by)
        for event in Event.objects.filter(kind="protocol.made_default").order_by("at", "id")
    ]


def test_first_approval_chooses_the_default_and_a_later_one_does_not(published, shipped, clinic, clinician, colleague):
    approve(shipped["standard"], clinic, clinician)
    approve(published, clinic, colleague)
    assert current_protocol(clinic) == shipped["standard"]
    assert defaults_told() == [("", "iotrex 1.0", clinician)]
    actions.choose_default_protocol(protocol=published, clinic=clinic, chosen_on=TODAY, by=colleague)
    chosen = DefaultProtocol.objects.get(clinic=clinic)
    assert (chosen.protocol, chosen.chosen_by, chosen.chosen_on) == (published, colleague, TODAY)
    assert defaults_told()[1:] == [("iotrex 1.0", "children 1.0", colleague)]
    assert not DefaultProtocol.objects.exclude(clinic=clinic).exists()


def test_a_new_version_of_the_default_follows_it_once_approved(published, clinic, clinician, colleague):
    approve(published, clinic, clinician)
    second = actions.copy_protocol(protocol=published, clinic=clinic, name=NewName("children", "2.0"), by=clinician)
    actions.submit_protocol(protocol=second, by=clinician, now=NOW)
    second = actions.publish_protocol(protocol=second, by=colleague, now=NOW)
    assert current_protocol(clinic) == published
    refused(
        lambda: actions.retire_protocol(protocol=published, reason="Old.", by=clinician), TransitionRefused, "default"
    )
    approve(second, clinic, colleague)
    assert current_protocol(clinic) == second
    assert defaults_told()[1:] == [("children 1.0", "children 2.0", colleague)]
    assert actions.retire_protocol(protocol=published, reason="Old.", by=clinician).status == "retired"


def test_only_an_approved_active_version_that_is_not_it_becomes_the_default(published, shipped, clinic, clinician):
    def choose(protocol):
        return lambda: actions.choose_default_protocol(protocol=protocol, clinic=clinic, chosen_on=TODAY, by=clinician)

    approve(shipped["standard"], clinic, clinician)
    refused(choose(published), TransitionRefused, "has not approved children 1.0 yet")
    refused(choose(shipped["example"]), TransitionRefused, "paediatric-neuroblastoma 0.1 is draft")
    refused(choose(shipped["standard"]), TransitionRefused, "is the default already")
    actions.retire_protocol(protocol=published, reason="Replaced.", by=clinician)
    refused(choose(published), TransitionRefused, "children 1.0 is retired")


def test_imaging_is_as_often_as_the_protocol_says_unless_chosen(draft, clinic, clinician, colleague):
    text = draft.text.replace("choices = [6, 9, 12]\ndefault = 6", "choices = [6, 9, 12]\ndefault = 9")
    actions.change_draft(protocol=draft, text=text, by=clinician)
    actions.submit_protocol(protocol=draft, by=clinician, now=NOW)
    draft = actions.publish_protocol(protocol=draft, by=colleague, now=NOW)
    for chosen, planned in ((None, 9), (12, 12)):
        choices = PlanChoices(protocol=draft, imaging_interval=chosen)
        plan = enrolled(by=clinician, clinic=clinic, started_on=TODAY, today=TODAY, choices=choices)
        assert plan.imaging_interval == planned


def test_options_the_chosen_protocol_does_not_offer_are_refused(published, clinic, clinician):
    choices = PlanChoices(protocol=published, imaging_interval=7)
    with pytest.raises(InputRefused, match="7 is not offered") as error:
        enrolled(by=clinician, clinic=clinic, started_on=TODAY, today=TODAY, choices=choices)
    assert error.value.field == "imaging_interval"


def test_retiring_keeps_plans_and_offers_it_no_more(published, shipped, clinic, clinician):
    plan = enrolled(by=clinician, clinic=clinic, started_on=TODAY, today=TODAY, choices=PlanChoices(protocol=published))
    visits = plan.visits.count()
    approve(shipped["standard"], clinic, clinician)
    approve(published, clinic, clinician)
    refused(lambda: actions.retire_protocol(protocol=published, reason="", by=clinician), ReasonNeeded, "No new plan")
    actions.retire_protocol(protocol=published, reason="Replaced.", by=clinician)
    assert current_protocol(clinic) == shipped["standard"]
    assert (Plan.objects.get(pk=plan.pk).protocol, plan.visits.count()) == (published, visits)
    refused(
        lambda: actions.retire_protocol(protocol=published, reason="Again.", by=clinician), TransitionRefused, "active"
    )
    refused(
        lambda: actions.retire_protocol(protocol=shipped["standard"], reason="Ours.", by=clinician),
        TransitionRefused,
        "came with the product",
    )


FORBIDDEN = {
    "text": "text = text || ' '",
    "title": "title = 'Another'",
    "sha256": "sha256 = repeat('0', 64)",
    "example": "is_example = true",
    "clinic": "clinic_id = NULL",
    "base": "based_on_id = NULL",
    "writer": "written_by_id = NULL",
    "publisher": "published_at = now()",
    "back to draft": "status = 'draft'",
}


@pytest.mark.parametrize("change", FORBIDDEN)
@pytest.mark.parametrize("state", ["active", "retired"])
def test_database_refuses_to_change_a_published_version(published, clinician, state, change):
    if state == "retired":
        actions.retire_protocol(protocol=published, reason="Replaced.", by=clinician)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE schedules_protocol SET {FORBIDDEN[change]} WHERE id = %s", [published.pk])


def test_database_refuses_to_bring_a_retired_version_back(published, clinician):
    actions.retire_protocol(protocol=published, reason="Replaced.", by=clinician)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Protocol.objects.filter(pk=published.pk).update(status="active")


@pytest.mark.parametrize("publisher", ["clinician", "nobody"])
def test_database_refuses_a_publication_without_a_second_person(draft, clinician, publisher):
    by = clinician if publisher == "clinician" else None
    values = {"submitted_by": clinician, "submitted_at": NOW, "published_by": by, "published_at": NOW}
    with pytest.raises(IntegrityError, match="publishing_needs_a_second_person"), transaction.atomic():
        Protocol.objects.filter(pk=draft.pk).update(status="active", **values)


@pytest.mark.parametrize("step", ["change", "submit", "publish"])
def test_nothing_is_done_to_a_version_that_is_published(published, clinician, step):
    steps = {
        "change": lambda: actions.change_draft(protocol=published, text=published.text, by=clinician),
        "submit": lambda: actions.submit_protocol(protocol=published, by=clinician, now=NOW),
        "publish": lambda: actions.publish_protocol(protocol=published, by=clinician, now=NOW),
    }
    refused(steps[step], DomainError, "never changes")


def test_what_a_protocol_cannot_give_is_refused_by_name(published, clinic, clinician):
    text = published.text.replace('pheochromocytoma = ["metanephrines", "chromogranin_a"]\n', "")
    name = 'slug = "children"\nversion = "1.0"'
    narrower = actions.draft_protocol(
        text=text.replace(name, name.replace("1.0", "2.0")), clinic=clinic, by=clinician, based_on=published
    )
    assert "pheochromocytoma" not in narrower.definition.indications
    with pytest.raises(InputRefused, match="'pheochromocytoma' is unknown") as error:
        options_for(narrower.definition, PlanChoices(), indication="pheochromocytoma", secreting=True)
    assert error.value.field == "indication"


def test_version_a_new_plan_follows_is_found_by_one_query(clinic, clinician, shipped, django_assert_num_queries):
    actions.approve_protocol(protocol=shipped["standard"], clinic=clinic, approved_on=date(2026, 1, 1), by=clinician)
    for asking in (clinic, ClinicFactory(), None):
        with django_assert_num_queries(1):
            assert current_protocol(asking) == shipped["standard"]
