"""A tokenization from its request to its recorded result."""
