"""What a log says as a whole: how many of what, by whom, from where, and what is new."""
