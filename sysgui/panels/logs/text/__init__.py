"""One text of any size: where its lines are, which of them match, and what came to it."""
