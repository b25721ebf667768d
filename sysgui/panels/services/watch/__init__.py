"""Watched services: what is kept alive, who is told, and what has happened."""
