"""What a relapse puts before a clinician: an assessment of response, to accept or decline."""

from datetime import date, timedelta

from events.undo import Changes
from patients.models import ClinicalEvent
from schedules.models import Plan, Proposal
from schedules.protocol.trace import words
from schedules.wording import activity_words

RELAPSE_RULE = "response_after_relapse"
# What is offered after a relapse: an assessment of response, soon. An editable default, not signed off.
ASSESSMENT = {"kind": "imaging", "before": 14, "after": 14, "cost": 80}
ASSESSED_AFTER = timedelta(14)


def offer_assessment(event: ClinicalEvent, changes: Changes, *, today: date) -> None:
    """Put an assessment of response before a clinician; a patient without a plan has none to change."""
    plan = Plan.objects.current().filter(patient=event.patient).first()
    if plan is None:
        return
    activities = ["mibg_scan", "anatomical_imaging"]
    proposal = Proposal.objects.create(
        clinic=event.clinic,
        patient=event.patient,
        plan=plan,
        rule=RELAPSE_RULE,
        rule_version="1.0",
        about=str(event.pk),
        sentence=f"Relapse or progression on {words(event.started_on)}: review the surveillance of response. Accepting "
        f"plans {activity_words(activities)} around {words(today + ASSESSED_AFTER)}.",
        adds=[{**ASSESSMENT, "target": (today + ASSESSED_AFTER).isoformat(), "activities": activities}],
        state=Proposal.State.OFFERED,
        opened_on=today,
    )
    changes.created(proposal, undone={"state": Proposal.State.LAPSED.value})


def lapse_assessment(event: ClinicalEvent, changes: Changes) -> None:
    """Let what was offered because of `event` fall away while nobody has decided about it."""
    offered = Proposal.objects.filter(
        patient=event.patient, rule=RELAPSE_RULE, about=str(event.pk), state=Proposal.State.OFFERED
    )
    for proposal in offered.select_for_update():
        changes.watch(proposal)
        proposal.state = Proposal.State.LAPSED
        proposal.save(update_fields=["state"])
