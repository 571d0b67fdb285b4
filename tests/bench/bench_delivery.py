"""Sending messages by a way out that takes them at once, as a share of a bare claim of the same rows (at least 25 %).

Two processes each. The bare loop claims and ends a batch by one statement, as a queue that promises nothing would; ours
looks at each message again under lock, marks what is about to leave, and writes down how each ended. Claiming is then
timed beside 2,000,000 messages that are due later, against 20,000 (at most 1.5 times as long).
"""

import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
django.setup()

from django.db import connection, connections, transaction  # noqa: E402  (after setup, as all that follows)
from django.utils import timezone  # noqa: E402

from accounts.models import Clinic, Staff  # noqa: E402
from events.delivery.channels import CHANNELS, Envelope  # noqa: E402
from events.delivery.claims import claim, waiting  # noqa: E402
from events.delivery.kinds import KINDS, Content, MessageKind  # noqa: E402
from events.delivery.sending import AT_ONCE, AT_ONCE_QUICKLY, deliver_due  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, at_least, at_most, paired, report  # noqa: E402

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "10000"))
LATER = int(os.environ.get("BENCH_LATER", "2000000"))
FEW = LATER // 100
WORKERS, PAIRS, SHARE, GROWTH = 2, 5, 0.25, 1.5
CLAIMS = 50
BARE = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM events_message WHERE state = 'due' AND not_before <= %(now)s AND channel = 'email' AND kind = 'bench'
    ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE events_message AS message SET state = 'sent', tries = tries + 1, token = gen_random_uuid(), sent_at = %(now)s
FROM chosen WHERE message.id = chosen.id RETURNING message.id
"""
WRITE = """
INSERT INTO events_message (id, clinic_id, recipient_id, channel, kind, subject, path, details, zone, dedupe_key, state,
                            not_before, tries, outcome, provider_reference, created_at)
SELECT gen_random_uuid(), %(clinic)s, %(staff)s, 'email', 'bench', 'A message', '', '{}', '', gen_random_uuid()::text,
       'due', %(at)s::timestamptz + n * interval '1 millisecond', 0, '', '', %(at)s
FROM generate_series(1, %(number)s) AS n
"""


def take(envelope: Envelope) -> str:
    """Take a message at once."""
    return str(envelope.key)


def prepare() -> dict[str, object]:
    """Register the kind and its way out; return whom messages are for."""
    KINDS["bench"] = MessageKind(lambda message: Content(message.subject, "Text."), lambda message, now: "", False)
    CHANNELS["email"] = take
    clinic = Clinic.objects.create(slug="bench", name="Bench", country="ES")
    staff = Staff.objects.create(name="Bench", email="bench@example.org")
    return {"clinic": clinic.pk, "staff": staff.pk}


def write(whom: dict[str, object], number: int, at: datetime) -> None:
    """Store messages due at `at`; nobody reads their history."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL statement_timeout = 0")
        cursor.execute(WRITE, whom | {"number": number, "at": at})


def refill(whom: dict[str, object]) -> None:
    """Empty the table and its history, and store what is to be sent."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_message, events_messageevent CASCADE")
        write(whom, MESSAGES, timezone.now() - timedelta(hours=1))
        cursor.execute("VACUUM ANALYZE events_message")


def by_two(work: Callable[[], object]) -> None:
    """Do `work` in two processes at once."""
    connections.close_all()
    children = []
    for _ in range(WORKERS):
        child = os.fork()
        if child == 0:
            try:
                work()
            except BaseException:
                # The copy of this process must not go on as the benchmark, whatever happens.
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(child)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("A worker failed.")


def deliver() -> None:
    while deliver_due(clock=timezone.now):
        pass


def bare() -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(BARE, {"now": timezone.now(), "limit": AT_ONCE_QUICKLY})
            if not cursor.fetchall():
                return


def claims() -> None:
    """Claim batch by batch, each undone, beside whatever is due later."""
    now = timezone.now()
    for _ in range(CLAIMS):
        with transaction.atomic():
            waiting(now=now)
            claim(now=now, channel="email", kinds=["bench"], limit=AT_ONCE)
            transaction.set_rollback(True)


def share() -> list[Figure]:
    """Measure how much of a bare claim's speed is left to our promise."""
    whom = prepare()
    ratio = paired(partial(by_two, bare), partial(by_two, deliver), PAIRS, before=lambda: refill(whom))
    return [at_least(SHARE, f"sending {MESSAGES:,} messages, speed as a share of a bare claim loop", ratio)]


def growth() -> list[Figure]:
    """Measure claiming beside many messages that are due later, against beside few."""
    with own_database("bench_delivery_many") as many:
        fill(LATER)
        with own_database("bench_delivery_few") as few:
            fill(FEW)

            def at(database: object) -> Callable[[], None]:
                def work() -> None:
                    connections["default"] = database
                    claims()

                return work

            of_many, of_few = at(many), at(few)
            of_many(), of_few()
            ratio = paired(of_many, of_few, PAIRS)
            connections["default"] = few
        connections["default"] = many
    return [at_most(GROWTH, f"claiming beside {LATER:,} messages due later, against {FEW:,}", ratio)]


def fill(later: int) -> None:
    """Store some messages that are due, and `later` that are not."""
    whom = prepare()
    write(whom, CLAIMS * AT_ONCE, timezone.now() - timedelta(hours=1))
    write(whom, later, timezone.now() + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE events_message")


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    with own_database("bench_delivery"):
        found = share()
    return [*found, *growth()]


if __name__ == "__main__":
    report(run())
