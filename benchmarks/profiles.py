"""How large the calls of a session are, and how often they are measured."""

from dataclasses import dataclass

# A case takes some seconds at most, and some twenty times as long on a very busy machine.
DEFAULT_CASE_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Profile:
    """How large a call is and how often it is measured.

    `tasks` is the number of tasks per call; `longest` the end of the task lengths (additions), exclusive as in `range`;
    `rounds` are timed, `warmups` are untimed calls in addition to the observed one that opens every case. `sparing`
    gives fewer rounds to a case that decides nothing. A case that takes longer than `case_timeout_s` is cut off.
    """

    name: str
    tasks: int
    longest: int
    rounds: int
    warmups: int
    sparing: bool = False
    case_timeout_s: float = DEFAULT_CASE_TIMEOUT_S


# The notebook's own, which its cases do not repeat in their parameters.
NOTEBOOK_N_JOBS, NOTEBOOK_BATCH_SIZE = 4, 1000

# A session of the summation also measures every 50th task of the notebook, in as many batches as the notebook has: a
# call takes 0.2 to 0.8 s.
NOTEBOOK_SAMPLE_EVERY = 50

# quick: 5,000 tasks, because with 4,008 or fewer joblib never forms a batch of 1000 at n_jobs=4; lengths to 500 keep
# all cases within 2 minutes on 2 cores.
# standard: calls of 0.2 s and more in every process and thread cell, so that joblib's 10 ms poll is under 5 % of them.
# gate: as quick, but each case is scaled separately to calls of about 0.04 s.
# notebook: the notebook's own 40,000 tasks of up to 40,000 additions, one timed round, which takes up to 45 s on two
# cores and several times as long beside other programs.
# probe: each case has a size of its own.
PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", tasks=5_000, longest=500, rounds=5, warmups=0, sparing=True),
        Profile("standard", tasks=10_000, longest=3_500, rounds=6, warmups=1),
        Profile("gate", tasks=5_000, longest=500, rounds=7, warmups=0),
        Profile("notebook", tasks=40_000, longest=40_000, rounds=1, warmups=0, case_timeout_s=600.0),
        Profile("probe", tasks=5_000, longest=500, rounds=5, warmups=0),
    )
}

# A session that does not measure runs each case once to check its result: a few tasks are enough.
UNMEASURED = Profile("unmeasured", tasks=64, longest=64, rounds=1, warmups=0)
