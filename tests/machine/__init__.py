"""A real Debian, built and booted in a container, and the tests that run inside it."""
