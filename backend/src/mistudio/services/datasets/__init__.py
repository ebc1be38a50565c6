"""Parts of the life of a dataset record."""
