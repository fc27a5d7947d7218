"""Tests, mirroring `benchmarks/`; whole sessions of the suite are in `sessions`."""
