"""Grade one number by CTCAE: its terms in both directions, each with the reason."""

from labs.grading.decide import Decide, decide_by
from labs.grading.observation import GRADED, NOT_GRADABLE, Observation, TermGrade, Wording
from labs.grading.search import Search
from labs.grading.terms import Criteria

__all__ = ["GRADED", "NOT_GRADABLE", "Observation", "TermGrade", "grade"]


def grade(observation: Observation, criteria: Criteria) -> tuple[TermGrade, ...]:
    """Return the grade of `observation` by every term of its analyte; empty when the criteria have none.

    A value equal to a threshold takes the milder grade, but for the few thresholds the guideline includes. Nothing is
    assumed that the observation does not say: a limit that is missing and could change the answer leaves no grade.
    """
    rules = criteria.rules.get((observation.analyte, observation.system))
    if rules is None:
        rules = criteria.rules[observation.analyte, observation.system] = _rules(criteria, observation)
    if observation.comparator:
        return tuple([search(observation) for _, search in rules])
    grades = []
    for decide, search in rules:
        grades.append(decide(observation) or search(observation))
    return tuple(grades)


def _rules(criteria: Criteria, observation: Observation) -> tuple[tuple[Decide, Search], ...]:
    rules = []
    for term in criteria.terms_of(observation.analyte):
        wording = Wording(term, observation.analyte, observation.system)
        decide = decide_by(term, wording)
        rules.append((decide, Search(term, wording, decide)))
    return tuple(rules)
