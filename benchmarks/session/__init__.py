"""pytest's side of a session: options, workload, choice of cases, ledger, saving, signals, progress."""
