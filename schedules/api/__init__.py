"""Plans, visits, appointments and what happened, for other systems: the same actions as the pages."""
