"""The register of hazards: what it says guards against each is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

HAZARDS = Path(settings.BASE_DIR, "docs/safety/hazards.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", [line for line in HAZARDS if ".py`" in line])
def test_tests_named_of_a_hazard_exist(line):
    folder, missing = Path(), []
    for name in map(Path, re.findall(r"`([\w/]+\.py)`", line)):
        # A bare name is in the folder of the one before it.
        folder = name.parent if len(name.parts) > 1 else folder
        if not Path(settings.BASE_DIR, folder, name.name).exists():
            missing.append(str(name))
    assert missing == []
