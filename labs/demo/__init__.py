"""Made-up laboratory results for the demo's patients, taken in by the same action as real ones."""
