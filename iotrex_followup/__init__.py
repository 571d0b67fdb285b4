"""Iotrex Follow-up: the project's settings, entry points and the few things every app shares."""

from iotrex_followup.celery import app as celery_app

# Loaded with Django, so that every @shared_task belongs to this application and finds its broker.
__all__ = ["celery_app"]
