"""Sysgui: watch and run a Linux machine from one window, or from its command-line twin."""

__version__ = "0.1.0"
