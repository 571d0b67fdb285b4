from django.urls import URLPattern, URLResolver, path

from events import views

app_name = "events"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.ledger, name="ledger"),
    path("<uuid:pk>/send-again/", views.again, name="send_again"),
    path("<uuid:pk>/settle/", views.settle, name="settle"),
]
