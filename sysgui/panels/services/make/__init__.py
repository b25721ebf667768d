"""Making and changing unit files: from a form or as text, checked before they are written."""
