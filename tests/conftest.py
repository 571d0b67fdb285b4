"""What every test stands on: a database of its own, no network but loopback, settings made for tests."""

import fcntl
import gc
import ipaddress
import socket
from collections.abc import Iterator
from typing import IO

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

from iotrex_followup.embedded import Home, Postgres, Valkey

# What PostgreSQL itself decides: row history, constraints, locks, COPY, statuses and groups in SQL. These tests also
# run against the server of DATABASE_URL, whose version is another than the embedded one's.
DECIDED_BY_THE_DATABASE = (
    "tests/api/test_at_once.py",
    "tests/events/",
    "tests/faults/test_defects.py",
    "tests/interop/test_bulk.py",
    "tests/interop/test_import_command.py",
    "tests/interop/test_import_job.py",
    "tests/interop/test_import_labs_",
    "tests/labs/test_receiving",
    "tests/schedules/test_enrolment_actions.py",
    "tests/schedules/test_every_action.py",
    "tests/schedules/test_models.py",
    "tests/schedules/test_places.py",
    "tests/schedules/test_querysets.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that .ci/run repeats against PostgreSQL and Redis servers where they answer."""
    for item in items:
        if item.nodeid.startswith(DECIDED_BY_THE_DATABASE):
            item.add_marker("services")


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of every later garbage collection: it stays until the end."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Fit the settings, before anything has used them."""
    # Speed is measured in tests/bench; how busy a machine is fails no test. The suite tries the same examples at every
    # run, so that what passed passes again; new ones are looked for with --hypothesis-profile=explore.
    hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
    hypothesis.settings.register_profile("explore", deadline=None, max_examples=400, print_blob=True)
    hypothesis.settings.load_profile(config.getoption("--hypothesis-profile") or "suite")
    settings.SECRET_KEY = "only-for-tests"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # Static files come from where they are written, without collecting them first.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    # Another home than the demo's, so that tests and a running demo do not meet.
    settings.EMBEDDED_HOME = Home.of(settings.BASE_DIR, "test")
    if not settings.DATABASE_URL:
        settings.DATABASES["default"]["HOST"] = str(settings.EMBEDDED_HOME.sockets)


@pytest.fixture(scope="session")
def embedded_servers() -> Iterator[Home]:
    """The embedded servers of the tests, which run as long as any test process of this checkout uses them."""
    home: Home = settings.EMBEDDED_HOME
    home.make()
    with (home.path / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        Postgres(home, durable=False).start()
        yield home
        if _is_last(users):
            Postgres(home).stop()
            Valkey(home).stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    if not settings.DATABASE_URL:
        request.getfixturevalue("embedded_servers")


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    """Forget what earlier tests cached: allauth counts sign-ins there, thirty a minute and no more."""
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def no_network_but_loopback() -> Iterator[None]:
    """Refuse every connection that would leave this computer."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        _refuse_unless_local(self.family, address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _refuse_unless_local(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: str | bytes | None, *args: object, **kwargs: object) -> object:
        _refuse_unless_local(socket.AF_INET, (host,))
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _refuse_unless_local(family: int, address: object) -> None:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0]
    if isinstance(host, bytes):
        host = host.decode()
    if host not in (None, "", "localhost", socket.gethostname()) and not _is_loopback(host):
        raise AssertionError(f"A test tried to reach {host}; tests reach nothing but this computer.")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
