"""Speed, as ratios: both sides in one run, interleaved. Run by bin/bench, never asserted in a test."""
