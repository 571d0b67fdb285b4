"""Images of the demo's patients."""
