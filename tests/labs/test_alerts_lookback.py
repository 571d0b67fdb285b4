"""Which patients, grades and alerts a version of a rule touched."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from labs.models import LabGrade
from labs.rules.loader import KINDS
from tests.factories import ClinicFactory, PatientFactory
from tests.labs.factories import AlertFactory, FindingFactory, ResultFactory

pytestmark = pytest.mark.django_db


def lookback(*args):
    out, err = io.StringIO(), io.StringIO()
    call_command("lookback", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def rows(*args):
    return list(csv.DictReader(io.StringIO(lookback(*args)[0])))


def test_lookback_lists_findings_of_that_version_only():
    old = FindingFactory(rule="urgency", rule_version="1.0", holds=False)
    FindingFactory(rule="urgency", rule_version="1.1")
    FindingFactory(rule="thyroid", rule_version="1.0")

    assert rows("urgency@1.0") == [
        {
            "clinic": old.clinic.slug,
            "mrn": old.alert.patient.mrn,
            "patient": str(old.alert.patient_id),
            "result": str(old.result_id),
            "collected_on": "2024-03-06",
            "what": "alert",
            "id": str(old.alert_id),
            "holds": "no",
            "sentence": old.sentence,
        }
    ]


def test_lookback_lists_an_alert_that_rests_on_no_stored_result():
    held = AlertFactory(rule="possible_critical", rule_version="1.0")

    assert [(row["id"], row["result"]) for row in rows("possible_critical@1.0")] == [(str(held.pk), "")]


def graded(edition, **facts):
    result = ResultFactory(**facts)
    return LabGrade.objects.create(
        clinic=result.clinic,
        patient=result.patient,
        result=result,
        ctcae=edition,
        term="Thrombocytopenia",
        direction="low",
        status="graded",
        grade=3,
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [("ctcae@6.0", ["6.0", "6.0 + errata"]), ("ctcae@6.0 + errata", ["6.0 + errata"]), ("ctcae@6", [])],
)
def test_lookback_lists_the_grades_of_a_version_or_of_one_edition(asked, found):
    grades = {str(graded(edition).pk): edition for edition in ("5.0", "6.0", "6.0 + errata")}

    assert [grades[row["id"]] for row in rows(asked)] == found


def test_lookback_is_narrowed_to_a_clinic_and_counts_patients():
    clinic = ClinicFactory()
    patient = PatientFactory(clinic=clinic)
    alert = AlertFactory(patient=patient)
    for _ in range(2):
        FindingFactory(alert=alert)
    FindingFactory()

    out, err = lookback("urgency@1.0", "--clinic", clinic.slug, "--format", "json")

    assert {json.loads(line)["mrn"] for line in out.splitlines()} == {patient.mrn}
    assert err == "urgency@1.0: rows 2, patients 1\n"


def test_lookback_writes_what_looks_like_a_formula_harmlessly():
    FindingFactory(sentence="=1+1")

    assert rows("urgency@1.0")[0]["sentence"] == "'=1+1"


NOT_KEPT = (
    "baseline",
    "derive",
    "earlier",
    "effects",
    "matching",
    "monitoring",
    "nadir",
    "offers",
    "provisional",
    "recovery",
)
KEPT = "ctcae, cytopenia, eligibility, fever, kidney, markers, possible_critical, red_flag, thyroid, urgency"


@pytest.mark.parametrize("rule", NOT_KEPT)
def test_lookback_refuses_a_rule_that_is_not_kept_by_version(rule):
    out = io.StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("lookback", f"{rule}@1.0", stdout=out)

    assert str(refused.value) == (
        f"What the rule {rule} decides is not kept by version, so nothing can be looked up. "
        f"Rules that can be looked up: {KEPT}."
    )
    assert refused.value.returncode == 2
    assert out.getvalue() == ""


@pytest.mark.parametrize("rule", sorted(set(KINDS) - set(NOT_KEPT)))
def test_lookback_answers_for_every_rule_that_is_kept_by_version(rule):
    found = FindingFactory(rule=rule)

    assert [row["id"] for row in rows(f"{rule}@1.0")] == [str(found.alert_id)]


def test_lookback_names_the_rules_it_knows_when_asked_for_another():
    with pytest.raises(CommandError, match=rf"There is no rule magic\. Rules that can be looked up: {KEPT}\."):
        lookback("magic@1.0")


@pytest.mark.parametrize("args", [["urgency"], ["magic@1.0"], ["urgency@1.0", "--clinic", "nowhere"]])
def test_lookback_called_wrongly_ends_with_2(args):
    with pytest.raises(CommandError) as refused:
        lookback(*args)

    assert refused.value.returncode == 2
