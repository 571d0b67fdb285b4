"""Reminders over stored rows: what is wanted, whether it still holds, how it reads, how it is answered."""
