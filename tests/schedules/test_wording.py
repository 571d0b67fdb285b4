import re

import pytest
from django.conf import settings

from events.models import Event
from schedules.names import ACTIVITY_NAMES
from schedules.protocol import packaged_protocol
from schedules.wording import SENTENCES, activity_words, event_sentence

SUBJECTS = (
    "patient|contact|care_team|treatment|counts|visit|activity|appointment|absence|capacity|alert|adverse_event"
    "|ladder|cover|handover|support|clinical_event|result|laboratory|range|quarantine|lab_policy|score|imaging_policy"
)
KIND = re.compile(rf'"((?:{SUBJECTS})\.[a-z_]+)"')
WRITERS = ["patients/actions.py", "*/open_work.py", "schedules/actions/*.py", "labs/actions/*.py"]
WRITERS += ["imaging/actions/*.py"]


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        (
            "visit.recorded",
            {"timepoint": "W5", "occurred_on": "2024-03-03", "outcomes": {"cbc": "drawn"}},
            "Week 5 recorded for Sun 3 Mar 2024: CBC drawn",
        ),
        (
            "visit.recorded",
            {
                "timepoint": "M2",
                "occurred_on": "2024-03-27",
                "outcomes": {"cbc": "done", "physician_visit": "done"},
                "also_fulfilled": ["W8 cbc"],
            },
            "Month 2 recorded for Wed 27 Mar 2024: Physician visit done, CBC done; also fulfilled Week 8 CBC",
        ),
        (
            "appointment.moved",
            {"timepoints": ["M3 visit", "M3 imaging"], "on": "2024-05-02", "moved_from": "2024-04-30"},
            "Month 3, Month 3 imaging moved from Tue 30 Apr 2024 to Thu 2 May 2024",
        ),
        (
            "treatment.planned",
            {"kind_of_treatment": "dosimetric", "started_on": "2024-01-31"},
            "Dosimetric treatment planned for Wed 31 Jan 2024",
        ),
        ("patient.changed", {"fields": ["birth_date", "mrn"]}, "Patient details changed: birth date, MRN"),
        ("contact.removed.undone", {"name": "Luz Prueba"}, "Undone: contact removed: Luz Prueba"),
        ("visit.unscheduled", {"occurred_on": "2024-03-03", "outcomes": {}},
         "Unscheduled visit recorded for Sun 3 Mar 2024: examination only"),
        ("patients.imported", {"file": "list.csv", "patients": 2, "treatments": 3, "activities": 500, "skipped": 0},
         "List list.csv imported: 2 patients, 3 treatments; 0 rows left out"),
        ("appointment.cancelled", {"on": "2024-05-02", "timepoints": ["W8 visit"], "cancelled_by": "the clinic"},
         "Appointment of Thu 2 May 2024 cancelled: Week 8 (by the clinic)"),
        ("appointment.not_attended", {"on": "2024-05-02", "timepoints": ["W8 visit"], "what": "was not brought"},
         "Appointment of Thu 2 May 2024, was not brought: Week 8"),
        ("robot.arrived", {}, "robot.arrived"),
    ],
)  # fmt: skip
def test_event_is_a_sentence(kind, facts, sentence):
    assert event_sentence(Event(kind=kind, facts=facts)) == sentence


def test_every_kind_of_event_about_a_patient_has_words():
    written = {
        kind
        for pattern in WRITERS
        for path in settings.BASE_DIR.glob(pattern)
        for kind in KIND.findall(path.read_text())
    }

    assert written - SENTENCES.keys() == set()


def test_every_activity_of_the_protocol_has_a_short_name():
    assert packaged_protocol().protocol.activities.keys() - ACTIVITY_NAMES.keys() == set()


def test_activities_stand_in_the_order_of_a_visit():
    assert activity_words(["thyroid", "cbc", "physician_visit"]) == "Physician visit, CBC, Thyroid function"
