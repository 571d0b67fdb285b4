from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.laboratories import add_laboratory, change_laboratory, reinstate_laboratory, retire_laboratory
from labs.actions.laboratory_files import import_laboratory_file
from labs.actions.mappings import map_code, map_unit, take_back_mapping
from labs.actions.ranges import retire_range, set_range
from labs.intake.mapping_checks import RangeFacts
from labs.models import CodeMapping, Laboratory, ReferenceRange, UnitMapping
from labs.senders.shipped import CodeMeaning
from schedules.wording import event_sentence
from tests.factories import ClinicFactory, MembershipFactory
from tests.snapshot import Rows, stored

PLATELETS = CodeMeaning("platelets")
LIMITS = RangeFacts(analyte="platelets", unit="10*9/L", low=Decimal(130), high=Decimal(394))


@dataclass
class Scene:
    """A laboratory with one code, one spelling, one range; and one that is no longer in use."""

    clinic: Clinic
    by: Staff
    north: Laboratory
    closed: Laboratory
    code: CodeMapping
    spelling: UnitMapping
    limits: ReferenceRange


@pytest.fixture
def scene(db: None) -> Scene:
    member = MembershipFactory()
    clinic, by = member.clinic, member.staff
    north = add_laboratory(clinic=clinic, name="North", by=by)
    closed = retire_laboratory(laboratory=add_laboratory(clinic=clinic, name="Closed", by=by), by=by)
    return Scene(
        clinic,
        by,
        north,
        closed,
        map_code(laboratory=north, code="PLT", meaning=PLATELETS, by=by),
        map_unit(laboratory=north, spelling="Gpt/l", unit="10*9/L", by=by),
        set_range(clinic=clinic, laboratory=north, facts=LIMITS, by=by),
    )


def rows() -> Rows:
    return stored(Laboratory, CodeMapping, UnitMapping, ReferenceRange)


CHANGES: dict[str, Callable[[Scene], object]] = {
    "laboratory.added": lambda s: add_laboratory(clinic=s.clinic, name="South", by=s.by),
    "laboratory.changed": lambda s: change_laboratory(laboratory=s.north, fields={"decimal_comma": True}, by=s.by),
    "laboratory.retired": lambda s: retire_laboratory(laboratory=s.north, by=s.by),
    "laboratory.reinstated": lambda s: reinstate_laboratory(laboratory=s.closed, by=s.by),
    "laboratory.code_mapped": lambda s: map_code(laboratory=s.north, code="HB", meaning=CodeMeaning("hgb"), by=s.by),
    "laboratory.unit_mapped": lambda s: map_unit(
        laboratory=s.north, spelling="Gpt/l", unit="10*6/L", by=s.by, reason="x"
    ),
    "laboratory.mapping_taken_back": lambda s: take_back_mapping(mapping=s.code, by=s.by),
    "laboratory.file_imported": lambda s: import_laboratory_file(
        clinic=s.clinic, laboratory=s.north, content=b"code,analyte\nPLT,\nHB,hgb\n", by=s.by, reason="Counted by eye."
    ),
    "range.set": lambda s: set_range(clinic=s.clinic, laboratory=s.north, facts=LIMITS, existing=s.limits, by=s.by),
    "range.retired": lambda s: retire_range(existing=s.limits, by=s.by),
}
SENTENCES = {
    "laboratory.added": "Laboratory South added with 0 known codes",
    "laboratory.changed": "Laboratory North changed: decimal comma",
    "laboratory.retired": "Laboratory North is no longer in use",
    "laboratory.reinstated": "Laboratory Closed is in use again",
    "laboratory.code_mapped": "North: HB stands for Hemoglobin",
    "laboratory.unit_mapped": "North: Gpt/l means 10*6/L",
    "laboratory.mapping_taken_back": "North: taken back what was said of PLT: platelets",
    "laboratory.file_imported": "North: codes from a file, 1 new, 1 changed, 0 alike",
    "range.set": "Range of North for Platelets, both sexes, all ages: 130–394 10*9/L",
    "range.retired": "Range of North for Platelets, both sexes, all ages taken back: 130–394 10*9/L",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_change_writes_one_event_by_its_author_in_words(scene, kind):
    before = set(Event.objects.values_list("pk", flat=True))
    CHANGES[kind](scene)
    event = Event.objects.exclude(pk__in=before).get()
    assert (event.kind, event.by, event_sentence(event)) == (kind, scene.by, SENTENCES[kind])


@pytest.mark.parametrize("kind", [kind for kind in CHANGES if kind != "range.set"])
def test_undone_change_leaves_every_row_as_it_was(scene, kind):
    before, earlier = rows(), set(Event.objects.values_list("pk", flat=True))
    CHANGES[kind](scene)
    assert rows() != before
    undo(event=Event.objects.exclude(pk__in=earlier).get(), by=scene.by, now=timezone.now())
    after = rows()
    assert {key: after[key] for key in before} == before
    assert [row["is_active"] for key, row in after.items() if key not in before] == [False] * (len(after) - len(before))


REFUSED: dict[str, tuple[Callable[[Scene], object], type[DomainError], str]] = {
    "laboratory without a name": (
        lambda s: add_laboratory(clinic=s.clinic, name=" ", by=s.by),
        InputRefused,
        "A laboratory needs a name.",
    ),
    "laboratory of a name in use": (
        lambda s: add_laboratory(clinic=s.clinic, name="NORTH", by=s.by),
        InputRefused,
        "There is a laboratory called North. Open it instead.",
    ),
    "laboratory of a name no longer in use": (
        lambda s: add_laboratory(clinic=s.clinic, name="closed", by=s.by),
        InputRefused,
        "There is a laboratory called Closed. It is no longer in use: open it and use it again.",
    ),
    "another's name": (
        lambda s: change_laboratory(laboratory=s.north, fields={"name": "closed"}, by=s.by),
        InputRefused,
        "Another laboratory of this clinic has this name.",
    ),
    "retired twice": (
        lambda s: retire_laboratory(laboratory=s.closed, by=s.by),
        TransitionRefused,
        "Closed is no longer in use already.",
    ),
    "reinstated while in use": (
        lambda s: reinstate_laboratory(laboratory=s.north, by=s.by),
        TransitionRefused,
        "North is in use already.",
    ),
    "no analyte of ours": (
        lambda s: map_code(laboratory=s.north, code="X", meaning=CodeMeaning("plt"), by=s.by),
        InputRefused,
        "“plt” is not an analyte. If it is platelets, write that.",
    ),
    "unit that does not fit": (
        lambda s: map_code(laboratory=s.north, code="HB", meaning=CodeMeaning("hgb", "10*9/L"), by=s.by),
        InputRefused,
        "Hemoglobin: 10*9/L measures number concentration, which does not fit; accepted for Hemoglobin: g/L, g/dL."
        " Choose one of those.",
    ),
    "LOINC code of something else": (
        lambda s: map_code(laboratory=s.north, code="718-7", meaning=PLATELETS, by=s.by),
        ReasonNeeded,
        "718-7 stands for Hemoglobin everywhere else. Give a reason to record it all the same.",
    ),
    "usual name that is not followed": (
        lambda s: map_code(laboratory=s.north, code="PLT", meaning=CodeMeaning(""), by=s.by),
        ReasonNeeded,
        "PLT is a usual name of Platelets, which would neither be graded nor followed."
        " Give a reason to record it all the same.",
    ),
    "spelling with another meaning": (
        lambda s: map_unit(laboratory=s.north, spelling="g/dL", unit="g/L", by=s.by),
        ReasonNeeded,
        "“g/dL” means g/dL everywhere else. Every value in it would be read as g/L."
        " Give a reason to record it all the same.",
    ),
    "unit that is none": (
        lambda s: map_unit(laboratory=s.north, spelling="thou", unit="thou", by=s.by),
        InputRefused,
        "“thou” is not a unit. Write it in UCUM, such as 10*9/L, g/dL or umol/L.",
    ),
    "range that clashes": (
        lambda s: set_range(clinic=s.clinic, laboratory=s.north, facts=LIMITS, by=s.by),
        InputRefused,
        "Platelets, both sexes, all ages is set already, and would hold for the same."
        " Change that one, or let one end where the other begins.",
    ),
    "limit nobody has": (
        lambda s: set_range(
            clinic=s.clinic,
            laboratory=None,
            facts=RangeFacts(analyte="platelets", unit="10*9/L", low=Decimal(130000)),
            by=s.by,
        ),
        InputRefused,
        "Platelets 130000 10*9/L is above the most that is possible (5000): a unit slip?"
        " Correct the limit or its unit.",
    ),
}


# Each is done twice, by two people who had both read the row before.
TWICE: dict[str, tuple[Callable[[Scene], object], Callable[[Scene], object]]] = {
    "range changed after it was taken back": (
        lambda s: retire_range(existing=s.limits, by=s.by),
        lambda s: set_range(clinic=s.clinic, laboratory=s.north, facts=LIMITS, existing=s.limits, by=s.by),
    ),
    "range taken back": (lambda s: retire_range(existing=s.limits, by=s.by),) * 2,
    "laboratory retired": (lambda s: retire_laboratory(laboratory=s.north, by=s.by),) * 2,
    "laboratory used again": (lambda s: reinstate_laboratory(laboratory=s.closed, by=s.by),) * 2,
    "code taken back": (lambda s: take_back_mapping(mapping=s.code, by=s.by),) * 2,
    "spelling taken back": (lambda s: take_back_mapping(mapping=s.spelling, by=s.by),) * 2,
}


def as_read(scene: Scene) -> Scene:
    """The scene as somebody reads it now."""
    read = {name: getattr(scene, name) for name in ("north", "closed", "code", "spelling", "limits")}
    return replace(scene, **{name: type(row).objects.get(pk=row.pk) for name, row in read.items()})


@pytest.mark.parametrize("what", TWICE)
def test_change_to_what_somebody_else_took_away_meanwhile_is_refused(scene, what):
    first, second = TWICE[what]
    read = as_read(scene)
    first(as_read(scene))
    before, events = rows(), Event.objects.count()
    with pytest.raises(TransitionRefused):
        second(read)
    assert (rows(), Event.objects.count()) == (before, events)


def test_laboratory_changed_by_two_keeps_both_changes_and_each_is_undone(scene):
    first, second = as_read(scene), as_read(scene)
    change_laboratory(laboratory=first.north, fields={"phone": "07700"}, by=scene.by)
    change_laboratory(laboratory=second.north, fields={"phone": "07700", "decimal_comma": True}, by=scene.by)
    assert [e.facts["fields"] for e in Event.objects.filter(kind="laboratory.changed").order_by("id")] == [
        ["phone"],
        ["decimal_comma"],
    ]


def test_range_of_another_clinics_laboratory_is_refused_at_the_laboratory(scene):
    other = MembershipFactory()
    with pytest.raises(InputRefused, match="Choose a laboratory of this clinic") as refused:
        set_range(clinic=other.clinic, laboratory=scene.north, facts=LIMITS, by=other.staff)
    assert refused.value.field == "laboratory"


@pytest.mark.parametrize("what", REFUSED)
def test_refused_change_changes_nothing_and_says_why(scene, what):
    do, error, words = REFUSED[what]
    before, events = rows(), Event.objects.count()
    with pytest.raises(error) as refused:
        do(scene)
    assert (str(refused.value), rows(), Event.objects.count()) == (words, before, events)


def test_mapping_that_is_taken_back_is_not_taken_back_again(scene):
    take_back_mapping(mapping=scene.code, by=scene.by)
    with pytest.raises(TransitionRefused):
        take_back_mapping(mapping=scene.code, by=scene.by)


def test_code_mapped_as_it_is_writes_no_event(scene):
    events = Event.objects.count()
    assert map_code(laboratory=scene.north, code="PLT", meaning=PLATELETS, by=scene.by) == scene.code
    assert Event.objects.count() == events


def test_code_mapped_again_after_it_was_taken_back_holds_again(scene):
    take_back_mapping(mapping=scene.code, by=scene.by)
    mapping = map_code(laboratory=scene.north, code="PLT", meaning=PLATELETS, by=scene.by)
    assert (mapping, mapping.is_active) == (scene.code, True)


def test_added_laboratory_keeps_its_telephone_and_decimal_sign(db):
    member = MembershipFactory()
    laboratory = add_laboratory(clinic=member.clinic, name="East", phone="07700", decimal_comma=True, by=member.staff)
    laboratory.refresh_from_db()
    assert (laboratory.phone, laboratory.decimal_comma) == ("07700", True)


BESIDE: dict[str, RangeFacts] = {
    "for one sex beside one for both": RangeFacts(analyte="platelets", unit="10*9/L", low=Decimal(140), sex="female"),
    "of another analyte": RangeFacts(analyte="wbc", unit="10*9/L", low=Decimal(4)),
}


@pytest.mark.parametrize("what", BESIDE)
def test_range_beside_another_is_set(scene, what):
    set_range(clinic=scene.clinic, laboratory=scene.north, facts=BESIDE[what], by=scene.by)
    assert ReferenceRange.objects.count() == 2


def test_range_of_the_clinic_and_of_each_laboratory_stand_apart(scene):
    set_range(clinic=scene.clinic, laboratory=None, facts=LIMITS, by=scene.by)
    set_range(clinic=scene.clinic, laboratory=scene.closed, facts=LIMITS, by=scene.by)
    other = MembershipFactory()
    set_range(clinic=other.clinic, laboratory=None, facts=LIMITS, by=other.staff)
    assert ReferenceRange.objects.filter(is_active=True).count() == 4


@pytest.mark.parametrize(
    ("ages", "days", "clashes"),
    [
        ((0, 182), (None, date(2023, 12, 31)), False),
        ((182, None), (None, None), False),
        ((181, 300), (None, None), True),
        ((0, 182), (date(2024, 6, 30), date(2024, 12, 31)), True),
        ((0, 182), (date(2024, 7, 1), None), False),
    ],
)
def test_range_clashes_where_age_and_day_meet(scene, ages, days, clashes):
    common = {"analyte": "wbc", "unit": "10*9/L", "low": Decimal(4)}
    first = RangeFacts(**common, age_to_days=182, valid_from=date(2024, 1, 1), valid_to=date(2024, 6, 30))
    set_range(clinic=scene.clinic, laboratory=None, facts=first, by=scene.by)
    facts = RangeFacts(**common, age_from_days=ages[0], age_to_days=ages[1], valid_from=days[0], valid_to=days[1])
    if clashes:
        with pytest.raises(InputRefused):
            set_range(clinic=scene.clinic, laboratory=None, facts=facts, by=scene.by)
    else:
        set_range(clinic=scene.clinic, laboratory=None, facts=facts, by=scene.by)
    assert ReferenceRange.objects.filter(analyte="wbc").count() == (1 if clashes else 2)


def test_laboratory_of_another_clinic_may_have_the_same_name(scene):
    other = MembershipFactory(clinic=ClinicFactory())
    assert add_laboratory(clinic=other.clinic, name="North", by=other.staff).pk != scene.north.pk
