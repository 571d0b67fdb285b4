"""Changing what is known of results, grades and alerts."""
