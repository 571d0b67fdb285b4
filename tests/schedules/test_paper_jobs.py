import io
import zipfile
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Clinic, Role, Staff
from events.models import Job, StoredFile
from iotrex_followup.errors import InputRefused, TransitionRefused
from patients.models import Patient
from schedules import tasks
from schedules.actions import paper
from schedules.actions.paper import PDF, ZIP, fail_printing, order_visit_plans, retry_printing
from schedules.documents import printing
from schedules.models import Plan
from schedules.plans.planning import PlanChoices
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.pdf import pages_of

ANCHOR = date(2014, 1, 31)
TODAY = date(2024, 3, 5)


@pytest.fixture(autouse=True)
def small_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two patients fill a volume."""
    monkeypatch.setattr(paper, "PATIENTS_PER_VOLUME", 2)
    monkeypatch.setattr(printing, "PATIENTS_PER_VOLUME", 2)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages to the workers, kept here instead of in a broker."""
    messages: list[str] = []
    monkeypatch.setattr(tasks.print_visit_plans, "delay", messages.append)
    return messages


@pytest.fixture
def plans(clinic: Clinic, clinician: Staff) -> list[Plan]:
    """Plans of Zorn, Abel and Mohn, short since most of them passed before enrolment."""
    return [
        enrolled(
            by=clinician,
            clinic=clinic,
            started_on=ANCHOR,
            today=TODAY,
            choices=PlanChoices(followed_from=TODAY),
            family_name=name,
            responsible_clinician=clinician if name == "Zorn" else None,
        )
        for name in ("Zorn", "Abel", "Mohn")
    ]


def order(clinic: Clinic, by: Staff, output: str = PDF, patients=None) -> Job:
    chosen = Patient.objects.all() if patients is None else patients
    return order_visit_plans(clinic=clinic, patients=chosen, output=output, by=by, today=TODAY)


def printed(job: Job) -> Job:
    """Let a worker do the job and return it as it is then."""
    tasks.print_visit_plans(str(job.pk))
    job.refresh_from_db()
    return job


def names_in(job: Job) -> list[str]:
    assert job.file
    return zipfile.ZipFile(io.BytesIO(job.file.content)).namelist()


class TestOrder:
    def test_holds_the_patients_of_the_clinic_that_have_a_plan_by_name(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan]
    ) -> None:
        PatientFactory(clinic=clinic)
        other = MembershipFactory()
        enrolled(by=other.staff, clinic=other.clinic, started_on=ANCHOR, today=TODAY)
        job = order(clinic, clinician)
        zorn, abel, mohn = (str(plan.patient_id) for plan in plans)
        assert (job.total, job.options["patients"]) == (3, [abel, mohn, zorn])

    def test_of_nobody_is_refused(self, clinic: Clinic, clinician: Staff) -> None:
        with pytest.raises(InputRefused, match="None of these patients has a plan"):
            order(clinic, clinician)
        assert Job.objects.count() == 0

    def test_of_too_many_is_refused(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paper, "MOST_PATIENTS", 2)
        with pytest.raises(InputRefused, match="more than 2 patients"):
            order(clinic, clinician)


class TestPrinting:
    def test_of_one_volume_gives_one_pdf_with_page_numbers_per_patient(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan]
    ) -> None:
        job = printed(order(clinic, clinician, patients=Patient.objects.exclude(family_name="Zorn")))
        assert (job.state, job.done, job.file.name) == (Job.State.FINISHED, 2, "visit-plans-2024-03-05.pdf")
        pages = pages_of(bytes(job.file.content))
        assert [(page.split("Page ")[1], "ABEL" in page, "MOHN" in page) for page in pages] == [
            ("1 of 2", True, False),
            ("2 of 2", True, False),
            ("1 of 2", False, True),
            ("2 of 2", False, True),
        ]

    def test_of_several_volumes_gives_a_zip_of_pdfs_and_keeps_nothing_else(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan]
    ) -> None:
        job = printed(order(clinic, clinician))
        assert (job.file.name, names_in(job)) == (
            "visit-plans-2024-03-05.zip",
            ["visit-plans-001.pdf", "visit-plans-002.pdf"],
        )
        assert list(StoredFile.objects.all()) == [job.file]

    def test_as_a_zip_gives_a_file_per_patient(self, clinic: Clinic, clinician: Staff, plans: list[Plan]) -> None:
        zorn, abel, mohn = (plan.patient.mrn.lower() for plan in plans)
        job = printed(order(clinic, clinician, ZIP))
        assert names_in(job) == [f"0001-{abel}.pdf", f"0002-{mohn}.pdf", f"0003-{zorn}.pdf"]

    def test_leaves_out_who_lost_the_plan_since_the_order(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan]
    ) -> None:
        job = order(clinic, clinician, ZIP)
        Plan.objects.filter(pk=plans[1].pk).update(is_current=False)
        assert (printed(job).result, len(names_in(job))) == ({"left_out": 1}, 2)

    def test_goes_on_where_an_earlier_run_stopped(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], sent: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = order(clinic, clinician)
        clock = iter([0.0, 0.0, 1000.0])
        with monkeypatch.context() as patch:
            patch.setattr(tasks, "monotonic", lambda: next(clock))
            job = printed(job)
        assert (job.state, job.done, len(job.result["volumes"]), sent) == (Job.State.RUNNING, 2, 1, [str(job.pk)])
        first = job.result["volumes"][0]
        before = bytes(StoredFile.objects.get(pk=first).content)
        job = printed(job)
        with zipfile.ZipFile(io.BytesIO(job.file.content)) as archive:
            assert (job.state, archive.read("visit-plans-001.pdf")) == (Job.State.FINISHED, before)

    def test_given_to_two_workers_is_printed_once(self, clinic: Clinic, clinician: Staff, plans: list[Plan]) -> None:
        job = order(clinic, clinician)
        place, patients = next(printing.volumes_left(job))
        for _ in range(2):
            file, left_out = printing.print_volume(job, place, patients)
            paper.store_volume(job=job, place=place, file=file, left_out=left_out, by=clinician)
        job.refresh_from_db()
        assert (len(job.result["volumes"]), StoredFile.objects.count()) == (1, 1)

    def test_that_fails_says_so_and_can_be_tried_again(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = order(clinic, clinician)
        with monkeypatch.context() as patch:
            patch.setattr(tasks, "print_volume", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                tasks.print_visit_plans(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.error) == (
            Job.State.FAILED,
            "The plans could not be printed. What is printed so far is kept; try again.",
        )
        retry_printing(job=job, by=clinician)
        assert (printed(job).state, job.error) == (Job.State.FINISHED, "")

    def test_that_is_finished_is_not_tried_again(self, clinic: Clinic, clinician: Staff, plans: list[Plan]) -> None:
        job = printed(order(clinic, clinician))
        with pytest.raises(TransitionRefused, match="printed already"):
            retry_printing(job=job, by=clinician)


@pytest.fixture
def signed_in(client: Client, clinician: Staff):
    with time_machine.travel("2024-03-05 12:00:00+00:00", tick=False):
        client.force_login(clinician)
        yield client


def test_page_orders_by_filter_and_leads_to_the_order(
    signed_in: Client, plans: list[Plan], sent: list[str], clinician: Staff
) -> None:
    answer = signed_in.post(reverse("schedules:paper_jobs"), {"output": PDF, "clinician": clinician.pk})
    job = Job.objects.get()
    assert (answer["Location"], sent, job.total) == (
        reverse("schedules:paper_job", args=[job.pk]),
        [str(job.pk)],
        1,
    )


def test_page_orders_the_patients_named_in_its_address(signed_in: Client, plans: list[Plan], sent: list[str]) -> None:
    named = [str(plan.patient_id) for plan in plans[:2]]
    page = signed_in.get(reverse("schedules:paper_jobs"), {"patient": named})
    assert "2 patients chosen." in page.content.decode()
    signed_in.post(reverse("schedules:paper_jobs"), {"output": ZIP, "patient": named})
    assert sorted(Job.objects.get().options["patients"]) == sorted(named)


def test_page_refuses_an_order_for_nobody_in_words(signed_in: Client, clinic: Clinic, sent: list[str]) -> None:
    answer = signed_in.post(reverse("schedules:paper_jobs"), {"output": PDF})
    assert (answer.status_code, sent) == (422, [])
    assert "None of these patients has a plan to print." in answer.content.decode()


def test_page_keeps_the_order_while_no_worker_can_be_reached(
    signed_in: Client, plans: list[Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_: str) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.print_visit_plans, "delay", unreachable)
    answer = signed_in.post(reverse("schedules:paper_jobs"), {"output": PDF}, follow=True)
    assert Job.objects.get().state == Job.State.WAITING
    assert "The order is kept, but no worker can be reached." in answer.content.decode()


def test_progress_asks_again_until_it_is_printed(
    signed_in: Client, clinic: Clinic, clinician: Staff, plans: list[Plan]
) -> None:
    job = order(clinic, clinician)
    address = reverse("schedules:paper_job", args=[job.pk])
    waiting = signed_in.get(address, headers={"HX-Request": "true"}).content.decode()
    assert ('hx-trigger="every 2s"' in waiting, "0 of 3" in waiting, "<html" in waiting) == (True, True, False)
    printed(job)
    done = signed_in.get(address).content.decode()
    assert ('hx-trigger="every 2s"' in done, "Download visit-plans-2024-03-05.zip" in done) == (False, True)


def test_file_is_handed_over_once_it_is_printed(
    signed_in: Client, clinic: Clinic, clinician: Staff, plans: list[Plan]
) -> None:
    job = order(clinic, clinician)
    address = reverse("schedules:paper_file", args=[job.pk])
    assert signed_in.get(address).status_code == 404
    printed(job)
    answer = signed_in.get(address)
    assert (answer["Content-Type"], answer["Content-Disposition"], answer.content) == (
        "application/zip",
        'attachment; filename="visit-plans-2024-03-05.zip"',
        bytes(job.file.content),
    )


def test_failed_order_is_sent_again_from_its_page(
    signed_in: Client, clinic: Clinic, clinician: Staff, plans: list[Plan], sent: list[str]
) -> None:
    job = order(clinic, clinician)
    fail_printing(job=job, error="It broke.", by=clinician, now=timezone.now())
    assert "It broke." in signed_in.get(reverse("schedules:paper_job", args=[job.pk])).content.decode()
    signed_in.post(reverse("schedules:retry_paper_job", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, sent) == (Job.State.WAITING, [str(job.pk)])


def test_list_of_orders_asks_the_database_as_often_for_one_as_for_many(
    signed_in: Client, clinic: Clinic, clinician: Staff, plans: list[Plan], django_assert_num_queries
) -> None:
    printed(order(clinic, clinician))
    address = reverse("schedules:paper_jobs")
    signed_in.get(address)
    with CaptureQueriesContext(connection) as one:
        signed_in.get(address)
    for _ in range(4):
        order(clinic, clinician)
    with django_assert_num_queries(len(one)):
        signed_in.get(address)


@pytest.mark.parametrize("page", ["paper_job", "paper_file"])
def test_order_of_a_foreign_clinic_is_not_found(
    client: Client, clinic: Clinic, clinician: Staff, plans: list[Plan], page: str
) -> None:
    job = printed(order(clinic, clinician))
    client.force_login(MembershipFactory(clinic=ClinicFactory(), role=Role.AUDITOR).staff)
    assert client.get(reverse(f"schedules:{page}", args=[job.pk])).status_code == 404
