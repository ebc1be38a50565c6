"""A dataset on disk: manifest, layout, rows, row groups."""
