"""When a patient is reminded of what, by whom it is read, and in which words: pure functions. No Django, no clock."""
