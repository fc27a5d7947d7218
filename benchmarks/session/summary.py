"""The summary at the end of a session: what was measured, what was not, and what is fastest."""

from typing import Any

from benchmarks.session.disturbances import disturbances
from benchmarks.session.state import suite_session


def print_summary(terminalreporter: Any, config: Any) -> None:
    """Print the summary of a session that measured, below pytest-benchmark's table."""
    session = suite_session(config)
    settings, ledger = session.settings, session.ledger
    # A session that was refused before its first case has no progress: the refusal says all.
    if not settings.measuring or not session.progress or config.option.collectonly:
        return
    # Nobody reads that of a gate's pair, and the other side waits for this one's end.
    if session.plan.turns:
        return
    from benchmarks.cores import usable_cores
    from benchmarks.machine import facts, free_threaded
    from benchmarks.report.contenders import machine_of
    from benchmarks.report.summary import summary

    benchmarks = [bench.as_dict(include_data=True) for bench in config._benchmarksession.benchmarks]
    title = [f"{len(ledger.passed)} of {len(ledger.asked)} cases measured", f"profile {settings.profile}"]
    terminalreporter.section(", ".join([*title, *filter(None, [free_threaded(facts())])]))
    without_time = ledger.without_time()
    if config.option.tbstyle != "no" and not config.option.no_summary:
        # pytest has just said why.
        without_time |= dict.fromkeys(ledger.failed, "failed, see FAILURES above")
    remarks = disturbances(ledger.load_average, usable_cores(), session.storage.other_sessions())
    terminalreporter.write(summary(benchmarks, without_time, terminalreporter.hasmarkup, machine_of(facts()), remarks))
