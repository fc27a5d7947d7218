"""What a session shows while it runs and when it ends; `conftest.py` says when."""

import contextlib
import io
import os
from pathlib import Path

from benchmarks.files.status import Failure, append_event
from benchmarks.grid import rough_weight
from benchmarks.history.costs import weighed
from benchmarks.session.options import SETTINGS
from benchmarks.session.progress import session_progress
from benchmarks.session.recording import costs_before
from benchmarks.session.session import LEDGER, PROGRESS, is_case
from benchmarks.session.shards import described, split


def show_progress(config, cases):
    """Tell of the progress of `cases` from now on."""
    quiet, status_file = config.stash[SETTINGS].quiet_progress, config.option.status_file
    config.stash[PROGRESS] = session_progress(config, expected_costs(config, cases, quiet), status_file, quiet)


def keep_failure(config, nodeid, reason):
    """Write a failure to the status file, if there is one."""
    if config.option.status_file:
        append_event(Path(config.option.status_file), Failure(nodeid, reason))


def expected_costs(config, cases, rough=False):
    """By node id, what each case should cost: from the history where there is one and not `rough`, else by its size."""
    settings = config.stash[SETTINGS]
    before = costs_before(config) if settings.measuring and not rough else {}
    weights = {
        item.nodeid: rough_weight(getattr(item, "callspec", None) and item.callspec.params, settings.tasks)
        for item in cases
    }
    known = {item.nodeid: before[item.name] for item in cases if item.name in before}
    return weighed(weights, known)


def keep_shard(config, items, shard):
    """Leave out the cases of the other parts; the session's ledger says which part this is."""
    cases = [item for item in items if is_case(item)]
    lists = split(expected_costs(config, cases), shard.of)
    config.stash[LEDGER].shard = described(shard, lists)
    others = set().union(*lists) - set(lists[shard.number - 1])
    config.hook.pytest_deselected(items=[item for item in cases if item.nodeid in others])
    items[:] = [item for item in items if item.nodeid not in others]


@contextlib.contextmanager
def showing_stderr(config, name):
    """Gives what shows a block's stderr as it comes, under a case's name; or drops it where nobody wants progress."""
    if PROGRESS not in config.stash or not config.stash[PROGRESS].shown:
        yield contextlib.redirect_stderr(io.StringIO())
        return
    from benchmarks.report.progress import LiveStderr

    # pytest captures what a test writes; a copy of the real stdout is out of its reach.
    with config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        stdout = os.dup(1)
    with os.fdopen(stdout, "w") as stream:
        stream.write(f"{name}: running\n")
        yield contextlib.redirect_stderr(LiveStderr(stream, stream.isatty()))


def print_summary(terminalreporter, config):
    """What was measured, what was not, and what is fastest."""
    settings, ledger = config.stash[SETTINGS], config.stash[LEDGER]
    if not settings.measuring or not ledger.asked or config.option.collectonly:
        return
    from benchmarks.machine import facts
    from benchmarks.report.interpreter import free_threaded
    from benchmarks.report.summary import summary

    benchmarks = [bench.as_dict(include_data=False) for bench in config._benchmarksession.benchmarks]
    where = [f"{len(ledger.passed)} of {len(ledger.asked)} cases measured", f"profile {settings.profile}"]
    terminalreporter.section(", ".join([*where, *filter(None, [free_threaded(facts())])]))
    terminalreporter.write(summary(benchmarks, ledger.without_time(), coloured=terminalreporter.hasmarkup))
