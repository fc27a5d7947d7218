"""The gate: build two sides, measure them in turns, and decide whether head is slower than base.

Sides, what is measured and how it is built:
    specs         what `--base` and `--head` ask for
    trees         source trees of the suite and of projects
    interpreters  Python interpreters of this machine
    variables     environment variables of a side
    commands      external commands (uv, git) and their messages
    commits       git's commits: finding them, checking them out, those that a side was made from
    requirements  what an environment has to hold: a side's own, the repository's pins, the harness
    builder       uv and its cache: wheels, locks, environments
    environments  both sides as they are measured
Pairs, how a side is measured:
    sessions      one side's pytest process: command line, environment, end
    sizing        before any pair: which cases there are, and how long a call of each takes
    sizing_session  the session of a side that times them once
    selection     which of them a short budget leaves out
    referee       gives one of two sessions the turn
    pair          one base and one head session, measured in turns
    pair_loop     pair after pair until everything is decided or the budget is spent
    failure_watch failures meanwhile: told, recorded, or the end of the gate
    quietness     warnings about a machine that is too busy or too noisy
    instructions  one call's instructions on both sides
    explain       why a case is slower: both sides profiled in turns
Record, what is on disk:
    record        gate.json: what was asked, sides, cases, pairs
    record_folder what else is in its folder: runs, logs, lock, digests
    opening       new, resumed and recomputed records
    measurements  what the run files say: log-ratios and resources by pair
    failures      which failures of a case count
Decision:
    hypotheses    everything the gate tests: cases, groups of cases, resources
    schedule      what the next pair measures, and what fits into the budget
    judgement     the rows and the remarks that a user reads
    proof         the slowdowns that the gate would have detected
    instruction_rows  the rows about instructions
    accepting     accepted.toml, applied to the judgement of a gate
    ancestry      whether base contains a release or a commit
    differences   what differs between the sides beside what they were asked to be
Since when:
    candidates    the commits or releases between good and bad
    bisection     which candidate to try next
    bisect_steps  a gate for each candidate
    bisect_record what a bisection leaves on disk
Planning:
    calibration   the noise of this machine, and the slowdowns a gate can detect here

The gate imports neither `measure` nor `session`: sessions run in processes of their own, and their run files are the
interface.
"""
