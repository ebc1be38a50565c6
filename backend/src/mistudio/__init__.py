"""miStudio: text datasets for mechanistic interpretability, fetched, browsed, counted and tokenized.

``open_dataset`` reads a finished dataset in a notebook, without a server.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistudio.corpus.open_dataset import open_dataset

__all__ = ["__version__", "open_dataset"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import what is asked for only then: most of the program needs none of it."""
    if name == "open_dataset":
        from mistudio.corpus.open_dataset import open_dataset

        return open_dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
