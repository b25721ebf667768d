"""The Qt kit that all panels are built from; it knows none of them."""
