"""Tests of the panels, each in the folder of its twin."""
