"""What follows from results: derived values, baselines, grades, recovery, matches and alerts, kept true together."""

from labs.settling.settle import settle

__all__ = ["settle"]
