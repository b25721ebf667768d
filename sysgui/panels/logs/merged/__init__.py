"""Several logs that are read as one, in the order of time."""
