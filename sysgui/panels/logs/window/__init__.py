"""What the panel is made of: the lines of a log, and the strip that shows all of it."""
