"""Source files become a dataset: read, counted, stored, renamed into place."""
