"""What imaging tells the sign-off register: how scans are scored, cut-offs, and what stands behind a response."""

from collections.abc import Iterable, Iterator

from accounts.models import Clinic
from imaging.courses.inrc_rules import THRESHOLDS, rules_of
from imaging.courses.proposing import SOON, WINDOW
from imaging.response.inrc import VERSION as INRC_VERSION
from imaging.response.inrc import InrcRules, SourcedNumber
from imaging.scoring.schemes import SCHEMES, cut_offs_shown, line_of, policy_of
from schedules.sign_offs import Setting

GROUP = "Scores of scans"
COURSES = "Response to treatment"


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
    yield Setting(
        "imaging.pet_offered",
        COURSES,
        "When a PET with another tracer is offered",
        "The questions: PROTOCOL.md 14. The days: an example.",
        f"Lesions new, back or grown without MIBG uptake; MIBG better while CT or MRI, markers or symptoms are worse. "
        f"Around {SOON.days} days later, {WINDOW} days on either side.",
    )
    rules = rules_of(policy)
    yield Setting(
        "imaging.uptake",
        COURSES,
        "What an MIBG score says of the tumour as a whole",
        "Ours, unverified: the thresholds of bone by INRC taken for the whole scan",
        f"Relative score of at least {rules.bone_progression_least.value}, or a new site: more uptake. At most "
        f"{rules.bone_response_most.value}: less. 0: none left. Between them: unchanged.",
    )
    yield Setting(
        "imaging.inrc",
        COURSES,
        f"INRC {INRC_VERSION}: thresholds",
        rules.words_source,
        "\n".join(threshold_lines(rules)),
    )


def threshold_lines(rules: InrcRules) -> Iterator[str]:
    """Yield each threshold with whether it was read in the paper, then whether the rules in words were."""
    for name, (title, unit, _) in THRESHOLDS.items():
        number: SourcedNumber = getattr(rules, name)
        doubt = "" if number.verified else f" (not verified: {number.source})"
        yield f"{title} {number.value}{f' {unit}' if unit else ''}{doubt}"
    yield f"The rules in words: {'read in the paper' if rules.words_verified else 'not verified'}"
