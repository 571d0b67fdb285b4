"""A clinic's years, played from a seed through the real actions: only the clock, chance and the outside are made up."""
