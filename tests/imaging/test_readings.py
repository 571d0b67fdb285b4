"""Reading a scan: who may read it, what is refused, what two readers come to, and undoing."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from events.undo import undo
from imaging.actions.readings import ReadingFacts, adjudicate, change_reading, record_reading, withdraw_reading
from imaging.models import ImagingPolicy, ImagingStudy, ScoreReading
from imaging.response.scores import score
from imaging.scoring.counting import study_score
from imaging.scoring.schemes import SCHEMES, policy_of
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from patients.models import Patient
from schedules.wording import event_sentence
from tests.factories import MembershipFactory
from tests.imaging.factories import MOST, StudyFactory, values_of
from tests.snapshot import stored

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 3, 27, 9, tzinfo=UTC)
TODAY = date(2024, 3, 27)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def study():
    return StudyFactory()


@pytest.fixture
def first(study):
    return MembershipFactory(clinic=study.clinic).staff


@pytest.fixture
def second(study):
    return MembershipFactory(clinic=study.clinic).staff


@pytest.fixture
def third(study):
    return MembershipFactory(clinic=study.clinic).staff


@pytest.fixture
def two_readers(study):
    return ImagingPolicy.objects.create(clinic=study.clinic, two_readers=True)


def read(study, by, scheme="Curie", **given):
    return record_reading(study=study, facts=ReadingFacts(scheme, values_of(scheme, **given)), by=by, today=TODAY)


def settle(study, by, note="", **given):
    return adjudicate(study=study, facts=ReadingFacts("Curie", given, note=note), by=by, today=TODAY)


def counted(study, scheme="Curie"):
    return study_score(study, SCHEMES[scheme], policy_of(study.clinic))


def test_reading_is_stored_with_its_total_and_told_without_it(study, first):
    reading = read(study, first, pelvis=2, head=1)

    assert (reading.total, reading.reader, reading.read_on) == (3, first, TODAY)
    event = Event.objects.get(kind="score.recorded")
    assert event_sentence(event) == (
        f"Scan scored: Curie score of Wed 6 Mar 2024 (I-123 MIBG scan, planar), read by {first}"
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@given(data=st.data())
def test_scores_stay_in_range_and_the_total_is_their_sum(scheme, data):
    found = SCHEMES[scheme]
    values = {region.key: data.draw(st.integers(0, found.worst)) for region in found.regions}

    total = score(found, values).total

    assert total == sum(values.values())
    assert 0 <= total <= found.most


@pytest.mark.parametrize(
    ("facts", "field", "said"),
    [
        (ReadingFacts("Deauville", {}), "scheme", "Curie or SIOPEN"),
        (ReadingFacts("Curie", values_of(pelvis=4)), "values", "Pelvis: 4 is not a whole number from 0 to 3."),
        (ReadingFacts("Curie", {"pelvis": 1}), "values", "Head and face has no value: enter 0 to 3"),
        (ReadingFacts("SIOPEN", MOST | {"soft_tissue": 1}), "values", "soft_tissue is no region of SIOPEN."),
        (ReadingFacts("Curie", values_of(), date(2024, 3, 5)), "read_on", "between the day of its images"),
        (ReadingFacts("Curie", values_of(), date(2024, 3, 28)), "read_on", "and today"),
    ],
)
def test_reading_that_cannot_be_names_region_and_remedy(study, first, facts, field, said):
    with pytest.raises(InputRefused, match=said) as refused:
        record_reading(study=study, facts=facts, by=first, today=TODAY)

    assert refused.value.field == field
    assert (ScoreReading.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"withdrawn": True}, "entered in error"),
        ({"kind": "ct"}, "CT is not scored"),
    ],
)
def test_study_that_is_not_to_be_scored_takes_no_reading(study, first, changed, said):
    ImagingStudy.objects.filter(pk=study.pk).update(**changed)

    with pytest.raises(TransitionRefused, match=said):
        read(study, first)


def test_closed_record_takes_no_reading(study, first):
    Patient.objects.filter(pk=study.patient_id).update(status="entered_in_error")

    with pytest.raises(TransitionRefused, match="closed"):
        read(study, first)


def test_reader_reads_a_scan_once_by_each_scheme(study, first):
    read(study, first)
    read(study, first, "SIOPEN")

    with pytest.raises(TransitionRefused, match="You have read this scan by Curie"):
        read(study, first)


def test_third_reader_is_refused(study, first, second, third):
    read(study, first)
    read(study, second, pelvis=1)

    with pytest.raises(TransitionRefused, match="A third person adjudicates"):
        read(study, third)


def test_who_took_a_reading_back_does_not_read_again_beside_another(study, first, second, two_readers):
    own = read(study, first)
    read(study, second)
    withdraw_reading(reading=own, reason="Wrong scan.", by=first)

    with pytest.raises(TransitionRefused, match="may have seen the other reader’s values"):
        read(study, first)


def test_who_undid_a_reading_does_not_read_again_beside_the_other(study, first, second, two_readers):
    read(study, second)
    read(study, first)
    undo(event=Event.objects.get(kind="score.recorded", by=first), by=first, now=NOW)

    with pytest.raises(TransitionRefused, match="may have seen the other reader’s values"):
        read(study, first)


def test_who_took_a_reading_back_before_the_other_read_reads_again(study, first, second, two_readers):
    withdraw_reading(reading=read(study, first), reason="Wrong scan.", by=first)
    read(study, second)

    assert read(study, first, pelvis=1).total == 1


@pytest.fixture
def replaced(study, first, second, two_readers):
    """A scan of which both readings could be seen before the first was taken back."""
    own = read(study, first, pelvis=2)
    read(study, second, pelvis=3)
    return withdraw_reading(reading=own, reason="Wrong scan.", by=second)


def reread(study, by, **given):
    facts = ReadingFacts("Curie", values_of(**given), note="The values were visible.")
    return record_reading(study=study, facts=facts, by=by, today=TODAY)


def test_who_reads_in_place_of_another_says_that_both_were_seen(study, second, third, replaced):
    with pytest.raises(ReasonNeeded, match="shown as not blind") as refused:
        read(study, third, pelvis=3)
    assert refused.value.field == "note"

    late = reread(study, third, pelvis=3)

    score = counted(study)
    assert score.not_blind == {late.pk}
    assert score.sentence == f"Curie score 3, read alike by {score.read_by}, {third} not blind."
    assert {second, third} == set(score.readers)


def test_reading_stays_not_blind_when_all_were_taken_back(study, second, third, replaced):
    withdraw_reading(reading=study.readings.get(reader=second), reason="Wrong scan.", by=second)

    with pytest.raises(ReasonNeeded, match="shown as not blind"):
        read(study, third)


def test_two_that_stood_together_by_an_undo_were_seen(study, first, second, third, two_readers):
    withdraw_reading(reading=read(study, first), reason="Wrong scan.", by=first)
    read(study, second)
    undo(event=Event.objects.get(kind="score.withdrawn"), by=first, now=NOW)
    withdraw_reading(reading=study.readings.get(reader=first), reason="Wrong scan.", by=first)

    with pytest.raises(ReasonNeeded, match="shown as not blind"):
        read(study, third)


def test_who_reads_in_place_of_one_that_nobody_saw_reads_blind(study, first, second, third, two_readers):
    withdraw_reading(reading=read(study, first, pelvis=2), reason="Wrong scan.", by=first)
    read(study, second)
    read(study, third)

    assert counted(study).how == f"read alike by {counted(study).read_by}"


def test_where_one_reads_nobody_is_asked_to_be_blind(study, first, second, third):
    withdraw_reading(reading=read(study, first), reason="Wrong scan.", by=second)
    own = read(study, second)
    read(study, first)
    withdraw_reading(reading=own, reason="Wrong scan.", by=second)

    assert read(study, third).pk not in counted(study).not_blind


def test_who_took_the_only_reading_back_reads_again(study, first, two_readers):
    withdraw_reading(reading=read(study, first), reason="Wrong scan.", by=first)

    assert read(study, first, pelvis=1).total == 1


def test_reading_is_changed_by_its_reader_with_a_reason(study, first, second):
    reading = read(study, first, pelvis=2)
    wanted = {"values": values_of(pelvis=3)}

    with pytest.raises(ReasonNeeded):
        change_reading(reading=reading, fields=wanted, reason="", by=first, today=TODAY)
    with pytest.raises(TransitionRefused, match="Only they change it"):
        change_reading(reading=reading, fields=wanted, reason="Diffuse.", by=second, today=TODAY)
    changed = change_reading(reading=reading, fields=wanted, reason="Diffuse.", by=first, today=TODAY)

    assert (changed.total, changed.values["pelvis"]) == (3, 3)
    assert Event.objects.get(kind="score.changed").facts["fields"] == ["total", "values"]


def test_change_that_changes_nothing_writes_nothing(study, first):
    reading = read(study, first, pelvis=2)
    fields = {"values": values_of(pelvis=2), "note": "", "read_on": TODAY}

    change_reading(reading=reading, fields=fields, reason="", by=first, today=TODAY)

    assert not Event.objects.filter(kind="score.changed").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"values": {"pelvis": 1}}, "values"), ({"read_on": date(2024, 3, 5)}, "read_on")],
)
def test_change_to_what_cannot_be_is_refused(study, first, fields, field):
    with pytest.raises(InputRefused) as refused:
        change_reading(reading=read(study, first), fields=fields, reason="x", by=first, today=TODAY)

    assert refused.value.field == field


def test_withdrawal_needs_a_reason_and_happens_once(study, first, second):
    reading = read(study, first)
    with pytest.raises(ReasonNeeded):
        withdraw_reading(reading=reading, reason="", by=second)

    withdraw_reading(reading=reading, reason="Another patient.", by=second)

    with pytest.raises(TransitionRefused, match="entered in error"):
        withdraw_reading(reading=reading, reason="Another patient.", by=second)


def test_adjudication_takes_over_what_both_gave(study, first, second, third):
    read(study, first, pelvis=2, head=1)
    read(study, second, pelvis=3, head=1)

    decided = settle(study, third, pelvis=3)

    assert (decided.total, decided.values["head"], decided.role) == (4, 1, "adjudication")
    assert counted(study).sentence == f"Curie score 4, adjudicated by {third}."


def test_reader_adjudicates_only_with_a_note(study, first, second):
    read(study, first, pelvis=2)
    read(study, second, pelvis=3)
    with pytest.raises(ReasonNeeded, match="a third person adjudicates") as refused:
        settle(study, first, pelvis=2)
    assert refused.value.field == "note"

    assert settle(study, first, note="Nobody else reads MIBG here.", pelvis=2).total == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, "Pelvis has no value"), ({"pelvis": 2, "head": 1}, "Both readers gave the same in Head and face")],
)
def test_adjudication_is_of_the_regions_that_differ(study, first, second, third, given, said):
    read(study, first, pelvis=2)
    read(study, second, pelvis=3)

    with pytest.raises(InputRefused, match=said):
        settle(study, third, **given)


def test_nothing_is_adjudicated_before_two_readers_differ(study, first, second, third):
    with pytest.raises(TransitionRefused, match="Not scored by Curie"):
        settle(study, third, pelvis=2)
    read(study, first, pelvis=2)
    with pytest.raises(TransitionRefused, match="Nothing to adjudicate"):
        settle(study, third, pelvis=2)
    read(study, second, pelvis=2)
    with pytest.raises(TransitionRefused, match="read alike"):
        settle(study, third, pelvis=2)


@pytest.fixture
def adjudicated(study, first, second, third):
    read(study, first, pelvis=2)
    read(study, second, pelvis=3)
    return settle(study, third, pelvis=3)


def test_scan_is_adjudicated_once(study, adjudicated, first):
    with pytest.raises(TransitionRefused, match="adjudicated it"):
        settle(study, first, pelvis=2, note="Again.")


def test_what_an_adjudication_stands_on_does_not_change(study, adjudicated, first):
    own = study.readings.get(reader=first)
    with pytest.raises(TransitionRefused, match="adjudicated it since"):
        change_reading(reading=own, fields={"values": values_of()}, reason="x", by=first, today=TODAY)
    with pytest.raises(TransitionRefused, match="adjudicated it since"):
        withdraw_reading(reading=own, reason="x", by=first)
    with pytest.raises(TransitionRefused, match="adjudicated it since"):
        undo(event=Event.objects.get(kind="score.recorded", by=first), by=first, now=NOW)


def test_adjudication_is_changed_within_what_differs(study, adjudicated, third):
    with pytest.raises(InputRefused, match="Head and face"):
        change_reading(
            reading=adjudicated, fields={"values": values_of(pelvis=3, head=1)}, reason="x", by=third, today=TODAY
        )

    fields = {"values": values_of(pelvis=2)}
    assert change_reading(reading=adjudicated, fields=fields, reason="x", by=third, today=TODAY).total == 2


ACTS = {
    "score.changed": lambda reading, by: change_reading(
        reading=reading, fields={"note": "Motion."}, reason="Told.", by=by, today=TODAY
    ),
    "score.withdrawn": lambda reading, by: withdraw_reading(reading=reading, reason="Another patient.", by=by),
}


@pytest.mark.parametrize("kind", ACTS)
@pytest.mark.parametrize("role", ["reader", "adjudication"])
def test_act_is_undone(study, first, third, kind, role, request):
    if role == "reader":
        reading, by = read(study, first), first
    else:
        reading, by = request.getfixturevalue("adjudicated"), third
    before = stored(ScoreReading)

    ACTS[kind](reading, by)
    assert stored(ScoreReading) != before
    undo(event=Event.objects.get(kind=kind), by=by, now=NOW)

    assert stored(ScoreReading) == before


@pytest.mark.parametrize("kind", ["score.recorded", "score.adjudicated"])
def test_entry_undone_is_entered_in_error(study, adjudicated, third, kind):
    undo(event=Event.objects.get(kind="score.adjudicated"), by=third, now=NOW)
    if kind == "score.recorded":
        entry = Event.objects.filter(kind=kind).latest("at")
        undo(event=entry, by=entry.by, now=NOW)

    assert study.readings.filter(withdrawn=True).count() == (2 if kind == "score.recorded" else 1)


def test_withdrawal_is_not_taken_back_once_two_others_have_read(study, first, second, third):
    withdraw_reading(reading=read(study, first), reason="Wrong scan.", by=first)
    read(study, second)
    read(study, third)

    with pytest.raises(TransitionRefused, match="have read this scan since"):
        undo(event=Event.objects.get(kind="score.withdrawn"), by=first, now=NOW)


def test_adjudication_is_not_brought_back_when_the_readers_agree(study, adjudicated, first, third):
    withdraw_reading(reading=adjudicated, reason="Wrong scan.", by=third)
    own = study.readings.get(reader=first)
    change_reading(reading=own, fields={"values": values_of(pelvis=3)}, reason="x", by=first, today=TODAY)

    with pytest.raises(TransitionRefused, match="nothing to adjudicate any more"):
        undo(event=Event.objects.get(kind="score.withdrawn"), by=third, now=NOW)


def change(reading, by, **given):
    values = {key: value for key, value in reading.values.items() if value} | given
    return change_reading(reading=reading, fields={"values": values_of(**values)}, reason="x", by=by, today=TODAY)


@pytest.mark.parametrize("given", [{"head": 1}, {"pelvis": 0}])
def test_adjudication_is_not_brought_back_over_what_a_reader_gives_now(study, adjudicated, first, second, third, given):
    withdraw_reading(reading=adjudicated, reason="Wrong scan.", by=third)
    for reader in (first, second) if "head" in given else (first,):
        change(study.readings.get(reader=reader), reader, **given)
    withdrawal = Event.objects.get(kind="score.withdrawn")

    with pytest.raises(TransitionRefused, match="Undo that later change first, or adjudicate the scan anew"):
        undo(event=withdrawal, by=third, now=NOW)
    for changed in Event.objects.filter(kind="score.changed"):
        undo(event=changed, by=changed.by, now=NOW)
    undo(event=withdrawal, by=third, now=NOW)

    assert counted(study).adjudication == adjudicated


def test_undone_change_of_an_adjudication_overrules_no_reader(study, first, second, third):
    own = read(study, first, pelvis=2, head=1)
    read(study, second, pelvis=3, head=2)
    decided = change(settle(study, third, pelvis=3, head=1), third, head=2)
    withdraw_reading(reading=decided, reason="Wrong scan.", by=third)
    change(own, first, head=2)  # both give 2 now
    before = stored(ScoreReading)

    for kind in ("score.withdrawn", "score.changed"):  # the first leaves two who differ, the second would give 1
        with pytest.raises(TransitionRefused, match="adjudicate the scan anew"):
            undo(event=Event.objects.get(kind=kind, by=third), by=third, now=NOW)

    assert stored(ScoreReading) == before


@pytest.mark.parametrize("kind", ["score.recorded", "score.adjudicated"])
def test_entry_is_not_undone_over_a_later_change(study, first, third, kind, request):
    if kind == "score.recorded":
        by, reading = first, change(read(study, first, pelvis=2), first, pelvis=3)
    else:
        by, reading = third, change(request.getfixturevalue("adjudicated"), third, pelvis=2)
    entry = Event.objects.get(kind=kind, by=by)

    with pytest.raises(TransitionRefused, match="Undo that later change first"):
        undo(event=entry, by=by, now=NOW)
    undo(event=Event.objects.get(kind="score.changed"), by=by, now=NOW)
    undo(event=entry, by=by, now=NOW)

    assert ScoreReading.objects.get(pk=reading.pk).withdrawn


def test_changes_of_a_reading_are_undone_from_the_last(study, first):
    ACTS["score.changed"](change(read(study, first, pelvis=2), first, pelvis=3), first)  # its values, then its note

    with pytest.raises(TransitionRefused, match="Undo that later change first"):
        undo(event=Event.objects.filter(kind="score.changed").earliest("id"), by=first, now=NOW)


def test_change_is_not_undone_once_the_reading_was_taken_back(study, first):
    withdraw_reading(reading=change(read(study, first), first, pelvis=1), reason="Wrong scan.", by=first)

    with pytest.raises(TransitionRefused, match="Undo that later change first"):
        undo(event=Event.objects.get(kind="score.changed"), by=first, now=NOW)


@pytest.mark.parametrize("kind", ["reader", "adjudication", "score.recorded", "score.adjudicated"])
def test_what_one_said_is_undone_by_nobody_else(study, first, second, third, kind, request):
    if kind == "score.recorded":
        read(study, first)
    elif kind == "reader":
        change(read(study, first), first, pelvis=1)
    else:
        decided = request.getfixturevalue("adjudicated")
        if kind == "adjudication":
            change(decided, third, pelvis=2)
    event = Event.objects.get(kind=kind if kind.startswith("score.") else "score.changed")
    before = stored(ScoreReading)

    with pytest.raises(TransitionRefused, match=f"{event.by} said this. Only they undo that"):
        undo(event=event, by=second, now=NOW)

    assert stored(ScoreReading) == before
