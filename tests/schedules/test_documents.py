import io
from collections import Counter
from datetime import date, time
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Clinic, Staff
from iotrex_followup.errors import TransitionRefused
from patients.models import Contact, Patient
from patients.treatment_checks import TreatmentFacts
from schedules import documents
from schedules.actions import approve_protocol, book_visits, record_treatment, record_visit
from schedules.calendars import working_calendar
from schedules.documents.wording import wording
from schedules.models import Plan
from schedules.plans.planning import PlanChoices
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled, visit_of
from tests.pdf import fonts_embedded, pages_of, tags_of, text_of

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 3, 5)  # day 34, in week 5
NUMBERS = {"phone": "+34 910 000 001", "emergency_phone": "+34 910 000 024"}


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ClinicFactory(name="Nuclear Medicine", address="Calle 1\nMadrid", email="clinic@example.org", **NUMBERS)


@pytest.fixture
def plan(clinic: Clinic, clinician: Staff) -> Plan:
    treatment = {"activity_mbq": Decimal(7400), "radiation_precautions_until": date(2024, 3, 10)}
    return enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR, treatment=treatment)


def plan_pdf(plan: Plan, today: date = TODAY) -> bytes:
    return documents.visit_plan_pdf(plan.patient, calendar=working_calendar(plan.patient.clinic), today=today)


def sheet_text(plan: Plan, language: str = "en", today: date = TODAY) -> str:
    return text_of(documents.patient_sheet_pdf(plan.patient, language=language, today=today))


def letter_text(plan: Plan, timepoint: str, *, by: Staff, today: date = TODAY) -> str:
    return text_of(documents.request_letter_pdf(visit_of(plan, timepoint), by=by, today=today))


def most_used_size(reader: PdfReader) -> float:
    """Return the size in points in which most letters are set."""
    letters: Counter[float] = Counter()

    def count(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        letters[round(abs(size * tm[3] * cm[3]), 1)] += len(text.strip())

    for page in reader.pages:
        page.extract_text(visitor_text=count)
    return letters.most_common(1)[0][0]


class TestVisitPlan:
    def test_says_who_what_when_and_by_which_protocol(self, plan: Plan, clinician: Staff, clinic: Clinic) -> None:
        approve_protocol(protocol=plan.protocol, clinic=clinic, approved_on=date(2024, 1, 2), by=clinician)
        text = text_of(plan_pdf(plan))
        for words in (
            "Nuclear Medicine Calle 1 Madrid Telephone +34 910 000 001 Day and night +34 910 000 024",
            "Patient PRUEBA, Ana MRN E00001 Born 3 Mar 1961 (63 y), female",
            "Treatment 1 iobenguane I-131 (131I-MIBG), Wed 31 Jan 2024, 7.40 GBq (200 mCi)",
            "Week 8 Wed 27 Mar 2024 24–30 Mar Wed 27 Mar 2024 CBC Planned",
            "Month 2 Sun 31 Mar 2024 24 Mar–7 Apr Mon 1 Apr 2024 Physician visit, CBC, Chemistry, Thyroid function",
            "The plan continues every 12 months.",
            f"Protocol iotrex 1.0: Long-term follow-up after iobenguane I-131 (131I-MIBG) therapy. "
            f"Approved for this clinic by {clinician.name} on Tue 2 Jan 2024.",
            "For research use: the schedule is a template that the treating centre approves.",
        ):
            assert words in text

    def test_of_a_protocol_nobody_approved_says_so(self, plan: Plan) -> None:
        assert "Example, not signed off by this clinic." in text_of(plan_pdf(plan))

    def test_says_what_became_of_each_visit(self, plan: Plan, clinician: Staff) -> None:
        record_visit(
            visit=visit_of(plan, "W4"),
            occurred_on=date(2024, 2, 28),
            outcomes={"cbc": "done"},
            by=clinician,
            today=TODAY,
        )
        book_visits(
            visits=[visit_of(plan, "W6")],
            on=date(2024, 3, 13),
            at=time(9, 5),
            place="Room 2",
            by=clinician,
            today=TODAY,
        )
        text = text_of(plan_pdf(plan))
        assert "Week 3 Wed 21 Feb 2024 18–24 Feb CBC Overdue" in text
        assert "Week 4 Wed 28 Feb 2024 25 Feb–2 Mar CBC Done 28 Feb 2024" in text
        assert "Week 6 Wed 13 Mar 2024 10–16 Mar Booked Wed 13 Mar 2024, 09:05, Room 2 CBC Booked" in text

    def test_leaves_out_what_passed_before_enrolment_and_says_how_much(self, clinic: Clinic, clinician: Staff) -> None:
        plan = enrolled(
            by=clinician, clinic=clinic, started_on=ANCHOR, today=TODAY, choices=PlanChoices(followed_from=TODAY)
        )
        text = text_of(plan_pdf(plan))
        assert "4 timepoints before Tue 5 Mar 2024 passed before enrolment and are not listed." in text
        assert "Week 4 " not in text

    def test_of_a_patient_treated_again_names_what_is_still_open_of_the_earlier_plan(
        self, plan: Plan, clinician: Staff
    ) -> None:
        again = date(2024, 7, 1)
        record_treatment(
            patient=plan.patient, facts=TreatmentFacts(again), choices=PlanChoices(), by=clinician, today=again
        )
        text = text_of(plan_pdf(plan, again))
        assert "Still open from an earlier plan" in text
        assert text.index("Week 1 Wed 7 Feb 2024 4–10 Feb CBC Overdue") < text.index("Year 1 after treatment")

    def test_is_tagged_titled_and_in_a_language_for_screen_readers(self, plan: Plan) -> None:
        pdf = plan_pdf(plan)
        reader = PdfReader(io.BytesIO(pdf))
        root = reader.root_object
        assert (root["/Lang"], root["/MarkInfo"], root["/ViewerPreferences"]) == (
            "en",
            {"/Marked": True},
            {"/DisplayDocTitle": True},
        )
        assert reader.metadata
        assert reader.metadata.title == "Visit plan"
        assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()
        tags = tags_of(pdf)
        listed = plan.visits.count()
        groups = 6  # Year 1 to Year 6
        heads = text_of(pdf).count("Timepoint Target Window")  # once a page
        assert tags.count("H1") == 1
        assert tags.count("TH") == 6 * heads + groups + listed
        assert tags.count("TR") == heads + groups + listed
        assert fonts_embedded(pdf) == {True}

    def test_has_the_patient_the_column_heads_and_its_number_on_every_page_of_the_table(self, plan: Plan) -> None:
        pages = pages_of(plan_pdf(plan))
        head, last = "PRUEBA, Ana · MRN E00001 · born 3 Mar 1961 Nuclear Medicine", len(pages)
        assert [page[page.index(head) :] for page in pages] == [
            f"{head} Page {n} of {last}" for n in range(1, last + 1)
        ]
        with_rows = [page for page in pages if "Planned" in page]
        assert len(with_rows) >= 3
        assert ["Timepoint Target Window Booked or suggested Includes Status" in page for page in with_rows] == [
            True
        ] * len(with_rows)

    @pytest.mark.parametrize("paper", ["A4", "Letter"])
    def test_clips_nothing_of_long_names_in_several_scripts(self, plan: Plan, clinic: Clinic, paper: str) -> None:
        clinic.paper = paper
        clinic.save()
        family = "Fernández-Cavada y Echeverría-Montenegro de la Ñora"
        Patient.objects.filter(pk=plan.patient_id).update(family_name=family, given_name="Zoë Łucja Ελένη Юлия " * 2)
        plan.patient.refresh_from_db()
        first = pages_of(plan_pdf(plan))[0]
        assert f"Patient {family.upper()}, Zoë Łucja Ελένη Юлия Zoë Łucja Ελένη Юлия" in first

    def test_asks_the_database_as_often_for_a_short_plan_as_for_a_long_one(
        self, plan: Plan, clinic: Clinic, clinician: Staff, django_assert_num_queries
    ) -> None:
        late = enrolled(
            by=clinician,
            clinic=clinic,
            started_on=date(2014, 1, 1),
            today=TODAY,
            choices=PlanChoices(followed_from=TODAY),
        )
        calendar = working_calendar(clinic)
        for each in (plan, late):
            patient = Patient.objects.select_related("clinic", "responsible_clinician").get(pk=each.patient_id)
            with django_assert_num_queries(8):  # one for what moved
                documents.visit_plan_pdf(patient, calendar=calendar, today=TODAY)

    def test_of_a_patient_without_a_treatment_given_is_refused(self, clinic: Clinic) -> None:
        with pytest.raises(TransitionRefused, match="begins with a treatment that was given"):
            documents.visit_plan_pdf(PatientFactory(clinic=clinic), calendar=working_calendar(clinic), today=TODAY)


class TestPatientSheet:
    def test_says_in_plain_english_when_to_come_and_when_to_call(self, plan: Plan, clinician: Staff) -> None:
        book_visits(
            visits=[visit_of(plan, "W6")],
            on=date(2024, 3, 13),
            at=time(9, 5),
            place="Room 2",
            by=clinician,
            today=TODAY,
        )
        text = sheet_text(plan)
        for words in (
            "Your visits in the next 12 months",
            "Treatment iobenguane I-131 (131I-MIBG), 31 January 2024",
            "Call at once, day or night: +34 910 000 024 Temperature of 38.0 °C or more: call now.",
            "Until 10 March 2024. Keep to the radiation advice you were given.",
            "Week 3 after treatment: blood count",
            "Wednesday 13 March 2024 at 09:05 Room 2 This is booked. Week 6 after treatment blood count",
            "Between 24 and 30 March 2024 Week 8 after treatment blood count",
            "Between 24 March and 7 April 2024 Month 2 after treatment",
        ):
            assert words in text

    def test_says_the_same_in_spanish(self, plan: Plan) -> None:
        text = sheet_text(plan, "es")
        for words in (
            "Sus visitas en los próximos 12 meses",
            "Llame enseguida, de día o de noche: +34 910 000 024 Temperatura de 38,0 °C o más: llame ahora.",
            "Hasta el 10 de marzo de 2024.",
            "Entre el 24 y el 30 de marzo de 2024 Semana 8 después del tratamiento recuento de la sangre",
            "Página 1 de",
        ):
            assert words in text

    @pytest.mark.parametrize("language", documents.LANGUAGES)
    def test_has_no_abbreviation_no_diagnosis_and_no_trade_name(self, plan: Plan, language: str) -> None:
        words = set(sheet_text(plan, language).lower().replace(",", " ").split())
        assert (
            words & {"cbc", "mrn", "tsh", "anc", "mri", "ct", "pheochromocytoma", "feocromocitoma", "iotrex"} == set()
        )

    @pytest.mark.parametrize("language", documents.LANGUAGES)
    def test_is_in_large_type_and_in_its_language(self, plan: Plan, language: str) -> None:
        pdf = documents.patient_sheet_pdf(plan.patient, language=language, today=TODAY)
        reader = PdfReader(io.BytesIO(pdf))
        assert reader.root_object["/Lang"] == language
        assert most_used_size(reader) == 14

    def test_names_only_what_lies_in_the_next_twelve_months(self, plan: Plan) -> None:
        text = sheet_text(plan)
        assert "Month 12 after treatment" in text
        assert "Month 15 after treatment" not in text

    def test_puts_the_visits_of_one_appointment_together(self, plan: Plan, clinician: Staff) -> None:
        book_visits(
            visits=[visit_of(plan, "W8"), visit_of(plan, "M2")], on=date(2024, 3, 27), by=clinician, today=TODAY
        )
        text = sheet_text(plan)
        assert (
            "Wednesday 27 March 2024 This is booked. Week 8 after treatment, Month 2 after treatment "
            "visit with the doctor blood count kidney and liver blood test thyroid blood test"
        ) in text

    def test_without_a_number_for_the_night_leaves_a_line_to_write_it_on(self, plan: Plan, clinic: Clinic) -> None:
        clinic.emergency_phone = ""
        clinic.save()
        plan.patient.clinic = clinic
        text = sheet_text(plan)
        assert "Call at once: +34 910 000 001 Number for nights and weekends, which the clinic writes here:" in text

    def test_past_the_radiation_precautions_does_not_name_them(self, plan: Plan) -> None:
        assert "radiation advice" not in sheet_text(plan, today=date(2024, 3, 11))

    @pytest.mark.parametrize(
        ("spoken", "language"), [([], "en"), (["es"], "es"), (["other", "es"], "en"), (["en", "es"], "en")]
    )
    def test_is_in_the_language_of_whoever_is_asked_first(self, plan: Plan, spoken: list[str], language: str) -> None:
        for order, each in enumerate(spoken, 1):
            Contact.objects.create(clinic=plan.clinic, patient=plan.patient, language=each, order=order)
        assert documents.language_of(plan.patient) == language

    def test_texts_have_the_same_keys_in_every_language_and_words_for_every_activity(self, plan: Plan) -> None:
        def keys(texts, above: str = "") -> set[str]:
            return {
                key
                for name, value in texts.items()
                for key in (keys(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}"})
            }

        english, spanish = (wording(language).texts for language in ("en", "es"))
        assert keys(english) == keys(spanish)
        beyond = {"fdg_pet", "sstr_pet", "cytopenia_workup"}  # the protocol does not plan them by itself
        assert set(english["activities"]) == {*plan.protocol.definition.activities, *beyond}


class TestRequestLetter:
    def test_names_tests_dates_and_whom_to_call(self, plan: Plan, clinician: Staff) -> None:
        text = letter_text(plan, "M2", by=clinician)
        for words in (
            "Patient PRUEBA, Ana MRN at our clinic E00001 Born 3 Mar 1961",
            "Please draw 24 Mar–7 Apr 2024, best on Sun 31 Mar 2024",
            "Complete blood count with differential and platelets Hemoglobin",
            "differential as absolute counts: neutrophils, lymphocytes, monocytes, eosinophils, basophils",
            "Serum chemistry (creatinine, BUN/urea, ALT, AST, bilirubin)",
            "Thyroid function (TSH, free T4)",
            "Critical values: call at once, day or night Telephone +34 910 000 024, 24 hours.",
            "neutrophils below 1.0 × 10⁹/L (1,000/µL) or platelets below 50 × 10⁹/L (50,000/µL)",
            "Radiation precautions until Sun 10 Mar 2024.",
            "Results go to Nuclear Medicine, clinic@example.org Calle 1 Madrid",
            f"Prepared by {clinician.name}",
        ):
            assert words in text
        assert "Physician visit" not in text

    def test_fits_one_page(self, plan: Plan, clinician: Staff) -> None:
        pdf = documents.request_letter_pdf(visit_of(plan, "M2"), by=clinician, today=TODAY)
        assert len(pages_of(pdf)) == 1

    def test_of_a_closed_window_asks_for_the_next_possible_date(self, plan: Plan, clinician: Staff) -> None:
        assert "This window has closed: please draw at the next possible date." in letter_text(plan, "W3", by=clinician)

    def test_of_a_visit_with_nothing_left_to_draw_is_refused(self, plan: Plan, clinician: Staff) -> None:
        scan = visit_of(plan, "M3", "imaging")
        with pytest.raises(TransitionRefused, match="Month 3 imaging has no specimen left to draw"):
            documents.request_letter_pdf(scan, by=clinician, today=TODAY)

    @pytest.mark.parametrize(
        ("today", "timepoint"), [(TODAY, "W5"), (date(2024, 3, 9), "W5"), (date(2024, 3, 10), "W6"), (ANCHOR, "W1")]
    )
    def test_next_blood_count_is_the_first_whose_window_is_not_over(
        self, plan: Plan, today: date, timepoint: str
    ) -> None:
        assert documents.next_blood_count(plan.patient, today=today).timepoint == timepoint

    def test_next_blood_count_of_a_patient_without_one_is_refused(self, clinic: Clinic) -> None:
        with pytest.raises(TransitionRefused, match="No blood count"):
            documents.next_blood_count(PatientFactory(clinic=clinic), today=TODAY)


@pytest.fixture
def signed_in(client: Client, clinician: Staff):
    with time_machine.travel("2024-03-05 12:00:00+00:00", tick=False):
        client.force_login(clinician)
        yield client


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("visit_plan_pdf", "visit-plan.pdf"),
        ("patient_sheet_pdf", "visits.pdf"),
        ("next_request_letter_pdf", "laboratory-request.pdf"),
    ],
)
def test_page_shows_the_document_under_a_name_that_says_nothing_of_the_patient(
    signed_in: Client, plan: Plan, page: str, file: str
) -> None:
    answer = signed_in.get(reverse(f"schedules:{page}", args=[plan.patient_id]))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"], answer["Content-Disposition"]) == (
        200,
        "application/pdf",
        "no-store, private",
        f'inline; filename="{file}"',
    )
    assert "5 Mar" in text_of(answer.content) or "5 March" in text_of(answer.content)


def test_letter_of_one_visit_asks_for_that_visit(signed_in: Client, plan: Plan) -> None:
    answer = signed_in.get(reverse("schedules:request_letter_pdf", args=[visit_of(plan, "M4").pk]))
    assert "Timepoint Month 4 after treatment" in text_of(answer.content)


def test_patient_sheet_is_in_the_language_asked_for(signed_in: Client, plan: Plan) -> None:
    address = reverse("schedules:patient_sheet_pdf", args=[plan.patient_id])
    assert "Sus visitas" in text_of(signed_in.get(address, {"language": "es"}).content)
    assert "Your visits" in text_of(signed_in.get(address, {"language": "../en"}).content)


def test_document_of_a_patient_without_a_plan_is_refused_in_words(signed_in: Client, clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic)
    answer = signed_in.get(reverse("schedules:visit_plan_pdf", args=[patient.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "There is nothing to print yet: the plan begins with a treatment that was given."
    ]


@pytest.mark.parametrize("page", ["visit_plan_pdf", "patient_sheet_pdf", "next_request_letter_pdf", "patient_ics"])
def test_paper_of_a_foreign_clinics_patient_is_not_found(client: Client, plan: Plan, page: str) -> None:
    client.force_login(MembershipFactory().staff)
    assert client.get(reverse(f"schedules:{page}", args=[plan.patient_id])).status_code == 404
