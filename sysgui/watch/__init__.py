"""What systemd starts for watched services: standard library only, imported by nobody but tests."""
