"""Controlling units: what can be told to them, what follows, and what came of it."""
