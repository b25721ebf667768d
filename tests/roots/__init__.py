"""Recorded machines, and hosts whose clocks and doors are in a test's hand."""
