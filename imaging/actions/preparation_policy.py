"""For how many days a clinic has medicines withheld."""

from collections.abc import Mapping

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from imaging.models import PreparationPolicy
from imaging.preparing import STEPS, packaged
from imaging.preparing.loader import MOST_DAYS
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action

MOST_BETWEEN = 3  # days from the tracer to the day that is booked


@action
def set_preparation_policy(
    *, clinic: Clinic, days: Mapping[str, Mapping[str, int]], injection_days_before: int | None, by: Staff
) -> PreparationPolicy:
    """Set the days for which the clinic has medicines withheld; `days` holds only what differs from what is shipped.

    What was planned or confirmed keeps its dates.

    Raises   InputRefused: no such class or step, or days that cannot be; at the field `<class>.<step>`.
    Records  preparation_policy.changed, which can be undone; nothing when nothing changes
    """
    refuse_unsound(days)
    if injection_days_before is not None and not 0 <= injection_days_before <= MOST_BETWEEN:
        raise InputRefused(f"At most {MOST_BETWEEN} days.", field="injection_days_before")
    policy, created = PreparationPolicy.objects.select_for_update(of=("self",)).get_or_create(clinic=clinic)
    changes = Changes()
    if created:
        changes.created(policy, undone={"days": {}, "injection_days_before": None})
    else:
        changes.watch(policy)
    fields = [
        *(key for key in group_keys() if policy.days.get(key, {}) != dict(days.get(key, {}))),
        *(["day of the tracer"] if policy.injection_days_before != injection_days_before else []),
    ]
    if fields:
        policy.days = {key: dict(steps) for key, steps in days.items() if steps}
        policy.injection_days_before = injection_days_before
        policy.save()
        record_event("preparation_policy.changed", clinic=clinic, by=by, fields=fields, rows=changes.facts())
    return policy


def group_keys() -> list[str]:
    return [group.key for group in packaged().classes]


def refuse_unsound(days: Mapping[str, Mapping[str, int]]) -> None:
    """Raise InputRefused for a class or step nobody knows, or days that cannot be."""
    known = group_keys()
    for key, steps in days.items():
        for step, number in steps.items():
            if key not in known or step not in STEPS:
                raise InputRefused("There is no such class or step in the table.", field=f"{key}.{step}")
            if not 0 <= number <= MOST_DAYS:
                raise InputRefused(f"Between 0 and {MOST_DAYS} days.", field=f"{key}.{step}")
