"""The product comes through each fault, and each deliberate defect is caught: what checks is checked."""

import pytest
from django.conf import settings

from tests.faults import points
from tests.faults.clients import make_people
from tests.faults.defects import DEFECTS
from tests.faults.gateway import Gateway
from tests.faults.ledger import Ledger
from tests.faults.mail_server import MailServer
from tests.faults.moods import Moods
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import Stage, set_up

# Two workers on the same instant need two connections, and so what the first has written committed.
COMMITTING = {"claimed at once"}


def case(name: str, scenario: str):
    """Return the parameter of a test that plays a scenario."""
    committing = {"transaction": True, "available_apps": settings.INSTALLED_APPS} if scenario in COMMITTING else {}
    return pytest.param(name, marks=pytest.mark.django_db(**committing))


@pytest.fixture
def play(monkeypatch):
    """Play a scenario, with or without a defect; return what does not hold."""

    def play(scenario, defect=None):
        ledger, mail_moods, text_moods = Ledger(), Moods(), Moods()
        stage = Stage(make_people(), mail_moods, text_moods, ledger)
        with (
            MailServer(ledger, mail_moods, lambda: stage.now) as mail,
            Gateway(ledger, text_moods, lambda: stage.now) as gateway,
        ):
            set_up(stage, monkeypatch, mail_port=mail.port, gateway=gateway.url)
            if defect:
                defect.put_in(monkeypatch)
            points.watch(stage.reach, monkeypatch)
            SCENARIOS[scenario](stage)
        return stage.judge()

    return play


@pytest.mark.parametrize("scenario", [case(name, name) for name in SCENARIOS])
def test_product_comes_through(play, scenario):
    assert play(scenario) == []


@pytest.mark.parametrize("name", [case(name, defect.caught_by) for name, defect in DEFECTS.items()])
def test_defect_is_caught(play, name):
    assert play(DEFECTS[name].caught_by, DEFECTS[name]) != []
