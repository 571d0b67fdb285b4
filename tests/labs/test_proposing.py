"""Additions to the plan that follow from results, and from days that pass without one."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import Staff
from events.models import Event
from events.undo import undo
from labs.actions.adding import follow_additions
from labs.models import LabPolicy
from labs.pages.monitoring import followed_now, latest_monitoring
from patients.models import SupportiveCare, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import decide, extend_plans, record_count_recovery, record_treatment, record_unscheduled_visit
from schedules.actions.replanning import correct_treatment_date
from schedules.models import Plan, Proposal
from schedules.plans.planning import PlanChoices
from tests.factories import noon
from tests.labs.arrivals import arrive

ANCHOR = date(2024, 1, 31)


def day(number: int) -> date:
    return ANCHOR + timedelta(days=number)


def night(number: int) -> None:
    follow_additions(now=datetime.combine(day(number), time(3), Plan.objects.get().clinic.zone))


def count(plan: Plan, number: int, anc: str, platelets: str) -> None:
    arrive(plan.patient, day(number), hgb="130", wbc="5.0", anc=anc, platelets=platelets)


def redate(plan: Plan, clinician: Staff, started_on: date, *, today: date) -> None:
    treatment = Treatment.objects.get(plan=plan)
    with time_machine.travel(noon(today)):
        correct_treatment_date(treatment=treatment, started_on=started_on, reason="Slip.", by=clinician, today=today)


def standing(plan: Plan) -> dict[str, str]:
    return dict(Proposal.objects.filter(plan=plan).exclude(state="lapsed").values_list("rule", "state"))


def added(plan: Plan) -> list[str]:
    visits = plan.visits.filter(phase="added", status="planned").order_by("target")
    return [visit.timepoint for visit in visits]


def test_weekly_counts_go_on_when_the_last_before_day_56_is_not_recovered(plan: Plan) -> None:
    count(plan, 50, "1.5", "90")
    night(55)
    assert added(plan) == []

    night(56)

    assert added(plan) == ["W9", "W10", "W11", "W12"]
    proposal = Proposal.objects.get(rule="weekly_counts")
    assert (proposal.state, proposal.about, proposal.rule_version) == ("provisional", "no recovery", "1.1")
    assert proposal.sentence == (
        "Weekly counts from Wed 3 Apr 2024 to Wed 24 Apr 2024: the counts have not recovered, "
        "the last is of Thu 21 Mar 2024."
    )
    windows = plan.visits.filter(timepoint="W9").values_list("opens", "closes").get()
    assert windows == (day(60), day(66))


def test_weekly_counts_go_on_without_a_count_after_day_45_and_say_so(plan: Plan) -> None:
    night(56)
    assert Proposal.objects.get(rule="weekly_counts").about == "no count"

    count(plan, 58, "1.5", "90")

    proposal = Proposal.objects.get(rule="weekly_counts")  # the same one, for another cause
    assert (proposal.about, added(plan)) == ("no recovery", ["W9", "W10", "W11", "W12"])


def test_looking_twice_changes_nothing(plan: Plan) -> None:
    count(plan, 50, "0.8", "90")
    night(56)
    before = list(Proposal.objects.values()), list(plan.visits.values()), Event.objects.count()
    night(56)
    assert (list(Proposal.objects.values()), list(plan.visits.values()), Event.objects.count()) == before


def test_recovery_lets_them_lapse_and_what_was_done_stays(plan: Plan, clinician: Staff) -> None:
    count(plan, 50, "1.5", "90")
    night(56)
    count(plan, 63, "1.6", "100")

    count(plan, 70, "4.0", "250")
    count(plan, 74, "4.0", "250")

    assert standing(plan).get("weekly_counts") is None
    states = dict(plan.visits.filter(phase="added").values_list("timepoint", "status"))
    assert states == {"W9": "done", "W10": "done", "W11": "done", "W12": "cancelled"}


def test_recovery_a_clinician_records_lets_them_lapse(plan: Plan, clinician: Staff) -> None:
    count(plan, 50, "1.5", "90")
    night(56)

    record_count_recovery(plan=plan, recovered_on=day(57), by=clinician, today=day(57))

    assert added(plan) == []


def test_last_week_stays_overdue_until_somebody_decides(plan: Plan) -> None:
    count(plan, 50, "1.5", "90")
    night(56)
    night(90)
    assert added(plan) == ["W9", "W10", "W11", "W12"]


def test_declined_counts_stay_declined_until_their_cause_is_new(plan: Plan, clinician: Staff) -> None:
    count(plan, 28, "0.8", "90")
    severe = Proposal.objects.get(rule="severe_counts")
    decide(proposal=severe, accept=False, reason="In hospital.", by=clinician, today=day(28))

    count(plan, 31, "0.7", "90")
    night(32)
    assert added(plan) == []

    count(plan, 35, "1.8", "150")
    count(plan, 42, "0.9", "90")
    assert added(plan)[0] == "D45"


def test_severe_count_plans_two_a_week_for_14_days_and_goes_on_nightly(plan: Plan) -> None:
    count(plan, 28, "0.8", "90")
    assert added(plan) == ["D31", "D38"]  # days 35 and 42 are the plan's own weeks
    visit = plan.visits.get(timepoint="D31")
    assert (visit.opens, visit.closes) == (day(30), day(32))

    night(31)

    assert added(plan) == ["D31", "D38", "D45"]
    assert Event.objects.filter(kind="addition.extended").count() == 1
    count(plan, 33, "1.6", "90")
    assert added(plan) == []
    lapsed = Event.objects.filter(kind="addition.lapsed").latest("id")
    assert (lapsed.by, lapsed.reason) == (None, "Its cause is gone.")


def test_counts_after_stem_cells_go_on_until_engraftment(plan: Plan) -> None:
    SupportiveCare.objects.create(clinic=plan.clinic, patient=plan.patient, product="stem_cells", given_on=day(30))
    SupportiveCare.objects.create(clinic=plan.clinic, patient=plan.patient, product="platelets", given_on=day(33))
    count(plan, 34, "1.5", "60")
    assert standing(plan)["stem_cell_counts"] == "provisional"

    count(plan, 38, "1.6", "60")  # ANC reached for 4 days, but platelets within 7 days of the transfusion
    assert standing(plan)["stem_cell_counts"] == "provisional"

    count(plan, 41, "1.6", "60")
    assert "stem_cell_counts" not in standing(plan)


def test_nothing_reaches_back_before_the_patient_was_followed(plan: Plan) -> None:
    plan.followed_from = day(70)
    plan.save()
    night(71)
    assert added(plan) == []

    count(plan, 72, "1.5", "90")
    assert added(plan) == ["W10", "W11", "W12"]


def test_chemistry_is_offered_with_the_early_draws_once(plan: Plan, clinician: Staff) -> None:
    night(1)
    offer = Proposal.objects.get(rule="early_chemistry")
    assert (offer.state, [each["target"] for each in offer.adds]) == ("offered", ["2024-02-14", "2024-02-28"])
    decide(proposal=offer, accept=False, reason="Not here.", by=clinician, today=day(1))

    night(2)

    assert standing(plan) == {"early_chemistry": "declined"}


def test_chemistry_offer_follows_a_corrected_date_and_back(plan: Plan, clinician: Staff) -> None:
    night(1)
    offer = Proposal.objects.get(rule="early_chemistry")

    redate(plan, clinician, day(-2), today=day(1))

    offer.refresh_from_db()
    assert (offer.state, [point.timepoint for point in offer.points()]) == ("offered", ["W2", "W4"])
    assert [each["target"] for each in offer.adds] == ["2024-02-12", "2024-02-26"]
    assert Event.objects.filter(kind="addition.retold").count() == 1
    with time_machine.travel(noon(day(1))):
        undo(event=Event.objects.get(kind="treatment.redated"), by=clinician, now=noon(day(1)))
    offer.refresh_from_db()
    assert [each["target"] for each in offer.adds] == ["2024-02-14", "2024-02-28"]


def test_accepted_chemistry_stands_and_follows_its_weeks_when_the_date_is_corrected(
    plan: Plan, clinician: Staff
) -> None:
    night(1)
    decide(proposal=Proposal.objects.get(rule="early_chemistry"), accept=True, by=clinician, today=day(1))

    redate(plan, clinician, day(-2), today=day(1))

    visits = plan.visits.filter(activities__activity="chemistry", activities__status="planned", target__lte=day(40))
    assert list(visits.values_list("timepoint", "target")) == [("W2", day(12)), ("W4", day(26))]
    assert standing(plan) == {"early_chemistry": "accepted"}


def test_chemistry_is_offered_with_what_is_left_of_the_early_draws(plan: Plan) -> None:
    night(1)
    night(18)
    offer = Proposal.objects.get(rule="early_chemistry")
    assert offer.sentence == "Chemistry can be drawn with the counts of week 4."
    assert [each["target"] for each in offer.adds] == ["2024-02-28"]


def test_chemistry_offer_falls_away_when_its_draws_are_past(plan: Plan) -> None:
    night(1)
    night(32)
    assert standing(plan) == {}


def test_raised_tsh_offers_a_repeat_in_four_to_six_weeks(plan: Plan, clinician: Staff) -> None:
    plan.counts_recovered_on = day(90)
    plan.save()
    arrive(plan.patient, date(2025, 1, 31), tsh="6.0", ft4="15")
    offer = Proposal.objects.get(rule="repeat_thyroid")
    decide(proposal=offer, accept=True, by=clinician, today=date(2025, 2, 1))

    visit = plan.visits.get(phase="added")
    assert (visit.opens, visit.target, visit.closes) == (date(2025, 2, 28), date(2025, 3, 7), date(2025, 3, 14))
    assert [a.activity for a in visit.activities.all()] == ["thyroid"]


def test_counts_low_for_four_months_offer_one_workup(plan: Plan) -> None:
    for number in (100, 150, 230):
        count(plan, number, "1.2", "80")
    offer = Proposal.objects.get(rule="cytopenia_workup")
    assert (offer.state, offer.about) == ("offered", "low since 2024-05-10")
    assert "ANC" in offer.sentence
    assert "Platelets" in offer.sentence
    assert offer.adds[0]["target"] == day(244).isoformat()

    count(plan, 240, "1.2", "80")

    again = Proposal.objects.get(rule="cytopenia_workup")
    assert (again.pk, again.about, again.adds[0]["target"]) == (offer.pk, offer.about, day(254).isoformat())


def test_steep_fall_offers_a_draw_on_the_working_day_before_the_crossing(plan: Plan) -> None:
    count(plan, 21, "4.0", "240")
    count(plan, 24, "2.0", "240")  # halves every 3 days: below 1.0 on day 28, when one is drawn anyway

    assert "earlier_draw" not in standing(plan)

    count(plan, 25, "1.4", "240")  # from 4.0 on day 21: below 1.0 on day 27, a Tuesday
    offer = Proposal.objects.get(rule="earlier_draw", state="offered")
    assert offer.adds[0]["target"] == "2024-02-26"
    assert offer.sentence == (
        "ANC 4.0 on Wed 21 Feb 2024 and 1.4 on Sun 25 Feb 2024: falling on like this, it is below 1.0 on "
        "Tue 27 Feb 2024, before the next draw of Wed 6 Mar 2024."
    )


def test_corrected_count_tells_the_offered_draw_anew(plan: Plan) -> None:
    count(plan, 21, "4.0", "240")
    count(plan, 25, "1.4", "240")
    offer = Proposal.objects.get(rule="earlier_draw")

    arrive(plan.patient, day(25), status="corrected", hgb="130", wbc="5.0", anc="1.2", platelets="240")

    again = Proposal.objects.get(rule="earlier_draw", state="offered")
    assert (again.pk, again.about) == (offer.pk, offer.about)
    assert again.sentence.startswith("ANC 4.0 on Wed 21 Feb 2024 and 1.2 on Sun 25 Feb 2024")


def test_earlier_draw_is_not_asked_for_once_a_specimen_waits_for_its_result(plan: Plan, clinician: Staff) -> None:
    count(plan, 21, "4.0", "240")
    count(plan, 25, "1.4", "240")
    drawn = {"patient": plan.patient, "occurred_on": day(26), "outcomes": {"cbc": "drawn"}}
    with time_machine.travel(noon(day(26))):
        record_unscheduled_visit(**drawn, by=clinician, today=day(26))

    assert "earlier_draw" not in standing(plan)


def test_earlier_draw_is_offered_after_recovery_too(plan: Plan, clinician: Staff) -> None:
    record_count_recovery(plan=plan, recovered_on=day(56), by=clinician, today=day(60))
    count(plan, 91, "6.0", "240")
    count(plan, 121, "1.4", "240")  # below 1.0 on day 128, before month 5
    offer = Proposal.objects.get(rule="earlier_draw")
    assert offer.sentence.endswith("it is below 1.0 on Fri 7 Jun 2024, before the next draw of Sun 30 Jun 2024.")


def test_slow_fall_from_year_to_year_is_no_reason_for_an_earlier_draw(plan: Plan) -> None:
    extend_plans(today=date(2031, 1, 31))
    for year, anc in ((2030, "4.0"), (2031, "3.0")):
        arrive(plan.patient, date(year, 1, 31), hgb="130", wbc="5.0", anc=anc, platelets="240")
    assert "earlier_draw" not in standing(plan)


def test_weekly_counts_go_on_when_counts_fell_again_until_they_recover_again(plan: Plan) -> None:
    for number, anc, platelets in ((10, "1.5", "90"), (17, "4.0", "250"), (21, "4.0", "250"), (50, "1.5", "90")):
        count(plan, number, anc, platelets)
    night(56)
    assert Proposal.objects.get(rule="weekly_counts").about == f"low again since {day(50)}"

    count(plan, 63, "4.0", "250")
    assert standing(plan)["weekly_counts"] == "provisional"
    count(plan, 66, "4.0", "250")

    assert "weekly_counts" not in standing(plan)


def test_recovery_a_clinician_records_is_not_taken_back_by_a_low_count(plan: Plan, clinician: Staff) -> None:
    count(plan, 50, "1.5", "90")
    record_count_recovery(plan=plan, recovered_on=day(51), by=clinician, today=day(51))
    count(plan, 55, "1.5", "90")
    night(56)
    assert added(plan) == []


def test_further_infusion_takes_over_from_counts_that_go_on(plan: Plan, clinician: Staff) -> None:
    count(plan, 50, "1.5", "90")
    night(56)
    facts = TreatmentFacts(day(70), override_reason="Tandem course.")
    record_treatment(patient=plan.patient, facts=facts, choices=PlanChoices(), by=clinician, today=day(70))

    states = dict(plan.visits.filter(phase="added").values_list("timepoint", "status"))
    assert states == {"W9": "planned", "W10": "superseded", "W11": "superseded", "W12": "superseded"}
    follow_additions(now=datetime.combine(day(71), time(3), plan.clinic.zone))
    second = Plan.objects.get(is_current=True)
    assert set(Proposal.objects.filter(plan=second).values_list("rule", "state")) == {("early_chemistry", "offered")}


def test_patient_who_moved_away_is_offered_nothing(plan: Plan) -> None:
    night(1)
    plan.patient.care = "transferred"
    plan.patient.save()
    night(2)
    assert standing(plan) == {}


@pytest.mark.parametrize(("rule", "off"), [("severe_counts", "provisional"), ("early_chemistry", "offers")])
def test_rule_that_is_switched_off_adds_nothing(plan: Plan, rule: str, off: str) -> None:
    LabPolicy.objects.create(clinic=plan.clinic, rules_off=[off])
    count(plan, 10, "0.8", "90")
    assert rule not in standing(plan)


def test_monitoring_follows_counts_that_go_on_beyond_day_84(plan: Plan) -> None:
    count(plan, 83, "0.8", "90")
    today = day(95)
    night(95)

    found = latest_monitoring(plan.patient, today=today)

    assert found is not None
    assert found.observed is not None
    assert found.observed.running
    assert found.observed.until > day(95)
    assert [each.patient for each in followed_now(plan.clinic, today=today)] == [plan.patient]
