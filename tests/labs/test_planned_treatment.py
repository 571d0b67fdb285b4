"""A planned treatment with its checks: shown, asked about with a reason, never blocked."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from iotrex_followup.errors import ReasonNeeded
from labs.planned_treatment import checks_of
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import record_treatment
from schedules.plans.planning import PlanChoices
from tests.api.conftest import ApiClient
from tests.factories import enrolled, noon
from tests.labs.arrivals import NORMAL, arrive

FIRST, TODAY, PLANNED = date(2024, 1, 31), date(2024, 6, 3), date(2024, 6, 10)


@pytest.fixture
def treated(clinic, clinician):
    return enrolled(by=clinician, clinic=clinic, started_on=FIRST, today=TODAY)


def met(patient, planned_on=PLANNED, **more):
    return {check.key: check.met for check in checks_of(patient, planned_on, today=TODAY, **more)}


def plan_treatment(treated, clinician, day=PLANNED, reason="") -> Treatment:
    return record_treatment(
        patient=treated.patient,
        facts=TreatmentFacts(day, state="planned", override_reason=reason),
        choices=PlanChoices(),
        by=clinician,
        today=TODAY,
    )


def test_nothing_is_known_without_results(treated, clinician):
    assert met(treated.patient) == {
        "interval": True,
        "anc_enough": None,
        "platelets_enough": None,
        "anc_back": None,
        "platelets_back": None,
        "creatinine": None,
    }
    assert plan_treatment(treated, clinician).state == "planned"


def test_good_counts_and_creatinine_meet_every_check(treated):
    arrive(treated.patient, date(2024, 1, 29))
    arrive(treated.patient, date(2024, 5, 30), **NORMAL, creatinine="70")

    checks = met(treated.patient)

    assert {key for key, value in checks.items() if value is not True} <= {"creatinine"}
    assert checks["platelets_back"] is True


def test_low_platelets_are_asked_about_with_a_reason_and_never_block(treated, clinician):
    arrive(treated.patient, date(2024, 1, 29))
    arrive(treated.patient, date(2024, 5, 30), **NORMAL | {"platelets": "79"})

    checks = met(treated.patient)
    assert (checks["platelets_enough"], checks["platelets_back"], checks["anc_enough"]) == (False, False, True)
    with pytest.raises(ReasonNeeded, match="79"):
        plan_treatment(treated, clinician)
    assert plan_treatment(treated, clinician, reason="Stem cells are ready.").override_reason == "Stem cells are ready."


@pytest.mark.parametrize(("day", "expected"), [(date(2024, 4, 29), False), (date(2024, 4, 30), True)])
def test_89_days_are_asked_about_and_90_pass(treated, day, expected):
    assert met(treated.patient, day)["interval"] is expected


def test_no_interval_within_a_tandem_course(treated):
    assert met(treated.patient, date(2024, 2, 14))["interval"] is False
    assert met(treated.patient, date(2024, 2, 14), tandem_with=treated.treatment)["interval"] is True


def test_checks_are_shown_on_the_page_while_the_day_is_entered_and_in_the_api(client, treated, clinician):
    with time_machine.travel(noon(TODAY)):
        client.force_login(clinician)
        address = reverse("labs:planned_treatment", args=[treated.patient_id])
        part = {"hx-request": "true"}
        form = {"started_on": "2024-04-29", "state": "planned", "kind": "therapeutic"}
        shown = client.get(address, form, headers=part).content.decode()
        given = client.get(address, form | {"state": "given"}, headers=part).content.decode()
        planned = plan_treatment(treated, clinician)
        looked_at = client.get(address, {"treatment": planned.pk}).content.decode()
        api = ApiClient(clinician).get(f"patients/{treated.patient_id}/planned-treatment?on=2024-04-29").json()

    assert ("89 days" in shown, "<html" in shown, given) == (True, False, "")
    assert "Planned for Mon 10 Jun 2024" in looked_at
    assert (api[0]["key"], api[0]["met"]) == ("interval", False)
