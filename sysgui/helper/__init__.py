"""The programs that run as root: standard library only, imported by nobody but their tests."""
