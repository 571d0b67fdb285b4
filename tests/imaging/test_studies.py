"""Studies: what they stand for in the plan, what is refused, and that undoing is exact."""

from datetime import date
from decimal import Decimal

import pytest

from events.attachments import Attached
from events.models import Event
from events.undo import undo
from imaging.actions.reports import ReportFacts, mark_baseline, record_report
from imaging.actions.studies import (
    StudyFacts,
    change_study,
    link_study,
    record_study,
    release_study,
    withdraw_study,
)
from imaging.models import ImagingStudy
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from patients.actions import PatientFacts, register_patient
from schedules.actions import book_visits, record_visit
from schedules.actions.records import merge_patients
from schedules.models import Appointment, PlannedActivity
from schedules.wording import event_sentence
from tests.factories import noon, visit_of
from tests.imaging.conftest import TODAY
from tests.imaging.courses import baseline_of
from tests.imaging.factories import StudyFactory
from tests.snapshot import stored

pytestmark = pytest.mark.django_db

IN_WINDOW = date(2024, 5, 2)
MIBG = StudyFacts("mibg_planar", IN_WINDOW, injected_on=date(2024, 5, 1), activity_mbq=Decimal(370))
CT = StudyFacts("ct", IN_WINDOW, region="chest and abdomen", slice_mm=Decimal("2.5"))
FINAL = ReportFacts("final", date(2024, 5, 3), "No new lesion.", "Dr Sol")


@pytest.fixture
def visit(plan):
    return visit_of(plan, "M3", "imaging")


@pytest.fixture
def study(patient, clinician):
    return record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)


def scan(visit, name="mibg_scan"):
    return PlannedActivity.objects.get(visit=visit, activity=name)


def last_event():
    return Event.objects.order_by("-at", "-id")[0]


def test_study_in_a_window_fulfils_the_planned_scan(study, visit):
    planned = scan(visit)
    visit.refresh_from_db()
    assert (study.activity_id, planned.status, planned.done_on) == (planned.pk, "done", IN_WINDOW)
    assert visit.status == "planned"  # CT or MRI is still to be done
    assert event_sentence(last_event()) == (
        "Imaging recorded: I-123 MIBG scan, planar, Thu 2 May 2024, for Month 3 imaging"
    )


def test_visit_is_done_with_the_last_of_its_studies(study, patient, visit, clinician):
    record_study(patient=patient, facts=CT, by=clinician, today=TODAY)

    visit.refresh_from_db()
    assert (visit.status, visit.done_on) == ("done", IN_WINDOW)


def test_booking_of_the_day_of_the_images_is_attended(patient, visit, clinician):
    book_visits(visits=[visit], on=date(2024, 5, 2), by=clinician, today=date(2024, 4, 29))

    record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)

    assert Appointment.objects.get().state == "attended"


def test_study_done_elsewhere_says_so_in_the_plan(patient, visit, clinician):
    facts = StudyFacts("mibg_spect_ct", IN_WINDOW, elsewhere=True, place="North clinic")

    record_study(patient=patient, facts=facts, by=clinician, today=TODAY)

    assert scan(visit).status == "done_elsewhere"


@pytest.mark.parametrize("kind", ["post_therapy", "fdg_pet", "ultrasound", "mfbg_pet"])
def test_study_nobody_planned_stands_for_nothing(patient, visit, clinician, kind):
    study = record_study(patient=patient, facts=StudyFacts(kind, IN_WINDOW), by=clinician, today=TODAY)

    assert study.activity is None
    assert scan(visit).status == "planned"


@pytest.mark.parametrize(
    ("day", "stands"), [("2024-04-15", False), ("2024-04-16", True), ("2024-05-14", True), ("2024-05-15", False)]
)
def test_both_ends_of_the_window_belong_to_it(patient, visit, clinician, day, stands):
    facts = StudyFacts("ct", date.fromisoformat(day))

    study = record_study(patient=patient, facts=facts, by=clinician, today=TODAY)

    assert (study.activity is not None) is stands


def test_study_of_what_was_recorded_as_done_stands_for_it(patient, visit, clinician):
    record_visit(visit=visit, occurred_on=date(2024, 4, 30), outcomes={"mibg_scan": "done"}, by=clinician, today=TODAY)

    study = record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)

    planned = scan(visit)
    assert (study.activity_id, planned.done_on) == (planned.pk, date(2024, 4, 30))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (StudyFacts("scintigraphy", IN_WINDOW), "kind"),
        (StudyFacts("ct", date(2024, 5, 21)), "imaged_on"),
        (StudyFacts("ct", date(1961, 3, 2)), "imaged_on"),
        (StudyFacts("ct", IN_WINDOW, injected_on=IN_WINDOW), "injected_on"),
        (StudyFacts("mibg_planar", IN_WINDOW, injected_on=date(2024, 5, 3)), "injected_on"),
        (StudyFacts("mibg_planar", IN_WINDOW, injected_on=date(2024, 4, 21)), "injected_on"),
        (StudyFacts("mibg_planar", IN_WINDOW, activity_mbq=Decimal(50_001)), "activity_mbq"),
        (StudyFacts("mibg_planar", IN_WINDOW, activity_mbq=Decimal(0)), "activity_mbq"),
        (StudyFacts("ct", IN_WINDOW, activity_mbq=Decimal(370)), "activity_mbq"),
        (StudyFacts("ct", IN_WINDOW, slice_mm=Decimal("20.1")), "slice_mm"),
        (StudyFacts("ct", IN_WINDOW, slice_mm=Decimal("1E-20000")), "slice_mm"),
        (StudyFacts("mibg_planar", IN_WINDOW, slice_mm=Decimal(5)), "slice_mm"),
        (StudyFacts("ct", IN_WINDOW, study_uid="1.2.840.01"), "study_uid"),
        (StudyFacts("ct", IN_WINDOW, study_uid="1.2.x"), "study_uid"),
        (StudyFacts("ct", IN_WINDOW, study_uid="1." + "2" * 63), "study_uid"),
    ],
)
def test_study_that_cannot_be_is_refused_at_its_field(patient, clinician, facts, field):
    with pytest.raises(InputRefused) as refused:
        record_study(patient=patient, facts=facts, by=clinician, today=TODAY)

    assert refused.value.field == field
    assert not ImagingStudy.objects.exists()


def test_same_study_is_recorded_once(study, patient, clinician):
    with pytest.raises(InputRefused, match="recorded already"):
        record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)


def test_study_uid_is_one_patients(patient, clinician):
    other = StudyFactory(patient__clinic=patient.clinic, study_uid="1.2.840.1")

    with pytest.raises(InputRefused) as refused:
        record_study(
            patient=patient,
            facts=StudyFacts("ct", IN_WINDOW, study_uid=other.study_uid),
            by=clinician,
            today=TODAY,
        )

    assert refused.value.field == "study_uid"


def test_another_day_moves_what_it_stands_for(study, visit, clinician):
    change_study(study=study, fields=LATER, reason="Typed wrongly.", by=clinician, today=TODAY)

    study.refresh_from_db()
    assert (study.activity, scan(visit).status, scan(visit).done_on) == (None, "planned", None)


def test_another_day_needs_a_reason_and_a_region_none(study, clinician):
    with pytest.raises(ReasonNeeded):
        change_study(study=study, fields={"imaged_on": date(2024, 5, 3)}, reason="", by=clinician, today=TODAY)

    changed = change_study(study=study, fields={"region": "whole body"}, reason="", by=clinician, today=TODAY)

    assert changed.region == "whole body"


def test_study_entered_in_error_opens_the_planned_scan_again(study, visit, clinician):
    withdraw_study(study=study, reason="Another patient's.", by=clinician)

    assert (scan(visit).status, scan(visit).done_on) == ("planned", None)
    with pytest.raises(TransitionRefused, match="entered in error"):
        withdraw_study(study=study, reason="Once more.", by=clinician)


def test_planned_scan_stays_done_while_another_study_stands_for_it(patient, visit, clinician):
    first = record_study(patient=patient, facts=CT, by=clinician, today=TODAY)
    record_study(patient=patient, facts=StudyFacts("mri", IN_WINDOW), by=clinician, today=TODAY)

    withdraw_study(study=first, reason="Never done.", by=clinician)

    assert scan(visit, "anatomical_imaging").status == "done"


def test_study_of_another_time_stands_for_a_planned_scan_by_a_persons_word(patient, visit, clinician):
    facts = StudyFacts("mibg_planar", date(2024, 5, 18))
    study = record_study(patient=patient, facts=facts, by=clinician, today=TODAY)
    with pytest.raises(ReasonNeeded, match="outside the window"):
        link_study(study=study, activity=scan(visit), reason="", by=clinician)

    link_study(study=study, activity=scan(visit), reason="Camera out of order.", by=clinician)

    assert (scan(visit).status, scan(visit).done_on) == ("done", date(2024, 5, 18))


def test_study_of_another_kind_cannot_stand_for_it(patient, visit, clinician):
    study = record_study(patient=patient, facts=CT, by=clinician, today=TODAY)

    with pytest.raises(InputRefused, match="cannot stand for this"):
        link_study(study=study, activity=scan(visit), reason="Whatever.", by=clinician)


def test_released_study_stays_and_the_scan_is_open_again(study, visit, clinician):
    release_study(study=study, reason="Not of diagnostic quality.", by=clinician)

    study.refresh_from_db()
    assert (study.activity, study.withdrawn, scan(visit).status) == (None, False, "planned")
    assert event_sentence(last_event()).startswith("Imaging stands for Month 3 imaging no longer")


def test_report_comes_as_text_or_file(study, clinician):
    with pytest.raises(InputRefused, match="Write or paste the report"):
        record_report(study=study, facts=ReportFacts("final", IN_WINDOW), by=clinician, today=TODAY)

    pdf = Attached("scan.pdf", b"%PDF-1.7 synthetic")
    reported = record_report(
        study=study, facts=ReportFacts("final", IN_WINDOW), attached=pdf, by=clinician, today=TODAY
    )

    assert (reported.report_status, reported.report_file.content_type) == ("final", "application/pdf")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (ReportFacts("draft", IN_WINDOW, "x"), "status"),
        (ReportFacts("final", date(2024, 5, 1), "x"), "reported_on"),
        (ReportFacts("final", date(2024, 5, 21), "x"), "reported_on"),
    ],
)
def test_report_that_cannot_be_is_refused_at_its_field(study, clinician, facts, field):
    with pytest.raises(InputRefused) as refused:
        record_report(study=study, facts=facts, by=clinician, today=TODAY)

    assert refused.value.field == field


def test_final_report_changes_with_a_reason_only(study, clinician):
    record_report(study=study, facts=FINAL, by=clinician, today=TODAY)
    amended = ReportFacts("final", date(2024, 5, 4), "One new lesion.", "Dr Sol")
    with pytest.raises(ReasonNeeded):
        record_report(study=study, facts=amended, by=clinician, today=TODAY)

    record_report(study=study, facts=amended, reason="Second look.", by=clinician, today=TODAY)

    assert last_event().kind == "study.report_amended"


def test_preliminary_report_is_still_awaited(study, clinician):
    record_report(study=study, facts=ReportFacts("preliminary", IN_WINDOW, "Looks better."), by=clinician, today=TODAY)

    assert list(ImagingStudy.objects.unreported()) == [study]


LATER = {"imaged_on": date(2024, 5, 16), "injected_on": date(2024, 5, 15)}
WITHIN = {"imaged_on": date(2024, 5, 3)}
CHANGES = {
    "study.changed within the window": lambda s, by: change_study(
        study=s, fields=WITHIN, reason="Typo.", by=by, today=TODAY
    ),
    "study.changed": lambda s, by: change_study(study=s, fields=LATER, reason="Typo.", by=by, today=TODAY),
    "study.withdrawn": lambda s, by: withdraw_study(study=s, reason="Typo.", by=by),
    "study.released": lambda s, by: release_study(study=s, reason="Typo.", by=by),
    "study.linked": lambda s, by: link_study(
        study=s, activity=scan(visit_of(s.activity.visit.plan, "M9", "imaging")), reason="Early.", by=by
    ),
    "study.reported": lambda s, by: record_report(study=s, facts=FINAL, by=by, today=TODAY),
    "study.made_baseline": lambda s, by: mark_baseline(study=s, is_baseline=True, by=by),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_undoing_puts_everything_back(study, clinician, kind):
    before = stored()
    CHANGES[kind](study, clinician)
    event = last_event()
    assert event.kind == kind.split()[0]

    undo(event=event, by=clinician, now=noon(TODAY))

    assert stored() == before


def test_undoing_a_recorded_study_opens_the_scan_again(study, visit, clinician):
    undo(event=last_event(), by=clinician, now=noon(TODAY))

    study.refresh_from_db()
    assert (study.withdrawn, study.activity, scan(visit).status) == (True, None, "planned")


def test_studies_go_with_a_merged_patient(study, patient, member, clinician):
    facts = PatientFacts(
        mrn="X1", given_name="Ana", family_name="Prueba", birth_date=date(1961, 3, 3), sex="female",
        indication="pheochromocytoma",
    )  # fmt: skip
    into = register_patient(clinic=member.clinic, facts=facts, by=clinician, today=TODAY)

    merge_patients(duplicate=patient, into=into, reason="Entered twice.", by=clinician, today=TODAY)

    study.refresh_from_db()
    assert study.patient == into


def test_what_was_recorded_of_that_day_comes_before_an_open_window(plan, patient, visit, clinician):
    late = visit_of(plan, "M9", "imaging")
    record_visit(
        visit=late,
        occurred_on=IN_WINDOW,
        outcomes={"mibg_scan": "done"},
        timing_reason="clinical",
        by=clinician,
        today=TODAY,
    )

    study = record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)

    assert (study.activity.visit, scan(visit).status) == (late, "planned")


def test_study_that_was_assessed_keeps_its_day_and_stands(patient, clinician):
    baseline_of(patient, by=clinician)
    study = ImagingStudy.objects.get()

    with pytest.raises(TransitionRefused, match="assessed as it is"):
        withdraw_study(study=study, reason="Another patient's.", by=clinician)
    with pytest.raises(TransitionRefused, match="assessed as it is"):
        change_study(study=study, fields={"imaged_on": IN_WINDOW}, reason="Typo.", by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="assessed as it is"):
        undo(event=Event.objects.get(kind="study.recorded"), by=clinician, now=noon(TODAY))
    assert change_study(study=study, fields={"region": "chest"}, reason="", by=clinician, today=TODAY).region == "chest"


def test_planned_scan_goes_on_as_the_study_that_is_left_says(patient, visit, clinician):
    first = record_study(patient=patient, facts=CT, by=clinician, today=TODAY)
    later = StudyFacts("mri", date(2024, 5, 10), elsewhere=True)
    record_study(patient=patient, facts=later, by=clinician, today=TODAY)

    withdraw_study(study=first, reason="Never done.", by=clinician)

    planned = scan(visit, "anatomical_imaging")
    assert (planned.status, planned.done_on) == ("done_elsewhere", date(2024, 5, 10))


def test_booking_waits_again_when_the_study_was_another_patients(patient, visit, clinician):
    book_visits(visits=[visit], on=date(2024, 5, 2), by=clinician, today=date(2024, 4, 29))
    study = record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)

    withdraw_study(study=study, reason="Another patient's.", by=clinician)

    assert Appointment.objects.get().state == "booked"


def test_booking_at_which_something_else_was_done_stays_attended(patient, visit, clinician):
    book_visits(visits=[visit], on=date(2024, 5, 2), by=clinician, today=date(2024, 4, 29))
    study = record_study(patient=patient, facts=MIBG, by=clinician, today=TODAY)
    record_study(patient=patient, facts=CT, by=clinician, today=TODAY)

    withdraw_study(study=study, reason="Another patient's.", by=clinician)

    assert Appointment.objects.get().state == "attended"


def test_done_elsewhere_changes_how_it_was_done_and_not_what_for(plan, patient, visit, clinician):
    outside = StudyFacts("mibg_planar", date(2024, 5, 18))
    study = record_study(patient=patient, facts=outside, by=clinician, today=TODAY)
    link_study(study=study, activity=scan(visit), reason="Camera out of order.", by=clinician)

    change_study(study=study, fields={"elsewhere": True}, reason="", by=clinician, today=TODAY)

    study.refresh_from_db()
    assert (study.activity_id, scan(visit).status) == (scan(visit).pk, "done_elsewhere")
