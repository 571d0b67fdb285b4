from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from events.models import Event
from labs.actions.as_seen import version_of
from labs.models import CodeMapping, Laboratory, LabResult, ReferenceRange, UnitMapping
from tests.factories import MembershipFactory, PatientFactory
from tests.labs.factories import LaboratoryFactory
from tests.labs.held_back import hold_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 3, 27, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def clinic(client):
    member = MembershipFactory()
    client.force_login(member.staff)
    return member.clinic


@pytest.fixture
def north(clinic):
    return LaboratoryFactory(clinic=clinic, name="North")


def page(name, *args):
    return reverse(f"labs:{name}", args=args)


def test_laboratory_is_added_and_its_page_shows_its_known_codes(client, clinic):
    answer = client.post(page("add_laboratory"), {"name": "CDISC pilot central laboratory"}, follow=True)
    assert "Laboratory CDISC pilot central laboratory added with 46 known codes." in answer.content.decode()
    assert "<code>PLAT</code>" in answer.content.decode()


def test_laboratory_of_a_name_in_use_is_refused_at_its_field(client, north):
    answer = client.post(page("add_laboratory"), {"name": "north"})
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"name": ["There is a laboratory called North. Open it instead."]},
    )


def test_laboratory_is_changed_retired_and_used_again(client, north):
    client.post(page("change_laboratory", north.pk), {"name": "North lab", "phone": "07700", "decimal_comma": "on"})
    client.post(page("retire_laboratory", north.pk))
    assert Laboratory.objects.values_list("name", "phone", "decimal_comma", "is_active").get() == (
        "North lab",
        "07700",
        True,
        False,
    )
    client.post(page("reinstate_laboratory", north.pk))
    assert Laboratory.objects.get().is_active


def test_code_is_mapped_on_the_page_and_takes_in_what_waits(client, clinic, north):
    hold_back(PatientFactory(clinic=clinic), analyte="PLT2")
    answer = client.post(page("add_code", north.pk), {"code": "PLT2", "analyte": "platelets"}, follow=True)
    assert "North: PLT2 stands for Platelets." in answer.content.decode()
    assert LabResult.objects.get().analyte == "platelets"


def test_code_that_is_not_followed_is_chosen_as_such(client, north):
    client.post(page("add_code", north.pk), {"code": "COLOR", "analyte": "none"})
    assert CodeMapping.objects.get().analyte == ""


def test_code_without_a_choice_is_refused(client, north):
    answer = client.post(page("add_code", north.pk), {"code": "COLOR", "analyte": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["analyte"])


def test_code_is_changed_and_taken_back(client, north):
    mapping = north.codes.create(clinic=north.clinic, code="LEU", analyte="platelets")
    client.post(page("change_code", mapping.pk), {"analyte": "wbc", "assay": "optical"})
    assert CodeMapping.objects.values_list("code", "analyte", "assay").get() == ("LEU", "wbc", "optical")
    client.post(page("take_back_code", mapping.pk))
    assert not CodeMapping.objects.get().is_active


def test_unit_is_mapped_changed_and_taken_back(client, north):
    client.post(page("add_unit", north.pk), {"spelling": "furlong", "unit": "10*6/L"})
    client.post(page("change_unit", UnitMapping.objects.get().pk), {"unit": "10*9/L"})
    assert UnitMapping.objects.get().unit == "10*9/L"
    client.post(page("take_back_unit", UnitMapping.objects.get().pk))
    assert not UnitMapping.objects.get().is_active


RANGE = {"analyte": "platelets", "low": "130", "high": "394", "unit": "10*9/L", "age_from": "18y"}


def test_range_is_set_changed_and_taken_back(client, north):
    client.post(page("add_laboratory_range", north.pk), RANGE)
    stored = ReferenceRange.objects.get()
    assert (stored.laboratory, stored.age_from_days, stored.age_to_days) == (north, 6574, None)
    client.post(page("change_range", stored.pk), RANGE | {"low": "140", "age_to": "90y"})
    stored.refresh_from_db()
    assert (stored.low, stored.age_to_days) == (140, 32872)
    client.post(page("take_back_range", stored.pk))
    assert not ReferenceRange.objects.get().is_active


CHANGED_BY_TWO = {
    "change_range": (
        lambda north: ReferenceRange.objects.get(),
        RANGE | {"low": "140"},
        RANGE | {"low": "150"},
        "Platelets, both sexes, from 18y, 140–394 10*9/L",
    ),
    "change_code": (
        lambda north: CodeMapping.objects.get(),
        {"analyte": "anc", "unit": "K/uL"},
        {"analyte": "wbc"},
        "X1: anc, K/uL",
    ),
    "change_unit": (lambda north: UnitMapping.objects.get(), {"unit": "10*6/L"}, {"unit": "10*3/L"}, "furlong: 10*6/L"),
    "change_laboratory": (
        lambda north: north,
        {"name": "North", "phone": "12"},
        {"name": "Northern", "phone": "34"},
        "North, 12, decimals with a point",
    ),
}


@pytest.mark.parametrize("name", CHANGED_BY_TWO)
def test_second_of_two_changes_is_shown_the_first_before_it_replaces_it(client, north, name):
    client.post(page("add_laboratory_range", north.pk), RANGE)
    client.post(page("add_code", north.pk), {"code": "X1", "analyte": "platelets"})
    client.post(page("add_unit", north.pk), {"spelling": "furlong", "unit": "10*9/L"})
    find, first, second, now = CHANGED_BY_TWO[name]
    address = page(name, find(north).pk)
    seen = client.get(address).context["seen"]
    assert client.post(address, first | {"seen": seen}).status_code == 302
    stored = version_of(type(find(north)).objects.get(pk=find(north).pk))

    refused = client.post(address, second | {"seen": seen})
    assert refused.status_code == 422
    assert refused.context["form"].non_field_errors() == [
        f"Somebody changed this since you opened it. Now it is: {now}. Save again to replace it."
    ]
    assert refused.context["seen"] == stored == version_of(type(find(north)).objects.get(pk=find(north).pk))

    assert client.post(address, second | {"seen": refused.context["seen"]}).status_code == 302
    assert version_of(type(find(north)).objects.get(pk=find(north).pk)) != stored


def test_form_with_a_mistake_keeps_the_version_that_was_seen(client, north):
    client.post(page("add_laboratory_range", north.pk), RANGE)
    address = page("change_range", ReferenceRange.objects.get().pk)
    seen = client.get(address).context["seen"]
    client.post(address, RANGE | {"low": "140", "seen": seen})

    assert client.post(address, RANGE | {"age_from": "18", "seen": seen}).context["seen"] == seen


def test_upper_limit_of_0_is_refused_at_its_field(client, clinic):
    answer = client.post(page("add_range"), RANGE | {"analyte": "alt", "unit": "U/L", "low": "", "high": "0"})
    assert answer.context["form"].errors == {"high": ["0 is no upper limit. Correct it, or leave it blank."]}


def test_age_that_is_none_is_refused_at_its_field(client, clinic):
    answer = client.post(page("add_range"), RANGE | {"age_from": "18"})
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"age_from": ["Write it like 0d, 6mo or 18y."]},
    )


def test_ranges_page_shows_the_shipped_beside_the_clinics_own(client, clinic):
    client.post(page("add_range"), RANGE | {"source": "Own cohort"})
    shown = client.get(page("ranges")).content.decode()
    assert ("This clinic’s" in shown, "Own cohort" in shown, "not verified" in shown) == (True, True, True)
    assert client.get(page("ranges") + "?panel=nonsense").context["panel"] == "cbc"


def test_file_is_taken_over_and_downloaded_again(client, north):
    codes = b"code,analyte\r\nLEU,wbc\r\n"
    answer = client.post(page("upload_laboratory_file", north.pk), {"file": upload(codes)}, follow=True)
    assert "North: codes from a file, 1 new, 0 changed, 0 alike." in answer.content.decode()
    sent = client.get(page("laboratory_file", north.pk, "codes")).content
    assert sent == b"\xef\xbb\xbfcode,analyte,unit,assay,specimen_type\r\nLEU,wbc,,,\r\n"
    assert client.get(page("laboratory_file", north.pk, "people")).status_code == 404


def test_file_with_mistakes_shows_each_and_writes_nothing(client, north):
    answer = client.post(page("upload_laboratory_file", north.pk), {"file": upload(b"code,analyte\nA,b\nC,d\n")})
    assert (answer.status_code, [(f.row, f.column) for f in answer.context["findings"]]) == (
        422,
        [(2, "analyte"), (3, "analyte")],
    )
    assert not CodeMapping.objects.exists()


def test_file_of_another_kind_is_refused_at_its_field(client, north):
    answer = client.post(page("upload_laboratory_file", north.pk), {"file": upload(b"mrn\nA1\n")})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])


def test_clinics_own_ranges_are_taken_over_and_downloaded(client, clinic):
    ranges = b"analyte,low,high,unit\nplatelets,130,394,10*9/L\n"
    client.post(page("upload_ranges_file"), {"file": upload(ranges)})
    assert ReferenceRange.objects.get().laboratory is None
    sent = client.get(page("own_ranges_file")).content.decode("utf-8-sig")
    assert sent.splitlines()[1] == "platelets,,0d,,,,130,394,10*9/L"


def test_file_to_fill_in_has_the_columns(client, clinic):
    assert client.get(page("blank_laboratory_file", "units")).content == b"\xef\xbb\xbfspelling,unit\r\n"
    assert client.get(page("blank_laboratory_file", "people")).status_code == 404


def test_list_asks_as_much_for_three_laboratories_as_for_one(client, clinic, north):
    hold_back(PatientFactory(clinic=clinic), analyte="PLT2")
    client.get(page("laboratories"))  # the first page of a session asks more
    with CaptureQueriesContext(connection) as few:
        client.get(page("laboratories"))
    for name in ("South", "West"):
        LaboratoryFactory(clinic=clinic, name=name)
    with CaptureQueriesContext(connection) as many:
        shown = client.get(page("laboratories")).context["laboratories"]
    assert len(many) == len(few)
    assert [(each.name, each.waiting_count) for each in shown] == [("North", 1), ("South", None), ("West", None)]


def test_coordinator_sees_a_laboratory_and_changes_nothing(client, clinic, north):
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    assert "Add code" not in client.get(page("laboratory", north.pk)).content.decode()
    assert client.post(page("add_code", north.pk), {"code": "LEU", "analyte": "wbc"}).status_code == 403
    assert not Event.objects.filter(kind="laboratory.code_mapped").exists()


def upload(content):
    return SimpleUploadedFile("list.csv", content, "text/csv")


def test_coordinator_does_not_undo_what_a_clinician_decided(client, clinic, north):
    client.post(page("add_code", north.pk), {"code": "LEU", "analyte": "wbc"})
    client.force_login(MembershipFactory(clinic=clinic, role=Role.COORDINATOR).staff)
    event = Event.objects.get(kind="laboratory.code_mapped")
    assert client.post(reverse("schedules:undo", args=[event.pk])).status_code == 403
    assert CodeMapping.objects.get().is_active
