"""How should I run this in parallel, and did this change make it slower?

The walk of one number through this package:

1. `grid` lists the backends and cases; `suite` says what is timed in each case.
2. `session` reads pytest's options and chooses cases; `backends` and `engines` open a pool of workers.
3. `measure` times one call of the pool (a round) and checks its result against the plain loop, outside the timer: a
   wrong result never becomes a number.
4. `measure` notes for each round what really ran: backend, workers, batch sizes.
5. `session` writes each finished case to the journal and saves the run; `history` keeps the files.
6. `compare` judges saved runs, `gate` judges two sides measured in turns, both by the mathematics in `analysis`.
7. `advise` makes a cost model of a probe and recommends a configuration.
8. `report` turns results into text and pages; `cli` turns a command line into one of these, and `__main__` prints it.

Measuring (`suite`, `session`, `measure`, `backends`, `engines`) and judging (`analysis`, `compare`, `gate`) never
import each other: the run file is the interface. docs/architecture.md has the packages, the contracts and the words.
"""
