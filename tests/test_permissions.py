"""Nothing is reachable without a declared permission, and nobody reaches what is another clinic's."""

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from accounts.actions import create_api_token
from accounts.models import Role
from accounts.permissions import GRANTS, May, Permitted
from events.models import Event, Job, Message, WebhookEndpoint
from imaging.models import ThyroidBlockade, Withdrawal
from interop.actions.jobs import keep_file
from patients.models import CareTeam, Contact, Medicine
from schedules.actions import book_visits
from schedules.models import ClinicClosure, PlannedActivity, Protocol, VisitRecord
from tests.factories import ClinicFactory, MembershipFactory, enrolled, visit_of
from tests.imaging.factories import LesionFactory, ReadingFactory
from tests.labs.arrivals import arrive
from tests.labs.factories import HeldBackFactory, LaboratoryFactory

# Pages of the library that signs people in, the one behind the link in a message, what a load balancer asks, and what
# holds no patient data. What a monitoring system reads is guarded by a token of its own, and holds numbers only.
PUBLIC = {
    *("iotrex_followup.health", "schedules.views.replies", "drf_spectacular.views", "django.views.static"),
    "events.views.metrics",
}
PUBLIC_PREFIX = "allauth."
NOWHERE = "NowhereRoute"  # says that there is no such address, to everybody

DECIDED = {
    "post plans/{pk}/counts-recovered",
    "post migrations",
    "post migrations/preview",
    "post migrations/{pk}/undo",
    "post migrations/{pk}/retry",
    "post visits/{pk}/let-go-on",
    "post visits/{pk}/carry",
    "patch clinics/{pk}/lab-policy",
    "patch clinics/{pk}/reminder-rules",
    "post clinics/{pk}/reminder-texts",
    "post clinics/{pk}/reminder-texts/reset",
    "post protocols/{pk}/approve",
    "post protocols/{pk}/make-default",
    "post protocols",
    "patch protocols/{pk}",
    "post protocols/{pk}/submit",
    "post protocols/{pk}/publish",
    "post protocols/{pk}/retire",
    "post plan-definitions",
    "post proposals",
    "post sign-offs",
    "post sign-offs/{pk}/withdraw",
    "post proposals/{pk}/accept",
    "post proposals/{pk}/accept/preview",
    "post proposals/{pk}/decline",
    "post proposals/{pk}/decline/preview",
    "post adverse-events",
    "patch adverse-events/{pk}",
    "post adverse-events/{pk}/end",
    "post adverse-events/{pk}/withdraw",
    *("post score-readings", "patch score-readings/{pk}", "post score-readings/{pk}/withdraw"),
    *(
        "post score-readings/adjudicate",
        "patch clinics/{pk}/scoring",
        "patch clinics/{pk}/inrc",
        "post imaging-studies/{pk}/baseline",
    ),
    *("post assessments", "patch assessments/{pk}", "post assessments/{pk}/findings", "post assessments/{pk}/sign"),
    *("post assessments/{pk}/reopen", "post assessments/{pk}/withdraw"),
    *("post lesions", "patch lesions/{pk}", "post lesions/{pk}/withdraw"),
    "post withdrawals/refuse",
    "post withdrawals/{pk}/confirm",
    "post withdrawals/{pk}/decide",
    "post withdrawals/{pk}/not-taken-again",
    "post baselines/{pk}/choose",
    "post baselines/{pk}/clear",
    "post laboratories",
    "patch laboratories/{pk}",
    "post laboratories/{pk}/retire",
    "post laboratories/{pk}/reinstate",
    "post laboratory-codes",
    "delete laboratory-codes/{pk}",
    "post laboratory-units",
    "delete laboratory-units/{pk}",
    "post reference-ranges",
    "patch reference-ranges/{pk}",
    "delete reference-ranges/{pk}",
    "post quarantine/{pk}/map-code",
    "post quarantine/{pk}/map-unit",
}
ADMINISTERED = {
    *("post capacities", "delete capacities/{pk}", "post closures", "delete closures/{pk}"),
    *("post ladder", "delete ladder/{pk}", "post ladder/test"),
    *("post webhooks", "patch webhooks/{pk}", "post webhooks/{pk}/deactivate", "post webhooks/{pk}/test"),
}
SIMULATED = {"post simulations", "post simulations/{pk}/retry"}
ASKED = {"post timeline/preview", "post labs/grade", "post clinics/{pk}/reminder-texts/preview"}  # saves nothing
OWN = {
    "post messages/{pk}/read",
    "post covers",
    "post covers/{pk}/withdraw",
    "post ladder/{pk}/answer",
}  # the person's own

# Pages that take a form, by the role they are for; all others are for clinicians and coordinators.
DECIDED_PAGES = {
    *(
        "adverse-events/<uuid:pk>/change/",
        "adverse-events/<uuid:pk>/end/",
        "adverse-events/<uuid:pk>/entered-in-error/",
    ),
    *("imaging/studies/<uuid:pk>/scores/new/", "imaging/studies/<uuid:pk>/scores/adjudicate/"),
    *("imaging/scores/<uuid:pk>/change/", "imaging/scores/<uuid:pk>/entered-in-error/"),
    *("settings/imaging/scores/change/", "settings/imaging/inrc/change/"),
    *("imaging/studies/<uuid:pk>/baseline/", "patients/<uuid:pk>/response/new/"),
    *("imaging/assessments/<uuid:pk>/save/", "imaging/assessments/<uuid:pk>/lesions/new/"),
    *("imaging/assessments/<uuid:pk>/reopen/", "imaging/assessments/<uuid:pk>/entered-in-error/"),
    *("imaging/lesions/<uuid:pk>/change/", "imaging/lesions/<uuid:pk>/entered-in-error/"),
    *("laboratories/new/", "laboratories/<uuid:pk>/change/", "laboratories/<uuid:pk>/file/"),
    *("laboratories/<uuid:pk>/retire/", "laboratories/<uuid:pk>/reinstate/"),
    *("laboratories/<uuid:pk>/codes/new/", "laboratories/<uuid:pk>/ranges/new/", "laboratories/<uuid:pk>/units/new/"),
    *("laboratory-codes/<uuid:pk>/change/", "laboratory-codes/<uuid:pk>/take-back/"),
    *("laboratory-units/<uuid:pk>/change/", "laboratory-units/<uuid:pk>/take-back/"),
    *("ranges/new/", "ranges/file/", "ranges/<uuid:pk>/change/", "ranges/<uuid:pk>/take-back/"),
    *("patients/<uuid:pk>/adverse-events/new/", "plans/<uuid:pk>/recovery/", "protocols/<uuid:pk>/approve/"),
    "protocols/<uuid:pk>/default/",
    *("quarantine/<uuid:pk>/code/", "settings/laboratory/change/", "settings/laboratory/sign/"),
    "treatments/<uuid:pk>/baselines/<analyte:analyte>/choose/",
    "treatments/<uuid:pk>/baselines/<analyte:analyte>/clear/",
    *("additions/<uuid:pk>/accept/", "additions/<uuid:pk>/decline/", "patients/<uuid:pk>/additions/new/"),
    *("protocols/<uuid:pk>/copy/", "protocols/<uuid:pk>/edit/", "protocols/<uuid:pk>/submit/", "import/protocols/"),
    *("protocols/<uuid:pk>/publish/", "protocols/<uuid:pk>/retire/", "protocols/<uuid:pk>/migrate/"),
    *("migrations/<uuid:pk>/retry/", "migrations/<uuid:pk>/undo/"),
    *("reminders/change/", "reminders/texts/<str:name>/<slug:channel>/<slug:language>/"),
    *("sign-offs/sign/", "sign-offs/<uuid:pk>/withdraw/", "visits/<uuid:pk>/let-go-on/", "visits/<uuid:pk>/carry/"),
    *("medicines/<uuid:pk>/cannot-be-withdrawn/", "preparation/days/change/"),
    *("withdrawals/<uuid:pk>/confirm/", "withdrawals/<uuid:pk>/decide/", "withdrawals/<uuid:pk>/not-taken-again/"),
}
# What a clinician and an administrator may do, and a coordinator not.
SIMULATED_PAGES = {"protocols/<uuid:pk>/changes/", "simulations/<uuid:pk>/retry/"}
ADMINISTERED_PAGES = {
    *("calendar/closures/add/", "calendar/closures/<uuid:pk>/remove/", "clinic/", "staff/invite"),
    *("calendar/places/", "calendar/places/<uuid:pk>/remove/"),
    *("staff/<uuid:pk>/role", "staff/<uuid:pk>/deactivate", "staff/<uuid:pk>/reactivate"),
    "staff/<uuid:pk>/invite-again",
    *("ladder/add/", "ladder/test/", "ladder/<uuid:pk>/remove/"),
    *("webhooks/add/", "webhooks/<uuid:pk>/change/", "webhooks/<uuid:pk>/deactivate/", "webhooks/<uuid:pk>/test/"),
}
EVERYBODYS_PAGES = {
    *("profile/", "profile/tokens", "profile/tokens/revoke", "clinics/switch"),
    *("inbox/read/", "inbox/<uuid:pk>/open/"),  # what is the person's own
    *("away/add/", "away/<uuid:pk>/withdraw/", "ladder/<uuid:pk>/answer/"),
    *("paper/", "paper/<uuid:pk>/retry/"),  # paper shows what they may read
}
# What a clinician has decided a clinician undoes.
DECISIONS = (
    *("counts.recovered", "baseline.chosen", "baseline.cleared"),
    *("adverse_event.recorded", "adverse_event.changed", "adverse_event.ended", "adverse_event.withdrawn"),
    *("score.recorded", "score.changed", "score.withdrawn", "score.adjudicated"),
    *("imaging_policy.scoring_changed", "imaging_policy.inrc_changed"),
    *("assessment.opened", "assessment.described", "assessment.signed", "assessment.reopened", "assessment.withdrawn"),
    *("lesion.added", "lesion.changed", "lesion.withdrawn", "lesions.measured"),
    *("study.made_baseline", "study.no_baseline"),
    *("laboratory.added", "laboratory.changed", "laboratory.retired", "laboratory.reinstated"),
    *("laboratory.code_mapped", "laboratory.unit_mapped", "laboratory.mapping_taken_back", "laboratory.file_imported"),
    *("range.set", "range.retired", "lab_policy.changed", "lab_policy.signed", "reminder_rules.changed"),
    *("withdrawal.confirmed", "withdrawal.refused", "withdrawal.decided", "preparation_policy.changed"),
)


def patterns(resolver=None, prefix=""):
    """Every path the product answers, with its view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.callback
        else:
            yield from patterns(pattern, path)


def is_public(view):
    cls = getattr(view, "cls", None)
    return (
        view.__module__ in PUBLIC
        or view.__module__.startswith(PUBLIC_PREFIX)
        or getattr(cls, "__name__", "") == NOWHERE
    )


PAGES = {path: view for path, view in patterns() if not hasattr(view, "cls") and not is_public(view)}
ROUTES = {path: view for path, view in patterns() if hasattr(view, "cls") and not is_public(view)}
OPERATIONS = [
    (method, path) for path, view in ROUTES.items() for method in view.actions if method in ("post", "patch", "delete")
]


def address(path, pk):
    """The path with `pk` for each id, and something its view can read for what else it takes."""
    samples = {"uuid": str(pk), "slug": "weeks", "str": "x", "day": "2024-05-01", "analyte": "platelets"}
    return "/" + re.sub(r"<(\w+):\w+>", lambda match: samples[match[1]], path)


def token_of(role, clinic):
    staff = MembershipFactory(role=role, clinic=clinic).staff
    _, secret = create_api_token(staff=staff, name="test", valid_for=None)
    return {"Authorization": f"Token {secret}"}


def test_every_page_declares_a_permission():
    assert {
        path: getattr(view, "permission", None) for path, view in PAGES.items() if not hasattr(view, "permission")
    } == {}
    assert {type(view.permission) for view in PAGES.values()} == {May}


def test_every_api_action_declares_a_permission_and_no_more():
    declared, needed = set(), set()
    for view in ROUTES.values():
        assert view.cls.permission_classes == [Permitted]
        declared |= {(view.cls, name) for name in view.cls.permissions_by_action}
        needed |= {(view.cls, name) for method, name in view.actions.items()}

    assert declared == needed


def test_nothing_but_what_is_listed_here_is_public():
    public = {view.__module__ for _, view in patterns() if is_public(view)}

    assert {module for module in public if not module.startswith(PUBLIC_PREFIX)} <= PUBLIC | {
        "iotrex_followup.api.urls"
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_asks_a_stranger_to_sign_in(path):
    statuses = {Client().get(address(path, uuid4())).status_code, Client().post(address(path, uuid4())).status_code}

    assert statuses <= {302, 405}


def roles_that_may(operation):
    """The roles to which a write is open, as this file lists them."""
    if operation in ASKED | OWN:
        return set(Role)
    if operation in SIMULATED:
        return {Role.CLINICIAN, Role.ADMINISTRATOR}
    if operation in ADMINISTERED:
        return {Role.ADMINISTRATOR}
    return {Role.CLINICIAN} if operation in DECIDED else {Role.CLINICIAN, Role.COORDINATOR}


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_api_write_is_open_to_the_roles_that_may(method, path):
    name = f"{method} {path.removeprefix('api/v1/').replace('<uuid:pk>', '{pk}')}"
    expected = roles_that_may(name)
    clinic = ClinicFactory()

    answers = {
        role: Client().generic(method, address(path, uuid4()), "{}", "application/json", headers=token_of(role, clinic))
        for role in Role
    }

    assert {role for role, answer in answers.items() if answer.status_code != 403} == expected
    assert {answer.status_code for answer in answers.values()} <= {400, 403, 404, 415, 422}


def pages_open_to(role):
    """The pages on which a person of `role` may post something."""
    client = Client()
    client.force_login(MembershipFactory(role=role).staff)
    answers = {path: client.post(address(path, uuid4())).status_code for path in PAGES}
    return {path for path, status in answers.items() if status not in (403, 405)}


@pytest.mark.django_db
def test_pages_take_forms_from_the_roles_that_may():
    found = {role: pages_open_to(role) for role in Role}

    assert found[Role.AUDITOR] == EVERYBODYS_PAGES
    assert found[Role.ADMINISTRATOR] == EVERYBODYS_PAGES | ADMINISTERED_PAGES | SIMULATED_PAGES
    assert found[Role.CLINICIAN] - found[Role.COORDINATOR] == DECIDED_PAGES | SIMULATED_PAGES
    assert found[Role.COORDINATOR] - found[Role.CLINICIAN] == set()
    assert not found[Role.COORDINATOR] & (DECIDED_PAGES | ADMINISTERED_PAGES | SIMULATED_PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", DECISIONS)
def test_decision_of_a_clinician_is_not_undone_by_a_coordinator(client, kind):
    member = MembershipFactory(role=Role.COORDINATOR)
    row = {"row": "accounts.clinic", "id": str(member.clinic.pk), "before": {}, "after": {}}
    decided = Event.objects.create(clinic=member.clinic, kind=kind, facts={"rows": [row]})
    client.force_login(member.staff)

    page = client.post(f"/events/{decided.pk}/undo/")
    answer = Client().post(
        f"/api/v1/events/{decided.pk}/undo",
        {"reason": "x"},
        content_type="application/json",
        headers=token_of(Role.COORDINATOR, member.clinic),
    )

    assert (page.status_code, answer.status_code) == (403, 403)
    assert not Event.objects.filter(undoes=decided).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", sorted(path for path, view in PAGES.items() if view.permission not in GRANTS[Role.AUDITOR])
)
def test_page_that_changes_something_is_closed_to_the_auditor(client, path):
    client.force_login(MembershipFactory(role=Role.AUDITOR).staff)

    statuses = {client.get(address(path, uuid4())).status_code, client.post(address(path, uuid4())).status_code}

    assert 403 in statuses
    assert statuses <= {403, 405}


@pytest.fixture
def foreign_rows(db):
    """One row of everything in a clinic."""
    member = MembershipFactory()
    plan = enrolled(by=member.staff, clinic=member.clinic, started_on=date(2024, 1, 31), today=date(2024, 2, 10))
    return [
        member,
        *rows_of_follow_up(plan, member),
        *rows_of_results(plan, member),
        *rows_of_imaging(plan),
        *rows_of_preparation(plan, member),
        *rows_of_the_clinic(member),
    ]


def rows_of_follow_up(plan, member):
    clinic, staff, patient = member.clinic, member.staff, plan.patient
    month = visit_of(plan, "M6")
    book_visits(visits=[month], on=month.target, by=staff, today=date(2024, 2, 10), reason="Only day")
    return [
        plan,
        patient,
        visit_of(plan, "W1"),
        plan.treatment,
        patient.appointments.get(),
        PlannedActivity.objects.first(),
        Event.objects.first(),
        Contact.objects.create(clinic=clinic, patient=patient),
        CareTeam.objects.create(clinic=clinic, patient=patient, phase="weeks"),
        patient.absences.create(clinic=clinic, first_day=date(2024, 5, 1), last_day=date(2024, 5, 1)),
        VisitRecord.objects.create(clinic=clinic, patient=patient, occurred_on=date(2024, 2, 10), recorded_by=staff),
        patient.clinical_events.create(clinic=clinic, kind="iodine", started_on=date(2024, 2, 9)),
        patient.contact_entries.create(
            clinic=clinic, direction="in", means="reply", at=timezone.now(), outcome="told_us", said="Hello"
        ),
    ]


def rows_of_results(plan, member):
    clinic, patient = member.clinic, plan.patient
    arrive(patient, date(2024, 1, 30), by=member.staff)
    result, laboratory = patient.lab_results.first(), LaboratoryFactory(clinic=clinic)
    return [
        result,
        result.report,
        patient.baselines.first(),
        patient.supportive_care.create(clinic=clinic, product="platelets", given_on=date(2024, 2, 9)),
        laboratory,
        laboratory.codes.create(clinic=clinic, code="PLT2", analyte="platelets"),
        laboratory.units.create(clinic=clinic, spelling="Gpt", unit="10*9/L"),
        laboratory.ranges.create(clinic=clinic, analyte="platelets", low=130, unit="10*9/L"),
        HeldBackFactory(clinic=clinic, laboratory=laboratory),
    ]


def rows_of_imaging(plan):
    reading = ReadingFactory(study__patient=plan.patient)
    lesion = LesionFactory(baseline__patient=plan.patient)
    return [reading.study, reading, lesion.baseline, lesion]


def rows_of_preparation(plan, member):
    whose = {"clinic": member.clinic, "patient": plan.patient, "recorded_by": member.staff}
    scan, day = visit_of(plan, "M3", "imaging"), date(2024, 4, 30)
    medicine = Medicine.objects.create(**whose, name="Labetalol")
    blockade = {"product": "KI", "dose_mg": 130, "starts_on": day, "last_on": day}
    return [
        medicine,
        Withdrawal.objects.create(**whose, medicine=medicine, visit=scan, counted_from=day),
        ThyroidBlockade.objects.create(**whose, **blockade, visit=scan, counted_from=day),
    ]


def rows_of_the_clinic(member):
    clinic, staff = member.clinic, member.staff
    move, substitute = date(2024, 5, 1), MembershipFactory(clinic=clinic).staff
    endpoint = WebhookEndpoint.objects.create(clinic=clinic, name="EHR", url="https://example.org", kinds=[])
    return [
        clinic,
        keep_file(clinic, "list.csv", b"mrn", "text/csv", staff),
        Protocol.objects.create(clinic=clinic, slug="own", version="0.1", title="Own", text="", sha256=""),
        ClinicClosure.objects.create(clinic=clinic, first_day=move, last_day=move, reason="Move"),
        clinic.capacities.create(activity="fdg_pet", places=1),
        Job.objects.create(clinic=clinic, kind=Job.Kind.VISIT_PLANS, created_by=staff),
        clinic.covers.create(staff=staff, substitute=substitute, starts_on=move, ends_on=move),
        clinic.ladder.create(step=1, staff=staff),
        endpoint,
        Message.objects.create(
            clinic=clinic, endpoint=endpoint, channel="webhook", kind="test", subject="Test", dedupe_key="test",
            state="dead", not_before=datetime(2024, 2, 10, tzinfo=UTC),
        ),
    ]  # fmt: skip


def answers_to(ask, foreign_rows):
    """What `ask` is answered for nobody's id, and for the rows of every table that its statements name beside that."""
    nobodys = uuid4()
    with CaptureQueriesContext(connection) as captured:
        answers = {"nobody": ask(nobodys).status_code}
    statements = " ".join(query["sql"] for query in captured if str(nobodys) in query["sql"])
    asked = [row for row in foreign_rows if f'"{row._meta.db_table}"' in statements]
    return answers | {row._meta.db_table: ask(row.pk).status_code for row in asked}


def looked_for(answers):
    """The paths for which there was a row of another clinic to be found; a path without one is not checked at all."""
    return {path for (path, _), found in answers.items() if len(found) > 1}


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ADMINISTRATOR])
def test_page_of_another_clinics_row_is_not_found(client, foreign_rows, role, settings):
    settings.CAPTURE_MESSAGES = True  # else there is no outbox
    client.force_login(MembershipFactory(role=role).staff)

    answers = {
        (path, method): answers_to(lambda pk, m=method, p=path: client.generic(m, address(p, pk)), foreign_rows)
        for path, view in PAGES.items()
        if "<uuid:" in path and view.permission in GRANTS[role]
        for method in ("GET", "POST")
    }

    assert {asked: found for asked, found in answers.items() if not {*found.values()} <= {404, 405}} == {}
    assert {path for path, _ in answers} == looked_for(answers)


def test_route_of_another_clinics_row_is_not_found(foreign_rows):
    headers = token_of(Role.CLINICIAN, ClinicFactory())

    def answer(path, method, pk):
        return Client().generic(method.upper(), address(path, pk), "{}", "application/json", headers=headers)

    answers = {
        (path, method): answers_to(lambda pk, m=method, p=path: answer(p, m, pk), foreign_rows)
        for path, view in ROUTES.items()
        if "<uuid:" in path
        for method in list(view.actions)  # the framework adds HEAD at the first call
        if view.cls.permissions_by_action[view.actions[method]] in GRANTS[Role.CLINICIAN]
    }

    assert {asked: found for asked, found in answers.items() if {*found.values()} != {404}} == {}
    assert {path for path, _ in answers} == looked_for(answers)
