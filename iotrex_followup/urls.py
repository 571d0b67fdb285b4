from django.urls import URLPattern, URLResolver, path

from iotrex_followup import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("live", health.live),
    path("ready", health.ready),
]
