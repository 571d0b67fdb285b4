"""The pages of alerts: what stands where, what each person may do, and what an answer brings."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from events.models import Event, Message
from labs.actions.alerts import acknowledge, tell
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert, LabPolicy
from labs.pages import alert_list as lists
from patients.actions import set_care_team
from tests.factories import MembershipFactory, PatientFactory, enrolled
from tests.labs.factories import NOW, AlertFactory, FindingFactory, HeldBackFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/alerts/"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member(client):
    member = MembershipFactory(staff__name="Dr Gil")
    client.force_login(member.staff)
    return member


@pytest.fixture
def clinic(member):
    return member.clinic


def an_alert(clinic, **facts):
    return AlertFactory(patient=PatientFactory(clinic=clinic), **facts)


def text(response):
    return " ".join(response.content.decode().split())


def shown(response):
    """The ids of the alerts on the page, in order."""
    return [row.alert.pk for group in response.context["groups"] for row in group.rows]


def test_list_shows_what_waits_by_urgency_then_by_time(client, clinic):
    later = an_alert(clinic, answer_by=NOW + timedelta(hours=3))
    sooner = an_alert(clinic, answer_by=NOW + timedelta(hours=1))
    urgent = an_alert(clinic, tier="immediate", answer_by=NOW + timedelta(hours=9))
    an_alert(clinic, state="acknowledged")
    AlertFactory()

    page = client.get("/alerts/")

    assert shown(page) == [urgent.pk, sooner.pk, later.pk]
    assert [(group.title, group.total) for group in page.context["groups"]] == [
        ("Immediate", "1"),
        ("Same day", "2"),
        ("Next working day", "0"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=acknowledged", {"acknowledged"}),
        ("state=unresolved", {"open", "mine", "acknowledged", "thyroid"}),
        ("state=resolved", {"resolved"}),
        ("whose=mine", {"mine"}),
        ("whose=unassigned", {"open", "thyroid"}),
        ("rule=thyroid", {"thyroid"}),
        ("tier=next_working_day", {"thyroid"}),
        ("rule=magic", {"open", "mine", "thyroid"}),
    ],
)
def test_list_is_narrowed(client, member, query, expected):
    clinic = member.clinic
    alerts = {
        "open": an_alert(clinic),
        "mine": an_alert(clinic, owner=member.staff),
        "acknowledged": an_alert(clinic, state="acknowledged", owner=member.staff, answered_by=member.staff),
        "resolved": an_alert(clinic, state="resolved", resolved_at=NOW),
        "thyroid": an_alert(clinic, rule="thyroid", tier="next_working_day"),
    }

    found = set(shown(client.get(f"/alerts/?{query}")))

    assert found == {alerts[name].pk for name in expected}


@pytest.mark.parametrize("state", ["open", "resolved"])
def test_pages_of_a_group_hold_every_alert_once(client, clinic, state):
    closed = {"state": state, "resolved_at": NOW} if state == "resolved" else {}
    alerts = [an_alert(clinic, answer_by=NOW + timedelta(hours=n % 3), **closed) for n in range(30)]

    first = client.get(f"/alerts/?state={state}")
    group = first.context["groups"][1]
    second = client.get(f"/alerts/?state={state}&group=same_day&after={group.after.pk}", headers=HTMX)

    assert (len(group.rows), group.total) == (25, "30")
    ids = [row.alert.pk for row in [*group.rows, *second.context["group"].rows]]
    assert sorted(ids) == sorted(alert.pk for alert in alerts)
    assert second.context["group"].after is None


@pytest.mark.parametrize("query", ["group=magic", "group=same_day&after=x", "group=same_day"])
def test_next_rows_of_nothing_are_not_found(client, member, query):
    assert client.get(f"/alerts/?{query}").status_code == 404


def test_list_needs_as_many_queries_for_three_alerts_as_for_one(client, clinic, member):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/alerts/")
        return len(captured)

    an_alert(clinic)
    queries()
    one = queries()
    for _ in range(2):
        tell(alert=an_alert(clinic), told="Dr Sanz", at=NOW, read_back=True, by=member.staff, now=NOW)

    assert queries() == one


def test_empty_list_says_so(client, member):
    assert "No alert waits for an answer" in text(client.get("/alerts/"))


def test_row_says_who_must_be_called_who_was_told_and_that_it_is_late(client, member):
    plan = enrolled(by=member.staff, clinic=member.clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31))
    fields = {"outside_team": "Haematology", "phone": "020 7946 0142", "accepted_on": date(2024, 2, 1)}
    set_care_team(patient=plan.patient, phase="weeks", fields=fields, by=member.staff)
    alert = AlertFactory(patient=plan.patient, answer_by=NOW - timedelta(minutes=1))
    tell(alert=alert, told="Dr Sanz", at=NOW, read_back=True, by=member.staff, now=NOW)

    page = text(client.get("/alerts/"))

    assert "Call Haematology (020 7946 0142)" in page
    assert "Dr Sanz told on Wed 6 Mar 2024, 10:00, read back" in page
    assert "was to be answered by" in page
    assert "day 35, week 6" in page


def test_figure_counts_each_raising_once_per_patient_week(client, member):
    for _ in range(2):
        enrolled(by=member.staff, clinic=member.clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31))
    MembershipFactory(clinic=member.clinic)
    for alert in (an_alert(member.clinic), an_alert(member.clinic)):
        tell_of_alert(alert, what=What.RAISED, now=NOW)
    assert Message.objects.in_app().count() == 4

    page = client.get("/alerts/")

    assert "0.25 alerts told per patient-week (2 for 2 patients in 4 weeks)" in text(page)


def test_counts_stand_in_the_head_of_every_page(client, member):
    for tier in ("immediate", "same_day", "same_day"):
        an_alert(member.clinic, tier=tier)
    an_alert(member.clinic, tier="immediate", state="resolved", resolved_at=NOW)
    AlertFactory(tier="immediate")
    tell_of_alert(an_alert(member.clinic, tier="next_working_day"), what=What.RAISED, now=NOW)

    page = text(client.get("/patients/"))

    assert 'aria-label="1 open alert: immediate"' in page
    assert 'aria-label="2 open alerts: same day"' in page
    assert 'aria-label="1 open alert: next working day"' in page
    assert 'aria-label="Inbox, 1 unread"' in page


def test_card_shows_evidence_with_its_rule_and_that_it_is_not_signed(client, clinic):
    alert = an_alert(clinic)
    FindingFactory(alert=alert)
    FindingFactory(alert=alert, sentence="Platelets 19 x10^9/L: below 20.", holds=False)

    page = text(client.get(f"/alerts/{alert.pk}/"))

    assert "urgency@1.0" in page
    assert "How soon a clinician must know of a value" in page
    assert "Example, not signed off by this clinic." in page
    assert "<s>Platelets 19 x10^9/L: below 20.</s>" in page


def test_card_leads_to_the_results_and_says_the_limit(client, clinic):
    alert = FindingFactory(alert=an_alert(clinic), numbers={"limit": "below 20"}).alert

    page = client.get(f"/alerts/{alert.pk}/").content.decode()

    assert f'href="/patients/{alert.patient.pk}/results/"' in page
    assert "below 20" in page


@pytest.mark.parametrize(("version", "example"), [("1.0", False), ("0.9", True)])
def test_card_says_example_unless_the_version_that_spoke_is_signed(client, clinic, version, example):
    LabPolicy.objects.create(clinic=clinic, settings={"urgency": {"signed": True}})
    alert = an_alert(clinic)
    FindingFactory(alert=alert, rule_version=version)

    assert ("Example, not signed off" in text(client.get(f"/alerts/{alert.pk}/"))) is example


def test_card_tells_what_was_done_with_an_undo(client, member):
    alert = an_alert(member.clinic)
    acknowledge(alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=member.staff, now=NOW)
    event = Event.objects.get()

    page = client.get(f"/alerts/{alert.pk}/")

    assert "Alert acknowledged, admitted by Thu 7 Mar 2024" in text(page)
    assert f'action="/events/{event.pk}/undo/"' in page.content.decode()
    client.post(f"/events/{event.pk}/undo/")
    alert.refresh_from_db()
    assert alert.state == "open"


def test_keys_choose_the_next_step(client, clinic):
    alert = an_alert(clinic)

    page = client.get("/alerts/").content.decode()

    for key, (step, _) in enumerate(Alert.NextStep.choices, start=1):
        assert (
            f'hx-get="/alerts/{alert.pk}/acknowledge/?next_step={step}" hx-target="#dialog" aria-keyshortcuts="{key}"'
            in page
        )


def test_chosen_step_and_a_usual_day_stand_in_the_form(client, clinic):
    alert = an_alert(clinic)

    form = client.get(f"/alerts/{alert.pk}/acknowledge/?next_step=repeat_cbc").context["form"]

    assert (form["next_step"].value(), form["by_when"].value()) == ("repeat_cbc", date(2024, 3, 7))


def test_answer_from_the_list_brings_the_row_and_an_undo(client, clinic):
    alert = an_alert(clinic)

    answer = client.post(
        f"/alerts/{alert.pk}/acknowledge/", {"next_step": "admitted", "by_when": "2024-03-07"}, headers=HTMX
    )

    event = Event.objects.get()
    assert answer.status_code == 200
    assert f'<tr id="alert-{alert.pk}"' in answer.content.decode()
    assert "Admitted by Thu 7 Mar 2024" in text(answer)
    assert f'action="/events/{event.pk}/undo/"' in answer.content.decode()


def test_answer_from_the_card_reads_the_page_anew(client, clinic):
    alert = an_alert(clinic)
    elsewhere = HTMX | {"HX-Current-URL": f"http://testserver/alerts/{alert.pk}/"}

    answer = client.post(f"/alerts/{alert.pk}/resolve/", {"resolution": "Recovered."}, headers=elsewhere)

    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("path", "sent", "after"),
    [
        ("acknowledge", {"next_step": "admitted", "by_when": "2024-03-07"}, "acknowledged"),
        ("told", {"told": "Dr Sanz", "on": "2024-03-06", "at": "10:00", "read_back": "on"}, "open"),
        ("claim", {}, "open"),
        ("snooze", {"until": "2024-03-08"}, "snoozed"),
        ("resolve", {"resolution": "Recovered."}, "resolved"),
    ],
)
def test_act_works_as_a_plain_form_too(client, clinic, path, sent, after):
    alert = an_alert(clinic)

    answer = client.post(f"/alerts/{alert.pk}/{path}/", {**sent, "next": "/alerts/?tier=same_day"})

    alert.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/alerts/?tier=same_day")
    assert alert.state == after
    assert Event.objects.get().facts["alert"] == str(alert.pk)


def test_telling_is_read_by_the_clinics_clock(client, clinic):
    alert = an_alert(clinic)

    client.post(f"/alerts/{alert.pk}/told/", {"told": "Dr Sanz", "on": "2024-03-06", "at": "10:00"})

    assert datetime.fromisoformat(Event.objects.get().facts["at"]) == datetime(2024, 3, 6, 9, 0, tzinfo=UTC)


def test_handing_over_offers_those_who_work_on_alerts(client, member):
    colleague = MembershipFactory(clinic=member.clinic, role=Role.COORDINATOR).staff
    MembershipFactory(clinic=member.clinic, role=Role.AUDITOR)
    alert = an_alert(member.clinic)

    form = client.get(f"/alerts/{alert.pk}/hand-over/").context["form"]
    client.post(f"/alerts/{alert.pk}/hand-over/", {"to": colleague.pk})

    assert {person.pk for person in form.fields["to"].queryset} == {colleague.pk, member.staff.pk}
    alert.refresh_from_db()
    assert alert.owner == colleague


def test_form_with_mistakes_comes_back_with_them(client, clinic):
    alert = an_alert(clinic)

    answer = client.post(
        f"/alerts/{alert.pk}/acknowledge/", {"next_step": "other", "by_when": "2024-03-07"}, headers=HTMX
    )

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#dialog")
    assert "Say what happens next." in text(answer)


def test_improvement_is_closed_by_one_click(client, clinic):
    an_alert(clinic, improved="Platelets 120 x10^9/L on Fri 8 Mar 2024.")

    page = text(client.get("/alerts/"))

    assert "Close, it improved" in page
    assert '<input type="hidden" name="resolution" value="Platelets 120 x10^9/L on Fri 8 Mar 2024.">' in page


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        (Role.CLINICIAN, {"Acknowledge", "Snooze", "Resolve", "Hand over", "Told somebody"}),
        (Role.COORDINATOR, {"Hand over", "Told somebody"}),
        (Role.AUDITOR, set()),
    ],
)
def test_page_offers_what_the_role_may(client, role, buttons):
    member = MembershipFactory(role=role)
    client.force_login(member.staff)
    alert = an_alert(member.clinic)

    page = client.get(f"/alerts/{alert.pk}/").content.decode()

    paths = {
        "Acknowledge": "acknowledge",
        "Snooze": "snooze",
        "Resolve": "resolve",
        "Hand over": "hand-over",
        "Told somebody": "told",
    }
    assert {label for label, path in paths.items() if f"/alerts/{alert.pk}/{path}/" in page} == buttons


def test_coordinator_who_answers_an_alert_of_today_is_refused(client):
    member = MembershipFactory(role=Role.COORDINATOR)
    client.force_login(member.staff)
    alert = an_alert(member.clinic)

    answer = client.post(f"/alerts/{alert.pk}/resolve/", {"resolution": "Recovered."})

    assert answer.status_code == 403
    assert "Only a clinician can do this" in text(answer)


def test_patients_alerts_are_listed_and_counted_for_the_banner(client, clinic):
    alert = an_alert(clinic)
    AlertFactory(patient=alert.patient, rule="thyroid", state="resolved", resolved_at=NOW)
    an_alert(clinic)
    address = f"/patients/{alert.patient_id}/alerts/"

    assert len(client.get(address).context["rows"]) == 2
    assert text(client.get(address, headers={"HX-Request": "true"})) == (
        f'<a class="alert-late" href="{address}">1 alert</a>'
    )


def test_banner_of_a_patient_leads_to_the_alerts(client, clinic):
    patient = PatientFactory(clinic=clinic)

    assert f'hx-get="/patients/{patient.pk}/alerts/"' in client.get(f"/patients/{patient.pk}/").content.decode()


def test_alert_about_nobody_known_can_be_read_and_answered(client, member):
    alert = AlertFactory(patient=None, quarantine_item=HeldBackFactory(clinic=member.clinic), clinic=member.clinic)

    assert "Patient not known" in text(client.get("/alerts/"))
    assert client.get(f"/alerts/{alert.pk}/").status_code == 200
    client.post(f"/alerts/{alert.pk}/acknowledge/", {"next_step": "patient_called", "by_when": "2024-03-07"})
    alert.refresh_from_db()
    assert alert.state == "acknowledged"


def test_who_acts_has_read_what_they_were_told(client, member):
    alert = an_alert(member.clinic)
    tell_of_alert(alert, what=What.RAISED, now=NOW)

    client.post(f"/alerts/{alert.pk}/claim/")

    assert Message.objects.in_app().get().read_at == NOW


@pytest.mark.parametrize(
    ("step", "required"), [("repeat_cbc", ["by_when"]), ("other", ["by_when", "text"]), ("no_action", [])]
)
def test_form_asks_for_what_the_step_needs(client, clinic, step, required):
    form = client.get(f"/alerts/{an_alert(clinic).pk}/acknowledge/?next_step={step}").context["form"]

    assert [name for name in ("by_when", "text") if form.fields[name].required] == required


def test_adverse_events_and_alerts_are_panels_of_the_patients_page(client, clinic):
    patient = PatientFactory(clinic=clinic)

    page = client.get(f"/patients/{patient.pk}/").content.decode()
    panel = client.get(f"/patients/{patient.pk}/adverse-events/", headers={"HX-Request": "true"})

    assert f'hx-get="/patients/{patient.pk}/adverse-events/"' in page
    assert text(panel).startswith('<div class="stack"> <p class="muted">None recorded.</p>')


def test_counts_in_the_head_are_one_query_and_exact_to_their_bound(
    clinic, member, monkeypatch, django_assert_num_queries
):
    for _ in range(3):
        an_alert(clinic)
    monkeypatch.setattr(lists, "HEAD_COUNTED_TO", 2)

    with django_assert_num_queries(1):
        counts = lists.open_counts(clinic, member.staff)

    assert counts == {"same_day": "2+"}


def version_on(page):
    """The version of the alert that stands in the form of a page."""
    (found,) = set(re.findall(r'name="version" value="(\w{32})"', page.content.decode()))
    return found


WORSE = "Platelets 8 x10^9/L: below 10; told at once."
ANSWERS = {
    "acknowledge": {"next_step": "admitted", "by_when": "2024-03-07"},
    "told": {"told": "Dr Sanz", "on": "2024-03-06", "at": "10:00"},
    "snooze": {"until": "2024-03-08"},
    "resolve": {"resolution": "38 is as expected after treatment."},
}


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("path", ANSWERS)
def test_answer_to_what_the_alert_no_longer_says_is_refused_and_shows_what_it_says(client, clinic, path, headers):
    alert = an_alert(clinic)
    read = version_on(client.get(f"/alerts/{alert.pk}/{path}/"))
    Alert.objects.filter(pk=alert.pk).update(sentence=WORSE, raised_at=NOW + timedelta(minutes=1))

    answer = client.post(f"/alerts/{alert.pk}/{path}/", ANSWERS[path] | {"version": read}, headers=headers)

    assert answer.status_code == 422
    assert f"This has changed since you read it. Same day: {WORSE}" in text(answer)
    assert f"<b>Same day:</b> {WORSE}" in text(answer)
    assert Event.objects.count() == 0
    again = client.post(f"/alerts/{alert.pk}/{path}/", ANSWERS[path] | {"version": version_on(answer)}, headers=headers)
    assert (again.status_code, Event.objects.count()) == (200 if headers else 302, 1)


@pytest.mark.parametrize("path", ["claim", "resolve"])
def test_buttons_of_the_list_carry_the_version_too(client, clinic, path):
    alert = an_alert(clinic, improved="Platelets 120 x10^9/L on Fri 8 Mar 2024.")
    forms = re.findall(r'<form method="post" action="(\S+)".*?</form>', client.get("/alerts/").content.decode())
    read = version_on(client.get("/alerts/"))
    Alert.objects.filter(pk=alert.pk).update(improved="", raised_at=NOW + timedelta(minutes=1))

    client.post(f"/alerts/{alert.pk}/{path}/", {"resolution": alert.improved, "version": read})

    assert f"/alerts/{alert.pk}/{path}/" in forms
    assert Event.objects.count() == 0


def test_second_answer_says_what_the_first_one_was(client, member):
    colleague = MembershipFactory(clinic=member.clinic, staff__name="Dr Sanz").staff
    alert = an_alert(member.clinic)
    read = version_on(client.get(f"/alerts/{alert.pk}/acknowledge/"))
    acknowledge(alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=colleague, now=NOW)

    sent = {"next_step": "no_action", "text": "Known.", "version": read}
    answer = client.post(f"/alerts/{alert.pk}/acknowledge/", sent)

    assert "This has changed since you read it. Dr Sanz answered it: admitted by Thu 7 Mar 2024." in text(answer)
    alert.refresh_from_db()
    assert alert.answered_by == colleague


@pytest.mark.parametrize(("tier", "status"), [("immediate", 403), ("next_working_day", 302)])
def test_coordinator_undoes_an_answer_only_where_they_may_answer(client, member, tier, status):
    alert = an_alert(member.clinic, tier=tier)
    acknowledge(alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=member.staff, now=NOW)
    undoing = f"/events/{Event.objects.get().pk}/undo/"
    client.force_login(MembershipFactory(clinic=member.clinic, role=Role.COORDINATOR).staff)

    offered = undoing in client.get(f"/alerts/{alert.pk}/").content.decode()
    on_the_patients_page = undoing in client.get(f"/patients/{alert.patient_id}/").content.decode()
    answer = client.post(undoing)

    assert (offered, on_the_patients_page, answer.status_code) == (status == 302, False, status)
    alert.refresh_from_db()
    assert alert.state == ("open" if status == 302 else "acknowledged")
