from django.urls import path

from interop import protocol_views, views

app_name = "interop"
urlpatterns = [
    path("", views.upload, name="import"),
    path("template.csv", views.template_file, name="template"),
    path("files/<uuid:pk>/", views.uploaded, name="uploaded"),
    path("files/<uuid:pk>/problems.csv", views.problems_file, name="problems"),
    path("files/<uuid:pk>/start", views.start, name="start"),
    path("protocols/", protocol_views.import_protocol, name="import_protocol"),
    path("protocols/<uuid:pk>/plan-definition.json", protocol_views.protocol_plan_definition, name="plan_definition"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
]
