"""Lines of logs on standard output."""
