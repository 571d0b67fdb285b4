"""Imports in the background: once, all or nothing, with progress that others see."""

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Role
from events.models import Job
from interop import actions, tasks
from interop.actions import keep_upload, order_import, take_up_import
from interop.csv.columns import exact_matching
from interop.jobs import held
from iotrex_followup.csv_reading import read_sheet
from patients.models import Patient
from schedules.actions import load_packaged_protocol
from tests.factories import MembershipFactory
from tests.interop.files import ANA, BEN, csv_of

# Naming the applications makes Django empty their tables with CASCADE, which knox's own unused table needs.
committed = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


@pytest.fixture
def ordered():
    def order(*rows):
        load_packaged_protocol(by=None)
        member = MembershipFactory(role=Role.CLINICIAN)
        content = csv_of(*rows)
        source = keep_upload(clinic=member.clinic, name="list.csv", content=content, by=member.staff)
        matching, _, _ = exact_matching(read_sheet(content))
        return order_import(source=source, matching=matching, skip_bad_rows=False, by=member.staff)

    return order


@pytest.mark.django_db
def test_message_that_comes_twice_imports_once(ordered):
    job = ordered(ANA)

    tasks.import_list(str(job.pk))
    tasks.import_list(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.options["tries"], Patient.objects.count()) == ("finished", 1, 1)


@committed
def test_job_that_another_worker_holds_is_left_alone(ordered):
    job = ordered(ANA)

    with held(job.pk):
        tasks.import_list(str(job.pk))

    job.refresh_from_db()
    assert (job.state, Patient.objects.count()) == ("waiting", 0)


@committed
def test_progress_is_seen_while_the_import_is_still_open(ordered, monkeypatch):
    job = ordered(ANA, BEN)
    seen = []

    def look(*arguments, **keywords):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT done, state, (SELECT count(*) FROM patients_patient) FROM events_job")
            seen.append(cursor.fetchone())
        other.close()

    monkeypatch.setattr(actions.patients, "store_further_treatments", look)
    tasks.import_list(str(job.pk))

    assert seen == [(2, "running", 0)]
    assert (Patient.objects.count(), Job.objects.get().state) == (2, "finished")


@committed
def test_progress_leaves_no_row_history(ordered):
    job = ordered(ANA)

    tasks.import_list(str(job.pk))

    history = Job.pgh_event_model.objects.filter(pgh_obj_id=job.pk).order_by("pgh_id")
    assert list(history.values_list("state", flat=True)) == ["waiting", "running", "finished"]


@committed
def test_import_that_breaks_stores_nothing_and_says_so(ordered, monkeypatch):
    job = ordered(ANA)

    def breaks(*arguments, **keywords):
        raise RuntimeError("disk full")

    monkeypatch.setattr(actions.patients, "store_further_treatments", breaks)
    with pytest.raises(RuntimeError):
        tasks.import_list(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.error) == (
        "failed",
        "Something went wrong, and nothing was stored. Ask who looks after the server.",
    )
    assert Patient.objects.count() == 0


@pytest.mark.django_db
def test_import_whose_worker_died_is_begun_again_but_not_for_ever(ordered):
    job = ordered(ANA)

    begun = [take_up_import(job=job, now=timezone.now()) for _ in range(4)]

    job.refresh_from_db()
    assert begun == [True, True, True, False]
    assert (job.state, job.error) == (
        "failed",
        "The import stopped several times. Ask who looks after the server.",
    )


@pytest.mark.django_db
def test_unfinished_imports_are_offered_again(ordered, monkeypatch):
    offered = []
    monkeypatch.setattr(tasks.import_list, "delay", offered.append)
    waiting, done = ordered(ANA), ordered(BEN)
    tasks.import_list(str(done.pk))

    tasks.import_waiting_lists()

    assert offered == [str(waiting.pk)]


@pytest.mark.django_db
def test_without_a_broker_the_import_waits(ordered, monkeypatch, caplog):
    job = ordered(ANA)

    def down(*arguments, **keywords):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.import_list, "apply_async", down)
    tasks.wake_worker(job)

    job.refresh_from_db()
    assert (job.state, [record.message for record in caplog.records]) == ("waiting", ["No broker: the import waits"])
