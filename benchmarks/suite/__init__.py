"""What is measured; pytest collects here, and each file reads in one screen."""
