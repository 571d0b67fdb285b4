"""How the patients of a clinic responded: who is on the page, what their best change is, and the pictures of it."""

from datetime import date
from decimal import Decimal

import pytest
import vl_convert
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imaging.actions.assessments import reopen_assessment
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion
from imaging.pages import responses as page_of
from imaging.pages.response_pictures import Bar, Track, spider, waterfall
from tests.factories import ClinicFactory, MembershipFactory, enrolled
from tests.imaging.conftest import TODAY
from tests.imaging.courses import baseline_of, mm, sign, time_point

BONE = {"Bone 1": SeenFacts("present")}
SMALLER = {"Liver 1": mm(25), "Lung 1": mm(15), **BONE}
SAME = {"Liver 1": mm(40), "Lung 1": mm(18), **BONE}
MISSED = {"Liver 1": mm(25), "Lung 1": SeenFacts("not_evaluated"), **BONE}
GROWN = {"Liver 1": mm(50), "Lung 1": mm(25), **BONE}
EARLY = date(2024, 4, 1)


def assessed(member, *found, **facts):
    """A patient with a signed baseline and a signed time point for each of `found`: findings, then the verdict."""
    by = member.staff
    plan = enrolled(by=by, clinic=member.clinic, started_on=date(2024, 1, 31), today=date(2024, 2, 1), **facts)
    sign(baseline_of(plan.patient, by=by), by=by)
    for seen, verdict, day in found:
        sign(time_point(plan.patient, seen, day=day, by=by), verdict, by=by)
    return plan.patient


def shown(client, query=""):
    return client.get(f"/imaging/responses/{query}")


def rows(answer):
    return [
        (row.change_words, str(row.best.response), [step.words for step in row.steps])
        for row in answer.context["found"].rows
    ]


def ends(spider):
    """What stands at the ends of the lines."""
    (layer,) = (each for each in spider["layer"] if each["mark"].get("style") == "verdict")
    return [value["word"] for value in layer["data"]["values"]]


@pytest.mark.django_db
class TestPage:
    def test_bars_are_in_order_and_the_table_says_the_same(self, client, member):
        assessed(member, (SMALLER, "PR", EARLY), (GROWN, "PD", date(2024, 5, 2)))
        assessed(member, (GROWN, "PD", EARLY))

        answer = shown(client)

        assert rows(answer) == [
            ("+25.0 %", "PD", ["2.0 months: +25.0 % PD"]),
            ("-33.33 %", "PR", ["2.0 months: -33.33 % PR", "3.0 months: +25.0 % PD"]),
        ]
        found = answer.context["found"]
        assert [value["word"] for value in found.waterfall["layer"][0]["data"]["values"]] == ["PD", "PR"]
        assert "2 PD" in str(found.spider)

    def test_line_ends_with_the_verdict_of_its_last_step(self, client, member):
        assessed(member, (SMALLER, "PR", EARLY), (MISSED, "NE", date(2024, 5, 2)))

        assert ends(shown(client).context["found"].spider) == ["1 PR, then NE"]

    def test_what_came_after_progression_does_not_count(self, client, member):
        assessed(member, (GROWN, "PD", EARLY), (SMALLER, "PR", date(2024, 5, 2)))

        assert rows(shown(client)) == [("+25.0 %", "PD", ["2.0 months: +25.0 % PD"])]

    def test_draft_does_not_count(self, client, member):
        patient = assessed(member, (SAME, "SD", EARLY))
        time_point(patient, SMALLER, day=date(2024, 5, 2), by=member.staff)

        assert [change for change, *_ in rows(shown(client))] == ["-3.33 %"]

    def test_verdict_signed_otherwise_is_said(self, client, member):
        patient = assessed(member)
        draft = time_point(patient, SMALLER, by=member.staff)
        sign(draft, "SD", differs="Badly seen.", by=member.staff)

        assert "signed otherwise on Thu 2 May 2024" in shown(client).content.decode()

    def test_course_that_is_not_complete_any_more_is_named_and_not_counted(self, client, member):
        patient = assessed(member, (SMALLER, "PR", EARLY))
        baseline = patient.assessments.get(baseline=None)
        reopen_assessment(assessment=baseline, reason="A lesion is missing.", by=member.staff, today=TODAY)
        add_lesion(assessment=baseline, facts=LesionFacts("target", "Liver 2", "liver"), found=mm(12), by=member.staff)

        answer = shown(client)

        assert rows(answer) == []
        assert answer.context["found"].not_computed == [patient]
        assert "is not complete" in answer.content.decode()

    def test_patients_are_chosen_by_what_they_are_treated_for(self, client, member):
        assessed(member, (SMALLER, "PR", EARLY), indication="neuroblastoma")
        assessed(member, (GROWN, "PD", EARLY), indication="paraganglioma")

        assert [change for change, *_ in rows(shown(client, "?indication=neuroblastoma"))] == ["-33.33 %"]
        assert len(rows(shown(client, "?indication=nonsense"))) == 2
        assert "No signed response for this choice" in shown(client, "?indication=other").content.decode()

    def test_patients_of_another_clinic_are_not_shown(self, client, member):
        other = MembershipFactory(clinic=ClinicFactory())
        assessed(other, (SMALLER, "PR", EARLY))

        assert "No response signed" in shown(client).content.decode()

    def test_only_the_latest_are_shown_and_the_others_counted(self, client, member, monkeypatch):
        monkeypatch.setattr(page_of, "MOST", 1)
        assessed(member, (SMALLER, "PR", EARLY))
        assessed(member, (GROWN, "PD", date(2024, 5, 2)))

        answer = shown(client)

        assert [change for change, *_ in rows(answer)] == ["+25.0 %"]
        assert "<b>1 more patient not shown:</b>" in answer.content.decode()

    def test_page_takes_as_many_queries_for_three_patients_as_for_one(self, client, member):
        assessed(member, (SMALLER, "PR", EARLY))
        shown(client)

        with CaptureQueriesContext(connection) as one:
            shown(client)
        for _ in range(2):
            assessed(member, (GROWN, "PD", EARLY))
        with CaptureQueriesContext(connection) as three:
            shown(client)

        assert len(one) == len(three)


def test_waterfall_names_bars_by_response_and_has_both_rules():
    drawn = vl_convert.vegalite_to_svg(waterfall([Bar(1, Decimal(45), "PD"), Bar(2, Decimal("-33.3"), "PR")]))

    for words in ("-30 %", "+20 %", "1: best change +45.0 %, best response PD", ">PR<"):
        assert words in drawn


def test_waterfall_of_many_is_wider_than_the_page():
    bars = [Bar(number, Decimal(100 - number), "SD") for number in range(1, 201)]

    assert waterfall(bars)["width"] == 4400


def test_spider_names_lines_by_patient_and_verdict():
    track = Track(3, [(Decimal("-0.4"), Decimal(0)), (Decimal(3), Decimal(-40))], "PR")

    assert ">3 PR<" in vl_convert.vegalite_to_svg(spider([track]))
