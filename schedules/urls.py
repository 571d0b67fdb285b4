from django.urls import URLPattern, URLResolver, path, register_converter

from schedules.converters import DayConverter
from schedules.views import (
    appointments,
    calendar,
    enrolment,
    history,
    paper,
    paper_jobs,
    patients,
    protocols,
    records,
    treatments,
    visits,
    worklist,
)

register_converter(DayConverter, "day")

app_name = "schedules"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", worklist.worklist, name="worklist"),
    path("visits/<uuid:pk>/", visits.visit, name="visit"),
    path("visits/<uuid:pk>/record/", visits.record_visit, name="record_visit"),
    path("visits/<uuid:pk>/results/", visits.receive_results, name="receive_results"),
    path("visits/<uuid:pk>/missed/", visits.miss_visit, name="miss_visit"),
    path("visits/<uuid:pk>/not-applicable/", visits.rule_out_visit, name="rule_out_visit"),
    path("visits/<uuid:pk>/book/", appointments.book, name="book"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<day:day>/", calendar.booked_day, name="booked_day"),
    path("calendar/closures/add/", calendar.close_days, name="close_days"),
    path("calendar/closures/<uuid:pk>/remove/", calendar.open_days, name="open_days"),
    path("protocols/", protocols.protocols, name="protocols"),
    path("protocols/<uuid:pk>/approve/", protocols.approve_protocol, name="approve_protocol"),
    path("activities/<uuid:pk>/release/", visits.release_activity, name="release_activity"),
    path("appointments/<uuid:pk>/cancel/", appointments.cancel_appointment, name="cancel_appointment"),
    path("patients/<uuid:pk>/unscheduled/", visits.record_unscheduled, name="record_unscheduled"),
    path("events/<uuid:pk>/undo/", history.undo, name="undo"),
    path("patients/new/", enrolment.enrol, name="enrol"),
    path("patients/<uuid:pk>/", patients.patient, name="patient"),
    path("patients/<uuid:pk>/treatments/new/", treatments.add_treatment, name="add_treatment"),
    path("patients/<uuid:pk>/merge/", records.merge, name="merge"),
    path("patients/<uuid:pk>/entered-in-error/", records.withdraw_patient, name="withdraw_patient"),
    path("treatments/<uuid:pk>/confirm/", treatments.confirm_treatment, name="confirm_treatment"),
    path("treatments/<uuid:pk>/correct/", treatments.correct_treatment, name="correct_treatment"),
    path("treatments/<uuid:pk>/entered-in-error/", treatments.withdraw_treatment, name="withdraw_treatment"),
    path("plans/<uuid:pk>/recovery/", treatments.recovery, name="recovery"),
    path("patients/<uuid:pk>/history/", history.older_events, name="older_events"),
    path("patients/<uuid:pk>/visit-plan.pdf", paper.visit_plan_pdf, name="visit_plan_pdf"),
    path("patients/<uuid:pk>/visits.pdf", paper.patient_sheet_pdf, name="patient_sheet_pdf"),
    path("patients/<uuid:pk>/visits.ics", paper.patient_ics, name="patient_ics"),
    path("patients/<uuid:pk>/laboratory-request.pdf", paper.next_request_letter_pdf, name="next_request_letter_pdf"),
    path("paper/", paper_jobs.paper_jobs, name="paper_jobs"),
    path("paper/<uuid:pk>/", paper_jobs.paper_job, name="paper_job"),
    path("paper/<uuid:pk>/retry/", paper_jobs.retry_paper_job, name="retry_paper_job"),
    path("paper/<uuid:pk>/file/", paper_jobs.paper_file, name="paper_file"),
    path("visits/<uuid:pk>/laboratory-request.pdf", paper.request_letter_pdf, name="request_letter_pdf"),
]
