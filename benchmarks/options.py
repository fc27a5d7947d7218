"""The options of a session, declared once: for pytest, for the verbs that pass them on, and for the run file.

A new option needs an entry here and its reading in `session/options.py`. The defaults of options that several verbs
take are here as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.grid import BATCH_SIZES, ENGINES, JOBLIB_BACKENDS, N_JOBS
from benchmarks.profiles import DEFAULT_CASE_TIMEOUT_S, PROFILES
from benchmarks.workloads.built_in import BUILT_IN

DEFAULT_PROFILE = "quick"

# As a user would type them.
DEFAULT_MIN_EFFECT = "5%"
DEFAULT_ALPHA = "1%"
DEFAULT_BUDGET = "10m"

SUMMATION = "summation"


@dataclass(frozen=True)
class SessionOption:
    """An option of a session; it takes a value unless `metavar` is empty.

    `default` is the default as the help shows it. `selects` says that the option decides which cases a run has, or what
    they do: the run file records it under `selection`. `size` says that the run file records it under `grid`.
    `forwarded_by` are the verbs that have the option too and pass it on to their sessions; `hidden` options are for
    those verbs alone, and appear in no help.
    """

    flag: str
    metavar: str
    help: str
    default: str = ""
    selects: bool = False
    size: bool = False
    forwarded_by: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def name(self) -> str:
        """The option's name in Python, such as `batch_sizes`."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def full_help(self) -> str:
        """The help with the default."""
        return f"{self.help} (default: {self.default})" if self.default else self.help


_GATES = ("gate", "calibrate")
_VERBS = (*_GATES, "recommend")


def _listed(values: Sequence[object]) -> str:
    return ",".join(map(str, values))


_FILES = "MODULE:NAME, FILE.json or FILE.csv"

SESSION_OPTIONS = (
    SessionOption("--profile", "NAME", f"size and number of rounds: {', '.join(PROFILES)}", DEFAULT_PROFILE),
    SessionOption(
        "--backends",
        "LIST",
        "backends to measure",
        _listed(JOBLIB_BACKENDS),
        selects=True,
        forwarded_by=_GATES,
    ),
    SessionOption(
        "--n-jobs", "LIST", "numbers of jobs, -1 for all cores, such as --n-jobs=-1,2", _listed(N_JOBS), selects=True
    ),
    SessionOption("--batch-sizes", "LIST", "batch sizes, whole numbers or auto", _listed(BATCH_SIZES), selects=True),
    SessionOption(
        "--inner-threads",
        "LIST",
        "numbers of threads of a numeric library in each worker, for a workload that computes in such threads",
        "one, unless you set the library's variable",
        selects=True,
    ),
    SessionOption("--tasks", "N", "tasks per call", "the profile's", size=True, forwarded_by=_GATES),
    SessionOption("--longest", "N", "additions of the longest task, exclusive as in range", "the profile's", size=True),
    SessionOption(
        "--workload",
        "NAME",
        f"workload to measure: {', '.join(BUILT_IN)} or MODULE:FUNCTION",
        SUMMATION,
        selects=True,
        forwarded_by=_VERBS,
    ),
    SessionOption(
        "--task-args",
        "WHERE",
        f"arguments of the workload's function: {_FILES}, one entry per task",
        selects=True,
        forwarded_by=_VERBS,
    ),
    SessionOption(
        "--workload-path",
        "DIR",
        "folder of your own modules (workload, arguments, backends) that are not installed",
        selects=True,
        forwarded_by=_VERBS,
    ),
    SessionOption(
        "--tolerance",
        "R",
        "relative difference allowed between results",
        "results must be equal",
        selects=True,
        forwarded_by=_GATES,
    ),
    SessionOption(
        "--backend-module",
        "MODULE",
        "module that registers backends and their engines in a dictionary BACKENDS",
        forwarded_by=_GATES,
    ),
    *(
        SessionOption(
            engine.cluster_flag,
            "ADDRESS",
            f"use this {name} cluster, such as {engine.cluster_example}",
            "start one",
            forwarded_by=_GATES,
        )
        for name, engine in ENGINES.items()
    ),
    SessionOption("--rounds", "N", "timed rounds of each case", "the profile's", size=True),
    SessionOption(
        "--case-timeout",
        "SECONDS",
        "stop a case that takes longer than this",
        f"{DEFAULT_CASE_TIMEOUT_S:g}, for the notebook {PROFILES['notebook'].case_timeout_s:g}",
    ),
    SessionOption("--shuffle", "SEED", "run the cases in a random order with this seed, a whole number"),
    SessionOption(
        "--shard",
        "K/N",
        "run the K-th of N shards of the cases, all of about the same cost; `merge` joins their runs",
        selects=True,
    ),
    SessionOption("--history", "DIR", "folder in which runs are stored", ".benchmarks beside conftest.py"),
    SessionOption("--repeat", "N", "measure N times, each in a fresh process, and save N runs"),
    SessionOption("--resources", "", "measure memory, CPU time and more in one extra, untimed call of each case"),
    SessionOption("--quiet-progress", "", "show no progress while measuring"),
    # In how many seconds a probe has to end: its cases get as many rounds as there is time for.
    SessionOption("--within", "SECONDS", "", hidden=True),
    # Where the session writes its status, see `files/status.py`.
    SessionOption("--status-file", "PATH", "", hidden=True),
    # As many tasks of the user's function per call as fit into a short one, see `session/sample.py`.
    SessionOption("--short-calls", "", "", hidden=True),
    # A gate's cases with their sizes, and the socket on which it gives turns, see `session/plan.py`.
    SessionOption("--plan", "PATH", "", hidden=True),
    SessionOption("--in-turns", "DESCRIPTOR", "", hidden=True),
    # Where callgrind writes, for a session under valgrind, see `measure/instructions.py`.
    SessionOption("--count-instructions", "PREFIX", "", hidden=True),
    # Profile further rounds of each case, see `measure/profiling.py`.
    SessionOption("--profile-calls", "", "", hidden=True),
)

# By their names in pytest, the flags that make a session run other cases than its profile has: pytest's own, and ours.
SELECTING = {"keyword": "-k", "markexpr": "-m", "deselect": "--deselect"}
SELECTING |= {option.name: option.flag for option in SESSION_OPTIONS if option.selects}


def forwarded_options(verb: str) -> list[SessionOption]:
    """Return the options that a verb passes on to the sessions it starts."""
    return [option for option in SESSION_OPTIONS if verb in option.forwarded_by]


def forwarded_values(verb: str, options: Sequence[str]) -> dict[str, str]:
    """Return the values, by flag, of session options such as `--backends=loky` that a verb has passed on.

    Raises ValueError for anything else, also for an option that stands twice: a record may come from anywhere, and
    pytest has options that run code.
    """
    flags = {option.flag for option in forwarded_options(verb)}
    values: dict[str, str] = {}
    for text in options:
        flag, equals, value = text.partition("=")
        if flag not in flags or not equals or flag in values:
            raise ValueError(f"{text[:80]!r} is none of {', '.join(sorted(flags))} with =VALUE, each once")
        values[flag] = value
    return values
