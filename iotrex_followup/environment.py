"""Reads the environment for settings.py, and says in one go what a production process misses."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

REQUIRED_IN_PRODUCTION = {
    "SECRET_KEY": "a random text of 50 characters or more (or SECRET_KEY_FILE: a file that holds it)",
    "DATABASE_URL": "postgres://USER:PASSWORD@HOST:5432/NAME",
    "REDIS_URL": "redis://HOST:6379/0",
    "BASE_URL": "the address people use, https://followup.example.org",
    "EMAIL_URL": "smtp://USER:PASSWORD@HOST:587?tls=1",
}

SMS_BODY = '{"to": "{to}", "text": "{text}", "key": "{key}"}'


def require_production_settings(environ: Mapping[str, str]) -> None:
    """Refuse to serve with anything missing that must not be guessed; only the demo may start without.

    Raises ImproperlyConfigured, naming all that is missing at once.
    """
    if environ.get("IOTREX_DEMO") == "1":
        return
    given = dict(environ) | {"SECRET_KEY": secret(environ, "SECRET_KEY")}
    missing = [f"{name}: {what}" for name, what in REQUIRED_IN_PRODUCTION.items() if not given.get(name)]
    if not missing and not given["BASE_URL"].startswith("https://"):
        missing = ["BASE_URL: it must begin with https://, since patient data travels over it"]
    if missing:
        raise ImproperlyConfigured("Set these in the environment first:\n  " + "\n  ".join(missing))


def secret(environ: Mapping[str, str], name: str) -> str:
    """Return the value of `name`, or the content of the file `name`_FILE names, or an empty string."""
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return environ.get(name, "")


def words(environ: Mapping[str, str], name: str) -> list[str]:
    """Return the comma-separated values of `name`."""
    return [word.strip() for word in environ.get(name, "").split(",") if word.strip()]


def email_settings(url: str, *, outbox: Path) -> dict[str, Any]:
    """Return Django's e-mail settings for `url`; with none, messages become files in the folder `outbox`.

    Raises ImproperlyConfigured for a scheme other than smtp.
    """
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": outbox,
        }
    parts = urlsplit(url)
    if parts.scheme != "smtp" or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://USER:PASSWORD@HOST:587?tls=1")
    options = parse_qs(parts.query)
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": options.get("tls") == ["1"],
        "EMAIL_USE_SSL": options.get("ssl") == ["1"],
        "EMAIL_TIMEOUT": 20,
    }


def sms_gateway(environ: Mapping[str, str]) -> tuple[str, Any]:
    """Return the address of the SMS gateway (blank: there is none) and the JSON it takes, with placeholders.

    Raises ImproperlyConfigured for another address than http or https, and for a template that cannot work.
    """
    url = environ.get("SMS_URL", "")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise ImproperlyConfigured("SMS_URL must look like https://gateway.example.org/messages")
    template = environ.get("SMS_BODY") or SMS_BODY
    remedy = f"SMS_BODY must be JSON and hold {{to}} and {{text}}, such as {SMS_BODY}"
    try:
        body = json.loads(template)
    except ValueError as error:
        raise ImproperlyConfigured(remedy) from error
    if "{to}" not in template or "{text}" not in template:
        raise ImproperlyConfigured(remedy)
    return url, body


def rates(environ: Mapping[str, str]) -> dict[str, int]:
    """Return how many messages a minute leave by each channel, from such as EMAIL_RATE; 0: any number.

    Raises ImproperlyConfigured for what is no number.
    """
    found = {channel: environ.get(f"{channel.upper()}_RATE") or "0" for channel in ("email", "sms", "webhook")}
    if wrong := [f"{channel.upper()}_RATE" for channel, rate in found.items() if not rate.isdecimal()]:
        raise ImproperlyConfigured(f"A number of messages a minute is needed in {', '.join(wrong)}, such as 120")
    return {channel: int(rate) for channel, rate in found.items()}
