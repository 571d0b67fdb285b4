"""What the relative scores of MIBG scans say of the tumour as a whole, as a proposal for the clinician who signs."""

from collections.abc import Iterable
from decimal import Decimal

from imaging.response.discordance import Uptake
from imaging.response.scores import RelativeScore

# The one that is taken where scans or schemes say different things, the first of these.
ORDER = (Uptake.WORSE, Uptake.STABLE, Uptake.BETTER, Uptake.COMPLETE, Uptake.NOT_AVID)
# Those a clinician may say without a reason; how much is less is theirs to judge.
LIKE = {Uptake.BETTER: (Uptake.BETTER, Uptake.STABLE), Uptake.STABLE: (Uptake.BETTER, Uptake.STABLE)}


def proposed_uptake(
    relatives: Iterable[RelativeScore], *, new: bool, better_most: Decimal, worse_least: Decimal
) -> Uptake | None:
    """Return what the scores of a time point say against their baseline; None: nothing can be said.

    `new`: a site takes up MIBG that did not at the baseline. Better is a relative score of at most `better_most`, worse
    of at least `worse_least`, both inclusive.
    """
    found = {_uptake(each, better_most, worse_least) for each in relatives} | ({Uptake.WORSE} if new else set())
    return next((each for each in ORDER if each in found), None)


def _uptake(relative: RelativeScore, better_most: Decimal, worse_least: Decimal) -> Uptake:
    if relative.value is None:  # nothing at the baseline
        return Uptake.WORSE if relative.follow_up else Uptake.NOT_AVID
    if not relative.follow_up:
        return Uptake.COMPLETE
    if relative.value >= worse_least:
        return Uptake.WORSE
    return Uptake.BETTER if relative.value <= better_most else Uptake.STABLE


def contradicts(signed: str, proposed: Uptake | None) -> bool:
    """Say whether what is signed of a scan is another thing than its scores say."""
    return proposed is not None and signed not in LIKE.get(proposed, (proposed,))
