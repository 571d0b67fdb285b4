"""What is printed of a plan: what stands in each document. How it looks is in templates/documents/."""

from schedules.documents.patient_sheet import language_of, patient_sheet_pdf
from schedules.documents.request_letter import next_blood_count, request_letter_pdf
from schedules.documents.visit_plan import visit_plan_pages, visit_plan_pdf
from schedules.documents.wording import LANGUAGES

__all__ = [
    "LANGUAGES",
    "language_of",
    "next_blood_count",
    "patient_sheet_pdf",
    "request_letter_pdf",
    "visit_plan_pages",
    "visit_plan_pdf",
]
