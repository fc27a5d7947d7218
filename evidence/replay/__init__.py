"""Pseudo-gates on recorded pairs: how often our rule and those of other tools alarm, and what they detect."""
