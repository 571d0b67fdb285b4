"""What an import stores is what the same enrolments store, field by field but for ids and moments."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from events.models import Event
from events.undo import undo
from interop.actions import FileRefused, check_file, import_patients
from interop.csv.columns import BY_NAME, exact_matching
from interop.csv.rows import Row
from iotrex_followup.csv_reading import read_sheet
from patients.actions import save_contact
from patients.models import Contact, Patient, Treatment
from schedules.actions import enrol, load_packaged_protocol, record_treatment
from schedules.models import Plan, PlannedActivity, PlannedVisit
from tests.factories import ClinicFactory, MembershipFactory, noon
from tests.interop.files import ANA, BEN, csv_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
MODELS = (Patient, Contact, Treatment, Plan, PlannedVisit, PlannedActivity)
ROWS = (
    ANA | {"treated_on": "2025-02-28", "phone": "+34 2", "followed_from": "2025-03-01"},
    ANA | {"phone": "+34 1", "email": "ana@example.org", "clinician_email": "doc@example.org"},
    ANA | {"treated_on": "2024-01-29", "kind": "dosimetric", "activity_mbq": "185"},
    ANA | {"treated_on": "2024-03-01", "override_reason": "Split \\ dose\twith a tab.", "activity_mbq": "18500.5"},
    BEN | {"treated_on": "2012-02-29", "annual_interval": "24", "annual_reason": "Far away.", "weight_kg": "70.25"},
    BEN | {"mrn": "B3", "kind": "dosimetric"},
    BEN | {"mrn": "B4", "time_zone": "America/Bogota", "language": "es", "indication": "neuroblastoma"},
)


@pytest.fixture
def member():
    load_packaged_protocol(by=None)
    return MembershipFactory(staff__email="doc@example.org", role=Role.CLINICIAN)


def import_file(member, *rows, clinic=None, by="member", skip_bad_rows=False):
    sheet = read_sheet(csv_of(*rows))
    matching, _, _ = exact_matching(sheet)
    return import_patients(
        clinic=clinic or member.clinic,
        sheet=sheet,
        matching=matching,
        skip_bad_rows=skip_bad_rows,
        by=member.staff if by == "member" else by,
        today=TODAY,
        name="patients.csv",
        progress=lambda rows: None,
    )


def enter_one_by_one(member, people: list[list[Row]]):
    """Enter the people as somebody at the pages would."""
    for rows in people:
        first, *others = rows
        facts = first.patient
        for row in others:
            if row.patient.responsible_clinician:
                facts = row.patient
        patient = enrol(
            clinic=member.clinic,
            patient=facts,
            treatment=first.treatment,
            choices=first.choices,
            by=member.staff,
            today=TODAY,
        )
        contact = {name: value for row in rows for name, value in row.contact.items()}
        if contact:
            save_contact(patient=patient, contact=None, fields=contact, by=member.staff)
        for row in others:
            record_treatment(patient=patient, facts=row.treatment, choices=row.choices, by=member.staff, today=TODAY)


def natural(clinic, model):
    """The rows of the clinic with natural keys instead of ids, without moments of entry."""
    names = [f.attname for f in model._meta.concrete_fields if f.name not in {"id", "clinic", "created_at"}]
    keys = {
        "patient_id": "patient__mrn",
        "treatment_id": "treatment__started_on",
        "plan_id": "plan__anchor",
        "visit_id": "visit__timepoint",
    }
    wanted = [keys.get(name, name) for name in names]
    if model is PlannedActivity:
        wanted += ["visit__kind", "visit__plan__anchor", "visit__patient__mrn"]
    return sorted(model.objects.filter(clinic=clinic).values_list(*wanted), key=str)


def told(clinic):
    """The events in order, without ids."""
    events = Event.objects.filter(clinic=clinic).exclude(kind="patients.imported").select_related("patient")
    return sorted(
        (event.patient.mrn, event.kind, event.reason, str(event.by), str(without_ids(event.facts))) for event in events
    )


def without_ids(facts):
    plain = {name: value for name, value in facts.items() if name not in {"treatment", "contact", "rows"}}
    rows = [{name: value for name, value in row.items() if name != "id"} for row in facts.get("rows", ())]
    return {**plain, "rows": rows}


@pytest.fixture
def both_ways(member):
    """The same file imported in one clinic and entered by hand in another."""
    rows = [{**row, "override_reason": row.get("override_reason", "").replace("\t", " ")} for row in ROWS]
    sheet = read_sheet(csv_of(*rows))
    matching, _, _ = exact_matching(sheet)
    check = check_file(sheet=sheet, matching=matching, clinic=member.clinic, by=member.staff, today=TODAY)
    assert check.mistakes == []
    import_file(member, *rows)
    other = MembershipFactory(staff=member.staff, role=Role.CLINICIAN, clinic=ClinicFactory(time_zone="Europe/Madrid"))
    enter_one_by_one(other, check.newcomers)
    return member.clinic, other.clinic


@pytest.mark.parametrize("model", MODELS)
def test_imported_rows_equal_those_of_enrolments(both_ways, model):
    imported, entered = both_ways

    assert natural(imported, model) == natural(entered, model)
    assert natural(imported, model)


def test_imported_events_equal_those_of_enrolments(both_ways):
    imported, entered = both_ways

    assert told(imported) == told(entered)


def test_imported_events_of_a_patient_stand_in_order(both_ways):
    ana = Patient.objects.get(clinic=both_ways[0], mrn="A1")

    kinds = list(ana.events.order_by("at", "id").values_list("kind", flat=True))

    assert kinds == [
        "patient.registered",
        "contact.added",
        "treatment.recorded",
        "treatment.given",
        "treatment.given",
        "treatment.given",
    ]


def test_imported_patient_has_one_current_plan_and_superseded_items(both_ways):
    plans = Plan.objects.filter(clinic=both_ways[0], patient__mrn="A1").order_by("anchor")

    assert [(str(plan.anchor), plan.is_current, plan.treatment.number) for plan in plans] == [
        ("2024-01-31", False, 1),
        ("2024-03-01", False, 2),
        ("2025-02-28", True, 3),
    ]
    assert set(plans[0].visits.filter(target__gte="2024-03-01").values_list("status", flat=True)) == {"superseded"}


@pytest.mark.parametrize("model", [model for model in MODELS if model is not Contact])
@pytest.mark.parametrize("by", ["member", None])
def test_row_history_of_imported_rows_names_who_imported(member, model, by):
    import_file(member, ANA, by=by)

    inserted = model.pgh_event_model.objects.filter(pgh_label="insert")
    authors = set(inserted.values_list("pgh_context__metadata__by", flat=True))

    assert authors == {str(member.staff.pk) if by else ""}


def test_import_twice_changes_nothing(member):
    import_file(member, *ROWS[4:])
    before = [natural(member.clinic, model) for model in MODELS], Event.objects.count()

    check, imported = import_file(member, *ROWS[4:])

    assert ([natural(member.clinic, model) for model in MODELS], Event.objects.count()) == before
    assert (check.unchanged, imported.patients, imported.treatments) == (3, 0, 0)


def test_import_of_a_further_treatment_settles_the_plans_of_a_known_patient(member):
    import_file(member, ANA)

    _, imported = import_file(member, ANA, ANA | {"treated_on": "2025-01-31"})

    plans = Plan.objects.filter(patient__mrn="A1").order_by("anchor")
    assert [plan.is_current for plan in plans] == [False, True]
    assert (imported.patients, imported.treatments, imported.plans) == (0, 1, 1)
    assert (imported.visits, imported.activities) == (
        plans[1].visits.count(),
        PlannedActivity.objects.filter(visit__plan=plans[1]).count(),
    )


def test_import_with_a_bad_row_stores_nothing(member):
    with pytest.raises(FileRefused) as refused:
        import_file(member, BEN, ANA | {"sex": "?"})

    assert refused.value.message == "1 row needs another look; nothing was stored."
    assert (Patient.objects.count(), Event.objects.count()) == (0, 0)


def test_import_that_skips_bad_rows_stores_the_others(member):
    check, imported = import_file(member, BEN, ANA | {"sex": "?"}, skip_bad_rows=True)

    assert (check.bad_rows, imported.patients) == (1, 1)
    assert Event.objects.get(kind="patients.imported").facts == {
        "file": "patients.csv",
        "patients": 1,
        "treatments": 1,
        "plans": 1,
        "visits": PlannedVisit.objects.count(),
        "activities": PlannedActivity.objects.count(),
        "skipped": 1,
    }


def test_imported_treatment_is_undone_like_an_entered_one(member):
    import_file(member, ANA)
    undo(event=Event.objects.get(kind="treatment.given"), by=member.staff, now=noon(TODAY))

    assert Treatment.objects.get().state == "withdrawn"
    assert set(PlannedVisit.objects.values_list("status", flat=True)) == {"cancelled"}


CELLS = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=110),
    st.dates(date(1899, 1, 1), date(2027, 1, 1)).map(str),
    st.sampled_from(
        ["", "yes", "no", "f", "12", "24", "7400", "18500.5", "dosimetric", "other", "en", "Europe/Madrid"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(list(BY_NAME)), CELLS, max_size=4), min_size=1, max_size=3))
def test_import_of_any_cells_stores_what_the_check_accepts(member, changes):
    rows = [ANA | {"mrn": f"X{number}"} | change for number, change in enumerate(changes)]
    with transaction.atomic():
        check, imported = import_file(member, *rows, skip_bad_rows=True)
        assert imported.treatments == len(check.accepted) == Treatment.objects.count()
        assert check.bad_rows + imported.treatments == check.rows == len(rows)
        transaction.set_rollback(True)
