from django.urls import URLPattern, URLResolver, include, path

from iotrex_followup import health
from patients.urls import urlpatterns as patients_pages
from schedules.views.patients import patient_list

urlpatterns: list[URLPattern | URLResolver] = [
    path("live", health.live),
    path("ready", health.ready),
    path("accounts/", include("allauth.account.urls")),
    path("api/", include("iotrex_followup.api.urls")),
    path("", include("accounts.urls")),
    # The list shows plans beside patients, so a layer above the other pages of patients makes it.
    path("patients/", include(([path("", patient_list, name="list"), *patients_pages], "patients"))),
    path("", include("events.urls")),
    path("import/", include("interop.urls")),
    path("results/import/", include("interop.labs.urls")),
    path("", include("labs.urls")),
    path("", include("imaging.urls")),
    path("", include("schedules.urls")),
]

handler500 = "iotrex_followup.api.problems.server_error"
