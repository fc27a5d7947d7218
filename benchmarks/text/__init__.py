"""Text in and out: parse what users write, format what they read, make anything safe to print."""
