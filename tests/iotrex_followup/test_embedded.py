"""The embedded servers, as real processes in a home of their own."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from iotrex_followup.embedded import EmbeddedServerError, Home, Postgres, Valkey
from iotrex_followup.embedded import home as home_module

ROOT = os.geteuid() == 0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home for this test alone; as root it is where root's homes are, since tmp_path is closed to others."""
    home = Home.of(tmp_path)
    yield home
    shutil.rmtree(home.sockets, ignore_errors=True)
    for process in processes_of(home):
        process.kill()
    shutil.rmtree(home.path, ignore_errors=True)


@pytest.fixture
def postgres(home: Home) -> Postgres:
    return Postgres(home, durable=False)


def ask(postgres: Postgres, sql: str) -> object:
    connection = psycopg2.connect(postgres.url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def processes_of(home: Home) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if any(str(folder) in " ".join(process.cmdline()) for folder in (home.path, home.sockets)):
                found.append(process)
    return found


def postmaster(postgres: Postgres) -> psutil.Process:
    return psutil.Process(int((postgres.home.path / "postgres/data/postmaster.pid").read_text().split()[0]))


def test_start_and_stop_keep_the_data(postgres: Postgres) -> None:
    postgres.start()
    ask(postgres, "create table kept as select 1 as one")
    postgres.stop()
    assert not postgres.running
    postgres.start()
    assert ask(postgres, "select one from kept") == 1


def test_server_is_utf8_and_listens_on_its_socket_only(postgres: Postgres) -> None:
    postgres.start()
    assert ask(postgres, "show server_encoding") == "UTF8"
    assert ask(postgres, "show listen_addresses") == ""
    assert [c.laddr for c in postmaster(postgres).net_connections("inet")] == []
    assert postgres.home.sockets.stat().st_mode & 0o777 == 0o700


def test_server_log_holds_no_row_of_a_failed_statement(postgres: Postgres) -> None:
    postgres.start()
    ask(postgres, "create table one_of_each (name text unique)")
    ask(postgres, "insert into one_of_each values ('canary')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        ask(postgres, "insert into one_of_each values ('canary')")
    log = (postgres.home.path / "postgres/log").read_text()
    assert "duplicate key" in log
    assert "canary" not in log


def test_start_after_kill_9_of_the_postmaster_keeps_what_was_committed(home: Home) -> None:
    postgres = Postgres(home)
    postgres.start()
    ask(postgres, "create table kept as select 1 as one")
    killed = postmaster(postgres)
    killed.kill()
    killed.wait(10)
    postgres.start()
    assert ask(postgres, "select one from kept") == 1
    assert postmaster(postgres).pid != killed.pid


def test_start_is_not_fooled_by_a_reused_process_number(postgres: Postgres) -> None:
    postgres.start()
    killed = postmaster(postgres)
    killed.kill()
    killed.wait(10)
    for lock_file in (
        postgres.home.path / "postgres/data/postmaster.pid",
        postgres.home.sockets / ".s.PGSQL.5432.lock",
    ):
        _, _, rest = lock_file.read_text().partition("\n")
        lock_file.write_text(f"{os.getpid()}\n{rest}")
    postgres.stop()
    postgres.start()
    assert ask(postgres, "select 1") == 1


def test_interrupted_initdb_is_begun_again(postgres: Postgres) -> None:
    postgres.home.make()
    unfinished = postgres.home.path / "postgres" / "data.unfinished"
    postgres.home.make_private(unfinished.parent)
    postgres.home.run(["mkdir", unfinished])
    postgres.home.run(["touch", unfinished / "PG_VERSION"])
    postgres.start()
    assert ask(postgres, "select 1") == 1


def test_processes_that_start_at_once_share_one_server(postgres: Postgres, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from iotrex_followup.embedded import Home, Postgres, Valkey;"
        "home = Home.of(Path(sys.argv[1])); Postgres(home, durable=False).start(); Valkey(home).start()"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path)]
    starters = [subprocess.Popen(arguments) for _ in range(3)]
    assert [starter.wait(120) for starter in starters] == [0, 0, 0]
    assert sorted(process.name() for process in processes_of(postgres.home)) == ["postgres", "valkey-server"]


@pytest.mark.skipif(not ROOT, reason="only root starts PostgreSQL as somebody else")
def test_root_runs_postgres_unprivileged_and_changes_no_foreign_folder(postgres: Postgres) -> None:
    before = home_module.ROOT_HOMES.parent.stat()
    postgres.start()
    assert postmaster(postgres).uids().real == postgres.home.service_uid
    after = home_module.ROOT_HOMES.parent.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@pytest.mark.skipif(ROOT, reason="root's homes are short already")
def test_long_checkout_path_gets_a_short_socket_folder(tmp_path: Path) -> None:
    long = tmp_path / ("long" * 30)
    assert len(str(Home.of(long).sockets)) <= home_module.LONGEST_SOCKET_FOLDER


@pytest.mark.skipif(not ROOT, reason="only root can make a folder that is somebody else's")
def test_socket_folder_of_somebody_else_is_refused(postgres: Postgres) -> None:
    postgres.home.sockets.mkdir(parents=True)
    with pytest.raises(EmbeddedServerError, match="belongs to another user"):
        postgres.start()


def test_valkey_starts_answers_and_stops(home: Home) -> None:
    valkey = Valkey(home)
    valkey.start()
    assert valkey.running
    valkey.stop()
    assert not valkey.running


def test_valkey_starts_again_after_kill_9(home: Home) -> None:
    valkey = Valkey(home)
    valkey.start()
    [process] = processes_of(home)
    process.kill()
    process.wait(10)
    assert not valkey.running
    valkey.start()
    assert valkey.running


@pytest.mark.parametrize("command", [["check"], ["--help"], ["timeline", "2024-01-31"]])
def test_command_without_a_database_starts_no_server(command: list[str], tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".venv", "var", ".git", ".*_cache", "__pycache__")
    shutil.copytree(Path(__file__).parents[2], checkout, ignore=ignored)
    environment = {"PATH": os.defpath}
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=checkout,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert not Home.of(checkout).path.exists()
