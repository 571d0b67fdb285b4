"""What images say of a response to treatment: pure functions over frozen values. No Django, no clock."""
