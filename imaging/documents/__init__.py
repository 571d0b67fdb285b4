"""What is printed of a response: of one assessment, or of a course. How it looks is in templates/documents/."""

from imaging.documents.response_report import assessment_report_pdf, course_report_pdf

__all__ = ["assessment_report_pdf", "course_report_pdf"]
