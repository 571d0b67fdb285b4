from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "schedules"

    def ready(self) -> None:
        """Settle a patient's plans when a change to their treatments is undone."""
        from events.undo import AFTER_UNDO
        from schedules.actions.records import settle_after_undo

        for kind in ("treatment.given", "treatment.withdrawn", "patient.merged", "patient.withdrawn"):
            AFTER_UNDO[kind] = settle_after_undo
