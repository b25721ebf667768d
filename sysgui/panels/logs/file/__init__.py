"""A log that is a file, with what was rotated away from it: opened, looked through, understood."""
