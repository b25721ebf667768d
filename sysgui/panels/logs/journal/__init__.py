"""systemd's journal as a log: counted by its files' own index, read and followed by journalctl."""
