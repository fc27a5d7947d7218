"""Everything around the timer: rounds, the check of results, what really ran, deadlines, resources, turns."""
