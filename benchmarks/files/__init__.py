"""Files: atomic, durable writes, and bounded reads of untrusted files."""
