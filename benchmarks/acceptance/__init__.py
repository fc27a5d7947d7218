"""Slowdowns that somebody lets through on purpose: the entries of accepted.toml, and the rows that they cover."""
