"""The ladder and who stands in, over the API."""

from accounts.models import Cover, LadderStep, Role
from tests.api.conftest import ApiClient, member_of
from tests.factories import ClinicFactory


def test_administrator_builds_the_ladder_tests_it_and_takes_somebody_off(api, clinic, clinician):
    administrator = ApiClient(member_of(clinic, Role.ADMINISTRATOR))

    added = administrator.post("ladder", {"clinic": clinic.pk, "step": 1, "staff": clinician.pk})
    sent = administrator.post("ladder/test", {"clinic": clinic.pk})
    answered = api.post(f"ladder/{added.json()['id']}/answer")
    shown = api.results("ladder")
    removed = administrator("DELETE", f"ladder/{added.json()['id']}")

    assert (added.status_code, sent.json(), answered.status_code) == (201, {"sent": 1}, 200)
    assert [(row["step"], row["staff"], row["test_answered_at"] is None) for row in shown] == [
        (1, str(clinician.pk), False)
    ]
    assert (removed.status_code, LadderStep.objects.count()) == (204, 0)


def test_somebody_elses_test_is_not_answered(api, clinic):
    other = LadderStep.objects.create(clinic=clinic, step=1, staff=member_of(clinic, Role.CLINICIAN))

    assert api.post(f"ladder/{other.pk}/answer").status_code == 403


def test_person_enters_and_withdraws_their_own_absence(api, clinic, clinician):
    days = {"clinic": clinic.pk, "starts_on": "2024-03-27", "ends_on": "2024-03-29"}
    second = member_of(clinic, Role.CLINICIAN)

    entered = api.post("covers", {"staff": clinician.pk, "substitute": second.pk, **days})
    others = api.post("covers", {"staff": second.pk, "substitute": clinician.pk, **days})
    withdrawn = api.post(f"covers/{entered.json()['id']}/withdraw")

    assert (entered.status_code, others.status_code) == (201, 403)
    assert withdrawn.json()["withdrawn"] is True
    assert Cover.objects.count() == 1


def test_people_of_other_clinics_do_not_exist(api, clinic, clinician):
    stranger = member_of(ClinicFactory(), Role.CLINICIAN)
    days = {"clinic": clinic.pk, "starts_on": "2024-03-27", "ends_on": "2024-03-29"}

    refused = api.post("covers", {"staff": clinician.pk, "substitute": stranger.pk, **days})

    assert refused.status_code == 422 or refused.status_code == 400
    assert "substitute" in refused.content.decode()


def test_lists_cost_the_same_queries_for_more_rows(api, clinic, clinician, django_assert_num_queries):
    def more(number):
        for _ in range(number):
            other = member_of(clinic, Role.CLINICIAN)
            LadderStep.objects.create(clinic=clinic, step=1, staff=other)

    more(1)
    api.results("ladder")
    with django_assert_num_queries(4):
        api.results("ladder")
    more(3)
    with django_assert_num_queries(4):
        api.results("ladder")
