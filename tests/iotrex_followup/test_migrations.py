import pytest
from django.core.checks import Error, Tags, run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


@pytest.mark.django_db
def test_every_model_change_has_its_migration() -> None:
    # Exits when a migration is missing, and says which.
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)


def in_between() -> list[Error]:
    """What `manage.py migrate` says before it looks for what to do."""
    return [error for error in run_checks(tags=[Tags.database], databases=["default"]) if isinstance(error, Error)]


@pytest.mark.django_db
def test_database_with_all_the_earlier_migrations_goes_on() -> None:
    assert in_between() == []


@pytest.mark.django_db
def test_database_with_none_of_the_earlier_migrations_of_an_app_goes_on() -> None:
    MigrationRecorder.Migration.objects.filter(app="labs").delete()
    assert in_between() == []


@pytest.mark.django_db
def test_database_with_some_of_the_earlier_migrations_is_told_where_to_go_first() -> None:
    MigrationRecorder(connection).record_unapplied("labs", "0007_alerts_climb_the_ladder")
    MigrationRecorder(connection).record_unapplied("events", "0001_initial")
    assert [(error.msg, error.hint) for error in in_between()] == [
        (
            "The database 'default' has only some of the earlier migrations of events, labs.",
            "Check out commit 567c3ec, run `manage.py migrate` there, then come back"
            " (docs/running.md). A new database, whose first `migrate` broke off, is to be made anew.",
        )
    ]


@pytest.mark.django_db
def test_tables_and_triggers_of_an_app_are_taken_back_and_made_again() -> None:
    before = tables_and_triggers()
    call_command("migrate", "labs", "zero", verbosity=0)
    without = tables_and_triggers()
    call_command("migrate", verbosity=0)
    assert [name for name in without if name.startswith("labs_")] == []
    assert tables_and_triggers() == before


def tables_and_triggers() -> list[str]:
    """Return the tables, and the triggers written after their tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname || coalesce('.' || tgname, '') FROM pg_class LEFT JOIN pg_trigger"
            " ON tgrelid = pg_class.oid AND NOT tgisinternal"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]
