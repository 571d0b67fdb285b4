from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("clinics/switch", views.switch_clinic, name="switch_clinic"),
    path("clinic/", views.clinic, name="clinic"),
    path("staff/", views.staff, name="staff"),
    path("staff/invite", views.invite, name="invite"),
    path("staff/<uuid:pk>/role", views.change_role, name="change_role"),
    path("staff/<uuid:pk>/deactivate", views.deactivate, name="deactivate"),
    path("staff/<uuid:pk>/reactivate", views.reactivate, name="reactivate"),
    path("staff/<uuid:pk>/invite-again", views.invite_again, name="invite_again"),
    path("profile/", views.profile, name="profile"),
    path("profile/tokens", views.create_token, name="create_token"),
    path("profile/tokens/revoke", views.revoke_token, name="revoke_token"),
]
