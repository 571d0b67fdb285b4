"""Correcting the date of a treatment and changing what is chosen for a plan."""

from datetime import date, timedelta

import pytest

from accounts.models import Role, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from patients.models import Care, Patient
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.actions import change_plan, choices_of, correct_treatment_date
from schedules.actions.settling import settle_plans
from schedules.models import Plan, PlannedVisit, Proposal
from schedules.plans.planning import PlanChoices
from schedules.plans.replanning import Stored, differences
from tests.factories import MembershipFactory, noon, visit_of
from tests.snapshot import everything, stored

pytestmark = pytest.mark.django_db

TODAY = date(2024, 3, 6)  # day 35, week 5
LATER = date(2024, 2, 5)  # five days after the anchor of the worked examples
REASON = "Read from the wrong letter."


@pytest.fixture
def coordinator(plan: Plan) -> Staff:
    return MembershipFactory(clinic=plan.clinic, role=Role.COORDINATOR).staff


def redate(plan: Plan, by: Staff, on: date = LATER, **how: object) -> None:
    correct_treatment_date(
        **{"treatment": plan.treatment, "started_on": on, "reason": REASON, "by": by, "today": TODAY, **how}
    )


def record(plan: Plan, by: Staff, timepoint: str, on: date, outcome: str = "done") -> None:
    actions.record_visit(visit=visit_of(plan, timepoint), occurred_on=on, outcomes={"cbc": outcome}, by=by, today=TODAY)


def dates(visit: PlannedVisit) -> tuple[date, date, date]:
    return visit.target, visit.opens, visit.closes


def latest(kind: str) -> Event:
    return Event.objects.filter(kind=kind).order_by("-at")[0]


def test_corrected_date_moves_treatment_plan_and_what_is_open(plan: Plan, clinician: Staff) -> None:
    redate(plan, clinician)

    plan.refresh_from_db()
    assert (plan.anchor, plan.treatment.started_on) == (LATER, LATER)
    assert dates(visit_of(plan, "M3")) == (date(2024, 5, 5), date(2024, 4, 28), date(2024, 5, 12))
    assert dates(visit_of(plan, "W5")) == (date(2024, 3, 11), date(2024, 3, 8), date(2024, 3, 14))


def test_what_was_done_drawn_or_missed_keeps_its_dates(plan: Plan, clinician: Staff) -> None:
    record(plan, clinician, "W1", date(2024, 2, 7))
    record(plan, clinician, "W2", date(2024, 2, 14), "drawn")
    actions.mark_missed(visit=visit_of(plan, "W3"), reason="Away.", next_step="", by=clinician, today=TODAY)
    before = {name: dates(visit_of(plan, name)) for name in ("W1", "W2", "W3")}

    redate(plan, clinician)

    assert {name: dates(visit_of(plan, name)) for name in before} == before


def test_booked_day_never_moves_and_is_listed_when_it_lies_outside(plan: Plan, clinician: Staff) -> None:
    kept = actions.book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 15), by=clinician, today=TODAY)
    out = actions.book_visits(visits=[visit_of(plan, "W7")], on=date(2024, 3, 18), by=clinician, today=TODAY)

    redate(plan, clinician)

    kept.refresh_from_db()
    out.refresh_from_db()
    assert (kept.on, out.on) == (date(2024, 3, 15), date(2024, 3, 18))
    assert dates(visit_of(plan, "W6"))[0] == date(2024, 3, 18)
    listed = PlannedVisit.objects.booked_unfit(on=TODAY)
    assert [visit.timepoint for visit in listed] == ["W7"]


def test_event_holds_both_dates(plan: Plan, clinician: Staff) -> None:
    redate(plan, clinician)

    event = latest("treatment.redated")
    assert (event.facts["moved_from"], event.facts["started_on"]) == ("2024-01-31", "2024-02-05")
    assert (event.reason, event.by) == (REASON, clinician)


@pytest.mark.parametrize(
    ("how", "error", "field"),
    [
        ({"reason": ""}, ReasonNeeded, "reason"),
        ({"started_on": date(2024, 1, 31)}, InputRefused, "started_on"),
        ({"started_on": date(2024, 3, 7)}, InputRefused, "started_on"),
        ({"started_on": date(1950, 1, 1)}, InputRefused, "started_on"),
    ],
    ids=["no reason", "the same day", "tomorrow", "before birth"],
)
def test_date_that_cannot_be_is_refused(
    plan: Plan, clinician: Staff, how: dict[str, object], error: type[Exception], field: str
) -> None:
    before = everything()

    with pytest.raises(error) as refused:
        redate(plan, clinician, **how)

    assert (refused.value.field, everything()) == (field, before)


@pytest.mark.parametrize(("days", "asked"), [(89, True), (90, False)])
@pytest.mark.parametrize("side", [-1, 1])
def test_ninety_days_count_on_both_sides_of_the_new_date(
    plan: Plan, clinician: Staff, days: int, asked: bool, side: int
) -> None:

    today = date(2026, 1, 1)
    other = date(2025, 6, 1)
    facts = TreatmentFacts(other)
    actions.record_treatment(patient=plan.patient, facts=facts, choices=PlanChoices(), by=clinician, today=today)
    on = other + timedelta(days=days * side)

    if asked:
        with pytest.raises(ReasonNeeded, match="Only 89 days"):
            redate(plan, clinician, on, today=today)
        redate(plan, clinician, on, today=today, override_reason="Tandem course.")
    else:
        redate(plan, clinician, on, today=today)

    plan.treatment.refresh_from_db()
    assert (plan.treatment.started_on, plan.treatment.override_reason) == (on, "Tandem course." if asked else "")


def test_records_before_the_new_date_are_asked_about(plan: Plan, clinician: Staff) -> None:
    record(plan, clinician, "W1", date(2024, 2, 7))

    with pytest.raises(ReasonNeeded, match="1 recorded activities of the plan lie before 2024-02-12"):
        redate(plan, clinician, date(2024, 2, 12))
    redate(plan, clinician, date(2024, 2, 12), override_reason="Drawn before the infusion.")

    assert visit_of(plan, "W1").status == "done"


def test_recovery_recorded_before_the_new_date_stands_in_the_way(plan: Plan, clinician: Staff) -> None:
    actions.record_count_recovery(plan=plan, recovered_on=date(2024, 2, 4), by=clinician, today=TODAY)

    with pytest.raises(InputRefused, match="recovered on 2024-02-04"):
        redate(plan, clinician)


def test_order_of_two_treatments_may_change(plan: Plan, clinician: Staff) -> None:
    facts = TreatmentFacts(date(2024, 3, 1), override_reason="Tandem course.")
    second = actions.record_treatment(
        patient=plan.patient, facts=facts, choices=PlanChoices(), by=clinician, today=TODAY
    )
    assert visit_of(plan, "M3").status == "superseded"

    redate(plan, clinician, date(2024, 3, 4), override_reason="Tandem course.")

    plan.refresh_from_db()
    second.refresh_from_db()
    plan.treatment.refresh_from_db()
    assert (plan.is_current, second.plan.is_current) == (True, False)
    assert (second.number, plan.treatment.number) == (1, 2)
    assert (visit_of(plan, "M3").status, visit_of(second.plan, "M3").status) == ("planned", "superseded")


def addition_of(plan: Plan, rule: str) -> Proposal:
    add = {"target": "2024-04-03", "activities": ["cbc"], "before": 3, "after": 3, "cost": 850}
    return Proposal.objects.create(
        plan=plan,
        patient=plan.patient,
        clinic=plan.clinic,
        rule=rule,
        sentence="So.",
        adds=[add],
        state="accepted",
        opened_on=TODAY,
    )


def targets(addition: Proposal) -> list[str]:
    addition.refresh_from_db()
    return [each["target"] for each in addition.adds]


def test_addition_that_counts_from_the_infusion_moves_with_the_plan_and_back(plan: Plan, clinician: Staff) -> None:
    addition = addition_of(plan, "weekly_counts")
    settle_plans(plan.patient, today=TODAY)
    before = visit_of(plan, "W9")

    redate(plan, clinician)

    after = visit_of(plan, "W9")
    assert (after.pk, after.target, targets(addition)) == (before.pk, date(2024, 4, 8), ["2024-04-08"])

    # The rule goes on meanwhile; that does not stand in the way of the undo.
    addition.adds = [*addition.adds, {**addition.adds[0], "target": "2024-04-15"}]
    addition.save(update_fields=["adds"])
    undo(event=latest("treatment.redated"), by=clinician, now=noon(TODAY))
    assert (visit_of(plan, "W9").target, targets(addition)) == (date(2024, 4, 3), ["2024-04-03", "2024-04-10"])


@pytest.mark.parametrize("rule", ["by_hand", "stem_cell_counts", "severe_counts"])
def test_addition_on_a_day_of_its_own_stays_there(plan: Plan, clinician: Staff, rule: str) -> None:
    addition = addition_of(plan, rule)
    settle_plans(plan.patient, today=TODAY)

    redate(plan, clinician)

    assert targets(addition) == ["2024-04-03"]
    assert list(plan.visits.filter(phase="added", status="planned").values_list("target", flat=True)) == [
        date(2024, 4, 3)
    ]


@pytest.mark.parametrize("started_on", [date(2024, 2, 1), date(2024, 1, 30)])
def test_addition_on_a_day_of_its_own_is_the_same_visit_by_its_new_name(
    plan: Plan, clinician: Staff, started_on: date
) -> None:
    addition = addition_of(plan, "severe_counts")
    days = ("2024-03-06", "2024-03-07", "2024-04-03")  # the plan's own week 5, and days 36 and 63
    addition.adds = [{**addition.adds[0], "target": day, "before": 0, "after": 2} for day in days]
    addition.save()
    settle_plans(plan.patient, today=TODAY)
    booked = visit_of(plan, "D36")
    actions.book_visits(visits=[booked], on=date(2024, 3, 7), by=clinician, today=TODAY)
    before = stored()

    correct_treatment_date(treatment=plan.treatment, started_on=started_on, reason=REASON, by=clinician, today=TODAY)

    shift = (date(2024, 1, 31) - started_on).days
    names = dict(plan.visits.filter(phase="added", status="planned").values_list("target", "timepoint"))
    expected = {
        date(2024, 3, 6): f"D{35 + shift}",
        date(2024, 3, 7): f"D{36 + shift}",
        date(2024, 4, 3): f"D{63 + shift}",
    }
    if shift < 0:
        del expected[date(2024, 3, 7)]  # day 35 is the plan's own week 5
    assert names == expected
    undo(event=latest("treatment.redated"), by=clinician, now=noon(TODAY))
    after = stored()
    assert {key: after[key] for key in before} == before


def test_planned_treatment_is_redated_without_a_plan(plan: Plan, clinician: Staff) -> None:
    facts = TreatmentFacts(date(2024, 7, 1), state="planned")
    planned = actions.record_treatment(
        patient=plan.patient, facts=facts, choices=PlanChoices(), by=clinician, today=TODAY
    )

    correct_treatment_date(treatment=planned, started_on=date(2024, 7, 8), reason=REASON, by=clinician, today=TODAY)

    planned.refresh_from_db()
    assert (planned.started_on, Plan.objects.count()) == (date(2024, 7, 8), 1)


def test_treatment_entered_in_error_is_not_redated(plan: Plan, clinician: Staff) -> None:
    actions.withdraw_treatment(treatment=plan.treatment, reason="So.", by=clinician, today=TODAY)

    with pytest.raises(TransitionRefused):
        redate(plan, clinician)


def change(plan: Plan, by: Staff, reason: str = "", **other: object) -> None:
    change_plan(plan=plan, choices=choices_of(plan, **other), reason=reason, by=by, today=TODAY)


def scans(plan: Plan, status: str = "planned") -> list[str]:
    return [visit.timepoint for visit in plan.visits.filter(kind="imaging", status=status).order_by("target")]


def test_other_imaging_interval_plans_open_scans_anew(plan: Plan, clinician: Staff) -> None:
    change(plan, clinician, imaging_interval=9)

    assert scans(plan) == ["M3", "M12", "M21", "M30", "M39", "M48", "M60", "M72"]
    assert scans(plan, "cancelled") == ["M9", "M15", "M27", "M33", "M45", "M51"]
    event = latest("plan.changed")
    assert (event.facts["what"], event.facts["fields"]) == ("imaging every 9 months (was 6)", ["imaging_interval"])


def test_interval_changed_and_back_gives_the_same_rows(plan: Plan, clinician: Staff) -> None:
    before = {visit.pk: dates(visit) for visit in plan.visits.all()}
    change(plan, clinician, imaging_interval=9)
    plan.refresh_from_db()

    change(plan, clinician, imaging_interval=6)

    assert {visit.pk: dates(visit) for visit in plan.visits.filter(status="planned")} == before


def test_markers_are_planned_with_open_timepoints_only(plan: Plan, clinician: Staff) -> None:
    for name in ("physician_visit", "cbc", "chemistry", "thyroid"):
        visit_of(plan, "M3").activities.filter(activity=name).update(status="not_applicable")
    visit_of(plan, "M3").__class__.objects.filter(pk=visit_of(plan, "M3").pk).update(status="not_applicable")

    change(plan, clinician, markers=("metanephrines",))

    with_marker = plan.visits.filter(activities__activity="metanephrines").order_by("target")
    assert [visit.timepoint for visit in with_marker][:4] == ["M6", "M9", "M12", "M15"]


def test_longer_interval_is_a_clinicians_with_a_reason(plan: Plan, clinician: Staff, coordinator: Staff) -> None:
    with pytest.raises(InputRefused, match="clinician") as refused:
        change(plan, coordinator, annual_interval=24, annual_reason="Frail.")
    assert refused.value.field == "annual_interval"
    with pytest.raises(ReasonNeeded):
        change(plan, clinician, annual_interval=24)

    change(plan, clinician, annual_interval=24, annual_reason="Frail.")

    plan.refresh_from_db()
    assert (plan.annual_interval, plan.annual_reason) == (24, "Frail.")


def test_going_back_to_the_usual_interval_is_a_clinicians_and_forgets_the_reason(
    plan: Plan, clinician: Staff, coordinator: Staff
) -> None:
    change(plan, clinician, annual_interval=24, annual_reason="Frail.")
    plan.refresh_from_db()
    with pytest.raises(InputRefused, match="clinician"):
        change(plan, coordinator, annual_interval=12)
    change(plan, coordinator, imaging_interval=7)
    plan.refresh_from_db()

    change(plan, clinician, annual_interval=12)

    plan.refresh_from_db()
    assert (plan.annual_interval, plan.annual_reason, plan.imaging_interval) == (12, "", 7)


def test_plan_as_it_is_is_refused(plan: Plan, clinician: Staff) -> None:
    with pytest.raises(InputRefused, match="what the plan has already"):
        change(plan, clinician)


def test_replaced_plan_is_not_changed(plan: Plan, clinician: Staff) -> None:
    facts = TreatmentFacts(date(2024, 3, 1), override_reason="Tandem course.")
    actions.record_treatment(patient=plan.patient, facts=facts, choices=PlanChoices(), by=clinician, today=TODAY)

    with pytest.raises(TransitionRefused, match="current plan"):
        change(plan, clinician, imaging_interval=9)


@pytest.mark.parametrize("kind", ["treatment.redated", "plan.changed"])
def test_settled_plan_has_no_difference(plan: Plan, clinician: Staff, kind: str) -> None:
    if kind == "plan.changed":
        change(plan, clinician, imaging_interval=11, markers=("metanephrines",))
    else:
        redate(plan, clinician)

    found = differences(Stored.of([plan.patient]), plan.patient.pk, today=TODAY)
    assert [difference.writes for difference in found.values()] == [[]]


# Undone by one click while nothing else happened since.


def test_undo_is_refused_when_something_happened_since_and_names_it(plan: Plan, clinician: Staff) -> None:
    redate(plan, clinician)
    event = latest("treatment.redated")
    record(plan, clinician, "W4", date(2024, 3, 4))
    before = everything()

    with pytest.raises(TransitionRefused, match="Week 4 recorded for Mon 4 Mar 2024: CBC done"):
        undo(event=event, by=clinician, now=noon(TODAY))

    assert everything() == before


def test_undo_is_possible_again_once_what_happened_since_is_undone(plan: Plan, clinician: Staff) -> None:
    before = stored()
    redate(plan, clinician)
    event = latest("treatment.redated")
    record(plan, clinician, "W4", date(2024, 3, 4))
    undo(event=latest("visit.recorded"), by=clinician, now=noon(TODAY))

    undo(event=event, by=clinician, now=noon(TODAY))

    after = stored()
    assert {key: after[key] for key in before} == before


def test_what_happened_elsewhere_does_not_stand_in_the_way(plan: Plan, clinician: Staff) -> None:
    from patients.actions import save_contact

    redate(plan, clinician)
    event = latest("treatment.redated")
    save_contact(patient=plan.patient, contact=None, fields={"phone": "07700 900001"}, by=clinician)

    assert undo(event=event, by=clinician, now=noon(TODAY)).kind == "treatment.redated.undone"


def test_what_followed_by_rule_does_not_stand_in_the_way(
    plan: Plan, clinician: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    from events.actions import FOLLOWING, record_event

    def follow(event: Event) -> None:
        record_event("addition.lapsed", clinic=event.clinic, patient=event.patient, by=event.by, what="W9")

    monkeypatch.setitem(FOLLOWING, "plan.changed", [follow])
    change(plan, clinician, imaging_interval=9)

    assert Event.objects.get(kind="addition.lapsed").facts["follows"] == str(latest("plan.changed").pk)
    assert undo(event=latest("plan.changed"), by=clinician, now=noon(TODAY)).kind == "plan.changed.undone"


def test_other_changes_are_undone_whatever_happened_since(plan: Plan, clinician: Staff) -> None:
    actions.book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), by=clinician, today=TODAY)
    record(plan, clinician, "W4", date(2024, 3, 1))

    assert undo(event=latest("appointment.booked"), by=clinician, now=noon(TODAY))


def test_nothing_is_booked_or_accepted_once_a_death_is_stored_that_the_asker_has_not_seen(
    plan: Plan, clinician: Staff
) -> None:
    addition, visit = addition_of(plan, "by_hand"), visit_of(plan, "W6")
    Proposal.objects.update(state="offered")
    addition.refresh_from_db()
    assert visit.patient.care != Care.DECEASED
    Patient.objects.update(care=Care.DECEASED)

    with pytest.raises(TransitionRefused, match="The patient died"):
        actions.book_visits(visits=[visit], on=date(2024, 3, 13), by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="The patient died"):
        actions.decide(proposal=addition, accept=True, by=clinician, today=TODAY)
