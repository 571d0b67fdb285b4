"""Seed, paediatric example and a broken version: through linter, simulation, publication and migration."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import Clinic, Role, Staff
from events.models import Event, Job
from events.undo import undo
from iotrex_followup.errors import InputRefused, TransitionRefused
from schedules import actions, tasks
from schedules.actions.migration import migrate_plan, order_migration
from schedules.actions.protocols import NewName, findings_about
from schedules.actions.simulations import order_simulation
from schedules.models import Plan, Protocol
from schedules.protocol import errors_of
from schedules.versions.fitting import Instead
from tests.factories import MembershipFactory, enrolled, noon
from tests.schedules.versions import changed_text

ANCHOR, TODAY = date(2024, 1, 31), date(2024, 2, 21)
NOON = noon(TODAY)


@pytest.fixture
def second_person(clinic: Clinic) -> Staff:
    return MembershipFactory(clinic=clinic, role=Role.CLINICIAN).staff


@pytest.fixture
def plans(clinic: Clinic, clinician: Staff, monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOON)
    call_command("load_protocols", stdout=StringIO())
    return [
        enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR, indication="neuroblastoma")
        for _ in range(2)
    ]


def simulated(protocol: Protocol, clinic: Clinic, by: Staff) -> dict[str, int]:
    job = order_simulation(clinic=clinic, protocol=protocol, by=by, today=TODAY)
    tasks.simulate_protocol(str(job.pk))
    return Job.objects.get(pk=job.pk).result["totals"]


def test_seed_is_sound_and_changes_nobody_who_follows_it(plans: list[Plan], clinic: Clinic, clinician: Staff) -> None:
    assert errors_of(findings_about(plans[0].protocol, clinic, today=TODAY)) == []
    with pytest.raises(InputRefused, match="already"):
        order_simulation(clinic=clinic, protocol=plans[0].protocol, by=clinician, today=TODAY)


def test_paediatric_example_is_simulated_copied_published_and_followed(
    plans: list[Plan], clinic: Clinic, clinician: Staff, second_person: Staff
) -> None:
    example = Protocol.objects.get(is_example=True)
    found = simulated(example, clinic, clinician)
    assert found["added"] > 0
    with pytest.raises(TransitionRefused, match="draft"):
        migrate_plan(plan=plans[0], protocol=example, instead=Instead(), reason="A child.", by=clinician, today=TODAY)
    draft = actions.copy_protocol(
        protocol=example, clinic=clinic, name=NewName("our-neuroblastoma", "1.0"), by=clinician
    )
    assert errors_of(findings_about(draft, clinic, today=TODAY)) == []
    assert simulated(draft, clinic, clinician) == found
    actions.submit_protocol(protocol=draft, by=clinician, now=NOON)
    published = actions.publish_protocol(protocol=draft, by=second_person, now=NOON, reason="Reviewed.")
    job = order_migration(
        clinic=clinic,
        protocol=published,
        patients=[plans[0].patient_id],
        instead=Instead(6, 12, 12, leave_out_markers=True),
        reason="A child.",
        by=clinician,
        today=TODAY,
    )
    tasks.migrate_patients(str(job.pk))
    assert [Plan.objects.get(pk=plan.pk).protocol.slug for plan in plans] == ["our-neuroblastoma", "iotrex"]
    assert plans[0].visits.filter(timepoint="W12", status="planned").exists()
    undo(event=Event.objects.get(kind="plan.migrated"), by=clinician, now=NOON)
    assert Plan.objects.get(pk=plans[0].pk).protocol.slug == "iotrex"


def test_broken_version_goes_nowhere(plans: list[Plan], clinic: Clinic, clinician: Staff, second_person: Staff) -> None:
    # Quarters from month 12 on plan month 12 a second time.
    text = changed_text("9.0", ("first = 15", "first = 12")).replace('slug = "iotrex"', 'slug = "broken"')
    draft = actions.draft_protocol(text=text, clinic=clinic, by=clinician)
    assert errors_of(findings_about(draft, clinic, today=TODAY)) != []
    with pytest.raises(TransitionRefused, match="Mend this version first"):
        order_simulation(clinic=clinic, protocol=draft, by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="cannot be published"):
        actions.submit_protocol(protocol=draft, by=clinician, now=NOON)
    with pytest.raises(TransitionRefused, match="not submitted"):
        actions.publish_protocol(protocol=draft, by=second_person, now=NOON)
    with pytest.raises(TransitionRefused, match="draft"):
        migrate_plan(plan=plans[0], protocol=draft, instead=Instead(), reason="Try.", by=clinician, today=TODAY)
    assert {plan.protocol.slug for plan in Plan.objects.all()} == {"iotrex"}
    with pytest.raises(InputRefused):
        actions.draft_protocol(text=text.replace("every = 1\n", "every = 0\n"), clinic=clinic, by=clinician)
