from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Clinic, Cover, Role, Staff
from events.models import Event, Message
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.conflicts import settle_conflict
from labs.actions.corrections import Correction, correct_result
from labs.actions.escalating import escalate_quarantine
from labs.actions.laboratories import add_laboratory
from labs.actions.mappings import map_code
from labs.actions.quarantine import (
    choose_patient,
    claim_items,
    correct_item,
    map_code_of_item,
    map_unit_of_item,
    set_aside,
    set_unit,
    take_in_again,
)
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.intake.quarantine import causes, contradicting, open_items, place_of, same_cause
from labs.models import Alert, CodeMapping, LabResult, QuarantineItem, UnitMapping
from labs.senders.shipped import CodeMeaning
from patients.models import Patient
from schedules.wording import event_sentence
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.snapshot import stored

NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)  # a Wednesday
OPEN, TAKEN_IN, SET_ASIDE = QuarantineItem.State.OPEN, QuarantineItem.State.REPLAYED, QuarantineItem.State.DISMISSED


@dataclass
class Scene:
    """A clinic with one patient (MRN A1) and a laboratory (North) of which nothing is mapped."""

    clinic: Clinic
    by: Staff
    patient: Patient
    seen: int = field(default=0)

    def receive(self, **fields: str) -> None:
        """Take in one row; each is of a specimen of its own unless an accession says otherwise."""
        self.seen += 1
        row = {
            "position": f"row {self.seen + 1}",
            "mrn": "A1",
            "collected_at": "2024-03-05T08:00",
            "analyte": "platelets",
            "value": "210",
            "unit": "10*9/L",
            "accession": f"S{self.seen}",
            "laboratory": "North",
            "raw": f"line {self.seen}",
        }
        rows = [Incoming(**(row | fields))]
        receive_results(clinic=self.clinic, rows=rows, source=Source("file", "list.csv"), by=self.by, now=NOW)

    @property
    def item(self) -> QuarantineItem:
        return QuarantineItem.objects.select_related("clinic", "laboratory", "patient").get()

    @property
    def items(self) -> list[QuarantineItem]:
        return list(QuarantineItem.objects.select_related("clinic", "laboratory", "patient").order_by("id"))


@pytest.fixture
def scene(db: None) -> Scene:
    member = MembershipFactory()
    return Scene(member.clinic, member.staff, PatientFactory(clinic=member.clinic, mrn="A1"))


def values() -> list[tuple[str, str, str]]:
    """The current results: analyte, value as reported, unit."""
    return list(LabResult.objects.current().order_by("id").values_list("analyte", "reported", "unit"))


def states() -> list[tuple[str, str]]:
    return list(QuarantineItem.objects.order_by("id").values_list("state", "problem"))


def last_sentence() -> str:
    event = Event.objects.filter(kind__startswith="quarantine").order_by("id").last()
    assert event
    return event_sentence(event)


def test_code_mapped_takes_in_every_row_that_waits_for_it(scene):
    for value in ("210", "190", "38"):
        scene.receive(analyte="PLT2", value=value)
    scene.receive(analyte="HB9", value="14", unit="g/dL")
    map_code_of_item(item=scene.items[0], meaning=CodeMeaning("platelets"), by=scene.by, now=NOW)
    assert values() == [("platelets", "210", "10*9/L"), ("platelets", "190", "10*9/L"), ("platelets", "38", "10*9/L")]
    assert states() == [(TAKEN_IN, "code_unknown")] * 3 + [(OPEN, "code_unknown")]
    assert last_sentence() == "Held back and taken in: Code not known: “PLT2” of North; rows: 3, still held back: 0"
    taken = QuarantineItem.objects.filter(state=TAKEN_IN).order_by("id")
    assert [item.result.reported for item in taken] == ["210", "190", "38"]


def test_code_mapped_says_at_each_row_what_still_stands_in_its_way(scene):
    scene.receive(analyte="PLT2")
    scene.receive(analyte="PLT2", unit="")
    replay = map_code_of_item(item=scene.items[0], meaning=CodeMeaning("platelets"), by=scene.by, now=NOW)
    assert (len(replay.taken_in), len(replay.still_held)) == (1, 1)
    assert states() == [(TAKEN_IN, "code_unknown"), (OPEN, "unit_missing")]
    assert scene.items[1].reason.startswith("Platelets: no unit is reported")


def test_code_that_is_not_followed_is_kept_and_not_graded(scene):
    scene.receive(analyte="COLOR", value="yellow", unit="")
    map_code_of_item(item=scene.item, meaning=CodeMeaning(""), by=scene.by, now=NOW)
    assert values() == [("", "yellow", "")]


def test_row_taken_in_comes_again_and_changes_nothing(scene):
    scene.receive(analyte="PLT2", accession="S")
    map_code_of_item(item=scene.item, meaning=CodeMeaning("platelets"), by=scene.by, now=NOW)
    scene.receive(analyte="PLT2", accession="S")
    assert (len(values()), states()) == (1, [(TAKEN_IN, "code_unknown")])


def test_spelling_mapped_holds_for_the_laboratory(scene):
    scene.receive(unit="Plättchen/nl")
    map_unit_of_item(item=scene.item, unit="10*9/L", by=scene.by, now=NOW)
    assert values() == [("platelets", "210", "Plättchen/nl")]
    assert UnitMapping.objects.get().unit == "10*9/L"


def test_unit_of_a_code_that_comes_without_one_holds_for_the_laboratory(scene):
    scene.receive(unit="")
    map_unit_of_item(item=scene.item, unit="10*9/L", by=scene.by, now=NOW)
    assert (CodeMapping.objects.get().unit, values()) == ("10*9/L", [("platelets", "210", "10*9/L")])


def test_unit_of_a_mapped_code_keeps_what_else_is_known_of_it(scene):
    north = add_laboratory(clinic=scene.clinic, name="North", by=scene.by)
    meaning = CodeMeaning("platelets", "", "optical", "blood")
    map_code(laboratory=north, code="PLT", meaning=meaning, by=scene.by)
    scene.receive(analyte="PLT", unit="")
    map_unit_of_item(item=scene.item, unit="10*9/L", by=scene.by, now=NOW)
    mapping = CodeMapping.objects.get()
    assert (mapping.analyte, mapping.unit, mapping.assay, mapping.specimen_type) == (
        "platelets",
        "10*9/L",
        "optical",
        "blood",
    )


def test_unit_set_for_these_rows_holds_for_no_others(scene):
    scene.receive(value="210000", unit="10*9/L")
    set_unit(items=scene.items, unit="/uL", reason="Asked the laboratory.", by=scene.by, now=NOW)
    assert values() == [("platelets", "210000", "/uL")]
    assert LabResult.objects.get().report.source == "entry"
    assert scene.item.row["unit"] == "10*9/L"
    assert scene.item.outcome == "Taken in with unit 10*9/L → /uL: Asked the laboratory."
    scene.receive(value="220000", unit="10*9/L")
    assert states() == [(TAKEN_IN, "out_of_limits"), (OPEN, "out_of_limits")]


def test_patient_chosen_takes_in_the_rows_and_writes_it_at_the_patient(scene):
    scene.receive(mrn="0A1")
    scene.receive(mrn="0A1", unit="")
    choose_patient(items=scene.items, patient=scene.patient, by=scene.by, now=NOW)
    assert states() == [(TAKEN_IN, "patient_unknown"), (OPEN, "unit_missing")]
    assert [item.patient for item in scene.items] == [scene.patient] * 2
    event = Event.objects.get(kind="quarantine.patient_chosen")
    assert (event.patient, event_sentence(event)) == (
        scene.patient,
        "Held back, patient chosen: Patient not found: MRN 0A1 of North; taken in: 1, still held: 1",
    )


def test_patient_chosen_before_is_kept_when_the_unit_is_set(scene):
    scene.receive(mrn="0A1", unit="")
    choose_patient(items=scene.items, patient=scene.patient, by=scene.by, now=NOW)
    set_unit(items=scene.items, unit="10*9/L", reason="Printed so.", by=scene.by, now=NOW)
    assert LabResult.objects.get().patient == scene.patient


def test_patient_entered_since_takes_in_the_rows_again(scene):
    scene.receive(mrn="B2")
    PatientFactory(clinic=scene.clinic, mrn="B2")
    take_in_again(items=scene.items, by=scene.by, now=NOW)
    assert LabResult.objects.get().patient.mrn == "B2"


def test_rows_that_still_cannot_be_read_stay_and_nothing_is_written_down(scene):
    scene.receive(analyte="PLT2")
    take_in_again(items=scene.items, by=scene.by, now=NOW)
    assert states() == [(OPEN, "code_unknown")]
    assert not Event.objects.filter(kind__startswith="quarantine").exists()


@pytest.mark.parametrize(
    ("came", "fields", "again", "result"),
    [
        ({"value": "see note"}, {"value": "210"}, "210", ("platelets", "210", "10*9/L")),
        ({"collected_at": "5/3/24"}, {"collected_at": "2024-03-05"}, "", ("platelets", "210", "10*9/L")),
        ({"status": "done"}, {"status": "final"}, "", ("platelets", "210", "10*9/L")),
        ({"low": "n/a", "high": "400"}, {"low": "130"}, "", ("platelets", "210", "10*9/L")),
        ({"low": "n/a", "high": "400"}, {"low": ""}, "", ("platelets", "210", "10*9/L")),
        ({"issued_at": "5/3/24"}, {"issued_at": ""}, "", ("platelets", "210", "10*9/L")),
    ],
)
def test_row_corrected_by_a_person_is_taken_in_and_says_how(scene, came, fields, again, result):
    scene.receive(**came)
    correct_item(item=scene.item, fields=fields, value_again=again, reason="Telephoned.", by=scene.by, now=NOW)
    assert (values(), scene.item.state, scene.item.row | came) == ([result], TAKEN_IN, scene.item.row)
    [(name, text)] = fields.items()
    said = f"{name.replace('_', ' ')} {came[name]} → {text or '–'}"
    assert scene.item.outcome == f"Taken in with {said}: Telephoned."
    assert last_sentence().startswith(f"Held back and corrected ({said}): ")


def test_conflict_is_settled_for_the_value_that_does_not_hold(scene):
    scene.receive(value="210", accession="S", low="130", high="400")
    scene.receive(value="21", accession="S", low="130", high="400")
    holding, other = contradicting(scene.item)
    assert {holding.reported, other.reported} == {"210", "21"}
    settle_conflict(item=scene.item, holds=other, reason="Telephoned.", by=scene.by, now=NOW)
    current = LabResult.objects.current().get()
    assert (current.reported, current.status, current.low, current.high) == (other.reported, "corrected", 130, 400)
    assert (scene.item.state, scene.item.result) == (TAKEN_IN, current)
    assert scene.item.outcome == f"{other.reported} 10*9/L holds: Telephoned."
    assert LabResult.objects.count() == 3
    scene.receive(value="5", accession="S", status="preliminary")
    assert LabResult.objects.current().get() == current


def test_conflict_is_settled_for_the_value_that_holds(scene):
    scene.receive(value="210", accession="S")
    scene.receive(value="21", accession="S")
    holding, _ = contradicting(scene.item)
    settle_conflict(item=scene.item, holds=holding, reason="Telephoned.", by=scene.by, now=NOW)
    assert (LabResult.objects.current().get(), scene.item.state) == (holding, TAKEN_IN)
    assert LabResult.objects.count() == 2


def test_conflict_keeps_limits_in_the_unit_they_were_printed_in(scene):
    common = {"accession": "S", "unit": "/uL", "low": "130000", "high": "400000"}
    scene.receive(value="210000", **common)
    scene.receive(value="21000", **common)
    _, other = contradicting(scene.item)
    settle_conflict(item=scene.item, holds=other, reason="Telephoned.", by=scene.by, now=NOW)
    current = LabResult.objects.current().get()
    assert (current.low, current.high) == (other.low, other.high)
    assert (current.status, current.si_value) == ("corrected", other.si_value)


@pytest.fixture
def taken_back(scene) -> list[LabResult]:
    """A result corrected by hand that the laboratory cancelled without saying when; the correction holds."""
    scene.receive(value="210", accession="S")
    result = LabResult.objects.get()
    words = Correction("190", "10*9/L", "2024-03-05T08:00")
    correct_result(result=result, correction=words, reason="Telephoned.", by=scene.by, now=NOW)
    scene.receive(value="", accession="S", status="cancelled")
    return contradicting(scene.item)


def test_choice_is_between_the_two_versions_that_nothing_orders(taken_back):
    assert [(version.status, version.reported) for version in taken_back] == [("corrected", "190"), ("cancelled", "")]


def test_result_cancelled_without_a_time_of_issue_is_settled_as_cancelled(scene, taken_back):
    settle_conflict(item=scene.item, holds=taken_back[1], reason="Clotted.", by=scene.by, now=NOW)
    current = LabResult.objects.current().get()
    assert (current.status, list(LabResult.objects.standing())) == ("cancelled", [])
    assert (scene.item.state, scene.item.outcome, scene.item.result) == (TAKEN_IN, "Cancelled holds: Clotted.", current)
    scene.receive(value="", accession="S", status="cancelled")
    assert (states(), LabResult.objects.current().get()) == ([(TAKEN_IN, "conflict")], current)


def test_result_cancelled_without_a_time_of_issue_is_settled_as_corrected_for_good(scene, taken_back):
    settle_conflict(item=scene.item, holds=taken_back[0], reason="Asked.", by=scene.by, now=NOW)
    scene.receive(value="185", accession="S", status="corrected", issued_at="2024-03-06T12:00")
    scene.receive(value="-", accession="S", status="cancelled")
    assert (values(), states()) == ([("platelets", "185", "10*9/L")], [(TAKEN_IN, "conflict")])


@pytest.mark.parametrize("other", [{"value": "", "status": "cancelled"}, {"value": "220", "status": "corrected"}])
def test_decision_for_what_does_not_hold_is_asked_once(scene, other):
    scene.receive(value="190", accession="S", status="corrected")
    scene.receive(accession="S", **other)
    against, chosen = contradicting(scene.item)
    settle_conflict(item=scene.item, holds=chosen, reason="Asked.", by=scene.by, now=NOW)
    scene.receive(value=against.reported, accession="S", status=against.status)
    current = LabResult.objects.current().get()
    assert (current.reported, set(states())) == (chosen.reported, {(TAKEN_IN, "conflict")})


def test_conflict_is_answered_by_a_correction_by_hand(scene, taken_back):
    words = Correction("180", "10*9/L", "2024-03-05T08:00")
    later = NOW + timedelta(hours=1)
    held = correct_result(result=taken_back[0], correction=words, reason="Seen.", by=scene.by, now=later)
    assert (held.reported, set(states())) == ("180", {(SET_ASIDE, "conflict"), (TAKEN_IN, "conflict")})
    answered = QuarantineItem.objects.get(state=TAKEN_IN)
    assert (answered.result, answered.outcome) == (held, "Corrected by hand. Seen.")


def test_correction_by_hand_of_what_came_without_a_time_of_issue_asks_nobody(scene):
    scene.receive(value="210", accession="S", status="corrected")
    words = Correction("8", "10*9/L", "2024-03-05T08:00")
    correct_result(result=LabResult.objects.get(), correction=words, reason="Seen.", by=scene.by, now=NOW)
    assert (values(), states()) == ([("platelets", "8", "10*9/L")], [(TAKEN_IN, "conflict")])
    assert not Alert.objects.filter(rule="possible_critical").exists()


def test_row_taken_in_again_is_written_down_once(scene):
    scene.receive(mrn="B2")
    PatientFactory(clinic=scene.clinic, mrn="B2")
    take_in_again(items=scene.items, by=scene.by, now=NOW)
    assert [event.kind for event in Event.objects.filter(kind__startswith="quarantine")] == ["quarantine.replayed"]


def test_two_specimens_of_one_report_are_each_asked_about_for_itself(scene):
    for hour, value in (("08", "210"), ("08", "21"), ("12", "150"), ("12", "15")):
        scene.receive(value=value, accession="S", collected_at=f"2024-03-05T{hour}:00")
    asked = [sorted(version.reported for version in contradicting(item)) for item in scene.items]
    assert asked == [["21", "210"], ["15", "150"]]


UNDONE: dict[str, Callable[[Scene], object]] = {
    "quarantine.claimed": lambda s: claim_items(items=s.items, by=s.by),
    "quarantine.set_aside": lambda s: set_aside(items=s.items, reason="Test row.", by=s.by),
}


@pytest.mark.parametrize("kind", UNDONE)
def test_undone_action_leaves_the_rows_as_they_were(scene, kind):
    scene.receive(analyte="PLT2")
    before = stored(QuarantineItem)
    UNDONE[kind](scene)
    assert stored(QuarantineItem) != before
    undo(event=Event.objects.get(kind=kind), by=scene.by, now=NOW)
    assert stored(QuarantineItem) == before


def test_set_aside_rows_keep_what_came_and_why(scene):
    scene.receive(analyte="PLT2")
    set_aside(items=scene.items, reason="A control specimen.", by=scene.by)
    assert (scene.item.state, scene.item.outcome, scene.item.row["raw"]) == (SET_ASIDE, "A control specimen.", "line 1")
    assert last_sentence() == "Held back and set aside: Code not known: “PLT2” of North; rows: 1"


REFUSED: dict[str, tuple[dict[str, str], Callable[[Scene], object], type[DomainError], str]] = {
    "set aside without a reason": (
        {"analyte": "PLT2"},
        lambda s: set_aside(items=s.items, reason=" ", by=s.by),
        ReasonNeeded,
        "What is set aside is neither graded nor followed. Give a reason to record it all the same.",
    ),
    "two values typed": (
        {"value": "see note"},
        lambda s: correct_item(
            item=s.item, fields={"value": "210"}, value_again="21", reason="Told.", by=s.by, now=NOW
        ),
        InputRefused,
        "The two values are not the same. Type both again.",
    ),
    "nothing corrected": (
        {"value": "see note"},
        lambda s: correct_item(
            item=s.item, fields={"unit": "10*9/L"}, value_again="", reason="Told.", by=s.by, now=NOW
        ),
        InputRefused,
        "Nothing is corrected.",
    ),
    "corrected without a reason": (
        {"value": "see note"},
        lambda s: correct_item(item=s.item, fields={"value": "21"}, value_again="21", reason="", by=s.by, now=NOW),
        ReasonNeeded,
        "This changes what came. Give a reason to record it all the same.",
    ),
    "still not read": (
        {"value": "see note"},
        lambda s: correct_item(item=s.item, fields={"value": "x"}, value_again="x", reason="Told.", by=s.by, now=NOW),
        InputRefused,
        "“x” is a text, not a number. Enter the number the laboratory means.",
    ),
    "unit that fits none": (
        {"unit": ""},
        lambda s: set_unit(items=s.items, unit="g/dL", reason="Told.", by=s.by, now=NOW),
        InputRefused,
        "Platelets: g/dL measures mass concentration, which does not fit; accepted for Platelets: 10*9/L, 10*3/uL, /uL."
        " Set the unit; it could be 10*9/L or 10*3/uL or /uL.",
    ),
    "patient of another clinic": (
        {"mrn": "B2"},
        lambda s: choose_patient(items=s.items, patient=PatientFactory(), by=s.by, now=NOW),
        InputRefused,
        "Choose a patient of this clinic.",
    ),
    "patient for a row that names one": (
        {"unit": ""},
        lambda s: choose_patient(items=s.items, patient=s.patient, by=s.by, now=NOW),
        InputRefused,
        "These rows name a patient of this clinic. Set them aside if that is wrong.",
    ),
    "closed record": (
        {"mrn": "B2"},
        lambda s: choose_patient(
            items=s.items, patient=PatientFactory(clinic=s.clinic, status="entered_in_error"), by=s.by, now=NOW
        ),
        TransitionRefused,
        "This record is closed: entered in error.",
    ),
    "value of no conflict": (
        {"value": "see note"},
        lambda s: settle_conflict(item=s.item, holds=LabResult(), reason="Told.", by=s.by, now=NOW),
        InputRefused,
        "Choose one of the values that came.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_action_changes_nothing_and_says_why(scene, what):
    came, do, error, words = REFUSED[what]
    scene.receive(**came)
    before = states(), values(), Event.objects.count()
    with pytest.raises(error) as refused:
        do(scene)
    assert (str(refused.value), states(), values(), Event.objects.count()) == (words, *before)


DEALT_WITH: dict[str, Callable[[Scene], object]] = {
    "claim": lambda s: claim_items(items=s.items, by=s.by),
    "set aside": lambda s: set_aside(items=s.items, reason="Again.", by=s.by),
    "again": lambda s: take_in_again(items=s.items, by=s.by, now=NOW),
    "code": lambda s: map_code_of_item(item=s.item, meaning=CodeMeaning("platelets"), by=s.by, now=NOW),
    "unit": lambda s: map_unit_of_item(item=s.item, unit="10*9/L", by=s.by, now=NOW),
    "unit here": lambda s: set_unit(items=s.items, unit="10*9/L", reason="Told.", by=s.by, now=NOW),
    "patient": lambda s: choose_patient(items=s.items, patient=s.patient, by=s.by, now=NOW),
    "correct": lambda s: correct_item(item=s.item, fields={}, value_again="", reason="Told.", by=s.by, now=NOW),
    "settle": lambda s: settle_conflict(item=s.item, holds=LabResult(), reason="Told.", by=s.by, now=NOW),
}


@pytest.mark.parametrize("what", DEALT_WITH)
def test_what_is_dealt_with_is_not_dealt_with_again(scene, what):
    scene.receive(analyte="PLT2")
    set_aside(items=scene.items, reason="Test row.", by=scene.by)
    with pytest.raises(TransitionRefused, match="dealt with already"):
        DEALT_WITH[what](scene)


def test_rows_of_one_cause_are_one_line(scene):
    for value in ("210", "190", "38"):
        scene.receive(analyte="PLT2", value=value)
    scene.receive(unit="furlong")
    scene.receive(unit="furlong", analyte="wbc")
    scene.receive(mrn="B2")
    scene.receive(value="see note")
    found = causes(open_items(scene.clinic))
    assert [(cause.problem, cause.words, cause.rows) for cause in found] == [
        ("code_unknown", "“PLT2”", 3),
        ("unit_unknown", "“platelets” in “furlong”", 1),
        ("unit_unknown", "“wbc” in “furlong”", 1),
        ("patient_unknown", "MRN B2", 1),
        ("value_unreadable", "“platelets” “see note”", 1),
    ]
    assert [item.row["value"] for item in same_cause(scene.items[0])] == ["210", "190", "38"]


def test_causes_are_paged_by_key(scene):
    for code in ("P1", "P2", "P3"):
        scene.receive(analyte=code)
    first = causes(open_items(scene.clinic), limit=2)
    rest = causes(open_items(scene.clinic), after=place_of(first[-1]), limit=2)
    assert [cause.words for cause in first + rest] == ["“P1”", "“P2”", "“P3”"]


def test_conflicts_stand_each_for_itself(scene):
    for accession in ("S", "T"):
        scene.receive(value="210", accession=accession)
        scene.receive(value="21", accession=accession)
    assert [(cause.problem, cause.words, cause.rows) for cause in causes(open_items(scene.clinic))] == [
        ("conflict", "platelets of 2024-03-05 came as final with two values: 21 and 210", 1)
    ] * 2


def test_overdue_rows_are_told_to_clinicians_and_owners_once_a_day(scene):
    coordinator = MembershipFactory(clinic=scene.clinic, role=Role.COORDINATOR).staff
    MembershipFactory(clinic=scene.clinic, role=Role.COORDINATOR)
    for value in ("210", "190"):
        scene.receive(analyte="PLT2", value=value)
    claim_items(items=scene.items[:1], by=coordinator)
    for hours in (0, 24):  # due on the next working day
        escalate_quarantine(now=NOW + timedelta(hours=hours))
    assert not Message.objects.in_app().filter(kind="held_back.overdue").exists()
    for hours in (48, 50, 72):
        escalate_quarantine(now=NOW + timedelta(hours=hours))
    told = Message.objects.in_app().filter(kind="held_back.overdue").order_by("id")
    assert sorted(told.values_list("recipient", flat=True)) == sorted([scene.by.pk, coordinator.pk] * 2)
    assert {message.subject for message in told} == {
        "2 held-back rows wait beyond Thu 7 Mar 2024: Code not known, “PLT2” of North"
    }
    assert {message.path for message in told} == {f"/quarantine/{scene.items[0].pk}/"}


def test_overdue_rows_are_told_to_who_stands_in_for_their_owner(scene):
    owner, substitute = (MembershipFactory(clinic=scene.clinic, role=Role.COORDINATOR).staff for _ in range(2))
    scene.receive(analyte="PLT2")
    claim_items(items=scene.items, by=owner)
    later = NOW + timedelta(hours=48)
    day = scene.clinic.local_date(later)
    Cover.objects.create(clinic=scene.clinic, staff=owner, substitute=substitute, starts_on=day, ends_on=day)

    escalate_quarantine(now=later)

    told = Message.objects.in_app().filter(kind="held_back.overdue")
    assert set(told.values_list("recipient", flat=True)) == {scene.by.pk, owner.pk, substitute.pk}


def test_held_back_rows_of_another_clinic_are_left_alone(scene):
    scene.receive(analyte="PLT2")
    other = ClinicFactory()
    assert causes(open_items(other)) == []
    assert scene.item.due_on == date(2024, 3, 7)
