import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from events.models import Job, StoredFile
from interop import tasks
from patients.models import Patient
from schedules.actions import load_packaged_protocol
from tests.factories import MembershipFactory
from tests.interop.files import ANA, BEN, csv_of

pytestmark = pytest.mark.django_db

STRANGER = (
    "Hospital Number;Surname;First name;DOB;Gender;Infusion date;Ward\n"
    "H-1;Beispiel;Jörg;1960-02-03;m;2023-05-06;4\n"
    "H-2;Muster;Zoë;1971-12-13;f;2023-11-12;4\n"
).encode()


@pytest.fixture
def member(client):
    load_packaged_protocol(by=None)
    member = MembershipFactory(role=Role.COORDINATOR)
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
    def send(content, name="list.csv"):
        return client.post(reverse("interop:import"), {"file": SimpleUploadedFile(name, content)})

    return send


def choices(form):
    """What a browser would send of the form."""
    return {name: form.data[name] if form.is_bound else form.initial[name] for name in form.data or form.initial}


def test_template_has_every_column_and_no_row(client, member):
    response = client.get(reverse("interop:template"))

    assert response.headers["Content-Disposition"] == 'attachment; filename="patients.csv"'
    assert [row[:2] for row in csv.reader(io.StringIO(response.content.decode("utf-8-sig")))] == [["mrn", "given_name"]]


def test_upload_with_our_own_heads_is_checked_at_once(client, upload):
    page = client.get(upload(csv_of(ANA, BEN)).url)

    check = page.context["check"]
    assert (len(check.newcomers), check.mistakes, Patient.objects.count()) == (2, [], 0)
    assert "Import 2 treatments of 2 new patients" in page.content.decode()


def test_import_is_ordered_and_carried_out_by_the_worker(client, upload, sent):
    page = client.get(upload(csv_of(ANA, BEN)).url)

    started = client.post(reverse("interop:start", args=[page.context["source"].pk]), choices(page.context["form"]))
    waiting = client.get(started.url)
    tasks.import_list(sent[0])
    finished = client.get(started.url)

    assert waiting.context["job"].state == "waiting"
    assert finished.context["job"].state == "finished"
    assert finished.context["job"].result["patients"] == Patient.objects.count() == 2
    assert "2 new patients and 2 treatments were stored." in finished.content.decode()


def test_stranger_is_asked_where_the_missing_columns_are(client, upload):
    page = client.get(upload(STRANGER).url)

    assert page.context["check"] is None
    assert page.context["form"].initial == {
        "mrn": "0",
        "family_name": "1",
        "given_name": "2",
        "birth_date": "3",
        "sex": "4",
        "treated_on": "5",
    }


def test_stranger_says_what_holds_for_all_rows(client, upload):
    page = client.get(upload(STRANGER).url)
    chosen = page.context["form"].initial | {"indication": "=neuroblastoma", "secreting": "=no"}

    checked = client.get(page.wsgi_request.path, chosen)

    accepted = checked.context["check"].accepted
    assert [(row.patient.given_name, row.patient.indication, row.patient.secreting) for row in accepted] == [
        ("Jörg", "neuroblastoma", False),
        ("Zoë", "neuroblastoma", False),
    ]
    assert checked.context["not_read"] == ["Ward"]


def test_match_without_a_required_column_is_a_mistake_of_the_form(client, upload):
    page = client.get(upload(STRANGER).url)

    checked = client.get(page.wsgi_request.path, {"mrn": "0", "sex": "99"})

    assert checked.status_code == 422
    assert checked.context["form"].errors["sex"] == ["Select a valid choice. 99 is not one of the available choices."]
    assert checked.context["form"].errors["secreting"] == ["Choose where this is in the file."]


def test_start_without_a_required_column_orders_nothing(client, upload):
    page = client.get(upload(STRANGER).url)

    response = client.post(reverse("interop:start", args=[page.context["source"].pk]), {"mrn": "0"})

    assert (response.status_code, Job.objects.count()) == (422, 0)


def test_mistakes_are_listed_and_the_rest_can_be_imported(client, upload, sent):
    page = client.get(upload(csv_of(ANA, BEN | {"sex": "?"})).url)
    form = choices(page.context["form"])

    client.post(reverse("interop:start", args=[page.context["source"].pk]), form | {"skip_bad_rows": "yes"})
    tasks.import_list(sent[0])

    assert [(m.row, m.column, m.remedy) for m in page.context["mistakes"]] == [
        (3, "sex", "Write female, male, other or unknown.")
    ]
    assert "Import 1 treatment, leave out 1 row" in page.content.decode()
    assert [patient.mrn for patient in Patient.objects.all()] == ["A1"]


def test_import_that_meets_a_mistake_stores_nothing_and_lists_it(client, upload, sent):
    page = client.get(upload(csv_of(ANA, BEN | {"sex": "?"})).url)

    started = client.post(reverse("interop:start", args=[page.context["source"].pk]), choices(page.context["form"]))
    tasks.import_list(sent[0])
    failed = client.get(started.url)

    assert (failed.context["job"].state, failed.context["job"].error) == (
        "failed",
        "1 row needs another look; nothing was stored.",
    )
    assert [mistake["column"] for mistake in failed.context["mistakes"]] == ["sex"]
    assert Patient.objects.count() == 0


def test_problems_are_a_file_no_spreadsheet_runs(client, upload):
    page = client.get(upload(csv_of(ANA | {"sex": "=1+1", "@SUM(A1)": "x"})).url)

    response = client.get(reverse("interop:problems", args=[page.context["source"].pk]), choices(page.context["form"]))

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [
        ["row", "column", "problem", "remedy"],
        ["2", "sex", "“=1+1” is not known.", "Write female, male, other or unknown."],
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "The file is empty. It needs a header and one row per treatment."),
        (b"PK\x03\x04", "This is an Excel or other zipped file, not a CSV file."),
        (b"mrn\n" + b"x\n" * 20_001, "The list has 20,001 rows."),
    ],
)
def test_upload_of_what_is_no_list_is_a_mistake_of_the_form(upload, content, error):
    response = upload(content)

    assert (response.status_code, StoredFile.objects.count()) == (422, 0)
    assert response.context["form"].errors["file"][0].startswith(error)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_import_is_for_those_who_record(client, role):
    client.force_login(MembershipFactory(role=role).staff)

    assert client.get(reverse("interop:import")).status_code == 403


def test_list_and_job_of_another_clinic_are_404(client, upload):
    page = client.get(upload(csv_of(ANA)).url)
    started = client.post(reverse("interop:start", args=[page.context["source"].pk]), choices(page.context["form"]))

    client.force_login(MembershipFactory(role=Role.COORDINATOR).staff)

    assert [client.get(url).status_code for url in (page.wsgi_request.path, started.url)] == [404, 404]


def test_jobs_of_other_clinics_are_not_listed(client, upload):
    page = client.get(upload(csv_of(ANA)).url)
    client.post(reverse("interop:start", args=[page.context["source"].pk]), choices(page.context["form"]))
    own = list(client.get(reverse("interop:import")).context["jobs"])

    client.force_login(MembershipFactory(role=Role.COORDINATOR).staff)

    assert len(own) == 1
    assert list(client.get(reverse("interop:import")).context["jobs"]) == []


@pytest.mark.parametrize(("seconds", "is_late"), [(5, False), (20, True)])
def test_waiting_import_says_so_when_no_worker_takes_it_up(client, upload, seconds, is_late):
    page = client.get(upload(csv_of(ANA)).url)
    started = client.post(reverse("interop:start", args=[page.context["source"].pk]), choices(page.context["form"]))
    Job.objects.update(created_at=timezone.now() - timedelta(seconds=seconds))

    fragment = client.get(started.url, headers={"HX-Request": "true"})

    assert fragment.content.decode().lstrip().startswith('<div id="state"')
    assert ("Nothing has begun yet" in fragment.content.decode()) is is_late


@pytest.mark.parametrize("jobs", [1, 3])
def test_list_of_imports_takes_the_same_queries_for_any_number(client, upload, jobs, django_assert_num_queries):
    page = client.get(upload(csv_of(ANA)).url)
    for _ in range(jobs):
        client.post(reverse("interop:start", args=[page.context["source"].pk]), choices(page.context["form"]))

    with django_assert_num_queries(5):  # session, person, memberships, list, counts in the head
        client.get(reverse("interop:import"))
