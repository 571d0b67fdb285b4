"""What imaging tells the sign-off register: how a clinic's scans are scored, and the cut-offs it shows."""

from collections.abc import Iterable

from accounts.models import Clinic
from imaging.scoring.schemes import SCHEMES, cut_offs_shown, line_of, policy_of
from schedules.sign_offs import Setting

GROUP = "Scores of scans"


def imaging_settings(clinic: Clinic) -> Iterable[Setting]:
    """Tell the scheme and the number of readers, then the cut-offs shown, scheme by scheme."""
    policy = policy_of(clinic)
    readers = "two readers, blinded to each other; a third person adjudicates" if policy.two_readers else "one reader"
    yield Setting("imaging.scoring", GROUP, "Scheme and readers", "The clinic’s choice", f"{policy.scheme}, {readers}.")
    for scheme in SCHEMES.values():
        lines = [line_of(each) for each in cut_offs_shown(scheme, policy)]
        yield Setting(
            f"imaging.cut_offs.{str(scheme.kind).lower()}",
            GROUP,
            f"Cut-offs shown beside a {scheme.kind} score",
            scheme.source,
            "\n".join(lines) or "None shown.",
        )
