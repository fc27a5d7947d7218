"""Files: atomic, durable writes, and bounded, suspicious reads of files that may come from anywhere."""
