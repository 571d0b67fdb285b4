"""One result: what was reported, how it was read and graded, its versions, and what follows from it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from labs.models import LabGrade, LabResult, QuarantineItem, SpecimenMatch
from labs.readings import name_of, shown_results, supports_of
from labs.settling.charts import policy_of, rules_of
from schedules.views.answers import about

RELATED = ("patient__clinic", "laboratory", "report__received_by", "report__laboratory", "report__attachment")


@require_GET
@requires(May.VIEW)
def result(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one version of a result with everything that is known of it."""
    found: LabResult = visible_or_404(request, LabResult.objects.select_related(*RELATED), pk=pk)
    policy = policy_of(found.patient.clinic)
    versions = LabResult.objects.filter(identity=found.identity).select_related("laboratory")
    itself = LabResult.objects.filter(pk=found.pk)
    (shown,) = shown_results(itself, policy=policy, rules=rules_of(policy), supports=supports_of(found.patient))
    same_report = LabResult.objects.filter(report=found.report_id, is_current=True).exclude(pk=found.pk)
    context = {
        **about(found.patient, request.clinic.local_date(timezone.now())),
        "result": found,
        "shown": shown,
        "name": name_of(found.analyte) if found.analyte else found.name or found.code,
        "grades": LabGrade.objects.filter(result=found).order_by("-ctcae", "term"),
        "versions": versions.order_by("received_at", "id"),
        "inputs": LabResult.objects.filter(pk__in=found.derived_from or ()),
        "derived": LabResult.objects.current().filter(patient=found.patient_id, derived_from__contains=[found.pk]),
        "same_report": same_report.order_by("analyte", "name"),
        "matches": fulfilled_by(found),
        "held_back": QuarantineItem.objects.filter(report=found.report_id),
        "zone": found.patient.clinic.zone,
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "labs/result.html", context)


def fulfilled_by(found: LabResult) -> list[SpecimenMatch]:
    """Return what the specimens of the result's day were matched with, where it belongs to the activity's panel."""
    panels = rules_of(policy_of(found.patient.clinic)).matching.panels
    activities = [activity for activity, sets in panels.items() if any(found.analyte in each for each in sets)]
    matches = SpecimenMatch.objects.filter(
        patient=found.patient_id, specimen_on=found.collected_on, activity__activity__in=activities
    )
    return list(matches.select_related("activity__visit"))
