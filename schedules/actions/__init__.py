"""Every change to plans, visits and appointments: the only place where each happens."""

from schedules.actions.appointments import book_visits, cancel_appointment, move_appointment
from schedules.actions.calendar import add_closure, remove_closure
from schedules.actions.decisions import mark_missed, mark_not_applicable, receive_results, release_activity
from schedules.actions.enrolment import (
    confirm_treatment,
    enrol,
    extend_plans,
    record_count_recovery,
    record_treatment,
    settle_plans,
    withdraw_treatment,
)
from schedules.actions.protocols import approve_protocol, load_packaged_protocol
from schedules.actions.recording import record_unscheduled_visit, record_visit
from schedules.actions.records import merge_patients, withdraw_patient

__all__ = [
    "add_closure",
    "approve_protocol",
    "book_visits",
    "cancel_appointment",
    "confirm_treatment",
    "enrol",
    "extend_plans",
    "load_packaged_protocol",
    "mark_missed",
    "mark_not_applicable",
    "merge_patients",
    "move_appointment",
    "receive_results",
    "record_count_recovery",
    "record_treatment",
    "record_unscheduled_visit",
    "record_visit",
    "release_activity",
    "remove_closure",
    "settle_plans",
    "withdraw_patient",
    "withdraw_treatment",
]
