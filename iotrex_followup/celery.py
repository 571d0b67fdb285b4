"""The Celery application. Redis holds no truth: a message carries ids only and is a hint."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured

from iotrex_followup.environment import require_production_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")

app = Celery("iotrex_followup")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_without_secrets(**_: Any) -> None:
    """Stop a worker or a beat that lacks what production needs."""
    try:
        require_production_settings(os.environ)
    except ImproperlyConfigured as error:
        # Celery logs an ordinary exception of a signal and goes on; this one ends the process.
        raise SystemExit(str(error)) from error
