"""What must hold after any faults, by comparing the database with the ledger. Each sentence returned is a violation."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from events.models import Message, MessageEvent
from tests.faults.kinds import MOST_TRIES, POISON_TRIES, SORTS
from tests.faults.ledger import ACCEPTED, UNANSWERED, How, Ledger, Offer, Written

State = Message.State
ENDED = (State.SENT, State.DEAD, State.UNKNOWN, State.VOID, State.EXPIRED)
# From one state to the next; what has ended stays so, since no person does anything here.
ALLOWED = {"": {State.DUE}, State.DUE: {State.CLAIMED}, State.CLAIMED: {State.DUE, *ENDED}}
# Between two computers' clocks, or two readings of one.
SLACK = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Row:
    """A message as the database has it; `states` as its row history tells them."""

    pk: UUID
    meaning: str
    state: str
    tries: int
    states: tuple[str, ...]


@dataclass(frozen=True)
class Harm:
    """What was done to those who send: how many messages may have been in hand when somebody was stopped."""

    interruptions: int = 0
    most_tries: int = MOST_TRIES
    poison_tries: int = POISON_TRIES


def rows(meanings: Iterable[str]) -> list[Row]:
    """Return the messages of these meanings, with all states they were in."""
    found = list(
        Message.objects.filter(dedupe_key__in=list(meanings)).values_list("pk", "dedupe_key", "state", "tries")
    )
    states: dict[UUID, list[str]] = {pk: [] for pk, *_ in found}
    history = MessageEvent.objects.filter(pgh_obj__in=states).order_by("pgh_id")
    for pk, state in history.values_list("pgh_obj_id", "state"):
        if not states[pk] or states[pk][-1] != state:
            states[pk].append(state)
    return [Row(pk, meaning, state, tries, tuple(states[pk])) for pk, meaning, state, tries in found]


def violations(ledger: Ledger, found: Iterable[Row], harm: Harm) -> list[str]:
    """Return what does not hold."""
    stored = {row.meaning: row for row in found}
    offers = ledger.by_meaning()
    told = [f"{meaning}: lost, though it was acknowledged" for meaning in ledger.acknowledged - stored.keys()]
    for meaning, row in stored.items():
        written = ledger.written[meaning]
        told += [
            f"{meaning} ({written.kind}): {words}" for words in of_one(written, row, offers.get(meaning, []), harm)
        ]
    return told + list(of_all(ledger, stored, offers, harm))


def of_one(written: Written, row: Row, offers: list[Offer], harm: Harm) -> Iterator[str]:
    """Say what is wrong with one message."""
    yield from of_its_end(written, row, offers)
    yield from of_its_history(row)
    yield from of_its_offers(written, row, offers)
    most = harm.poison_tries if written.poison else harm.most_tries
    # A claim counts as a try, that which finds them used up too, and once more whenever somebody is stopped in it.
    if row.tries > most + 1 + harm.interruptions or len(offers) > most:
        yield f"tried {row.tries} times and offered {len(offers)} times, of {most}"


def of_its_end(written: Written, row: Row, offers: list[Offer]) -> Iterator[str]:
    """Say how it ended otherwise than it had to."""
    taken, refused = any(o.how in ACCEPTED for o in offers), any(o.how == How.REFUSED for o in offers)
    if row.state not in ENDED:
        yield f"still {row.state}, not drained"
    elif row.state == State.SENT and not taken:
        yield "sent, though no provider took it"
    elif row.state == State.DEAD and not (refused or written.nobody or written.poison):
        yield f"dead after {row.tries} tries and {len(offers)} offers, without a refusal"
    elif row.state == State.UNKNOWN and (SORTS[written.kind].again or SORTS[written.kind].has_key):
        yield "unknown, though it is one to be sent again"
    elif (row.state == State.VOID) != written.unwanted:
        yield f"{row.state}, though it was {'not ' if written.unwanted else ''}wanted"
    elif row.state == State.EXPIRED and not written.expires_at:
        yield "too late, though it never is"
    if written.poison and row.state in ENDED and row.state != State.DEAD:
        yield f"poison that ended {row.state}"
    if written.expires_at and written.expires_at <= written.not_before and row.state != State.EXPIRED:
        yield f"{row.state}, though it was too late from the beginning"


def of_its_history(row: Row) -> Iterator[str]:
    """Say which step between two states none may take, and whether each try was counted."""
    for before, after in zip(("", *row.states), row.states, strict=False):
        if after not in ALLOWED.get(before, ()):
            yield f"went from {before or 'nothing'} to {after} ({' '.join(row.states)})"
    if not row.states or row.states[-1] != row.state:
        yield f"is {row.state}, its history says {' '.join(row.states)}"
    # What only waited for its hour keeps its tries; a lapsed claim does not.
    if row.tries > row.states.count(State.CLAIMED):
        yield f"{row.tries} tries, {row.states.count(State.CLAIMED)} claims"


def of_its_offers(written: Written, row: Row, offers: list[Offer]) -> Iterator[str]:
    """Say what a provider should not have been offered."""
    accepted = Counter(offer.key for offer in offers if offer.how in ACCEPTED)
    if {offer.key for offer in offers} - {str(row.pk)}:
        yield "offered with another key than its own"
    sort = SORTS[written.kind]
    if sort.has_key and len(accepted) > 1:
        yield f"delivered {len(accepted)} times"
    if not (sort.has_key or sort.again) and accepted.total() > 1:
        yield f"taken {accepted.total()} times, once at most"
    if written.unwanted and offers:
        yield "offered, though nobody wanted it"
    if any(offer.at < written.not_before - SLACK for offer in offers):
        yield "offered before its time"


def of_all(ledger: Ledger, stored: Mapping[str, Row], offers: Mapping[str, list[Offer]], harm: Harm) -> Iterator[str]:
    """Say what is wrong with all messages together."""
    # Of silence nobody knows what it means; whoever was interrupted may have had any message in hand.
    unknown = [row.meaning for row in stored.values() if row.state == State.UNKNOWN]
    unheard = [meaning for meaning in unknown if not any(offer.how in UNANSWERED for offer in offers.get(meaning, []))]
    refused = [meaning for meaning, each in offers.items() if any(offer.how == How.REFUSED for offer in each[:-1])]
    for found, words in ((unheard, "unknown without silence"), (refused, "offered again after a refusal for good")):
        if len(found) > harm.interruptions:
            yield f"{len(found)} {words}, with {harm.interruptions} interruptions: {', '.join(found[:5])}"
    for meaning in offers.keys() - ledger.written.keys() - {""}:
        yield f"{meaning}: offered, though nobody wrote it"
