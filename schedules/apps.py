from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "schedules"

    def ready(self) -> None:
        """Let follow what must when a change is undone: settled plans, places taken again or given back."""
        from events.undo import AFTER_UNDO, BEFORE_UNDO
        from iotrex_followup.history import AT_THE_END
        from patients.actions import INFUSION_CONCERNS
        from schedules.actions.life import refuse_undoing_death, refuse_undoing_decision
        from schedules.actions.places import follow_with_places
        from schedules.actions.records import lock_concerned, settle_after_undo
        from schedules.actions.reminders import void_untrue
        from schedules.actions.replanning import refuse_since, settle_redated
        from schedules.plans.life import against_infusion
        from schedules.reminding import sending
        from schedules.reminding.sign_offs import reminder_settings
        from schedules.sign_offs import SETTINGS, schedule_settings

        sending.register()
        AT_THE_END.append(void_untrue)
        INFUSION_CONCERNS.append(against_infusion)
        SETTINGS.append(schedule_settings)
        SETTINGS.append(reminder_settings)

        for kind in (
            *("treatment.given", "treatment.withdrawn", "patient.merged", "patient.withdrawn"),
            *("treatment.redated", "plan.changed", "plan.migrated"),
            # What is open again goes where the plan has it now.
            *("visit.recorded", "visit.unscheduled", "visit.results_received", "visit.missed", "visit.not_applicable"),
            "activity.released",
            *("addition.made", "addition.offered", "addition.accepted", "addition.declined"),
            *("clinical_event.decided", "clinical_event.changed", "clinical_event.ended", "clinical_event.withdrawn"),
            *("clinical_event.accepted", "clinical_event.reversed", "visit.let_go_on", "visit.carried"),
        ):
            AFTER_UNDO[kind] = settle_after_undo
        AFTER_UNDO["treatment.redated"] = settle_redated
        AFTER_UNDO["clinical_event.recorded"] = refuse_undoing_death
        for kind in ("booked", "moved", "cancelled", "not_attended", "attended", "attached"):
            AFTER_UNDO[f"appointment.{kind}"] = follow_with_places
        replanning = ("treatment.redated", "plan.changed", "plan.migrated", "visit.carried")
        for kind in (*replanning, *(kind for kind in AFTER_UNDO if kind.startswith(("clinical_event.", "addition.")))):
            BEFORE_UNDO[kind].append(refuse_since)
        for kind in (kind for kind in AFTER_UNDO if kind.startswith("clinical_event.")):
            BEFORE_UNDO[kind].insert(0, refuse_undoing_decision)
        for kind in AFTER_UNDO:
            BEFORE_UNDO[kind].insert(0, lock_concerned)
