"""Every change to plans, visits and appointments: the only place where each happens."""

from schedules.actions.absences import add_absence, change_absence, withdraw_absence
from schedules.actions.appointments import (
    book_visits,
    cancel_appointment,
    mark_attended,
    mark_not_attended,
    move_appointment,
)
from schedules.actions.approvals import approve_protocol, choose_default_protocol
from schedules.actions.calendar import add_closure, remove_closure
from schedules.actions.capacity import remove_capacity, set_capacity
from schedules.actions.carrying import attach_appointment, carry_over
from schedules.actions.decisions import mark_missed, mark_not_applicable, receive_results, release_activity
from schedules.actions.enrolment import (
    confirm_treatment,
    enrol,
    extend_plans,
    record_count_recovery,
    record_treatment,
    withdraw_treatment,
)
from schedules.actions.packaged import load_packaged_protocol, load_packaged_protocols
from schedules.actions.proposals import decide, lapse, offer_by_hand, propose, retell
from schedules.actions.protocols import (
    change_draft,
    copy_protocol,
    draft_protocol,
    publish_protocol,
    retire_protocol,
    submit_protocol,
)
from schedules.actions.recording import record_unscheduled_visit, record_visit
from schedules.actions.records import merge_patients, withdraw_patient
from schedules.actions.replanning import change_plan, choices_of, correct_treatment_date
from schedules.actions.settling import settle_plans
from schedules.actions.sign_offs import sign_setting, withdraw_sign_off

__all__ = [
    "add_absence",
    "add_closure",
    "approve_protocol",
    "attach_appointment",
    "book_visits",
    "cancel_appointment",
    "carry_over",
    "change_absence",
    "change_draft",
    "change_plan",
    "choices_of",
    "choose_default_protocol",
    "confirm_treatment",
    "copy_protocol",
    "correct_treatment_date",
    "decide",
    "draft_protocol",
    "enrol",
    "extend_plans",
    "lapse",
    "load_packaged_protocol",
    "load_packaged_protocols",
    "mark_attended",
    "mark_missed",
    "mark_not_applicable",
    "mark_not_attended",
    "merge_patients",
    "move_appointment",
    "offer_by_hand",
    "propose",
    "publish_protocol",
    "receive_results",
    "record_count_recovery",
    "record_treatment",
    "record_unscheduled_visit",
    "record_visit",
    "release_activity",
    "remove_capacity",
    "remove_closure",
    "retell",
    "retire_protocol",
    "set_capacity",
    "settle_plans",
    "sign_setting",
    "submit_protocol",
    "withdraw_absence",
    "withdraw_patient",
    "withdraw_sign_off",
    "withdraw_treatment",
]
