"""Two people answer one alert at the same time: the second answers what the first has left."""

from datetime import date

import pytest
from django.conf import settings

from iotrex_followup.errors import TransitionRefused
from labs.actions.alerts import acknowledge, resolve
from labs.models import Alert
from tests.at_once import while_open
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


def test_answer_to_an_alert_that_is_being_resolved_is_refused():
    clinic = ClinicFactory()
    first, second = (MembershipFactory(clinic=clinic).staff for _ in range(2))
    alert = AlertFactory(patient=PatientFactory(clinic=clinic))

    answered = while_open(
        lambda: resolve(alert=alert, resolution="Recovered.", by=first, now=NOW),
        lambda: acknowledge(alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=second, now=NOW),
    )

    assert isinstance(answered.exception(), TransitionRefused)
    alert = Alert.objects.get()
    assert (alert.state, alert.answered_by, alert.next_step) == ("resolved", first, "")
