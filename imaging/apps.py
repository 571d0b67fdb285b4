from django.apps import AppConfig


class ImagingConfig(AppConfig):
    name = "imaging"

    def ready(self) -> None:
        """Let images follow what happens to patients and their plans."""
        from imaging.following import register

        register()
