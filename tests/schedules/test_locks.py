"""Whoever changes something about a patient locks the patient before any other row: nobody waits in a circle."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules import actions
from tests.api.conftest import ApiClient
from tests.factories import visit_of

TODAY = date(2024, 2, 8)


def locked_first(queries: CaptureQueriesContext) -> list[str]:
    """Return the tables of the rows that were locked, in order."""
    locks = [query["sql"] for query in queries if " FOR UPDATE" in query["sql"] or " FOR NO KEY UPDATE" in query["sql"]]
    return [sql.split(' FROM "')[1].split('"')[0] for sql in locks]


CHANGES = {
    "recorded": lambda plan, by: actions.record_visit(
        visit=visit_of(plan, "W1"), occurred_on=date(2024, 2, 7), outcomes={"cbc": "done"}, by=by, today=TODAY
    ),
    "unscheduled": lambda plan, by: actions.record_unscheduled_visit(
        patient=plan.patient, occurred_on=TODAY, outcomes={"cbc": "done"}, by=by, today=TODAY
    ),
    "missed": lambda plan, by: actions.mark_missed(
        visit=visit_of(plan, "W1"), reason="Ill", next_step="", by=by, today=TODAY
    ),
    "not applicable": lambda plan, by: actions.mark_not_applicable(visit=visit_of(plan, "W1"), reason="No", by=by),
    "recovered": lambda plan, by: actions.record_count_recovery(plan=plan, recovered_on=TODAY, by=by, today=TODAY),
}


@pytest.mark.parametrize("change", CHANGES)
def test_patient_is_locked_first(plan, clinician, change):
    with CaptureQueriesContext(connection) as queries:
        CHANGES[change](plan, clinician)

    assert locked_first(queries)[0] == "patients_patient"


def test_api_locks_the_patient_before_the_row_it_names(plan, clinician):
    api = ApiClient(clinician)

    with CaptureQueriesContext(connection) as queries:
        answer = api.post(f"visits/{visit_of(plan, 'W1').pk}/not-applicable", {"reason": "No"})

    assert answer.status_code == 200
    assert locked_first(queries)[0] == "patients_patient"
