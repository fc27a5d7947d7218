"""Run files on disk: written whole or not at all, read with suspicion, found again, compared where they may be."""
