from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        """Let endpoints be sent a test, and lists of staff say whom messages do not reach."""
        from accounts.reaching import UNREACHED
        from events.delivery.webhooks import register_test
        from events.reaching import failing_ways

        register_test()
        UNREACHED.append(failing_ways)
