"""Importing results on a page: a check in the background first, then the import."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from events.models import Job, StoredFile
from interop import tasks
from labs.models import LabResult, QuarantineItem
from tests.factories import MembershipFactory, PatientFactory

pytestmark = pytest.mark.django_db

CONTENT = b"mrn,collected_at,analyte,value,unit\nP1,2024-03-05,platelets,210,10*9/L\nP9,2024-03-05,platelets,1,10*9/L\n"


@pytest.fixture
def member(client):
    member = MembershipFactory(role=Role.COORDINATOR)
    PatientFactory(clinic=member.clinic, mrn="P1")
    client.force_login(member.staff)
    return member


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """The ids of the jobs whose message was sent to the broker."""
    ids = []
    monkeypatch.setattr(tasks.import_list, "apply_async", lambda args, **options: ids.append(args[0]))
    return ids


@pytest.fixture
def upload(client, member):
    def send(content, name="labs.csv"):
        return client.post(reverse("results_import:upload"), {"file": SimpleUploadedFile(name, content)})

    return send


def work(sent):
    """Do what a worker would do."""
    while sent:
        tasks.import_list(sent.pop())


def page_of(client, job, **headers):
    return client.get(reverse("results_import:job", args=[job.pk]), headers=headers)


def test_template_has_every_column_and_no_row(client, member):
    content = client.get(reverse("results_import:template")).content.decode("utf-8-sig")

    [heads] = csv.reader(io.StringIO(content))
    assert heads[:4] == ["mrn", "collected_at", "analyte", "value"]


def test_upload_orders_a_check_that_stores_nothing(client, upload, sent):
    answer = upload(CONTENT)
    job = Job.objects.get()
    waiting = page_of(client, job).content.decode()
    work(sent)
    found = page_of(client, job).content.decode()

    assert answer.headers["Location"] == reverse("results_import:job", args=[job.pk])
    assert (job.kind, job.total, job.options["dry_run"]) == ("lab_import", 2, True)
    assert "Waiting for its turn" in waiting
    assert "This is a check: nothing was stored." in found
    assert "No patient of this clinic has the MRN “P9”." in found
    assert (LabResult.objects.count(), QuarantineItem.objects.count()) == (0, 0)


def test_checked_file_is_imported_and_its_page_says_what_came_of_it(client, upload, sent):
    upload(CONTENT)
    work(sent)

    answer = client.post(reverse("results_import:start", args=[Job.objects.get().pk]))
    work(sent)
    job = Job.objects.exclude(options__dry_run=True).get()
    found = page_of(client, job).content.decode()

    assert answer.headers["Location"] == reverse("results_import:job", args=[job.pk])
    assert "1 result stored, 0 corrected, 1 held back." in found
    assert reverse("labs:quarantine") in found
    assert (LabResult.objects.count(), QuarantineItem.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


def test_file_that_is_known_already_offers_no_import(client, upload, sent):
    for _ in range(2):
        upload(CONTENT)
        work(sent)
        check = Job.objects.filter(options__dry_run=True).first()
        client.post(reverse("results_import:start", args=[check.pk]))
        work(sent)
    upload(CONTENT)
    work(sent)

    found = page_of(client, Job.objects.filter(options__dry_run=True).first()).content.decode()

    assert "Everything in this file is known already." in found
    assert "Import 2 rows" not in found


def test_what_is_held_back_is_downloaded_as_a_list(client, upload, sent):
    upload(CONTENT)
    work(sent)

    answer = client.get(reverse("results_import:held_back", args=[Job.objects.get().pk]))

    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [
        ["position", "reason"],
        ["labs.csv row 3", "No patient of this clinic has the MRN “P9”."],
    ]


def test_htmx_asks_for_the_part_that_changes(client, upload):
    upload(CONTENT)

    answer = page_of(client, Job.objects.get(), **{"HX-Request": "true"}).content.decode()

    assert answer.lstrip().startswith('<div id="state"')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"a,b\n1,2\n", "does not name mrn, collected_at, analyte, value"),
        (b"MSH|^~\\&|LAB", "is HL7 v2, which is not read yet"),
    ],
)
def test_file_that_cannot_be_read_is_refused_at_its_field(client, upload, content, words):
    answer = upload(content)

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["file"][0]
    assert (Job.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_import_that_breaks_says_that_what_was_stored_stays(client, upload, sent, monkeypatch):
    upload(CONTENT)

    def breaks(**arguments):
        raise RuntimeError("disk full")

    monkeypatch.setitem(tasks.CARRY_OUT, Job.Kind.LAB_IMPORT, breaks)
    with pytest.raises(RuntimeError):
        work(sent)

    assert "What was stored before stays" in page_of(client, Job.objects.get()).content.decode()


def test_list_of_imports_asks_as_much_for_three_as_for_one(client, upload):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("results_import:upload"))
        return len(queries)

    upload(CONTENT)
    asked()
    one = asked()
    upload(CONTENT)
    upload(CONTENT)

    assert asked() == one
