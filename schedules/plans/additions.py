"""Additions to a plan as values: what a rule or a person adds, and the words that say where it came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from accounts.models import Clinic
from patients.models import FOLLOWED_HERE, Patient
from schedules import protocol as rules
from schedules.models import PlannedActivity, Proposal
from schedules.protocol.additions import ADDED_COST
from schedules.protocol.trace import words
from schedules.wording import activity_words

WEEKLY, SEVERE, STEM_CELLS = "weekly_counts", "severe_counts", "stem_cell_counts"
PROVISIONAL = (WEEKLY, SEVERE, STEM_CELLS)
CHEMISTRY, WORKUP, THYROID, EARLIER = "early_chemistry", "cytopenia_workup", "repeat_thyroid", "earlier_draw"
BY_HAND = "by_hand"
CARRIED = "carried"
NAMES: Mapping[str, str] = {
    WEEKLY: "weekly counts go on",
    SEVERE: "counts twice a week after a severe one",
    STEM_CELLS: "counts twice a week after stem cells",
    CHEMISTRY: "chemistry with the first draws",
    WORKUP: "work-up of low counts",
    THYROID: "TSH and free T4 again",
    EARLIER: "an earlier draw",
    CARRIED: "carried from an earlier plan",
    "response_after_relapse": "an assessment of response",
    "pet_after_imaging": "a PET with another tracer",
}
# What a clinician can offer by hand, and where it is done.
OFFERED_BY_HAND: Mapping[str, str] = {
    "cbc": "visit",
    "chemistry": "visit",
    "thyroid": "visit",
    "cytopenia_workup": "visit",
    "fdg_pet": "imaging",
    "sstr_pet": "imaging",
}
SSTR_INDICATIONS = ("pheochromocytoma", "paraganglioma")


@dataclass(frozen=True, slots=True)
class Addition:
    """What is to be added to a plan, and why.

    `about` tells its cause: the same one is not proposed again once a person decided. `adds` are timepoints as
    `Proposal.adds` holds them. `provisional`: in force at once.
    """

    rule: str
    about: str
    sentence: str
    adds: Sequence[Mapping[str, Any]]
    rule_version: str = ""
    provisional: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def timepoint(
    target: date, activities: Iterable[str], *, before: int, after: int, kind: str = "visit", cost: int = ADDED_COST
) -> dict[str, Any]:
    """Return one timepoint of an addition as it is stored; the window is in days around `target`."""
    return {
        "target": target.isoformat(),
        "kind": kind,
        "activities": sorted(activities),
        "before": before,
        "after": after,
        "cost": cost,
    }


def name_of(proposal: Proposal) -> str:
    """Return what is added in a few words: "weekly counts go on"; of what was offered by hand its activity."""
    if proposal.rule == BY_HAND:
        return activity_words(name for each in proposal.adds for name in each["activities"])
    return NAMES.get(proposal.rule, proposal.rule.replace("_", " "))


def origin(proposal: Proposal) -> str:
    """Return where an addition came from: "Added: weekly counts go on, since Wed 27 Mar 2024"."""
    return f"Added: {name_of(proposal)}, since {words(proposal.opened_on)}"


def origins(activities: Iterable[PlannedActivity]) -> list[str]:
    """Return where those of a visit's activities came from that are additions, each once; proposals loaded."""
    found = (origin(activity.proposal) for activity in activities if activity.proposal)
    return list(dict.fromkeys(found))


def why_added(phase: str, activities: Iterable[PlannedActivity]) -> str:
    """Return why a timepoint that the protocol does not have was added; nothing for one of the protocol's own."""
    if phase != rules.ADDED:
        return ""
    causes = (f"{origin(a.proposal)}. {a.proposal.sentence}" for a in activities if a.proposal)
    return " ".join(dict.fromkeys(causes))


class ShownAdditions(NamedTuple):
    """A patient's additions: what waits for a decision, what is in force, what was decided or fell away."""

    offered: Sequence[Proposal]
    in_force: Sequence[Proposal]
    past: Sequence[Proposal]

    @property
    def is_empty(self) -> bool:
        return not (self.offered or self.in_force or self.past)


def shown_additions(patient: Patient) -> ShownAdditions:
    """Return the patient's additions, the latest first; what is in force of an earlier plan is past."""
    found = list(Proposal.objects.filter(patient=patient).select_related("plan", "decided_by"))
    offered = [each for each in found if each.state == Proposal.State.OFFERED]
    in_force = [each for each in found if each.in_force and each.plan.is_current]
    known = {each.pk for each in (*offered, *in_force)}
    return ShownAdditions(offered, in_force, [each for each in found if each.pk not in known])


def open_offers(clinic: Clinic) -> QuerySet[Proposal]:
    """Return what waits for a clinician's decision in a clinic: an earlier draw first, then the oldest."""
    offered = Proposal.objects.filter(clinic=clinic, state=Proposal.State.OFFERED, plan__is_current=True)
    followed = offered.filter(patient__status=Patient.Status.ACTIVE, patient__care__in=FOLLOWED_HERE)
    rank = Case(When(rule=EARLIER, then=0), When(rule=CHEMISTRY, then=2), default=1)
    return followed.annotate(rank=rank).select_related("patient", "plan").order_by("rank", "opened_on", "id")


def offers_after(offers: QuerySet[Proposal], key: str) -> QuerySet[Proposal]:
    """Return the `open_offers` that follow `key` ("1_2024-03-27_<id>"); all for the empty key.

    Raises   ValueError: not a key.
    """
    if not key:
        return offers
    rank, opened, pk = key.split("_")
    later = Q(opened_on__gt=date.fromisoformat(opened)) | Q(opened_on=opened, pk__gt=UUID(pk))
    return offers.filter(Q(rank__gt=int(rank)) | Q(later, rank=int(rank)))


def key_of(offer: Proposal) -> str:
    """Return the key of one of the `open_offers`, by which the next page follows."""
    return f"{offer.rank}_{offer.opened_on}_{offer.pk}"  # type: ignore[attr-defined]  # annotated by open_offers
