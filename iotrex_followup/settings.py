"""The one settings file: every deployment differs only by its environment."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import pghistory
import pgtrigger
from csp.constants import NONE, SELF

from iotrex_followup.embedded import Home, Postgres, Valkey
from iotrex_followup.environment import email_settings, rates, secret, sms_gateway, words

BASE_DIR = Path(__file__).resolve().parent.parent

# The demo is the only thing that serves without the settings production needs (environment.py).
DEMO = os.environ.get("IOTREX_DEMO") == "1"
DEBUG = os.environ.get("DEBUG") == "1"

# Empty is allowed: commands that sign nothing work without, and Django refuses at the first use.
SECRET_KEY = secret(os.environ, "SECRET_KEY")
SECRET_KEY_FALLBACKS = words(os.environ, "SECRET_KEY_FALLBACKS")

# Where people reach us. Without it: loopback only, plain HTTP.
BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
# Loopback stays allowed for health checks from inside the host.
ALLOWED_HOSTS = [
    *{urlsplit(BASE_URL).hostname or "", "127.0.0.1", "localhost"},
    *words(os.environ, "ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL, *words(os.environ, "CSRF_TRUSTED_ORIGINS")]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "iotrex_followup",
    "accounts",
    "events",
    "patients",
    "schedules",
    "labs",
    "imaging",
    "interop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "iotrex_followup.middleware.read_api_addresses_with_a_slash",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "iotrex_followup.middleware.never_cache_what_people_see",
    "iotrex_followup.middleware.sign_out_when_idle",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ClinicMiddleware",
    "iotrex_followup.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "iotrex_followup.urls"
WSGI_APPLICATION = "iotrex_followup.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "labs.context.alert_counts",
            ],
        },
    },
]

# With no DATABASE_URL or REDIS_URL the project's own servers stand in, started at the first connection.
EMBEDDED_HOME = Home.of(BASE_DIR)
DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {
    "default": dj_database_url.parse(
        DATABASE_URL or Postgres(EMBEDDED_HOME).url,
        engine=None if DATABASE_URL else "iotrex_followup.embedded",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
# No page waits longer than this for one statement; long jobs set their own limit (SET LOCAL).
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "options": "-c statement_timeout=60s -c lock_timeout=10s",
}
REDIS_URL = os.environ.get("REDIS_URL") or Valkey(EMBEDDED_HOME).url
AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Sign-in by e-mail alone; nobody signs up (accounts/adapter.py), and an invitation proves the address.
ACCOUNT_ADAPTER = "accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Iotrex Follow-up: "
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 (a model, not a token)

# The API: a token or the session of the pages, JSON both ways, refused unless a route declares its permission.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.Permitted"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["iotrex_followup.api.parsing.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "iotrex_followup.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["iotrex_followup.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "iotrex_followup.api.schema.RouteSchema",
    "EXCEPTION_HANDLER": "iotrex_followup.api.problems.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Iotrex Follow-up",
    "VERSION": "1",
    "DESCRIPTION": (
        "Follow-up of patients treated with iobenguane I-131 (131I-MIBG). Research use: the schedule is a template "
        "that the treating centre approves."
    ),
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # The schema holds no patient data, and code generators read it without signing in.
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    # Names for choices whose field is called the same elsewhere.
    "ENUM_NAME_OVERRIDES": {
        "ImagingKind": "imaging.models.ImagingStudy.Kind",
        "ReportStatus": "imaging.models.ImagingStudy.ReportStatus",
        "AssessmentState": "imaging.models.ResponseAssessment.State",
        "AssessedCourse": "imaging.models.ResponseAssessment.Course",
        "AssessedUptake": "imaging.models.ResponseAssessment.Uptake",
        "LesionRole": "imaging.models.Lesion.Role",
        "AppointmentState": "schedules.models.Appointment.State",
        "ClinicalEventKind": "patients.models.ClinicalEvent.Kind",
        "ContactConsent": "patients.models.Contact.Consent",
        "ContactDirection": "patients.models.ContactEntry.Direction",
        "ContactLanguage": "patients.models.Language",
        "ReminderChannel": "schedules.reminders.texts.CHANNELS",
        "ReminderLanguage": "schedules.reminders.texts.LANGUAGES",
        "EnteredTreatmentState": "schedules.api.bodies.ENTERED_STATES",
        "JobKind": "events.models.Job.Kind",
        "JobState": "events.models.Job.State",
        "MessageChannel": "events.models.Message.Channel",
        "MessageState": "events.models.Message.State",
        "TreatmentKind": "patients.models.Treatment.Kind",
        "TreatmentState": "patients.models.Treatment.State",
        "VisitKind": "schedules.models.PlannedVisit.Kind",
        "ActivityStatus": "schedules.models.ActivityStatus",
        "PatientStatus": "patients.models.Patient.Status",
        "ProposalState": "schedules.models.Proposal.State",
        "ProtocolStatus": "schedules.models.Protocol.Status",
        "StoredVisitStatus": "schedules.models.PlannedVisit.Status",
        "ShownStatus": "schedules.protocol.Status",
        "ResultStatus": "labs.models.LabResult.Status",
        "GradeStatus": "labs.models.LabGrade.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "iotrex_followup.api.schema.add_problems",
        "iotrex_followup.api.examples.add_examples",
    ],
}

# A session ends twelve hours after sign-in, after fifteen idle minutes, and with the browser.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 15 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^(live|ready|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# The proxy in front of us sets this header itself, whatever the browser sent (deploy/nginx.conf).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Import files of a large clinic fit; what is larger is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

vars().update(email_settings(secret(os.environ, "EMAIL_URL"), outbox=BASE_DIR / "var" / "mail"))
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "follow-up@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# The other ways out (events/delivery/channels). Captured messages leave by none of them: for demos.
SMS_URL, SMS_BODY = sms_gateway(os.environ)
SMS_TOKEN, SMS_SECRET = secret(os.environ, "SMS_TOKEN"), secret(os.environ, "SMS_SECRET")
SMS_TIMEOUT = 20.0
CHANNEL_RATES = rates(os.environ)
CAPTURE_MESSAGES = os.environ.get("CAPTURE_MESSAGES") == "1"
WEBHOOK_ALLOW_PRIVATE = os.environ.get("WEBHOOK_ALLOW_PRIVATE") == "1"
METRICS_TOKEN = secret(os.environ, "METRICS_TOKEN")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
# var/bundle holds what bin/setup builds: the chart library for the browser (chart_bundle.py).
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "var" / "bundle"]
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Row history is kept by the database itself, so bulk writes, COPY and raw SQL are recorded too.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="row_history")

# Celery: hints only. Nothing waits in a worker's memory, nothing is lost when Redis is.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 280
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# An import may take an hour: what messages and alerts hang on must not wait behind it, nor behind printing or a
# migration. A worker started without -Q takes both queues; one of its own takes `urgent` alone.
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {"celery": {}, "urgent": {}}
CELERY_TASK_ROUTES = {
    task: {"queue": "urgent"}
    for task in (
        "events.tasks.deliver",
        "labs.tasks.escalate_alerts",
        "labs.tasks.lapse_alerts",
        "labs.tasks.escalate_quarantine",
        "labs.tasks.send_digests",
        "schedules.tasks.write_reminders",
    )
}
CELERY_BEAT_SCHEDULE_FILENAME = os.environ.get("BEAT_SCHEDULE", str(BASE_DIR / "var" / "beat-schedule"))
# The most urgent first: in this order `manage.py deliver` does what is due at the same moment.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A hint like all others: what is due is a row with a time, and any number of ticks sends it once.
    "deliver": {"task": "events.tasks.deliver", "schedule": 5.0, "options": {"expires": 5}},
    # Whom an alert reaches next is due by the row's own time; each step is told once, however often it runs.
    "escalate alerts": {
        "task": "labs.tasks.escalate_alerts",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    # What was to happen after an alert and did not brings it back; by the row's own day, so running late loses nothing.
    "lapse alerts": {
        "task": "labs.tasks.lapse_alerts",
        "schedule": 5 * 60.0,
        "options": {"expires": 5 * 60},
    },
    # Each cause is told once a day, by a key, so running often or late changes nothing.
    "escalate quarantine": {
        "task": "labs.tasks.escalate_quarantine",
        "schedule": 60 * 60.0,
        "options": {"expires": 60 * 60},
    },
    # One digest a person and day, by a key, when their clinic opens by its own clock.
    "send digests": {
        "task": "labs.tasks.send_digests",
        "schedule": 5 * 60.0,
        "options": {"expires": 5 * 60},
    },
    # What is wanted within two days becomes a row; late or twice changes nothing that still matters.
    "write reminders": {
        "task": "schedules.tasks.write_reminders",
        "schedule": 5 * 60.0,
        "options": {"expires": 5 * 60},
    },
    # A hint may be lost and a worker may die: what is not finished is offered again.
    "import waiting lists": {
        "task": "interop.tasks.import_waiting_lists",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    # What follows from days that passed, such as day 56 without a count; by the clinic's date, so late loses nothing.
    "follow additions": {
        "task": "labs.tasks.follow_additions",
        "schedule": 4 * 60 * 60.0,
        "options": {"expires": 4 * 60 * 60},
    },
    # Running twice changes nothing; by interval, since a clock time missed while beat was down would wait for a day.
    "extend horizons": {
        "task": "schedules.tasks.extend_horizons",
        "schedule": 60 * 60.0,
        "options": {"expires": 60 * 60},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "frames_only": {
            "()": "iotrex_followup.logs.FramesOnlyFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "frames_only"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django's own handlers would print messages of exceptions and mail whole requests.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # They tell each step of each document.
        "weasyprint": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}
