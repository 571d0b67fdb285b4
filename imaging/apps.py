from django.apps import AppConfig


class ImagingConfig(AppConfig):
    name = "imaging"

    def ready(self) -> None:
        """Let images follow what happens to patients and their plans; tell the register how scans are scored."""
        from events.undo import BEFORE_UNDO
        from imaging.actions.undoing import UNDONE, refuse_undoing
        from imaging.following import register
        from imaging.sign_offs import imaging_settings
        from schedules.sign_offs import SETTINGS

        register()
        SETTINGS.append(imaging_settings)
        for kind in UNDONE:
            BEFORE_UNDO[kind].append(refuse_undoing)
