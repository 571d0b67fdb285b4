"""The kinds of clinical event: what each asks for, who records it, and what follows (PROTOCOL.md 13)."""

from collections.abc import Mapping
from typing import NamedTuple

from patients.models import ClinicalEvent

Kind = ClinicalEvent.Kind


class Asked(NamedTuple):
    """One thing a kind of event asks for beside its day: its name in `ClinicalEvent.details`, and its label.

    `is_day`: a calendar day of the clinic, stored as an ISO date; otherwise text of at most 200 characters.
    """

    name: str
    label: str
    required: bool = True
    is_day: bool = False
    hint: str = ""


class KindOfEvent(NamedTuple):
    """What holds for one kind of event.

    `follows`: what it does, as the page says before it is recorded. `decides`: a clinician's alone. `lasts`: it can
    have an end; `ahead`: the end may lie ahead. `often`: several may last at one time. `replans`: the plan may change,
    so that the difference is shown first. `end`: what ending it is called.
    """

    follows: str
    asks: tuple[Asked, ...] = ()
    decides: bool = False
    lasts: bool = True
    ahead: bool = False
    often: bool = False
    replans: bool = False
    end: str = "Ended"


GOES_ON = "Care goes on: nothing of the plan changes."
STILL_READ = "A result that arrives later is still graded and reaches a person."

KINDS: Mapping[str, KindOfEvent] = {
    Kind.DEATH: KindOfEvent(
        f"Everything open is cancelled, and so are the booked appointments. {STILL_READ} Two people take it back.",
        (Asked("cause", "Cause", required=False, hint="When it is known."),),
        lasts=False,
        replans=True,
    ),
    Kind.TRANSFER: KindOfEvent(
        "Nothing changes, and alerts stay ours, until it is recorded that the receiving clinician accepted. Then what "
        f"is open is cancelled. {STILL_READ}",
        (Asked("to_whom", "To whom", hint="The receiving clinician and clinic."),),
        replans=True,
        end="Back in follow-up here",
    ),
    Kind.PAUSE: KindOfEvent(
        "Everything open waits, off the worklist. When the day of the review has passed it is on the worklist.",
        (Asked("review_on", "Review on", is_day=True), Asked("why", "Why")),
        replans=True,
        end="Resume follow-up",
    ),
    Kind.LOST: KindOfEvent(
        f"Everything open waits, off the worklist; the patient is on the list of those lost. {STILL_READ}",
        (Asked("attempts", "Attempts to reach the patient", hint="When, how, and by whom."),),
        replans=True,
        end="Found again",
    ),
    Kind.DECLINES_FOLLOW_UP: KindOfEvent(
        f"An informed refusal: what is open is cancelled. {STILL_READ}",
        (Asked("explained_by", "Who explained what it means"), Asked("taken_over_by", "Who takes over")),
        replans=True,
        end="Follow-up wanted again",
    ),
    Kind.DECLINES_ITEM: KindOfEvent(
        "What is declined falls away from that day on, everything else goes on.",
        often=True,
        replans=True,
        end="No longer declined",
    ),
    Kind.DECLINES_MESSAGES: KindOfEvent(f"No message goes to the patient or their contacts. {GOES_ON}"),
    Kind.WITHDRAWS_RESEARCH: KindOfEvent(f"The patient is left out of exports. {GOES_ON}"),
    Kind.RELAPSE: KindOfEvent(
        "Response surveillance is put before a clinician as an offer to accept or decline. Safety follow-up goes on.",
        (Asked("found_by", "How it was found", required=False),),
        decides=True,
        often=True,
    ),
    Kind.NEW_THERAPY: KindOfEvent(
        "From that day on it is said that attribution is confounded. The plan goes on.",
        (
            Asked("therapy", "Which therapy"),
            Asked("counts_at", "Blood counts are followed at", required=False, hint="When somebody else follows them."),
        ),
        often=True,
    ),
    Kind.ADMISSION: KindOfEvent(
        "The plan goes on; what was done in hospital is recorded as done elsewhere.",
        (Asked("place", "Where", required=False), Asked("why", "Why", required=False)),
    ),
    Kind.PREGNANCY: KindOfEvent(
        "MIBG, CT and PET wait for a clinician's decision, each by itself. Everything else goes on, and thyroid values "
        "are read by it.",
        replans=True,
    ),
    Kind.COMFORT_CARE: KindOfEvent(
        f"What is open is cancelled. {STILL_READ}",
        (Asked("agreed_with", "Agreed with", hint="The patient, family, team."),),
        decides=True,
        replans=True,
        end="Follow-up wanted again",
    ),
    Kind.THYROIDECTOMY: KindOfEvent("Thyroid values are read by it.", lasts=False),
    Kind.LEVOTHYROXINE: KindOfEvent("Thyroid values are read against the target.", ahead=True),
    Kind.IODINE: KindOfEvent("Thyroid values are read by it.", ahead=True, often=True),
}
