"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from iotrex_followup.environment import require_production_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
require_production_settings(os.environ)
application = get_wsgi_application()
