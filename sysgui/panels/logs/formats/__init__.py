"""The forms in which programs write their logs: how each tells time, host, program and level."""
