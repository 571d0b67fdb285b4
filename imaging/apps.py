from django.apps import AppConfig


class ImagingConfig(AppConfig):
    name = "imaging"

    def ready(self) -> None:
        """Let images and preparations follow what happens to patients and plans, and say what of them others show."""
        from imaging import checks, following, preparing_for  # noqa: F401  (checks registers itself)

        following.register()
        preparing_for.register()
