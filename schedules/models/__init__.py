"""Protocols, plans, planned visits, appointments and what happened at them."""

from schedules.models.appointments import Appointment, Place
from schedules.models.calendar import Absence, Capacity, ClinicClosure
from schedules.models.plans import Plan, Proposal, SignOff
from schedules.models.protocols import DefaultProtocol, Protocol, ProtocolApproval, parsed_protocol
from schedules.models.reminders import ReminderPolicy, ReminderText
from schedules.models.visits import OPEN_ACTIVITY, ActivityStatus, PlannedActivity, PlannedVisit, VisitRecord

__all__ = [
    "OPEN_ACTIVITY",
    "Absence",
    "ActivityStatus",
    "Appointment",
    "Capacity",
    "ClinicClosure",
    "DefaultProtocol",
    "Place",
    "Plan",
    "PlannedActivity",
    "PlannedVisit",
    "Proposal",
    "Protocol",
    "ProtocolApproval",
    "ReminderPolicy",
    "ReminderText",
    "SignOff",
    "VisitRecord",
    "parsed_protocol",
]
