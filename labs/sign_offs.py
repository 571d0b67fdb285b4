"""What the laboratory tells the sign-off register: the CTCAE version, and every rule as the clinic runs it."""

from collections.abc import Iterable

from accounts.models import Clinic
from labs.alerting.deadlines import WITHIN
from labs.models import Alert, LabPolicy
from labs.policy_settings import as_run, settings_of
from labs.rules.ladder import LADDERS, Ladder, Since, Step
from labs.settling.charts import policy_of, rules_of
from schedules.sign_offs import Setting, Signature

GROUP = "Laboratory rules"
LADDER_SOURCE = "Ours; the steps of immediate alerts as prescribed, the others unverified"


def laboratory_settings(clinic: Clinic) -> Iterable[Setting]:
    """Tell the criteria and rules by which the clinic's results are judged, and how soon alerts are answered."""
    policy = policy_of(clinic)
    rules, content = rules_of(policy), as_run(policy.settings)
    signed = signature_of(policy)
    yield Setting(
        "labs.ctcae", "Grading", "CTCAE version", "NCI; which version is the clinic's choice", policy.ctcae, signed
    )
    minutes = {tier.label: int(within.total_seconds() // 60) for tier, within in WITHIN.items()}
    times = ", ".join(f"{tier} {minute} minutes" for tier, minute in minutes.items())
    yield Setting(
        "labs.alerting.deadlines",
        "Alerts",
        "Time to answer an alert",
        "Ours, unverified",
        f"{times}; the next working day until {clinic.closes_at:%H:%M}.",
    )
    yield Setting("labs.alerting.ladder", "Alerts", "Who is told when nobody answers", LADDER_SOURCE, ladder_words())
    for rule in rules:
        lines = [f"{each.label}: {each.text}" for each in settings_of(rule.key, content)]
        value = "\n".join([*([] if rule.on else ["Switched off."]), *lines])
        yield Setting(f"labs.rule.{rule.key}", GROUP, rule.title, rule.source, value, signed)


def ladder_words() -> str:
    """Return the steps of the ladder, a line for each urgency."""
    return "\n".join(f"{Alert.Tier(urgency.value).label}: {steps_words(ladder)}" for urgency, ladder in LADDERS.items())


def steps_words(ladder: Ladder) -> str:
    """Return "responsible at once, covering after 120 minutes, …; everybody again every 240 minutes"."""
    steps = ", ".join(f"{each.whom} {when_words(each)}" for each in ladder.steps)
    return f"{steps}; everybody again every {ladder.again_minutes} minutes" if ladder.again_minutes else steps


def when_words(step: Step) -> str:
    """Return when a step is told."""
    if step.since == Since.ANSWER_BY:
        return "when it was to be answered"
    if step.since == Since.NEXT_CLOSING:
        return "at the end of the working day after that"
    return f"after {step.minutes} minutes" if step.minutes else "at once"


def signature_of(policy: LabPolicy) -> Signature | None:
    """Return who signed the rules as a whole, as they are set now; a change takes that signature away."""
    if policy.signed_by is None or policy.signed_on is None:
        return None
    return Signature(str(policy.signed_by), policy.signed_on, "Judging results")
