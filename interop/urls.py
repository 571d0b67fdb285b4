from django.urls import path

from interop import views

app_name = "interop"
urlpatterns = [
    path("", views.upload, name="import"),
    path("template.csv", views.template_file, name="template"),
    path("files/<uuid:pk>/", views.uploaded, name="uploaded"),
    path("files/<uuid:pk>/problems.csv", views.problems_file, name="problems"),
    path("files/<uuid:pk>/start", views.start, name="start"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
]
