"""Additions to a plan: in force or offered, decided, extended, fallen away, and always saying where they came from."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from schedules import actions
from schedules.calendars import working_calendar
from schedules.documents.visit_plan import content
from schedules.models import Plan, PlannedActivity, Proposal
from schedules.pages.patient_page import shown_plans
from schedules.plans.additions import Addition, name_of, timepoint
from tests.factories import noon, visit_of
from tests.snapshot import stored

ANCHOR = date(2024, 1, 31)
TODAY = ANCHOR + timedelta(days=56)


def day(number: int) -> date:
    return ANCHOR + timedelta(days=number)


def weekly(*days: int, about: str = "no recovery", provisional: bool = True) -> Addition:
    adds = [timepoint(day(number), ["cbc"], before=3, after=3) for number in days]
    return Addition("weekly_counts", about, "The counts have not recovered.", adds, "1.1", provisional=provisional)


def made(plan: Plan, *days: int, today: date = TODAY) -> Proposal:
    return actions.propose(plan=plan, addition=weekly(*(days or (63, 70, 77, 84))), by=None, today=today)


def added(plan: Plan) -> dict[str, str]:
    return {v.timepoint: v.status for v in plan.visits.filter(phase="added").order_by("target")}


def last_event() -> Event:
    return Event.objects.filter(kind__startswith="addition.").latest("id")


def test_provisional_addition_is_planned_at_once_and_says_where_it_came_from(plan: Plan, clinic: Clinic) -> None:
    proposal = made(plan)

    visit = visit_of(plan, "W9")
    assert (visit.target, visit.opens, visit.closes, visit.phase) == (day(63), day(60), day(66), "added")
    assert added(plan) == dict.fromkeys(["W9", "W10", "W11", "W12"], "planned")
    row = next(row for row in shown_plans(plan.patient, today=TODAY)[0].rows if row.visit == visit)
    assert row.added == ["Added: weekly counts go on, since Wed 27 Mar 2024"]
    assert row.trace.sentence.endswith(
        "protocol iotrex 1.0. Added: weekly counts go on, since Wed 27 Mar 2024. The counts have not recovered."
    )
    printed = [
        row.added
        for year in content(plan, list(plan.visits.all()), working_calendar(clinic).is_working, TODAY, {})["years"]
        for row in year.rows
        if row.added
    ]
    assert printed == [("Added: weekly counts go on, since Wed 27 Mar 2024",)] * 4
    event = last_event()
    assert (event.kind, event.by, event.facts["proposal"]) == ("addition.made", None, str(proposal.pk))


def test_offered_addition_plans_nothing_until_it_is_accepted(plan: Plan, clinician: Staff) -> None:
    addition = weekly(63, provisional=False)
    proposal = actions.propose(plan=plan, addition=addition, by=None, today=TODAY)
    assert added(plan) == {}

    actions.decide(proposal=proposal, accept=True, by=clinician, today=TODAY)

    assert added(plan) == {"W9": "planned"}
    before = stored()
    undo(event=last_event(), by=clinician, now=noon(TODAY))
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, added(plan)) == ("offered", None, {"W9": "cancelled"})
    assert stored() != before


def test_activities_of_an_addition_join_a_timepoint_the_plan_has(plan: Plan, clinician: Staff) -> None:
    adds = [timepoint(day(14), ["chemistry"], before=3, after=3), timepoint(day(28), ["chemistry"], before=3, after=3)]
    proposal = actions.propose(
        plan=plan, addition=Addition("early_chemistry", "", "Early.", adds), by=None, today=day(3)
    )

    actions.decide(proposal=proposal, accept=True, by=clinician, today=day(3))

    joined = PlannedActivity.objects.filter(proposal=proposal).values_list("visit__timepoint", "activity", "status")
    assert sorted(joined) == [("W2", "chemistry", "planned"), ("W4", "chemistry", "planned")]
    assert visit_of(plan, "W2").phase == "weeks"


def test_declined_addition_falls_away_stays_declined_and_comes_back_when_that_is_undone(
    plan: Plan, clinician: Staff
) -> None:
    proposal = made(plan)
    before = stored(Proposal)

    actions.decide(proposal=proposal, accept=False, reason="Counted at home.", by=clinician, today=TODAY)

    assert added(plan) == dict.fromkeys(["W9", "W10", "W11", "W12"], "cancelled")
    with pytest.raises(TransitionRefused, match="same cause"):
        made(plan)
    undo(event=last_event(), by=clinician, now=noon(TODAY))
    assert stored(Proposal) == before


def test_declining_needs_a_reason(plan: Plan, clinician: Staff) -> None:
    proposal = made(plan)
    with pytest.raises(ReasonNeeded):
        actions.decide(proposal=proposal, accept=False, by=clinician, today=TODAY)
    assert set(added(plan).values()) == {"planned"}


def test_another_cause_is_proposed_after_a_decline(plan: Plan, clinician: Staff) -> None:
    actions.decide(proposal=made(plan), accept=False, reason="No.", by=clinician, today=TODAY)

    actions.propose(plan=plan, addition=weekly(63, about="another"), by=None, today=TODAY)

    assert added(plan)["W9"] == "planned"
    assert set(added(plan).values()) == {"planned", "cancelled"}
    reopened = visit_of(plan, "W9").activities.get()
    assert reopened.proposal is not None
    assert reopened.proposal.about == "another"


def test_what_was_done_stays_when_the_cause_is_gone(plan: Plan, clinician: Staff) -> None:
    proposal = made(plan)
    actions.record_visit(
        visit=visit_of(plan, "W9"), occurred_on=day(63), outcomes={"cbc": "done"}, by=clinician, today=day(64)
    )

    actions.lapse(proposal=proposal, reason="Recovered.", by=None, today=day(64))

    assert added(plan) == {"W9": "done", "W10": "cancelled", "W11": "cancelled", "W12": "cancelled"}


def test_visit_two_additions_want_belongs_to_the_one_that_is_left(plan: Plan) -> None:
    adds = [timepoint(day(63), ["cbc"], before=1, after=1)]
    severe = Addition("severe_counts", "severe since", "A severe count.", adds, "1.1", provisional=True)
    first = actions.propose(plan=plan, addition=severe, by=None, today=TODAY)
    weekly_ones = made(plan)
    assert visit_of(plan, "W9").activities.get().proposal == first

    actions.lapse(proposal=first, reason="No longer severe.", by=None, today=TODAY)

    visit = visit_of(plan, "W9")
    assert visit.activities.get().proposal == weekly_ones
    assert (visit.status, visit.opens, visit.closes) == ("planned", day(60), day(66))


def test_addition_in_force_is_told_anew_once(plan: Plan) -> None:
    proposal = made(plan, 63)

    actions.retell(proposal=proposal, addition=weekly(63, 70), by=None, today=TODAY)
    actions.retell(proposal=proposal, addition=weekly(63, 70), by=None, today=TODAY)

    assert added(plan) == {"W9": "planned", "W10": "planned"}
    assert Event.objects.filter(kind="addition.extended").count() == 1


def test_offer_is_told_anew_in_its_words_too_until_somebody_decided(plan: Plan, clinician: Staff) -> None:
    proposal = actions.propose(plan=plan, addition=weekly(63, provisional=False), by=None, today=TODAY)
    other = replace(weekly(63, provisional=False), sentence="Corrected.")

    actions.retell(proposal=proposal, addition=other, by=None, today=TODAY)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.sentence) == ("offered", "Corrected.")
    assert (last_event().kind, last_event().facts["sentence"]) == ("addition.retold", "Corrected")
    actions.decide(proposal=proposal, accept=True, by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="accepted"):
        actions.retell(proposal=proposal, addition=weekly(70), by=None, today=TODAY)


def test_a_further_day_of_an_addition_with_a_past_window_is_not_accepted(plan: Plan, clinician: Staff) -> None:
    proposal = actions.propose(plan=plan, addition=weekly(63, provisional=False), by=None, today=TODAY)

    with pytest.raises(InputRefused, match="past"):
        actions.decide(proposal=proposal, accept=True, by=clinician, today=day(67))
    actions.decide(proposal=proposal, accept=True, on=day(71), by=clinician, today=day(67))

    assert added(plan) == {"D71": "planned"}


def test_pet_is_offered_by_hand_and_planned_as_imaging_once_accepted(plan: Plan, clinician: Staff) -> None:
    proposal = actions.offer_by_hand(
        plan=plan, activity="fdg_pet", on=day(120), reason="MIBG-negative recurrence.", by=clinician, today=TODAY
    )
    assert (name_of(proposal), proposal.sentence) == ("FDG-PET", "MIBG-negative recurrence.")
    actions.decide(proposal=proposal, accept=True, by=clinician, today=TODAY)

    visit = visit_of(plan, "D120", "imaging")
    assert [a.activity for a in visit.activities.all()] == ["fdg_pet"]
    assert (visit.opens, visit.closes) == (day(106), day(134))


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"activity": "mibg_scan"}, InputRefused),
        ({"activity": "sstr_pet"}, InputRefused),  # not in this indication
        ({"on": day(1)}, InputRefused),
        ({"reason": ""}, ReasonNeeded),
    ],
)
def test_offering_by_hand_is_refused(plan: Plan, clinician: Staff, asked: dict, refused: type[Exception]) -> None:
    plan.patient.indication = "neuroblastoma"
    given = {"activity": "fdg_pet", "on": day(120), "reason": "Discordance."} | asked
    with pytest.raises(refused):
        actions.offer_by_hand(plan=plan, by=clinician, today=TODAY, **given)
    assert not Proposal.objects.exists()


def test_decided_addition_is_not_decided_again(plan: Plan, clinician: Staff) -> None:
    proposal = made(plan)
    actions.lapse(proposal=proposal, reason="Recovered.", by=None, today=TODAY)

    with pytest.raises(TransitionRefused, match="fallen away"):
        actions.decide(proposal=proposal, accept=False, reason="No.", by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="fallen away"):
        actions.lapse(proposal=proposal, reason="Again.", by=None, today=TODAY)


@pytest.mark.parametrize("severe", [False, True])
@pytest.mark.parametrize("ended", ["", "declined", "lapsed"])
def test_clock_over_the_counts_goes_on_with_provisional_counts_in_sql_as_in_the_function(
    plan: Plan, clinician: Staff, severe: bool, ended: str
) -> None:
    proposal = made(plan, 84, 91, 98)
    Plan.objects.filter(pk=plan.pk).update(result_count_on=day(70), result_count_severe=severe)
    if ended == "declined":
        actions.decide(proposal=proposal, accept=False, reason="No.", by=clinician, today=TODAY)
    elif ended == "lapsed":
        actions.lapse(proposal=proposal, reason="Recovered.", by=None, today=TODAY)

    asked = {n for n in range(70, 120) if Plan.objects.counts_overdue(on=day(n)).exists()}

    loaded = Plan.objects.with_last_count().get(pk=plan.pk)
    clocks = {n: loaded.count_clock(day(n)) for n in range(70, 120)}
    assert asked == {n for n, clock in clocks.items() if clock and clock.overdue}
    assert max(asked) == (84 if ended else 101)  # the last one's window closes three days after day 98
