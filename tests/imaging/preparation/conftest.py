from datetime import date

import pytest
import time_machine

from imaging.actions.medicines import MedicineFacts, record_medicine
from imaging.actions.withdrawals import confirm_withdrawal, plan_withdrawal
from imaging.actions.withdrawing import WithdrawalFacts
from imaging.occasions import of_treatment, of_visit
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import record_treatment
from schedules.models import PlannedVisit
from schedules.plans.planning import PlanChoices
from tests.factories import ClinicFactory, MembershipFactory, enrolled, noon

TODAY = date(2024, 4, 10)
NOW = noon(TODAY)
SCAN_DAY = date(2024, 4, 30)  # the target of month 3
AGREED = {"stop_on": date(2024, 4, 22), "restart_on": date(2024, 5, 1), "prescriber": "Dr Aliaga"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic(db):
    return ClinicFactory()


@pytest.fixture
def clinician(clinic):
    return MembershipFactory(clinic=clinic, staff__name="Clinician").staff


@pytest.fixture
def owner(clinic):
    """Who sees to it that the medicine is taken again."""
    return MembershipFactory(clinic=clinic, staff__name="Owner", role="coordinator").staff


@pytest.fixture
def plan(clinic, clinician):
    """The plan of the worked examples: an infusion on 31 January 2024, followed from that day."""
    return enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)


@pytest.fixture
def patient(plan):
    return plan.patient


@pytest.fixture
def visit(plan):
    """The scan of month 3, on its target, 30 April 2024."""
    return PlannedVisit.objects.get(plan=plan, timepoint="M3", kind="imaging")


@pytest.fixture
def scan(visit):
    return of_visit(visit)


@pytest.fixture
def infusion(patient, clinician):
    """A therapeutic infusion planned for 3 June 2024."""
    record_treatment(
        patient=patient,
        facts=TreatmentFacts(date(2024, 6, 3), state="planned"),
        choices=PlanChoices(),
        by=clinician,
        today=TODAY,
    )
    return of_treatment(Treatment.objects.get(state="planned"))


@pytest.fixture
def labetalol(patient, clinician):
    facts = MedicineFacts("Labetalol", dose="200 mg twice a day", taken_for="blood pressure", prescriber="Dr Aliaga")
    return record_medicine(patient=patient, facts=facts, by=clinician, today=TODAY)


def agreed(**changed):
    """A withdrawal for the scan of 30 April as it is agreed: the tracer on the 29th, seven days before it."""
    return WithdrawalFacts(**(AGREED | {"substitute": "Doxazosin 4 mg"} | changed))


@pytest.fixture
def withdrawal(labetalol, scan, clinician, owner):
    return plan_withdrawal(
        medicine=labetalol, occasion=scan, facts=agreed(restart_owner=owner), by=clinician, today=TODAY
    )


@pytest.fixture
def confirmed(withdrawal, clinician, owner):
    facts = agreed(restart_owner=owner)
    return confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)
