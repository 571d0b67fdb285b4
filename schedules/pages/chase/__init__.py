"""Whom a clinic has to reach: one row a patient, with why, whom to call, and how it went so far."""

from schedules.pages.chase.ranking import Chased, Filters, chased, counts
from schedules.pages.chase.reach import attempts_in_words, best_contact, is_lost, reach_of
from schedules.pages.chase.reasons import TITLES, ChaseDay, chase_day, is_overdue
from schedules.pages.chase.rows import ChaseRow, chase_rows

__all__ = [
    "TITLES",
    "ChaseDay",
    "ChaseRow",
    "Chased",
    "Filters",
    "attempts_in_words",
    "best_contact",
    "chase_day",
    "chase_rows",
    "chased",
    "counts",
    "is_lost",
    "is_overdue",
    "reach_of",
]
