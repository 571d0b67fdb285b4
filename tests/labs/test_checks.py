"""The shipped files of facts and rules are proved by a system check."""

import pytest

from labs import checks
from labs.rules.reading import Mistake, RulesUnsound


def test_shipped_files_are_sound() -> None:
    assert checks.files_are_sound(None) == []


def test_every_mistake_of_a_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsound() -> None:
        raise RulesUnsound(
            [Mistake("rules.toml", "urgency", "is missing"), Mistake("rules.toml", "fever", "is missing")]
        )

    monkeypatch.setattr(checks, "packaged_rules", unsound)

    assert [error.msg for error in checks.files_are_sound(None)] == [
        "rules.toml: urgency: is missing",
        "rules.toml: fever: is missing",
    ]
