"""Around the timer: rounds, the check, what really ran, what may go wrong, and the facts of the machine."""
