"""The pages of medicines and preparations: what each shows, takes, and leaves away for those who may not."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from imaging.actions.blockades import BlockadeFacts, record_blockade
from imaging.actions.medicines import MedicineFacts, end_medicine, record_medicine
from imaging.actions.withdrawals import plan_withdrawal, refuse_withdrawal
from imaging.models import PreparationPolicy, ThyroidBlockade, Withdrawal
from patients.models import Medicine, Patient
from schedules.actions import book_visits, confirm_treatment, mark_not_applicable, record_visit
from schedules.plans.planning import PlanChoices
from tests.factories import MembershipFactory, PatientFactory, enrolled
from tests.imaging.preparation.conftest import NOW, SCAN_DAY, TODAY, agreed


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signed_in(client, clinician):
    client.force_login(clinician)
    return client


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(answer.content.decode().split())


@contextmanager
def later(client, staff, **day):
    """Be there on another day, signed in again."""
    with time_machine.travel(NOW.replace(**day), tick=False):
        client.force_login(staff)
        yield


def test_medicine_is_added_changed_ended_and_marked_on_pages(signed_in, patient):
    one = f"/patients/{patient.pk}/medicines/"
    assert "No medicine on the list" in text(signed_in, one)

    answer = signed_in.post(f"{one}new/", {"name": "Labetalol", "dose": "200 mg", "started_on": "2024-01-02"})
    medicine = Medicine.objects.get()
    signed_in.post(f"/medicines/{medicine.pk}/change/", {"name": "Labetalol", "dose": "100 mg"})
    listed = text(signed_in, one)
    signed_in.post(f"/medicines/{medicine.pk}/end/", {"ended_on": "2024-04-09"})
    signed_in.post(f"/medicines/{medicine.pk}/entered-in-error/", {"reason": "Another patient's."})

    medicine.refresh_from_db()
    assert answer.headers["Location"] == one
    assert (medicine.dose, medicine.ended_on, medicine.withdrawn) == ("100 mg", date(2024, 4, 9), True)
    assert "Interferes with MIBG: Labetalol" in listed
    assert signed_in.get(f"/medicines/{medicine.pk}/change/").status_code == 404


def test_refused_medicine_comes_back_with_the_mistake(signed_in, patient, labetalol):
    answer = signed_in.post(f"/patients/{patient.pk}/medicines/new/", {"name": "labetalol"})

    assert answer.status_code == 422
    assert "It stands on the list already" in answer.content.decode()


def test_patients_page_gets_the_list_and_what_is_coming_as_a_panel(signed_in, patient, labetalol, infusion):
    page = text(signed_in, f"/patients/{patient.pk}/")
    answer = signed_in.get(f"/patients/{patient.pk}/medicines/", headers={"HX-Request": "true"})

    panel = " ".join(answer.content.decode().split())
    assert f'hx-get="/patients/{patient.pk}/medicines/"' in page
    assert "<h1" not in panel
    assert "Labetalol, 200 mg twice a day, for blood pressure" in panel
    assert "MIBG scan, Month 3</a>, Tue 30 Apr 2024" in panel
    assert "Therapeutic infusion</a>, Mon 3 Jun 2024" in panel
    assert panel.count("1 to be planned") == 3  # scans of months 3 and 9, and the infusion


def test_withdrawal_is_planned_with_the_days_of_the_table_confirmed_and_ended(
    signed_in, patient, labetalol, visit, owner, clinician
):
    page = f"/visits/{visit.pk}/preparation/"
    before = text(signed_in, page)
    form = signed_in.get(f"/medicines/{labetalol.pk}/withdrawal/?visit={visit.pk}").context["form"]
    days = {name: form[name].value() for name in ("stop_on", "restart_on", "prescriber", "restart_owner")}
    assert "Sun 21 Apr 2024" in before
    assert "7 days, <b>unverified</b>" in before
    assert days == {
        "stop_on": date(2024, 4, 22),
        "restart_on": date(2024, 5, 1),
        "prescriber": "Dr Aliaga",
        "restart_owner": clinician.pk,
    }

    entered = {"stop_on": "2024-04-22", "restart_on": "2024-05-01", "prescriber": "Dr Aliaga"}
    planned = signed_in.post(f"/medicines/{labetalol.pk}/withdrawal/?visit={visit.pk}", entered)
    withdrawal = Withdrawal.objects.get()
    one = f"/withdrawals/{withdrawal.pk}"
    refused = signed_in.post(f"{one}/confirm/", entered)
    signed_in.post(f"{one}/change/", entered | {"substitute": "none needed"})
    signed_in.post(f"{one}/confirm/", entered | {"substitute": "Doxazosin", "restart_owner": owner.pk})
    shown = text(signed_in, page)
    signed_in.post(f"{one}/hand-over/", {"to": clinician.pk})
    with later(signed_in, clinician, month=5, day=2):
        signed_in.post(f"{one}/restart/", {"restarted_on": "2024-05-02"})
        ended = text(signed_in, page)

    withdrawal.refresh_from_db()
    assert planned.headers["Location"] == page
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"substitute", "restart_owner"})
    assert "<b>Confirmed</b>" in shown
    assert "Doxazosin" in shown
    assert (withdrawal.state, withdrawal.restart_owner) == ("restarted", clinician)
    assert "Earlier withdrawals: 1" in ended


def test_confirmation_of_a_scan_that_moved_is_filled_in_anew(signed_in, confirmed, visit, clinician):
    book_visits(visits=[visit], on=date(2024, 5, 7), by=clinician, today=TODAY, reason="Asked for it.")

    assert "Confirmed for Tue 30 Apr 2024: to be confirmed anew" in text(signed_in, f"/visits/{visit.pk}/preparation/")
    form = signed_in.get(f"/withdrawals/{confirmed.pk}/confirm/").context["form"]
    assert (form["stop_on"].value(), form["restart_on"].value()) == (date(2024, 4, 29), date(2024, 5, 8))
    # What has been stopped stays so: only the restart is counted anew.
    with later(signed_in, clinician, day=22):
        form = signed_in.get(f"/withdrawals/{confirmed.pk}/confirm/").context["form"]
    assert (form["stop_on"].value(), form["restart_on"].value()) == (date(2024, 4, 22), date(2024, 5, 8))


def test_medicine_that_cannot_be_withdrawn_is_decided_about(signed_in, labetalol, infusion):
    page = f"/treatments/{infusion.treatment.pk}/preparation/"
    asked = f"/medicines/{labetalol.pk}/cannot-be-withdrawn/?treatment={infusion.treatment.pk}"
    signed_in.post(asked, {"reason": "Crises without it."})
    withdrawal = Withdrawal.objects.get()
    waits = text(signed_in, page)
    listed = text(signed_in, "/preparation/")
    signed_in.post(f"/withdrawals/{withdrawal.pk}/decide/", {"decision": "Postponed."})

    assert "Needs a decision" in waits
    assert "Crises without it." in listed
    assert "Decided: Postponed." in text(signed_in, page)
    assert "No medicine is withdrawn" in text(signed_in, "/preparation/")


def test_withdrawal_is_taken_back(signed_in, withdrawal):
    signed_in.post(f"/withdrawals/{withdrawal.pk}/not-after-all/", {"reason": "Scan without."})

    withdrawal.refresh_from_db()
    assert withdrawal.state == "dropped"


def test_medicine_that_ended_for_good_is_said_to_be_not_taken_again(signed_in, confirmed, labetalol, visit, clinician):
    page, address = f"/visits/{visit.pk}/preparation/", f"/withdrawals/{confirmed.pk}/not-taken-again/"
    end_medicine(medicine=labetalol, ended_on=date(2024, 4, 9), by=clinician, today=TODAY)
    assert address not in text(signed_in, page)
    with later(signed_in, clinician, day=22):
        assert "Ended for good on Tue 9 Apr 2024" in text(signed_in, page)
        assert "ended for good on Tue 9 Apr 2024" in text(signed_in, "/preparation/")
        assert f'href="{address}"' in text(signed_in, page)
        assert signed_in.post(address, {"reason": ""}).status_code == 422
        signed_in.post(address, {"reason": "Doxazosin stays."})
        assert "Labetalol: not taken again, Doxazosin stays., without it from Mon 22 Apr 2024" in text(signed_in, page)
        assert "No medicine is withdrawn" in text(signed_in, "/preparation/")


def test_clinic_sees_restarts_with_owners_overdue_first(signed_in, confirmed, scan, patient, clinician):
    other = record_medicine(patient=patient, facts=MedicineFacts("Duloxetine"), by=clinician, today=TODAY)
    plan_withdrawal(medicine=other, occasion=scan, facts=agreed(), by=clinician, today=TODAY)
    with later(signed_in, clinician, month=5, day=4):
        page = text(signed_in, "/preparation/")

    assert "<b>1 overdue</b>" in page
    assert "3 days overdue" in page
    assert 'data-label="Whose">Owner' in page
    assert "Duloxetine" in page
    assert "<b>has passed</b>" in page


@pytest.mark.parametrize("name", ["Duloxetine", "Omeprazole"])  # in the table, and not
def test_planned_withdrawal_whose_day_by_the_new_date_has_passed_is_late_on_both_pages(
    signed_in, scan, visit, patient, clinician, name
):
    medicine = record_medicine(patient=patient, facts=MedicineFacts(name), by=clinician, today=TODAY)
    plan_withdrawal(medicine=medicine, occasion=scan, facts=agreed(), by=clinician, today=TODAY)
    page, listed = f"/visits/{visit.pk}/preparation/", "/preparation/"
    assert "its last day has passed" not in text(signed_in, page)

    book_visits(visits=[visit], on=date(2024, 4, 17), by=clinician, today=TODAY, reason="Asked for it.")

    assert "Not confirmed, and its last day has passed" in text(signed_in, page)
    assert "Planned for Tue 30 Apr 2024: change its days" in text(signed_in, page)
    assert "Tue 9 Apr 2024</span><br><b>has passed</b>" in text(signed_in, listed)
    assert "has moved: planned for Tue 30 Apr 2024" in text(signed_in, listed)


@pytest.mark.parametrize("care", ["paused", "lost", "comfort", "transferred", "declined"])
def test_restart_stays_listed_whatever_becomes_of_the_follow_up(signed_in, confirmed, patient, care):
    Patient.objects.filter(pk=patient.pk).update(care=care)

    assert "To be taken again" in text(signed_in, "/preparation/")


def test_nothing_is_listed_of_a_patient_who_died_nor_to_confirm_of_one_nobody_follows(
    signed_in, confirmed, scan, patient, clinician
):
    other = record_medicine(patient=patient, facts=MedicineFacts("Duloxetine"), by=clinician, today=TODAY)
    plan_withdrawal(medicine=other, occasion=scan, facts=agreed(), by=clinician, today=TODAY)
    Patient.objects.filter(pk=patient.pk).update(care="transferred")
    assert "Duloxetine" not in text(signed_in, "/preparation/")
    Patient.objects.filter(pk=patient.pk).update(care="deceased")

    assert "No medicine is withdrawn" in text(signed_in, "/preparation/")


def rows_of(clinic, clinician, number):
    for _ in range(number):
        plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)
        facts = MedicineFacts("Labetalol")
        medicine = record_medicine(patient=plan.patient, facts=facts, by=clinician, today=TODAY)
        visit = plan.visits.get(timepoint="M3", kind="imaging")
        whose = {"clinic": clinic, "patient": plan.patient, "recorded_by": clinician, "visit": visit}
        days = {"counted_from": date(2024, 4, 30), "stop_on": date(2024, 4, 22), "restart_on": date(2024, 5, 1)}
        Withdrawal.objects.create(medicine=medicine, **whose, **days)
        outdated = {"counted_from": date(2024, 4, 29), "starts_on": date(2024, 4, 28), "last_on": date(2024, 4, 28)}
        ThyroidBlockade.objects.create(product="KI", dose_mg=130, **whose, **outdated)


def test_page_of_the_clinic_asks_the_same_for_one_row_and_for_three(signed_in, clinic, clinician):
    signed_in.get("/preparation/")  # the first keeps the clinic that is looked at
    counts = []
    for number in (1, 2):
        rows_of(clinic, clinician, number)
        with CaptureQueriesContext(connection) as captured:
            signed_in.get("/preparation/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_page_says_when_the_scan_is_not_planned_any_more(signed_in, confirmed, visit, clinician):
    mark_not_applicable(visit=visit, activities=["mibg_scan"], reason="Abroad.", by=clinician)

    page = text(signed_in, f"/visits/{visit.pk}/preparation/")
    assert "is not planned any more" in page
    assert "Plan withdrawal" not in page


def test_medicine_without_a_number_or_outside_the_table_is_left_to_people(signed_in, patient, visit, clinician):
    for name in ("Amiodarone", "Omeprazole"):
        record_medicine(patient=patient, facts=MedicineFacts(name), by=clinician, today=TODAY)

    page = text(signed_in, f"/visits/{visit.pk}/preparation/")
    assert "Five half-lives are many months" in page
    assert "Not in the table. That does not mean that they are harmless." in page
    for medicine in Medicine.objects.all():
        form = signed_in.get(f"/medicines/{medicine.pk}/withdrawal/?visit={visit.pk}").context["form"]
        assert form["stop_on"].value() is None


def test_blockade_is_filled_in_by_age_recorded_and_marked(signed_in, infusion, patient):
    address = f"/treatments/{infusion.treatment.pk}/blockade/"
    form = signed_in.get(address).context["form"]
    filled = {name: form[name].value() for name in ("product", "dose_mg", "starts_on", "last_on")}
    assert filled == {
        "product": "potassium iodide",
        "dose_mg": 130,
        "starts_on": date(2024, 6, 2),
        "last_on": date(2024, 6, 13),
    }
    signed_in.post(address, filled | {"starts_on": "2024-06-02", "last_on": "2024-06-13"})
    blockade = ThyroidBlockade.objects.get()
    shown = text(signed_in, f"/treatments/{infusion.treatment.pk}/preparation/")
    panel = text(signed_in, f"/patients/{patient.pk}/medicines/")
    signed_in.post(f"/blockades/{blockade.pk}/entered-in-error/", {"reason": "Another patient's."})

    blockade.refresh_from_db()
    assert "<dt>Last day</dt><dd><b>Thu 13 Jun 2024</b></dd>" in shown
    assert "thyroid blockade until Thu 13 Jun 2024" in panel
    assert blockade.withdrawn


def test_single_dose_of_a_newborn_is_filled_in_and_shown_as_once(signed_in, infusion, patient):
    Patient.objects.filter(pk=patient.pk).update(birth_date=date(2024, 5, 10))
    address, page = (f"/treatments/{infusion.treatment.pk}/{name}/" for name in ("blockade", "preparation"))
    suggested = text(signed_in, page)
    form = signed_in.get(address).context["form"]
    filled = {name: form[name].value() for name in ("product", "dose_mg", "once", "starts_on", "last_on")}
    day = date(2024, 6, 2)
    assert filled == {
        "product": "potassium iodide",
        "dose_mg": 16,
        "once": True,
        "starts_on": day,
        "last_on": day,
    }
    assert "that is by Sun 2 Jun 2024; 16 mg of potassium iodide once under 1 month" in suggested
    signed_in.post(address, filled | {"starts_on": "2024-06-02", "last_on": "2024-06-02"})

    assert ThyroidBlockade.objects.get().once
    assert "<dd>potassium iodide, 16 mg once</dd>" in text(signed_in, page)


def blocked(occasion, by, starts_on, last_on):
    return record_blockade(
        occasion=occasion, facts=BlockadeFacts("potassium iodide", Decimal(130), starts_on, last_on), by=by
    )


def test_blockade_of_an_infusion_given_on_another_day_is_listed_and_recorded_anew(
    signed_in, infusion, patient, clinician
):
    blocked(infusion, clinician, date(2024, 6, 2), date(2024, 6, 13))
    assert "Thyroid blockades to be recorded anew" not in text(signed_in, "/preparation/")
    with later(signed_in, clinician, month=6, day=10):
        confirm_treatment(
            treatment=infusion.treatment,
            started_on=date(2024, 6, 9),
            activity_mbq=None,
            weight_kg=None,
            override_reason="",
            choices=PlanChoices(),
            by=clinician,
            today=date(2024, 6, 10),
        )
        page = f"/treatments/{infusion.treatment.pk}/preparation/"
        assert "Recorded for Mon 3 Jun 2024: its days are to be recorded anew." in text(signed_in, page)
        listed = text(signed_in, "/preparation/")
        signed_in.post(
            f"/treatments/{infusion.treatment.pk}/blockade/",
            {"product": "potassium iodide", "dose_mg": 130, "starts_on": "2024-06-02", "last_on": "2024-06-19"},
        )
        anew = text(signed_in, page)

        assert "Thyroid blockades to be recorded anew" in listed
        assert "recorded for Mon 3 Jun 2024" in listed
        assert "its days are to be recorded anew" not in anew
        assert "<dd><b>Wed 19 Jun 2024</b></dd>" in anew
        assert "No medicine is withdrawn" in text(signed_in, "/preparation/")


def test_blockade_of_a_scan_that_moved_is_listed_until_it_is_not_planned_any_more(signed_in, scan, visit, clinician):
    blocked(scan, clinician, date(2024, 4, 29), date(2024, 5, 2))
    book_visits(visits=[visit], on=date(2024, 5, 7), by=clinician, today=TODAY, reason="Asked for it.")
    assert "recorded for Tue 30 Apr 2024" in text(signed_in, "/preparation/")

    mark_not_applicable(visit=visit, activities=["mibg_scan"], reason="Abroad.", by=clinician)
    page = text(signed_in, f"/visits/{visit.pk}/preparation/")
    assert "Recorded for Tue 30 Apr 2024, but this scan is not planned any more." in page
    assert "Record anew" not in page
    assert "No medicine is withdrawn" in text(signed_in, "/preparation/")


def test_blockade_of_a_scan_done_on_its_day_is_not_listed(signed_in, scan, visit, clinician):
    blocked(scan, clinician, date(2024, 4, 29), date(2024, 5, 2))
    with later(signed_in, clinician, day=30):
        record_visit(
            visit=visit, occurred_on=date(2024, 4, 30), outcomes={"mibg_scan": "done"}, by=clinician, today=SCAN_DAY
        )
        assert "No medicine is withdrawn" in text(signed_in, "/preparation/")


def test_days_of_the_clinic_are_set_by_a_clinician_and_seen_by_all(signed_in, client, clinic):
    assert "Shipped: 7, unverified" in text(signed_in, "/preparation/days/")
    answer = signed_in.post("/preparation/days/change/", {"labetalol.before_scan": "3", "injection_days_before": "0"})
    assert answer.headers["Location"] == "/preparation/days/"
    policy = PreparationPolicy.objects.get()
    assert (policy.days, policy.injection_days_before) == ({"labetalol": {"before_scan": 3}}, 0)
    assert signed_in.post("/preparation/days/change/", {"labetalol.before_scan": "400"}).status_code == 422
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    assert "Save days" not in text(client, "/preparation/days/")


def test_clinics_own_names_are_set_beside_the_days_and_said_to_be_its_own(signed_in, clinic, patient, visit, clinician):
    record_medicine(patient=patient, facts=MedicineFacts("Prescol 100"), by=clinician, today=TODAY)
    page = f"/visits/{visit.pk}/preparation/"
    assert "“prescol” is your clinic’s name." not in text(signed_in, page)
    signed_in.post("/preparation/days/change/", {"labetalol.names": " Prescol ,, prescol  retard", "snri.names": ""})
    assert PreparationPolicy.objects.get().names == {"labetalol": ["Prescol", "prescol retard"]}
    assert 'value="Prescol, prescol retard"' in signed_in.get("/preparation/days/").content.decode()
    assert "“prescol” is your clinic’s name." in text(signed_in, page)
    refused = signed_in.post("/preparation/days/change/", {"labetalol.names": "Norvasc"})
    assert refused.status_code == 422
    assert "“Norvasc” stands in the class Calcium-channel blockers." in refused.content.decode()


def test_medicine_that_is_not_in_the_table_is_to_be_checked_by_hand_before_it(
    signed_in, labetalol, patient, visit, infusion, clinician
):
    record_medicine(patient=patient, facts=MedicineFacts("Omeprazole"), by=clinician, today=TODAY)
    said = "Not in the table: check by hand"
    for page in (f"/visits/{visit.pk}/preparation/", f"/treatments/{infusion.treatment.pk}/preparation/"):
        assert text(signed_in, page).count(said) == 1
    mark_not_applicable(visit=visit, activities=["mibg_scan"], reason="Abroad.", by=clinician)
    assert said not in text(signed_in, f"/visits/{visit.pk}/preparation/")


def test_coordinator_plans_and_hands_over_but_does_not_confirm(client, clinic, confirmed, visit, labetalol):
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)

    page = text(client, f"/visits/{visit.pk}/preparation/")
    assert "Hand over" in page
    assert "Confirm anew" not in page
    assert client.get(f"/withdrawals/{confirmed.pk}/confirm/").status_code == 403
    asked = f"/medicines/{labetalol.pk}/cannot-be-withdrawn/?visit={visit.pk}"
    assert client.get(asked).status_code == 403


def test_only_a_clinician_is_offered_to_take_back_that_it_cannot_be_withdrawn(
    signed_in, client, clinic, withdrawal, labetalol, scan, visit, clinician
):
    page, button = f"/visits/{visit.pk}/preparation/", f"/withdrawals/{withdrawal.pk}/not-after-all/"
    coordinator = MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff
    client.force_login(coordinator)
    assert button in text(client, page)
    refuse_withdrawal(medicine=labetalol, occasion=scan, reason="Crises.", by=clinician, today=TODAY)
    assert button not in text(client, page)
    client.force_login(clinician)
    assert button in text(client, page)


@pytest.mark.parametrize(
    "asked", ["", "?visit=x", "?treatment=00000000-0000-0000-0000-000000000000", "?visit={theirs}"]
)
def test_withdrawal_for_nothing_or_for_somebody_elses_scan_is_not_found(signed_in, clinic, clinician, labetalol, asked):
    theirs = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY).visits.get(
        timepoint="M3", kind="imaging"
    )

    answer = signed_in.get(f"/medicines/{labetalol.pk}/withdrawal/{asked.format(theirs=theirs.pk)}")

    assert answer.status_code == 404


def test_auditor_reads_without_buttons(client, clinic, withdrawal, visit, patient):
    client.force_login(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)

    page = text(client, f"/visits/{visit.pk}/preparation/")
    assert "To be confirmed" in page
    assert "button-small" not in page
    assert "Add medicine" not in text(client, f"/patients/{patient.pk}/medicines/")


def test_empty_preparation_says_what_to_do_next(signed_in, visit, infusion):
    assert "No medicine on the list" in text(signed_in, f"/visits/{visit.pk}/preparation/")
    assert "No medicine on the list" in text(signed_in, f"/treatments/{infusion.treatment.pk}/preparation/")
    bare = PatientFactory(clinic=visit.clinic)
    assert "Neither an MIBG scan nor an infusion is planned." in text(signed_in, f"/patients/{bare.pk}/medicines/")


def test_refused_medicine_shows_on_the_visit_page_with_a_way_to_its_preparation(
    signed_in, labetalol, scan, visit, clinician
):
    refuse_withdrawal(medicine=labetalol, occasion=scan, reason="Crises.", by=clinician, today=TODAY)

    page = text(signed_in, f"/visits/{visit.pk}/")
    assert "An interfering medicine cannot be withdrawn" in page
    assert f'href="/visits/{visit.pk}/preparation/"' in page
