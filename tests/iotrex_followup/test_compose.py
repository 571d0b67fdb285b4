"""docker-compose.yml read and run: each command of ours as a real process, with the embedded servers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from iotrex_followup.embedded import Home, Postgres, Valkey

CHECKOUT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROCFILE: dict[str, list[str]] = {
    name: command.replace(" --quiet", "").split()
    for name, command in yaml.safe_load((CHECKOUT / "Procfile").read_text()).items()
}


@pytest.fixture(scope="module")
def production(
    embedded_servers: Home, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment of a production process, with an empty database of this module's own."""
    scratch = tmp_path_factory.mktemp("production")
    (scratch / "secret_key").write_text("k" * 60 + "1234567890")
    Valkey(embedded_servers).start()
    server = Postgres(embedded_servers).url
    name = f"compose_{worker_id}"
    run_sql(server, f"drop database if exists {name} with (force)", f"create database {name}")
    yield {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "SECRET_KEY_FILE": str(scratch / "secret_key"),
        "DATABASE_URL": server.removesuffix("postgres") + name,
        "REDIS_URL": Valkey(embedded_servers).url,
        "BASE_URL": "https://followup.example.org",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "clinic@example.org",
        "BEAT_SCHEDULE": str(scratch / "beat-schedule"),
        "REMAP_SIGTERM": "SIGQUIT",
        "BIND": f"127.0.0.1:{free_port()}",
    }
    run_sql(server, f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def migrated(production: dict[str, str]) -> dict[str, str]:
    """The same after the `migrate` service."""
    subprocess.run(SERVICES["migrate"]["command"], cwd=CHECKOUT, env=production, check=True, stdout=subprocess.DEVNULL)
    return production


def run_sql(url: str, *statements: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def runs_and_stops(service: str, environment: dict[str, str], log: Path, is_up: Callable[[str], bool]) -> int:
    """Start the service's command, wait until it is up, end it as `docker compose stop` does; return its code."""
    with log.open("w") as output:
        process = subprocess.Popen(
            SERVICES[service]["command"], cwd=CHECKOUT, env=environment, stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + 60
            while not is_up(log.read_text()):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            return process.wait(40)
        finally:
            process.kill()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (our own address)
            return response.status == 200
    except OSError:
        return False


def test_web_serves_and_stops(migrated: dict[str, str], tmp_path: Path) -> None:
    ready = f"http://{migrated['BIND']}/ready"
    assert runs_and_stops("web", migrated, tmp_path / "log", lambda log: answers(ready)) == 0


@pytest.mark.parametrize(("service", "queues"), [("worker", {"celery", "urgent"}), ("urgent", {"urgent"})])
def test_worker_takes_tasks_of_its_queues_and_stops(
    migrated: dict[str, str], tmp_path: Path, service: str, queues: set[str]
) -> None:
    log = tmp_path / "log"
    assert runs_and_stops(service, migrated, log, lambda log: " ready." in log) == 0
    # Celery says at its start: .> urgent           exchange=celery(direct) key=urgent
    assert set(re.findall(r"\.> (\S+) +exchange=", log.read_text())) == queues


def rests(schedule: Path) -> bool:
    """Tell whether beat has written its schedule and sleeps; stopped while it opens the file, Celery ends with 1."""
    written = [file.stat().st_mtime for file in schedule.parent.glob(f"{schedule.name}*")]
    return bool(written) and time.time() - max(written) > 1


def test_beat_starts_and_stops(migrated: dict[str, str], tmp_path: Path) -> None:
    schedule = Path(migrated["BEAT_SCHEDULE"])
    log = tmp_path / "log"
    assert runs_and_stops("beat", migrated, log, lambda log: "beat: Starting" in log and rests(schedule)) == 0


@pytest.mark.parametrize("service", ["web", "worker", "urgent", "beat"])
def test_process_without_settings_refuses_and_names_them_all(service: str) -> None:
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.defpath}", "BIND": f"127.0.0.1:{free_port()}"}
    ended = subprocess.run(
        SERVICES[service]["command"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BASE_URL", "EMAIL_URL"):
        assert f"  {name}: " in ended.stdout + ended.stderr


def test_check_deploy_is_clean_with_production_settings(production: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=CHECKOUT, env=production, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stderr == ""
    assert ended.stdout == "System check identified no issues (0 silenced).\n"


def test_compose_file_holds_every_setting_production_needs() -> None:
    from iotrex_followup.environment import REQUIRED_IN_PRODUCTION

    for service in ("web", "worker", "urgent", "beat", "migrate"):
        given = {name.removesuffix("_FILE") for name in SERVICES[service]["environment"]}
        assert set(REQUIRED_IN_PRODUCTION) - given == set()


def test_every_dependency_secret_and_volume_of_the_compose_file_is_declared() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(COMPOSE["volumes"])


def test_broker_never_evicts_and_survives_a_restart() -> None:
    command = SERVICES["redis"]["command"]
    assert command == ["redis-server", "--maxmemory-policy", "noeviction", "--appendonly", "yes"]


def test_procfile_of_the_demo_runs_the_same_programs_as_production() -> None:
    assert {name: command[:4] for name, command in PROCFILE.items()} == {
        name: SERVICES[name]["command"][:4] for name in ("web", "worker", "urgent", "beat")
    }


@pytest.mark.parametrize("commands", [PROCFILE, {name: each.get("command") for name, each in SERVICES.items()}])
def test_one_worker_takes_everything_and_another_nothing_that_may_be_long(commands: dict[str, list[str]]) -> None:
    """Else two imports, which may take an hour, would occupy whoever is to tell of an alert."""
    chosen = {
        name: command[command.index("--queues") + 1] if "--queues" in command else "every queue"
        for name, command in commands.items()
        if command and "worker" in command
    }
    assert chosen == {"worker": "every queue", "urgent": "urgent"}
