"""The laboratory of the campaign would notice what is lost, not graded, not told, or told twice."""

from random import Random

import pytest

from labs.models import Alert, LabGrade, LabResult
from tests.faults.clients import make_people
from tests.faults.laboratory import Laboratory

pytestmark = pytest.mark.django_db


@pytest.fixture
def laboratory() -> Laboratory:
    """A laboratory that has sent results, critical ones among them."""
    laboratory = Laboratory(make_people().clinic, Random(1))
    laboratory.open()
    for _ in range(6):
        laboratory.send()
    return laboratory


def test_product_comes_through(laboratory):
    assert list(laboratory.violations()) == []
    assert len(laboratory.acknowledged) == 6
    assert Alert.objects.filter(tier="immediate").exists()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda: LabResult.objects.filter(accession="fault-0", analyte="hgb").delete(), "fault-0: stored as"),
        (lambda: LabResult.objects.filter(accession="fault-3").update(accession="other"), "fault-3: stored as"),
        (lambda: LabGrade.objects.filter(result__accession="fault-2").delete(), "fault-2: platelets is stored without"),
        (lambda: Alert.objects.update(state="resolved", resolved_at="2025-01-01T00:00Z"), "0 immediate alerts, 1 to"),
        (lambda: Alert.objects.update(tier="same_day"), "0 immediate alerts, 1 to be there"),
    ],
)
def test_what_does_not_hold_is_noticed(laboratory, harm, said):
    LabGrade.objects.filter(result__accession="fault-0").delete()  # without it the result can be deleted
    before = set(laboratory.violations())
    harm()
    assert any(said in each for each in set(laboratory.violations()) - before)


def test_specimen_sent_twice_is_stored_once(laboratory):
    again = laboratory.sent[0]
    laboratory._store(again)
    assert list(laboratory.violations()) == []
