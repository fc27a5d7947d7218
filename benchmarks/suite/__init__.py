"""What is measured: pytest collects the cases here."""
