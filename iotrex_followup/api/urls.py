"""Every route of the API. The tests hold that the schema describes each one and that each declares permissions."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts.api import ClinicResource, MembershipResource, MeRoute
from events.api import MessageResource, WebhookResource
from imaging.api.assessments import AssessmentResource
from imaging.api.blockades import BlockadeResource
from imaging.api.inrc import InrcResource
from imaging.api.lesions import LesionResource
from imaging.api.medicines import MedicineResource
from imaging.api.readings import ScoreReadingResource
from imaging.api.response import ResponseRoute
from imaging.api.scores import StudyScoreResource
from imaging.api.scoring import ScoringResource
from imaging.api.studies import ImagingStudyResource
from imaging.api.withdrawals import WithdrawalResource
from interop.fhir.api import PlanDefinitionResource, PlanDefinitionsRoute
from interop.labs.api import LabImportResource
from iotrex_followup.api.docs import docs
from labs.api.adverse_events import AdverseEventResource
from labs.api.alerts import AlertResource
from labs.api.arrivals import ArrivalRoute
from labs.api.baselines import BaselineResource
from labs.api.duty import CoverResource, LadderResource
from labs.api.grading import GradeRoute
from labs.api.laboratories import CodeResource, LaboratoryResource, RangeResource, UnitResource
from labs.api.matches import MatchResource
from labs.api.monitoring import ClinicMonitoringRoute, TreatmentMonitoringResource
from labs.api.offers import OffersRoute
from labs.api.planned_treatment import PlannedTreatmentRoute
from labs.api.policy import LabPolicyResource
from labs.api.quarantine import QuarantineResource
from labs.api.results import ResultResource
from labs.api.support import SupportResource
from patients.api import CareTeamResource, ContactResource
from patients.contact_log_api import ContactEntryResource
from schedules.api.absences import AbsenceResource
from schedules.api.agenda import CapacityResource, ClinicCalendarRoute
from schedules.api.appointments import AppointmentResource, RecordResource
from schedules.api.as_of import AsOfRoute
from schedules.api.bundles import FewestTripsRoute
from schedules.api.carrying import CarriedVisitResource, LeftRoute
from schedules.api.chase import ChaseRoute
from schedules.api.clinical_events import ClinicalEventResource, HeldVisitResource
from schedules.api.clinics import ClosureResource
from schedules.api.history import EventResource, JobResource
from schedules.api.patients import PatientRecordResource
from schedules.api.planning import DriftRoute, LoadRoute
from schedules.api.plans import PlanResource
from schedules.api.proposals import ProposalResource
from schedules.api.protocols import ProtocolResource
from schedules.api.reminders import ReminderRulesResource, ReminderTextsRoute
from schedules.api.sign_offs import SettingsRoute, SignOffResource
from schedules.api.treatments import EnrolmentRoute, TimelineRoute, TreatmentResource
from schedules.api.versions import MigrationResource, SimulationResource
from schedules.api.visits import VisitResource

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for prefix, resource in {
    "absences": AbsenceResource,
    "adverse-events": AdverseEventResource,
    "alerts": AlertResource,
    "appointments": AppointmentResource,
    "assessments": AssessmentResource,
    "baselines": BaselineResource,
    "care-teams": CareTeamResource,
    "clinical-events": ClinicalEventResource,
    "clinics": ClinicResource,
    "capacities": CapacityResource,
    "closures": ClosureResource,
    "contact-entries": ContactEntryResource,
    "contacts": ContactResource,
    "covers": CoverResource,
    "enrolments": EnrolmentRoute,
    "events": EventResource,
    "imaging-studies": ImagingStudyResource,
    "jobs": JobResource,
    "laboratories": LaboratoryResource,
    "ladder": LadderResource,
    "laboratory-codes": CodeResource,
    "laboratory-units": UnitResource,
    "lesions": LesionResource,
    "matches": MatchResource,
    "medicines": MedicineResource,
    "memberships": MembershipResource,
    "messages": MessageResource,
    "migrations": MigrationResource,
    "patients": PatientRecordResource,
    "plans": PlanResource,
    "proposals": ProposalResource,
    "protocols": ProtocolResource,
    "quarantine": QuarantineResource,
    "reference-ranges": RangeResource,
    "results": ResultResource,
    "score-readings": ScoreReadingResource,
    "sign-offs": SignOffResource,
    "simulations": SimulationResource,
    "supportive-care": SupportResource,
    "thyroid-blockades": BlockadeResource,
    "treatments": TreatmentResource,
    "visit-records": RecordResource,
    "visits": VisitResource,
    "webhooks": WebhookResource,
    "withdrawals": WithdrawalResource,
}.items():
    router.register(prefix, resource, basename=prefix)


class NowhereRoute(APIView):
    """What no other route answers: said as a problem, like everything the API refuses."""

    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        raise NotFound("There is no such address in this API; /api/schema/ lists all.")


app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(router.urls)),
    path("v1/chase", ChaseRoute.as_view({"get": "read"}), name="chase"),
    path(
        "v1/clinics/<uuid:pk>/lab-policy",
        LabPolicyResource.as_view({"get": "retrieve", "patch": "partial_update"}, detail=True),
        name="lab-policy",
    ),
    path(
        "v1/clinics/<uuid:pk>/reminder-rules",
        ReminderRulesResource.as_view({"get": "retrieve", "patch": "partial_update"}, detail=True),
        name="reminder-rules",
    ),
    path(
        "v1/clinics/<uuid:pk>/reminder-texts",
        ReminderTextsRoute.as_view({"get": "read", "post": "save"}),
        name="reminder-texts",
    ),
    path(
        "v1/clinics/<uuid:pk>/reminder-texts/reset",
        ReminderTextsRoute.as_view({"post": "reset"}),
        name="reminder-texts-reset",
    ),
    path(
        "v1/clinics/<uuid:pk>/reminder-texts/preview",
        ReminderTextsRoute.as_view({"post": "preview"}),
        name="reminder-texts-preview",
    ),
    path("v1/clinics/<uuid:pk>/drift", DriftRoute.as_view({"get": "read"}), name="clinic-drift"),
    path("v1/clinics/<uuid:pk>/load", LoadRoute.as_view({"get": "read"}), name="clinic-load"),
    path("v1/clinics/<uuid:pk>/calendar", ClinicCalendarRoute.as_view({"get": "read"}), name="clinic-calendar"),
    path("v1/clinics/<uuid:pk>/settings", SettingsRoute.as_view({"get": "read"}), name="clinic-settings"),
    path("v1/clinics/<uuid:pk>/monitoring", ClinicMonitoringRoute.as_view({"get": "read"}), name="clinic-monitoring"),
    path(
        "v1/clinics/<uuid:pk>/scoring",
        ScoringResource.as_view({"get": "retrieve", "patch": "partial_update"}, detail=True),
        name="clinic-scoring",
    ),
    path(
        "v1/clinics/<uuid:pk>/inrc",
        InrcResource.as_view({"get": "retrieve", "patch": "partial_update"}, detail=True),
        name="clinic-inrc",
    ),
    path(
        "v1/imaging-studies/<uuid:pk>/score",
        StudyScoreResource.as_view({"get": "retrieve"}, detail=True),
        name="study-score",
    ),
    path("v1/me", MeRoute.as_view({"get": "read"}), name="me"),
    path("v1/labs/grade", GradeRoute.as_view({"post": "grade"}), name="labs-grade"),
    path("v1/labs/imports", LabImportResource.as_view({"get": "list", "post": "create"}), name="labs-imports"),
    path("v1/labs/imports/<uuid:pk>", LabImportResource.as_view({"get": "retrieve"}, detail=True), name="labs-import"),
    path("v1/labs/results", ArrivalRoute.as_view({"post": "receive"}), name="labs-results"),
    path(
        "v1/patients/<uuid:pk>/fewest-trips",
        FewestTripsRoute.as_view({"get": "preview", "post": "accept"}),
        name="fewest-trips",
    ),
    path(
        "v1/patients/<uuid:pk>/planned-treatment",
        PlannedTreatmentRoute.as_view({"get": "read"}),
        name="planned-treatment",
    ),
    path("v1/patients/<uuid:pk>/earlier-plans", LeftRoute.as_view({"get": "read"}), name="earlier-plans"),
    path("v1/patients/<uuid:pk>/offers", OffersRoute.as_view({"get": "read"}), name="offers"),
    path("v1/patients/<uuid:pk>/response", ResponseRoute.as_view({"get": "read"}), name="response"),
    path("v1/plans/<uuid:pk>/as-of", AsOfRoute.as_view({"get": "read"}), name="plan-as-of"),
    path(
        "v1/treatments/<uuid:pk>/monitoring",
        TreatmentMonitoringResource.as_view({"get": "retrieve"}, detail=True),
        name="treatment-monitoring",
    ),
    path("v1/visits/<uuid:pk>/carry", CarriedVisitResource.as_view({"post": "carry"}, detail=True), name="visit-carry"),
    path(
        "v1/visits/<uuid:pk>/let-go-on",
        HeldVisitResource.as_view({"post": "go_on"}, detail=True),
        name="visit-let-go-on",
    ),
    path("v1/plan-definitions", PlanDefinitionsRoute.as_view({"post": "create"}), name="plan-definitions"),
    path(
        "v1/protocols/<uuid:pk>/plan-definition",
        PlanDefinitionResource.as_view({"get": "read"}, detail=True),
        name="plan-definition",
    ),
    path("v1/timeline/preview", TimelineRoute.as_view({"post": "preview"}), name="timeline-preview"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", NowhereRoute.as_view(), name="nowhere"),
]
