"""Recipes: YAML that names sources, steps and tokenizations, so that the same data can be made anywhere."""
