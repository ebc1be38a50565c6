"""Words, exact text and regex over a dataset, by index or scan."""
