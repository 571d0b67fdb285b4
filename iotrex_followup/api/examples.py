"""What the bodies of the schema look like, by the name of their shape: something to start from."""

from collections.abc import Mapping
from typing import Any

CLINIC, PATIENT, PLAN, VISIT, PROTOCOL, STAFF, SUBSTITUTE, STUDY, ASSESSMENT, LESION = (
    f"01890a5d-ac96-774b-bcce-b302099a805{number}" for number in range(10)
)
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "NewOfferRequest": {
        "plan": PLAN,
        "activity": "fdg_pet",
        "on": "2024-09-16",
        "reason": "Recurrence without MIBG uptake on CT of 2 Sep.",
    },
    "AcceptOfferRequest": {"on": "2024-02-26", "reason": "Seen on the ward."},
    "DeclineRequest": {"reason": "Counted every second day in hospital."},
    "NewLadderStepRequest": {"clinic": CLINIC, "step": 1, "staff": STAFF},
    "TestedClinicRequest": {"clinic": CLINIC},
    "NewCoverRequest": {
        "clinic": CLINIC,
        "staff": STAFF,
        "substitute": SUBSTITUTE,
        "starts_on": "2024-08-05",
        "ends_on": "2024-08-16",
    },
    "NewSignOffRequest": {
        "clinic": CLINIC,
        "setting": "labs.rule.provisional",
        "source": "US label of iobenguane I-131, section 2; haematology meeting of 12 Jan 2024.",
    },
    "PlanChangeRequest": {"imaging_interval": 9, "reason": "Stable on two scans."},
    "PatchedPlanChangeRequest": {"imaging_interval": 9, "reason": "Stable on two scans."},
    "RecoveryRequest": {"recovered_on": "2024-04-02"},
    "RedateRequest": {"started_on": "2024-01-30", "reason": "The infusion began on the evening before."},
    "NewAppointmentRequest": {"visits": [VISIT], "on": "2024-03-27", "at": "09:30", "place": "Day unit"},
    "DayRequest": {"on": "2024-03-28", "at": "10:00", "reason": "Asked for by the family."},
    "CancelRequest": {"cancelled_by": "patient", "reason": "Away."},
    "AttachRequest": {"visits": [VISIT]},
    "NewAbsenceRequest": {"patient": PATIENT, "first_day": "2024-04-01", "last_day": "2024-04-12", "reason": "Away."},
    "NewCapacityRequest": {"clinic": CLINIC, "activity": "mibg_scan", "places": 2},
    "NewClosureRequest": {
        "clinic": CLINIC,
        "first_day": "2024-12-24",
        "last_day": "2024-12-31",
        "reason": "Scanner maintenance.",
    },
    "NewClinicalEventRequest": {
        "patient": PATIENT,
        "kind": "pause",
        "started_on": "2024-03-06",
        "details": {"review_on": "2024-06-01", "why": "Long journey"},
    },
    "EndOfEventRequest": {"ended_on": "2024-05-20", "reason": "Back."},
    "AcceptanceRequest": {"accepted_on": "2024-03-12", "accepted_by": "Dr Aliaga, South clinic"},
    "NewContactEntryRequest": {
        "patient": PATIENT,
        "outcome": "call_again",
        "call_again_on": "2024-03-08",
        "answers": {"fever": False, "bleeding": False, "breathlessness": False, "drowsiness": False},
        "said": "Could not come on Monday, the car broke down.",
        "next_step": "Ask again on Friday.",
    },
    "SeenBodyRequest": {"next_step": "Called back; comes on Thursday.", "red_flags": []},
    "NewTreatmentRequest": {
        "patient": PATIENT,
        "started_on": "2024-05-06",
        "activity_mbq": "18500.0",
        "weight_kg": "71.50",
    },
    "ConfirmationRequest": {"started_on": "2024-05-06", "activity_mbq": "18350.0"},
    "NewProtocolRequest": {"clinic": CLINIC, "based_on": PROTOCOL, "slug": "iotrex-north", "version": "1.0"},
    "DecidingClinicRequest": {"clinic": CLINIC},
    "NewSimulationRequest": {"clinic": CLINIC, "protocol": PROTOCOL},
    "LookRequest": {"clinic": CLINIC, "protocol": PROTOCOL, "patients": [PATIENT], "instead": {"imaging_interval": 6}},
    "NewMigrationRequest": {
        "clinic": CLINIC,
        "protocol": PROTOCOL,
        "patients": [PATIENT],
        "reason": "Weekly counts to week 12.",
    },
    "AcceptTripsRequest": {"trips": [{"on": "2024-03-27", "visits": [VISIT], "local": False}]},
    "CarryBodyRequest": {"to": VISIT},
    "NewContactRequest": {
        "patient": PATIENT,
        "relation": "self",
        "phone": "+44 7700 900123",
        "email": "somebody@example.org",
        "sms_consent": "given",
        "email_consent": "refused",
        "language": "en",
    },
    "PatchedReminderRulesChangeRequest": {
        "rules": [
            {"moment": "before_booked", "days": 3, "weekly": False},
            {"moment": "overdue", "days": 1, "activity": "cbc"},
        ]
    },
    "ReminderTextBodyRequest": {
        "name": "before_booked",
        "channel": "sms",
        "language": "en",
        "body": "{clinic}: we see you on {when}. Answer: {link}",
    },
    "ReminderTextNameRequest": {"name": "before_booked", "channel": "sms", "language": "en"},
    "RecordVisitRequest": {"occurred_on": "2024-03-20", "outcomes": {"cbc": "drawn"}},
    "SettleRequest": {"reason": "Called Dr Roca at 14:20, read back."},
    "NewWebhookRequest": {
        "clinic": CLINIC,
        "name": "Hospital record system",
        "url": "https://hooks.example.org/followup",
        "kinds": ["alert.raised", "alert.raised_again"],
    },
    "PatchedWebhookKindsRequest": {"kinds": ["alert.raised"]},
    "NewImagingStudyRequest": {
        "patient": PATIENT,
        "kind": "mibg_planar",
        "imaged_on": "2024-05-02",
        "injected_on": "2024-05-01",
        "activity_mbq": "370",
    },
    "StudyReportRequest": {"status": "final", "reported_on": "2024-05-03", "text": "No new uptake."},
    "NewAssessmentRequest": {"studies": [STUDY], "is_baseline": False},
    "PatchedAssessmentChangeRequest": {"markers": "better", "symptoms": "stable"},
    "FindingsRequest": {"findings": [{"lesion": LESION, "seen": "measured", "diameter_mm": "12.5"}]},
    "SignatureRequest": {"recist": "PR", "mibg": "better", "comment": "Continue."},
    "NewLesionRequest": {
        "assessment": ASSESSMENT,
        "role": "target",
        "name": "Liver 1",
        "organ": "liver",
        "found": {"seen": "measured", "diameter_mm": "40"},
    },
    "MissedRequest": {"reason": "No transport.", "next_step": "Draw with week 6."},
    "ReasonRequest": {"reason": "Entered twice."},
}


def add_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the examples to the shapes of the schema."""
    shapes = result["components"].get("schemas", {})
    for name, example in EXAMPLES.items():
        if name in shapes:
            shapes[name]["examples"] = [dict(example)]
    return result
