"""The worklist of imaging: what waits, in which group, and that it costs the same for many rows as for one."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from imaging.actions.assessments import open_assessment
from imaging.actions.reports import ReportFacts, record_report
from imaging.actions.studies import StudyFacts, record_study
from imaging.models import ImagingStudy
from imaging.pages import worklist as lists
from imaging.pages.worklist import GROUPS
from schedules.actions import record_visit
from tests.factories import MembershipFactory, PatientFactory, enrolled, visit_of
from tests.imaging.conftest import TODAY
from tests.imaging.courses import baseline_of, sign
from tests.imaging.factories import StudyFactory

pytestmark = pytest.mark.django_db


def found(clinic, today=TODAY, **chosen):
    """What stands in each group: visits by timepoint, studies by kind."""
    shown = {}
    for group in lists.groups(clinic, today, **chosen):
        rows = [
            row.study.kind if row.study else f"{row.visit.timepoint} {','.join(row.activities)}" for row in group.rows
        ]
        if rows:
            shown[group.key] = rows
    return shown


def test_scan_is_due_before_its_window_closes_and_overdue_after(plan):
    both = "M3 anatomical_imaging,mibg_scan"

    assert found(plan.clinic, date(2024, 4, 1)) == {}
    assert found(plan.clinic, date(2024, 4, 2)) == {"due": [both]}
    assert found(plan.clinic, date(2024, 5, 14)) == {"due": [both]}
    assert found(plan.clinic, date(2024, 5, 15)) == {"overdue": [both]}


def test_scan_done_without_a_study_waits_for_one(plan, patient, clinician):
    visit = visit_of(plan, "M3", "imaging")
    record_visit(visit=visit, occurred_on=date(2024, 5, 2), outcomes={"mibg_scan": "done"}, by=clinician, today=TODAY)

    assert found(plan.clinic) == {"overdue": ["M3 anatomical_imaging"], "unrecorded": ["M3 mibg_scan"]}
    record_study(patient=patient, facts=StudyFacts("mibg_planar", date(2024, 5, 2)), by=clinician, today=TODAY)
    assert found(plan.clinic) == {"overdue": ["M3 anatomical_imaging"], "unreported": ["mibg_planar"]}


def test_study_waits_for_its_final_report_then_for_a_signature(patient, clinician):
    study = StudyFactory(patient=patient, kind="ct")
    preliminary = ReportFacts("preliminary", study.imaged_on, "Better.")
    record_report(study=study, facts=preliminary, by=clinician, today=TODAY)
    assert found(patient.clinic)["unreported"] == ["ct"]

    record_report(study=study, facts=ReportFacts("final", TODAY, "Better."), by=clinician, today=TODAY)
    assert found(patient.clinic)["unassessed"] == ["ct"]

    assessment = open_assessment(patient=patient, studies=[study], is_baseline=True, by=clinician)
    (group,) = (each for each in lists.groups(patient.clinic, TODAY) if each.key == "unassessed")
    assert group.rows[0].draft == assessment
    sign(assessment, by=clinician)
    assert "unassessed" not in found(patient.clinic)


@pytest.mark.parametrize("kind", ["ultrasound", "fdg_pet", "other", "post_therapy"])
def test_kind_that_is_not_assessed_waits_for_its_report_only(patient, kind):
    StudyFactory(patient=patient, kind=kind, report_status="final", reported_on=TODAY)

    assert "unassessed" not in found(patient.clinic)


def test_what_is_entered_in_error_waits_for_nothing(patient):
    StudyFactory(patient=patient, withdrawn=True)
    StudyFactory(patient__clinic=patient.clinic, patient__status="entered_in_error", kind="ct")

    assert found(patient.clinic) == {"overdue": ["M3 anatomical_imaging,mibg_scan"]}


def test_gap_since_each_kind_stands_beside_what_is_due(plan, patient, clinician):
    baseline_of(patient, by=clinician)

    (row,) = lists.groups(plan.clinic, TODAY)[0].rows

    assert row.gaps == [("CT", 121)]


def test_list_is_narrowed_to_a_clinicians_patients(plan, patient, clinician):
    assert found(plan.clinic, clinician=clinician) == {}

    patient.responsible_clinician = clinician
    patient.save()

    assert list(found(plan.clinic, clinician=clinician)) == ["overdue"]


def test_pages_follow_each_other_without_gap_or_double(member):
    days = [TODAY - timedelta(days=n // 3) for n in range(60)]
    for day in days:
        StudyFactory(patient__clinic=member.clinic, imaged_on=day)
    seen, after, pages = [], "", 0
    while after or not pages:
        group = (
            lists.next_page(member.clinic, TODAY, None, group="unreported", after=after)
            if after
            else next(each for each in lists.groups(member.clinic, TODAY) if each.key == "unreported")
        )
        seen += [row.study.pk for row in group.rows]
        after, pages = group.after, pages + 1

    assert (len(seen), len(set(seen)), pages) == (60, 60, 3)


@pytest.mark.parametrize("asked", [{"group": "nothing", "after": "x"}, {"group": "due", "after": "2024"}])
def test_unknown_group_or_key_is_not_found(client, member, asked):
    assert client.get("/imaging/", asked).status_code == 404


def test_page_costs_the_same_for_one_patient_and_for_three(client, member, clinician):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/imaging/").status_code == 200
        return len(captured)

    def patients(number):
        for _ in range(number):
            plan = enrolled(by=clinician, clinic=member.clinic, started_on=date(2024, 1, 31), today=date(2024, 2, 1))
            StudyFactory(patient=plan.patient, kind="ct")
            StudyFactory(patient=plan.patient, kind="mri", report_status="final", reported_on=TODAY)

    patients(1)
    client.get("/imaging/")
    one = queries()
    patients(2)

    assert queries() == one


def test_empty_list_says_so(client, member):
    assert "Nothing waits" in client.get("/imaging/").content.decode()


def test_auditor_sees_the_list_without_its_buttons(client, plan):
    auditor = MembershipFactory(clinic=plan.clinic, role=Role.AUDITOR)
    client.force_login(auditor.staff)

    page = client.get("/imaging/").content.decode()

    assert "Month 3 imaging" in page
    assert "Record imaging" not in page


def test_every_group_reads_its_clinic_only(plan):
    other = PatientFactory()
    StudyFactory(patient=other)
    assert ImagingStudy.objects.count() == 1

    assert found(plan.clinic) == {"overdue": ["M3 anatomical_imaging,mibg_scan"]}
    assert len(GROUPS) == 5
