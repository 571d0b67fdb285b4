from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        """Let endpoints be sent a test."""
        from events.delivery.webhooks import register_test

        register_test()
