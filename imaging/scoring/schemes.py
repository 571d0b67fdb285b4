"""The schemes a clinic scores by, and the published cut-offs it shows."""

from collections.abc import Iterator, Mapping

from accounts.models import Clinic
from imaging.models import ImagingPolicy
from imaging.response.curie import CURIE
from imaging.response.scores import CutOff, Scheme
from imaging.response.siopen import SIOPEN

SCHEMES: Mapping[str, Scheme] = {str(scheme.kind): scheme for scheme in (CURIE, SIOPEN)}


def policy_of(clinic: Clinic) -> ImagingPolicy:
    """Return how the clinic scores; a policy that was never changed is the default, not stored."""
    return ImagingPolicy.objects.filter(clinic=clinic).first() or ImagingPolicy(clinic=clinic)


def cut_off_key(scheme: Scheme, cut_off: CutOff) -> str:
    """Return what names a cut-off among those of all schemes: "Curie.induction_2"."""
    return f"{scheme.kind}.{cut_off.key}"


def cut_offs_shown(scheme: Scheme, policy: ImagingPolicy) -> list[CutOff]:
    """Return the cut-offs of `scheme` the clinic has not hidden."""
    return [each for each in scheme.cut_offs if cut_off_key(scheme, each) not in policy.cut_offs_hidden]


def all_cut_offs() -> Iterator[tuple[str, Scheme, CutOff]]:
    """Yield every cut-off with its key and scheme."""
    for scheme in SCHEMES.values():
        for cut_off in scheme.cut_offs:
            yield cut_off_key(scheme, cut_off), scheme, cut_off


def line_of(cut_off: CutOff) -> str:
    """Return a cut-off with all that limits it, in one line."""
    doubt = "" if cut_off.verified else " Not verified."
    found = f"{cut_off.measure.capitalize()} above {cut_off.above}: {cut_off.meaning} ({cut_off.setting})."
    return f"{found} {cut_off.limits} {cut_off.source}.{doubt}"
