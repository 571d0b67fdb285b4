"""What is read from the environment, and what a production process may not miss."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from iotrex_followup.environment import email_settings, rates, require_production_settings, secret, sms_gateway, words

COMPLETE = {
    "SECRET_KEY": "s" * 60,
    "DATABASE_URL": "postgres://u:p@db:5432/followup",
    "REDIS_URL": "redis://redis:6379/0",
    "BASE_URL": "https://followup.example.org",
    "EMAIL_URL": "smtp://mail:25",
}


def test_complete_environment_may_serve() -> None:
    require_production_settings(COMPLETE)


def test_demo_may_serve_with_nothing() -> None:
    require_production_settings({"IOTREX_DEMO": "1"})


@pytest.mark.parametrize("name", COMPLETE)
def test_one_missing_setting_is_named(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"first:\n  {name}: [^\n]+$"):
        require_production_settings(COMPLETE | {name: ""})


def test_all_missing_settings_are_named_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        require_production_settings({})
    named = [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]]
    assert named == list(COMPLETE)


def test_plain_http_is_refused_in_production() -> None:
    with pytest.raises(ImproperlyConfigured, match="BASE_URL: it must begin with https://"):
        require_production_settings(COMPLETE | {"BASE_URL": "http://followup.example.org"})


def test_secret_comes_from_its_file_first(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from the file\n")
    given = {"SECRET_KEY": "from the variable", "SECRET_KEY_FILE": str(tmp_path / "key")}
    assert secret(given, "SECRET_KEY") == "from the file"
    assert secret({"SECRET_KEY": "from the variable"}, "SECRET_KEY") == "from the variable"
    assert secret({}, "SECRET_KEY") == ""


def test_words_are_separated_by_commas() -> None:
    assert words({"HOSTS": "a.example, b.example,"}, "HOSTS") == ["a.example", "b.example"]
    assert words({}, "HOSTS") == []


def test_email_url_becomes_smtp_settings(tmp_path: Path) -> None:
    assert email_settings("smtp://clinic%40example.org:p%3Aw@mail.example:587?tls=1", outbox=tmp_path) == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "clinic@example.org",
        "EMAIL_HOST_PASSWORD": "p:w",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": 20,
    }


def test_without_email_url_messages_become_files(tmp_path: Path) -> None:
    assert email_settings("", outbox=tmp_path) == {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": tmp_path,
    }


def test_email_url_of_another_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must look like"):
        email_settings("mail.example:25", outbox=tmp_path)


def test_sms_gateway_is_an_address_and_a_template() -> None:
    given = {"SMS_URL": "https://sms.example/send", "SMS_BODY": '{"to": ["{to}"], "body": "{text}"}'}
    assert sms_gateway(given) == ("https://sms.example/send", {"to": ["{to}"], "body": "{text}"})
    assert sms_gateway({}) == ("", {"to": "{to}", "text": "{text}", "key": "{key}"})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SMS_URL": "sms.example/send"}, "SMS_URL must look like"),
        ({"SMS_BODY": "to={to}&text={text}"}, "SMS_BODY must be JSON"),
        ({"SMS_BODY": '{"to": "{to}"}'}, "SMS_BODY must be JSON and hold {to} and {text}"),
    ],
)
def test_sms_gateway_that_cannot_work_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        sms_gateway(given)


def test_rates_are_numbers_by_channel() -> None:
    assert rates({"SMS_RATE": "60"}) == {"email": 0, "sms": 60, "webhook": 0}
    with pytest.raises(ImproperlyConfigured, match="EMAIL_RATE, SMS_RATE"):
        rates({"EMAIL_RATE": "many", "SMS_RATE": "-1"})
