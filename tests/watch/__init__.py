"""What systemd starts for watched services, without systemd."""
