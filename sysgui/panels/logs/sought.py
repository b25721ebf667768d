"""Which rows of a log can be sought: by what they are, or by where they are."""

# Those that are asked for, those that the search matches, and errors.
ROWS, HITS, ERRORS = "rows", "hits", "errors"

# The line that starts at an offset, the one of a number, and the first that was written at a time
# or after it.
LINE, NUMBER, TIME = "line", "number", "time"
