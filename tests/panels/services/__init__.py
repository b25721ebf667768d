"""What the tests of the panel share."""
