"""How should I run this in parallel, and did this change make it slower?

The walk of one number through this package:

1. `grid` spells out the cases; `suite` says what is timed in each of them.
2. `backends` opens a pool of workers; `measure` times one call of it (a round).
3. The call's result is checked against the plain loop, outside the timer: a wrong result never becomes a number.
4. `measure` notes beside the round what really ran: backend, workers, batch sizes.
5. pytest-benchmark saves the finished session as one run file, a JSON that judging starts from.
6. `analysis` turns times into speed-ups; `report` turns those into text.

Measuring (`suite`, `measure`, `backends`) and judging (`analysis`, `report`) never import each other.
"""
