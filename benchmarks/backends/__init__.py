"""How a backend is opened, called, inspected and closed. What is timed is decided elsewhere (`measure`)."""
