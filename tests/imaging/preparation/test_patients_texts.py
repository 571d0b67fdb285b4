"""What patients read of medicines: to ask first; by name only what a clinician has confirmed for the day as it is."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from imaging.actions.blockades import BlockadeFacts, record_blockade
from imaging.actions.medicines import MedicineFacts, end_medicine, record_medicine
from imaging.actions.preparation_policy import set_preparation_policy
from imaging.actions.withdrawals import confirm_withdrawal, plan_withdrawal, record_restart, refuse_withdrawal
from imaging.preparing import folded, names_of, packaged
from iotrex_followup.errors import InputRefused
from schedules.actions import book_visits, confirm_treatment, mark_not_applicable, withdraw_treatment
from schedules.actions.reminders import save_reminder_text
from schedules.calendars import working_calendar
from schedules.documents import visit_plan_pdf
from schedules.documents.patient_sheet import patient_sheet_pdf
from schedules.documents.preparing import medicine_lines
from schedules.documents.wording import LANGUAGES, wording
from schedules.plans.planning import PlanChoices
from schedules.reminders.texts import Name, Text, shipped_texts, wrong_words
from schedules.reminding.preview import mistakes_of
from tests.imaging.preparation.conftest import TODAY, agreed
from tests.pdf import text_of

ASK = {"en": "Ask us before you change any medicine.", "es": "Pregúntenos antes de cambiar cualquier medicamento."}
KNOWN = names_of(packaged())


def lines(patient, language="en", today=TODAY):
    return medicine_lines(patient, ["mibg_scan"], wording(language), today=today)


@pytest.mark.parametrize("language", LANGUAGES)
def test_patient_with_a_scan_ahead_is_asked_to_ask(patient, labetalol, withdrawal, language):
    assert lines(patient, language) == [ASK[language]]


def test_patient_with_neither_scan_nor_infusion_ahead_reads_nothing(patient):
    assert medicine_lines(patient, ["cbc"], wording("en"), today=TODAY) == []


def test_planned_infusion_is_asked_about_too(patient, infusion):
    assert medicine_lines(patient, [], wording("en"), today=TODAY) == [ASK["en"]]
    assert medicine_lines(patient, [], wording("en"), today=date(2024, 6, 4)) == []


def test_confirmed_withdrawal_is_named_with_its_days_and_substitute(patient, confirmed):
    assert lines(patient) == [
        ASK["en"],
        "Labetalol: as agreed with your doctor, you take it for the last time on Sunday 21 April 2024, "
        "and again from Wednesday 1 May 2024 on.",
        "Instead of Labetalol you take: Doxazosin 4 mg.",
    ]
    assert lines(patient, "es")[1].startswith("Labetalol: según lo acordado con su médico, lo toma por última vez")


def test_substitute_that_is_not_needed_is_not_told(patient, withdrawal, clinician, owner):
    facts = agreed(substitute="None needed", restart_owner=owner)
    confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)

    assert len(lines(patient)) == 2


def test_medicine_that_ended_for_good_is_not_said_to_be_taken_again(patient, confirmed, labetalol, clinician):
    end_medicine(medicine=labetalol, ended_on=TODAY, by=clinician, today=TODAY)

    assert lines(patient) == [ASK["en"]]


def test_what_moved_since_it_was_confirmed_is_not_named(patient, confirmed, visit, clinician):
    book_visits(visits=[visit], on=date(2024, 5, 7), by=clinician, today=TODAY)

    assert lines(patient) == [ASK["en"]]


@pytest.fixture
def withheld_for_infusion(labetalol, infusion, clinician, owner):
    """Confirmed for the infusion of 3 June."""
    facts = agreed(stop_on=date(2024, 5, 27), restart_on=date(2024, 6, 10), restart_owner=owner)
    planned = plan_withdrawal(medicine=labetalol, occasion=infusion, facts=facts, by=clinician, today=TODAY)
    return confirm_withdrawal(withdrawal=planned, facts=facts, by=clinician, today=TODAY)


def test_patient_is_asked_to_ask_while_a_medicine_is_withheld_whatever_became_of_its_infusion(
    patient, withheld_for_infusion, infusion, clinician
):
    def read(today):
        return medicine_lines(patient, [], wording("en"), today=today)

    confirm_treatment(
        treatment=infusion.treatment,
        started_on=date(2024, 6, 4),
        activity_mbq=None,
        weight_kg=None,
        override_reason="Given a day later.",
        choices=PlanChoices(),
        by=clinician,
        today=date(2024, 6, 4),
    )
    assert read(date(2024, 6, 5)) == [ASK["en"]]
    withdraw_treatment(treatment=infusion.treatment, reason="Another patient's.", by=clinician, today=date(2024, 6, 5))
    assert read(date(2024, 6, 20)) == [ASK["en"]]
    record_restart(
        withdrawal=withheld_for_infusion, restarted_on=date(2024, 6, 20), by=clinician, today=date(2024, 6, 20)
    )
    assert read(date(2024, 6, 20)) == []


def test_what_is_not_planned_any_more_taken_again_or_cannot_be_withdrawn_is_not_named(
    patient, confirmed, visit, clinician, labetalol, scan
):
    refuse_withdrawal(medicine=labetalol, occasion=scan, reason="Crises.", by=clinician, today=TODAY)
    assert lines(patient) == [ASK["en"]]
    confirm_withdrawal(
        withdrawal=confirmed, facts=agreed(restart_owner=confirmed.restart_owner), by=clinician, today=TODAY
    )
    record_restart(withdrawal=confirmed, restarted_on=date(2024, 5, 1), by=clinician, today=date(2024, 5, 1))
    assert lines(patient) == [ASK["en"]]
    mark_not_applicable(visit=visit, activities=["mibg_scan"], reason="Abroad.", by=clinician)
    assert medicine_lines(patient, [], wording("en"), today=TODAY) == []


def test_last_day_of_the_blockade_stands_there_until_it_is_over(patient, scan, clinician):
    facts = BlockadeFacts("potassium iodide", Decimal(130), date(2024, 4, 29), date(2024, 5, 2))
    record_blockade(occasion=scan, facts=facts, by=clinician)

    said = "Tablets that protect the thyroid: the last ones on Thursday 2 May 2024."
    assert lines(patient) == [ASK["en"], said]
    assert lines(patient, today=date(2024, 5, 2))[-1] == said
    assert lines(patient, today=date(2024, 5, 3)) == [ASK["en"]]


def test_sheet_says_so(patient, confirmed):
    text = text_of(patient_sheet_pdf(patient, language="en", today=TODAY))

    assert ASK["en"] in text
    assert "Labetalol" in text


# No automatic message names a medicine.


def texts_in(content):
    """Every text of a file that is read to a patient."""
    if isinstance(content, dict):
        return [text for key, value in content.items() if key != "forbidden" for text in texts_in(value)]
    if isinstance(content, list):
        return [text for value in content for text in texts_in(value)]
    return [str(content)]


@pytest.mark.parametrize(
    "path", ["schedules/reminders/texts.toml", "schedules/documents/texts/en.toml", "schedules/documents/texts/es.toml"]
)
def test_no_text_shipped_for_patients_names_a_medicine(path):
    content = tomllib.loads(Path(settings.BASE_DIR, path).read_text(encoding="utf-8"))
    words = [folded(text) for text in texts_in(content)]

    assert len(words) > 20
    assert [(name, text) for text in words for name in KNOWN if name in text] == []


@pytest.mark.parametrize("name", KNOWN)
def test_clinic_cannot_write_a_medicine_into_a_reminder(name):
    assert list(wrong_words(f"Come without {name.upper()} before.", "", KNOWN))


@pytest.mark.parametrize(
    "said",
    ["Do not take Trandate.", "Do not take Prescol.", "No tome Lopressor ni agua.", "Without tamsulosin, please."],
)
def test_clinic_cannot_write_a_name_of_its_table_its_own_or_of_its_lists_into_a_reminder(
    clinic, clinician, patient, said
):
    for name in ("LOPRESSOR 50 mg", "Tamsulosin", "Blood thinner", "Tablets for the night"):
        record_medicine(patient=patient, facts=MedicineFacts(name), by=clinician, today=TODAY)
    names = {"labetalol": ["Prescol"]}
    set_preparation_policy(clinic=clinic, days={}, names=names, injection_days_before=None, by=clinician)
    written = {"clinic": clinic, "name": Name("prepare.chemistry", "email", "en"), "by": clinician}

    with pytest.raises(InputRefused, match="must not stand in a message") as refused:
        save_reminder_text(**written, text=Text("", said))
    assert refused.value.field == "body"
    save_reminder_text(**written, text=Text("", "Before blood is taken, take your tablets as ever."))


def test_every_shipped_text_of_a_reminder_may_be_said_by_a_clinic_with_any_list(clinic, clinician, patient):
    for text in ("Water tablets", "Please call", "Visita", "Chocolate", "Hour"):
        record_medicine(patient=patient, facts=MedicineFacts(text), by=clinician, today=TODAY)

    assert [name for name, text in shipped_texts().items() if mistakes_of(clinic, name, text)] == []


def test_visit_plan_prints_what_was_confirmed_and_the_blockade(confirmed, scan, clinician, patient):
    facts = BlockadeFacts("Potassium iodide", Decimal(130), date(2024, 4, 29), date(2024, 4, 30))
    record_blockade(occasion=scan, facts=facts, by=clinician)

    text = text_of(visit_plan_pdf(patient, calendar=working_calendar(patient.clinic), today=TODAY))

    assert "Labetalol withheld" in text
    assert "Instead: Doxazosin 4 mg" in text
    assert "Mon 22 Apr 2024" in text
    assert "Potassium iodide, 130 mg a day" in text
    assert "MIBG scan, Month 3, Tue 30 Apr 2024" in " ".join(text.split())
    assert "Tue 30 Apr 2024 (last day)" in text


def test_visit_plan_names_no_medicine_that_is_only_planned(withdrawal, patient):
    text = text_of(visit_plan_pdf(patient, calendar=working_calendar(patient.clinic), today=TODAY))

    assert "Labetalol" not in text
    assert "Preparation for MIBG" not in text
