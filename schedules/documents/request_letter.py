"""The request letter: what an outside laboratory is asked to do at one timepoint, and whom it calls."""

from datetime import date

from accounts.models import Staff
from iotrex_followup.documents import render_pdf
from iotrex_followup.errors import TransitionRefused
from patients.models import Patient
from schedules.documents.source import approval_of, in_order
from schedules.models import PlannedActivity, PlannedVisit
from schedules.names import timepoint_name
from schedules.protocol import SPECIMENS

# What a request names beyond the protocol's own words, so that no laboratory has to guess.
COMPONENTS = {
    "cbc": "Hemoglobin, hematocrit, red cells, white cells, platelets; differential as absolute counts: neutrophils, "
    "lymphocytes, monocytes, eosinophils, basophils, and immature cells where present",
    "chemistry": "Creatinine, urea (BUN), ALT, AST, total bilirubin",
    "thyroid": "TSH and free T4, both also when TSH is normal",
    "metanephrines": "Free plasma metanephrine and normetanephrine, or both fractionated in 24 h urine; "
    "3-methoxytyramine where available",
    "chromogranin_a": "Serum chromogranin A; name the assay",
    "hva_vma": "Homovanillic and vanillylmandelic acid in urine, per creatinine",
    "5_hiaa": "5-hydroxyindoleacetic acid in 24 h urine",
    "calcitonin_cea": "Calcitonin and carcinoembryonic antigen",
}


def request_letter_pdf(visit: PlannedVisit, *, by: Staff, today: date) -> bytes:
    """Return the letter that asks for the specimens of `visit` which are not drawn yet, prepared by `by`.

    `visit` needs its plan (with treatment and protocol) and its patient (with clinic) loaded.

    Raises   TransitionRefused: nothing is left to draw.
    """
    return render_pdf("documents/request_letter.html", content(visit, by, today), paper=visit.patient.clinic.paper)


def next_blood_count(patient: Patient, *, today: date) -> PlannedVisit:
    """Return the patient's next open visit with a blood count: the first whose window has not closed, else the last.

    Raises   TransitionRefused: none is open.
    """
    to_draw = PlannedActivity.objects.filter(visit__patient=patient, activity="cbc", status="planned")
    counts = PlannedVisit.objects.open().filter(patient=patient, pk__in=to_draw.values("visit"))
    ahead = counts.filter(closes__gte=today).order_by("target").first()
    found = ahead or counts.order_by("-target").first()
    if found is None:
        raise TransitionRefused("No blood count is left to be drawn.")
    return found


def content(visit: PlannedVisit, by: Staff, today: date) -> dict[str, object]:
    """Return what the template of the request letter shows."""
    names = visit.plan.protocol.definition.activities
    tests = in_order(a.activity for a in visit.activities.filter(status="planned") if a.activity in SPECIMENS)
    if visit.status != PlannedVisit.Status.PLANNED or not tests:
        raise TransitionRefused(f"{timepoint_name(visit.timepoint, visit.kind)} has no specimen left to draw.")
    precautions = visit.plan.treatment.radiation_precautions_until
    return {
        "clinic": visit.patient.clinic,
        "patient": visit.patient,
        "visit": visit,
        "timepoint": timepoint_name(visit.timepoint),
        "plan": visit.plan,
        "protocol": visit.plan.protocol,
        "approval": approval_of(visit.plan),
        "tests": [(names[test], COMPONENTS.get(test, "")) for test in tests],
        "counts": "cbc" in tests,
        "closed": visit.closes < today,
        "precautions": precautions if precautions and precautions >= today else None,
        "prepared_by": by,
        "today": today,
    }
