"""Whether a database can go on from where it stands."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# The last commit with the migrations one by one.
LAST_BEFORE_SQUASHING = "567c3ec"


def tell_databases_in_between(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each database with some, but not all, of the migrations that an app's squashed ones replace.

    Where some are missing and their files are gone, Django leaves the squashed ones out and says nothing.
    """
    migrations = MigrationLoader(None).disk_migrations
    replaced: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for (app, _), migration in migrations.items():
        replaced[app] |= set(migration.replaces) - set(migrations)
    errors: list[CheckMessage] = []
    for alias in databases or ():
        applied = set(MigrationRecorder(connections[alias]).applied_migrations())
        if between := [app for app, names in replaced.items() if 0 < len(names & applied) < len(names)]:
            text = f"The database {alias!r} has only some of the earlier migrations of {', '.join(sorted(between))}."
            hint = (
                f"Check out commit {LAST_BEFORE_SQUASHING}, run `manage.py migrate` there, then come back"
                " (docs/running.md). A new database, whose first `migrate` broke off, is to be made anew."
            )
            errors.append(Error(text, hint=hint, id="iotrex_followup.E001"))
    return errors
