"""The rows the pages of scores are about, where the person may see them."""

from uuid import UUID

from django.http import Http404

from accounts.middleware import ClinicRequest
from accounts.permissions import visible_or_404
from imaging.models import ImagingStudy, ScoreReading


def find_study(request: ClinicRequest, pk: UUID) -> ImagingStudy:
    """Return a scan that is scored.

    Raises   Http404: there is none here, or it is of a kind that is not scored.
    """
    rows = ImagingStudy.objects.select_related("patient__clinic", "clinic")
    found: ImagingStudy = visible_or_404(request, rows, pk=pk)
    if not found.facts.scored:
        raise Http404
    return found


def find_reading(request: ClinicRequest, pk: UUID) -> ScoreReading:
    """Return a reading that was not entered in error.

    Raises   Http404: there is none here.
    """
    rows = ScoreReading.objects.filter(withdrawn=False, study__withdrawn=False)
    found: ScoreReading = visible_or_404(
        request, rows.select_related("patient__clinic", "clinic", "study__clinic", "reader"), pk=pk
    )
    return found
