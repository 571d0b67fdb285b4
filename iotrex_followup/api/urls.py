"""Every route of the API. The tests hold that the schema describes each one and that each declares permissions."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts.api import ClinicResource, MembershipResource, MeRoute
from iotrex_followup.api.docs import docs
from patients.api import CareTeamResource, ContactResource
from schedules.api.appointments import AppointmentResource, RecordResource
from schedules.api.clinics import ClosureResource, ProtocolResource
from schedules.api.history import EventResource, JobResource
from schedules.api.patients import PatientRecordResource
from schedules.api.plans import PlanResource
from schedules.api.treatments import EnrolmentRoute, TimelineRoute, TreatmentResource
from schedules.api.visits import VisitResource

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for prefix, resource in {
    "appointments": AppointmentResource,
    "care-teams": CareTeamResource,
    "clinics": ClinicResource,
    "closures": ClosureResource,
    "contacts": ContactResource,
    "enrolments": EnrolmentRoute,
    "events": EventResource,
    "jobs": JobResource,
    "memberships": MembershipResource,
    "patients": PatientRecordResource,
    "plans": PlanResource,
    "protocols": ProtocolResource,
    "treatments": TreatmentResource,
    "visit-records": RecordResource,
    "visits": VisitResource,
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
    path("v1/me", MeRoute.as_view({"get": "read"}), name="me"),
    path("v1/timeline/preview", TimelineRoute.as_view({"post": "preview"}), name="timeline-preview"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", NowhereRoute.as_view(), name="nowhere"),
]
