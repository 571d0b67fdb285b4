import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_every_model_change_has_its_migration() -> None:
    # Exits when a migration is missing, and says which.
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
