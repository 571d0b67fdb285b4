"""What a clinic's reminders go by and say, in the sign-off register."""

from collections.abc import Iterable

from accounts.models import Clinic
from schedules.names import activity_name
from schedules.reminders.rules import Moment, Rule
from schedules.reminders.texts import LANGUAGES, shipped_texts
from schedules.reminding.facts import rules_of
from schedules.reminding.wording import Words
from schedules.sign_offs import OURS, Setting

GROUP = "Reminders"
WHEN = {
    Moment.BEFORE_BOOKED: "before the appointment",
    Moment.BEFORE_WINDOW: "before the window opens, while nothing is booked",
    Moment.OVERDUE: "after it became overdue",
}


def reminder_settings(clinic: Clinic) -> Iterable[Setting]:
    """Tell when patients are reminded, and in which words; how to prepare only where the clinic has confirmed it."""
    rules = "\n".join(rule_in_words(rule) for rule in rules_of(clinic) if rule.active)
    yield Setting("reminders.rules", GROUP, "When patients are reminded", OURS, rules or "Never.")
    words = Words.of(clinic)
    for language in LANGUAGES:
        names = [name for name in shipped_texts() if name.language == language]
        going_out = [name for name in names if not name.prepares or name in words.own]
        lines = "\n".join(
            f"{name.name}, {name.channel}: {' '.join(words.text(name).body.split())}" for name in going_out
        )
        title = f"Texts of reminders, {'English' if language == 'en' else 'Spanish'}"
        yield Setting(f"reminders.texts.{language}", GROUP, title, OURS, lines)


def rule_in_words(rule: Rule) -> str:
    """Return one rule in words."""
    days = f"{rule.days} day{'' if rule.days == 1 else 's'} {WHEN[rule.moment]}"
    about = f"; with {activity_name(rule.activity)} still to be done" if rule.activity else ""
    return f"{days}{about}{'' if rule.weekly else '; not of weekly visits'}"
