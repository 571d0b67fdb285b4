"""What a course of laboratory values means: pure functions over frozen values. No Django, no clock."""
