"""What workers run: ordinary importable functions, one small module a workload, nothing of pytest or of joblib."""
