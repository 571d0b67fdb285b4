from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from patients.models import Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import book_visits, record_treatment
from schedules.plans.planning import PlanChoices
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled, visit_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
PLAN = {"imaging_interval": "6", "annual_interval": "12", "late_imaging_interval": "12"}
GIVEN = PLAN | {
    "state": "given",
    "kind": "therapeutic",
    "started_on": "2026-11-01",
    "activity": "7.4",
    "activity_unit": "GBq",
    "product": "iobenguane I-131 (131I-MIBG)",
}


@pytest.fixture
def clinician(client, time_machine):
    time_machine.move_to("2026-11-20 12:00 +0000", tick=False)
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


@pytest.fixture
def plan(clinician):
    return enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=date(2026, 2, 1), today=TODAY)


@pytest.fixture
def planned(clinician, plan):
    return record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(date(2026, 12, 1), state="planned"),
        choices=PlanChoices(),
        by=clinician.staff,
        today=TODAY,
    )


def post(client, name, pk, data):
    return client.post(reverse(f"schedules:{name}", args=[pk]), data)


def state(row):
    row.refresh_from_db()
    return row.state


def test_preview_of_a_further_treatment_lists_what_it_replaces_and_saves_nothing(client, clinician, plan):
    booked = visit_of(plan, "M10")
    book_visits(visits=[booked], on=date(2026, 12, 1), by=clinician.staff, today=TODAY)

    seen = post(client, "add_treatment", plan.patient.pk, GIVEN | {"step": "preview"}).context["preview"]

    assert (seen.stored, len(seen.superseded)) == (47, plan.visits.filter(target__gte=date(2026, 11, 1)).count())
    assert [row.visit.timepoint for row in seen.superseded if row.visit.appointment] == ["M10"]
    assert (Treatment.objects.count(), plan.visits.filter(status="superseded").count()) == (1, 0)


def test_preview_of_a_further_treatment_says_what_could_be_carried_to_it(client, clinician, plan):
    seen = post(client, "add_treatment", plan.patient.pk, GIVEN | {"step": "preview"})

    assert (
        seen.context["preview"].left[0].startswith("Chemistry, Thyroid function of Month 2, plan from Sun 1 Feb 2026")
    )
    assert seen.context["preview"].left[0] in seen.content.decode()


def test_further_treatment_is_saved_and_its_plan_is_current(client, clinician, plan):
    response = post(client, "add_treatment", plan.patient.pk, GIVEN | {"step": "save"})

    assert response.url == reverse("schedules:patient", args=[plan.patient.pk])
    current = plan.patient.plans.get(is_current=True)
    assert (current.anchor, current.treatment.number) == (date(2026, 11, 1), 2)


def test_dosimetric_treatment_is_saved_without_a_plan(client, clinician, plan):
    dosimetric = GIVEN | {"kind": "dosimetric", "activity": "185", "activity_unit": "MBq"}

    seen = post(client, "add_treatment", plan.patient.pk, dosimetric | {"step": "preview"}).context["preview"]
    post(client, "add_treatment", plan.patient.pk, dosimetric | {"step": "save"})

    assert (seen.plan, list(seen.superseded)) == (None, [])
    assert plan.patient.treatments.get(kind="dosimetric").activity_mbq == 185


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"started_on": "2026-11-21"}, "started_on"),
        ({"started_on": "2026-02-01"}, "started_on"),
        ({"started_on": "2026-04-30"}, "override_reason"),
        ({"product": "GliaSite"}, "product"),
        ({"activity_unit": "Ci"}, "activity_unit"),
    ],
)
def test_refusal_of_a_treatment_stands_at_its_field(client, clinician, plan, changed, field):
    response = post(client, "add_treatment", plan.patient.pk, GIVEN | changed | {"step": "save"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Treatment.objects.count() == 1


def test_planned_treatment_is_confirmed_as_given_on_its_real_date(client, clinician, plan, planned):
    page = client.get(reverse("schedules:confirm_treatment", args=[planned.pk]))
    given = PLAN | {"started_on": "2026-11-19", "activity": "200", "activity_unit": "mCi", "weight_kg": "60"}

    preview = post(client, "confirm_treatment", planned.pk, given | {"step": "preview"}).context["preview"]
    assert state(planned) == "planned"
    post(client, "confirm_treatment", planned.pk, given | {"step": "save"})

    assert page.status_code == 200
    assert preview.stored == 47
    assert (state(planned), planned.started_on, planned.activity_mbq) == ("given", date(2026, 11, 19), 7400)
    assert plan.patient.plans.get(is_current=True).treatment == planned


def test_correction_keeps_the_date_and_needs_a_reason(client, clinician, plan):
    corrected = {"activity": "40", "activity_unit": "GBq", "weight_kg": "70.5", "product": "iobenguane I-131"}

    refused = post(client, "correct_treatment", plan.treatment.pk, corrected)
    post(client, "correct_treatment", plan.treatment.pk, corrected | {"override_reason": "Report was misread"})

    assert list(refused.context["form"].errors) == ["override_reason"]
    plan.treatment.refresh_from_db()
    assert (plan.treatment.activity_mbq, str(plan.treatment.weight_kg)) == (40000, "70.50")
    assert plan.treatment.started_on == date(2026, 2, 1)


def test_correction_shows_the_activity_as_a_plain_number_of_gbq(client, clinician, plan):
    Treatment.objects.update(activity_mbq=40000)

    form = client.get(reverse("schedules:correct_treatment", args=[plan.treatment.pk])).context["form"]

    assert form["activity"].value() == "40"


def test_treatment_entered_in_error_says_what_it_cancels_and_is_undone(client, clinician, plan):
    count = plan.visits.filter(status="planned").count()

    refused = post(client, "withdraw_treatment", plan.treatment.pk, {"reason": ""})
    seen = post(client, "withdraw_treatment", plan.treatment.pk, {"reason": "Wrong patient"})
    assert state(plan.treatment) == "given"
    assert [(each.what.value, each.number) for each in seen.context["difference"].counts] == [("Falls away", count)]
    save = {"reason": "Wrong patient", "step": "save", "seen": seen.context["difference"].fingerprint}
    post(client, "withdraw_treatment", plan.treatment.pk, save)

    assert list(refused.context["form"].errors) == ["reason"]
    assert (state(plan.treatment), plan.visits.filter(status="cancelled").count()) == ("withdrawn", count)
    post(client, "undo", plan.patient.events.latest("at").pk, {})
    assert (state(plan.treatment), plan.visits.filter(status="planned").count()) == ("given", count)


def test_recovery_is_recorded_by_clinicians_only(client, clinician, plan):
    post(client, "recovery", plan.pk, {"recovered_on": "2026-04-01"})
    coordinator = MembershipFactory(clinic=clinician.clinic, role=Role.COORDINATOR)
    client.force_login(coordinator.staff)

    refused = post(client, "recovery", plan.pk, {"recovered_on": "2026-05-01"})

    plan.refresh_from_db()
    assert (refused.status_code, plan.counts_recovered_on) == (403, date(2026, 4, 1))


@pytest.mark.parametrize("day", ["2026-01-31", "2026-11-21", "01/04/2026"])
def test_recovery_before_the_infusion_or_in_the_future_is_refused_at_its_field(client, clinician, plan, day):
    response = post(client, "recovery", plan.pk, {"recovered_on": day})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["recovered_on"])


def test_patient_entered_in_error_is_closed_and_reopened_by_undoing(client, clinician, plan):
    post(client, "withdraw_patient", plan.patient.pk, {"reason": "Test entry"})
    closed = Patient.objects.get().status

    post(client, "undo", plan.patient.events.latest("at").pk, {})

    assert (closed, Patient.objects.get().status) == ("entered_in_error", "active")


def test_merge_compares_both_records_and_keeps_the_chosen_one(client, clinician, plan):
    other = PatientFactory(clinic=clinician.clinic, mrn="X9")
    url = reverse("schedules:merge", args=[plan.patient.pk])

    both = client.get(url, {"mrn": "x9"}).context["both"]
    client.post(url, {"mrn": "X9", "into": str(other.pk), "reason": "Registered twice"})

    assert [record for record, _ in both] == [plan.patient, other]
    plan.patient.refresh_from_db()
    assert (plan.patient.status, plan.patient.merged_into) == ("merged", other)
    assert other.plans.get() == plan


@pytest.mark.parametrize("mrn", ["nobody", "FOREIGN", "own"])
def test_merge_with_a_record_that_is_not_there_says_so_at_the_mrn(client, clinician, plan, mrn):
    PatientFactory(clinic=ClinicFactory(), mrn="FOREIGN")
    asked = plan.patient.mrn if mrn == "own" else mrn

    response = client.get(reverse("schedules:merge", args=[plan.patient.pk]), {"mrn": asked})

    assert response.context["form"].errors == {"mrn": ["No other open record of this clinic has this MRN."]}


def test_merge_without_a_reason_is_refused_at_its_field(client, clinician, plan):
    other = PatientFactory(clinic=clinician.clinic, mrn="X9")

    response = post(client, "merge", plan.patient.pk, {"mrn": "X9", "into": str(other.pk), "reason": ""})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["reason"])


PAGES = [
    ("add_treatment", "patient"),
    ("merge", "patient"),
    ("withdraw_patient", "patient"),
    ("confirm_treatment", "treatment"),
    ("correct_treatment", "treatment"),
    ("withdraw_treatment", "treatment"),
    ("recovery", "plan"),
]


@pytest.mark.parametrize(("name", "of"), PAGES)
@pytest.mark.parametrize(("role", "elsewhere", "status"), [(Role.AUDITOR, False, 403), (Role.CLINICIAN, True, 404)])
def test_auditor_cannot_write_and_a_foreign_row_is_404(client, clinician, plan, name, of, role, elsewhere, status):
    pk = plan.pk if of == "plan" else getattr(plan, of).pk
    clinic = ClinicFactory() if elsewhere else clinician.clinic
    client.force_login(MembershipFactory(clinic=clinic, role=role).staff)

    assert post(client, name, pk, {}).status_code == status
