"""Tests, mirroring `benchmarks/`; `sessions` runs real pytest sessions of the suite, `faulty` breaks them."""
