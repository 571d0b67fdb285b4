"""What was computed when an assessment was signed, as far as it may be seen: scans may be read blind since."""

from collections.abc import Mapping, Set
from typing import Any

from accounts.models import Staff
from imaging.models import ResponseAssessment, ScoreReading
from imaging.scoring.blinding import is_hidden, with_readers

HIDDEN = "Hidden until the second reading."
NUMBERS = ("total", "bone", "relative", "of_bone")


def signed_for(assessment: ResponseAssessment, viewer: Staff | None) -> Mapping[str, Any]:
    """Return what is kept with a signature, without what stands on a reading that is kept from `viewer`.

    `viewer` None is paper, which anybody may come to see. INRC stands on the scores, and is hidden with any of them.
    """
    signed: Mapping[str, Any] = assessment.proposal
    hidden = hidden_scores(assessment, viewer) if signed.get("mibg") else frozenset()
    kept = [each for each in signed.get("mibg", ()) if stands_on(each, hidden)]
    if not kept:
        return signed
    blank = dict.fromkeys(NUMBERS) | {"sentence": HIDDEN}
    return {
        **signed,
        "mibg": [each | blank if each in kept else each for each in signed["mibg"]],
        "uptake": None,
        "inrc": signed["inrc"] and {"response": None, "sentence": HIDDEN},
    }


def hidden_scores(assessment: ResponseAssessment, viewer: Staff | None) -> Set[tuple[str, str]]:
    """Return by scan and scheme what is kept from `viewer` of the patient's scans up to a time point."""
    rows = ScoreReading.objects.filter(patient=assessment.patient_id, study__imaged_on__lte=assessment.on)
    return {(str(each.study_id), each.scheme) for each in with_readers(rows) if is_hidden(each, viewer)}


def stands_on(finding: Mapping[str, Any], hidden: Set[tuple[str, str]]) -> bool:
    """Say whether a finding tells of a hidden score: of its scan, or of the baseline that was held against.

    One that was signed before it named the two is taken to stand on every scan by its scheme.
    """
    scans = (finding["study"], finding["baseline"]) if "study" in finding else [study for study, _ in hidden]
    return any((scan, finding["scheme"]) in hidden for scan in scans)
