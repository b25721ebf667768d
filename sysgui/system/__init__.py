"""What panels share, in pure Python: no Qt, and only `host` touches the machine."""
