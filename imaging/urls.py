from django.urls import URLPattern, URLResolver, path

from imaging.views import medicines, preparation, withdrawals

app_name = "imaging"

urlpatterns: list[URLPattern | URLResolver] = [
    # Preparation: medicines, what is withheld, the thyroid blockade.
    path("patients/<uuid:pk>/medicines/", medicines.medicines, name="medicines"),
    path("patients/<uuid:pk>/medicines/new/", medicines.record_medicine, name="record_medicine"),
    path("medicines/<uuid:pk>/change/", medicines.change_medicine, name="change_medicine"),
    path("medicines/<uuid:pk>/end/", medicines.end_medicine, name="end_medicine"),
    path("medicines/<uuid:pk>/entered-in-error/", medicines.withdraw_medicine, name="withdraw_medicine"),
    path("medicines/<uuid:pk>/withdrawal/", withdrawals.plan_withdrawal, name="plan_withdrawal"),
    path("medicines/<uuid:pk>/cannot-be-withdrawn/", withdrawals.refuse_withdrawal, name="refuse_withdrawal"),
    path("withdrawals/<uuid:pk>/change/", withdrawals.change_withdrawal, name="change_withdrawal"),
    path("withdrawals/<uuid:pk>/confirm/", withdrawals.confirm_withdrawal, name="confirm_withdrawal"),
    path("withdrawals/<uuid:pk>/decide/", withdrawals.decide_withdrawal, name="decide_withdrawal"),
    path("withdrawals/<uuid:pk>/restart/", withdrawals.restart_medicine, name="restart_medicine"),
    path("withdrawals/<uuid:pk>/hand-over/", withdrawals.hand_over_restart, name="hand_over_restart"),
    path("withdrawals/<uuid:pk>/not-after-all/", withdrawals.drop_withdrawal, name="drop_withdrawal"),
    path("preparation/", preparation.preparation, name="preparation"),
    path("preparation/days/", preparation.preparation_days, name="preparation_days"),
    path("preparation/days/change/", preparation.change_preparation_days, name="change_preparation_days"),
    path("visits/<uuid:pk>/preparation/", preparation.prepare_scan, name="prepare_scan"),
    path("visits/<uuid:pk>/blockade/", preparation.block_for_scan, name="block_for_scan"),
    path("treatments/<uuid:pk>/preparation/", preparation.prepare_infusion, name="prepare_infusion"),
    path("treatments/<uuid:pk>/blockade/", preparation.block_for_infusion, name="block_for_infusion"),
    path("blockades/<uuid:pk>/entered-in-error/", preparation.withdraw_blockade_of, name="withdraw_blockade"),
]
