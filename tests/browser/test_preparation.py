"""The path of a withdrawal, looked at: from the list of medicines to the restart, without barriers, on a phone too."""

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from accounts.models import Role, Staff
from imaging.actions.blockades import BlockadeFacts, record_blockade
from imaging.actions.medicines import MedicineFacts, end_medicine, record_medicine
from imaging.actions.withdrawals import confirm_withdrawal, plan_withdrawal, refuse_withdrawal
from imaging.actions.withdrawing import WithdrawalFacts
from imaging.models import ThyroidBlockade, Withdrawal
from imaging.occasions import Occasion, of_treatment, of_visit
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import record_treatment
from schedules.models import Plan
from schedules.plans.planning import PlanChoices
from tests.browser.conftest import PHONE
from tests.browser.test_journeys import (  # noqa: F401 (fixtures)
    clinic,
    clinician,
    plan_in_week_five,
    sign_in,
    today,
)
from tests.browser.test_planning import barriers_of
from tests.factories import MembershipFactory, visit_of


def test_medicine_is_listed_withdrawn_confirmed_and_taken_again(
    page: Page,
    plan_in_week_five: Plan,  # noqa: F811
    today: date,  # noqa: F811
    keep_screenshot,
) -> None:
    patient = plan_in_week_five.patient
    MembershipFactory(clinic=patient.clinic, staff__name="Nurse Olmo", role=Role.COORDINATOR)
    sign_in(page)
    page.goto(f"/patients/{patient.pk}/")
    page.locator("#medicines").get_by_role("link", name="Add medicine").click()
    page.get_by_label("Medicine").fill("Labetalol")
    page.get_by_label("Dose").fill("200 mg twice a day")
    page.get_by_label("For what").fill("blood pressure")
    page.get_by_label("Prescribed by").fill("Dr Aliaga")
    page.get_by_role("button", name="Add medicine").click()
    expect(page.get_by_text("Interferes with MIBG: Labetalol")).to_be_visible()

    page.get_by_role("link", name="MIBG scan, Month 3").click()
    expect(page.get_by_text("Ask us before you change any medicine.")).to_be_visible()
    keep_screenshot(page, "preparation-open")
    page.get_by_role("link", name="Plan withdrawal of Labetalol").click()
    page.get_by_label("Instead of it").fill("Doxazosin 4 mg")
    page.get_by_label("Who sees to it that it is taken again").select_option(label="Nurse Olmo")
    page.get_by_role("button", name="Plan withdrawal").click()
    page.get_by_role("link", name=re.compile("Confirm ?: Labetalol")).click()
    page.get_by_role("button", name="Confirm withdrawal").click()
    expect(page.get_by_text("Confirmed by")).to_be_visible()
    keep_screenshot(page, "preparation-confirmed")

    # As if it had begun: the days are those of a scan some weeks ahead.
    Withdrawal.objects.update(stop_on=today - timedelta(days=9), restart_on=today - timedelta(days=1))
    page.goto("/preparation/")
    expect(page.get_by_text("1 day overdue")).to_be_visible()
    keep_screenshot(page, "preparation-clinic")
    page.get_by_role("link", name="Open the preparation of").click()
    page.get_by_role("link", name=re.compile("Taken again ?: Labetalol")).click()
    page.get_by_label("Reason").fill("The scan is done elsewhere.")
    page.get_by_role("button", name="Record restart").click()
    expect(page.get_by_text("Earlier withdrawals: 1")).to_be_visible()


def withdrawn_and_ended(scan: Occasion, by: Staff, on: date) -> Withdrawal:
    """Return the withdrawal of a medicine that was stopped for a scan and then ended for good."""
    medicine = record_medicine(patient=scan.patient, facts=MedicineFacts("Duloxetine"), by=by, today=on)
    facts = WithdrawalFacts(on, scan.day + timedelta(days=1), "Dr Aliaga", None, "none needed", by)
    planned = plan_withdrawal(medicine=medicine, occasion=scan, facts=facts, by=by, today=on)
    end_medicine(medicine=medicine, ended_on=on, by=by, today=on)
    return confirm_withdrawal(withdrawal=planned, facts=facts, by=by, today=on)


def test_pages_of_preparation_have_no_barriers(
    page: Page,
    plan_in_week_five: Plan,  # noqa: F811
    today: date,  # noqa: F811
    keep_screenshot,
) -> None:
    plan, patient = plan_in_week_five, plan_in_week_five.patient
    by = patient.clinic.memberships.get().staff
    record_treatment(
        patient=patient,
        facts=TreatmentFacts(today + timedelta(days=80), state="planned"),
        choices=PlanChoices(),
        by=by,
        today=today,
    )
    infusion = of_treatment(Treatment.objects.get(state="planned"))
    names = {"Labetalol": "blood pressure", "Amiodarone": "atrial fibrillation", "Omeprazole": ""}
    medicines = [
        record_medicine(patient=patient, facts=MedicineFacts(name, taken_for=what), by=by, today=today)
        for name, what in names.items()
    ]
    why = "Hypertensive crises whenever it was stopped before."
    refused = refuse_withdrawal(medicine=medicines[0], occasion=infusion, reason=why, by=by, today=today)
    days = BlockadeFacts("potassium iodide", 130, infusion.day - timedelta(days=1), infusion.day + timedelta(days=10))
    blockade = record_blockade(occasion=infusion, facts=days, by=by)
    # As if the infusion had moved since.
    ThyroidBlockade.objects.update(counted_from=infusion.day - timedelta(days=1))
    scan = visit_of(plan, "M3", "imaging")
    ended = withdrawn_and_ended(of_visit(scan), by, today)
    one, prepared = f"/patients/{patient.pk}/medicines/", f"/treatments/{infusion.row.pk}/preparation/"
    paths = [
        one,
        f"{one}new/",
        f"/medicines/{medicines[1].pk}/change/",
        f"/medicines/{medicines[1].pk}/end/",
        f"/medicines/{medicines[1].pk}/withdrawal/?visit={scan.pk}",
        f"/medicines/{medicines[1].pk}/cannot-be-withdrawn/?visit={scan.pk}",
        f"/withdrawals/{refused.pk}/confirm/",
        f"/withdrawals/{refused.pk}/decide/",
        f"/withdrawals/{ended.pk}/not-taken-again/",
        f"/visits/{scan.pk}/preparation/",
        f"/visits/{scan.pk}/blockade/",
        prepared,
        f"/treatments/{infusion.row.pk}/blockade/",
        f"/blockades/{blockade.pk}/entered-in-error/",
        "/preparation/",
        "/preparation/days/",
        f"/patients/{patient.pk}/",
    ]
    sign_in(page)
    assert barriers_of(page, paths) == {}
    for size, width in (("desktop", {"width": 1280, "height": 900}), ("phone", PHONE)):
        page.set_viewport_size(width)
        for name, path in {
            "medicines": one,
            "infusion": prepared,
            "scan": f"/visits/{scan.pk}/preparation/",
            "clinic": "/preparation/",
            "days": "/preparation/days/",
            "confirm": f"/withdrawals/{refused.pk}/confirm/",
            "blockade": f"/treatments/{infusion.row.pk}/blockade/",
            "patient": f"/patients/{patient.pk}/",
        }.items():
            page.goto(path)
            keep_screenshot(page, f"preparation-{name}-{size}")
