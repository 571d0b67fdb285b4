from django.apps import AppConfig


class LabsConfig(AppConfig):
    name = "labs"

    def ready(self) -> None:
        """Let results follow what happens to patients, their treatments and visits."""
        from accounts.open_work import OPEN_WORK
        from events.actions import FOLLOWING
        from events.undo import AFTER_UNDO, BEFORE_UNDO
        from labs import checks  # noqa: F401  (registers itself)
        from labs.actions.alert_rights import UNDONE_BY_WHO_MAY, refuse_undoing
        from labs.actions.climbing import go_another_way
        from labs.actions.lapsing import bring_back_untransfused
        from labs.alerting import digest, gauges, ladder_tests, mailing, notifying
        from labs.following import register
        from labs.merges import give_back_what_came, settle_duplicate
        from labs.open_work import KINDS
        from labs.pages.marker_courses import courses_of_markers
        from labs.planned_treatment import concerns_of_counts
        from labs.sign_offs import laboratory_settings
        from patients.actions import PLANNED_CONCERNS
        from patients.tumour_markers import MARKER_COURSES
        from schedules.actions.records import lock_concerned, settle_after_undo
        from schedules.sign_offs import SETTINGS

        register()
        OPEN_WORK.extend(KINDS)
        mailing.register(notifying.TITLES, failed=go_another_way)
        ladder_tests.register()
        digest.register()
        gauges.register()
        PLANNED_CONCERNS.append(concerns_of_counts)
        SETTINGS.append(laboratory_settings)
        MARKER_COURSES.append(courses_of_markers)
        for kind in ("support.withdrawn", "support.recorded.undone"):
            FOLLOWING[kind].append(bring_back_untransfused)
        for kind in UNDONE_BY_WHO_MAY:
            BEFORE_UNDO[kind].append(refuse_undoing)
        # What is open again waits for a decision if the plan does.
        AFTER_UNDO["match.accepted"] = settle_after_undo
        BEFORE_UNDO["match.accepted"].append(lock_concerned)
        BEFORE_UNDO["patient.merged"].append(give_back_what_came)
        FOLLOWING["patient.merged.undone"].append(settle_duplicate)
