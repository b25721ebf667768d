"""Incident bundles: some lines of a log, what they were asked by, and nothing that is private."""
