from django.urls import URLPattern, URLResolver, include, path

from iotrex_followup import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("live", health.live),
    path("ready", health.ready),
    path("accounts/", include("allauth.account.urls")),
    path("", include("accounts.urls")),
]
