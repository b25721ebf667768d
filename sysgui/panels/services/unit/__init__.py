"""One unit, looked at closely: its state, journal, files, ties, processes and exposure."""
