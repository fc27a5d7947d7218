"""Run files on disk: atomic writes, safe reads, references, and which runs are comparable."""
