"""Makes datasets of the rows of another one: which rows, in which splits, and their raw files."""
