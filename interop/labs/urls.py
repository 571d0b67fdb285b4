from django.urls import path

from interop.labs import views

app_name = "results_import"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("template.csv", views.template_file, name="template"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/held-back.csv", views.held_back_file, name="held_back"),
    path("jobs/<uuid:pk>/start", views.start, name="start"),
]
