"""What names a reminder among the messages."""

KIND = "reminder"
SUBJECT = "Reminder of a visit"  # for us; what the addressee reads, its texts say
