from django.apps import AppConfig
from django.core.checks import Tags, register


class IotrexFollowupConfig(AppConfig):
    name = "iotrex_followup"

    def ready(self) -> None:
        from iotrex_followup.upgrading import tell_databases_in_between

        register(tell_databases_in_between, Tags.database)
