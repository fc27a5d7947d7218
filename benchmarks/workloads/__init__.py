"""What workers run: ordinary importable functions, one small module per workload, without pytest or joblib."""
