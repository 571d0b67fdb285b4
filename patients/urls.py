from django.urls import URLPattern, URLResolver, path

from patients import views

app_name = "patients"

urlpatterns: list[URLPattern | URLResolver] = [
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/contacts/new/", views.add_contact, name="add_contact"),
    path("contacts/<uuid:pk>/", views.change_contact, name="change_contact"),
    path("contacts/<uuid:pk>/remove/", views.remove_contact, name="remove_contact"),
    path("<uuid:pk>/care-team/<slug:phase>/", views.care_team, name="care_team"),
]
