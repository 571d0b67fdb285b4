from django.urls import URLPattern, URLResolver, path

from events.views import ledger, metrics, outbox, webhooks

app_name = "events"

urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", ledger.ledger, name="ledger"),
    path("messages/<uuid:pk>/send-again/", ledger.again, name="send_again"),
    path("messages/<uuid:pk>/settle/", ledger.settle, name="settle"),
    path("messages/<uuid:pk>/returned/", ledger.returned, name="returned"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<uuid:pk>/", outbox.captured, name="captured"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/add/", webhooks.add_webhook, name="add_webhook"),
    path("webhooks/<uuid:pk>/change/", webhooks.change_webhook, name="change_webhook"),
    path("webhooks/<uuid:pk>/deactivate/", webhooks.deactivate_webhook, name="deactivate_webhook"),
    path("webhooks/<uuid:pk>/test/", webhooks.test_webhook, name="test_webhook"),
    path("metrics", metrics.metrics, name="metrics"),
]
