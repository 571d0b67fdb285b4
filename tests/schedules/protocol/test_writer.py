"""What is written is read back as it was."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.protocol import Protocol, dump_protocol, load_protocol, packaged_protocols, read_protocol
from schedules.protocol.activities import MARKERS, SPECIMENS
from schedules.protocol.definition import Between, Closing, IntervalChoice, Nadir, Phase
from schedules.protocol.options import ALLOWED, INTERVALS

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200).filter(str.strip)
KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
ACTIVITIES = sorted(SPECIMENS | {"physician_visit", "mibg_scan"})
NUMBERS = st.integers(1, 60)
COSTS = st.integers(0, 999)
OPTION = st.sampled_from(INTERVALS)
SOME = st.lists(st.sampled_from(ACTIVITIES), min_size=1, unique=True).map(tuple)


@st.composite
def phases(draw, key):
    first, last = draw(NUMBERS), draw(st.integers(60, 120))
    counted_from = draw(st.booleans())
    unit = draw(st.sampled_from(["weeks", "months"]))
    months = unit == "months"
    ended = not months or draw(st.booleans())
    return Phase(
        key=key,
        name=draw(TEXTS),
        kind=draw(st.sampled_from(["visit", "imaging"])),
        unit=unit,
        every=draw(NUMBERS | OPTION if months else NUMBERS),
        window_before=draw(st.integers(0, 90)),
        window_after=draw(st.integers(0, 90)),
        activities=draw(SOME),
        cost=draw(COSTS),
        first=None if counted_from else first,
        after=first if counted_from else None,
        last=last if ended else None,
        markers_every=draw(st.none() | NUMBERS),
        first_cost=draw(st.none() | COSTS),
        between=draw(st.none() | st.builds(Between, OPTION, SOME, COSTS)) if months else None,
        closing=draw(st.none() | st.builds(Closing, NUMBERS, NUMBERS)) if months and ended else None,
    )


@st.composite
def protocols(draw):
    choices = {}
    for name in INTERVALS:
        offered = draw(st.lists(st.sampled_from(ALLOWED[name]), min_size=1, unique=True))
        choices[name] = IntervalChoice(tuple(offered), draw(st.sampled_from(offered)))
    first = draw(st.integers(1, 8))
    return Protocol(
        slug=draw(TEXTS),
        version=draw(TEXTS),
        title=draw(TEXTS),
        activities={name: draw(TEXTS) for name in ACTIVITIES},
        indications=draw(
            st.dictionaries(KEYS, st.lists(st.sampled_from(sorted(MARKERS)), unique=True).map(tuple), max_size=3)
        ),
        choices=choices,
        nadir=Nadir(first, draw(st.integers(first, 12)), draw(COSTS)),
        phases=tuple([draw(phases(key)) for key in draw(st.lists(KEYS, unique=True, max_size=4))]),
        is_example=draw(st.booleans()),
    )


@given(protocols())
@settings(max_examples=150)
def test_every_draft_is_read_back_as_it_was_written(protocol):
    again = read_protocol(dump_protocol(protocol), source="again")
    assert again == protocol
    assert [phase.key for phase in again.phases] == [phase.key for phase in protocol.phases]


@pytest.mark.parametrize("shipped", packaged_protocols(), ids=lambda shipped: shipped.protocol.slug)
def test_what_is_shipped_is_read_back_too(shipped):
    assert load_protocol(dump_protocol(shipped.protocol), source="again") == shipped.protocol


def test_a_written_file_reads_well():
    seed = packaged_protocols()[0].protocol
    text = dump_protocol(replace(seed, phases=seed.phases[:1]))
    assert text.endswith(
        '[phases.weeks]\nname = "weekly blood counts"\nkind = "visit"\nunit = "weeks"\nfirst = 1\nlast = 8\nevery = 1\n'
        'window = { before = 3, after = 3 }\nactivities = ["cbc"]\ncost = 800\n'
    )
