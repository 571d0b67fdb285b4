"""Courses of lesions as short texts, and the tables of them.

A course is "baseline / time point / time point". L1=40 is a lesion of 40 mm, N1=20 a node by its short axis; a bare
name (Bone, Nx) at baseline is a non-target lesion. At a time point: L1=30, L1=absent, L1=small, L1=ne, L1=12+8 (in
parts), L2>L1 (merged into L1); Bone=present, absent, progressed or ne, Nx=9.9; +X is a new lesion, ?X may be one;
"marker" at baseline is raised, later marker=normal or marker=raised.
"""

from datetime import date, timedelta
from decimal import Decimal

from imaging.response.recist import (
    Baseline,
    Merged,
    NewLesion,
    NonTargetLesion,
    NonTargetState,
    Seen,
    Split,
    TargetLesion,
    TimePoint,
    assess,
)

START = date(2024, 1, 1)
EVERY = timedelta(weeks=8)
SEEN = {"absent": Seen.ABSENT, "small": Seen.TOO_SMALL, "ne": Seen.NOT_EVALUATED}
STATES = {
    "absent": NonTargetState.ABSENT,
    "present": NonTargetState.PRESENT,
    "progressed": NonTargetState.PROGRESSED,
    "ne": NonTargetState.NOT_EVALUATED,
}


def target(name, diameter, **given):
    """Return a target lesion, a node when its name begins with N."""
    given = {"organ": f"organ of {name}", "is_node": name.startswith("N")} | given
    return TargetLesion(name=name, diameter_mm=Decimal(diameter), **given)


def baseline(text, **given):
    """Return the baseline that `text` tells."""
    words = text.split()
    return Baseline(
        on=START,
        targets=tuple(target(*word.split("=")) for word in words if "=" in word),
        non_targets=tuple(
            NonTargetLesion(word, word.startswith("N")) for word in words if "=" not in word and word != "marker"
        ),
        marker_raised="marker" in words,
        **given,
    )


def finding(value):
    """Return what is told of a target lesion."""
    if "+" in value:
        return Split(tuple(map(Decimal, value.split("+"))))
    return SEEN[value] if value in SEEN else Decimal(value)


def time_point(text, on, of):
    """Return the time point that `text` tells of the lesions of the baseline `of`."""
    targets, non_targets, new, marker = {}, {}, [], None
    names = {lesion.name for lesion in of.targets}
    for word in text.split():
        if word[0] in "+?":
            new.append(NewLesion(word[1:], certain=word[0] == "+"))
        elif ">" in word:
            name, into = word.split(">")
            targets[name] = Merged(into)
        else:
            name, value = word.split("=")
            if name == "marker":
                marker = value == "normal"
            elif name in names:
                targets[name] = finding(value)
            else:
                non_targets[name] = STATES[value] if value in STATES else Decimal(value)
    return TimePoint(on=on, targets=targets, non_targets=non_targets, new=tuple(new), marker_normal=marker)


def course(text, **given):
    """Return the assessed course that `text` tells, a time point every eight weeks from 1 Jan 2024 on."""
    first, *others = text.split("/")
    start = baseline(first, **given)
    return assess(
        start, [time_point(each, START + EVERY * number, start) for number, each in enumerate(others, start=1)]
    )


def read(table):
    """Yield course, verdict and expected sentences of each entry: "course -> verdict", then one sentence a line."""
    entry, verdict, sentences = "", "", []
    for line in filter(None, map(str.strip, table.splitlines())):
        if "->" in line:
            if entry:
                yield entry, verdict, sentences
            entry, _, verdict = (part.strip() for part in line.partition("->"))
            sentences = []
        else:
            sentences.append(line)
    yield entry, verdict, sentences
