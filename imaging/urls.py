from django.urls import URLPattern, URLResolver, path

from imaging.views import assessments, readings, reports, responses, scores, scoring, studies

app_name = "imaging"

urlpatterns: list[URLPattern | URLResolver] = [
    path("patients/<uuid:pk>/imaging/", studies.studies, name="studies"),
    path("patients/<uuid:pk>/imaging/new/", studies.record, name="record_study"),
    path("imaging/studies/<uuid:pk>/", studies.study, name="study"),
    path("imaging/studies/<uuid:pk>/change/", studies.change, name="change_study"),
    path("imaging/studies/<uuid:pk>/report/", studies.report, name="report_study"),
    path("imaging/studies/<uuid:pk>/report/file/", studies.report_file, name="report_file"),
    path("imaging/studies/<uuid:pk>/stands-for/", studies.link, name="link_study"),
    path("imaging/studies/<uuid:pk>/open-again/", studies.release, name="release_study"),
    path("imaging/studies/<uuid:pk>/baseline/", studies.baseline, name="baseline_study"),
    path("imaging/studies/<uuid:pk>/entered-in-error/", studies.withdraw, name="withdraw_study"),
    path("patients/<uuid:pk>/response/", assessments.response, name="response"),
    path("patients/<uuid:pk>/response/new/", assessments.open_assessment, name="open_assessment"),
    path("imaging/assessments/<uuid:pk>/", assessments.assessment, name="assessment"),
    path("imaging/assessments/<uuid:pk>/save/", assessments.save, name="save_assessment"),
    path("imaging/assessments/<uuid:pk>/lesions/new/", assessments.add_lesion, name="add_lesion"),
    path("imaging/assessments/<uuid:pk>/reopen/", assessments.reopen, name="reopen_assessment"),
    path("imaging/assessments/<uuid:pk>/entered-in-error/", assessments.withdraw, name="withdraw_assessment"),
    path("imaging/assessments/<uuid:pk>/report.pdf", reports.assessment_report, name="assessment_report"),
    path("imaging/assessments/<uuid:pk>/course.pdf", reports.course_report, name="course_report"),
    path("imaging/responses/", responses.clinic_responses, name="responses"),
    path("imaging/lesions/<uuid:pk>/change/", assessments.change_lesion, name="change_lesion"),
    path("imaging/lesions/<uuid:pk>/entered-in-error/", assessments.withdraw_lesion, name="withdraw_lesion"),
    path("imaging/studies/<uuid:pk>/scores/", scores.scores, name="scores"),
    path("imaging/studies/<uuid:pk>/scores/new/", readings.record_score, name="record_score"),
    path("imaging/studies/<uuid:pk>/scores/adjudicate/", readings.adjudicate_score, name="adjudicate_score"),
    path("imaging/scores/<uuid:pk>/change/", readings.change_score, name="change_score"),
    path("imaging/scores/<uuid:pk>/entered-in-error/", readings.withdraw_score, name="withdraw_score"),
    path("patients/<uuid:pk>/scores/", scores.patient_scores, name="patient_scores"),
    path("settings/imaging/scores/", scoring.scoring, name="scoring"),
    path("settings/imaging/scores/change/", scoring.change_scoring, name="change_scoring"),
]
