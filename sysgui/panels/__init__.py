"""One folder a tab; each is found by its manifest and is a stranger to the others."""
