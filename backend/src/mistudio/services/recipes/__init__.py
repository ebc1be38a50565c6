"""Parts of the life of a recipe."""
