"""For how many days a clinic has medicines withheld, and by which names of its own they are found."""

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from imaging.models import PreparationPolicy
from imaging.preparing import STEPS, OwnDays, OwnNames, folded, holds, packaged
from imaging.preparing.loader import MOST_DAYS
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action

MOST_BETWEEN = 3  # days from the tracer to the day that is booked
FEWEST_LETTERS, LONGEST_NAME = 3, 120


@action
def set_preparation_policy(
    *, clinic: Clinic, days: OwnDays, names: OwnNames, injection_days_before: int | None, by: Staff
) -> PreparationPolicy:
    """Set the days for which the clinic has medicines withheld, and the names it adds to a class.

    `days` and `names` hold only what differs from what is shipped. What was planned or confirmed keeps its dates.

    Raises   InputRefused: no such class or step, days or a name that cannot be; at `<class>.<step>`, `<class>.names`.
    Records  preparation_policy.changed, which can be undone; nothing when nothing changes
    """
    refuse_unsound(days)
    refuse_names(names)
    if injection_days_before is not None and not 0 <= injection_days_before <= MOST_BETWEEN:
        raise InputRefused(f"At most {MOST_BETWEEN} days.", field="injection_days_before")
    policy, created = PreparationPolicy.objects.select_for_update(of=("self",)).get_or_create(clinic=clinic)
    changes = Changes()
    if created:
        changes.created(policy, undone={"days": {}, "names": {}, "injection_days_before": None})
    else:
        changes.watch(policy)
    fields = [
        *(key for key in group_keys() if policy.days.get(key, {}) != dict(days.get(key, {}))),
        *(f"names of {key}" for key in group_keys() if policy.names.get(key, []) != list(names.get(key, []))),
        *(["day of the tracer"] if policy.injection_days_before != injection_days_before else []),
    ]
    if fields:
        policy.days = {key: dict(steps) for key, steps in days.items() if steps}
        policy.names = {key: list(added) for key, added in names.items() if added}
        policy.injection_days_before = injection_days_before
        policy.save()
        record_event("preparation_policy.changed", clinic=clinic, by=by, fields=fields, rows=changes.facts())
    return policy


def group_keys() -> list[str]:
    return [group.key for group in packaged().classes]


def refuse_unsound(days: OwnDays) -> None:
    """Raise InputRefused for a class or step nobody knows, or days that cannot be."""
    known = group_keys()
    for key, steps in days.items():
        for step, number in steps.items():
            if key not in known or step not in STEPS:
                raise InputRefused("There is no such class or step in the table.", field=f"{key}.{step}")
            if not 0 <= number <= MOST_DAYS:
                raise InputRefused(f"Between 0 and {MOST_DAYS} days.", field=f"{key}.{step}")


def refuse_names(names: OwnNames) -> None:
    """Raise InputRefused for names of a class nobody knows, too short or too long ones, or those of another class."""
    known = [(group, [*group.names, *map(folded, names.get(group.key, ()))]) for group in packaged().classes]
    for key, name in [(key, name) for key, added in names.items() for name in added]:
        if key not in group_keys():
            raise InputRefused("There is no such class in the table.", field=f"{key}.names")
        if sum(sign.isalpha() for sign in folded(name)) < FEWEST_LETTERS or len(name) > LONGEST_NAME:
            what = f"“{name}”: a name has at least {FEWEST_LETTERS} letters and at most {LONGEST_NAME} signs."
            raise InputRefused(what, field=f"{key}.names")
        for group, others in known:
            if group.key != key and any(holds(folded(name), each) for each in others):
                raise InputRefused(f"“{name}” stands in the class {group.name}.", field=f"{key}.names")
