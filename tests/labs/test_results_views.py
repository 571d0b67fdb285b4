"""The pages on which results are seen."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from events.models import Event
from labs.models import Baseline, LabResult
from patients.models import SupportiveCare
from tests.factories import MembershipFactory, enrolled
from tests.labs.arrivals import arrive

pytestmark = pytest.mark.django_db

ANCHOR, TODAY = date(2024, 1, 31), date(2024, 3, 27)


def day(number):
    return ANCHOR + timedelta(number)


@pytest.fixture
def clinician(client, clinic, time_machine):
    time_machine.move_to("2024-03-27 12:00 +0000", tick=False)
    member = MembershipFactory(clinic=clinic)
    client.force_login(member.staff)
    client.get(reverse("patients:list"))  # the first page after sign-in notes the time in the session
    return member.staff


@pytest.fixture
def patient(plan):
    arrive(plan.patient, day(-2), platelets="240", anc="4.0", hgb="140")
    arrive(plan.patient, day(28), platelets="38", anc="0.8", hgb="96")
    return plan.patient


def text(response):
    """What a page says, without its tags."""
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, name, *args, query=""):
    return client.get(reverse(f"labs:{name}", args=args) + query)


def labels(response):
    return re.findall(r'<a class="value[^>]*aria-label="([^"]+)"', response.content.decode())


def test_cell_says_all_of_its_value_in_words(client, clinician, patient):
    found = labels(page(client, "results", patient.pk))

    assert "38 x10^9/L, low, range 150–400, grade 3, Thrombocytopenia, lower than the one before" in found


def test_corrected_preliminary_and_derived_cells_are_marked(client, clinician, patient):
    LabResult.objects.filter(analyte="platelets", collected_on=day(28)).update(status="corrected")
    LabResult.objects.filter(analyte="anc", collected_on=day(28)).update(status="preliminary")
    arrive(patient, day(29), creatinine="60")

    content = page(client, "results", patient.pk).content.decode()

    classes = re.findall(r'<a class="value([^"]*)"', content)
    assert sorted(each for each in classes if "graded" not in each and each) == [" derived"]
    assert sorted(each for each in classes if "graded" in each) == [
        " graded-2",
        " graded-2 preliminary",
        " graded-3 corrected",
    ]
    assert content.count("<small>prel.</small>") == 1


def test_flowsheet_of_one_panel_and_of_none(client, clinician, patient):
    assert "Neutrophils" in text(page(client, "results", patient.pk, query="?panel=cbc"))
    assert "No results yet" in text(page(client, "results", patient.pk, query="?panel=thyroid"))
    assert page(client, "results", patient.pk, query="?panel=fever").status_code == 404


@pytest.mark.parametrize(
    "before",
    [
        *("yesterday", "2024-01-01", "2024-01-01T10:00:00"),
        *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00"),
    ],
)
def test_page_before_something_that_is_no_instant_is_not_found(client, clinician, patient, before):
    assert page(client, "results", patient.pk, query=f"?before={before}").status_code == 404


def test_link_to_older_specimens_leads_to_them(client, clinician, patient):
    for number in range(30, 47):
        arrive(patient, day(number), platelets="50")
    newest = page(client, "results", patient.pk)

    (address,) = re.findall(r'href="(\?before=[^"]+)">Older', newest.content.decode())
    older = client.get(reverse("labs:results", args=[patient.pk]) + address.replace("&amp;", "&"))

    assert [column.day for column in older.context["sheet"].columns if column.at] == [day(-2), day(28), day(30)]


def test_flowsheet_asks_as_much_for_many_results_as_for_few(client, clinician, patient):
    arrive(patient, day(29), platelets="50")
    page(client, "results", patient.pk)
    with CaptureQueriesContext(connection) as few:
        page(client, "results", patient.pk)
    for number in range(30, 40):
        arrive(patient, day(number), platelets="50", tsh="2", creatinine="80", hgb="120")
    with CaptureQueriesContext(connection) as many:
        page(client, "results", patient.pk)

    assert len(many) == len(few)


def test_file_holds_every_result_in_the_columns_an_import_reads(client, clinician, patient):
    response = page(client, "results_file", patient.pk)

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    low = next(row for row in rows if row["analyte"] == "platelets" and row["value"] == "38")
    assert {name: low[name] for name in ("mrn", "collected_at", "unit", "low", "high", "status", "laboratory")} == {
        "mrn": patient.mrn,
        "collected_at": "2024-02-28T12:00:00+01:00",
        "unit": "10*9/L",
        "low": "150",
        "high": "400",
        "status": "final",
        "laboratory": "North",
    }
    assert (low["flag"], low["term"], low["grade"], len(rows)) == ("low", "Thrombocytopenia", "3", 6)


def test_file_runs_nothing_in_a_spreadsheet(client, clinician, patient):
    LabResult.objects.filter(analyte="hgb").update(reported="=1+1", accession="@sum(a1)")

    response = page(client, "results_file", patient.pk)

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert {(row["value"], row["accession"]) for row in rows if row["analyte"] == "hgb"} == {("'=1+1", "'@sum(a1)")}


def test_result_page_tells_value_range_grade_and_source(client, clinician, patient):
    found = LabResult.objects.get(analyte="platelets", collected_on=day(28))

    shown = text(page(client, "result", found.pk))

    for words in (
        "38 x10^9/L L",
        "150–400 default range, not verified",
        "Thrombocytopenia low 3",
        "CTCAE 6.0 + errata 2026-01-20",
        "Laboratory North",
        "platelets 38",
    ):
        assert words in shown


def test_result_page_shows_all_versions_and_which_holds(client, clinician, patient):
    found = LabResult.objects.get(analyte="platelets", collected_on=day(28))
    arrive(patient, day(28), platelets="83")  # the same specimen with another value

    shown = text(page(client, "result", found.pk))

    assert "Versions 2" in shown
    assert ("This version no longer holds" in shown) != LabResult.objects.get(pk=found.pk).is_current


def test_result_page_of_a_derived_value_links_its_inputs(client, clinician, patient):
    arrive(patient, day(29), creatinine="80")
    creatinine, egfr = (LabResult.objects.get(analyte=key) for key in ("creatinine", "egfr"))

    assert reverse("labs:result", args=[creatinine.pk]) in page(client, "result", egfr.pk).content.decode()
    assert reverse("labs:result", args=[egfr.pk]) in page(client, "result", creatinine.pk).content.decode()


def test_result_page_says_what_the_specimen_fulfilled(client, clinician, patient):
    arrive(patient, day(35), platelets="140", anc="2.0", hgb="130", wbc="4.5")
    found = LabResult.objects.get(analyte="platelets", collected_on=day(35))

    assert "Week 5 CBC fulfilled" in text(page(client, "result", found.pk))


def test_trend_has_a_picture_and_the_same_facts_in_a_table(client, clinician, patient):
    response = page(client, "trend", patient.pk, "platelets")

    assert response.context["picture"]["layer"]
    assert "240 x10^9/L 150–400 0" in text(response)
    assert "38 x10^9/L L 150–400 3 Thrombocytopenia" in text(response)


def test_trend_of_what_was_never_measured_or_is_not_known(client, clinician, patient):
    assert "Never measured here" in text(page(client, "trend", patient.pk, "tsh"))
    assert client.get(f"/patients/{patient.pk}/results/phlogiston/").status_code == 404


def test_charts_show_the_panel_over_the_same_days(client, clinician, patient):
    response = page(client, "charts", patient.pk)

    assert [chart["trend"].analyte.key for chart in response.context["charts"]] == ["hgb", "anc", "platelets"]
    assert "Nothing measured" in text(page(client, "charts", patient.pk, query="?panel=markers"))
    assert page(client, "charts", patient.pk, query="?panel=fever").status_code == 404


def test_baselines_page_says_why_and_asks_for_what_is_missing(client, clinician, patient):
    arrive(patient, day(29), creatinine="80")

    shown = text(page(client, "baselines", patient.pk))

    assert "Platelets (PLT) 240 x10^9/L Mon 29 Jan 2024 The last before the infusion, 2 days before it." in shown
    assert "No baseline of Leukocytes (WBC), Creatinine, Estimated GFR (eGFR)." in shown


def test_baselines_page_asks_for_the_blood_count_that_was_never_measured(client, clinician, plan, patient):
    arrive(patient, day(29), creatinine="80")

    response = page(client, "baselines", patient.pk)

    assert "Leukocytes (WBC) No baseline Never measured here." in text(response)
    address = "labs:choose_baseline"
    choices = [reverse(address, args=[plan.treatment.pk, key]) for key in ("wbc", "creatinine")]
    assert [each in response.content.decode() for each in choices] == [False, True]


def test_baselines_page_before_any_result_asks_for_a_whole_blood_count(client, clinician, plan):
    (table,) = page(client, "baselines", plan.patient_id).context["tables"]

    assert [line.analyte.key for line in table.missing] == ["hgb", "wbc", "anc", "platelets"]


def test_panel_counts_what_has_no_baseline_before_the_last_treatment(client, clinician, patient):
    address = reverse("labs:panel", args=[patient.pk])
    lacking = text(client.get(address))

    arrive(patient, day(-2), wbc="6.0")

    assert "Baselines (1 without)" in lacking
    assert "without)" not in text(client.get(address))


def test_clinician_chooses_and_takes_back_a_baseline(client, clinician, patient, plan):
    arrive(patient, day(-9), platelets="90")
    chosen = LabResult.objects.get(analyte="platelets", collected_on=day(-9))
    address = reverse("labs:choose_baseline", args=[plan.treatment.pk, "platelets"])
    assert "240 x10^9/L, Mon 29 Jan 2024, North" in text(client.get(address))

    refused = client.post(address, {"result": chosen.pk, "reason": ""})
    done = client.post(address, {"result": chosen.pk, "reason": "Clumped."}, follow=True)

    assert refused.status_code == 422
    assert "Chosen by a clinician. Clumped." in text(done)
    assert Event.objects.filter(kind="baseline.chosen", by=clinician).count() == 1

    address = reverse("labs:clear_baseline", args=[plan.treatment.pk, "platelets"])
    client.post(address, {"reason": "Not clumped."})
    assert not Baseline.objects.get(treatment=plan.treatment, analyte="platelets").chosen


def test_coordinator_sees_baselines_but_does_not_choose(client, clinic, patient, plan, time_machine):
    time_machine.move_to("2024-03-27 12:00 +0000", tick=False)
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)

    assert "Choose another" not in text(page(client, "baselines", patient.pk))
    assert client.get(reverse("labs:choose_baseline", args=[plan.treatment.pk, "platelets"])).status_code == 403


def test_choice_is_undone_by_clinicians_alone(client, clinic, clinician, patient, plan):
    arrive(patient, day(-9), platelets="90")
    chosen = LabResult.objects.get(analyte="platelets", collected_on=day(-9))
    client.post(
        reverse("labs:choose_baseline", args=[plan.treatment.pk, "platelets"]),
        {"result": chosen.pk, "reason": "Clumped."},
    )
    undo = reverse("schedules:undo", args=[Event.objects.get(kind="baseline.chosen").pk])

    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    assert client.post(undo).status_code == 403
    client.force_login(clinician)
    client.post(undo)

    assert Baseline.objects.get(treatment=plan.treatment, analyte="platelets").result.collected_on == day(-2)


def test_panel_is_a_part_for_the_patients_page_and_a_page_without(client, clinician, patient):
    address = reverse("labs:panel", args=[patient.pk])

    part = client.get(address, headers={"HX-Request": "true"})

    assert "<html" not in part.content.decode()
    assert "ANC 0.8 , Platelets 38 severe" in text(part)
    assert "<html" in client.get(address).content.decode()


def test_patients_page_asks_for_the_panel_and_links_without_scripts(client, clinician, patient):
    content = client.get(reverse("schedules:patient", args=[patient.pk])).content.decode()

    assert f'hx-get="{reverse("labs:panel", args=[patient.pk])}"' in content
    assert f'href="{reverse("labs:results", args=[patient.pk])}"' in content


def test_counts_page_lists_who_is_followed(client, clinician, patient):
    shown = text(page(client, "counts"))

    assert "Long gap: 28 days 28 Feb–27 Mar, after a severe count" in shown
    assert "PRUEBA, Ana" in shown
    assert "Nobody is followed" in text(page(client, "counts", query="?show=ended"))


def test_counts_page_goes_on_where_the_last_one_ended(client, clinic, clinician, patient, monkeypatch):
    monkeypatch.setattr("labs.views.counts.ROWS_A_PAGE", 2)
    for number in range(2):
        enrolled(by=clinician, clinic=clinic, started_on=day(number - 10), today=TODAY)

    first = page(client, "counts")
    second = client.get(first.context["next_url"])

    listed = [row.treatment.pk for row in [*first.context["rows"], *second.context["rows"]]]
    assert (len(listed), len(set(listed))) == (3, 3)
    assert not second.context.get("next_url")


def test_supportive_care_is_listed_below_the_flowsheet(client, clinic, clinician, patient):
    SupportiveCare.objects.create(clinic=clinic, patient=patient, product="platelets", given_on=day(27), place="Ward 4")

    shown = text(page(client, "results", patient.pk))

    assert "Ward 4" in shown
