"""miStudio: text datasets for mechanistic interpretability, fetched, browsed, counted and tokenized."""

__version__ = "0.1.0"
