from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        """Say what of patients is open work of somebody who leaves."""
        from accounts.open_work import OPEN_WORK
        from patients.open_work import PATIENTS, TEAMS

        OPEN_WORK.extend((PATIENTS, TEAMS))
