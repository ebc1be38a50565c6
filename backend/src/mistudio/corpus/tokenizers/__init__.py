"""A tokenizer as its files describe it."""
